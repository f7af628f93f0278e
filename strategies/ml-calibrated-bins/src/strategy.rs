//! The strategy itself: each row scored with the bins of its month.

use std::collections::BTreeMap;
use std::path::PathBuf;

use arrow::array::{Float64Array, UInt16Array};
use binning::Scored;
use chrono::DateTime;
use strategy_core::{
    Column, Console, Input, Intent, Outlook, Rows, Scope, Side, SideExits, SignalColumn,
    SignalType, Strategy, Subject, YearMonth, register_strategy,
};

use crate::commands::{self, BinsCommand, BinsRoot};
use crate::exits::exits_of;
use crate::score::rows_of_month;
use crate::{BinsError, BinsOverride, MissingMonth, MonthBins, Result, SignalRule};
use terminal::{collapse, counted};

/// Long in the top bins of the month, short in the bottom ones.
///
/// A row's month is its timestamp's in UTC.
#[derive(Debug)]
pub struct MlCalibratedBins {
    bins: MonthBins,
    /// Rows of months without bins, by month.
    skipped: BTreeMap<YearMonth, u64>,
    /// Rows that went through bins calibrated on in-sample predictions.
    in_sample_rows: u64,
}

/// Which bins to score with, and which of them to trade.
#[derive(Debug, Clone, PartialEq, clap::Args)]
pub struct BinsConfig {
    /// Where the bins are
    #[command(flatten)]
    pub root: BinsRoot,

    /// Which of them are long and short
    #[command(flatten)]
    pub rule: SignalRule,

    /// Rows of a month without bins
    #[arg(long, value_name = "WHAT", env = "RUNNER_MISSING_MONTH", value_enum, default_value_t)]
    pub missing_month: MissingMonth,

    /// Other bins for a month: of another month, as 2025-03=2025-02, or of a file, as
    /// 2025-03=file.msgpack
    #[arg(long, value_name = "MONTH=BINS", env = "RUNNER_BINS_FOR", value_delimiter = ',')]
    pub bins_for: Vec<BinsOverride>,
}

impl BinsConfig {
    /// The bins below `bins_root`, everything else at its default.
    pub fn new(bins_root: impl Into<PathBuf>) -> Self {
        Self {
            root: BinsRoot::new(bins_root),
            rule: SignalRule::default(),
            missing_month: MissingMonth::Error,
            bins_for: Vec::new(),
        }
    }
}

/// A row's decision and what led to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BinDecision {
    /// The raw score.
    pub y_pred: f64,
    /// The calibrated probability and its bin; none if the row's month was skipped.
    pub scored: Option<Scored>,
    /// Long, short or none.
    pub side: Side,
    /// What trades of its bin and side paid, before costs; none without a side, or where the bins do not
    /// say.
    pub outlook: Option<Outlook>,
}

impl SignalType for BinDecision {
    fn side(&self) -> Side {
        self.side
    }

    fn outlook(&self) -> Option<Outlook> {
        self.outlook
    }

    fn columns(signals: &[Self]) -> Vec<SignalColumn> {
        let scored = || signals.iter().map(|signal| signal.scored);
        vec![
            SignalColumn::new(
                "y_pred",
                Float64Array::from_iter_values(signals.iter().map(|signal| signal.y_pred)),
            ),
            SignalColumn::new(
                "p_cal",
                scored().map(|scored| scored.map(|s| s.p_cal)).collect::<Float64Array>(),
            ),
            SignalColumn::new(
                "q_bin",
                scored().map(|scored| scored.map(|s| s.q_bin)).collect::<UInt16Array>(),
            ),
        ]
    }
}

impl Strategy for MlCalibratedBins {
    const NAME: &'static str = "ml-calibrated-bins";
    const ABOUT: &'static str =
        "Calibrates a model's scores each month and trades their extreme quantile bins";

    type Config = BinsConfig;
    type Signal = BinDecision;
    type Command = BinsCommand;
    type Error = BinsError;

    fn inputs(_: &BinsConfig) -> Vec<Input> {
        vec![Input::of(Column::Prediction)]
    }

    fn intent(_: &BinsConfig) -> Intent {
        Intent::Entry
    }

    /// The barriers of the run's target key. A short bets that the stop is hit first: its profit is
    /// the key's stop, its loss the key's take profit. None where the run or the length of a row is not
    /// known.
    fn exits(_: &BinsConfig, subject: &Subject) -> Result<SideExits> {
        Ok(exits_of(subject).unwrap_or_default())
    }

    /// The first month that has bins, where months without are an error.
    fn begins(config: &BinsConfig, subject: &Subject) -> Result<Option<i64>> {
        if config.missing_month == MissingMonth::Skip {
            return Ok(None);
        }
        let mut bins = MonthBins::new(&config.root, subject);
        bins.overrides.clone_from(&config.bins_for);
        Ok(bins.first_month()?.map(|month| month.start().timestamp_micros()))
    }

    fn new(config: BinsConfig, subject: &Subject) -> Result<Self> {
        config.rule.check_alone()?;
        let mut bins = MonthBins::new(&config.root, subject);
        bins.rule = Some(config.rule);
        bins.missing = config.missing_month;
        bins.overrides = config.bins_for;
        Ok(Self { bins, skipped: BTreeMap::new(), in_sample_rows: 0 })
    }

    const HAS_ARTIFACTS: bool = true;

    fn artifact(&mut self, month: YearMonth) -> Result<PathBuf> {
        self.bins.path(month)
    }

    fn adopt(&mut self, month: YearMonth, bytes: Option<&[u8]>) -> Result<()> {
        self.bins.adopt(month, bytes)
    }

    fn decide(&mut self, rows: &Rows<'_>) -> Result<Vec<BinDecision>> {
        let scores = rows.column(&Input::of(Column::Prediction))?;
        let mut decisions = Vec::with_capacity(rows.len());
        let times = rows.timestamps();
        // Rows ascend by time, so those of one month follow each other and are scored together.
        while let Some(&first) = times.get(decisions.len()) {
            let (month, range) = rows_of_month(first, decisions.len(), times);
            self.decide_month(month, &times[range.clone()], &scores[range], &mut decisions)?;
        }
        Ok(decisions)
    }

    fn remarks(&self) -> Vec<String> {
        let remark = |(month, rows): (&YearMonth, &u64)| {
            let rows = counted(*rows, "row");
            format!("{rows} of {month} without a signal: there are no bins for that month")
        };
        collapse(self.bins.cautions.iter().cloned().chain(self.skipped.iter().map(remark)))
    }

    fn in_sample_rows(&self) -> Option<u64> {
        Some(self.in_sample_rows)
    }

    fn is_usage_error(error: &BinsError) -> bool {
        error.is_usage()
    }

    fn scope(name: &str) -> Scope {
        commands::scope(name)
    }

    fn run(commands: Vec<BinsCommand>, console: &mut Console<'_>) -> Result<()> {
        commands::run(commands, console)
    }
}

register_strategy!(MlCalibratedBins);

impl MlCalibratedBins {
    /// Decides on rows of one month.
    fn decide_month(
        &mut self,
        month: YearMonth,
        timestamps: &[i64],
        scores: &[f64],
        decisions: &mut Vec<BinDecision>,
    ) -> Result<()> {
        let Some(bins) = self.bins.adopted(month) else {
            *self.skipped.entry(month).or_default() += scores.len() as u64;
            let side = Side::NoSignal;
            let skipped = |&y_pred| BinDecision { y_pred, scored: None, side, outlook: None };
            decisions.extend(scores.iter().map(skipped));
            return Ok(());
        };
        if bins.metadata.parts().in_sample_rows() > 0 {
            self.in_sample_rows += scores.len() as u64;
        }
        let scored = bins.metadata.score_all(scores).map_err(|source| {
            let bad = scores.iter().position(|score| !(0.0..=1.0).contains(score));
            let timestamp = bad.and_then(|row| DateTime::from_timestamp_micros(timestamps[row]));
            BinsError::Score { timestamp: timestamp.unwrap_or_default(), source }
        })?;
        decisions.extend(scores.iter().zip(scored).map(|(&y_pred, scored)| {
            let side = bins.rule.map_or(Side::NoSignal, |rule| rule.side(scored.q_bin));
            let outlook = bins.outlook(scored.q_bin, side);
            BinDecision { y_pred, scored: Some(scored), side, outlook }
        }));
        Ok(())
    }
}
