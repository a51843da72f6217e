//! A register: its 18 attributes and whatever else came with them.

use std::fmt;
use std::str::FromStr;

use serde_core::Deserialize;
use serde_json::Value;

use crate::diagnosis;
use crate::error::Error;
use crate::extra::Extra;
use crate::generated::NetworkErrorCode;
use crate::offset_timestamp::OffsetTimestamp;
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
/// `null` for `None`, unknown members last and byte for byte. A register in this canonical form comes back the same to
/// the byte; a percentage without a fraction is written without one.
///
/// Names, types and required members are those that the public PHP client reads (run against the service's test stand).
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Kkt {
    /// Заводской номер ККТ: the register's factory number, a text (`00107703864827`), up to 20 characters. Never blank.
    pub serial_number: String,
    /// Регистрационный номер машины (РНМ): 16 digits, given by the tax service. See
    /// [`registration_number::is_valid`](crate::registration_number::is_valid).
    pub registration_number: Option<String>,
    /// Номер автоматического устройства: the vendor's own name for the device, such as `KKT024219`.
    pub device_number: Option<String>,
    /// Дата активации (фискализации) ФН: when the fiscal storage was activated, with the UTC offset.
    pub fiscalization_date: Option<OffsetTimestamp>,
    /// Дата замены ФН (срок действия ФН): by when the fiscal storage must be replaced, with the UTC offset. Midnight in
    /// the register's zone, so it may show as 21:00 UTC of the day before.
    pub fiscal_storage_expiration: Option<OffsetTimestamp>,
    /// Количество подписанных документов в ФН: documents signed so far; a fiscal storage takes 250 000
    /// (help.atol.online/article/11253).
    pub signed_documents: Option<u64>,
    /// Наполненность ФН: how full the fiscal storage is, in percent, 0 to 100.
    pub fiscal_storage_percentage_use: Option<f64>,
    /// ИНН компании, указанный в ФН: the taxpayer, 10 digits (organisation) or 12 (person). See
    /// [`inn::is_valid`](crate::inn::is_valid).
    pub fiscal_storage_inn: Option<String>,
    /// Заводской (серийный) номер ФН: the fiscal storage's number, 16 digits.
    pub fiscal_storage_serial_number: Option<String>,
    /// Адрес расчётов, указанный в ФН: the place of settlement.
    pub fiscal_storage_payment_address: Option<String>,
    /// Код группы кассы: the group the register belongs to.
    pub group_code: Option<String>,
    /// Время и дата формирования данных: when the service formed these data, UTC. The one date that may come without a
    /// zone; then UTC is meant.
    pub timestamp: Option<OffsetTimestamp>,
    /// Признак, открыта ли смена: whether a shift is open.
    pub is_shift_opened: Option<bool>,
    /// Номер смены: of the open shift, or of the last one when it is closed.
    pub shift_number: Option<u64>,
    /// Номер документа за смену: of the open shift, or how many receipts the closed one had.
    pub shift_receipt: Option<u64>,
    /// Количество неотправленных документов: documents that the OFD has not confirmed. Absent on the wire when there
    /// are none.
    pub unsent_docs: Option<u64>,
    /// Дата первого неотправленного документа: since when documents wait, with the UTC offset. Absent on the wire when
    /// none do. `firstUnsetDocTimestamp` on the wire; `firstUnsentDocTimestamp` is read too, and each is written as it
    /// came.
    pub first_unsent_doc_timestamp: Option<OffsetTimestamp>,
    /// Код ошибки сети: what the register last met on its way to the OFD.
    pub network_error_code: Option<NetworkErrorCode>,
    /// Members that this version does not know, in their order.
    pub extra: Extra,
    /// Whether the wire spelled `firstUnsentDocTimestamp` right.
    pub(crate) spelled_right: bool,
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
        let start = text.trim_start();
        let is_envelope =
            start.strip_prefix('{').is_some_and(|inside| inside.trim_start().starts_with(r#""data""#));
        if is_envelope {
            if let Ok(DataEnvelope { data }) = serde_json::from_str(text) {
                return Ok(data);
            }
        } else if let Ok(kkt) = serde_json::from_str(text) {
            return Ok(kkt);
        }
        diagnosis::one(text)
    }

    /// Reads one element of a list: the object itself, without an envelope.
    ///
    /// # Errors
    ///
    /// As [`from_json`](Self::from_json).
    pub fn from_element(json: &[u8]) -> Result<Self, Error> {
        let text = utf8(json)?;
        serde_json::from_str(text).or_else(|_| diagnosis::element(text))
    }

    /// The JSON of the wire, in one line; Cyrillic is not escaped.
    pub fn to_json(&self) -> String {
        // Writing these types to memory cannot fail.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// The register as a JSON value.
    pub fn to_value(&self) -> Value {
        serde_json::to_value(self).unwrap_or_default()
    }
}

/// The JSON of the wire, as [`Kkt::to_json`].
impl fmt::Display for Kkt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_json())
    }
}

impl FromStr for Kkt {
    type Err = Error;

    fn from_str(json: &str) -> Result<Self, Error> {
        Self::from_json(json.as_bytes())
    }
}

impl TryFrom<Value> for Kkt {
    type Error = Error;

    fn try_from(value: Value) -> Result<Self, Error> {
        Self::from_json(value.to_string().as_bytes())
    }
}

/// The answer to a question for one register, when its first member is the register.
struct DataEnvelope {
    data: Kkt,
}

impl<'de> Deserialize<'de> for DataEnvelope {
    fn deserialize<D: serde_core::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct DataVisitor;

        impl<'de> serde_core::de::Visitor<'de> for DataVisitor {
            type Value = DataEnvelope;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a register in `data`")
            }

            fn visit_map<A: serde_core::de::MapAccess<'de>>(
                self,
                mut map: A,
            ) -> Result<DataEnvelope, A::Error> {
                use serde_core::de::{Error as _, IgnoredAny};

                let mut data = None;
                while let Some(name) = map.next_key::<String>()? {
                    match (name.as_str(), &data) {
                        ("data", None) => data = Some(map.next_value()?),
                        // Rare and worth a closer look, which the slow path takes.
                        ("data" | "error", _) => return Err(A::Error::custom("not the plain case")),
                        _ => drop(map.next_value::<IgnoredAny>()?),
                    }
                }
                data.map(|data| DataEnvelope { data }).ok_or_else(|| A::Error::missing_field("data"))
            }
        }

        deserializer.deserialize_map(DataVisitor)
    }
}
