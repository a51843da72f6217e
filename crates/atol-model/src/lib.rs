//! Types of the ATOL Online monitoring API: the register ([`Kkt`]), its codes and the service's errors.
//!
//! Use this crate alone when you have the JSON already and only want to read it: it knows no network and no runtime.
//!
//! ```
//! use atol_model::KktList;
//!
//! # let json = format!("[{}]", atol_model::Kkt::builder("00107703864827").signed_documents(213_350).build());
//! let registers = KktList::from_json(json.as_bytes())?;
//! for kkt in &registers {
//!     println!("{}: {} documents", kkt.serial_number, kkt.signed_documents.unwrap_or_default());
//! }
//! for rejected in registers.rejected() {
//!     eprintln!("could not be read: {}", rejected.error);
//! }
//! # Ok::<(), atol_model::Error>(())
//! ```
//!
//! # Tour
//!
//! - [`Kkt`]: one register, strict; [`KktList`]: many, forgiving. A broken element lands in
//!   [`KktList::rejected`] and hides none of the others.
//! - [`OffsetTimestamp`]: an instant that remembers how it was written.
//! - [`NetworkErrorCode`], [`ServiceErrorCode`]: code tables with English and Russian texts; unknown codes are kept.
//! - [`ServiceError`], [`TokenResponse`]: what else the service answers.
//! - [`inn`], [`registration_number`]: check digits, for those who want them; reading never insists on them.

#![forbid(unsafe_code)]

mod builder;
mod code;
mod diagnosis;
mod error;
mod excerpt;
mod extra;
mod field;
mod generated;
pub mod inn;
mod json;
mod kkt;
mod list;
mod offset_timestamp;
mod position;
mod read;
pub mod registration_number;
mod service_error;
mod service_error_kind;
mod text;
mod token_response;
mod write;

pub use self::builder::KktBuilder;
pub use self::code::{UnknownNetworkErrorCode, UnknownServiceErrorCode};
pub use self::error::{Error, ErrorKind};
pub use self::extra::Extra;
pub use self::generated::{NetworkErrorCode, ServiceErrorCode};
pub use self::kkt::Kkt;
pub use self::list::{KktList, RejectedKkt};
pub use self::offset_timestamp::OffsetTimestamp;
pub use self::service_error::ServiceError;
pub use self::service_error_kind::{OtherServiceErrorKind, ServiceErrorKind};
pub use self::token_response::TokenResponse;
