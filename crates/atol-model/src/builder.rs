//! Makes registers by hand, for tests and stand-ins.

use crate::error::Error;
use crate::generated::NetworkErrorCode;
use crate::kkt::Kkt;
use crate::offset_timestamp::OffsetTimestamp;

impl Kkt {
    /// Starts a register of which everything but the serial number is `None`.
    ///
    /// ```
    /// use atol_model::{Kkt, NetworkErrorCode};
    ///
    /// let kkt = Kkt::builder("00107703864827")
    ///     .signed_documents(213_350)
    ///     .fiscal_storage_percentage_use(85.34)
    ///     .network_error_code(NetworkErrorCode::NoError)
    ///     .build();
    /// assert_eq!(kkt.signed_documents, Some(213_350));
    /// ```
    ///
    /// The serial number is taken as it is: a blank one makes a register that cannot be read back.
    pub fn builder(serial_number: impl Into<String>) -> KktBuilder {
        KktBuilder { kkt: Self::blank(serial_number.into()) }
    }
}

/// A register in the making, see [`Kkt::builder`].
#[derive(Clone, Debug)]
#[must_use = "a builder does nothing until `build` is called"]
pub struct KktBuilder {
    kkt: Kkt,
}

/// One setter for each attribute that may be null.
macro_rules! setters {
    ($($field:ident: $type:ty),+ $(,)?) => {$(
        #[doc = concat!("Sets [`Kkt::", stringify!($field), "`]; `None` makes it null.")]
        pub fn $field(mut self, value: impl Into<Option<$type>>) -> Self {
            self.kkt.$field = value.into();
            self
        }
    )+};
}

/// One setter for each text that may be null.
macro_rules! text_setters {
    ($($field:ident),+ $(,)?) => {$(
        #[doc = concat!("Sets [`Kkt::", stringify!($field), "`].")]
        pub fn $field(mut self, value: impl Into<String>) -> Self {
            self.kkt.$field = Some(value.into());
            self
        }
    )+};
}

impl KktBuilder {
    text_setters!(
        registration_number,
        device_number,
        fiscal_storage_inn,
        fiscal_storage_serial_number,
        fiscal_storage_payment_address,
        group_code,
    );

    setters!(
        fiscalization_date: OffsetTimestamp,
        fiscal_storage_expiration: OffsetTimestamp,
        signed_documents: u64,
        fiscal_storage_percentage_use: f64,
        timestamp: OffsetTimestamp,
        is_shift_opened: bool,
        shift_number: u64,
        shift_receipt: u64,
        unsent_docs: u64,
        first_unsent_doc_timestamp: OffsetTimestamp,
        network_error_code: NetworkErrorCode,
    );

    /// Adds a member that is not one of the 18.
    ///
    /// # Errors
    ///
    /// As [`Extra::insert`](crate::Extra::insert).
    pub fn extra(mut self, name: impl Into<String>, json: impl Into<String>) -> Result<Self, Error> {
        self.kkt.extra.insert(name, json)?;
        Ok(self)
    }

    /// The register.
    pub fn build(self) -> Kkt {
        self.kkt
    }
}
