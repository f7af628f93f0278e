//! The strategy itself: each row scored with the bins of its month.

use std::collections::BTreeMap;

use arrow::array::{Float64Array, UInt16Array};
use binning::{BinKey, BinMetadata, BinStore, Scored};
use chrono::DateTime;
use strategy_core::{
    Column, Console, Input, Rows, Side, SignalColumn, SignalType, Strategy, YearMonth,
    register_strategy,
};

use crate::commands::{self, BinsCommand, RunChoice};
use crate::rule::CheckedRule;
use crate::{BinsError, SignalRule};

/// Long in the top bins of the month, short in the bottom ones.
///
/// A row's month is its timestamp's in UTC. Bins are read when their first row comes and kept.
#[derive(Debug)]
pub struct MlCalibratedBins {
    config: BinsConfig,
    store: BinStore,
    /// Dataset and run, settled with the first row.
    run: Option<(String, String)>,
    months: BTreeMap<YearMonth, (BinMetadata, CheckedRule)>,
}

/// Which bins to score with, and which of them to trade.
#[derive(Debug, Clone, PartialEq, clap::Args)]
pub struct BinsConfig {
    /// Whose bins
    #[command(flatten)]
    pub run: RunChoice,

    /// Which of them are long and short
    #[command(flatten)]
    pub rule: SignalRule,
}

/// A row's decision and what led to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BinDecision {
    /// The raw score.
    pub y_pred: f64,
    /// The calibrated probability.
    pub p_cal: f64,
    /// The bin, from 1.
    pub q_bin: u16,
    /// Long, short or none.
    pub side: Side,
}

impl SignalType for BinDecision {
    fn side(&self) -> Side {
        self.side
    }

    fn columns(signals: &[Self]) -> Vec<SignalColumn> {
        let floats =
            |value: fn(&Self) -> f64| Float64Array::from_iter_values(signals.iter().map(value));
        vec![
            SignalColumn::new("y_pred", floats(|signal| signal.y_pred)),
            SignalColumn::new("p_cal", floats(|signal| signal.p_cal)),
            SignalColumn::new(
                "q_bin",
                UInt16Array::from_iter_values(signals.iter().map(|signal| signal.q_bin)),
            ),
        ]
    }
}

impl MlCalibratedBins {
    fn bins_of(&mut self, month: YearMonth) -> Result<&(BinMetadata, CheckedRule), BinsError> {
        let (dataset, run_name) = match &self.run {
            Some(run) => run.clone(),
            None => self.run.insert(self.config.run.settle(&self.store)?).clone(),
        };
        match self.months.entry(month) {
            std::collections::btree_map::Entry::Occupied(known) => Ok(known.into_mut()),
            std::collections::btree_map::Entry::Vacant(new) => {
                let metadata = self.store.load(&BinKey::new(&dataset, &run_name, month)?)?;
                let rule = self.config.rule.check(&metadata)?;
                Ok(new.insert((metadata, rule)))
            }
        }
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

    fn new(config: BinsConfig) -> Result<Self, BinsError> {
        let store = BinStore::new(&config.run.bins_root);
        Ok(Self { config, store, run: None, months: BTreeMap::new() })
    }

    fn decide(&mut self, rows: &Rows<'_>) -> Result<Vec<BinDecision>, BinsError> {
        let scores = rows.column(&Input::of(Column::Prediction))?;
        let mut decisions = Vec::with_capacity(rows.len());
        for (&timestamp, &y_pred) in rows.timestamps().iter().zip(scores) {
            let (bins, rule) = self.bins_of(YearMonth::containing_micros(timestamp))?;
            let Scored { p_cal, q_bin } = bins.score(y_pred).map_err(|source| {
                let timestamp = DateTime::from_timestamp_micros(timestamp).unwrap_or_default();
                BinsError::Score { timestamp, source }
            })?;
            decisions.push(BinDecision { y_pred, p_cal, q_bin, side: rule.side(q_bin) });
        }
        Ok(decisions)
    }

    fn is_usage_error(error: &BinsError) -> bool {
        error.is_usage()
    }

    fn run(command: BinsCommand, console: &mut Console<'_>) -> Result<(), BinsError> {
        commands::run(command, console)
    }
}

register_strategy!(MlCalibratedBins);
