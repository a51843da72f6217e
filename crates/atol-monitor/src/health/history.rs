//! What must be remembered between polls, because no single answer tells it.

use atol_model::Kkt;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::policy::LONGEST_FISCAL_STORAGE_LIFE;

/// What earlier answers about one register told, as far as a later one cannot tell it.
///
/// ```
/// use atol_model::{Kkt, OffsetTimestamp};
/// use atol_monitor::health::{FindingKind, History, Policy};
///
/// let open = |formed: &str| {
///     let formed: OffsetTimestamp = formed.parse()?;
///     Ok::<_, atol_model::Error>(
///         Kkt::builder("00107703864827").is_shift_opened(true).shift_number(126).timestamp(formed).build(),
///     )
/// };
///
/// let mut history = History::default();
/// history.observe(&open("2019-12-05T10:00:00+00:00")?, "2019-12-05T10:00:30Z".parse()?);
/// let kkt = open("2019-12-06T07:00:00+00:00")?;
/// let now = "2019-12-06T07:00:30Z".parse()?;
/// history.observe(&kkt, now);
///
/// let assessment = Policy::default().assess_with(&kkt, &history, now);
/// assert!(assessment.finding(FindingKind::LongShift).is_some()); // open for 21 hours
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// The API gives no time at which a shift was opened, and an error code without its beginning. With a history, a shift
/// counts as open since the first answer that showed it open: it was opened then or earlier, so a warning may come late,
/// never too soon. Moments are those that the records state ([`Kkt::timestamp`]), or of the poll where they state none or
/// one that cannot be: before the ФН was activated, or longer ago than any ФН lives.
/// The default is an empty history, with which nothing is assumed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct History {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) shift: Option<SeenShift>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) network_error_since: Option<Timestamp>,
}

/// A shift that was seen open.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct SeenShift {
    pub(super) number: u64,
    pub(super) since: Timestamp,
}

impl History {
    /// Takes note of an answer.
    ///
    /// A closed shift, another shift and an exchange that works again end what was remembered. A field that is null ends
    /// nothing: it says nothing.
    pub fn observe(&mut self, kkt: &Kkt, now: Timestamp) {
        let at = believed_at(kkt, now);
        match (kkt.is_shift_opened, kkt.shift_number) {
            (Some(false), _) => self.shift = None,
            (Some(true), Some(number)) if self.shift.is_none_or(|shift| shift.number != number) => {
                self.shift = Some(SeenShift { number, since: at });
            }
            _ => {}
        }
        match kkt.network_error_code.as_ref().map(|code| code.is_error() && has_unsent(kkt)) {
            Some(true) if self.network_error_since.is_none() => self.network_error_since = Some(at),
            Some(false) => self.network_error_since = None,
            _ => {}
        }
    }

    /// Since when the shift that was last seen open is known to be open, and its number.
    pub fn open_shift(&self) -> Option<(u64, Timestamp)> {
        self.shift.map(|shift| (shift.number, shift.since))
    }

    /// Since when the exchange with the ОФД is known to fail while documents wait.
    pub fn network_error_since(&self) -> Option<Timestamp> {
        self.network_error_since
    }
}

/// The moment that a record speaks about: when it was formed, but not later than now.
pub(super) fn told_at(kkt: &Kkt, now: Timestamp) -> Timestamp {
    kkt.timestamp.map_or(now, |formed| formed.timestamp().min(now))
}

/// The moment that a record speaks about, or now if it states one that cannot be: a clock that was reset says 1970, or 2000.
fn believed_at(kkt: &Kkt, now: Timestamp) -> Timestamp {
    let formed = told_at(kkt, now);
    let days = now.duration_since(formed).as_hours() / 24;
    let is_before_activation =
        kkt.fiscalization_date.is_some_and(|activated| formed < activated.timestamp().min(now));
    if days <= LONGEST_FISCAL_STORAGE_LIFE && !is_before_activation { formed } else { now }
}

/// Whether documents wait for the ОФД. The count is left out when it is zero (the reference's documentation), so without
/// one the date of the first unsent document decides.
pub(super) fn has_unsent(kkt: &Kkt) -> bool {
    kkt.unsent_docs.is_some_and(|count| count > 0) || kkt.first_unsent_doc_timestamp.is_some()
}
