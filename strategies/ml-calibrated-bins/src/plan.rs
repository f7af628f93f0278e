//! What a backfill would find and do: month by month, before anything is written.

use std::path::PathBuf;

use artifacts::MonthKey;
use binning::{BinStore, BinningError};
use scored_labels::{Inputs, WindowRows};
use strategy_core::YearMonth;

use crate::staleness::{input_differences, settings_differences};
use crate::{BinsError, Difference, Settings};

/// What to do with months that have bins already.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Existing {
    /// Fail before anything is read: bins that decisions were taken with do not change unasked.
    #[default]
    Refuse,
    /// Keep them and make the others.
    Keep,
    /// Make all anew.
    Replace,
    /// Make those anew that a rebuild would make otherwise now, or that cannot be read; make no others.
    ReplaceStale,
}

/// A month, what there is for it, and whether its bins could be made.
#[derive(Debug)]
pub struct PlannedMonth {
    /// The month.
    pub month: YearMonth,
    /// The file that holds its bins, or would.
    pub path: PathBuf,
    /// What is there.
    pub found: Found,
    /// In-sample rows that its bins would be made of.
    pub in_sample_rows: u64,
    /// Why its bins cannot be made from the data there is.
    pub obstacle: Option<BinsError>,
}

/// What there is for a month.
#[derive(Debug)]
pub enum Found {
    /// No bins.
    Missing,
    /// Bins that a rebuild would make the same.
    Fresh,
    /// Bins that a rebuild would make otherwise, and why.
    Stale(Vec<Difference>),
    /// A file that is no bins any more.
    Damaged(BinningError),
}

/// What a backfill does about a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Make its bins.
    Build,
    /// Make them anew.
    Replace,
    /// Keep those there are.
    Keep,
    /// Leave it without bins.
    Leave,
    /// Nothing: this month is an error.
    Fail,
}

impl Found {
    /// What was found in a word: `missing`, `fresh`, `stale` or `damaged`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Missing => "missing",
            Self::Fresh => "fresh",
            Self::Stale(_) => "stale",
            Self::Damaged(_) => "damaged",
        }
    }
}

impl Action {
    /// The action in a word: `build`, `replace`, `keep`, `leave` or `fail`.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Build => "build",
            Self::Replace => "replace",
            Self::Keep => "keep",
            Self::Leave => "leave",
            Self::Fail => "fail",
        }
    }
}

impl PlannedMonth {
    /// What a backfill does about it when months that exist are treated as `existing` says.
    #[must_use]
    pub fn action(&self, existing: Existing) -> Action {
        let made = match (&self.found, existing) {
            (Found::Missing, Existing::ReplaceStale) => return Action::Leave,
            (Found::Missing, _) => Action::Build,
            (_, Existing::Refuse) | (Found::Damaged(_), Existing::Keep) => return Action::Fail,
            (_, Existing::Keep) | (Found::Fresh, Existing::ReplaceStale) => return Action::Keep,
            (_, Existing::Replace | Existing::ReplaceStale) => Action::Replace,
        };
        if self.obstacle.is_some() { Action::Fail } else { made }
    }
}

/// What there is for each of `months`, of whose windows `inputs` holds the data.
///
/// # Errors
/// When the dataset or the run cannot name a folder.
pub fn plan(
    inputs: &Inputs,
    months: &[YearMonth],
    store: &BinStore,
    settings: &Settings,
) -> Result<Vec<PlannedMonth>, BinsError> {
    months
        .iter()
        .map(|&month| {
            let identity = &inputs.identity;
            let key = MonthKey::new(&identity.dataset, &identity.run_name, month)?;
            let path = store.path(&key);
            let rows = inputs.window_rows(month, &settings.window);
            let found = found(inputs, rows.as_ref().ok(), &key, store, settings);
            let in_sample_rows = rows.as_ref().map_or(0, WindowRows::in_sample);
            let refuse = |rows: WindowRows| {
                inputs.refuse_unusable(month, &settings.window, settings.n_bins.get(), &rows)
            };
            let usable = rows.and_then(refuse);
            Ok(PlannedMonth {
                month,
                path,
                found,
                in_sample_rows,
                obstacle: usable.err().map(BinsError::from),
            })
        })
        .collect()
}

fn found(
    inputs: &Inputs,
    rows: Option<&WindowRows>,
    key: &MonthKey,
    store: &BinStore,
    settings: &Settings,
) -> Found {
    let metadata = match store.find(key) {
        Ok(None) => return Found::Missing,
        Err(error) => return Found::Damaged(error),
        Ok(Some(metadata)) => metadata,
    };
    let mut differences = settings_differences(&metadata, &inputs.labels.target_key, settings);
    if let Some(rows) = rows {
        differences.extend(input_differences(&metadata, rows, inputs));
    }
    if differences.is_empty() { Found::Fresh } else { Found::Stale(differences) }
}
