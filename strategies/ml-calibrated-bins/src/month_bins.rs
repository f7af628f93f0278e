//! The bins of the month that a row is in.

use std::collections::BTreeMap;
use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use artifacts::{MonthKey, RunChoice};
use binning::{BinMetadata, BinOutlook, BinStore, Payoffs};
use clap::ValueEnum;
use evaluation::{CheckedRule, EvaluationError, SignalRule};
use labeling::LabelCutoff;
use strategy_core::{Outlook, ParseYearMonthError, Side, Subject, YearMonth};
use thiserror::Error;

use crate::commands::BinsRoot;
use crate::{BinsError, Result};

/// Rows of a month without bins.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum MissingMonth {
    /// Stop, and list the months with bins
    #[default]
    Error,
    /// Leave its rows flat, and count them
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

/// A text that names no other bins for a month.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "wanted a month and its bins, as in 2025-03=2025-02 or 2025-03=file.msgpack, not `{found}`"
)]
pub struct ParseBinsOverrideError {
    /// What was found.
    pub found: String,
    /// Why its month is none, if it is not the bins that are missing.
    pub source: Option<ParseYearMonthError>,
}

impl FromStr for BinsOverride {
    type Err = ParseBinsOverrideError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let wrong = |source| ParseBinsOverrideError { found: text.to_owned(), source };
        let (month, bins) =
            text.split_once('=').filter(|(_, bins)| !bins.is_empty()).ok_or_else(|| wrong(None))?;
        let source =
            bins.parse().map_or_else(|_| BinsSource::File(PathBuf::from(bins)), BinsSource::Month);
        Ok(Self { month: month.parse().map_err(|source| wrong(Some(source)))?, bins: source })
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
    /// Other bins for some months.
    pub overrides: Vec<BinsOverride>,
    /// What is done for months without bins.
    pub missing: MissingMonth,
    /// Checked against each month's bins; none where no signals are wanted.
    pub rule: Option<SignalRule>,
    /// The model that the scores are of, where that is known.
    model_path: Option<String>,
    /// What a person should know of the bins used so far: that they saw the future of the rows, say.
    pub cautions: Vec<String>,
    months: BTreeMap<YearMonth, Bins>,
}

/// A month's bins, with the rule that was checked against them.
#[derive(Debug, Clone)]
pub(crate) struct Bins {
    pub(crate) metadata: BinMetadata,
    /// `None` where no signals are wanted.
    pub(crate) rule: Option<CheckedRule>,
    /// What is known of the trades from each bin; empty where the bins do not say.
    outlooks: Vec<BinOutlook>,
}

impl Bins {
    /// What is known of a trade on `side` from a row in `q_bin`.
    pub(crate) fn outlook(&self, q_bin: u16, side: Side) -> Option<Outlook> {
        BinOutlook::find(&self.outlooks, q_bin, side)
    }
}

/// `rule` over the bins of `metadata`.
pub(crate) fn checked(
    rule: SignalRule,
    metadata: &BinMetadata,
) -> Result<CheckedRule, EvaluationError> {
    let n_bins = metadata.edges().n_bins().get();
    rule.check(metadata.bin_month(), n_bins, &metadata.unreachable_bins())
}

/// That bins were made with predictions of rows that the model was trained on.
pub(crate) fn in_sample_caution(metadata: &BinMetadata) -> Option<String> {
    let parts = metadata.parts();
    let (rows, of) = (parts.in_sample_rows(), parts.cal_rows);
    (rows > 0).then(|| {
        format!(
            "the bins of {} were calibrated on in-sample predictions ({rows} of {of} rows): the model \
             had seen their labels",
            metadata.bin_month()
        )
    })
}

/// Where bins are: under their own key in the store, under that of another month, or in a file of any name.
enum Place {
    Own(MonthKey),
    Other(MonthKey),
    File(PathBuf),
}

impl MonthBins {
    /// The bins below `root` that were made for `subject`.
    #[must_use]
    pub fn new(root: &BinsRoot, subject: &Subject) -> Self {
        Self {
            store: BinStore::new(root.of(subject.dataset.as_deref())),
            choice: RunChoice {
                dataset: subject.dataset.clone(),
                run_name: subject.run_name.clone(),
            },
            run: None,
            overrides: Vec::new(),
            missing: MissingMonth::Error,
            rule: None,
            model_path: subject.model_path.clone(),
            cautions: Vec::new(),
            months: BTreeMap::new(),
        }
    }

    pub(crate) fn of(&mut self, month: YearMonth) -> Result<Option<&Bins>> {
        if !self.months.contains_key(&month) {
            let loaded = match self.place(month)? {
                Place::File(path) => Some(BinStore::load_file(&path)?),
                Place::Other(key) => Some(self.store.load(&key)?),
                Place::Own(key) => {
                    let found = self.store.find(&key)?;
                    self.own(&key, month, found)?
                }
            };
            self.keep(month, loaded)?;
        }
        Ok(self.months.get(&month))
    }

    /// The file that the bins for rows of `month` are in.
    pub(crate) fn path(&mut self, month: YearMonth) -> Result<PathBuf> {
        self.take_what_is_known();
        Ok(match self.place(month)? {
            Place::File(path) => path,
            Place::Own(key) | Place::Other(key) => self.store.path(&key),
        })
    }

    /// A month's own bins; that there are none is skipped or is an error, as asked for.
    fn own(
        &self,
        key: &MonthKey,
        month: YearMonth,
        found: Option<BinMetadata>,
    ) -> Result<Option<BinMetadata>> {
        if found.is_some() || self.missing == MissingMonth::Skip {
            return Ok(found);
        }
        Err(BinsError::MonthWithoutBins { month, source: self.store.missing(key) })
    }

    /// Takes the bins for rows of `month` as the bytes of their file; `None` when there is none.
    pub(crate) fn adopt(&mut self, month: YearMonth, bytes: Option<&[u8]>) -> Result<()> {
        self.take_what_is_known();
        let metadata = match (self.place(month)?, bytes) {
            (Place::File(path), Some(bytes)) => Some(BinMetadata::from_bytes(bytes, &path)?),
            // Says what is wrong with it.
            (Place::File(path), None) => Some(BinStore::load_file(&path)?),
            (Place::Own(key), bytes) => {
                let found = bytes.map(|bytes| self.store.decode(&key, bytes)).transpose()?;
                self.own(&key, month, found)?
            }
            (Place::Other(key), Some(bytes)) => Some(self.store.decode(&key, bytes)?),
            (Place::Other(key), None) => return Err(self.store.missing(&key).into()),
        };
        self.months.remove(&month);
        self.keep(month, metadata)
    }

    /// The bins that were adopted for `month`.
    pub(crate) fn adopted(&self, month: YearMonth) -> Option<&Bins> {
        self.months.get(&month)
    }

    /// The first month that has bins, its own or others by wish.
    pub(crate) fn first_month(&self) -> Result<Option<YearMonth>> {
        let stored = self.store.list(&self.choice.filter(&self.store)?)?;
        let wished = self.overrides.iter().map(|other| other.month);
        Ok(stored.iter().map(MonthKey::month).chain(wished).min())
    }

    /// Dataset and run name of the bins, once any were needed.
    #[must_use]
    pub fn run(&self) -> Option<(&str, &str)> {
        self.run.as_ref().map(|(dataset, run_name)| (dataset.as_str(), run_name.as_str()))
    }

    /// Takes note of whose scores the rows say that they are; what was asked for must not contradict.
    pub(crate) fn are_for(
        &mut self,
        dataset: Option<&str>,
        model_path: Option<&str>,
    ) -> Result<()> {
        if let Some(dataset) = dataset {
            let asked = self.choice.dataset.get_or_insert_with(|| dataset.to_owned());
            if asked != dataset {
                let (bins_of, scores_of) = (asked.clone(), dataset.to_owned());
                return Err(BinsError::OtherDataset { bins_of, scores_of });
            }
        }
        if let Some(model_path) = model_path {
            if self.choice.run_name.is_none() {
                self.choice.run_name = market_data::run_name(model_path);
            }
            self.model_path.get_or_insert_with(|| model_path.to_owned());
        }
        Ok(())
    }

    /// The other bins asked for, if any were; two contradicting wishes are an error.
    fn source(&self, month: YearMonth) -> Result<Option<BinsSource>> {
        let mut wishes = self.overrides.iter().filter(|other| other.month == month);
        let first = wishes.next();
        match first.and_then(|first| wishes.find(|other| other.bins != first.bins)) {
            Some(_) => Err(BinsError::OverrideNotUnique { month }),
            None => Ok(first.map(|other| other.bins.clone())),
        }
    }

    /// Refuses bins of another instrument or model than the scores are of, and notes bins that saw the future.
    fn examine(&mut self, month: YearMonth, metadata: &BinMetadata) -> Result<()> {
        let parts = metadata.parts();
        let bins_of = metadata.key().dataset();
        let of_run = self.run.as_ref().map(|(dataset, _)| dataset);
        match self.choice.dataset.as_ref().or(of_run) {
            Some(scores_of) if scores_of != bins_of => {
                let (bins_of, scores_of) = (bins_of.to_owned(), scores_of.clone());
                return Err(BinsError::OtherDataset { bins_of, scores_of });
            }
            // The first bins decide for all others.
            None => self.choice.dataset = Some(bins_of.to_owned()),
            Some(_) => {}
        }
        if let Some(scores_of) = &self.model_path {
            let stored = [&parts.model_path, &parts.matched_model_path];
            if !stored.iter().any(|bins_of| market_data::same_model(bins_of, scores_of)) {
                return Err(BinsError::OtherModel {
                    month: metadata.bin_month(),
                    bins_of: parts.matched_model_path.clone(),
                    scores_of: scores_of.clone(),
                });
            }
        }
        self.cautions.extend(in_sample_caution(metadata));
        if metadata.bin_month() > month {
            self.cautions.push(format!(
                "rows of {month} go through the bins of {}, which were calibrated on data after them",
                metadata.bin_month()
            ));
        } else if parts.label.cutoff == LabelCutoff::None {
            self.cautions.push(format!(
                "the bins of {} were calibrated with labels that nobody knew when the month began \
                 (label cutoff none)",
                metadata.bin_month()
            ));
        }
        Ok(())
    }

    /// Keeps a month's bins, examined. That there are none is not kept: they may come.
    fn keep(&mut self, month: YearMonth, metadata: Option<BinMetadata>) -> Result<()> {
        let Some(metadata) = metadata else { return Ok(()) };
        self.examine(month, &metadata)?;
        let rule = self.rule.map(|rule| checked(rule, &metadata)).transpose()?;
        let outlooks = metadata.parts().payoffs.as_ref().map(Payoffs::outlooks);
        let outlooks = outlooks.unwrap_or_default();
        self.months.insert(month, Bins { metadata, rule, outlooks });
        Ok(())
    }

    /// Where the bins for rows of `month` are.
    fn place(&mut self, month: YearMonth) -> Result<Place> {
        Ok(match self.source(month)? {
            Some(BinsSource::File(path)) => Place::File(path),
            Some(BinsSource::Month(other)) => Place::Other(self.key(other)?),
            None => Place::Own(self.key(month)?),
        })
    }

    /// Where dataset and run are named, nobody has to look which there are: a journal that kept the bins
    /// needs no folder of them.
    fn take_what_is_known(&mut self) {
        if self.run.is_none() {
            self.run = self.choice.dataset.clone().zip(self.choice.run_name.clone());
        }
    }

    fn key(&mut self, month: YearMonth) -> Result<MonthKey> {
        let (dataset, run_name) = match &self.run {
            Some(run) => run,
            None => self.run.insert(self.choice.settle(&self.store)?),
        };
        Ok(MonthKey::new(dataset.as_str(), run_name.as_str(), month)?)
    }
}
