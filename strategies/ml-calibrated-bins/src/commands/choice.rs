//! Which bins a command is about.

#![allow(clippy::doc_markdown, reason = "the comments are help texts, shown as they stand")]

use std::path::PathBuf;

use binning::{BinFilter, BinStore};
use clap::Args;
use clap::builder::NonEmptyStringValueParser;

use crate::BinsError;

/// Where bins are kept.
#[derive(Debug, Clone, PartialEq, Eq, Args)]
pub struct BinsRoot {
    /// Folder of the bins, as {dataset}/{run name}/{month}.msgpack
    #[arg(long, value_name = "FOLDER", env = "RUNNER_BINS_ROOT", default_value = "data/bins")]
    pub bins_root: PathBuf,
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

    /// Run, as the folder of its model is called
    #[arg(long, value_name = "NAME", env = "RUNNER_RUN_NAME", value_parser = NonEmptyStringValueParser::new())]
    pub run_name: Option<String>,
}

impl RunChoice {
    pub(crate) fn filter(&self) -> BinFilter {
        BinFilter {
            dataset: self.dataset.clone(),
            run_name: self.run_name.clone(),
            ..BinFilter::default()
        }
    }

    /// Dataset and run name of the only run that fits.
    pub(crate) fn settle(&self, store: &BinStore) -> Result<(String, String), BinsError> {
        let mut runs: Vec<(String, String)> = store
            .list(&self.filter())?
            .iter()
            .map(|key| (key.dataset().to_owned(), key.run_name().to_owned()))
            .collect();
        runs.dedup();
        match <[(String, String); 1]>::try_from(runs) {
            Ok([only]) => Ok(only),
            Err(none) if none.is_empty() => Err(self.no_bins()),
            Err(several) => Err(BinsError::RunNotUnique {
                root: self.root.bins_root.clone(),
                runs: several.iter().map(|(dataset, run)| format!("{dataset} {run}")).collect(),
            }),
        }
    }

    pub(crate) fn no_bins(&self) -> BinsError {
        BinsError::NoBins {
            root: self.root.bins_root.clone(),
            dataset: self.dataset.clone(),
            run_name: self.run_name.clone(),
        }
    }
}
