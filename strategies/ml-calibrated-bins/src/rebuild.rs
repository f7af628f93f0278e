//! From a window's rows to the bins of a month.

use artifacts::{Made, MonthKey};
use binning::{
    BinEdges, BinMetadata, BinningError, Diagnostics, FitRecord, LabelRecord, MetadataParts,
    Payoffs, SourceRecord,
};
use calibration::{
    CalibrationError, CalibrationMethod, Calibrator, IsotonicCalibrator, LabelledScores,
    PlattOptions, PlattScaling,
};
use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use ndarray::ArrayView1;
use scored_labels::{Inputs, WindowRows, micros};
use strategy_core::YearMonth;

use crate::warning::{self, Warning};
use crate::{BinsError, Result, Settings};

/// Calibrates `month` on the months before it and cuts its bins.
///
/// Nothing after the month's first instant enters unless the settings ask for it by name
/// ([`LabelCutoff::None`](labeling::LabelCutoff)).
///
/// # Errors
/// When the window has no predictions or no labelled rows, when data that it needs has not all come
/// (unless `settings` allow that), or when the rows cannot be calibrated: one class only, a score
/// outside 0 to 1, a fit without convergence.
pub fn rebuild(
    inputs: &Inputs,
    month: YearMonth,
    settings: &Settings,
) -> Result<Made<BinMetadata, Warning>> {
    let window = settings.window.of(month);
    let rows = inputs.window_rows(month, &settings.window)?;
    inputs.refuse_unusable(month, &settings.window, settings.n_bins.get(), &rows)?;

    let cannot = |source| BinsError::Calibration { month, source };
    let (calibrator, fit) = fit(&rows, settings.method).map_err(|error| cannot(error.into()))?;
    let mut p_cal = vec![0.0; rows.scores.len()];
    let calibrated = calibrator.predict_into(&rows.scores, &mut p_cal);
    calibrated.map_err(|error| cannot(error.into()))?;
    let edges = BinEdges::quantiles(&p_cal, settings.n_bins).map_err(cannot)?;
    let range = calibrator.range();
    let diagnostics =
        Diagnostics::over(&rows.scores, &p_cal, &rows.labels, &edges, &range).map_err(cannot)?;

    let payoffs = payoffs(inputs, &rows, &p_cal, &edges).map_err(cannot)?;
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
            cutoff: settings.window.label_cutoff,
            left_out: rows.left_out,
        },
        sources: rows.sources().into_iter().map(source).collect(),
        fit,
        diagnostics,
        payoffs,
        software_version: env!("CARGO_PKG_VERSION").to_owned(),
        fingerprint: rows.fingerprint(),
    })
    .map_err(cannot)?;
    let of_rows = inputs.warnings(month, &settings.window, &rows).into_iter().map(Warning::Rows);
    let warnings = of_rows.chain(warning::about(&metadata)).collect();
    Ok(Made { artifact: metadata, warnings })
}

/// The payoffs of the window's out-of-sample rows, whose calibrated values are `p_cal`; `None` where
/// there are no candles, or none that could be traded by the target's rule.
fn payoffs(
    inputs: &Inputs,
    rows: &WindowRows,
    p_cal: &[f64],
    edges: &BinEdges,
) -> Result<Option<Payoffs>, BinningError> {
    let (Some(candles), Some(horizon)) = (&inputs.candles, inputs.labels.horizon) else {
        return Ok(None);
    };
    if candles.trades.as_ref().ok().is_none_or(Vec::is_empty) {
        return Ok(None);
    }
    let timed = rows.timestamps.iter().zip(p_cal).zip(&rows.out_of_sample);
    let mut ends = candles.ends();
    let rows = timed.map(|((&time, &p), &out)| (time, p, ends(time).filter(|_| out)));
    let (interval, horizon) = (micros(inputs.interval), micros(horizon));
    Payoffs::of_trades(rows, edges, interval, horizon).map(Some)
}

fn source((name, rows): (&str, u64)) -> SourceRecord {
    SourceRecord { name: name.to_owned(), rows }
}

fn fit(
    rows: &WindowRows,
    method: CalibrationMethod,
) -> Result<(Calibrator, Option<FitRecord>), CalibrationError> {
    let (scores, labels) = (ArrayView1::from(&rows.scores), ArrayView1::from(&rows.labels));
    let labelled = LabelledScores::new(scores, labels)?;
    match method {
        CalibrationMethod::Platt => {
            let fit = PlattScaling::fit(&labelled, &PlattOptions::default())?;
            let record = FitRecord { iterations: fit.iterations, gradient_norm: fit.gradient_norm };
            Ok((Calibrator::Platt(fit.model), Some(record)))
        }
        CalibrationMethod::Isotonic => {
            Ok((Calibrator::Isotonic(IsotonicCalibrator::fit(&labelled)?), None))
        }
    }
}

/// The time of creation, to the second: more is noise in a file that people compare.
fn now_in_seconds() -> DateTime<Utc> {
    let now = Utc::now();
    now.duration_trunc(TimeDelta::seconds(1)).unwrap_or(now)
}
