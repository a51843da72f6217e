//! A register: its 18 attributes and whatever else came with them.

use std::fmt;
use std::str::FromStr;

use serde_json::Value;

use crate::diagnosis;
use crate::error::Error;
use crate::extra::Extra;
use crate::generated::NetworkErrorCode;
use crate::json;
use crate::offset_timestamp::OffsetTimestamp;
use crate::read;
use crate::text::utf8;

/// One cash register (ККТ) with its fiscal storage (ФН), as the monitoring API tells of it.
///
/// ```
/// use atol_model::{Kkt, NetworkErrorCode};
///
/// let kkt = Kkt::from_json(r#"{
///     "serialNumber": "00107703864827", "registrationNumber": "0000000003027865", "deviceNumber": "KKT024219",
///     "fiscalizationDate": "2019-07-22T14:03:00+00:00", "fiscalStorageExpiration": "2020-11-02T21:00:00+00:00",
///     "signedDocuments": 213350, "fiscalStoragePercentageUse": 85.34, "fiscalStorageINN": "3026455760",
///     "fiscalStorageSerialNumber": "9999078902004339", "fiscalStoragePaymentAddress": "г. Томск, пр. Ленина, 1",
///     "groupCode": "test-qa-ru_14605", "timestamp": "2019-12-05T10:45:30+00:00", "isShiftOpened": true,
///     "shiftNumber": 126, "shiftReceipt": 2278, "networkErrorCode": 2
/// }"#.as_bytes())?;
///
/// assert_eq!(kkt.serial_number, "00107703864827");
/// assert_eq!(kkt.unsent_docs, None); // not on the wire: nothing is waiting
/// assert_eq!(kkt.network_error_code, Some(NetworkErrorCode::NoConnection));
/// println!("{kkt}"); // the JSON again
/// # Ok::<(), atol_model::Error>(())
/// ```
///
/// # Reading
///
/// Every attribute but the last two of the documents must be there; each may be `null`, which reads as `None`. Numbers,
/// dates and flags must be what they are on the wire: a number in quotes, `1.0` for a count or `"false"` is an error
/// that names the field, never a value that was silently changed. Members that are not known are kept in
/// [`extra`](Self::extra).
///
/// # Writing
///
/// [`Display`](fmt::Display), [`to_json`](Self::to_json) and serde give the wire's form back: its names, its order,
/// `null` for `None`, the last two attributes of the documents only when they are there, unknown members last. A register
/// in this form comes back the same to the byte. `{:#}` prints it over several lines.
///
/// # Equality
///
/// By meaning: two dates are equal when their instants are, and which of the two spellings a name came in does not count.
///
/// # Where this is known from
///
/// The vendor's own document of this API was not to be had. The docs of each attribute end with the source of its name,
/// type, nullability and meaning, and of what is said beyond them:
///
/// - **A**: the public PHP client, which was run against the service's test stand;
/// - **B**: pages of the vendor, rules and public implementations about the same thing elsewhere;
/// - **C**: concluded from an example, or taken to be on the safe side.
#[derive(Clone, PartialEq)]
#[non_exhaustive]
pub struct Kkt {
    /// Заводской номер ККТ: the register's factory number, a text (`00107703864827`), up to 20 characters. Never blank.
    /// Source: A; the length B; that it is never blank C.
    pub serial_number: String,
    /// Регистрационный номер машины (РНМ): 16 digits, given by the tax service. See
    /// [`registration_number::is_valid`](crate::registration_number::is_valid). Source: A; the check digits B.
    pub registration_number: Option<String>,
    /// Номер автоматического устройства: the vendor's own name for the device, such as `KKT024219`. Source: A.
    pub device_number: Option<String>,
    /// Дата активации (фискализации) ФН: when the fiscal storage was activated, with the UTC offset. Source:
    /// A.
    pub fiscalization_date: Option<OffsetTimestamp>,
    /// Дата замены ФН (срок действия ФН): by when the fiscal storage must be replaced, with the UTC offset. Midnight in
    /// the register's zone, so it may show as 21:00 UTC of the day before. Source: A; midnight C.
    pub fiscal_storage_expiration: Option<OffsetTimestamp>,
    /// Количество подписанных документов в ФН: documents signed so far; a fiscal storage takes 250 000
    /// (help.atol.online/article/11253). Source: A; how many it takes B.
    pub signed_documents: Option<u64>,
    /// Наполненность ФН: how full the fiscal storage is, in percent, 0 to 100. Source: A; the range C.
    pub fiscal_storage_percentage_use: Option<f64>,
    /// ИНН компании, указанный в ФН: the taxpayer, 10 digits (organisation) or 12 (person). See
    /// [`inn::is_valid`](crate::inn::is_valid). Source: A; the digits B.
    pub fiscal_storage_inn: Option<String>,
    /// Заводской (серийный) номер ФН: the fiscal storage's number, 16 digits. Source: A; the digits C.
    pub fiscal_storage_serial_number: Option<String>,
    /// Адрес расчётов, указанный в ФН: the place of settlement. Source: A.
    pub fiscal_storage_payment_address: Option<String>,
    /// Код группы кассы: the group the register belongs to. Source: A.
    pub group_code: Option<String>,
    /// Время и дата формирования данных: when the service formed these data, UTC. The one date that may come without a
    /// zone; then UTC is meant. Source: A; that the zone may be left out C.
    pub timestamp: Option<OffsetTimestamp>,
    /// Признак, открыта ли смена: whether a shift is open. Source: A.
    pub is_shift_opened: Option<bool>,
    /// Номер смены: the number of the open shift, or of the last one when it is closed. Source: A.
    pub shift_number: Option<u64>,
    /// Номер документа за смену: the number of the last document while the shift is open; when it is closed, how many
    /// receipts it had. Source: A.
    pub shift_receipt: Option<u64>,
    /// Количество неотправленных документов: documents that the OFD has not confirmed. Absent on the wire when there
    /// are none. Source: A.
    pub unsent_docs: Option<u64>,
    /// Дата первого неотправленного документа: since when documents wait, with the UTC offset. Absent on the wire when
    /// none do. `firstUnsetDocTimestamp` on the wire; `firstUnsentDocTimestamp` is read too, and each is written as it
    /// came. Source: A; the second spelling C.
    pub first_unsent_doc_timestamp: Option<OffsetTimestamp>,
    /// Код ошибки сети: what the register last met on its way to the OFD. Source: A.
    pub network_error_code: Option<NetworkErrorCode>,
    /// Members that this version does not know, in their order.
    pub extra: Extra,
    pub(crate) spelling: Spelling,
}

/// What a register was written with that its meaning does not depend on.
#[derive(Clone, Copy, Default)]
pub(crate) struct Spelling {
    /// `firstUnsentDocTimestamp` instead of the service's `firstUnsetDocTimestamp`.
    pub(crate) first_unsent: bool,
    /// A percentage with a point though it is whole: `85.0`.
    pub(crate) decimal_percentage: bool,
}

/// Registers that differ in spelling alone are the same.
impl PartialEq for Spelling {
    fn eq(&self, _: &Self) -> bool {
        true
    }
}

impl Kkt {
    /// Reads one register: the object itself or `{"data": {…}}` around it.
    ///
    /// # Errors
    ///
    /// An [`Error`] that names the field, the line and the column, what was expected and what was found; all missing
    /// fields at once; [`ErrorKind::Service`](crate::ErrorKind::Service) when the service reported an error instead.
    pub fn from_json(json: &[u8]) -> Result<Self, Error> {
        let text = utf8(json)?;
        read::one(text).or_else(|_| diagnosis::one(text))
    }

    /// Reads one element of a list: the object itself, without an envelope.
    ///
    /// # Errors
    ///
    /// As [`from_json`](Self::from_json).
    pub fn from_element(json: &[u8]) -> Result<Self, Error> {
        Self::from_element_text(utf8(json)?)
    }

    /// Everything but the serial number `None`.
    pub(crate) fn blank(serial_number: String) -> Self {
        Self {
            serial_number,
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
            spelling: Spelling::default(),
        }
    }

    pub(crate) fn from_element_text(text: &str) -> Result<Self, Error> {
        serde_json::from_str(text).or_else(|_| diagnosis::element(text))
    }

    /// The JSON of the wire, in one line; Cyrillic is not escaped.
    pub fn to_json(&self) -> String {
        json::object(self)
    }

    /// The register as a JSON value.
    pub fn to_value(&self) -> Value {
        // Cannot fail either: `Extra` takes in only what a `Value` can hold.
        serde_json::to_value(self).unwrap_or_default()
    }
}

#[expect(clippy::missing_fields_in_debug, reason = "the spelling is no part of what a register means")]
impl fmt::Debug for Kkt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Kkt")
            .field("serial_number", &self.serial_number)
            .field("registration_number", &self.registration_number)
            .field("device_number", &self.device_number)
            .field("fiscalization_date", &self.fiscalization_date)
            .field("fiscal_storage_expiration", &self.fiscal_storage_expiration)
            .field("signed_documents", &self.signed_documents)
            .field("fiscal_storage_percentage_use", &self.fiscal_storage_percentage_use)
            .field("fiscal_storage_inn", &self.fiscal_storage_inn)
            .field("fiscal_storage_serial_number", &self.fiscal_storage_serial_number)
            .field("fiscal_storage_payment_address", &self.fiscal_storage_payment_address)
            .field("group_code", &self.group_code)
            .field("timestamp", &self.timestamp)
            .field("is_shift_opened", &self.is_shift_opened)
            .field("shift_number", &self.shift_number)
            .field("shift_receipt", &self.shift_receipt)
            .field("unsent_docs", &self.unsent_docs)
            .field("first_unsent_doc_timestamp", &self.first_unsent_doc_timestamp)
            .field("network_error_code", &self.network_error_code)
            .field("extra", &self.extra)
            .finish()
    }
}

/// The JSON of the wire, as [`Kkt::to_json`]; `{:#}` over several lines.
impl fmt::Display for Kkt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if f.alternate() {
            f.write_str(&serde_json::to_string_pretty(self).map_err(|_| fmt::Error)?)
        } else {
            f.write_str(&self.to_json())
        }
    }
}

/// As [`Kkt::from_json`].
impl FromStr for Kkt {
    type Err = Error;

    fn from_str(json: &str) -> Result<Self, Error> {
        Self::from_json(json.as_bytes())
    }
}

/// As [`Kkt::from_json`]. Lines and columns in errors count in the value's compact text.
impl TryFrom<Value> for Kkt {
    type Error = Error;

    fn try_from(value: Value) -> Result<Self, Error> {
        Self::from_json(value.to_string().as_bytes())
    }
}

impl From<&Kkt> for Value {
    fn from(kkt: &Kkt) -> Self {
        kkt.to_value()
    }
}
