//! The strategy: each row's scores, pooled with the file of its month.

use std::collections::BTreeMap;
use std::path::PathBuf;

use artifacts::MonthKey;
use chrono::{DateTime, TimeDelta};
use evaluation::CheckedRule;
use label_trades::exits_of_target;
use labeling::{TargetKey, TiePolicy};
use pools::{Fed, MonthPools, PoolError, WithinMonth, sorted_members};
use strategy_core::{
    Column, Console, Input, Intent, Lookback, Rows, Side, SideExits, Strategy, Subject, YearMonth,
    register_strategy,
};
use terminal::counted;

use crate::commands::{self, EnsembleCommand};
use crate::config::Config;
use crate::{Decision, EnsembleError};

/// Long in the top bins of the pooled probability, short in the bottom ones.
#[derive(Debug)]
pub struct Ensemble {
    config: Config,
    dataset: Option<String>,
    members: Vec<String>,
    /// Those that were needed so far, each with the rule over its bins.
    months: BTreeMap<YearMonth, (MonthPools, Option<CheckedRule>)>,
    /// What an online pool learns within the month.
    learning: Option<WithinMonth>,
    /// Rows that too few members had a score for.
    too_few: u64,
    /// Rows before the first month that has a file.
    before: usize,
}

/// The prices that an online pool labels its rows by.
const PRICES: [Column; 4] = [Column::Open, Column::High, Column::Low, Column::Close];

/// Rows of a month, in hours.
const LONGEST_MONTH: usize = 31 * 24;

impl Ensemble {
    fn input(run: &str) -> Input {
        Input::of_run(run).or_missing()
    }

    /// Decides the row `fed`, of a month that has a file; an online pool learns first what has become known.
    fn decide_row(&mut self, fed: Fed, month: YearMonth) -> Result<Decision, PoolError> {
        let Some((month, rule)) = self.months.get(&month) else { return Ok(Decision::default()) };
        let probabilities = month.calibrated(&fed.scores)?;
        let enough = probabilities.iter().flatten().count() >= self.config.min_members;
        let pool = |weights: Option<&[f64]>| {
            if enough { month.pool(&probabilities, weights) } else { Ok(None) }
        };
        let pooled = match &mut self.learning {
            None => pool(None)?,
            Some(learning) => {
                let pooled = pool(learning.take(month, fed)?)?;
                learning.await_label(probabilities.clone());
                pooled
            }
        };
        let of_bin = |bin| rule.map_or(Side::NoSignal, |rule| rule.side(bin));
        let side = month.side(&probabilities, pooled, of_bin)?;
        let outlook = pooled.and_then(|pooled| month.outlook(&probabilities, pooled.bin, side));
        self.too_few += u64::from(pooled.is_none());
        Ok(Decision { pooled, side, outlook })
    }

    /// A row before the first file: of the lookback, which is not longer.
    fn before_files(&mut self, fed: Fed, month: YearMonth) -> Result<Decision, EnsembleError> {
        let leads = self.months.keys().next().is_none_or(|first| month < *first);
        let longest = Self::lookback(&self.config).rows;
        match &mut self.learning {
            Some(learning) if leads && self.before < longest => {
                learning.pass(fed);
                self.before += 1;
                Ok(Decision::default())
            }
            _ => Err(self.missing(month)?),
        }
    }

    /// The file of `month`: of the dataset that it is opened for, otherwise of the only one that has any.
    fn key(&mut self, month: YearMonth) -> Result<MonthKey, EnsembleError> {
        let pooling = &self.config.pooling;
        let dataset = match &self.dataset {
            Some(dataset) => dataset.clone(),
            None => pooling.choice(None)?.settle(&pooling.store())?.0,
        };
        let dataset = self.dataset.insert(dataset);
        Ok(MonthKey::new(dataset.as_str(), pooling.name()?, month)?)
    }

    fn missing(&mut self, month: YearMonth) -> Result<EnsembleError, EnsembleError> {
        let key = self.key(month)?;
        let source = self.config.pooling.store().missing(&key);
        Ok(EnsembleError::Missing { month, source })
    }
}

/// How long a row of the dataset lasts, as the dataset's name tells; an hour where it does not.
fn interval(dataset: Option<&str>) -> TimeDelta {
    let named = dataset.and_then(|name| name.rsplit('_').next());
    named.and_then(market_data::parse_interval).unwrap_or(TimeDelta::hours(1))
}

/// The first target that a member's run names.
fn target(config: &Config) -> Option<TargetKey> {
    config.pooling.members.iter().find_map(|run| TargetKey::find_in_run_name(run).ok())
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
        let scores = config.pooling.members.iter().map(|run| Self::input(run));
        let prices = PRICES.into_iter().filter(|_| config.pooling.pool.is_online());
        scores.chain(prices.map(Input::of)).collect()
    }

    /// An online pool has learnt since the month began, from rows up to a horizon before it.
    fn lookback(config: &Config) -> Lookback {
        match target(config).filter(|_| config.pooling.pool.is_online()) {
            Some(key) => {
                let hours = key.rule(TiePolicy::default()).horizon().num_hours();
                Lookback::at_least(LONGEST_MONTH + usize::try_from(hours).unwrap_or(0))
            }
            None => Lookback::default(),
        }
    }

    fn intent(_: &Config) -> Intent {
        Intent::Entry
    }

    /// Those of the members' target.
    fn exits(config: &Config, subject: &Subject) -> Result<SideExits, EnsembleError> {
        let interval = interval(subject.dataset.as_deref());
        Ok(target(config).and_then(|key| exits_of_target(&key, interval)).unwrap_or_default())
    }

    fn begins(config: &Config, subject: &Subject) -> Result<Option<i64>, EnsembleError> {
        let Some(dataset) = &subject.dataset else { return Ok(None) };
        let months = config.pooling.store().months(dataset, &config.pooling.name()?)?;
        Ok(months.first().map(|month| month.start().timestamp_micros()))
    }

    fn new(config: Config, subject: &Subject) -> Result<Self, EnsembleError> {
        config.rule.check_alone()?;
        let pool = config.pooling.pool;
        let learning = match (pool.is_online(), target(&config)) {
            (false, _) => None,
            (true, Some(key)) => Some(WithinMonth::new(&key, interval(subject.dataset.as_deref()))),
            (true, None) => return Err(EnsembleError::NoTarget { pool }),
        };
        let members = sorted_members(&config.pooling.members)?;
        if !(1..=members.len()).contains(&config.min_members) {
            let (found, members) = (config.min_members, members.len());
            return Err(EnsembleError::MinMembers { found, members });
        }
        let (dataset, months) = (subject.dataset.clone(), BTreeMap::new());
        Ok(Self { config, dataset, members, months, learning, too_few: 0, before: 0 })
    }

    fn artifact(&mut self, month: YearMonth) -> Result<PathBuf, EnsembleError> {
        let key = self.key(month)?;
        Ok(self.config.pooling.store().path(&key))
    }

    fn adopt(&mut self, month: YearMonth, bytes: Option<&[u8]>) -> Result<(), EnsembleError> {
        let key = self.key(month)?;
        match bytes {
            Some(bytes) => {
                let read = self.config.pooling.store().decode(&key, bytes)?;
                let bins = read.largest().map(|subset| subset.edges.n_bins().get());
                let rule = bins.map(|bins| self.config.rule.check(month, bins, &[])).transpose()?;
                self.months.insert(month, (read, rule));
                Ok(())
            }
            // Rows of the lookback may lie before the first file.
            None if self.learning.is_some() && self.months.is_empty() => Ok(()),
            None => Err(self.missing(month)?),
        }
    }

    fn decide(&mut self, rows: &Rows<'_>) -> Result<Vec<Decision>, EnsembleError> {
        let columns = self.members.iter().map(|run| rows.column(&Self::input(run)));
        let columns: Vec<&[f64]> = columns.collect::<Result<_, _>>()?;
        let online = self.learning.is_some();
        let prices = PRICES.into_iter().filter(|_| online).map(|of| rows.column(&Input::of(of)));
        let prices: Vec<&[f64]> = prices.collect::<Result<_, _>>()?;
        let mut decisions = Vec::with_capacity(rows.len());
        for (row, &time) in rows.timestamps().iter().enumerate() {
            let score = |column: &&[f64]| Some(column[row]).filter(|score| !score.is_nan());
            let mut fed =
                Fed { time, scores: columns.iter().map(score).collect(), prices: [f64::NAN; 4] };
            for (price, column) in fed.prices.iter_mut().zip(&prices) {
                *price = column[row];
            }
            let month = YearMonth::containing_micros(time);
            if !self.months.contains_key(&month) {
                decisions.push(self.before_files(fed, month)?);
                continue;
            }
            decisions.push(self.decide_row(fed, month).map_err(|source| {
                let timestamp = DateTime::from_timestamp_micros(time).unwrap_or_default();
                EnsembleError::Row { timestamp, source }
            })?);
        }
        Ok(decisions)
    }

    /// Members are calibrated on out-of-sample predictions alone.
    fn in_sample_rows(&self) -> Option<u64> {
        Some(0)
    }

    fn remarks(&self) -> Vec<String> {
        let least = self.config.min_members;
        let reasons = [
            (self.before as u64, "before the first month that has a file".to_owned()),
            (self.too_few, format!("fewer than {least} members had a score")),
        ];
        let some = reasons.into_iter().filter(|(rows, _)| *rows > 0);
        let remark = |(rows, why)| format!("{} without a decision: {why}", counted(rows, "row"));
        some.map(remark).collect()
    }

    fn run(commands: Vec<EnsembleCommand>, console: &mut Console<'_>) -> Result<(), EnsembleError> {
        commands.into_iter().try_for_each(|command| commands::run(command, console))
    }

    fn is_usage_error(error: &EnsembleError) -> bool {
        error.is_usage()
    }
}

register_strategy!(Ensemble);
