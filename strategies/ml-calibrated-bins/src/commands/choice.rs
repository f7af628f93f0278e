//! Which bins a command is about.

#![allow(clippy::doc_markdown, reason = "the comments are help texts, shown as they stand")]

use std::path::PathBuf;

use artifacts::MonthFilter;
use binning::BinStore;
use clap::Args;
use clap::builder::NonEmptyStringValueParser;
use sample::SamplePaths;

use crate::BinsError;

/// Where bins are kept.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct BinsRoot {
    /// Folder of the bins, as {dataset}/{run name}/{month}.msgpack [default: data/bins, for the
    /// generated sample data/sample/bins]
    #[arg(long, value_name = "FOLDER", env = "RUNNER_BINS_ROOT")]
    pub bins_root: Option<PathBuf>,
}

/// Where bins are kept unless somebody says otherwise.
const DEFAULT_ROOT: &str = "data/bins";

/// The same for bins of the generated sample: they never stand beside those of a market.
const SAMPLE_ROOT: &str = "data/sample/bins";

impl BinsRoot {
    /// Bins below `folder`.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { bins_root: Some(folder.into()) }
    }

    /// Bins of the generated sample.
    pub(crate) fn of_sample() -> Self {
        Self::new(SAMPLE_ROOT)
    }

    /// The folder that holds the bins of `dataset`, or of whatever there is.
    #[must_use]
    pub fn of(&self, dataset: Option<&str>) -> PathBuf {
        match (&self.bins_root, dataset) {
            (Some(root), _) => root.clone(),
            (None, Some(dataset)) if SamplePaths::is_dataset(dataset) => SAMPLE_ROOT.into(),
            (None, _) => DEFAULT_ROOT.into(),
        }
    }
}

/// A run, by dataset and name; what is left out is found if there is only one possibility.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct RunChoice {
    /// Where the bins are
    #[command(flatten)]
    pub root: BinsRoot,

    /// Instrument, as in binance_btcusdt_perp_1h
    #[arg(long, value_name = "NAME", env = "RUNNER_DATASET", value_parser = NonEmptyStringValueParser::new())]
    pub dataset: Option<String>,

    /// Run: the name of its model's folder, or a part that no other name has
    #[arg(long, value_name = "NAME", env = "RUNNER_RUN_NAME", value_parser = NonEmptyStringValueParser::new())]
    pub run_name: Option<String>,
}

impl RunChoice {
    /// The bins that are meant. Where no dataset is named and there are no bins but the sample's, those.
    pub(crate) fn store(&self) -> Result<BinStore, BinsError> {
        let store = BinStore::new(self.root.of(self.dataset.as_deref()));
        if self.root.bins_root.is_some() || self.dataset.is_some() {
            return Ok(store);
        }
        let sample = BinStore::new(SAMPLE_ROOT);
        let is_empty =
            |store: &BinStore| Ok::<_, BinsError>(store.list(&MonthFilter::default())?.is_empty());
        Ok(if is_empty(&store)? && !is_empty(&sample)? { sample } else { store })
    }

    /// The months in `store` that are meant.
    pub(crate) fn filter(&self, store: &BinStore) -> Result<MonthFilter, BinsError> {
        let of_part = self.runs(store)?.into_iter().next().map(|(_, run_name)| run_name);
        Ok(MonthFilter {
            dataset: self.dataset.clone(),
            run_name: self.run_name.as_ref().map(|asked| of_part.unwrap_or_else(|| asked.clone())),
            ..MonthFilter::default()
        })
    }

    /// Refuses a run's name that none of the runs with bins has.
    pub(crate) fn check(&self, store: &BinStore) -> Result<(), BinsError> {
        let Some(asked) = self.run_name.as_deref() else { return Ok(()) };
        let runs = self.of_dataset(store)?;
        if runs.is_empty() || runs.iter().any(|(_, name)| name.contains(asked)) {
            return Ok(());
        }
        let (part, root) = (asked.to_owned(), store.root().to_owned());
        Err(BinsError::NoSuchRun { part, root, runs: listed(&runs) })
    }

    /// Dataset and name of the runs that are meant: those that are called so, otherwise those of the one
    /// name with that part.
    fn runs(&self, store: &BinStore) -> Result<Vec<(String, String)>, BinsError> {
        let mut runs = self.of_dataset(store)?;
        let Some(asked) = self.run_name.as_deref() else { return Ok(runs) };
        if runs.iter().any(|(_, name)| name == asked) {
            runs.retain(|(_, name)| name == asked);
            return Ok(runs);
        }
        runs.retain(|(_, name)| name.contains(asked));
        if runs.iter().any(|(_, name)| *name != runs[0].1) {
            return Err(BinsError::PartOfSeveralRuns {
                part: asked.to_owned(),
                root: store.root().to_owned(),
                runs: listed(&runs),
            });
        }
        Ok(runs)
    }

    fn of_dataset(&self, store: &BinStore) -> Result<Vec<(String, String)>, BinsError> {
        let filter = MonthFilter { dataset: self.dataset.clone(), ..MonthFilter::default() };
        let mut runs: Vec<(String, String)> = store
            .list(&filter)?
            .iter()
            .map(|key| (key.dataset().to_owned(), key.run_name().to_owned()))
            .collect();
        runs.dedup();
        Ok(runs)
    }

    /// Dataset and run name of the only run that fits.
    pub(crate) fn settle(&self, store: &BinStore) -> Result<(String, String), BinsError> {
        match <[(String, String); 1]>::try_from(self.runs(store)?) {
            Ok([only]) => Ok(only),
            Err(none) if none.is_empty() => Err(self.no_bins(store)),
            Err(several) => Err(BinsError::RunNotUnique {
                root: store.root().to_owned(),
                runs: listed(&several),
            }),
        }
    }

    /// Says that there are none of these, and of which runs there are.
    pub(crate) fn no_bins(&self, store: &BinStore) -> BinsError {
        BinsError::NoBins {
            root: store.root().to_owned(),
            dataset: self.dataset.clone(),
            run_name: self.run_name.clone(),
            found: self.of_dataset(store).map(|runs| listed(&runs)).unwrap_or_default(),
        }
    }
}

fn listed(runs: &[(String, String)]) -> Vec<String> {
    runs.iter().map(|(dataset, run)| format!("{dataset} {run}")).collect()
}
