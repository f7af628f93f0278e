//! What a backfill would find and do: month by month, before anything is written.

use std::path::PathBuf;

use strategy_core::YearMonth;

use super::existing::Existing;
use crate::{Difference, MonthKey, MonthStore, Prospect, Recipe, Result};

/// A month, what there is for it, and whether it could be made.
#[derive(Debug)]
pub struct PlannedMonth<E> {
    /// The month.
    pub month: YearMonth,
    /// Its file, or where it would be.
    pub path: PathBuf,
    /// What is there.
    pub found: Found<E>,
    /// In-sample rows that it would be made of.
    pub in_sample_rows: u64,
    /// Why it cannot be made from the data there is.
    pub obstacle: Option<E>,
}

/// What there is for a month.
#[derive(Debug)]
pub enum Found<E> {
    /// No file.
    Missing,
    /// A file that a rebuild would make the same.
    Fresh,
    /// A file that a rebuild would make otherwise, and why.
    Stale(Vec<Difference>),
    /// A file that cannot be used any more.
    Damaged(E),
}

/// What a backfill does about a month.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Action {
    /// Make its file.
    Build,
    /// Make it anew.
    Replace,
    /// Keep the one there is.
    Keep,
    /// Leave it without one.
    Leave,
    /// Nothing: this month is an error.
    Fail,
}

impl<E> Found<E> {
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

impl<E> PlannedMonth<E> {
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

/// What there is for each of `months`, of whose data `inputs` holds all.
///
/// # Errors
/// When the dataset or the run cannot name a folder.
pub fn plan<R: Recipe>(
    recipe: &R,
    inputs: &R::Inputs,
    months: &[YearMonth],
    store: &MonthStore<R::Artifact>,
) -> Result<Vec<PlannedMonth<R::Error>>> {
    months
        .iter()
        .map(|&month| {
            let key = MonthKey::new(recipe.dataset(), recipe.run_name(), month)?;
            let (existing, damage) = match store.find(&key) {
                Ok(existing) => (existing, None),
                Err(error) => (None, Some(error)),
            };
            let Prospect { differences, in_sample_rows, obstacle } =
                recipe.prospect(inputs, month, existing.as_ref());
            let found = match (existing, damage) {
                (_, Some(damage)) => Found::Damaged(damage.into()),
                (None, None) => Found::Missing,
                (Some(_), None) if differences.is_empty() => Found::Fresh,
                (Some(_), None) => Found::Stale(differences),
            };
            Ok(PlannedMonth { month, path: store.path(&key), found, in_sample_rows, obstacle })
        })
        .collect()
}
