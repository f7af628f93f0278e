//! Times as people type them, in UTC.

use chrono::{DateTime, NaiveDate, TimeDelta, Utc};
use clap::Arg;
use market_data::TimeRange;
use strategy_core::YearMonth;

use crate::arg;

/// An instant, or a day or month without a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Moment {
    Instant(DateTime<Utc>),
    Day(NaiveDate),
    Month(YearMonth),
}

/// Reads `2025-11`, `2025-11-01`, `2025-11-01T05:00`, `2025-11-01 05:00:00`, or a time with an offset (`Z`,
/// `+02:00`), which is converted to UTC.
pub(crate) fn parse(text: &str) -> Result<Moment, String> {
    if let Ok(month) = text.parse() {
        return Ok(Moment::Month(month));
    }
    if let Some(moment) = tabular::Moment::parse(text)
        && let Some(instant) = moment.instant()
    {
        return Ok(if moment.has_time() {
            Moment::Instant(instant)
        } else {
            Moment::Day(instant.date_naive())
        });
    }
    Err("wanted a time in UTC as 2025-11, 2025-11-01, 2025-11-01T05:00 or 2025-11-01 05:00:00, or with an \
         offset as 2025-11-01T05:00+02:00"
        .to_owned())
}

/// `--name TIME`.
pub(crate) fn flag(name: &'static str, help: &'static str) -> Arg {
    arg::value(name, "TIME", help).value_parser(parse)
}

/// From `start` to `end`, both included; a day or month as the end means to its end.
pub(crate) fn range(start: Option<Moment>, end: Option<Moment>) -> TimeRange {
    let first = |day: NaiveDate| day.and_time(chrono::NaiveTime::MIN).and_utc();
    TimeRange {
        start: start.map(|moment| match moment {
            Moment::Instant(instant) => instant,
            Moment::Day(day) => first(day),
            Moment::Month(month) => month.start(),
        }),
        end: end.map(|moment| match moment {
            // Data is in microseconds: the next one is the first beyond an included end.
            Moment::Instant(instant) => instant + TimeDelta::microseconds(1),
            Moment::Day(day) => first(day) + TimeDelta::days(1),
            Moment::Month(month) => month.plus_months(1).start(),
        }),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    fn check(text: &str, expect: &str) {
        let expect: DateTime<Utc> = expect.parse().unwrap();
        assert_eq!(parse(text).unwrap(), Moment::Instant(expect), "{text}");
    }

    #[test]
    fn every_way_of_writing_an_instant() {
        check("2025-11-01T05:00", "2025-11-01T05:00:00Z");
        check("2025-11-01 05:00", "2025-11-01T05:00:00Z");
        check("2025-11-01 05:00:00", "2025-11-01T05:00:00Z");
        check("2025-11-01T05:00:00.5", "2025-11-01T05:00:00.5Z");
        check("2025-11-01T05:00:00Z", "2025-11-01T05:00:00Z");
        check("2025-11-01T05:00Z", "2025-11-01T05:00:00Z");
        check("2025-11-01T05:00:00+02:00", "2025-11-01T03:00:00Z");
        check("2025-11-01 05:00-03:30", "2025-11-01T08:30:00Z");
        for text in [
            "2025-13-01",
            "2025-13",
            "yesterday",
            "",
            "2025-11-01T25:00",
            "2025-11-01T05:00:60",
            "1761973200",
            "+262142-12-31",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn both_ends_are_included_and_a_day_ends_at_midnight() {
        let range = range(Some(parse("2025-11-01").unwrap()), Some(parse("2025-11-02").unwrap()));
        let micros = |text: &str| text.parse::<DateTime<Utc>>().unwrap().timestamp_micros();
        assert!(range.contains(micros("2025-11-01T00:00:00Z")));
        assert!(range.contains(micros("2025-11-02T23:59:59Z")));
        assert!(!range.contains(micros("2025-11-03T00:00:00Z")));
        let month = super::range(Some(parse("2025-11").unwrap()), Some(parse("2025-11").unwrap()));
        assert!(month.contains(micros("2025-11-01T00:00:00Z")));
        assert!(month.contains(micros("2025-11-30T23:59:59Z")));
        assert!(!month.contains(micros("2025-12-01T00:00:00Z")));
        let range = super::range(None, Some(parse("2025-11-02 05:00").unwrap()));
        assert!(range.contains(micros("2025-11-02T05:00:00Z")));
        assert!(!range.contains(micros("2025-11-02T05:00:01Z")));
    }
}
