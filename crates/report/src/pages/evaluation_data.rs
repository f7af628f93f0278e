//! What a page of an evaluation shows.

use crate::Tone;
use crate::pages::Interval;

/// What a page of an evaluation shows. Shares are fractions of 1, months in order of time.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Evaluation {
    /// The dataset, as in `binance_btcusdt_perp_1h`.
    pub dataset: String,
    /// Run, range and rule, a line each.
    pub facts: Vec<String>,
    /// What to read with care.
    pub warnings: Vec<String>,
    /// Rows whose label is known.
    pub rows: u64,
    /// Share of them with the label 1.
    pub base_rate: Option<f64>,
    /// How many rows that share no candle say as much: rows over the label's horizon in rows.
    pub independent_rows: Option<f64>,
    /// Confidence of all intervals.
    pub confidence: f64,
    /// How the bootstrap draws, as text.
    pub bootstrap: String,
    /// Raw, Platt, isotonic.
    pub methods: Vec<Method>,
    /// Which of `methods` the bins are made of.
    pub judged: usize,
    /// From probability, to probability, rows: of the judged method.
    pub density: Vec<(f64, f64, u64)>,
    /// Month by month.
    pub months: Vec<Month>,
    /// Bin by bin, from 1.
    pub bins: Vec<Bin>,
    /// Kendall's tau-b of bin and hit rate.
    pub kendall_tau: Option<f64>,
    /// Share of the pairs of bins whose order is right.
    pub ordered_share: Option<f64>,
    /// The hit rate at which a trade that ends at a barrier earns its costs.
    pub break_even: Option<f64>,
    /// How payoffs were taken, as text.
    pub payoff_rule: String,
    /// Rows of the long and of the short side: name, rows, hit rate, Wilson, bootstrap, payoff.
    pub sides: Vec<(String, u64, Measured, Option<Payoff>)>,
    /// The footer: names and values.
    pub origin: Vec<(String, String)>,
}

/// A hit rate and how sure it is.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct Measured {
    /// The share.
    pub value: Option<f64>,
    /// Wilson's interval, for independent rows.
    pub wilson: Option<Interval>,
    /// The block bootstrap's, for overlapping labels.
    pub bootstrap: Option<Interval>,
}

/// One column of probabilities.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Method {
    /// `raw`, `platt`, `isotonic`.
    pub name: String,
    /// Mean squared error.
    pub brier: Option<f64>,
    /// Miscalibration, discrimination and uncertainty: Brier = first − second + third.
    pub decomposition: Option<(f64, f64, f64)>,
    /// Mean negative log likelihood.
    pub log_loss: Option<f64>,
    /// Area under the ROC curve.
    pub auc: Option<f64>,
    /// Slope of the calibration line.
    pub slope: Option<f64>,
    /// Intercept of the calibration line.
    pub intercept: Option<f64>,
    /// Spiegelhalter's z.
    pub z: Option<f64>,
    /// The isotonic regression of labels on probabilities, as points of steps.
    pub corp: Vec<(f64, f64)>,
}

/// A value, and its interval where there is one.
pub type Uncertain = (f64, Option<Interval>);

/// One month by the judged method.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Month {
    /// `2025-11`.
    pub name: String,
    /// Its first instant, seconds.
    pub start: i64,
    /// Rows whose label is known.
    pub rows: u64,
    /// Share of them with the label 1.
    pub base_rate: Option<f64>,
    /// Mean squared error.
    pub brier: Option<f64>,
    /// Area under the ROC curve.
    pub auc: Option<f64>,
    /// Slope of the calibration line, and its interval.
    pub slope: Option<Uncertain>,
    /// Intercept of the calibration line, and its interval.
    pub intercept: Option<Uncertain>,
    /// Spiegelhalter's z.
    pub z: Option<f64>,
    /// Rows of each bin.
    pub bin_rows: Vec<u64>,
    /// Hit rate of each bin.
    pub bin_hit_rates: Vec<Option<f64>>,
    /// The edges of its bins.
    pub edges: Vec<f64>,
}

/// One bin over all months.
#[derive(Debug, Clone, PartialEq)]
pub struct Bin {
    /// Its number, from 1.
    pub number: u16,
    /// Long, short, or neither.
    pub tone: Tone,
    /// Its rows.
    pub rows: u64,
    /// Mean calibrated probability.
    pub mean_p: Option<f64>,
    /// How often it came true.
    pub hit_rate: Measured,
    /// What its rows earned, each by the label's own barriers.
    pub payoff: Option<Payoff>,
}

/// A mean net payoff of a long, as a share of the entry price.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Payoff {
    /// Rows whose trade is known.
    pub rows: u64,
    /// The mean.
    pub mean: f64,
    /// Its block bootstrap interval.
    pub interval: Option<Interval>,
}
