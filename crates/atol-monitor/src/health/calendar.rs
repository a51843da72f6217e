//! The time zone whose calendar the days are counted by.

use atol_model::OffsetTimestamp;
use jiff::Timestamp;
use jiff::civil::{Date, date};
use jiff::fmt::strtime;
use jiff::tz::{self, TimeZone};

/// Where shops are, unless the policy says otherwise.
pub(super) const MOSCOW: &str = "Europe/Moscow";

/// A time zone with the name it was asked for by.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Calendar {
    name: String,
    zone: TimeZone,
}

impl Calendar {
    /// Moscow without a look at the time-zone database.
    ///
    /// Moscow has been at +03:00 without summer time since 2014-10-26 (IANA tzdb), and the first ФН are younger, so the
    /// fixed offset is exact and there in any container. Other zones come from the database.
    pub(super) fn moscow() -> Self {
        Self { name: MOSCOW.to_owned(), zone: TimeZone::fixed(tz::offset(3)) }
    }

    /// A zone by its IANA name, which the platform must know, or by a fixed offset such as `+05:00`.
    pub(super) fn named(name: &str) -> Option<Self> {
        if name == MOSCOW {
            return Some(Self::moscow());
        }
        let fixed = || strtime::parse("%:z", name).ok()?.offset().map(TimeZone::fixed);
        let zone = fixed().or_else(|| TimeZone::get(name).ok())?;
        Some(Self { name: name.to_owned(), zone })
    }

    /// A zone that is at hand, called by its IANA name if it has one.
    pub(super) fn of(zone: TimeZone) -> Self {
        Self { name: zone.iana_name().unwrap_or("local").to_owned(), zone }
    }

    pub(super) fn name(&self) -> &str {
        &self.name
    }

    fn date(&self, at: Timestamp) -> Date {
        self.zone.to_datetime(at).date()
    }

    /// How many dates lie from the date of `from` to the date of `to`: 0 on the same day, negative when it has passed.
    pub(super) fn days(&self, from: Timestamp, to: Timestamp) -> i64 {
        self.date(from).duration_until(self.date(to)).as_hours() / 24
    }

    /// The instant as this zone's clocks show it, but not before they show the year 1.
    ///
    /// An earlier date could be written and not read back, and the moment at which the year 1 begins somewhere stands for
    /// "never" in records: it is shown as the same in each zone that is behind.
    pub(super) fn local(&self, at: Timestamp) -> OffsetTimestamp {
        let offset = self.zone.to_offset(at);
        let year_one = offset.to_timestamp(date(1, 1, 1).at(0, 0, 0, 0)).unwrap_or(at);
        OffsetTimestamp::new(at.max(year_one), offset)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn days(zone: &str, from: &str, to: &str) -> i64 {
        Calendar::named(zone).unwrap().days(from.parse().unwrap(), to.parse().unwrap())
    }

    #[test]
    fn days_are_counted_by_the_date_and_not_by_24_hours() {
        // One minute apart, on either side of Moscow's midnight at 21:00Z.
        assert_eq!(days(MOSCOW, "2020-11-02T20:59:00Z", "2020-11-02T21:00:00Z"), 1);
        assert_eq!(days(MOSCOW, "2020-11-02T21:00:00Z", "2020-11-03T20:59:59Z"), 0);
        assert_eq!(days("+00:00", "2020-11-02T20:59:00Z", "2020-11-02T21:00:00Z"), 0);
        assert_eq!(days(MOSCOW, "2020-11-03T21:00:00Z", "2020-11-02T21:00:00Z"), -1);
    }

    #[test]
    fn months_end_where_they_end() {
        assert_eq!(days(MOSCOW, "2024-02-28T09:00:00Z", "2024-03-01T09:00:00Z"), 2);
        assert_eq!(days(MOSCOW, "2023-02-28T09:00:00Z", "2023-03-01T09:00:00Z"), 1);
        assert_eq!(days(MOSCOW, "2024-02-29T09:00:00Z", "2025-02-28T09:00:00Z"), 365);
        assert_eq!(days(MOSCOW, "2020-12-31T20:59:59Z", "2020-12-31T21:00:00Z"), 1);
    }

    #[test]
    fn a_day_of_23_or_25_hours_is_one_day() {
        // Berlin put its clocks forward on 2021-03-28 and back on 2021-10-31.
        assert_eq!(days("Europe/Berlin", "2021-03-27T23:00:00Z", "2021-03-28T22:00:00Z"), 1);
        assert_eq!(days("Europe/Berlin", "2021-10-30T22:00:00Z", "2021-10-31T22:59:59Z"), 0);
        assert_eq!(days("Europe/Berlin", "2021-10-30T22:00:00Z", "2021-10-31T23:00:00Z"), 1);
    }

    #[test]
    fn the_ends_of_time_are_days_like_any_other() {
        for zone in [MOSCOW, "Europe/Berlin", "+25:59", "-25:59"] {
            let calendar = Calendar::named(zone).unwrap();
            assert!(calendar.days(Timestamp::MIN, Timestamp::MAX) > 7_000_000);
            assert!(calendar.days(Timestamp::MAX, Timestamp::MIN) < -7_000_000);
            assert_eq!(calendar.local(Timestamp::MAX).timestamp(), Timestamp::MAX);
        }
    }

    #[test]
    fn every_local_date_can_be_read_back() {
        let never: OffsetTimestamp = "0001-01-01T00:00:00+03:00".parse().unwrap();
        let later = never.timestamp() + jiff::SignedDuration::from_hours(24);
        for zone in [MOSCOW, "Europe/Kaliningrad", "+25:59", "-25:59"] {
            let calendar = Calendar::named(zone).unwrap();
            for at in [Timestamp::MIN, never.timestamp(), later, Timestamp::MAX] {
                let local = calendar.local(at);
                assert_eq!(local.to_string().parse::<OffsetTimestamp>().unwrap(), local, "{zone}");
            }
        }
        let west = Calendar::named("+02:00").unwrap().local(never.timestamp());
        assert_eq!(west.to_string(), "0001-01-01T00:00:00+02:00");
        assert_eq!(Calendar::moscow().local(never.timestamp()), never);
    }

    #[test]
    fn moscow_is_as_the_database_has_it() {
        let database = TimeZone::get(MOSCOW).unwrap();
        let mut at: Timestamp = "2014-10-26T00:00:00Z".parse().unwrap();
        let end: Timestamp = "2040-01-01T00:00:00Z".parse().unwrap();
        while at < end {
            assert_eq!(Calendar::moscow().zone.to_offset(at), database.to_offset(at), "{at}");
            at = at.saturating_add(jiff::SignedDuration::from_hours(24 * 13)).unwrap();
        }
    }

    #[test]
    fn what_is_no_zone_is_refused() {
        for name in ["", "Mars/Olympus", "+5", "+27:00", "Moscow", "../../etc/passwd"] {
            assert_eq!(Calendar::named(name), None, "{name}");
        }
    }
}
