//! One sentence on what luck explains.

use std::fmt;

use serde::Serialize;
use statistics::{
    Moments, StatisticsError, deflated_sharpe, min_track_record, probabilistic_sharpe,
};

use crate::Trial;

/// How sure one must be that a Sharpe ratio is more than luck before it is called so.
pub const CONFIDENCE: f64 = 0.95;

/// Days with a return below which nothing is said.
pub const MIN_DAYS: usize = 30;

/// What luck explains of the returns of a setting that was chosen among others.
///
/// Its text is one sentence: `20 settings tried; deflated Sharpe 0.58: not distinguishable from luck.`
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Verdict {
    /// Settings tried, that judged included.
    pub settings: usize,
    /// The probability that the true Sharpe ratio is above 0, as if no other setting had been tried.
    pub probabilistic_sharpe: Option<f64>,
    /// The annual Sharpe ratio that the best of these settings is expected to have by luck.
    pub expected_max_sharpe: Option<f64>,
    /// The probability that the true Sharpe ratio is above that.
    pub deflated_sharpe: Option<f64>,
    /// Days that it takes, at this ratio, to be sure of one above the expected maximum; none if it is
    /// below.
    pub min_track_record_days: Option<f64>,
    /// Whether luck is an unlikely explanation.
    pub distinguishable: bool,
    /// The sentence.
    pub sentence: String,
}

impl Verdict {
    /// Of a setting with the `daily` moments, after `others` (each configuration once; the setting's own
    /// may be among them or not: `own` says which one it is).
    #[must_use]
    pub fn of(daily: Option<&Moments>, others: &[Trial], own: impl Fn(&Trial) -> bool) -> Self {
        let recorded = others.iter().any(&own);
        let settings = others.len() + usize::from(!recorded);
        let of_others = others.iter().filter(|trial| !own(trial));
        let mut sharpes: Vec<f64> =
            of_others.filter_map(|trial| Some(trial.daily.as_ref()?.sharpe())).collect();
        sharpes.extend(daily.map(Moments::sharpe));
        // So that it does not matter in which order they were tried.
        sharpes.sort_by(f64::total_cmp);
        Self::of_sharpes(daily, &sharpes, settings)
    }

    /// Of a setting with the `daily` moments among `settings` settings, of which those that have a daily
    /// Sharpe ratio have `sharpes`, its own included.
    #[must_use]
    pub fn of_sharpes(daily: Option<&Moments>, sharpes: &[f64], settings: usize) -> Self {
        let tried = if settings == 1 {
            "1 setting tried".to_owned()
        } else {
            format!("{settings} settings tried")
        };
        let mut verdict = Self {
            settings,
            probabilistic_sharpe: None,
            expected_max_sharpe: None,
            deflated_sharpe: None,
            min_track_record_days: None,
            distinguishable: false,
            sentence: String::new(),
        };
        let daily = match daily {
            None => {
                verdict.sentence = format!("{tried}; its equity never moved: nothing to judge.");
                return verdict;
            }
            Some(daily) if daily.count < MIN_DAYS => {
                verdict.sentence = format!(
                    "{tried}; too few days to tell skill from luck: {}, wanted {MIN_DAYS}.",
                    daily.count
                );
                return verdict;
            }
            Some(daily) => daily,
        };
        match verdict.judge(daily, sharpes) {
            Ok(probability) => {
                let name = if settings == 1 { "probabilistic" } else { "deflated" };
                verdict.distinguishable = probability >= CONFIDENCE;
                let meaning = match (verdict.distinguishable, settings) {
                    (false, _) => "not distinguishable from luck",
                    (true, 1) => "more than luck explains, if nothing else was tried",
                    (true, _) => "more than luck explains, if these were all",
                };
                // Rounded down, so that 0.95 is never said of less.
                let shown = (probability * 100.0).floor() / 100.0;
                verdict.sentence = format!("{tried}; {name} Sharpe {shown:.2}: {meaning}.");
            }
            Err(error) => verdict.sentence = format!("{tried}; no verdict: {error}."),
        }
        verdict
    }

    fn judge(&mut self, daily: &Moments, sharpes: &[f64]) -> Result<f64, StatisticsError> {
        let deflated = deflated_sharpe(daily, sharpes, self.settings)?;
        self.probabilistic_sharpe = Some(probabilistic_sharpe(daily, 0.0)?);
        self.expected_max_sharpe = Some(deflated.benchmark * 365.0_f64.sqrt());
        self.deflated_sharpe = Some(deflated.probability);
        self.min_track_record_days = min_track_record(daily, deflated.benchmark, CONFIDENCE).ok();
        Ok(deflated.probability)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.sentence)
    }
}
