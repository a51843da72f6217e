//! Types of the ATOL Online monitoring API: the register ([`Kkt`]), its codes and the service's errors.
//!
//! Use this crate alone when you have the JSON already. It reads strictly and says exactly what is wrong and where, keeps
//! what it does not know, and writes everything back to the byte. It knows no network and no runtime.
//!
//! ```
//! use atol_model::KktList;
//!
//! # let json = include_bytes!("../tests/fixtures/page.json");
//! let registers = KktList::from_json(json)?;
//! for kkt in &registers {
//!     println!("{}: {} documents wait", kkt.serial_number, kkt.unsent_docs.unwrap_or_default());
//! }
//! for rejected in registers.rejected() {
//!     eprintln!("{}", rejected.error); // [1].fiscalizationDate: expected a date …, found "31.02.2024" (line 14, …)
//! }
//! # assert_eq!((registers.len(), registers.rejected().len()), (2, 1));
//! # Ok::<(), atol_model::Error>(())
//! ```
//!
//! # Tour
//!
//! - [`Kkt`]: one register, strict. [`KktList`]: many, forgiving; a broken element lands in [`KktList::rejected`] as a
//!   [`RejectedKkt`] and hides none of the others.
//! - [`ListReader`]: a list of any length, read while it arrives.
//! - [`Error`]: one type for all that can be wrong with a text, with its [kind](ErrorKind), path, line and column.
//! - [`OffsetTimestamp`]: an instant that remembers how it was written, in 16 bytes.
//! - [`NetworkErrorCode`], [`ServiceErrorCode`]: code tables with English and Russian texts; unknown codes are kept.
//! - [`ServiceError`], [`TokenResponse`]: what else the service answers.
//! - [`Extra`]: members that this version does not know.
//! - [`inn`], [`registration_number`]: check digits, for those who want them; reading never insists on them.
//!
//! # Cookbook
//!
//! Read one register, whether it comes alone or as `{"data": {…}}`:
//!
//! ```
//! # let json = include_bytes!("../tests/fixtures/register.json");
//! let kkt = atol_model::Kkt::from_json(json)?;
//! assert_eq!(kkt.serial_number, "00107703864827");
//! # Ok::<(), atol_model::Error>(())
//! ```
//!
//! Find the fiscal storages (ФН) that end before a date:
//!
//! ```
//! use atol_model::{KktList, OffsetTimestamp};
//!
//! # let registers = KktList::from_json(include_bytes!("../tests/fixtures/page.json"))?;
//! let date: OffsetTimestamp = "2020-12-01T00:00:00+03:00".parse()?;
//! let ending = registers.iter().filter(|kkt| kkt.fiscal_storage_expiration.is_some_and(|end| end < date));
//! assert_eq!(ending.count(), 1);
//! # Ok::<(), atol_model::Error>(())
//! ```
//!
//! Count days with jiff, in the zone of the shop:
//!
//! ```
//! use atol_model::jiff::{ToSpan, tz};
//!
//! # let kkt = atol_model::Kkt::from_json(include_bytes!("../tests/fixtures/register.json"))?;
//! # let end = kkt.fiscal_storage_expiration.ok_or("no date")?;
//! let last_day = end.timestamp().to_zoned_datetime(tz::TimeZone::fixed(tz::offset(3))).date();
//! assert_eq!(last_day.to_string(), "2020-11-03");
//! assert_eq!(last_day.checked_sub(30.days())?.to_string(), "2020-10-04");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! Tell a broken answer from an error of the service:
//!
//! ```
//! use atol_model::{ErrorKind, Kkt, ServiceErrorCode};
//!
//! let answer = r#"{"error": {"code": 11, "text": "Срок действия токена истёк", "type": "system"}}"#;
//! let error = Kkt::from_json(answer.as_bytes()).unwrap_err();
//! assert_eq!(error.kind(), ErrorKind::Service);
//! assert_eq!(error.service_error().map(|error| error.code), Some(ServiceErrorCode::ExpiredToken));
//!
//! let error = Kkt::from_json(br#"{"serialNumber": "00107703864827"}"#).unwrap_err();
//! assert_eq!(error.missing_fields().first(), Some(&"registrationNumber"));
//! ```
//!
//! Explain a code to whoever is on call:
//!
//! ```
//! use atol_model::NetworkErrorCode;
//!
//! for &code in NetworkErrorCode::ALL {
//!     println!("{code}: {} / {}", code.description_en(), code.description_ru());
//! }
//! ```
//!
//! Get at a member that the service has added since:
//!
//! ```
//! # let kkt = atol_model::Kkt::from_json(include_bytes!("../tests/fixtures/register-waiting.json"))?;
//! assert_eq!(kkt.extra.get("ffdVersion"), Some(r#""1.2""#)); // JSON as it came
//! # Ok::<(), atol_model::Error>(())
//! ```
//!
//! Make a register for a test, and its JSON:
//!
//! ```
//! let kkt = atol_model::Kkt::builder("00107703864827").unsent_docs(17).build();
//! assert!(kkt.to_json().starts_with(r#"{"serialNumber":"00107703864827","registrationNumber":null,"#));
//! ```
//!
//! # Limits
//!
//! Reading is safe for texts of any depth and in proportion to any length, but has no limit of its own: bound the length
//! of what you take from a network. A record that is rejected takes some hundred bytes, however short it was.
//!
//! # What it costs
//!
//! - To build: 8 crates, itself included. There are no features to choose.
//! - In memory: 7 allocations and about 450 bytes for a usual register.
//! - In time: a list is read about 1.2 times as fast as by the plainest serde derive, though dates are read, unknown
//!   members kept and repeated ones refused. `cargo bench -p atol-model --bench targets` measures that and fails when it
//!   is not so; the README has the figures.

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
mod list_reader;
mod member;
mod offset_timestamp;
mod position;
mod read;
pub mod registration_number;
mod service_error;
mod service_error_kind;
mod text;
mod token_response;
mod write;

/// The crate behind the dates of this one: what [`OffsetTimestamp`] takes and gives.
pub use jiff;

pub use self::builder::KktBuilder;
pub use self::code::{UnknownNetworkErrorCode, UnknownServiceErrorCode};
pub use self::error::{Error, ErrorKind};
pub use self::extra::Extra;
pub use self::generated::{NetworkErrorCode, ServiceErrorCode};
pub use self::kkt::Kkt;
pub use self::list::{KktList, RejectedKkt};
pub use self::list_reader::ListReader;
pub use self::offset_timestamp::OffsetTimestamp;
pub use self::service_error::ServiceError;
pub use self::service_error_kind::{OtherServiceErrorKind, ServiceErrorKind};
pub use self::token_response::TokenResponse;

/// Compiles the examples of the README.
#[cfg(doctest)]
#[doc = include_str!("../README.md")]
struct Readme;
