//! The attributes of a register: their names in JSON, their order on the wire, which must be there and what they hold.

use crate::offset_timestamp;

/// One of the 18 attributes, in the order of the wire.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Field {
    SerialNumber,
    RegistrationNumber,
    DeviceNumber,
    FiscalizationDate,
    FiscalStorageExpiration,
    SignedDocuments,
    FiscalStoragePercentageUse,
    FiscalStorageInn,
    FiscalStorageSerialNumber,
    FiscalStoragePaymentAddress,
    GroupCode,
    Timestamp,
    IsShiftOpened,
    ShiftNumber,
    ShiftReceipt,
    UnsentDocs,
    FirstUnsetDocTimestamp,
    NetworkErrorCode,
}

/// What JSON an attribute holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Shape {
    SerialNumber,
    Text,
    Date,
    UtcDate,
    Count,
    Percentage,
    Flag,
    Code,
}

/// The spelling of `firstUnsetDocTimestamp` that its makers must have meant.
pub(crate) const FIRST_UNSENT: &str = "firstUnsentDocTimestamp";

impl Field {
    pub(crate) const ALL: [Self; 18] = [
        Self::SerialNumber,
        Self::RegistrationNumber,
        Self::DeviceNumber,
        Self::FiscalizationDate,
        Self::FiscalStorageExpiration,
        Self::SignedDocuments,
        Self::FiscalStoragePercentageUse,
        Self::FiscalStorageInn,
        Self::FiscalStorageSerialNumber,
        Self::FiscalStoragePaymentAddress,
        Self::GroupCode,
        Self::Timestamp,
        Self::IsShiftOpened,
        Self::ShiftNumber,
        Self::ShiftReceipt,
        Self::UnsentDocs,
        Self::FirstUnsetDocTimestamp,
        Self::NetworkErrorCode,
    ];

    /// How many of them must be there.
    pub(crate) const REQUIRED: usize = Self::ALL.len() - 2;

    pub(crate) const fn name(self) -> &'static str {
        match self {
            Self::SerialNumber => "serialNumber",
            Self::RegistrationNumber => "registrationNumber",
            Self::DeviceNumber => "deviceNumber",
            Self::FiscalizationDate => "fiscalizationDate",
            Self::FiscalStorageExpiration => "fiscalStorageExpiration",
            Self::SignedDocuments => "signedDocuments",
            Self::FiscalStoragePercentageUse => "fiscalStoragePercentageUse",
            Self::FiscalStorageInn => "fiscalStorageINN",
            Self::FiscalStorageSerialNumber => "fiscalStorageSerialNumber",
            Self::FiscalStoragePaymentAddress => "fiscalStoragePaymentAddress",
            Self::GroupCode => "groupCode",
            Self::Timestamp => "timestamp",
            Self::IsShiftOpened => "isShiftOpened",
            Self::ShiftNumber => "shiftNumber",
            Self::ShiftReceipt => "shiftReceipt",
            Self::UnsentDocs => "unsentDocs",
            Self::FirstUnsetDocTimestamp => "firstUnsetDocTimestamp",
            Self::NetworkErrorCode => "networkErrorCode",
        }
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Some(match name {
            "serialNumber" => Self::SerialNumber,
            "registrationNumber" => Self::RegistrationNumber,
            "deviceNumber" => Self::DeviceNumber,
            "fiscalizationDate" => Self::FiscalizationDate,
            "fiscalStorageExpiration" => Self::FiscalStorageExpiration,
            "signedDocuments" => Self::SignedDocuments,
            "fiscalStoragePercentageUse" => Self::FiscalStoragePercentageUse,
            "fiscalStorageINN" => Self::FiscalStorageInn,
            "fiscalStorageSerialNumber" => Self::FiscalStorageSerialNumber,
            "fiscalStoragePaymentAddress" => Self::FiscalStoragePaymentAddress,
            "groupCode" => Self::GroupCode,
            "timestamp" => Self::Timestamp,
            "isShiftOpened" => Self::IsShiftOpened,
            "shiftNumber" => Self::ShiftNumber,
            "shiftReceipt" => Self::ShiftReceipt,
            "unsentDocs" => Self::UnsentDocs,
            "firstUnsetDocTimestamp" | FIRST_UNSENT => Self::FirstUnsetDocTimestamp,
            "networkErrorCode" => Self::NetworkErrorCode,
            _ => return None,
        })
    }

    pub(crate) const fn is_required(self) -> bool {
        !matches!(self, Self::UnsentDocs | Self::FirstUnsetDocTimestamp)
    }

    pub(crate) const fn shape(self) -> Shape {
        match self {
            Self::SerialNumber => Shape::SerialNumber,
            Self::RegistrationNumber
            | Self::DeviceNumber
            | Self::FiscalStorageInn
            | Self::FiscalStorageSerialNumber
            | Self::FiscalStoragePaymentAddress
            | Self::GroupCode => Shape::Text,
            Self::FiscalizationDate | Self::FiscalStorageExpiration | Self::FirstUnsetDocTimestamp => {
                Shape::Date
            }
            Self::Timestamp => Shape::UtcDate,
            Self::SignedDocuments | Self::ShiftNumber | Self::ShiftReceipt | Self::UnsentDocs => Shape::Count,
            Self::FiscalStoragePercentageUse => Shape::Percentage,
            Self::IsShiftOpened => Shape::Flag,
            Self::NetworkErrorCode => Shape::Code,
        }
    }
}

impl Shape {
    /// What a message tells the reader to write instead.
    pub(crate) const fn expected(self) -> &'static str {
        match self {
            Self::SerialNumber => "a text that is not blank",
            Self::Text => "a text or null",
            Self::Date => offset_timestamp::EXPECTED,
            Self::UtcDate => "a date such as 2019-12-05T10:45:30+00:00",
            Self::Count => "a whole number from 0 to 18446744073709551615 or null",
            Self::Percentage => "a number from -4294967295 to 4294967295 or null",
            Self::Flag => "true, false or null",
            Self::Code => "a whole number or null",
        }
    }
}

/// The attributes met so far.
#[derive(Clone, Copy, Default)]
pub(crate) struct FieldSet(u32);

impl FieldSet {
    /// Adds a field; `false` when it was there already.
    pub(crate) fn insert(&mut self, field: Field) -> bool {
        let bit = 1 << field as u32;
        let is_new = self.0 & bit == 0;
        self.0 |= bit;
        is_new
    }

    pub(crate) fn contains(self, field: Field) -> bool {
        self.0 & 1 << field as u32 != 0
    }

    /// The names of the required fields that are not in the set, in the order of the wire.
    pub(crate) fn missing(self) -> Vec<&'static str> {
        Field::ALL
            .into_iter()
            .filter(|&field| field.is_required() && !self.contains(field))
            .map(Field::name)
            .collect()
    }

    pub(crate) fn is_complete(self) -> bool {
        /// All fields but the two optional ones.
        const REQUIRED: u32 = (1 << Field::ALL.len())
            - 1
            - (1 << Field::UnsentDocs as u32)
            - (1 << Field::FirstUnsetDocTimestamp as u32);
        self.0 & REQUIRED == REQUIRED
    }
}
