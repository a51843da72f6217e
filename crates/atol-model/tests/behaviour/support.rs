//! A register as the service writes it, whole or with one thing changed.

use atol_model::{Error, Kkt};

/// As it stands on the wire, to the byte.
pub(crate) const REGISTER: &str = include_str!("../fixtures/register.json").trim_ascii_end();

/// One that has everything: unsent documents, offsets, Cyrillic, a code nobody knows, members nobody knows.
pub(crate) const WAITING: &str = include_str!("../fixtures/register-waiting.json").trim_ascii_end();

/// A list in an envelope, over many lines, with one broken element between two good ones.
pub(crate) const PAGE: &str = include_str!("../fixtures/page.json");

/// The names of what must be there, in the order of the wire.
pub(crate) const REQUIRED: [&str; 16] = [
    "serialNumber",
    "registrationNumber",
    "deviceNumber",
    "fiscalizationDate",
    "fiscalStorageExpiration",
    "signedDocuments",
    "fiscalStoragePercentageUse",
    "fiscalStorageINN",
    "fiscalStorageSerialNumber",
    "fiscalStoragePaymentAddress",
    "groupCode",
    "timestamp",
    "isShiftOpened",
    "shiftNumber",
    "shiftReceipt",
    "networkErrorCode",
];

/// The text of [`REGISTER`] with the value of one member replaced; a member that is not there is added.
pub(crate) fn with(name: &str, json: &str) -> String {
    let key = format!("\"{name}\":");
    match REGISTER.split_once(&key) {
        Some((before, rest)) => {
            let end = rest.find(",\"").or_else(|| rest.find('}')).unwrap();
            format!("{before}{key}{json}{}", &rest[end..])
        }
        None => format!("{},{key}{json}}}", REGISTER.strip_suffix('}').unwrap()),
    }
}

/// The text of [`REGISTER`] without one member.
pub(crate) fn without(name: &str) -> String {
    let spoilt = with(name, "GONE");
    let member = format!("\"{name}\":GONE");
    spoilt.replacen(&format!("{member},"), "", 1).replacen(&format!(",{member}"), "", 1)
}

/// The register of a good text.
#[track_caller]
pub(crate) fn read(json: &str) -> Kkt {
    Kkt::from_json(json.as_bytes()).unwrap()
}

/// The error of a bad text.
#[track_caller]
pub(crate) fn refused(json: &str) -> Error {
    Kkt::from_json(json.as_bytes()).unwrap_err()
}
