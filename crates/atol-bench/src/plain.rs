//! The yardstick of reading, and the list that both read.

use std::fmt::Write as _;

use serde::{Deserialize, Serialize};

/// How many registers a list has.
pub const REGISTERS: usize = 10_000;

/// A register as the plainest derive has it: dates stay texts, unknown members are dropped.
#[derive(Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase")]
#[expect(
    missing_docs,
    clippy::exhaustive_structs,
    reason = "the attributes of a register, which the reference tells"
)]
pub struct PlainKkt {
    pub serial_number: String,
    pub registration_number: Option<String>,
    pub device_number: Option<String>,
    pub fiscalization_date: Option<String>,
    pub fiscal_storage_expiration: Option<String>,
    pub signed_documents: Option<u64>,
    pub fiscal_storage_percentage_use: Option<f64>,
    #[serde(rename = "fiscalStorageINN")]
    pub fiscal_storage_inn: Option<String>,
    pub fiscal_storage_serial_number: Option<String>,
    pub fiscal_storage_payment_address: Option<String>,
    pub group_code: Option<String>,
    pub timestamp: Option<String>,
    pub is_shift_opened: Option<bool>,
    pub shift_number: Option<u64>,
    pub shift_receipt: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unsent_docs: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub first_unset_doc_timestamp: Option<String>,
    pub network_error_code: Option<i64>,
}

/// What the service answers when it is asked for one register.
#[derive(Debug, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "the plainest derive there is")]
pub struct Envelope {
    /// The register.
    pub data: PlainKkt,
}

/// A list in which every `nth` register has members that nobody knows; 0 for none.
pub fn list(registers: usize, nth: usize) -> Vec<u8> {
    let mut list = String::from("[");
    for number in 0..registers {
        if number > 0 {
            list.push(',');
        }
        let unknown = if nth > 0 && number % nth == 0 {
            r#","ffdVersion":"1.2","licenses":[{"id":7,"until":"2027-01-01"}]"#
        } else {
            ""
        };
        // Writing to a `String` cannot fail.
        let _ = write!(
            list,
            r#"{{"serialNumber":"{:014}","registrationNumber":"0000000003027865","deviceNumber":"KKT024219","fiscalizationDate":"2019-07-22T14:03:00+00:00","fiscalStorageExpiration":"2020-11-02T21:00:00+00:00","signedDocuments":213350,"fiscalStoragePercentageUse":85.34,"fiscalStorageINN":"3026455760","fiscalStorageSerialNumber":"9999078902004339","fiscalStoragePaymentAddress":"test.qa.ru","groupCode":"test-qa-ru_14605","timestamp":"2019-12-05T10:45:30+00:00","isShiftOpened":true,"shiftNumber":126,"shiftReceipt":2278,"networkErrorCode":2{unknown}}}"#,
            107_703_864_827_usize + number,
        );
    }
    list.push(']');
    list.into_bytes()
}
