//! The bins of the month that a row is in.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use binning::{BinKey, BinMetadata, BinStore, BinningError};
use clap::ValueEnum;
use strategy_core::{ParseYearMonthError, Subject, YearMonth};

use crate::commands::{BinsRoot, RunChoice};
use crate::rule::CheckedRule;
use crate::{BinsError, SignalRule};

/// What to do with rows of a month that has no bins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum MissingMonth {
    /// Stop, and list the months that have some
    #[default]
    Error,
    /// Decide nothing for its rows, and count them
    Skip,
}

/// Other bins than its own for a month: another month's, or those in a file.
///
/// Written `2025-03=2025-02` or `2025-03=path/to/file.msgpack`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BinsOverride {
    /// The month whose rows are meant.
    pub month: YearMonth,
    /// Where their bins come from.
    pub bins: BinsSource,
}

/// Where a month's bins come from when not from its own file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BinsSource {
    /// The bins of this month, of the same dataset and run.
    Month(YearMonth),
    /// A file.
    File(PathBuf),
}

impl FromStr for BinsOverride {
    type Err = ParseYearMonthError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let (month, bins) = text
            .split_once('=')
            .filter(|(_, bins)| !bins.is_empty())
            .ok_or_else(|| ParseYearMonthError { found: text.to_owned() })?;
        let source =
            bins.parse().map_or_else(|_| BinsSource::File(PathBuf::from(bins)), BinsSource::Month);
        Ok(Self { month: month.parse()?, bins: source })
    }
}

impl fmt::Display for BinsOverride {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.bins {
            BinsSource::Month(month) => write!(f, "{}={month}", self.month),
            BinsSource::File(path) => write!(f, "{}={}", self.month, path.display()),
        }
    }
}

/// Bins by month, each file read when its first row comes and kept.
#[derive(Debug)]
pub struct MonthBins {
    store: BinStore,
    choice: RunChoice,
    /// Dataset and run, settled with the first month.
    run: Option<(String, String)>,
    overrides: Vec<BinsOverride>,
    missing: MissingMonth,
    rule: Option<SignalRule>,
    months: BTreeMap<YearMonth, Option<Bins>>,
}

/// A month's bins, with the rule that was checked against them.
#[derive(Debug, Clone)]
pub(crate) struct Bins {
    pub(crate) metadata: BinMetadata,
    /// `None` where no signals are wanted.
    pub(crate) rule: Option<CheckedRule>,
}

impl MonthBins {
    /// The bins below `root` that were made for `subject`.
    #[must_use]
    pub fn new(root: &BinsRoot, subject: &Subject) -> Self {
        Self {
            store: BinStore::new(&root.bins_root),
            choice: RunChoice {
                root: root.clone(),
                dataset: subject.dataset.clone(),
                run_name: subject.run_name.clone(),
            },
            run: None,
            overrides: Vec::new(),
            missing: MissingMonth::Error,
            rule: None,
            months: BTreeMap::new(),
        }
    }

    /// The same, with other bins for some months.
    #[must_use]
    pub fn with_overrides(self, overrides: Vec<BinsOverride>) -> Self {
        Self { overrides, ..self }
    }

    /// The same, with `missing` done for months without bins.
    #[must_use]
    pub fn with_missing(self, missing: MissingMonth) -> Self {
        Self { missing, ..self }
    }

    /// The same, with `rule` checked against each month's bins.
    #[must_use]
    pub fn with_rule(self, rule: SignalRule) -> Self {
        Self { rule: Some(rule), ..self }
    }

    /// The bins for rows of `month`; `None` when there are none and that is to be skipped.
    ///
    /// # Errors
    /// When there are none and that is not to be skipped, when the file cannot be used, or when the
    /// rule is none over its bins.
    pub fn metadata(&mut self, month: YearMonth) -> Result<Option<&BinMetadata>, BinsError> {
        Ok(self.of(month)?.map(|bins| &bins.metadata))
    }

    pub(crate) fn of(&mut self, month: YearMonth) -> Result<Option<&Bins>, BinsError> {
        if let Entry::Vacant(_) = self.months.entry(month) {
            let bins = self.load(month)?;
            self.months.insert(month, bins);
        }
        Ok(self.months.get(&month).and_then(Option::as_ref))
    }

    fn load(&mut self, month: YearMonth) -> Result<Option<Bins>, BinsError> {
        let source = self.overrides.iter().find(|other| other.month == month);
        let metadata = match source.map(|other| other.bins.clone()) {
            Some(BinsSource::File(path)) => BinStore::load_file(&path)?,
            Some(BinsSource::Month(other)) => {
                let key = self.key(other)?;
                self.store.load(&key)?
            }
            None => {
                let key = self.key(month)?;
                match (self.store.load(&key), self.missing) {
                    (Ok(metadata), _) => metadata,
                    (Err(BinningError::NotFound { .. }), MissingMonth::Skip) => return Ok(None),
                    (Err(error), _) => return Err(error.into()),
                }
            }
        };
        let rule = self.rule.map(|rule| rule.check(&metadata)).transpose()?;
        Ok(Some(Bins { metadata, rule }))
    }

    fn key(&mut self, month: YearMonth) -> Result<BinKey, BinsError> {
        let (dataset, run_name) = match &self.run {
            Some(run) => run,
            None => self.run.insert(self.choice.settle(&self.store)?),
        };
        Ok(BinKey::new(dataset.as_str(), run_name.as_str(), month)?)
    }
}
