//! Which bins a command is about.

#![allow(clippy::doc_markdown, reason = "the comments are help texts, shown as they stand")]

use std::path::PathBuf;

use artifacts::{MonthFilter, RunChoice};
use binning::BinStore;
use clap::Args;
use sample::SamplePaths;

use crate::{BinsError, Result};

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

/// Where bins are, and whose.
#[derive(Debug, Clone, Args)]
pub(crate) struct BinsChoice {
    #[command(flatten)]
    pub(crate) root: BinsRoot,

    #[command(flatten)]
    pub(crate) run: RunChoice,
}

impl BinsChoice {
    /// The bins that are meant. Where no dataset is named and there are no bins but the sample's, those.
    pub(crate) fn store(&self) -> Result<BinStore> {
        let store = BinStore::new(self.root.of(self.run.dataset.as_deref()));
        if self.root.bins_root.is_some() || self.run.dataset.is_some() {
            return Ok(store);
        }
        let sample = BinStore::new(SAMPLE_ROOT);
        let is_empty =
            |store: &BinStore| Ok::<_, BinsError>(store.list(&MonthFilter::default())?.is_empty());
        Ok(if is_empty(&store)? && !is_empty(&sample)? { sample } else { store })
    }
}
