//! What can be wrong with a made register.

/// What is wrong with a register of [`Fleet::generate`](crate::Fleet::generate) at the fleet's `now`.
///
/// ```
/// use atol_mock::{Fleet, Trouble};
///
/// let fleet = Fleet::generate(1, 20, "2025-06-02T12:00:00Z".parse()?);
/// for trouble in Trouble::ALL {
///     assert!(!fleet.serials_with(*trouble).is_empty());
/// }
/// # Ok::<(), jiff::Error>(())
/// ```
///
/// The limits behind these are those of the law and of the vendor: a ФН stops 30 days after the first document that the
/// ОФД has not confirmed, a shift lasts 24 hours at most, a ФН holds 250 000 documents.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
#[non_exhaustive]
pub enum Trouble {
    /// The ФН expires in 2 to 25 days.
    StorageExpiring,
    /// The ФН expired 1 to 4 days ago; no documents since.
    StorageExpired,
    /// The ФН is 80 to 95 % full.
    StorageFilling,
    /// The ФН is more than 99 % full.
    StorageFull,
    /// The link to the ОФД broke 1 to 6 hours ago; `networkErrorCode` says how.
    LinkDown,
    /// The first unsent document is 29 days old: less than a day is left.
    UnsentOld,
    /// The first unsent document is 31 days old: the ФН is blocked, the shift cannot be closed.
    UnsentBlocked,
    /// The data was formed 5 hours to 3 days ago.
    Stale,
    /// The shift has been open for more than 24 hours.
    ShiftStuck,
}

impl Trouble {
    /// Every trouble there is.
    pub const ALL: &[Self] = &[
        Self::StorageExpiring,
        Self::StorageExpired,
        Self::StorageFilling,
        Self::StorageFull,
        Self::LinkDown,
        Self::UnsentOld,
        Self::UnsentBlocked,
        Self::Stale,
        Self::ShiftStuck,
    ];
}

/// What is unusual, though not wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Oddity {
    /// Some members are `null`.
    Nulls,
    /// There is a member that no document mentions.
    ExtraMember,
}
