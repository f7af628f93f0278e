//! Equity over time, and what each of its days made of it.

use super::track_record::{DayEnds, Falls, check_capital};
use crate::StatisticsError;
use crate::check::{check_finite, check_length};

/// Rows whose highest and lowest equity is looked at first, and how many of them side by side.
const BLOCK: usize = 32;
const LANES: usize = 4;

/// Equity marked at the rows of a backtest, and the capital that it began with.
///
/// ```
/// use statistics::EquityCurve;
///
/// // Two hours of one day, one of the next; times in microseconds since 1970, UTC.
/// let times = [22 * 3_600_000_000, 23 * 3_600_000_000, 24 * 3_600_000_000];
/// let curve = EquityCurve::new(&times, &[101.0, 110.0, 99.0], 100.0)?;
/// let days = curve.days()?;
/// assert_eq!(days.len(), 2);
/// assert!((days[0].growth - 1.1).abs() < 1e-15);
/// assert!((days[1].growth - 0.9).abs() < 1e-15);
/// # Ok::<(), statistics::StatisticsError>(())
/// ```
#[derive(Debug, Clone, Copy)]
pub struct EquityCurve<'a> {
    times: &'a [i64],
    equity: &'a [f64],
    capital: f64,
}

/// What one day did to equity, every row of it looked at, in multiples of the equity before it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct DayPath {
    /// Equity of the last row over equity before the day; 0 or less where all was lost.
    pub growth: f64,
    /// The highest equity, that before the day included: at least 1.
    pub high: f64,
    /// The lowest equity, that before the day included: at most 1.
    pub low: f64,
    /// The deepest fall from a high to a later low within the day, 0 or negative.
    pub drawdown: f64,
}

impl<'a> EquityCurve<'a> {
    /// `equity` (shape `n`, in the account's currency) at `times` (shape `n`, microseconds since
    /// 1970, UTC, strictly ascending), made of `capital`.
    ///
    /// # Errors
    /// If there are no rows, the lengths differ, times are not ascending, equity is not finite, or
    /// capital is not a finite number above 0.
    pub fn new(times: &'a [i64], equity: &'a [f64], capital: f64) -> Result<Self, StatisticsError> {
        check_length("equity", equity.len(), times.len())?;
        if times.is_empty() {
            return Err(StatisticsError::NoRows);
        }
        if let Some(index) = times.windows(2).position(|pair| pair[1] <= pair[0]) {
            return Err(StatisticsError::NotAscending { index: index + 1 });
        }
        check_finite("equity", equity)?;
        check_capital(capital)?;
        Ok(Self { times, equity, capital })
    }

    /// Times of the rows, in microseconds since 1970, UTC.
    #[must_use]
    pub fn times(&self) -> &'a [i64] {
        self.times
    }

    /// Equity at the rows.
    #[must_use]
    pub fn equity(&self) -> &'a [f64] {
        self.equity
    }

    /// What it began with.
    #[must_use]
    pub fn capital(&self) -> f64 {
        self.capital
    }

    /// Last equity over capital, minus 1.
    #[must_use]
    pub fn total_return(&self) -> f64 {
        self.equity[self.equity.len() - 1] / self.capital - 1.0
    }

    /// The days that have rows, by UTC date, in order: each from the last row before it (the capital
    /// in the first) to its own last row. A last day that is not over yet counts; a day without
    /// rows has no return.
    ///
    /// # Errors
    /// If equity is 0 or less at the end of a day that another follows.
    pub fn days(&self) -> Result<Vec<DayPath>, StatisticsError> {
        self.each_day(DayPath::of)
    }

    /// What `of` says of each day, by the equity before it and at its rows.
    fn each_day<T>(&self, of: impl Fn(f64, &[f64]) -> T) -> Result<Vec<T>, StatisticsError> {
        let (mut days, mut from, mut before) = (Vec::new(), 0, self.capital);
        for &end in DayEnds::of(self.times)?.ends() {
            if before <= 0.0 {
                let (name, index) = ("equity at a day's end", from - 1);
                return Err(StatisticsError::NotPositive { name, index, value: before });
            }
            days.push(of(before, &self.equity[from..end]));
            (from, before) = (end, self.equity[end - 1]);
        }
        Ok(days)
    }

    /// Returns of the [`days`](Self::days).
    ///
    /// # Errors
    /// As for [`days`](Self::days).
    pub fn daily_returns(&self) -> Result<Vec<f64>, StatisticsError> {
        self.each_day(|before, rows| DayPath::growth(before, rows) - 1.0)
    }

    /// The deepest fall of equity below an earlier high, the capital included: 0 or negative, −0.25
    /// for a quarter lost. From every row.
    #[must_use]
    pub fn max_drawdown(&self) -> f64 {
        let mut falls = Falls::below(self.capital);
        for rows in self.equity.chunks(BLOCK) {
            falls.rows(extremes(rows), rows.iter().copied());
        }
        falls.deepest()
    }
}

/// The lowest and the highest of some values, none of them NaN.
fn extremes(values: &[f64]) -> [f64; 2] {
    let (mut low, mut high) = ([f64::INFINITY; LANES], [f64::NEG_INFINITY; LANES]);
    let (groups, rest) = values.as_chunks::<LANES>();
    for group in groups {
        for lane in 0..LANES {
            low[lane] = if group[lane] < low[lane] { group[lane] } else { low[lane] };
            high[lane] = if group[lane] > high[lane] { group[lane] } else { high[lane] };
        }
    }
    let low = low.iter().chain(rest).copied().fold(f64::INFINITY, f64::min);
    [low, high.iter().chain(rest).copied().fold(f64::NEG_INFINITY, f64::max)]
}

impl DayPath {
    fn growth(before: f64, rows: &[f64]) -> f64 {
        rows.last().map_or(1.0, |last| last / before)
    }

    fn of(before: f64, rows: &[f64]) -> Self {
        let (mut high, mut low, mut drawdown) = (before, before, 0.0_f64);
        for &equity in rows {
            high = high.max(equity);
            low = low.min(equity);
            drawdown = drawdown.min(equity / high - 1.0);
        }
        let growth = Self::growth(before, rows);
        Self { growth, high: high / before, low: low / before, drawdown }
    }

    /// Growth minus 1.
    #[must_use]
    pub(super) fn daily_return(&self) -> f64 {
        self.growth - 1.0
    }

    /// Growth and deepest fall of the days at `order`, one after another, as if they had happened so.
    /// Equity that was lost stays lost.
    pub(super) fn chain(days: &[Self], order: impl Iterator<Item = usize>) -> (f64, f64) {
        let (mut equity, mut peak, mut deepest) = (1.0_f64, 1.0_f64, 0.0_f64);
        for day in order {
            let Self { growth, high, low, drawdown } = days[day];
            deepest = deepest.min(drawdown).min(equity * low / peak - 1.0);
            peak = peak.max(equity * high);
            equity *= growth;
            if equity <= 0.0 {
                return (0.0, deepest);
            }
        }
        (equity, deepest)
    }
}
