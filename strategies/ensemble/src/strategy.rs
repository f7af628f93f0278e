//! The strategy: each row's scores, pooled with the file of its month.

use std::collections::BTreeMap;
use std::path::PathBuf;

use artifacts::{MonthKey, MonthStore, RunChoice};
use binning::BinEdges;
use chrono::{DateTime, TimeDelta};
use label_trades::exits_of_target;
use labeling::{TargetKey, TiePolicy};
use strategy_core::{
    Column, Console, Input, Intent, Lookback, Rows, Side, SideExits, Strategy, Subject, YearMonth,
    register_strategy,
};
use terminal::counted;

use crate::commands::{self, EnsembleCommand};
use crate::config::Config;
use crate::learning::{Fed, Learning};
use crate::{Decision, EnsembleError, MonthEnsemble};

/// Long in the top bins of the pooled probability, short in the bottom ones.
#[derive(Debug)]
pub struct Ensemble {
    config: Config,
    dataset: Option<String>,
    members: Vec<String>,
    /// Those that were needed so far.
    months: BTreeMap<YearMonth, MonthEnsemble>,
    /// What an online pool learns within the month.
    learning: Option<Learning>,
    /// Rows that too few members had a score for.
    too_few: u64,
    /// Rows before the first month that has a file.
    before: usize,
}

/// The prices that an online pool labels its rows by.
const PRICES: [Column; 4] = [Column::Open, Column::High, Column::Low, Column::Close];

impl Ensemble {
    fn input(run: &str) -> Input {
        Input::of_run(run).or_missing()
    }

    /// Decides the row `fed`; an online pool learns first what has become known.
    fn decide_row(
        config: &Config,
        learning: Option<&mut Learning>,
        month: &MonthEnsemble,
        fed: Fed,
    ) -> Result<Decision, EnsembleError> {
        let probabilities = month.calibrated(&fed.scores)?;
        let present = probabilities.iter().flatten().count();
        let enough = present >= config.min_members;
        let pool = |weights: Option<&[f64]>| {
            if enough { month.pool(&probabilities, weights) } else { Ok(None) }
        };
        let pooled = match learning {
            None => pool(None)?,
            Some(learning) => {
                let pooled = pool(learning.take(month, fed)?)?;
                learning.await_label(probabilities.clone());
                pooled
            }
        };
        let side = month.side(&probabilities, pooled, config.thresholds)?;
        let outlook = pooled.and_then(|pooled| month.outlook(&probabilities, pooled.bin, side));
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
                Ok(Decision { pooled: None, side: Side::NoSignal, outlook: None })
            }
            _ => Err(EnsembleError::Missing { month, path: self.path(month)? }),
        }
    }

    /// The file of `month`: of the dataset that it is opened for, otherwise of the only one that has any.
    fn path(&mut self, month: YearMonth) -> Result<PathBuf, EnsembleError> {
        let pooling = &self.config.pooling;
        let store = MonthStore::<MonthEnsemble>::new(&pooling.ensemble_root);
        let name = pooling.name()?;
        let dataset = match &mut self.dataset {
            Some(dataset) => dataset,
            unknown => {
                let choice = RunChoice { dataset: None, run_name: Some(name.clone()) };
                unknown.insert(choice.settle(&store)?.0)
            }
        };
        Ok(store.path(&MonthKey::new(dataset.as_str(), name, month)?))
    }
}

/// How long a row of the dataset lasts, as the dataset's name tells; an hour where it does not.
fn interval(dataset: Option<&str>) -> TimeDelta {
    let named = dataset.and_then(|name| name.rsplit('_').next());
    named.and_then(market_data::parse_interval).unwrap_or(TimeDelta::hours(1))
}

/// Rows of a month, in hours.
const LONGEST_MONTH: usize = 31 * 24;

/// The horizon of a target, in hours.
fn hours(key: &TargetKey) -> usize {
    usize::try_from(key.rule(TiePolicy::default()).horizon().num_hours()).unwrap_or(0)
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
        let scores = config.pooling.members.iter().map(|run| Self::input(run));
        let prices = PRICES.into_iter().filter(|_| config.pooling.pool.is_online());
        scores.chain(prices.map(Input::of)).collect()
    }

    /// An online pool has learnt since the month began, from rows up to a horizon before it.
    fn lookback(config: &Config) -> Lookback {
        match target(&config.pooling.members).filter(|_| config.pooling.pool.is_online()) {
            Some(key) => Lookback::at_least(LONGEST_MONTH + hours(&key)),
            None => Lookback::default(),
        }
    }

    fn intent(_: &Config) -> Intent {
        Intent::Entry
    }

    /// Those of the members' target.
    fn exits(config: &Config, subject: &Subject) -> Result<SideExits, EnsembleError> {
        let Some(key) = target(&config.pooling.members) else { return Ok(SideExits::default()) };
        let exits = exits_of_target(&key, interval(subject.dataset.as_deref()));
        Ok(exits.unwrap_or_default())
    }

    fn begins(config: &Config, subject: &Subject) -> Result<Option<i64>, EnsembleError> {
        let Some(dataset) = &subject.dataset else { return Ok(None) };
        let pooling = &config.pooling;
        let store = MonthStore::<MonthEnsemble>::new(&pooling.ensemble_root);
        Ok(store
            .months(dataset, &pooling.name()?)?
            .first()
            .map(|month| month.start().timestamp_micros()))
    }

    fn new(config: Config, subject: &Subject) -> Result<Self, EnsembleError> {
        config.thresholds.check(None)?;
        let pool = config.pooling.pool;
        let learning = match (pool.is_online(), target(&config.pooling.members)) {
            (false, _) => None,
            (true, Some(key)) => Some(Learning::new(&key, interval(subject.dataset.as_deref()))),
            (true, None) => return Err(EnsembleError::NoTarget { pool }),
        };
        let members = config.pooling.sorted()?;
        if !(1..=members.len()).contains(&config.min_members) {
            let (found, members) = (config.min_members, members.len());
            return Err(EnsembleError::MinMembers { found, members });
        }
        Ok(Self {
            members,
            dataset: subject.dataset.clone(),
            months: BTreeMap::new(),
            learning,
            too_few: 0,
            before: 0,
            config,
        })
    }

    fn artifact(&mut self, month: YearMonth) -> Result<PathBuf, EnsembleError> {
        self.path(month)
    }

    fn adopt(&mut self, month: YearMonth, bytes: Option<&[u8]>) -> Result<(), EnsembleError> {
        let path = self.path(month)?;
        let Some(bytes) = bytes else {
            // Rows of the lookback may lie before the first file.
            if self.learning.is_some() && self.months.is_empty() {
                return Ok(());
            }
            return Err(EnsembleError::Missing { month, path });
        };
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
        for subset in &read.subsets {
            let edges = BinEdges::from_vec(subset.edges.clone())
                .map_err(|source| EnsembleError::Binning { month, source })?;
            self.config.thresholds.check(Some(edges.n_bins().get()))?;
        }
        self.months.insert(month, read);
        Ok(())
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
            let Some(ensemble) = self.months.get(&month) else {
                decisions.push(self.before_files(fed, month)?);
                continue;
            };
            let decision = Self::decide_row(&self.config, self.learning.as_mut(), ensemble, fed);
            let decision = decision.map_err(|source| {
                let timestamp = DateTime::from_timestamp_micros(time).unwrap_or_default();
                EnsembleError::Row { timestamp, source: Box::new(source) }
            })?;
            self.too_few += u64::from(decision.pooled.is_none());
            decisions.push(decision);
        }
        Ok(decisions)
    }

    /// Members are calibrated on out-of-sample predictions alone.
    fn in_sample_rows(&self) -> Option<u64> {
        Some(0)
    }

    fn remarks(&self) -> Vec<String> {
        let remark = |rows: u64| {
            let (rows, least) = (counted(rows, "row"), self.config.min_members);
            format!("{rows} without a decision: fewer than {least} members had a score")
        };
        let before = (self.before > 0).then(|| {
            let rows = counted(self.before, "row");
            format!("{rows} without a decision: before the first month that has a file")
        });
        let too_few = Some(self.too_few).filter(|&rows| rows > 0).map(remark);
        before.into_iter().chain(too_few).collect()
    }

    fn run(commands: Vec<EnsembleCommand>, console: &mut Console<'_>) -> Result<(), EnsembleError> {
        commands.into_iter().try_for_each(|command| commands::run(command, console))
    }

    fn is_usage_error(error: &EnsembleError) -> bool {
        error.is_usage()
    }
}

register_strategy!(Ensemble);
