//! Points in time as text.

use chrono::{DateTime, NaiveDate, Utc};

const SECONDS_A_DAY: i64 = 86_400;

/// A date, or a date and a time of day, as they are written in files and on the command line. All parts
/// of the program read them by this, so that a text means one time everywhere, or none.
///
/// ```
/// use tabular::Moment;
///
/// let moment = Moment::parse("2025-11-01T05:00+02:00").unwrap();
/// assert_eq!(moment.instant().unwrap().to_rfc3339(), "2025-11-01T03:00:00+00:00");
/// assert!(!Moment::parse("2025-11-01").unwrap().has_time());
/// // A leap second is the open time of no candle.
/// assert_eq!(Moment::parse("2016-12-31 23:59:60"), None);
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// Whole seconds since the epoch, UTC, rounded down.
    seconds: i64,
    /// The rest.
    nanos: u32,
    /// Whether there is a time of day.
    has_time: bool,
    /// East of UTC in seconds, if a zone is written.
    pub(super) offset: Option<i32>,
}

impl Moment {
    /// Reads `2025-11-01`, or that followed by a `T` or a space and `05:00`, `05:00:00` or
    /// `05:00:00.123456789`, and that by nothing (UTC), `Z`, `+02:00`, `+0200` or `+02`.
    pub fn parse(text: &str) -> Option<Self> {
        let mut rest = Rest(text.as_bytes());
        let year = rest.digits(4)?;
        let month = rest.after(b'-')?.digits(2)?;
        let day = rest.after(b'-')?.digits(2)?;
        let date = NaiveDate::from_ymd_opt(i32::try_from(year).ok()?, month, day)?;
        let midnight = date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp();
        if rest.0.is_empty() {
            return Some(Self { seconds: midnight, nanos: 0, has_time: false, offset: None });
        }
        if !(rest.eat(b'T') || rest.eat(b' ') || rest.eat(b't')) {
            return None;
        }
        let hour = rest.digits(2).filter(|hour| *hour < 24)?;
        let minute = rest.after(b':')?.digits(2).filter(|minute| *minute < 60)?;
        let mut second = 0;
        let mut nanos = 0;
        if rest.eat(b':') {
            second = rest.digits(2).filter(|second| *second < 60)?;
            if rest.eat(b'.') {
                nanos = rest.fraction()?;
            }
        }
        let offset = rest.offset()?;
        let local = midnight + i64::from(hour * 3_600 + minute * 60 + second);
        let seconds = local - i64::from(offset.unwrap_or(0));
        Some(Self { seconds, nanos, has_time: true, offset })
    }

    /// Whether there is a time of day, not only a date.
    pub fn has_time(self) -> bool {
        self.has_time
    }

    /// The instant; of a date its midnight, UTC.
    pub fn instant(self) -> Option<DateTime<Utc>> {
        DateTime::from_timestamp(self.seconds, self.nanos)
    }

    pub(super) fn is_whole_micros(self) -> bool {
        self.nanos.is_multiple_of(1_000)
    }

    /// Since the epoch; `None` if it is no whole number of them.
    pub(super) fn micros(self) -> Option<i64> {
        if !self.is_whole_micros() {
            return None;
        }
        self.seconds.checked_mul(1_000_000)?.checked_add(i64::from(self.nanos / 1_000))
    }

    /// Since the epoch; `None` before 1677 and after 2262.
    pub(super) fn nanos(self) -> Option<i64> {
        self.seconds.checked_mul(1_000_000_000)?.checked_add(i64::from(self.nanos))
    }

    /// Since the epoch; `None` if there is a time of day.
    pub(super) fn days(self) -> Option<i32> {
        if self.has_time {
            return None;
        }
        i32::try_from(self.seconds.div_euclid(SECONDS_A_DAY)).ok()
    }
}

/// The text that is still to be read.
struct Rest<'a>(&'a [u8]);

impl Rest<'_> {
    fn eat(&mut self, byte: u8) -> bool {
        match self.0.split_first() {
            Some((first, rest)) if *first == byte => {
                self.0 = rest;
                true
            }
            _ => false,
        }
    }

    fn after(&mut self, byte: u8) -> Option<&mut Self> {
        self.eat(byte).then_some(self)
    }

    /// A number of exactly this length in digits.
    fn digits(&mut self, count: usize) -> Option<u32> {
        let (digits, rest) = self.0.split_at_checked(count)?;
        self.0 = rest;
        digits.iter().try_fold(0_u32, |number, byte| {
            byte.is_ascii_digit().then(|| number * 10 + u32::from(byte - b'0'))
        })
    }

    /// One to nine digits after the point, in nanoseconds.
    fn fraction(&mut self) -> Option<u32> {
        let count = self.0.iter().take_while(|byte| byte.is_ascii_digit()).count();
        if !(1..=9).contains(&count) {
            return None;
        }
        let digits = self.digits(count)?;
        Some(digits * 10_u32.pow(9 - u32::try_from(count).ok()?))
    }

    /// What is left must be a zone or nothing.
    #[expect(clippy::option_option, reason = "outside: can be read; inside: is written")]
    fn offset(&mut self) -> Option<Option<i32>> {
        if self.0.is_empty() {
            return Some(None);
        }
        if self.eat(b'Z') || self.eat(b'z') {
            return self.0.is_empty().then_some(Some(0));
        }
        let sign = if self.eat(b'+') {
            1
        } else if self.eat(b'-') {
            -1
        } else {
            return None;
        };
        let hours = self.digits(2).filter(|hours| *hours < 24)?;
        let minutes = if self.0.is_empty() {
            0
        } else {
            self.eat(b':');
            self.digits(2).filter(|minutes| *minutes < 60)?
        };
        let seconds = i32::try_from(hours * 3_600 + minutes * 60).ok()?;
        self.0.is_empty().then_some(Some(sign * seconds))
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    /// 2025-11-01 05:00:00 UTC.
    const FIVE: i64 = 1_761_973_200_000_000;

    #[test]
    fn the_ways_to_write_one_moment() {
        for text in [
            "2025-11-01 05:00",
            "2025-11-01 05:00:00",
            "2025-11-01T05:00:00",
            "2025-11-01T05:00:00.000",
            "2025-11-01T05:00:00Z",
            "2025-11-01t05:00:00z",
            "2025-11-01 05:00:00+00:00",
            "2025-11-01T07:00:00+02:00",
            "2025-11-01T07:00:00.000000+0200",
            "2025-11-01 07:00:00+02",
            "2025-10-31T23:30:00-05:30",
        ] {
            assert_eq!(Moment::parse(text).unwrap().micros(), Some(FIVE), "{text}");
        }
    }

    #[test]
    fn zones_are_told_apart_from_none() {
        let offset = |text| Moment::parse(text).unwrap().offset;
        assert_eq!(offset("2025-11-01 05:00:00"), None);
        assert_eq!(offset("2025-11-01 05:00:00Z"), Some(0));
        assert_eq!(offset("2025-11-01 05:00:00-05:30"), Some(-19_800));
    }

    #[test]
    fn fractions_are_exact() {
        let micros = |text| Moment::parse(text).unwrap().micros();
        assert_eq!(micros("2025-11-01 05:00:00.5"), Some(FIVE + 500_000));
        assert_eq!(micros("2025-11-01 05:00:00.000001"), Some(FIVE + 1));
        assert_eq!(micros("2025-11-01 05:00:00.000001000"), Some(FIVE + 1));
        assert_eq!(micros("1969-12-31 23:59:59.999999"), Some(-1));
        assert_eq!(micros("2025-11-01 05:00:00.0000001"), None);
        let nanos = Moment::parse("2025-11-01 05:00:00.000000001").unwrap().nanos();
        assert_eq!(nanos, Some(FIVE * 1_000 + 1));
        assert_eq!(Moment::parse("2263-01-01").unwrap().nanos(), None);
    }

    #[test]
    fn dates_are_days() {
        assert_eq!(Moment::parse("1970-01-02").unwrap().days(), Some(1));
        assert_eq!(Moment::parse("1969-12-31").unwrap().days(), Some(-1));
        assert_eq!(Moment::parse("1970-01-02 00:00").unwrap().days(), None);
    }

    #[test]
    fn what_is_no_moment() {
        for text in [
            "",
            "2025",
            "2025-11",
            "20251101",
            "2025-13-01",
            "2025-02-29",
            "2025-11-01 ",
            "2025-11-01T",
            "2025-11-01 05",
            "2025-11-01 24:00",
            "2025-11-01 05:60",
            "2025-11-01 05:00:60",
            "2025-11-01 05:00:00.",
            "2025-11-01 05:00:00.0000000001",
            "2025-11-01 05:00:00 +02:00",
            "2025-11-01 05:00:00+2",
            "2025-11-01 05:00:00+02:60",
            "2025-11-01 05:00:00Zx",
            "2025-11-01 05:00:00 Europe/Berlin",
            "+025-11-01",
            "2025-11-01-05:00",
        ] {
            assert_eq!(Moment::parse(text), None, "{text}");
        }
    }
}
