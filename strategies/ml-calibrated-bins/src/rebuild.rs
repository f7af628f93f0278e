//! From a window's rows to the bins of a month.

use std::ops::Range;

use artifacts::MonthKey;
use binning::{BinEdges, BinMetadata, Diagnostics, FitRecord, LabelRecord, MetadataParts};
use calibration::{
    CalibrationMethod, Calibrator, IsotonicCalibrator, LabelledScores, PlattOptions, PlattScaling,
};
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use ndarray::ArrayView1;
use strategy_core::YearMonth;

use crate::completeness;
use crate::fingerprint::fingerprint;
use crate::payoffs::payoffs;
use crate::warning::{self, Warning};
use crate::window::{WindowRows, label_deadline};
use crate::{BinsError, Inputs, Settings};

/// The bins of a month, and what a careful person should know about them.
#[derive(Debug, Clone, PartialEq)]
#[non_exhaustive]
pub struct Rebuilt {
    /// What is stored.
    pub metadata: BinMetadata,
    /// What may be wrong with it.
    pub warnings: Vec<Warning>,
}

/// Calibrates `month` on the months before it and cuts its bins.
///
/// Nothing after the month's first instant enters unless the settings ask for it by name
/// ([`LabelCutoff::None`](binning::LabelCutoff)).
///
/// # Errors
/// When the window has no predictions or no labelled rows, when data that it needs has not all come
/// (unless `settings` allow that), or when the rows cannot be calibrated: one class only, a score
/// outside 0 to 1, a fit without convergence.
pub fn rebuild(
    inputs: &Inputs,
    month: YearMonth,
    settings: &Settings,
) -> Result<Rebuilt, BinsError> {
    let window = settings.window(month);
    let rows = window_rows(inputs, month, settings)?;
    refuse_unusable(inputs, month, settings, &rows)?;

    let calibration = |source| BinsError::Calibration { month, source };
    let scores = ArrayView1::from(&rows.scores);
    let labelled =
        LabelledScores::new(scores, ArrayView1::from(&rows.labels)).map_err(calibration)?;
    let (calibrator, fit) = fit(&labelled, settings.method).map_err(calibration)?;
    let mut p_cal = vec![0.0; rows.scores.len()];
    calibrator.predict_into(&rows.scores, &mut p_cal).map_err(calibration)?;

    let binning = |source| BinsError::Binning { month, source };
    let edges = BinEdges::quantiles(&p_cal, settings.n_bins).map_err(binning)?;
    let range = calibrator.range();
    let diagnostics =
        Diagnostics::over(&rows.scores, &p_cal, &rows.labels, &edges, &range).map_err(binning)?;

    let payoffs = payoffs(inputs, month, &rows, &p_cal, &edges)?;
    let identity = &inputs.identity;
    let metadata = BinMetadata::new(MetadataParts {
        key: MonthKey::new(&identity.dataset, &identity.run_name, month)?,
        model_path: identity.model_path.clone(),
        matched_model_path: identity.matched.stored().to_owned(),
        calibrator,
        edges,
        cal_window_start: window.start,
        cal_window_end: window.end,
        cal_rows: rows.len(),
        created_at: settings.created_at.unwrap_or_else(now_in_seconds),
        label: LabelRecord {
            target_key: inputs.labels.target_key.clone(),
            source: inputs.labels.source,
            tie_policy: inputs.labels.tie_policy.clone(),
            cutoff: settings.label_cutoff,
            left_out: rows.left_out,
        },
        sources: rows.sources(),
        fit,
        diagnostics,
        payoffs,
        software_version: env!("CARGO_PKG_VERSION").to_owned(),
        fingerprint: fingerprint(&rows.timestamps, &rows.scores, &rows.labels),
    })
    .map_err(binning)?;
    let warnings =
        warning::about(inputs, &metadata, &rows, completeness::lacking(inputs, month, settings));
    Ok(Rebuilt { metadata, warnings })
}

/// The rows that `month` is calibrated on, as `settings` choose them.
pub(crate) fn window_rows(
    inputs: &Inputs,
    month: YearMonth,
    settings: &Settings,
) -> Result<WindowRows, BinsError> {
    let window = settings.window(month);
    if settings.label_cutoff == binning::LabelCutoff::MonthStart && inputs.labels.horizon.is_none()
    {
        return Err(BinsError::UnknownHorizon { target_key: inputs.labels.target_key.clone() });
    }
    let deadline =
        label_deadline(settings.label_cutoff, window.end, inputs.labels.horizon, inputs.interval);
    Ok(WindowRows::collect(inputs, &window, deadline))
}

/// Refuses a window that cannot or, as its data has not all come, should not be calibrated on.
pub(crate) fn refuse_unusable(
    inputs: &Inputs,
    month: YearMonth,
    settings: &Settings,
    rows: &WindowRows,
) -> Result<(), BinsError> {
    refuse_in_sample(inputs, month, settings)?;
    refuse_few(inputs, month, settings, rows)?;
    let lacking = completeness::lacking(inputs, month, settings);
    if lacking.is_empty() || settings.allow_incomplete {
        return Ok(());
    }
    Err(BinsError::Incomplete { month, lacking })
}

/// Refuses a window with hours that only the model's training data has predictions for: these flatter
/// the calibration, so they are used where somebody asks for it.
fn refuse_in_sample(
    inputs: &Inputs,
    month: YearMonth,
    settings: &Settings,
) -> Result<(), BinsError> {
    let Some((hours, file)) = inputs.only_in_sample(&settings.window(month)) else {
        return Ok(());
    };
    let instant = |at: Option<&i64>| at.and_then(|&at| DateTime::from_timestamp_micros(at));
    Err(BinsError::OnlyInSample {
        month,
        rows: hours.len() as u64,
        first: instant(hours.first()).unwrap_or_default(),
        last: instant(hours.last()).unwrap_or_default(),
        file: file.to_owned(),
    })
}

fn fit(
    labelled: &LabelledScores<'_>,
    method: CalibrationMethod,
) -> Result<(Calibrator, Option<FitRecord>), calibration::CalibrationError> {
    match method {
        CalibrationMethod::Platt => {
            let fit = PlattScaling::fit(labelled, &PlattOptions::default())?;
            let record = FitRecord { iterations: fit.iterations, gradient_norm: fit.gradient_norm };
            Ok((Calibrator::Platt(fit.model), Some(record)))
        }
        CalibrationMethod::Isotonic => {
            Ok((Calibrator::Isotonic(IsotonicCalibrator::fit(labelled)?), None))
        }
    }
}

/// Refuses fewer rows than bins; says whether it is predictions or labels that are not there.
fn refuse_few(
    inputs: &Inputs,
    month: YearMonth,
    settings: &Settings,
    rows: &WindowRows,
) -> Result<(), BinsError> {
    let n_bins = settings.n_bins.get();
    if rows.len() >= n_bins.into() {
        return Ok(());
    }
    if rows.len() > 0 {
        return Err(BinsError::TooFewRows { month, rows: rows.len(), n_bins });
    }
    let window = settings.window(month);
    if rows.left_out.total() == 0 {
        return Err(BinsError::NoPredictions {
            month,
            window,
            file: inputs.identity.file.clone(),
            model_path: inputs.identity.model_path.clone(),
            available: inputs.available,
        });
    }
    if let Some((candle, prediction)) = off_the_grid(inputs, &window) {
        let predictions = rows.left_out.total();
        return Err(BinsError::OffTheGrid { month, predictions, prediction, candle });
    }
    Err(BinsError::NoLabels {
        month,
        window,
        target_key: inputs.labels.target_key.clone(),
        left_out: rows.left_out,
    })
}

/// The first candle and the first prediction of the window, if no prediction has a candle's time.
fn off_the_grid(
    inputs: &Inputs,
    window: &Range<DateTime<Utc>>,
) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let candles = &inputs.candles.as_ref()?.timestamps;
    let from = candles.partition_point(|&at| at < window.start.timestamp_micros());
    let candle = *candles.get(from)?;
    let first = inputs.predictions_in(window).next()?.0;
    let any = inputs.predictions_in(window).any(|(at, ..)| candles.binary_search(&at).is_ok());
    let instant = DateTime::from_timestamp_micros;
    (!any).then(|| Some((instant(candle)?, instant(first)?)))?
}

/// The time of creation, to the second: more is noise in a file that people compare.
fn now_in_seconds() -> DateTime<Utc> {
    let now = Utc::now();
    now.duration_trunc(TimeDelta::seconds(1)).unwrap_or(now)
}
