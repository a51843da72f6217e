//! The code tables of `codes/`, as `cargo xtask docs` writes them.

mod network_error_code;
mod service_error_code;

pub use self::network_error_code::NetworkErrorCode;
pub use self::service_error_code::ServiceErrorCode;
