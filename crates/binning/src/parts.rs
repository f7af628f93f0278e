//! What bins of a month are made of.

use artifacts::MonthKey;
use calibration::Calibrator;
use chrono::{DateTime, Utc};

use crate::{BinEdges, Diagnostics, FitRecord, LabelRecord, Payoffs, SourceRecord};

/// What bins are made of, before anyone checked that it fits together; see [`BinMetadata::new`](crate::BinMetadata::new).
///
/// Every instant is UTC.
#[derive(Debug, Clone, PartialEq)]
pub struct MetadataParts {
    /// Dataset, run and the month the bins are used in.
    pub key: MonthKey,
    /// The model file, as the user named it.
    pub model_path: String,
    /// The model file, as the source of predictions writes it.
    pub matched_model_path: String,
    /// From raw score to probability.
    pub calibrator: Calibrator,
    /// From probability to bin.
    pub edges: BinEdges,
    /// First instant of the window.
    pub cal_window_start: DateTime<Utc>,
    /// End of the window, exclusive: the start of the month.
    pub cal_window_end: DateTime<Utc>,
    /// Rows that the calibrator and the edges were made of.
    pub cal_rows: u64,
    /// When the bins were made.
    pub created_at: DateTime<Utc>,
    /// How the rows got their labels.
    pub label: LabelRecord,
    /// Who predicted the rows; they add up to `cal_rows`.
    pub sources: Vec<SourceRecord>,
    /// How the solver ended; only for Platt scaling.
    pub fit: Option<FitRecord>,
    /// Quality over the window.
    pub diagnostics: Diagnostics,
    /// What the window's trades paid; none where the candles that tell it are not there.
    pub payoffs: Option<Payoffs>,
    /// Version of the program that made the bins.
    pub software_version: String,
    /// BLAKE3 of the window's rows, 64 lowercase hex digits.
    pub fingerprint: String,
}

impl MetadataParts {
    /// Rows whose prediction is in sample: from `pred_train.csv`, of hours that the model was trained on.
    #[must_use]
    pub fn in_sample_rows(&self) -> u64 {
        let train = self.sources.iter().filter(|source| source.name == "pred_train");
        train.map(|source| source.rows).sum()
    }
}
