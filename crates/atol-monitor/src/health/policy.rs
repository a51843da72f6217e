//! The limits by which registers are judged.

use std::fmt;
use std::time::Duration;

use atol_model::OffsetTimestamp;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::calendar::Calendar;
use super::config::PolicyConfig;
use super::kind::{FindingKind, KindSet};
use super::policy_error::PolicyError;

/// Documents that the ОФД has not confirmed for this long block the ФН: no receipts, the shift cannot be closed.
///
/// 30 days. Source: 3826.ru/news/917, which cites п. 1 ст. 4.1 54-ФЗ; sad-notes.ru, "KKT ATOL". The sources count from
/// different moments (the first unsent document, the last confirmation), so texts say "not later than".
pub const BLOCKED_AFTER: Duration = days(30);

/// A shift that is open for this long makes no more receipts.
///
/// 24 hours. Source: 2510.kontur-partner.ru/news/2581 on 54-ФЗ; ATOL Online's error 68 "Смена превысила 24 часа".
pub const SHIFT_LIMIT: Duration = hours(24);

/// The longest life of any ФН, in days; only used to tell dates that cannot be.
///
/// Source: 1110 days for the model of 36 months (`KassArray`, `GetFNLifeEndDate`; others say 1100).
pub(super) const LONGEST_FISCAL_STORAGE_LIFE: i64 = 1110;

/// By which a register is judged: limits, time zone, rules in force.
///
/// ```
/// use std::time::Duration;
/// use atol_monitor::health::{FindingKind, Policy};
///
/// let policy = Policy::builder()
///     .time_zone("Asia/Yekaterinburg")
///     .fiscal_storage_expiry(45, 10)
///     .stale_data(Duration::from_secs(15 * 60), Duration::from_secs(6 * 3600))
///     .disable(FindingKind::Identifiers)
///     .build()?;
/// assert_eq!(policy.fiscal_storage_expiry().warning, 45);
/// # Ok::<(), atol_monitor::health::PolicyError>(())
/// ```
///
/// # Defaults
///
/// | rule | warning | critical | why |
/// |---|---|---|---|
/// | days until the ФН expires | 30 | 4 | FFD tag 1050 and the reminders of Контур.ОФД (5082.kontur-partner.ru/news/969); ATOL Online replaces it 4 calendar days before (help.atol.online/article/20054) |
/// | memory of the ФН | 80 % | 99 % | ATOL Online invoices a new ФН from 80 % (the same article); FFD tag 1052 says 99 %, the older status byte of the ФН 90 % |
/// | days until the ФН is full, when that is before it expires | 30 | – | as for the expiry |
/// | age of the first unsent document | 2 d | 20 d | "ОФД не отвечает" is set after 2 days (5 for FFD 1.0: comment in 1C's driver interface); 20 d leave ten until the block, see [`BLOCKED_AFTER`] |
/// | exchange with the ОФД fails while documents wait | at once | 1 d | our choice |
/// | age of the service's data | 1 h | 24 h | our choice: how often the service forms it is not documented |
/// | shift open | 20 h | 24 h | [`SHIFT_LIMIT`] |
/// | data from the future | unknown from 5 min | – | more than that is a violation for the clock of a register (ВС РФ 308-АД15-0504, solo-it.ru) |
/// | check numbers of РНМ and ИНН | any | – | our choice: odd devices exist, so it is never critical |
/// | test ФН | – | – | only in [`production`](PolicyBuilder::production): then a warning |
///
/// A limit is reached at the value itself: 30 days left is a warning, 31 is none. Days left are dates of the calendar in
/// the policy's time zone, by default Europe/Moscow; ages are exact, a day of them has 24 hours.
///
/// Two rules that might be missed are left out. A step at 5 days of unsent documents would be that of FFD 1.0, later
/// versions have 2. And that documents wait for some number of polls says less than the age of the first of them, which the
/// service tells with their number; where it does not, the age is `Unknown`.
///
/// # In a configuration file
///
/// ```
/// use atol_monitor::health::Policy;
///
/// let policy: Policy = serde_json::from_str(
///     r#"{
///         "time_zone": "+05:00",
///         "production": true,
///         "disabled": ["identifiers"],
///         "fiscal_storage_expiry": {"warning_days": 45, "critical_days": 10},
///         "fiscal_storage_fill": {"warning_percent": 75.5},
///         "fiscal_storage_forecast": {"warning_days": 60},
///         "unsent_documents": {"warning": "12h", "critical": "10d"},
///         "network_error": {"critical": "6h"},
///         "stale_data": {"warning": "15m", "critical": "2h 30m"},
///         "long_shift": {"warning": "22h"},
///         "future_timestamp": {"tolerance": "1m"}
///     }"#,
/// )?;
/// assert_eq!(policy.fiscal_storage_fill().warning, 75.5);
/// # Ok::<(), serde_json::Error>(())
/// ```
///
/// Every key may be left out, then its default holds; a key that is not known is refused.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(try_from = "PolicyConfig")]
pub struct Policy {
    pub(super) calendar: Calendar,
    pub(super) expiry: Limits<u32>,
    pub(super) fill: Limits<f64>,
    pub(super) forecast_days: u32,
    pub(super) unsent: Limits<Duration>,
    pub(super) network_error: Duration,
    pub(super) stale: Limits<Duration>,
    pub(super) shift: Limits<Duration>,
    pub(super) tolerance: Duration,
    pub(super) production: bool,
    pub(super) disabled: KindSet,
}

/// Where a warning begins and where a critical state does.
#[derive(Clone, Copy, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Limits<T> {
    /// From here on it is a warning.
    pub warning: T,
    /// From here on it is critical.
    pub critical: T,
}

impl Limits<Duration> {
    /// In hours and minutes.
    fn shown(&self) -> Limits<SignedDuration> {
        let shown = |duration| SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX);
        Limits { warning: shown(self.warning), critical: shown(self.critical) }
    }
}

impl<T: fmt::Debug> fmt::Debug for Limits<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "warning {:?}, critical {:?}", self.warning, self.critical)
    }
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            calendar: Calendar::moscow(),
            expiry: Limits { warning: 30, critical: 4 },
            fill: Limits { warning: 80.0, critical: 99.0 },
            forecast_days: 30,
            unsent: Limits { warning: days(2), critical: days(20) },
            network_error: days(1),
            stale: Limits { warning: hours(1), critical: hours(24) },
            shift: Limits { warning: hours(20), critical: SHIFT_LIMIT },
            tolerance: Duration::from_secs(5 * 60),
            production: false,
            disabled: KindSet::default(),
        }
    }
}

impl Policy {
    /// Starts from the defaults.
    pub fn builder() -> PolicyBuilder {
        PolicyBuilder { policy: Self::default(), time_zone: None }
    }

    /// The same by the calendar of another time zone, which may be one that no name stands for: a machine can have its own.
    ///
    /// ```
    /// use atol_monitor::health::Policy;
    /// use atol_monitor::jiff::tz::TimeZone;
    ///
    /// let policy = Policy::default().in_time_zone(TimeZone::posix("YEKT-5")?);
    /// assert_eq!(policy.local("2020-11-02T21:00:00Z".parse()?).to_string(), "2020-11-03T02:00:00+05:00");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// A name or an offset can be given to the [builder](PolicyBuilder::time_zone).
    #[must_use]
    pub fn in_time_zone(self, zone: TimeZone) -> Policy {
        Policy { calendar: Calendar::of(zone), ..self }
    }

    /// The name of the time zone that days are counted in; `local` for one without a name.
    pub fn time_zone(&self) -> &str {
        self.calendar.name()
    }

    /// The instant as the clocks of the time zone show it.
    pub fn local(&self, at: Timestamp) -> OffsetTimestamp {
        self.calendar.local(at)
    }

    /// How many dates of the time zone lie from the date of `from` to the date of `to`: 0 on the same day, negative when
    /// it has passed.
    ///
    /// ```
    /// use atol_monitor::health::Policy;
    ///
    /// let policy = Policy::default(); // Europe/Moscow
    /// let (before, midnight) = ("2020-11-02T20:59:00Z".parse()?, "2020-11-02T21:00:00Z".parse()?);
    /// assert_eq!(policy.days_between(before, midnight), 1);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn days_between(&self, from: Timestamp, to: Timestamp) -> i64 {
        self.calendar.days(from, to)
    }

    /// Days until the ФН expires.
    pub fn fiscal_storage_expiry(&self) -> Limits<u32> {
        self.expiry
    }

    /// Per cent of the memory of the ФН.
    pub fn fiscal_storage_fill(&self) -> Limits<f64> {
        self.fill
    }

    /// Days until the ФН is full, from where on that is a warning.
    pub fn fiscal_storage_forecast(&self) -> u32 {
        self.forecast_days
    }

    /// Age of the first unsent document.
    pub fn unsent_documents(&self) -> Limits<Duration> {
        self.unsent
    }

    /// For how long the exchange may fail until that is critical.
    pub fn network_error(&self) -> Duration {
        self.network_error
    }

    /// Age of the service's data.
    pub fn stale_data(&self) -> Limits<Duration> {
        self.stale
    }

    /// For how long a shift may be open.
    pub fn long_shift(&self) -> Limits<Duration> {
        self.shift
    }

    /// By how much the service's clock may be ahead of ours.
    pub fn clock_tolerance(&self) -> Duration {
        self.tolerance
    }

    /// Whether a test ФН is a problem.
    pub fn is_production(&self) -> bool {
        self.production
    }

    /// Whether the rule is applied.
    pub fn is_enabled(&self, kind: FindingKind) -> bool {
        !self.disabled.contains(kind) && (self.production || kind != FindingKind::TestFiscalStorage)
    }
}

/// Builds a [`Policy`]; what is not set keeps its default.
#[derive(Clone, Debug)]
#[must_use]
pub struct PolicyBuilder {
    policy: Policy,
    time_zone: Option<String>,
}

impl PolicyBuilder {
    /// The zone whose calendar days are counted by, by default `Europe/Moscow`.
    ///
    /// A name of the IANA database, which the system must have (`tzdata`; on Windows it is built in), or a fixed offset
    /// such as `+05:00`. `Europe/Moscow` needs no database.
    pub fn time_zone(mut self, name: impl Into<String>) -> Self {
        self.time_zone = Some(name.into());
        self
    }

    /// Days until the ФН expires, by default 30 and 4.
    pub fn fiscal_storage_expiry(mut self, warning: u32, critical: u32) -> Self {
        self.policy.expiry = Limits { warning, critical };
        self
    }

    /// Per cent of the memory of the ФН in use, by default 80 and 99.
    pub fn fiscal_storage_fill(mut self, warning: f64, critical: f64) -> Self {
        self.policy.fill = Limits { warning, critical };
        self
    }

    /// Days until the ФН is full, by default 30.
    pub fn fiscal_storage_forecast(mut self, warning: u32) -> Self {
        self.policy.forecast_days = warning;
        self
    }

    /// Age of the first unsent document, by default 2 and 20 days.
    pub fn unsent_documents(mut self, warning: Duration, critical: Duration) -> Self {
        self.policy.unsent = Limits { warning, critical };
        self
    }

    /// For how long the exchange with the ОФД may fail while documents wait until that is critical, by default a day.
    pub fn network_error(mut self, critical: Duration) -> Self {
        self.policy.network_error = critical;
        self
    }

    /// Age of the service's data, by default an hour and a day.
    pub fn stale_data(mut self, warning: Duration, critical: Duration) -> Self {
        self.policy.stale = Limits { warning, critical };
        self
    }

    /// For how long a shift may be open, by default 20 and 24 hours.
    pub fn long_shift(mut self, warning: Duration, critical: Duration) -> Self {
        self.policy.shift = Limits { warning, critical };
        self
    }

    /// By how much a date may be ahead of our clock, by default 5 minutes.
    pub fn clock_tolerance(mut self, tolerance: Duration) -> Self {
        self.policy.tolerance = tolerance;
        self
    }

    /// Whether the registers serve real customers, so that a test ФН is a problem; by default no.
    pub fn production(mut self, production: bool) -> Self {
        self.policy.production = production;
        self
    }

    /// Leaves a rule out: it finds nothing, not even that it could not be applied.
    pub fn disable(mut self, kind: FindingKind) -> Self {
        self.policy.disabled.insert(kind);
        self
    }

    /// The policy.
    ///
    /// # Errors
    ///
    /// When the time zone is not known, a warning would come after its critical state, or a limit could never be reached
    /// in time: more than 100 %, unsent documents or an open shift after they have blocked the register.
    pub fn build(self) -> Result<Policy, PolicyError> {
        let Self { mut policy, time_zone } = self;
        if let Some(name) = time_zone {
            policy.calendar = Calendar::named(&name).ok_or_else(|| PolicyError::time_zone(&name))?;
        }
        let Policy { expiry, fill, unsent, stale, shift, .. } = &policy;
        let check = |holds: bool, key, limits: &dyn fmt::Debug, fix| {
            if holds { Ok(()) } else { Err(PolicyError::limit(key, limits, fix)) }
        };

        let is_ordered = expiry.warning >= expiry.critical;
        check(is_ordered, "fiscal_storage_expiry", expiry, "warn at more days left than are critical")?;
        let is_percent = |value: f64| value > 0.0 && value <= 100.0;
        let are_percent = is_percent(fill.warning) && is_percent(fill.critical);
        check(are_percent, "fiscal_storage_fill", fill, "use more than 0 and at most 100 per cent")?;
        let is_ordered = fill.warning <= fill.critical;
        check(is_ordered, "fiscal_storage_fill", fill, "warn at fewer per cent than are critical")?;
        for (key, ages) in [("unsent_documents", unsent), ("stale_data", stale), ("long_shift", shift)] {
            let shown = ages.shown();
            check(ages.warning <= ages.critical, key, &shown, "warn after less time than is critical")?;
            check(!ages.warning.is_zero(), key, &shown, "warn after more than no time")?;
        }
        let in_time = unsent.critical <= BLOCKED_AFTER;
        check(
            in_time,
            "unsent_documents",
            &unsent.shown(),
            "after 30 days the register is blocked; use less",
        )?;
        let in_time = shift.critical <= SHIFT_LIMIT;
        check(in_time, "long_shift", &shift.shown(), "after 24 hours the register is blocked; use less")?;
        Ok(policy)
    }
}

const fn hours(hours: u64) -> Duration {
    Duration::from_secs(hours * 3600)
}

const fn days(days: u64) -> Duration {
    hours(days * 24)
}
