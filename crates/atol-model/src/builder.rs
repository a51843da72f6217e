//! Makes registers by hand, for tests and stand-ins.

use serde_json::value::RawValue;

use crate::error::{Error, ErrorKind};
use crate::extra::Extra;
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
        KktBuilder {
            kkt: Self {
                serial_number: serial_number.into(),
                registration_number: None,
                device_number: None,
                fiscalization_date: None,
                fiscal_storage_expiration: None,
                signed_documents: None,
                fiscal_storage_percentage_use: None,
                fiscal_storage_inn: None,
                fiscal_storage_serial_number: None,
                fiscal_storage_payment_address: None,
                group_code: None,
                timestamp: None,
                is_shift_opened: None,
                shift_number: None,
                shift_receipt: None,
                unsent_docs: None,
                first_unsent_doc_timestamp: None,
                network_error_code: None,
                extra: Extra::default(),
                spelled_right: false,
            },
        }
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
    /// [`ErrorKind::Syntax`] when `json` is not JSON, [`ErrorKind::DuplicateField`] when the member is there already.
    pub fn extra(mut self, name: impl Into<String>, json: impl Into<String>) -> Result<Self, Error> {
        let name = name.into();
        if crate::field::Field::from_name(&name).is_some() || self.kkt.extra.get(&name).is_some() {
            return Err(Error::new(ErrorKind::DuplicateField).at_path(name));
        }
        let json = RawValue::from_string(json.into())
            .map_err(|_| Error::new(ErrorKind::Syntax).at_path(name.as_str()).expected("JSON"))?;
        self.kkt.extra.members.push((name, json));
        Ok(self)
    }

    /// The register.
    pub fn build(self) -> Kkt {
        self.kkt
    }
}
