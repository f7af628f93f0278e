//! The flags that choose months.

#![allow(clippy::doc_markdown, reason = "the comments are help texts, shown as they stand")]

use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};
use clap::Args;
use strategy_core::YearMonth;

use crate::months::{month_range, months_of};
use crate::{MonthChoice, Result, Run, WindowSettings};

const MONTHS: &str = "Months";

/// Which months to make.
#[derive(Debug, Clone, Args)]
pub struct MonthArgs {
    /// Months to make, as in 2025-11; `latest` is the month of the newest prediction, `current`
    /// the one that the clock is in (UTC), `all` every month whose whole window has out-of-sample
    /// predictions [default: latest]
    #[arg(help_heading = MONTHS, long, value_name = "MONTH", num_args = 1.., conflicts_with_all = ["from", "to"])]
    bin_month: Vec<MonthChoice>,

    /// First of a range of months [default: the first with a full window]
    #[arg(help_heading = MONTHS, long, value_name = "MONTH")]
    from: Option<YearMonth>,

    /// Last of a range of months [default: the month of the newest prediction]
    #[arg(help_heading = MONTHS, long, value_name = "MONTH")]
    to: Option<YearMonth>,
}

impl MonthArgs {
    /// Whether `choice` is among those that are named.
    #[must_use]
    pub fn asks_for(&self, choice: MonthChoice) -> bool {
        self.bin_month.contains(&choice)
    }

    /// The months that are meant of `run`, ascending.
    ///
    /// # Errors
    /// As [`Run::month_range`].
    pub fn of_run(&self, run: &Run, window: &WindowSettings) -> Result<Vec<YearMonth>> {
        run.full(self.of_span(&run.span, window.lookback_months)?, window)
    }

    /// The months that are meant of predictions over `span`, ascending; none where no window is full.
    ///
    /// # Errors
    /// When the first comes after the last.
    pub fn of_span(
        &self,
        span: &RangeInclusive<DateTime<Utc>>,
        lookback_months: u16,
    ) -> Result<Vec<YearMonth>> {
        if self.from.is_none() && self.to.is_none() {
            let latest = [MonthChoice::Latest];
            let choices = if self.bin_month.is_empty() { &latest } else { &*self.bin_month };
            return Ok(months_of(choices, span, lookback_months));
        }
        month_range(span, lookback_months, self.from, self.to)
    }
}
