//! One month's rows, scored by what was known when it began.

use binning::{BinMetadata, LabelCutoff};
use calibration::CalibrationMethod;
use strategy_core::{Side, YearMonth};

use super::EvaluationSettings;
use super::note::Notes;
use crate::rule::CheckedRule;
use crate::staleness::in_sample;
use crate::window::Origin;
use crate::{BinsError, Inputs, Settings, SignalRule, Warning, rebuild};

/// Scored rows in order of time with the labels that came later; of one month or several.
#[derive(Debug, Default)]
pub(crate) struct MonthRows {
    /// µs UTC.
    pub(crate) timestamps: Vec<i64>,
    pub(crate) labels: Vec<bool>,
    pub(crate) raw: Vec<f64>,
    pub(crate) platt: Vec<f64>,
    pub(crate) isotonic: Vec<f64>,
    /// Probabilities by the method whose bins are judged.
    pub(crate) judged: Vec<f64>,
    /// Its bins, from 1.
    pub(crate) bins: Vec<u16>,
    pub(crate) sides: Vec<Side>,
    /// The edges of the last month's bins.
    pub(crate) edges: Vec<f64>,
    pub(super) without_label: u64,
    /// In-sample rows that the calibrations were made of.
    pub(super) in_sample: u64,
    /// Whether any month has a rule of signals.
    pub(super) has_rule: bool,
    /// What a rebuild of the month would warn of.
    pub(super) warnings: Vec<String>,
}

impl MonthRows {
    /// Adds the rows of a later month.
    pub(super) fn append(&mut self, later: Self) {
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

/// The calibrations of `month` by both methods, each on labels known at its first instant only.
pub(super) fn calibrations(
    inputs: &Inputs,
    month: YearMonth,
    settings: &Settings,
) -> Result<([BinMetadata; 2], Vec<Warning>), BinsError> {
    let by = |method| {
        let settings = Settings { method, label_cutoff: LabelCutoff::MonthStart, ..*settings };
        rebuild(inputs, month, &settings)
    };
    let platt = by(CalibrationMethod::Platt)?;
    let isotonic = by(CalibrationMethod::Isotonic)?;
    let warnings = match settings.method {
        CalibrationMethod::Platt => platt.warnings,
        CalibrationMethod::Isotonic => isotonic.warnings,
    };
    Ok(([platt.metadata, isotonic.metadata], warnings))
}

/// The out-of-sample rows of `month` whose label is known by now.
pub(super) fn month_rows(
    inputs: &Inputs,
    month: YearMonth,
    settings: &EvaluationSettings,
    notes: &mut Notes,
) -> Result<MonthRows, BinsError> {
    let ([platt, isotonic], warnings) = calibrations(inputs, month, &settings.bins)?;
    let judged = match settings.bins.method {
        CalibrationMethod::Platt => &platt,
        CalibrationMethod::Isotonic => &isotonic,
    };
    let rule = rule(judged, &settings.rule, notes)?;
    let warnings = warnings.iter().map(|warning| format!("{month}: {warning}")).collect();
    let in_sample = in_sample(&judged.parts().sources);
    let edges = judged.edges().as_slice().to_vec();
    let has_rule = rule.is_some();
    let mut rows = MonthRows { edges, in_sample, has_rule, warnings, ..MonthRows::default() };
    let mut labels = inputs.labels.cursor();
    for (timestamp, score, origin) in
        inputs.predictions_in(&(month.start()..month.plus_months(1).start()))
    {
        if origin == Origin::InSample {
            continue;
        }
        match labels.at(timestamp).and_then(labeling::Outcome::label) {
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
            .map_err(|source| BinsError::Binning { month, source })?;
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
fn rule(
    bins: &BinMetadata,
    rule: &SignalRule,
    notes: &mut Notes,
) -> Result<Option<CheckedRule>, BinsError> {
    let (about, reason) = match rule.check(bins) {
        Ok(rule) => return Ok(Some(rule)),
        Err(error @ BinsError::UnreachableRule { .. }) => {
            (bins.bin_month().to_string(), error.to_string())
        }
        Err(BinsError::ThresholdsNeeded { n_bins, .. }) if rule.is_by_default() => {
            let reason = format!(
                "the thresholds 19 and 2 are meant for 20 bins, not {n_bins}: name others with \
                 --long-bin-threshold and --short-bin-threshold"
            );
            ("all months".to_owned(), reason)
        }
        Err(error) => return Err(error),
    };
    notes.add(&about, "signals".to_owned(), reason);
    Ok(None)
}
