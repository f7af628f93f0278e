//! What the sizers and rules know of the market, row by row.

use backtest::{Bar, History};

use crate::shock::VolatilityRatio;

const HOUR: i64 = 3_600_000_000;
const YEAR: f64 = 365.0 * 24.0 * HOUR as f64;

/// Half-life of the fast variance.
pub(crate) const FAST: f64 = 24.0;
/// Half-life of the slow one, in hours: that of correlations too.
pub(crate) const SLOW: f64 = 168.0;

/// Returns, their covariances and funding, up to the last row seen.
#[derive(Debug, Clone)]
pub(crate) struct Market {
    rows_a_year: f64,
    /// Rows of one slow half-life.
    warm_up: u64,
    last: Vec<f64>,
    returns: Vec<f64>,
    seen: u64,
    fast: Covariance,
    slow: Covariance,
    /// One an instrument.
    pub(crate) ratios: Vec<VolatilityRatio>,
    funding: Vec<Mean>,
}

/// Exponentially weighted mean of a number a row.
#[derive(Debug, Clone, Copy, Default)]
struct Mean {
    sum: f64,
    weight: f64,
}

impl Mean {
    fn update(&mut self, value: f64, decay: f64) {
        self.sum = decay * self.sum + value;
        self.weight = decay * self.weight + 1.0;
    }

    fn get(self) -> f64 {
        if self.weight > 0.0 { self.sum / self.weight } else { 0.0 }
    }
}

/// Exponentially weighted second moments of several returns at once: [`Ewma`](crate::Ewma), adjusted, of
/// each and of each pair.
#[derive(Debug, Clone)]
struct Covariance {
    decay: f64,
    weight: f64,
    /// The lower triangle, row by row.
    sums: Vec<f64>,
}

impl Covariance {
    fn new(instruments: usize, half_life_rows: f64) -> Self {
        let decay = 0.5_f64.powf(half_life_rows.recip());
        Self { decay, weight: 0.0, sums: vec![0.0; instruments * (instruments + 1) / 2] }
    }

    fn update(&mut self, returns: &[f64]) {
        let mut sums = self.sums.iter_mut();
        for (row, a) in returns.iter().enumerate() {
            for (b, sum) in returns[..=row].iter().zip(&mut sums) {
                *sum = self.decay * *sum + a * b;
            }
        }
        self.weight = self.decay * self.weight + 1.0;
    }

    /// `aᵀ·Σ·b`.
    fn form(&self, a: &[f64], b: &[f64]) -> f64 {
        let mut sums = self.sums.iter();
        let mut total = 0.0;
        for row in 0..a.len() {
            for column in 0..row {
                total += sums.next().unwrap_or(&0.0) * (a[row] * b[column] + a[column] * b[row]);
            }
            total += sums.next().unwrap_or(&0.0) * a[row] * b[row];
        }
        total / self.weight
    }
}

impl Market {
    /// A market of this number of instruments whose rows last `interval` µs each.
    pub(crate) fn new(instruments: usize, interval: i64) -> Self {
        let rows_an_hour = HOUR as f64 / interval as f64;
        let rows = |hours: f64| hours * rows_an_hour;
        let whole = |hours: i64| usize::try_from(hours * HOUR / interval).unwrap_or(usize::MAX);
        // With long rows the windows are as short as they can be.
        let short = whole(6).max(2);
        let long = whole(168).max(short + 1);
        Self {
            rows_a_year: YEAR / interval as f64,
            warm_up: whole(168).max(1) as u64,
            last: Vec::new(),
            returns: vec![0.0; instruments],
            seen: 0,
            fast: Covariance::new(instruments, rows(FAST)),
            slow: Covariance::new(instruments, rows(SLOW)),
            ratios: vec![VolatilityRatio::new(short, long); instruments],
            funding: vec![Mean::default(); instruments],
        }
    }

    /// Takes a row.
    pub(crate) fn row(&mut self, row: &Bar<'_>) {
        for (instrument, mean) in self.funding.iter_mut().enumerate() {
            let settled = row.settlements.iter().filter(|s| s.instrument == instrument);
            mean.update(settled.map(|s| s.rate).sum(), self.slow.decay);
        }
        if self.last.is_empty() {
            self.last.extend(row.candles.iter().map(backtest::Candle::close));
            return;
        }
        for ((candle, last), change) in
            row.candles.iter().zip(&mut self.last).zip(&mut self.returns)
        {
            *change = (candle.close() / *last).ln();
            *last = candle.close();
        }
        self.seen += 1;
        self.fast.update(&self.returns);
        self.slow.update(&self.returns);
        for (ratio, change) in self.ratios.iter_mut().zip(&self.returns) {
            ratio.update(change * change);
        }
    }

    /// Whether one slow half-life has passed; before, covariances are not to be relied on.
    pub(crate) fn is_warm(&self) -> bool {
        self.seen >= self.warm_up
    }

    /// Rows until then.
    pub(crate) fn rows_to_warm(&self) -> u64 {
        self.warm_up.saturating_sub(self.seen)
    }

    /// Volatility a year of holding `weights`, from the mean of the fast and the slow variance.
    pub(crate) fn volatility(&self, weights: &[f64]) -> f64 {
        let variance = 0.5 * (self.fast.form(weights, weights) + self.slow.form(weights, weights));
        (variance.max(0.0) * self.rows_a_year).sqrt()
    }

    /// `aᵀ·Σ·b` a year, from the slow covariances.
    pub(crate) fn covariance(&self, a: &[f64], b: &[f64]) -> f64 {
        self.slow.form(a, b) * self.rows_a_year
    }

    /// Appends all that changes with a row and is asked for.
    fn save(&self, into: &mut Vec<f64>) {
        into.extend([self.fast.weight, self.slow.weight]);
        into.extend(self.fast.sums.iter().chain(&self.slow.sums));
        into.extend(self.ratios.iter().flat_map(VolatilityRatio::state));
        into.extend(self.funding.iter().flat_map(|mean| [mean.sum, mean.weight]));
    }

    /// Takes over what [`save`](Self::save) wrote, `seen` returns after the first row.
    fn load(&mut self, seen: u64, saved: &[f64]) {
        self.seen = seen;
        let mut saved = saved.iter().copied();
        let mut next = || saved.next().unwrap_or(f64::NAN);
        (self.fast.weight, self.slow.weight) = (next(), next());
        self.fast.sums.iter_mut().chain(&mut self.slow.sums).for_each(|sum| *sum = next());
        self.ratios.iter_mut().for_each(|ratio| ratio.set([next(), next(), next()]));
        self.funding.iter_mut().for_each(|mean| *mean = Mean { sum: next(), weight: next() });
    }

    /// Mean of the rates settled in a row; longs pay when it is positive.
    pub(crate) fn funding_a_row(&self, instrument: usize) -> f64 {
        self.funding.get(instrument).map_or(0.0, |mean| mean.get())
    }
}

/// What sizers and rules know of the market after each row of a history: worked out once for all accounts
/// that run over it, as in a sweep. See [`RiskSizing::sharing`](crate::RiskSizing::sharing).
#[derive(Debug)]
pub struct MarketHistory {
    times: Vec<i64>,
    /// Numbers a row.
    width: usize,
    saved: Vec<f64>,
}

impl MarketHistory {
    /// Of all rows of `history`.
    #[must_use]
    pub fn new(history: &History) -> Self {
        let instruments = history.candles().len().checked_div(history.len()).unwrap_or(0);
        let mut market = Market::new(instruments, history.interval().max(1));
        let mut saved = Vec::new();
        for bar in history.bars() {
            market.row(&bar);
            market.save(&mut saved);
        }
        let width = saved.len().checked_div(history.len()).unwrap_or(0);
        Self { times: history.times().to_vec(), width, saved }
    }

    /// Brings `market` to the state after row `row` (from 0), if that opened at `time`, µs UTC.
    pub(crate) fn load(&self, market: &mut Market, row: usize, time: i64) -> bool {
        let of_row = self.saved.get(row * self.width..(row + 1) * self.width);
        match of_row.filter(|_| self.times.get(row) == Some(&time)) {
            Some(saved) => {
                market.load(row as u64, saved);
                true
            }
            None => false,
        }
    }
}
