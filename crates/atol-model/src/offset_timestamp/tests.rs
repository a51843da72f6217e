//! What is read, refused and printed, and the order of instants.

use jiff::tz;
use proptest::prelude::*;

use super::*;

#[test]
fn every_form_prints_back_as_it_came() {
    for text in [
        "2019-07-22T14:03:00+00:00",
        "2019-07-22T14:03:00Z",
        "2019-07-22 14:03:00Z",
        "2019-07-22T14:03:00-00:00",
        "2019-07-22T14:03:00+0300",
        "2019-07-22T14:03:00-0330",
        "2019-07-22T14:03:00+03",
        "2019-07-22 14:03:00.5+03:00",
        "2019-07-22T14:03:00.000000000-12:45",
        "2019-07-22T14:03:00.123456789+14:00",
        "1965-01-01T00:00:00.25+02:30:17",
        "0001-01-01T00:00:00Z",
        "9999-12-30T21:59:59Z",
    ] {
        assert_eq!(text.parse::<OffsetTimestamp>().map(|read| read.to_string()).as_deref().ok(), Some(text));
    }
}

#[test]
fn j11_what_is_no_date_is_refused() {
    for text in [
        "",
        "tomorrow",
        "2019-02-31T00:00:00Z",
        "2019-02-29T00:00:00Z",
        "2019-13-01T00:00:00Z",
        "0000-01-01T00:00:00Z",
        "0000-00-00T00:00:00Z",
        "2019-07-22",
        "2019-07-22T24:00:00Z",
        "2019-07-22T23:60:00Z",
        "2016-12-31T23:59:60Z",
        "2019-07-22T14:03Z",
        "2019-07-22T14:03:00",
        "2019-07-22T14:03:00.Z",
        "2019-07-22T14:03:00.1234567890Z",
        "2019-07-22T14:03:00,5Z",
        "2019-07-22T14:03:00+3",
        "2019-07-22T14:03:00+03:0",
        "2019-07-22T14:03:00+03:60",
        "2019-07-22T14:03:00+26:00",
        "2019-07-22T14:03:00+03:00[Europe/Moscow]",
        "2019-07-22T14:03:00z",
        "2019-07-22t14:03:00Z",
        " 2019-07-22T14:03:00Z",
        "2019-07-22T14:03:00Z ",
        "+2019-07-22T14:03:00Z",
        "２０１９-07-22T14:03:00Z",
        "22.07.2019 14:03:00",
        "11/12/2017",
        "1563804180",
        "9999-12-31T23:59:59Z",
    ] {
        let error = text.parse::<OffsetTimestamp>().map_err(|error| error.kind());
        assert_eq!(error, Err(ErrorKind::InvalidTimestamp), "{text}");
    }
}

#[test]
fn a_missing_zone_is_the_one_that_was_agreed_on() {
    let read =
        |text| OffsetTimestamp::parse_assuming(text, tz::offset(3)).map(|read| read.timestamp().to_string());
    let instant = "2017-11-30T14:58:53Z";
    assert_eq!(read("2017-11-30T17:58:53").as_deref().ok(), Some(instant));
    assert_eq!(read("2017-11-30 17:58:53").as_deref().ok(), Some(instant));
    assert_eq!(read("30.11.2017 17:58:53").as_deref().ok(), Some(instant));
    assert_eq!(read("2017-11-30T14:58:53Z").as_deref().ok(), Some(instant));
    assert!(read("31.02.2017 17:58:53").is_err());
    assert!(read("30.11.2017T17:58:53").is_err());
}

#[test]
fn a_missing_zone_is_written_where_it_would_be_missed() {
    let zoneless = OffsetTimestamp::parse_assuming("2017-11-30T17:58:53.10", tz::offset(3)).unwrap();
    assert_eq!(zoneless.to_string(), "2017-11-30T17:58:53.10");
    assert_eq!(serde_json::to_string(&zoneless).unwrap(), r#""2017-11-30T17:58:53.100+03:00""#);
}

#[test]
fn it_is_small() {
    assert_eq!(size_of::<OffsetTimestamp>(), 16);
    assert_eq!(size_of::<Option<OffsetTimestamp>>(), 16);
}

#[test]
fn it_goes_to_jiff_and_back() {
    let read: OffsetTimestamp = "2020-11-03T00:00:00+03:00".parse().unwrap();
    assert_eq!(read.to_zoned().to_string(), "2020-11-03T00:00:00+03:00[+03:00]");
    assert_eq!(OffsetTimestamp::from(&read.to_zoned()).to_string(), read.to_string());
    assert_eq!(OffsetTimestamp::from(read.timestamp()).to_string(), "2020-11-02T21:00:00+00:00");
    assert_eq!(Timestamp::from(read), read.timestamp());
}

proptest! {
    #[test]
    fn any_instant_with_any_offset_prints_and_reads_back(
        second in -62_135_500_000_i64..253_402_000_000,
        nanosecond in prop_oneof![Just(0), Just(500_000_000), 0..1_000_000_000],
        offset in -93_599..=93_599,
    ) {
        let instant = Timestamp::new(second, nanosecond).unwrap();
        let written = OffsetTimestamp::new(instant, Offset::from_seconds(offset).unwrap());
        let read: OffsetTimestamp = written.to_string().parse().unwrap();
        prop_assert_eq!(read.timestamp(), instant);
        prop_assert_eq!(read.offset().seconds(), offset);
        prop_assert_eq!(read.to_string(), written.to_string());
    }

    #[test]
    fn the_order_is_that_of_the_instants(a in any::<i32>(), b in any::<i32>(), zones in -14_i8..=14) {
        let at = |second: i32, zone| OffsetTimestamp::new(Timestamp::from_second(second.into()).unwrap(), tz::offset(zone));
        prop_assert_eq!(at(a, zones).cmp(&at(b, -zones)), a.cmp(&b));
    }

    #[test]
    fn what_is_read_is_printed_back(text in "[0-9]{4}-[01][0-9]-[0-3][0-9][T ][0-2][0-9]:[0-5][0-9]:[0-6][0-9](\\.[0-9]{0,10})?(Z|[+-][0-9]{2}(:?[0-9]{2}(:[0-9]{2})?)?)?") {
        if let Ok(read) = text.parse::<OffsetTimestamp>() {
            prop_assert_eq!(read.to_string(), text);
        }
    }

    #[test]
    fn jiff_reads_the_same_instant(second in -62_000_000_000_i64..253_402_000_000, offset in -1439..=1439) {
        let offset = Offset::from_seconds(offset * 60).unwrap();
        let written = OffsetTimestamp::new(Timestamp::from_second(second).unwrap(), offset);
        prop_assert_eq!(written.to_string().parse::<Timestamp>().unwrap(), written.timestamp());
    }
}
