//! Calendar months and instants, in UTC throughout.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, Datelike, NaiveDate, Utc};
use serde::{Deserialize, Serialize};
use thiserror::Error;

/// Years outside this range are taken for typing errors: exchanges have no candles there, and every
/// instant inside it fits in microseconds with room to spare.
const YEARS: std::ops::RangeInclusive<i32> = 1970..=2999;

/// A calendar month in UTC, such as `2025-11`: what a set of bins is made for.
///
/// ```
/// use strategy_core::YearMonth;
///
/// let month: YearMonth = "2025-11".parse()?;
/// assert_eq!(month.plus_months(-12).to_string(), "2024-11");
/// assert_eq!(month.start().to_rfc3339(), "2025-11-01T00:00:00+00:00");
/// assert!("2025-13".parse::<YearMonth>().is_err());
/// # Ok::<(), strategy_core::ParseYearMonthError>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct YearMonth {
    /// Months since January of year 0: a number line on which arithmetic is addition.
    index: i32,
}

impl YearMonth {
    /// The month `month` (1 to 12) of `year`.
    ///
    /// # Errors
    /// When `month` is not 1 to 12 or `year` not 1970 to 2999.
    pub fn new(year: i32, month: u32) -> Result<Self, ParseYearMonthError> {
        match i32::try_from(month) {
            Ok(number @ 1..=12) if YEARS.contains(&year) => {
                Ok(Self { index: year * 12 + number - 1 })
            }
            _ => Err(ParseYearMonthError { found: format!("{year:04}-{month:02}") }),
        }
    }

    /// The month that holds `instant`.
    pub fn containing(instant: DateTime<Utc>) -> Self {
        Self::clamped(instant.year() * 12 + i32::try_from(instant.month0()).unwrap_or(0))
    }

    /// The month that holds the instant `micros` (microseconds since the Unix epoch, UTC).
    pub fn containing_micros(micros: i64) -> Self {
        Self::containing(DateTime::from_timestamp_micros(micros).unwrap_or_default())
    }

    /// The calendar year.
    pub fn year(self) -> i32 {
        self.index.div_euclid(12)
    }

    /// The number of the month, 1 to 12.
    pub fn month(self) -> u32 {
        self.index.rem_euclid(12).unsigned_abs() + 1
    }

    /// Its first instant, midnight UTC of day one.
    pub fn start(self) -> DateTime<Utc> {
        NaiveDate::from_ymd_opt(self.year(), self.month(), 1)
            .unwrap_or_default()
            .and_time(chrono::NaiveTime::MIN)
            .and_utc()
    }

    /// The month `months` later (earlier when negative), held inside the years 1970 to 2999.
    #[must_use]
    pub fn plus_months(self, months: i32) -> Self {
        Self::clamped(self.index.saturating_add(months))
    }

    /// How many months `self` lies after `earlier`; negative when it lies before.
    pub fn months_since(self, earlier: Self) -> i32 {
        self.index - earlier.index
    }

    /// Every month from this one to `last`, both included; none when `last` comes before.
    pub fn through(self, last: Self) -> impl Iterator<Item = Self> {
        (self.index..=last.index).map(|index| Self { index })
    }

    fn clamped(index: i32) -> Self {
        Self { index: index.clamp(YEARS.start() * 12, YEARS.end() * 12 + 11) }
    }
}

impl fmt::Display for YearMonth {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{:04}-{:02}", self.year(), self.month()))
    }
}

impl FromStr for YearMonth {
    type Err = ParseYearMonthError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || ParseYearMonthError { found: text.to_owned() };
        let (year, month) = text.split_once('-').ok_or_else(error)?;
        let digits =
            |part: &str, len| part.len() == len && part.bytes().all(|b| b.is_ascii_digit());
        if !digits(year, 4) || !digits(month, 2) {
            return Err(error());
        }
        let year = year.parse().map_err(|_| error())?;
        let month = month.parse().map_err(|_| error())?;
        Self::new(year, month)
    }
}

impl TryFrom<String> for YearMonth {
    type Error = ParseYearMonthError;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        text.parse()
    }
}

impl From<YearMonth> for String {
    fn from(month: YearMonth) -> Self {
        month.to_string()
    }
}

/// Something that is no month was given where one was wanted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("`{found}` is not a month: write year and month as in 2025-11 (years 1970 to 2999)")]
pub struct ParseYearMonthError {
    /// What was given.
    pub found: String,
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn refuses_what_is_no_month() {
        for text in [
            "2025-13",
            "2025-00",
            "2025-1",
            "25-11",
            "2025/11",
            "2025-11-01",
            "",
            "-",
            "1969-12",
            "+025-11",
            "２０２５-11",
        ] {
            let error = text.parse::<YearMonth>().unwrap_err();
            assert_eq!(error.found, text);
        }
    }

    #[test]
    fn arithmetic_crosses_years() {
        let month: YearMonth = "2025-01".parse().unwrap();
        assert_eq!(month.plus_months(-1).to_string(), "2024-12");
        assert_eq!(month.plus_months(12).to_string(), "2026-01");
        let months: Vec<String> =
            month.plus_months(-2).through(month).map(|m| m.to_string()).collect();
        assert_eq!(months, ["2024-11", "2024-12", "2025-01"]);
        assert_eq!(month.through(month.plus_months(-1)).count(), 0);
    }

    proptest! {
        #[test]
        fn text_and_instants_round_trip(year in 1970i32..=2999, number in 1u32..=12, hours in 0i64..24 * 28) {
            let month = YearMonth::new(year, number).unwrap();
            prop_assert_eq!(month.to_string().parse::<YearMonth>().unwrap(), month);
            let inside = month.start() + chrono::TimeDelta::hours(hours);
            prop_assert_eq!(YearMonth::containing(inside), month);
            prop_assert_eq!(YearMonth::containing_micros(inside.timestamp_micros()), month);
            prop_assert_eq!(YearMonth::containing_micros(month.start().timestamp_micros() - 1), month.plus_months(-1).max(YearMonth::new(1970, 1).unwrap()));
        }
    }
}
