//! What may be wrong with bins that could nevertheless be made.

use std::fmt;

use binning::BinMetadata;
use calibration::Calibrator;
use chrono::{DateTime, TimeDelta, Utc};
use market_data::ModelPathMatch;
use serde::Serialize;

use crate::Inputs;
use crate::window::{WindowRows, micros};

/// Something that a careful person wants to know before trading on the bins.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
pub enum Warning {
    /// The predictions were found under another folder than the one asked for.
    ModelPathDiffers {
        /// What was asked for.
        wanted: String,
        /// What is stored.
        found: String,
    },
    /// Rows that the model was trained on took part.
    InSample {
        /// How many.
        rows: u64,
        /// Of how many.
        of: u64,
        /// The file that they come from.
        file: String,
    },
    /// Hours of the window have no prediction.
    MissingPredictions {
        /// How many.
        missing: u64,
        /// Of how many.
        of: u64,
    },
    /// Candles are missing.
    CandleGaps {
        /// Number of gaps.
        gaps: usize,
        /// Number of candles missing in all.
        candles: u64,
        /// Last candle before the first gap.
        first_after: DateTime<Utc>,
    },
    /// There are no candles to look for gaps in.
    CandlesUnchecked,
    /// Labels are missing for rows old enough to have one.
    MissingLabels {
        /// How many rows.
        rows: u64,
    },
    /// Higher scores mean lower probabilities.
    FallingCalibration {
        /// The slope in logit space, not above 0.
        slope: f64,
    },
    /// Bins that no score can lead to, because quantile edges are equal.
    UnreachableBins {
        /// Their numbers.
        bins: Vec<u16>,
    },
}

/// What to say about the bins made of `rows`.
pub(crate) fn about(inputs: &Inputs, metadata: &BinMetadata, rows: &WindowRows) -> Vec<Warning> {
    let found = [
        model_path(inputs),
        in_sample(inputs, rows),
        missing_predictions(inputs, metadata, rows),
        candle_gaps(inputs, metadata),
        (rows.left_out.without_label > 0)
            .then_some(Warning::MissingLabels { rows: rows.left_out.without_label }),
        falling(metadata.calibrator()),
        Some(metadata.unreachable_bins())
            .filter(|bins| !bins.is_empty())
            .map(|bins| Warning::UnreachableBins { bins }),
    ];
    found.into_iter().flatten().collect()
}

fn model_path(inputs: &Inputs) -> Option<Warning> {
    match &inputs.identity.matched {
        ModelPathMatch::LastTwoParts { wanted, found } => {
            Some(Warning::ModelPathDiffers { wanted: wanted.clone(), found: found.clone() })
        }
        _ => None,
    }
}

fn in_sample(inputs: &Inputs, rows: &WindowRows) -> Option<Warning> {
    let file = inputs.train.as_ref()?.path.display().to_string();
    let in_sample = rows.in_sample();
    (in_sample > 0).then(|| Warning::InSample { rows: in_sample, of: rows.len(), file })
}

fn missing_predictions(
    inputs: &Inputs,
    metadata: &BinMetadata,
    rows: &WindowRows,
) -> Option<Warning> {
    let interval = inputs.candles.as_ref()?.interval;
    let parts = metadata.parts();
    let of = steps(parts.cal_window_end - parts.cal_window_start, interval);
    let missing = of.saturating_sub(rows.len() + rows.left_out.total());
    (missing > 0).then_some(Warning::MissingPredictions { missing, of })
}

fn candle_gaps(inputs: &Inputs, metadata: &BinMetadata) -> Option<Warning> {
    let Some(candles) = &inputs.candles else {
        return Some(Warning::CandlesUnchecked);
    };
    let parts = metadata.parts();
    let [start, end] =
        [parts.cal_window_start, parts.cal_window_end].map(|instant| instant.timestamp_micros());
    let inside: Vec<_> =
        candles.gaps.iter().filter(|gap| gap.before > start && gap.after < end).collect();
    inside.first().map(|first| Warning::CandleGaps {
        gaps: inside.len(),
        candles: inside.iter().map(|gap| gap.missing).sum(),
        first_after: DateTime::from_timestamp_micros(first.after).unwrap_or_default(),
    })
}

fn falling(calibrator: &Calibrator) -> Option<Warning> {
    match calibrator {
        Calibrator::Platt(platt) if platt.slope() <= 0.0 => {
            Some(Warning::FallingCalibration { slope: platt.slope() })
        }
        _ => None,
    }
}

fn steps(span: TimeDelta, interval: TimeDelta) -> u64 {
    u64::try_from(micros(span) / micros(interval).max(1)).unwrap_or(0)
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::ModelPathDiffers { wanted, found } => write!(
                f,
                "no prediction is stored under {wanted}; those of {found} were taken, whose last \
                 two parts are the same"
            ),
            Self::InSample { rows, of, file } => write!(
                f,
                "{rows} of {of} rows are in-sample predictions from {file}: the model has seen their \
                 labels, which flatters the calibration; --no-train-predictions leaves them out"
            ),
            Self::MissingPredictions { missing, of } => {
                write!(f, "{missing} of the window's {of} candles have no prediction")
            }
            Self::CandleGaps { gaps, candles, first_after } => write!(
                f,
                "the candles have {gaps} gap(s) in the window, {candles} missing in all, the first \
                 after {} UTC",
                first_after.format("%Y-%m-%d %H:%M")
            ),
            Self::CandlesUnchecked => {
                f.write_str("no table of candles was found, so nobody looked for gaps in it")
            }
            Self::MissingLabels { rows } => {
                write!(f, "{rows} rows have a prediction and no label, and were left out")
            }
            Self::FallingCalibration { slope } => write!(
                f,
                "the slope is {slope:.4}: higher scores mean lower probabilities, so the top bins \
                 hold the lowest scores; check the model before trading"
            ),
            Self::UnreachableBins { bins } => {
                let list = bins.iter().map(u16::to_string).collect::<Vec<_>>().join(", ");
                write!(f, "no score leads to bin {list}: quantile edges are equal there")
            }
        }
    }
}
