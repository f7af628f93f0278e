//! Rows to judge.

use strategy_core::Side;

/// Scored rows in order of time with the labels that came later; of one month or several. A list holds
/// one value a row, unless it says otherwise.
#[derive(Debug, Default)]
pub struct MonthRows {
    /// µs UTC.
    pub timestamps: Vec<i64>,
    /// What came of them.
    pub labels: Vec<bool>,
    /// Raw scores.
    pub raw: Vec<f64>,
    /// Probabilities by Platt scaling.
    pub platt: Vec<f64>,
    /// Probabilities by isotonic regression.
    pub isotonic: Vec<f64>,
    /// Probabilities by the method whose bins are judged.
    pub judged: Vec<f64>,
    /// Its bins, from 1.
    pub bins: Vec<u16>,
    /// The sides that the bins take.
    pub sides: Vec<Side>,
    /// The edges of the last month's bins.
    pub edges: Vec<f64>,
    /// Rows that have no label.
    pub without_label: u64,
    /// In-sample rows that the calibrations were made of.
    pub in_sample: u64,
    /// Whether any month has a rule of signals.
    pub has_rule: bool,
    /// What a rebuild of the month would warn of.
    pub warnings: Vec<String>,
}

impl MonthRows {
    /// Adds the rows of a later month.
    pub(crate) fn append(&mut self, later: Self) {
        self.timestamps.extend(later.timestamps);
        self.edges = later.edges;
        self.labels.extend(later.labels);
        self.raw.extend(later.raw);
        self.platt.extend(later.platt);
        self.isotonic.extend(later.isotonic);
        self.judged.extend(later.judged);
        self.bins.extend(later.bins);
        self.sides.extend(later.sides);
        self.without_label += later.without_label;
        self.in_sample += later.in_sample;
        self.has_rule |= later.has_rule;
        self.warnings.extend(later.warnings);
    }
}
