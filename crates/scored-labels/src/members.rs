//! Several models of one target, joined by time.

use labeling::{Outcome, TradeEnds};
use market_data::{Database, TimeRange, model_of_run};

use crate::window::micros;
use crate::{InSample, Inputs, Run, ScoredLabelsError, Sources};

/// Scores of several models of one target, joined by time, with labels.
#[derive(Debug, Clone, PartialEq)]
pub struct MemberScores {
    /// Whose.
    pub dataset: String,
    /// The members' runs.
    pub members: Vec<String>,
    /// The target.
    pub target_key: String,
    /// Candle open times at which any member has a score, µs UTC, ascending.
    pub timestamps: Vec<i64>,
    /// Raw scores, a column a member; NaN where it has none.
    pub scores: Vec<Vec<f64>>,
    /// The label of each row, where there is one.
    pub labels: Vec<Option<bool>>,
    /// How the trades from each row's close ended by the target's rule, where the candles tell.
    pub ends: Vec<Option<TradeEnds>>,
    /// How long after a row's close its label is known, in µs.
    pub horizon: i64,
    /// The candles' interval, in µs.
    pub interval: i64,
}

impl MemberScores {
    /// Reads all that the runs `members` predicted out of sample in `range`. Labels are those of the
    /// target that `sources` name, otherwise of the one in the first run's name.
    ///
    /// # Errors
    /// When a file cannot be read, a member or a label is not there, the target is no barrier rule, or
    /// members predict different datasets.
    pub fn read(
        sources: &Sources,
        members: &[String],
        range: TimeRange,
    ) -> Result<Self, ScoredLabelsError> {
        let predictions = Database::open(&sources.predictions, sources.lock_timeout)?;
        let mut of_run = Sources { in_sample: InSample::LeaveOut, ..sources.clone() };
        let mut labelled: Option<Inputs> = None;
        let mut columns = Vec::with_capacity(members.len());
        for member in members {
            of_run.model_path =
                Some(model_of_run(&predictions, member, of_run.dataset.as_deref())?);
            of_run.run_name = Some(member.clone());
            let mut run = Run::open(&of_run)?;
            of_run.dataset = Some(run.dataset().to_owned());
            of_run.target_key = Some(run.target_key().to_owned());
            let found = match labelled {
                Some(_) => run.out_of_sample(range)?,
                None => labelled.insert(run.load_range(range)?).predictions.clone(),
            };
            columns.push((found.timestamps, found.y_pred));
        }
        let inputs = labelled.ok_or(ScoredLabelsError::NoMembers)?;
        let horizon = inputs.labels.horizon.ok_or_else(|| ScoredLabelsError::UnknownHorizon {
            target_key: inputs.labels.target_key.clone(),
        })?;
        let timestamps = union(columns.iter().map(|(times, _)| times.as_slice()));
        let column = |(times, scores): &(Vec<i64>, Vec<f64>)| {
            let at = |time: &i64| times.binary_search(time).map_or(f64::NAN, |row| scores[row]);
            timestamps.iter().map(at).collect()
        };
        let mut labels = inputs.labels.cursor();
        Ok(Self {
            scores: columns.iter().map(column).collect(),
            labels: timestamps
                .iter()
                .map(|&time| labels.at(time).and_then(Outcome::label))
                .collect(),
            ends: ends(&inputs, &timestamps, sources)?,
            target_key: inputs.labels.target_key.clone(),
            members: members.to_vec(),
            horizon: micros(horizon),
            interval: micros(inputs.interval),
            dataset: inputs.identity.dataset,
            timestamps,
        })
    }

    /// When the label of the row that opens at `timestamp` is known: at the close of its horizon, also
    /// where a barrier was reached earlier.
    #[must_use]
    pub fn known_at(&self, timestamp: i64) -> i64 {
        timestamp.saturating_add(self.interval).saturating_add(self.horizon)
    }

    /// A row's scores, none where a member has none.
    #[must_use]
    pub fn row(&self, row: usize) -> Vec<Option<f64>> {
        self.scores.iter().map(|column| Some(column[row]).filter(|score| !score.is_nan())).collect()
    }
}

/// How the trades from `timestamps` ended, where there are candles.
fn ends(
    inputs: &Inputs,
    timestamps: &[i64],
    sources: &Sources,
) -> Result<Vec<Option<TradeEnds>>, ScoredLabelsError> {
    let Some(candles) = &inputs.candles else { return Ok(vec![None; timestamps.len()]) };
    let trades = candles.trades.as_ref().map_err(|reason| ScoredLabelsError::Trades {
        file: sources.candles.clone(),
        reason: reason.clone(),
    })?;
    let at = |time: &i64| candles.timestamps.binary_search(time).ok();
    Ok(timestamps.iter().map(|time| at(time).and_then(|row| *trades.get(row)?)).collect())
}

/// All times of several ascending lists, each once, ascending.
fn union<'a>(lists: impl Iterator<Item = &'a [i64]>) -> Vec<i64> {
    let mut all: Vec<i64> = lists.flatten().copied().collect();
    all.sort_unstable();
    all.dedup();
    all
}
