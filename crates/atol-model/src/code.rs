//! What the code tables share: the payload of an unknown code, printing, conversions and serde.

use std::fmt;

use serde_core::de::{Deserialize, Deserializer};
use serde_core::ser::{Serialize, Serializer};

use crate::generated::{NetworkErrorCode, ServiceErrorCode};

impl NetworkErrorCode {
    /// Whether something is wrong: every code but `NoError`, the unknown ones included.
    pub const fn is_error(self) -> bool {
        !matches!(self, Self::NoError)
    }
}

/// Implements, alike for each code: `Display` (number and name), conversions and serde as the bare number.
macro_rules! as_number {
    ($($code:ident, $unknown:ident;)+) => {$(
        #[doc = concat!("The number of a [`", stringify!($code), "`] that is not known.")]
        ///
        /// Only `from_code` makes one, and each table has its own, so that it never stands for a known code.
        #[derive(Clone, Copy, PartialEq, Eq, Hash)]
        pub struct $unknown(pub(crate) i64);

        impl fmt::Debug for $unknown {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Debug::fmt(&self.0, f)
            }
        }

        impl fmt::Display for $code {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{} {}", self.code(), self.name())
            }
        }

        impl From<i64> for $code {
            fn from(code: i64) -> Self {
                Self::from_code(code)
            }
        }

        impl From<$code> for i64 {
            fn from(code: $code) -> Self {
                code.code()
            }
        }

        impl Serialize for $code {
            fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                serializer.serialize_i64(self.code())
            }
        }

        impl<'de> Deserialize<'de> for $code {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                i64::deserialize(deserializer).map(Self::from_code)
            }
        }
    )+};
}

as_number! {
    NetworkErrorCode, UnknownNetworkErrorCode;
    ServiceErrorCode, UnknownServiceErrorCode;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_codes_are_never_unknown() {
        for &code in NetworkErrorCode::ALL {
            assert_eq!(NetworkErrorCode::from_code(code.code()), code);
        }
        for &code in ServiceErrorCode::ALL {
            assert_eq!(ServiceErrorCode::from_code(code.code()), code);
        }
        assert_eq!(NetworkErrorCode::ALL.len(), 9);
        assert_eq!(ServiceErrorCode::ALL.len(), 17);
    }

    #[test]
    fn unknown_codes_keep_their_number() {
        for number in [-1, 9, i64::MAX, i64::MIN] {
            let code = NetworkErrorCode::from_code(number);
            assert_eq!(serde_json::to_string(&code).unwrap(), number.to_string());
            assert_eq!(serde_json::from_str::<NetworkErrorCode>(&number.to_string()).unwrap(), code);
            assert!(code.is_error());
        }
    }

    #[test]
    fn codes_print_number_and_name() {
        assert_eq!(ServiceErrorCode::ExpiredToken.to_string(), "11 ExpiredToken");
        assert_eq!(NetworkErrorCode::from_code(77).to_string(), "77 Unknown");
    }
}
