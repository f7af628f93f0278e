//! Several models of one target, read and joined by time.

use std::ops::RangeInclusive;

use chrono::{DateTime, Utc};
use labeling::Outcome;
use market_data::{Database, TimeRange, model_of_run};
use pools::MemberScores;
use strategy_core::YearMonth;

use crate::window::micros;
use crate::{CandleState, InSample, Inputs, Result, Run, ScoredLabelsError, Sources};

/// Reads all that the runs `members` predicted out of sample, and gives the first of them too, whose market is
/// theirs. Labels are those of the target that `sources` name, otherwise of the one in the first run's name.
///
/// # Errors
/// When a file cannot be read, a member or a label is not there, the target is no barrier rule, or
/// members predict different datasets.
pub fn read_members(sources: &Sources, members: &[String]) -> Result<(MemberScores, Run)> {
    let predictions = Database::open(&sources.predictions, sources.lock_timeout)?;
    let mut of_run = Sources { in_sample: InSample::LeaveOut, ..sources.clone() };
    let mut labelled: Option<(Run, Inputs)> = None;
    let mut columns = Vec::with_capacity(members.len());
    for member in members {
        of_run.model_path = Some(model_of_run(&predictions, member, of_run.dataset.as_deref())?);
        of_run.run_name = Some(member.clone());
        let mut run = Run::open(&of_run)?;
        of_run.dataset = Some(run.dataset.clone());
        of_run.target_key = Some(run.target_key().to_owned());
        let found = if labelled.is_some() {
            run.out_of_sample(TimeRange::ALL)?
        } else {
            let inputs = run.load_range(TimeRange::ALL)?;
            labelled.insert((run, inputs)).1.predictions.clone()
        };
        columns.push((found.timestamps, found.y_pred));
    }
    let (run, inputs) = labelled.ok_or(ScoredLabelsError::NoMembers)?;
    let horizon = inputs.labels.horizon.ok_or_else(|| ScoredLabelsError::UnknownHorizon {
        target_key: inputs.labels.target_key.clone(),
    })?;
    if let Some(Err(reason)) = inputs.candles.as_ref().map(|candles| &candles.trades) {
        let (file, reason) = (sources.candles.clone(), reason.clone());
        return Err(ScoredLabelsError::Trades { file, reason });
    }
    let mut timestamps: Vec<i64> = columns.iter().flat_map(|(times, _)| times).copied().collect();
    timestamps.sort_unstable();
    timestamps.dedup();
    let column = |(times, scores): &(Vec<i64>, Vec<f64>)| {
        let at = |time: &i64| times.binary_search(time).map_or(f64::NAN, |row| scores[row]);
        timestamps.iter().map(at).collect()
    };
    let mut outcome = inputs.labels.lookup();
    let label = |&time: &i64| outcome(time).and_then(Outcome::label);
    let mut known = inputs.candles.as_ref().map(CandleState::ends);
    let ends = |&time: &i64| known.as_mut().and_then(|ends| ends(time));
    let scores = MemberScores {
        scores: columns.iter().map(column).collect(),
        labels: timestamps.iter().map(label).collect(),
        ends: timestamps.iter().map(ends).collect(),
        target_key: inputs.labels.target_key.clone(),
        members: members.to_vec(),
        horizon: micros(horizon),
        interval: micros(inputs.interval),
        dataset: inputs.identity.dataset.clone(),
        timestamps,
    };
    Ok((scores, run))
}

/// The months that `choose` takes from the time between the first and the last score of any member.
///
/// # Errors
/// Those of `choose`; [`ScoredLabelsError::NoFullWindow`] where it takes none.
pub fn months_of_members(
    scores: &MemberScores,
    lookback_months: u16,
    choose: impl FnOnce(&RangeInclusive<DateTime<Utc>>) -> Result<Vec<YearMonth>>,
) -> Result<Vec<YearMonth>> {
    let at = |time: Option<&i64>| DateTime::from_timestamp_micros(*time?);
    let (first, last) = (at(scores.timestamps.first()), at(scores.timestamps.last()));
    let months = match first.zip(last) {
        Some((first, last)) => choose(&(first..=last))?,
        None => Vec::new(),
    };
    if months.is_empty() {
        Err(ScoredLabelsError::NoFullWindow { lookback_months })
    } else {
        Ok(months)
    }
}
