//! What may be wrong with rows that can nevertheless be used.

use std::fmt;
use std::ops::Range;

use chrono::{DateTime, TimeDelta, Utc};
use market_data::ModelPathMatch;
use serde::Serialize;
use strategy_core::YearMonth;
use terminal::{counted, listed};

use crate::completeness::{Lacking, lacking};
use crate::inputs::{Inputs, StoredLabels};
use crate::settings::WindowSettings;
use crate::window::{WindowRows, micros};

/// Something that a careful person wants to know before trading on what is made of them.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum Warning {
    /// The predictions were found under another folder than the one asked for.
    ModelPathDiffers { wanted: String, found: String },
    /// Rows that the model was trained on took part.
    InSample { rows: u64, of: u64, file: String },
    /// Hours of the window have no prediction.
    MissingPredictions { missing: u64, of: u64 },
    /// Candles are missing.
    MissingCandles { missing: u64, of: u64, first: DateTime<Utc> },
    /// Candles close outside their own range, which no market gives.
    CandlesOutsideRange { candles: u64, first: DateTime<Utc> },
    /// There are no candles to look for gaps in.
    CandlesUnchecked,
    /// The candles cannot tell what trades paid, so sizing by Kelly has nothing to go by.
    NoPayoffs { reason: String },
    /// Labels are missing for rows old enough to have one.
    MissingLabels { rows: u64 },
    /// Labels are stored under another spelling, and those from the candles were taken.
    LabelsPassedOver { found: Vec<StoredLabels>, dataset: String, target_key: String },
    /// A tie policy was named, and the labels come from a table that was made with its own.
    TiePolicyUnused { tie_policy: String },
    /// Data that the window needs had not come yet, and was done without.
    Incomplete { lacking: Vec<Lacking> },
}

/// What to say about what is made of `rows`, those of the window of `month`.
pub(crate) fn warnings(
    inputs: &Inputs,
    month: YearMonth,
    settings: &WindowSettings,
    rows: &WindowRows,
) -> Vec<Warning> {
    let window = settings.of(month);
    let lacking = lacking(inputs, month, settings);
    let found = [
        (!lacking.is_empty()).then_some(Warning::Incomplete { lacking }),
        model_path(inputs),
        in_sample(inputs, rows),
        missing_predictions(inputs, &window),
        missing_candles(inputs, &window),
        no_payoffs(inputs),
        candles_outside_range(inputs, &window),
        (rows.left_out.without_label > 0)
            .then_some(Warning::MissingLabels { rows: rows.left_out.without_label }),
        inputs
            .labels
            .unused_tie_policy
            .clone()
            .map(|tie_policy| Warning::TiePolicyUnused { tie_policy }),
        passed_over(inputs),
    ];
    found.into_iter().flatten().collect()
}

fn model_path(inputs: &Inputs) -> Option<Warning> {
    match &inputs.identity.matched {
        ModelPathMatch::LastTwoParts { wanted, found } => {
            Some(Warning::ModelPathDiffers { wanted: wanted.clone(), found: found.clone() })
        }
        ModelPathMatch::Exact(_) => None,
    }
}

fn in_sample(inputs: &Inputs, rows: &WindowRows) -> Option<Warning> {
    let file = inputs.train.as_ref()?.path.display().to_string();
    let in_sample = rows.in_sample();
    (in_sample > 0).then(|| Warning::InSample { rows: in_sample, of: rows.len(), file })
}

fn missing_predictions(inputs: &Inputs, window: &Range<DateTime<Utc>>) -> Option<Warning> {
    let of = steps(window.end - window.start, inputs.interval);
    let step = micros(inputs.interval).max(1);
    let candles = inputs.candles.as_ref().and_then(|candles| candles.timestamps.first());
    // A prediction between the times of two candles is none for either of them.
    let origin = candles.copied().or_else(|| Some(inputs.predictions_in(window).next()?.0))?;
    let on_grid = inputs.predictions_in(window).filter(|(at, ..)| (at - origin) % step == 0);
    let missing = of.saturating_sub(on_grid.count() as u64);
    (missing > 0).then_some(Warning::MissingPredictions { missing, of })
}

fn missing_candles(inputs: &Inputs, window: &Range<DateTime<Utc>>) -> Option<Warning> {
    let Some(candles) = &inputs.candles else {
        return Some(Warning::CandlesUnchecked);
    };
    let (of, missing) = candles.missing(window, inputs.interval);
    let first = DateTime::from_timestamp_micros(*missing.first()?)?;
    Some(Warning::MissingCandles { missing: missing.len() as u64, of, first })
}

fn no_payoffs(inputs: &Inputs) -> Option<Warning> {
    let reason = inputs.candles.as_ref()?.trades.as_ref().err()?.clone();
    Some(Warning::NoPayoffs { reason })
}

fn candles_outside_range(inputs: &Inputs, window: &Range<DateTime<Utc>>) -> Option<Warning> {
    let window = window.start.timestamp_micros()..window.end.timestamp_micros();
    let outside = &inputs.candles.as_ref()?.outside;
    let outside: Vec<i64> = outside.iter().copied().filter(|at| window.contains(at)).collect();
    let first = DateTime::from_timestamp_micros(*outside.first()?)?;
    Some(Warning::CandlesOutsideRange { candles: outside.len() as u64, first })
}

fn passed_over(inputs: &Inputs) -> Option<Warning> {
    let found = inputs.labels.passed_over.clone();
    (!found.is_empty()).then(|| Warning::LabelsPassedOver {
        found,
        dataset: inputs.identity.dataset.clone(),
        target_key: inputs.labels.target_key.clone(),
    })
}

fn steps(span: TimeDelta, interval: TimeDelta) -> u64 {
    u64::try_from(micros(span).checked_div(micros(interval)).unwrap_or(0)).unwrap_or(0)
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
                 labels, which flatters the calibration"
            ),
            Self::MissingPredictions { missing, of } => {
                write!(f, "no prediction for {missing} of the window's {of} candles")
            }
            Self::MissingCandles { missing, of, first } => write!(
                f,
                "the window lacks {missing} of its {of} candles, the first at {} UTC",
                first.format("%Y-%m-%d %H:%M")
            ),
            Self::CandlesOutsideRange { candles, first } => write!(
                f,
                "{} of the window with a close outside low to high, the first at {} UTC; labels begin \
                 at the close",
                counted(*candles, "candle"),
                first.format("%Y-%m-%d %H:%M")
            ),
            Self::TiePolicyUnused { tie_policy } => write!(
                f,
                "--tie-policy {tie_policy} has no effect: the labels come from the table targets"
            ),
            Self::Incomplete { lacking } => {
                write!(f, "the window's data is not complete: {}", listed(lacking, "; "))
            }
            Self::CandlesUnchecked => {
                f.write_str("no table of candles was found, so gaps were not checked")
            }
            Self::NoPayoffs { reason } => write!(
                f,
                "the bins have no payoffs of trades, so payoff-kelly cannot size them: {reason}"
            ),
            Self::MissingLabels { rows } => {
                write!(f, "left out: {} with a prediction and no label", counted(*rows, "row"))
            }
            Self::LabelsPassedOver { found, dataset, target_key } => write!(
                f,
                "the table targets has {} and none of {target_key} of {dataset}; the labels were made \
                 from the candles",
                listed(found, ", ")
            ),
        }
    }
}
