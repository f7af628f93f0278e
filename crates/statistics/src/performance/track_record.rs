//! Daily returns and the deepest fall, taken down while equity is made.

use crate::StatisticsError;

/// Microseconds of a day.
const DAY: i64 = 86_400_000_000;

/// More than rounding takes from a ratio of two equities.
const MARGIN: f64 = 1e-14;

/// Which rows are the last of their UTC day: found once for all curves over the same rows.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DayEnds(Vec<usize>);

/// What a sweep keeps of an equity curve.
#[derive(Debug, Clone, PartialEq)]
pub struct TrackRecord {
    /// Daily UTC returns.
    pub returns: Vec<f64>,
    /// Last equity over capital, minus 1.
    pub total_return: f64,
    /// Deepest fall below an earlier high, of every row: 0 or negative.
    pub max_drawdown: f64,
}

/// Makes a [`TrackRecord`] of equity that comes row by row, or in stretches of which the lowest and the highest are
/// known: those of an [`EquityCurve`](crate::EquityCurve) over the same rows, to the bit, without keeping the rows.
///
/// ```
/// use statistics::{DayEnds, TrackRecorder};
///
/// // Two hours of one day, one of the next; times in microseconds since 1970, UTC.
/// let days = DayEnds::of(&[22, 23, 24].map(|hour| hour * 3_600_000_000))?;
/// let mut record = TrackRecorder::new(&days, 100.0)?;
/// record.stretch(2, [101.0, 110.0], |row| [101.0, 110.0][row]);
/// record.row(99.0);
/// let record = record.finish()?;
/// assert_eq!(record.returns.len(), 2);
/// assert!((record.max_drawdown + 0.1).abs() < 1e-15);
/// # Ok::<(), statistics::StatisticsError>(())
/// ```
#[derive(Debug, Clone)]
pub struct TrackRecorder<'a> {
    days: &'a DayEnds,
    capital: f64,
    /// Equity at the ends of days.
    closes: Vec<f64>,
    /// Rows so far.
    rows: usize,
    /// The last of all rows, which may be told again.
    last: Option<f64>,
    falls: Falls,
    /// The first that is not finite.
    wrong: Option<(usize, f64)>,
}

/// The deepest fall so far.
#[derive(Debug, Clone)]
pub(super) struct Falls {
    peak: f64,
    deepest: f64,
    /// What is not below this part of the peak is no new depth.
    bound: f64,
}

impl DayEnds {
    /// Of rows at `times` (microseconds since 1970, UTC, strictly ascending).
    ///
    /// # Errors
    /// If there are no rows, or times are not ascending.
    pub fn of(times: &[i64]) -> Result<Self, StatisticsError> {
        if times.is_empty() {
            return Err(StatisticsError::NoRows);
        }
        if let Some(index) = times.windows(2).position(|pair| pair[1] <= pair[0]) {
            return Err(StatisticsError::NotAscending { index: index + 1 });
        }
        let day = |time: i64| time.div_euclid(DAY);
        let ends = times.windows(2).enumerate().filter(|(_, pair)| day(pair[0]) != day(pair[1]));
        let ends = ends.map(|(row, _)| row + 1);
        Ok(Self(ends.chain([times.len()]).collect()))
    }

    /// The number of rows up to the end of each day.
    pub(super) fn ends(&self) -> &[usize] {
        &self.0
    }

    fn rows(&self) -> usize {
        self.0.last().copied().unwrap_or_default()
    }
}

impl<'a> TrackRecorder<'a> {
    /// Before the first row of `days`, with its capital.
    ///
    /// # Errors
    /// If capital is not a finite number above 0.
    pub fn new(days: &'a DayEnds, capital: f64) -> Result<Self, StatisticsError> {
        check_capital(capital)?;
        let closes = Vec::with_capacity(days.0.len());
        let falls = Falls::below(capital);
        Ok(Self { days, capital, closes, rows: 0, last: None, falls, wrong: None })
    }

    /// Takes the equity of the next row. After the last one it is told again.
    #[inline]
    pub fn row(&mut self, equity: f64) {
        self.stretch(1, [equity, equity], |_| equity);
    }

    /// Takes the equity of the next `rows` rows, the lowest and the highest of them, and that of each by its number
    /// from 0.
    #[inline]
    pub fn stretch(&mut self, rows: usize, [low, high]: [f64; 2], equity: impl Fn(usize) -> f64) {
        let all = self.days.rows();
        if rows == 0 {
            return;
        }
        if !(low.is_finite() && high.is_finite()) && self.wrong.is_none() {
            let found = (0..rows).map(|row| (row, equity(row))).find(|(_, e)| !e.is_finite());
            self.wrong = found.map(|(row, value)| (self.rows + row, value));
        }
        let ends = self.days.ends();
        let (before, after) = (self.rows, self.rows + rows);
        if after < all {
            self.falls.rows([low, high], (0..rows).map(&equity));
        } else {
            // The last row may be told again.
            (0..rows - 1).for_each(|row| self.falls.row(equity(row)));
            self.last = Some(equity(rows - 1));
        }
        while let Some(&end) = ends.get(self.closes.len()).filter(|&&end| end <= after.min(all - 1))
        {
            self.closes.push(equity(end - 1 - before));
        }
        self.rows = after.min(all - 1);
    }

    /// The record of all rows.
    ///
    /// # Errors
    /// If there was not an equity for each row, one is not finite, or it is 0 or less at the end of a day that
    /// another follows.
    pub fn finish(mut self) -> Result<TrackRecord, StatisticsError> {
        let name = "equity";
        let Some(last) = self.last else {
            let (found, wanted) = (self.rows, self.days.rows());
            return Err(StatisticsError::LengthMismatch { name, found, wanted });
        };
        if let Some((index, value)) = self.wrong {
            return Err(StatisticsError::NotFinite { name, index, value });
        }
        self.falls.row(last);
        self.closes.push(last);
        Ok(TrackRecord {
            returns: returns(self.days, self.capital, &self.closes)?,
            total_return: last / self.capital - 1.0,
            max_drawdown: self.falls.deepest(),
        })
    }
}

/// Each day's return, from the equity at its end.
fn returns(days: &DayEnds, capital: f64, closes: &[f64]) -> Result<Vec<f64>, StatisticsError> {
    let mut before = capital;
    let mut returns = Vec::with_capacity(closes.len());
    for (day, &close) in closes.iter().enumerate() {
        if before <= 0.0 {
            let (name, index) = ("equity at a day's end", days.0[day - 1] - 1);
            return Err(StatisticsError::NotPositive { name, index, value: before });
        }
        returns.push(close / before - 1.0);
        before = close;
    }
    Ok(returns)
}

pub(super) fn check_capital(capital: f64) -> Result<(), StatisticsError> {
    if capital.is_finite() && capital > 0.0 {
        return Ok(());
    }
    let (name, wanted) = ("capital", "a finite number above 0");
    Err(StatisticsError::InvalidArgument { name, value: capital, wanted })
}

impl Falls {
    pub(super) fn below(capital: f64) -> Self {
        Self { peak: capital, deepest: 0.0, bound: 1.0 + MARGIN }
    }

    /// Takes rows, of which the lowest and the highest are known: most are no new depth.
    #[inline]
    pub(super) fn rows(&mut self, [low, high]: [f64; 2], rows: impl Iterator<Item = f64>) {
        let highest = if high > self.peak { high } else { self.peak };
        if low < self.bound * highest {
            rows.for_each(|equity| self.row(equity));
        }
        self.peak = highest;
    }

    #[inline]
    fn row(&mut self, equity: f64) {
        self.peak = if equity > self.peak { equity } else { self.peak };
        // Those that are no new depth need no division.
        if equity < self.bound * self.peak {
            self.deepest = self.deepest.min(equity / self.peak - 1.0);
            self.bound = 1.0 + self.deepest + MARGIN;
        }
    }

    pub(super) fn deepest(&self) -> f64 {
        self.deepest
    }
}
