//! The strategy: each row's scores, pooled with the file of its month.

use std::collections::BTreeMap;
use std::path::PathBuf;

use binning::BinEdges;
use chrono::{DateTime, TimeDelta};
use labeling::{TargetKey, TiePolicy};
use strategy_core::{
    Console, Exits, Input, Intent, Rows, Side, SideExits, Strategy, Subject, YearMonth,
    register_strategy,
};

use crate::commands::{self, EnsembleCommand};
use crate::config::{Config, PoolKind};
use crate::store::EnsembleStore;
use crate::{Decision, EnsembleError, MonthEnsemble};

/// Long in the top bins of the pooled probability, short in the bottom ones.
#[derive(Debug)]
pub struct Ensemble {
    config: Config,
    dataset: Option<String>,
    members: Vec<String>,
    /// Those that were needed so far.
    months: BTreeMap<YearMonth, MonthEnsemble>,
    /// Rows that too few members had a score for.
    too_few: u64,
}

impl Ensemble {
    fn input(run: &str) -> Input {
        Input::of_run(run).or_missing()
    }

    fn decide_row(
        &self,
        month: &MonthEnsemble,
        scores: &[Option<f64>],
    ) -> Result<Decision, EnsembleError> {
        let config = &self.config;
        let probabilities = month.calibrated(scores)?;
        let present = probabilities.iter().flatten().count();
        let enough = present >= config.min_members;
        let pooled = if enough { month.pool(&probabilities)? } else { None };
        let (long, short) = (config.long_bin_threshold, config.short_bin_threshold);
        let side = match (pooled, config.pooling.pool) {
            (Some(_), PoolKind::Vote) => {
                let votes = month.votes(&probabilities, long, short)?;
                match votes {
                    (for_long, _) if 2 * for_long > present => Side::Long,
                    (_, for_short) if 2 * for_short > present => Side::Short,
                    _ => Side::NoSignal,
                }
            }
            (Some(pooled), _) if pooled.bin >= long => Side::Long,
            (Some(pooled), _) if pooled.bin <= short => Side::Short,
            _ => Side::NoSignal,
        };
        Ok(Decision { pooled, side })
    }

    /// The files of the dataset that it is opened for, otherwise of the only one that has any.
    fn store(&mut self) -> Result<EnsembleStore, EnsembleError> {
        let pooling = &self.config.pooling;
        let name = pooling.name()?;
        if self.dataset.is_none() {
            self.dataset = Some(EnsembleStore::only_dataset(&pooling.ensemble_root, &name)?);
        }
        let dataset = self.dataset.as_deref().ok_or(EnsembleError::NoDataset)?;
        Ok(EnsembleStore::new(&pooling.ensemble_root, dataset, &name))
    }
}

/// The first target that a member's run names.
fn target(members: &[String]) -> Option<TargetKey> {
    members.iter().find_map(|run| TargetKey::find_in_run_name(run).ok())
}

impl Strategy for Ensemble {
    const NAME: &'static str = "ensemble";
    const ABOUT: &'static str = "Pools several models and trades the extreme bins of the pool";
    const HAS_ARTIFACTS: bool = true;

    type Config = Config;
    type Signal = Decision;
    type Command = EnsembleCommand;
    type Error = EnsembleError;

    fn inputs(config: &Config) -> Vec<Input> {
        config.pooling.members.iter().map(|run| Self::input(run)).collect()
    }

    fn intent(_: &Config) -> Intent {
        Intent::Entry
    }

    /// Those of the members' target `u d H`: a long ends at +u, −d or after H; a short, which bets that
    /// the stop is hit first, at −d, +u or after H.
    fn exits(config: &Config, subject: &Subject) -> Result<SideExits, EnsembleError> {
        let Some(key) = target(&config.pooling.members) else { return Ok(SideExits::default()) };
        let rule = key.rule(TiePolicy::default());
        // Rows of the dataset, as its name tells their interval; of hours where it does not.
        let named = subject.dataset.as_deref().and_then(|name| name.rsplit('_').next());
        let interval = named.and_then(market_data::parse_interval).unwrap_or(TimeDelta::hours(1));
        let rows = rule.horizon().num_seconds() / interval.num_seconds().max(1);
        let longest = u32::try_from(rows).ok();
        let exits = |take_profit, stop_loss| Exits {
            take_profit: Some(take_profit),
            stop_loss: Some(stop_loss),
            trailing_stop: None,
            max_hold: longest,
        };
        let (up, down) = (rule.take_profit(), rule.stop_loss());
        Ok(SideExits { long: exits(up, down), short: exits(down, up) })
    }

    fn begins(config: &Config, subject: &Subject) -> Result<Option<i64>, EnsembleError> {
        let Some(dataset) = &subject.dataset else { return Ok(None) };
        let pooling = &config.pooling;
        let store = EnsembleStore::new(&pooling.ensemble_root, dataset, &pooling.name()?);
        Ok(store.months()?.first().map(|month| month.start().timestamp_micros()))
    }

    fn new(config: Config, subject: &Subject) -> Result<Self, EnsembleError> {
        let (long, short) = (config.long_bin_threshold, config.short_bin_threshold);
        if !(1 <= short && short < long) {
            return Err(EnsembleError::Thresholds { long, short, bins: u16::MAX });
        }
        Ok(Self {
            members: config.pooling.sorted()?,
            dataset: subject.dataset.clone(),
            months: BTreeMap::new(),
            too_few: 0,
            config,
        })
    }

    fn artifact(&mut self, month: YearMonth) -> Result<PathBuf, EnsembleError> {
        Ok(self.store()?.path(month))
    }

    fn adopt(&mut self, month: YearMonth, bytes: Option<&[u8]>) -> Result<(), EnsembleError> {
        let path = self.store()?.path(month);
        let Some(bytes) = bytes else { return Err(EnsembleError::Missing { month, path }) };
        let file = path.display().to_string();
        let read = MonthEnsemble::from_bytes(bytes, &file)?;
        let named = |dataset: &str, month: YearMonth, members: &[String]| {
            format!("{dataset}, {month}, {}", members.join(" + "))
        };
        let members: Vec<String> = read.members.iter().map(|m| m.run_name.clone()).collect();
        let dataset = self.dataset.clone().unwrap_or_default();
        if (read.month, &members, &read.dataset) != (month, &self.members, &dataset) {
            let found = named(&read.dataset, read.month, &members);
            let wanted = named(&dataset, month, &self.members);
            return Err(EnsembleError::WrongPlace { file, found, wanted });
        }
        let (long, short) = (self.config.long_bin_threshold, self.config.short_bin_threshold);
        for subset in &read.subsets {
            let edges = BinEdges::from_vec(subset.edges.clone())
                .map_err(|source| EnsembleError::Binning { month, source })?;
            let bins = edges.n_bins().get();
            if long > bins {
                return Err(EnsembleError::Thresholds { long, short, bins });
            }
        }
        self.months.insert(month, read);
        Ok(())
    }

    fn decide(&mut self, rows: &Rows<'_>) -> Result<Vec<Decision>, EnsembleError> {
        let columns = self.members.iter().map(|run| rows.column(&Self::input(run)));
        let columns: Vec<&[f64]> = columns.collect::<Result<_, _>>()?;
        let mut decisions = Vec::with_capacity(rows.len());
        for (row, &micros) in rows.timestamps().iter().enumerate() {
            let month = YearMonth::containing_micros(micros);
            if !self.months.contains_key(&month) {
                return Err(EnsembleError::Missing { month, path: self.store()?.path(month) });
            }
            let Some(ensemble) = self.months.get(&month) else { continue };
            let score = |column: &&[f64]| Some(column[row]).filter(|score| !score.is_nan());
            let scores: Vec<Option<f64>> = columns.iter().map(score).collect();
            let decision = self.decide_row(ensemble, &scores).map_err(|source| {
                let timestamp = DateTime::from_timestamp_micros(micros).unwrap_or_default();
                EnsembleError::Row { timestamp, source: Box::new(source) }
            })?;
            self.too_few += u64::from(decision.pooled.is_none());
            decisions.push(decision);
        }
        Ok(decisions)
    }

    fn remarks(&self) -> Vec<String> {
        let remark = |rows: u64| {
            format!(
                "{rows} rows have no decision: fewer than {} members had a score",
                self.config.min_members
            )
        };
        Some(self.too_few).filter(|&rows| rows > 0).map(remark).into_iter().collect()
    }

    fn run(commands: Vec<EnsembleCommand>, console: &mut Console<'_>) -> Result<(), EnsembleError> {
        commands.into_iter().try_for_each(|command| commands::run(command, console))
    }

    fn is_usage_error(error: &EnsembleError) -> bool {
        error.is_usage()
    }
}

register_strategy!(Ensemble);
