//! Walk-forward evaluation: each month scored by bins that were made before it began.
//!
//! [`evaluate`] calibrates every month on its own window with the labels known at its first instant,
//! scores the month's out-of-sample predictions, and holds them against the labels that came later.

use binning::BinMetadata;
use calibration::CalibrationMethod;
use evaluation::{
    CheckedRule, Evaluated, EvaluationError, Judged, Judging, MonthRows, Notes, SignalRule,
    block_rows,
};
use labeling::LabelCutoff;
use scored_labels::{Inputs, Origin, ScoredLabelsError, WindowSettings};
use strategy_core::{Side, YearMonth};

use crate::month_bins::checked;
use crate::{BinsError, Result, Settings, Warning, rebuild};

/// What an evaluation is made with, beside its data.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub struct EvaluationSettings {
    /// How each month is calibrated. Its method is the one whose bins are judged; its label cutoff is
    /// ignored: only labels known when the month began count.
    pub bins: Settings,
    /// Which bins are long and which are short.
    pub rule: SignalRule,
    /// How sure the evaluation is to be.
    pub judging: Judging,
}

/// Evaluates `months` walk-forward, on inputs of [`Run::load_with_outcomes`](scored_labels::Run::load_with_outcomes).
///
/// A month's calibrators and bins see only its window and labels known at its first instant;
/// nothing is read from or written to files of bins. A statistic that the rows do not define (AUC
/// where all labels are equal, say) is `None`, with a note.
///
/// ```no_run
/// use ml_calibrated_bins::{EvaluationSettings, evaluate};
/// use scored_labels::{Run, Sources};
///
/// let mut run = Run::open(&Sources::new("predictions.duckdb", "ohlcv.duckdb"))?;
/// let settings = EvaluationSettings::default();
/// let months = ["2025-10".parse()?, "2025-11".parse()?];
/// let inputs = run.load_with_outcomes(&months, &settings.bins.window)?;
/// let evaluation = evaluate(&inputs, &months, &settings)?.evaluation;
/// println!("{:?} {:?}", evaluation.overall.raw.brier, evaluation.overall.platt.brier);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// When a month cannot be calibrated, as in [`rebuild`](crate::rebuild); when the label's horizon is
/// not known; when confidence, resamples or thresholds cannot be.
pub fn evaluate(
    inputs: &Inputs,
    months: &[YearMonth],
    settings: &EvaluationSettings,
) -> Result<Evaluated> {
    let horizon = inputs
        .labels
        .horizon
        .ok_or_else(|| BinsError::HorizonNeeded { target_key: inputs.labels.target_key.clone() })?;
    let block_rows = block_rows(horizon, inputs.interval, settings.judging.block_horizons);
    let judged = Judged {
        dataset: inputs.identity.dataset.clone(),
        run_name: inputs.identity.run_name.clone(),
        target_key: inputs.labels.target_key.clone(),
        method: settings.bins.method,
        sides: settings.rule.sides,
        lookback_months: settings.bins.window.lookback_months,
    };
    let rows = |month, notes: &mut Notes| month_rows(inputs, month, settings, notes);
    let (n_bins, judging) = (settings.bins.n_bins.get(), &settings.judging);
    evaluation::evaluate(judged, months, n_bins, block_rows, judging, rows).map_err(|error| {
        match error {
            BinsError::Evaluation(EvaluationError::NoRows { from, to }) => {
                let available = inputs.available;
                ScoredLabelsError::NothingToEvaluate { from, to, available }.into()
            }
            error => error,
        }
    })
}

/// The calibrations of `month` by both methods, each on labels known at its first instant only.
fn calibrations(
    inputs: &Inputs,
    month: YearMonth,
    settings: &Settings,
) -> Result<([BinMetadata; 2], Vec<Warning>)> {
    let by = |method| {
        let label_cutoff = LabelCutoff::MonthStart;
        let window = WindowSettings { label_cutoff, ..settings.window };
        let settings = Settings { window, method, ..*settings };
        rebuild(inputs, month, &settings)
    };
    let platt = by(CalibrationMethod::Platt)?;
    let isotonic = by(CalibrationMethod::Isotonic)?;
    let warnings = match settings.method {
        CalibrationMethod::Platt => platt.warnings,
        CalibrationMethod::Isotonic => isotonic.warnings,
    };
    Ok(([platt.artifact, isotonic.artifact], warnings))
}

/// The out-of-sample rows of `month` whose label is known by now.
fn month_rows(
    inputs: &Inputs,
    month: YearMonth,
    settings: &EvaluationSettings,
    notes: &mut Notes,
) -> Result<MonthRows> {
    let ([platt, isotonic], warnings) = calibrations(inputs, month, &settings.bins)?;
    let judged = match settings.bins.method {
        CalibrationMethod::Platt => &platt,
        CalibrationMethod::Isotonic => &isotonic,
    };
    let rule = rule(judged, &settings.rule, notes)?;
    let warnings = warnings.iter().map(|warning| format!("{month}: {warning}")).collect();
    let in_sample = judged.parts().in_sample_rows();
    let edges = judged.edges().as_slice().to_vec();
    let has_rule = rule.is_some();
    let mut rows = MonthRows { edges, in_sample, has_rule, warnings, ..MonthRows::default() };
    let mut outcome = inputs.labels.lookup();
    for (timestamp, score, origin) in
        inputs.predictions_in(&(month.start()..month.plus_months(1).start()))
    {
        if origin == Origin::InSample {
            continue;
        }
        match outcome(timestamp).and_then(labeling::Outcome::label) {
            Some(label) => {
                rows.timestamps.push(timestamp);
                rows.raw.push(score);
                rows.labels.push(label);
            }
            None => rows.without_label += 1,
        }
    }
    let scored = |metadata: &BinMetadata| {
        let mut p_cal = vec![0.0; rows.raw.len()];
        let mut bins = vec![0; rows.raw.len()];
        metadata
            .score_into(&rows.raw, &mut p_cal, &mut bins)
            .map_err(|source| BinsError::Calibration { month, source })?;
        Ok::<_, BinsError>((p_cal, bins))
    };
    let (by_platt, by_isotonic) = (scored(&platt)?, scored(&isotonic)?);
    (rows.judged, rows.bins) = match settings.bins.method {
        CalibrationMethod::Platt => by_platt.clone(),
        CalibrationMethod::Isotonic => by_isotonic.clone(),
    };
    (rows.platt, rows.isotonic) = (by_platt.0, by_isotonic.0);
    let side = |&bin: &u16| rule.map_or(Side::NoSignal, |rule| rule.side(bin));
    rows.sides = rows.bins.iter().map(side).collect();
    Ok(rows)
}

/// The rule of signals over `bins`; `None`, with a note, where all else can be judged without one:
/// these bins cannot be reached, or nobody named thresholds for their number.
fn rule(bins: &BinMetadata, rule: &SignalRule, notes: &mut Notes) -> Result<Option<CheckedRule>> {
    let (about, reason) = match checked(*rule, bins) {
        Ok(rule) => return Ok(Some(rule)),
        Err(error @ EvaluationError::UnreachableRule { .. }) => {
            (bins.bin_month().to_string(), error.to_string())
        }
        Err(EvaluationError::ThresholdsNeeded { n_bins, .. }) if rule.is_by_default() => {
            let reason = format!(
                "the thresholds 19 and 2 are meant for 20 bins, not {n_bins}: name others with \
                 --long-bin-threshold and --short-bin-threshold"
            );
            ("all months".to_owned(), reason)
        }
        Err(error) => return Err(error.into()),
    };
    notes.add(&about, "signals".to_owned(), reason);
    Ok(None)
}
