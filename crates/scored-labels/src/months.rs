//! Which months are meant.

use std::fmt;
use std::ops::RangeInclusive;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use strategy_core::{ParseYearMonthError, YearMonth};
use thiserror::Error;

use crate::{Result, ScoredLabelsError};

/// A month by name, or one that depends on the data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum MonthChoice {
    /// This month.
    Month(YearMonth),
    /// The month of the newest prediction.
    Latest,
    /// The month that the clock is in, in UTC.
    Current,
    /// Every month up to the newest prediction's whose whole window has predictions.
    All,
}

impl MonthChoice {
    /// The months chosen, given what time the predictions `span` and how many months a window has.
    pub(crate) fn months(
        self,
        span: &RangeInclusive<DateTime<Utc>>,
        lookback_months: u16,
    ) -> Vec<YearMonth> {
        let latest = YearMonth::containing(*span.end());
        match self {
            Self::Month(month) => vec![month],
            Self::Latest => vec![latest],
            Self::Current => vec![YearMonth::containing(Utc::now())],
            Self::All => {
                first_full_month(span).plus_months(lookback_months.into()).through(latest).collect()
            }
        }
    }
}

/// The months from the first one, if none is given the first with a full window, to the last one, if none
/// is given that of the newest prediction; none where no window is full.
///
/// # Errors
/// When the first comes after the last.
pub fn month_range(
    span: &RangeInclusive<DateTime<Utc>>,
    lookback_months: u16,
    from: Option<YearMonth>,
    to: Option<YearMonth>,
) -> Result<Vec<YearMonth>> {
    let edge = |choice| months_of(&[choice], span, lookback_months).first().copied();
    let from = from.or_else(|| edge(MonthChoice::All));
    let to = to.or_else(|| edge(MonthChoice::Latest));
    match from.zip(to) {
        Some((from, to)) if from > to => Err(ScoredLabelsError::MonthsReversed { from, to }),
        Some((from, to)) => Ok(from.through(to).collect()),
        None => Ok(Vec::new()),
    }
}

/// The months that `choices` mean, each once, ascending.
pub(crate) fn months_of(
    choices: &[MonthChoice],
    span: &RangeInclusive<DateTime<Utc>>,
    lookback_months: u16,
) -> Vec<YearMonth> {
    let mut months: Vec<_> =
        choices.iter().flat_map(|choice| choice.months(span, lookback_months)).collect();
    months.sort_unstable();
    months.dedup();
    months
}

/// The first month that the predictions cover from its first instant on.
fn first_full_month(span: &RangeInclusive<DateTime<Utc>>) -> YearMonth {
    let month = YearMonth::containing(*span.start());
    if *span.start() <= month.start() { month } else { month.plus_months(1) }
}

impl fmt::Display for MonthChoice {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Month(month) => month.fmt(f),
            Self::Latest => f.pad("latest"),
            Self::Current => f.pad("current"),
            Self::All => f.pad("all"),
        }
    }
}

impl FromStr for MonthChoice {
    type Err = ParseMonthChoiceError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "latest" => Ok(Self::Latest),
            "current" => Ok(Self::Current),
            "all" => Ok(Self::All),
            month => Ok(Self::Month(month.parse()?)),
        }
    }
}

/// Something else was given where a month, `latest`, `current` or `all` was wanted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{0}, or `latest`, `current` or `all`")]
pub struct ParseMonthChoiceError(#[from] ParseYearMonthError);

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    fn check(first: &str, last: &str, choice: &str, expect: &[&str]) {
        let instant = |text: &str| format!("{text}:00Z").parse().unwrap();
        let span = instant(first)..=instant(last);
        let months = choice.parse::<MonthChoice>().unwrap().months(&span, 12);
        assert_eq!(months.iter().map(ToString::to_string).collect::<Vec<_>>(), expect);
    }

    #[test]
    fn all_needs_the_whole_lookback() {
        check("2024-01-01T00:00", "2025-02-03T05:00", "all", &["2025-01", "2025-02"]);
        check("2024-01-01T01:00", "2025-02-03T05:00", "all", &["2025-02"]);
        check("2024-06-01T00:00", "2025-02-03T05:00", "all", &[]);
    }

    #[test]
    fn latest_is_the_month_of_the_newest_prediction() {
        check("2024-01-01T00:00", "2025-11-30T23:00", "latest", &["2025-11"]);
        check("2024-01-01T00:00", "2025-12-01T00:00", "latest", &["2025-12"]);
    }

    #[test]
    fn a_wrong_month_says_what_is_wanted() {
        let error = "2025-13".parse::<MonthChoice>().unwrap_err().to_string();
        assert!(error.contains("`2025-13` is not a month"), "{error}");
        assert!(error.ends_with("or `latest`, `current` or `all`"), "{error}");
    }
}
