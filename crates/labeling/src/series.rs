//! Candles as checked columns.
#![allow(
    clippy::inline_always,
    clippy::needless_bitwise_bool,
    reason = "a loop is compiled for each instruction set only with all that it calls inside it, and \
              becomes vector instructions only without branches"
)]

use chrono::TimeDelta;
use pulp::NullaryFnOnce;
use rayon::prelude::*;

use crate::rule::positive_micros;
use crate::{LabelError, SeriesError};

/// Candles that are checked together.
const BLOCK: usize = 1 << 13;

/// Candles from which on threads share the work. Below, waking them costs more.
const PARALLEL_CANDLES: usize = 1 << 16;

/// A borrowed series of candles that has been checked: one price of each kind a timestamp, open
/// times ascending on a grid of the interval (candles may be missing), prices finite and above 0,
/// high ≥ low.
///
/// Open and close may lie outside low to high: the rule needs no more of them than to be prices.
#[derive(Debug, Clone, Copy)]
pub struct CandleSeries<'a> {
    pub(crate) timestamps: &'a [i64],
    pub(crate) open: &'a [f64],
    pub(crate) high: &'a [f64],
    pub(crate) low: &'a [f64],
    pub(crate) close: &'a [f64],
    interval: TimeDelta,
    pub(crate) interval_micros: u64,
}

impl<'a> CandleSeries<'a> {
    /// Checks the columns: `timestamps` are open times in µs UTC, `interval` is the time from one
    /// candle's open to the next one's. No candles at all are fine.
    ///
    /// # Errors
    /// When the interval is not above 0 in whole microseconds, lengths differ, timestamps do not
    /// ascend or leave the grid, a price is not finite and above 0, or a high is below its low.
    /// Errors about a candle name the first one.
    pub fn new(
        timestamps: &'a [i64],
        open: &'a [f64],
        high: &'a [f64],
        low: &'a [f64],
        close: &'a [f64],
        interval: TimeDelta,
    ) -> Result<Self, LabelError> {
        let interval_micros =
            positive_micros(interval).ok_or(SeriesError::Interval { found: interval })?;
        for (column, prices) in [("open", open), ("high", high), ("low", low), ("close", close)] {
            if prices.len() != timestamps.len() {
                return Err(SeriesError::LengthsDiffer {
                    column,
                    found: prices.len(),
                    wanted: timestamps.len(),
                }
                .into());
            }
        }
        let series = Self { timestamps, open, high, low, close, interval, interval_micros };
        let checked = |first: usize| series.check(first, timestamps.len().min(first + BLOCK));
        let blocks = timestamps.len().div_ceil(BLOCK);
        let found = if timestamps.len() < PARALLEL_CANDLES {
            (0..blocks).find_map(|block| checked(block * BLOCK).err())
        } else {
            (0..blocks).into_par_iter().find_map_first(|block| checked(block * BLOCK).err())
        };
        found.map_or(Ok(series), |error| Err(error.into()))
    }

    /// How many candles there are.
    pub fn len(&self) -> usize {
        self.timestamps.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.timestamps.is_empty()
    }

    /// Open times, µs UTC, ascending.
    pub fn timestamps(&self) -> &'a [i64] {
        self.timestamps
    }

    /// The time from one candle's open to the next one's when none is missing.
    pub fn interval(&self) -> TimeDelta {
        self.interval
    }

    /// Checks the candles `first..end`: first all at once, and one by one if something is wrong.
    fn check(&self, first: usize, end: usize) -> Result<(), SeriesError> {
        let looks_good = pulp::Arch::new().dispatch(LooksGood { series: self, first, end });
        if !looks_good {
            for index in first..end {
                self.check_time(index)?;
                self.check_prices(index)?;
            }
        }
        Ok(())
    }

    fn check_time(&self, index: usize) -> Result<(), SeriesError> {
        let timestamp = self.timestamps[index];
        let Some(&previous) = index.checked_sub(1).and_then(|before| self.timestamps.get(before))
        else {
            return Ok(());
        };
        if timestamp <= previous {
            return Err(SeriesError::NotAscending { index, timestamp, previous });
        }
        // From neighbour to neighbour is enough: whole steps add up to whole steps.
        if !timestamp.abs_diff(previous).is_multiple_of(self.interval_micros) {
            let interval = self.interval;
            return Err(SeriesError::OffGrid { index, timestamp, previous, interval });
        }
        Ok(())
    }

    fn check_prices(&self, index: usize) -> Result<(), SeriesError> {
        let timestamp = self.timestamps[index];
        let (high, low) = (self.high[index], self.low[index]);
        let prices = [
            ("open", self.open[index]),
            ("high", high),
            ("low", low),
            ("close", self.close[index]),
        ];
        for (column, found) in prices {
            if !is_price(found) {
                return Err(SeriesError::Price { index, timestamp, column, found });
            }
        }
        if high < low {
            return Err(SeriesError::HighBelowLow { index, timestamp, high, low });
        }
        Ok(())
    }
}

/// Whether candles follow one another without a gap and have good prices. Candles with gaps may be
/// good too; they take a closer look.
///
/// Counting what is wrong, instead of stopping at it, makes it vector instructions.
struct LooksGood<'a> {
    series: &'a CandleSeries<'a>,
    first: usize,
    end: usize,
}

impl NullaryFnOnce for LooksGood<'_> {
    type Output = bool;

    #[inline(always)]
    fn call(self) -> bool {
        let Self { series, first, end } = self;
        // The first candle of all has none before it.
        let begin = first.max(1);
        let times =
            series.timestamps[begin - 1..end - 1].iter().zip(&series.timestamps[begin..end]);
        let [open, high, low, close] =
            [series.open, series.high, series.low, series.close].map(|prices| &prices[begin..end]);
        let mut bad = u64::from(
            first < begin
                && !are_prices(series.open[0], series.high[0], series.low[0], series.close[0]),
        );
        // The columns side by side: memory is read faster so than one column after the other.
        for (((((previous, timestamp), &open), &high), &low), &close) in
            times.zip(open).zip(high).zip(low).zip(close)
        {
            // No step that leaves the range of i64 is an interval.
            let step = timestamp.wrapping_sub(*previous).cast_unsigned();
            let good = (step == series.interval_micros) & are_prices(open, high, low, close);
            bad |= u64::from(!good);
        }
        bad == 0
    }
}

/// Whether all are prices, and the high is not below the low.
#[inline(always)]
fn are_prices(open: f64, high: f64, low: f64, close: f64) -> bool {
    // A high between a low above 0 and the greatest number is a price, and so is that low.
    is_price(open) & is_price(close) & (low > 0.0) & (high >= low) & (high <= f64::MAX)
}

#[inline(always)]
fn is_price(found: f64) -> bool {
    (found > 0.0) & (found <= f64::MAX)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    const HOUR: i64 = 3_600_000_000;
    const START: i64 = 1_761_973_200_000_000; // 2025-11-01 05:00:00 UTC

    fn check(times: &[i64], prices: [&[f64]; 4], expect: &str) {
        let [open, high, low, close] = prices;
        let error = CandleSeries::new(times, open, high, low, close, TimeDelta::hours(1));
        let message = error.unwrap_err().to_string();
        assert!(message.contains(expect), "`{message}` lacks `{expect}`");
    }

    fn check_times(times: &[i64], expect: &str) {
        let prices = vec![1.0; times.len()];
        check(times, [&prices; 4], expect);
    }

    #[test]
    fn names_the_first_bad_timestamp() {
        let twice = "candle 1 (counted from 0) opens at 2025-11-01 05:00:00 UTC, \
                     which is not after the candle before it (2025-11-01 05:00:00 UTC)";
        check_times(&[START, START, START - HOUR], twice);
        check_times(&[START, START - HOUR], "2025-11-01 04:00:00 UTC, which is not after");
        let off_grid = "candle 2 (counted from 0) opens at 2025-11-01 06:30:00 UTC, \
                        which is not a whole number of 1h intervals after";
        check_times(&[START, START + HOUR, START + HOUR * 3 / 2], off_grid);
        check_times(&[START, START + HOUR * 3 / 2], "opens at 2025-11-01 06:30:00 UTC");
    }

    #[test]
    fn takes_gaps_extremes_and_nothing() {
        let hour = TimeDelta::hours(1);
        let one = [1.0, 1.0];
        let gap = CandleSeries::new(&[START, START + 5 * HOUR], &one, &one, &one, &one, hour);
        assert_eq!(gap.unwrap().len(), 2);
        // The distance between these does not fit in an i64.
        let micro = TimeDelta::microseconds(1);
        assert!(CandleSeries::new(&[i64::MIN, i64::MAX], &one, &one, &one, &one, micro).is_ok());
        assert!(CandleSeries::new(&[], &[], &[], &[], &[], hour).unwrap().is_empty());
        for interval in [TimeDelta::zero(), -hour, TimeDelta::nanoseconds(1)] {
            let error = CandleSeries::new(&[], &[], &[], &[], &[], interval).unwrap_err();
            assert_eq!(error, SeriesError::Interval { found: interval }.into());
        }
    }

    #[test]
    fn names_the_column_of_another_length() {
        let (three, two) = ([1.0; 3], [1.0; 2]);
        for (at, column) in ["open", "high", "low", "close"].into_iter().enumerate() {
            let mut prices: [&[f64]; 4] = [&three; 4];
            prices[at] = &two;
            let times = [START, START + HOUR, START + 2 * HOUR];
            check(&times, prices, &format!("column `{column}` has 2 values for 3 timestamps"));
        }
    }

    #[test]
    fn a_bad_price_is_found_wherever_it_is() {
        for n in 1..40_usize {
            let times: Vec<i64> = (0..).step_by(3_600_000_000).take(n).collect();
            for row in 0..n {
                for (column, bad) in
                    [(0, f64::NAN), (1, f64::INFINITY), (2, 0.0), (3, -1.0), (1, 0.5)]
                {
                    let mut prices = [0; 4].map(|_| vec![1.0; n]);
                    prices[column][row] = bad;
                    let [open, high, low, close] = prices.each_ref().map(Vec::as_slice);
                    let hour = TimeDelta::hours(1);
                    let error =
                        CandleSeries::new(&times, open, high, low, close, hour).unwrap_err();
                    let LabelError::Series(
                        SeriesError::Price { index, .. } | SeriesError::HighBelowLow { index, .. },
                    ) = error
                    else {
                        panic!("{error}")
                    };
                    assert_eq!(index, row, "column {column} of {n} candles: {error}");
                }
            }
        }
    }

    #[test]
    fn names_the_bad_price() {
        let times = [START - HOUR, START];
        for (at, column) in ["open", "high", "low", "close"].into_iter().enumerate() {
            for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.0, -1.0] {
                let (good, bad_column) = ([1.0, 1.0], [1.0, bad]);
                let mut prices: [&[f64]; 4] = [&good; 4];
                prices[at] = &bad_column;
                let expect = format!("at 2025-11-01 05:00:00 UTC has {column} = {bad}:");
                check(&times, prices, &expect);
            }
        }
        let (one, two) = ([1.0, 1.0], [1.0, 2.0]);
        check(
            &times,
            [&one, &one, &two, &one],
            "2025-11-01 05:00:00 UTC has high = 1 below low = 2",
        );
    }
}
