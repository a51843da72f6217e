//! What changed between two lists.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};

use atol_model::{Kkt, KktList, RejectedKkt};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What changed between two lists.
///
/// A register is known by its serial number. When a serial number stands twice in a list, its first record counts.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Diff<'a> {
    /// The registers that are new, in the order of the later list.
    pub added: Vec<&'a Kkt>,
    /// The registers that are gone, in the order of the earlier list.
    pub removed: Vec<&'a Kkt>,
    /// The registers that are in both and not the same, in the order of the later list.
    pub changed: Vec<ChangedKkt<'a>>,
    /// The registers of which the later list does not tell whether they are still there, in the order of the earlier one:
    /// their record could not be read, or a record without a readable serial number may be theirs.
    pub unreadable: Vec<&'a Kkt>,
    /// The registers of which the earlier list does not tell whether they were there, for the same reasons, in the order
    /// of the later one.
    pub readable: Vec<&'a Kkt>,
}

impl Diff<'_> {
    /// Whether nothing changed.
    pub fn is_empty(&self) -> bool {
        self.added.is_empty()
            && self.removed.is_empty()
            && self.changed.is_empty()
            && self.unreadable.is_empty()
            && self.readable.is_empty()
    }
}

/// A register before and after.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ChangedKkt<'a> {
    /// The earlier record.
    pub before: &'a Kkt,
    /// The later record.
    pub after: &'a Kkt,
    /// What is not the same, in the order of the wire, unknown members last.
    pub attributes: Vec<AttributeChange>,
}

/// One attribute before and after.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AttributeChange {
    /// Its name in JSON.
    pub name: Cow<'static, str>,
    /// What it was; `null` also when it was not there.
    pub old: Value,
    /// What it is; `null` also when it is not there.
    pub new: Value,
}

/// Compares two lists of the same fleet.
///
/// ```
/// use atol_model::{Kkt, KktList};
/// use atol_monitor::snapshot;
///
/// let kkt = |serial: &str| Kkt::builder(serial).build();
/// let before = KktList::new(vec![kkt("00107703864827"), kkt("00107703864828")], vec![]);
/// let after = KktList::new(vec![kkt("00107703864828"), kkt("00107703864829")], vec![]);
///
/// let diff = snapshot::diff(&before, &after);
/// assert_eq!(diff.added[0].serial_number, "00107703864829");
/// assert_eq!(diff.removed[0].serial_number, "00107703864827");
/// assert!(diff.changed.is_empty());
/// ```
///
/// A register of which only `timestamp` moved has not changed: the service has looked again and seen the same. Dates are
/// equal when they are the same instant, however they are written.
///
/// Compare lists that are complete: from half a list, the other half would seem to be removed.
pub fn diff<'a>(before: &'a KktList, after: &'a KktList) -> Diff<'a> {
    // Each is taken out as `after` turns out to have it too, but its key stays: to know a repetition.
    let mut known: HashMap<&str, Option<&Kkt>> = HashMap::with_capacity(before.len());
    for kkt in before {
        known.entry(&kkt.serial_number).or_insert(Some(kkt));
    }
    let mut left = known.len();
    let mut new: HashSet<&str> = HashSet::new();
    let mut unreadable_before = None;

    let mut diff = Diff::default();
    for kkt in after {
        match known.get_mut(kkt.serial_number.as_str()) {
            Some(old) => {
                if let Some(old) = old.take() {
                    left -= 1;
                    diff.changed.extend(compare(old, kkt));
                }
            }
            None if new.insert(&kkt.serial_number) => {
                // Most of the time nothing is new, and the earlier list's broken records are no matter.
                let unreadable = unreadable_before.get_or_insert_with(|| Unreadable::of(before.rejected()));
                let place =
                    if unreadable.may_be(&kkt.serial_number) { &mut diff.readable } else { &mut diff.added };
                place.push(kkt);
            }
            None => {}
        }
    }
    // Most of the time nothing is gone, and a second look at every register is spared.
    if left > 0 {
        let unreadable = Unreadable::of(after.rejected());
        for kkt in before {
            if known.get_mut(kkt.serial_number.as_str()).is_some_and(|old| old.take().is_some()) {
                let place = if unreadable.may_be(&kkt.serial_number) {
                    &mut diff.unreadable
                } else {
                    &mut diff.removed
                };
                place.push(kkt);
            }
        }
    }
    diff
}

/// The registers that rejected records may be about.
struct Unreadable<'a> {
    serial_numbers: HashSet<&'a str>,
    any: bool,
}

impl<'a> Unreadable<'a> {
    fn of(rejected: &'a [RejectedKkt]) -> Self {
        Self {
            serial_numbers: rejected.iter().filter_map(|record| record.serial_number.as_deref()).collect(),
            any: rejected.iter().any(|record| record.serial_number.is_none()),
        }
    }

    fn may_be(&self, serial_number: &str) -> bool {
        self.any || self.serial_numbers.contains(serial_number)
    }
}

fn compare<'a>(before: &'a Kkt, after: &'a Kkt) -> Option<ChangedKkt<'a>> {
    let attributes = changes(before, after);
    (!attributes.is_empty()).then_some(ChangedKkt { before, after, attributes })
}

/// Calls the macro `$with` with every attribute that is worth telling, and the way it is spelt.
macro_rules! attributes {
    ($with:ident) => {
        $with! {
            registration_number: "registrationNumber",
            device_number: "deviceNumber",
            fiscalization_date: "fiscalizationDate",
            fiscal_storage_expiration: "fiscalStorageExpiration",
            signed_documents: "signedDocuments",
            fiscal_storage_percentage_use: "fiscalStoragePercentageUse",
            fiscal_storage_inn: "fiscalStorageINN",
            fiscal_storage_serial_number: "fiscalStorageSerialNumber",
            fiscal_storage_payment_address: "fiscalStoragePaymentAddress",
            group_code: "groupCode",
            timestamp: "timestamp",
            is_shift_opened: "isShiftOpened",
            shift_number: "shiftNumber",
            shift_receipt: "shiftReceipt",
            unsent_docs: "unsentDocs",
            first_unsent_doc_timestamp: "firstUnsetDocTimestamp",
            network_error_code: "networkErrorCode",
        }
    };
}

/// What is not the same in two records of a register; nothing when that is only the `timestamp`.
pub(crate) fn changes(before: &Kkt, after: &Kkt) -> Vec<AttributeChange> {
    // Most registers have a new timestamp in each list and nothing else, so this is asked without writing anything down.
    macro_rules! is_same {
        ($($field:ident: $name:literal),+ $(,)?) => {
            true $(&& ($name == "timestamp" || before.$field == after.$field))+
        };
    }
    if attributes!(is_same) && before.extra == after.extra {
        return Vec::new();
    }
    let mut changes = Vec::new();
    macro_rules! compare {
        ($($field:ident: $name:literal),+ $(,)?) => {$(
            if before.$field != after.$field {
                changes.push(AttributeChange {
                    name: Cow::Borrowed($name),
                    old: serde_json::json!(before.$field),
                    new: serde_json::json!(after.$field),
                });
            }
        )+};
    }
    attributes!(compare);
    extra(before, after, &mut changes);
    // Unknown members in another order are no news either.
    if changes.iter().all(|change| change.name == "timestamp") {
        changes.clear();
    }
    changes
}

/// Unknown members, by name: their order is not news.
fn extra(before: &Kkt, after: &Kkt, changes: &mut Vec<AttributeChange>) {
    let gone = before.extra.names().filter(|name| after.extra.get(name).is_none());
    for name in after.extra.names().chain(gone) {
        let (old, new) = (before.extra.get(name), after.extra.get(name));
        if old != new {
            changes.push(AttributeChange {
                name: Cow::Owned(name.to_owned()),
                old: value(old),
                new: value(new),
            });
        }
    }
}

/// JSON that was read once can be read again.
fn value(json: Option<&str>) -> Value {
    json.and_then(|json| serde_json::from_str(json).ok()).unwrap_or_default()
}
