//! How the months of a run are made.

use std::error::Error;
use std::fmt::Display;

use serde::Serialize;
use strategy_core::YearMonth;

use crate::{Artifact, ArtifactError, Difference, Reproduced, Shown};

/// How the files of one run's months are made from its data, and with what settings.
///
/// It holds no open file: the data are [`Inputs`](Self::Inputs), read once for all months.
pub trait Recipe: Sync {
    /// What a month's file holds.
    type Artifact: Artifact + Send;
    /// What the months are made of, in memory.
    type Inputs: Sync;
    /// What may be wrong with a month that could be made.
    type Warning: Display + Serialize + Send;
    /// What can go wrong.
    type Error: Error
        + From<ArtifactError>
        + From<<Self::Artifact as Artifact>::Error>
        + Send
        + Sync
        + 'static;

    /// The run's dataset.
    fn dataset(&self) -> &str;

    /// The run's name.
    fn run_name(&self) -> &str;

    /// Makes a month.
    ///
    /// # Errors
    /// When it cannot be made of what there is.
    fn make(
        &self,
        inputs: &Self::Inputs,
        month: YearMonth,
    ) -> Result<Made<Self::Artifact, Self::Warning>, Self::Error>;

    /// What making the month that `existing` holds anew gives.
    ///
    /// # Errors
    /// As [`make`](Self::make).
    fn reproduce(
        &self,
        inputs: &Self::Inputs,
        existing: &Self::Artifact,
    ) -> Result<Reproduced, Self::Error>
    where
        Self::Artifact: Shown,
    {
        let made = self.make(inputs, existing.month_key()?.month())?.artifact;
        Ok(Reproduced::compare(existing, &made.made_as(existing)?)?)
    }

    /// What making `month` would be like; `existing` is what its file holds. Where making one takes no longer than
    /// looking what is needed, [`Prospect::by_making`].
    fn prospect(
        &self,
        inputs: &Self::Inputs,
        month: YearMonth,
        existing: Option<&Self::Artifact>,
    ) -> Prospect<Self::Error>;

    /// Where `existing` was made with other settings than these.
    fn settings_differences(&self, existing: &Self::Artifact) -> Vec<Difference>;

    /// Warns that a file which was kept is not what was asked for.
    fn kept_differs(differences: Vec<Difference>) -> Self::Warning;

    /// What a monitor may want to tell apart, in a word: `incomplete`, `locked`, `exists` or `failed`.
    fn kind(error: &Self::Error) -> &'static str;
}

/// A month that was made, and what a careful person should know about it.
#[derive(Debug, Clone, PartialEq)]
pub struct Made<A, W> {
    /// What is stored.
    pub artifact: A,
    /// What may be wrong with it.
    pub warnings: Vec<W>,
}

/// What making a month would be like.
#[derive(Debug)]
pub struct Prospect<E> {
    /// What would be different from what there is; nothing where there is nothing.
    pub differences: Vec<Difference>,
    /// In-sample rows that it would be made of.
    pub in_sample_rows: u64,
    /// Why it cannot be made from the data there is.
    pub obstacle: Option<E>,
}

impl<E> Prospect<E> {
    /// Makes the month: what is there is fresh if it is the same.
    pub fn by_making<R: Recipe<Artifact: Shown, Error = E>>(
        recipe: &R,
        inputs: &R::Inputs,
        month: YearMonth,
        existing: Option<&R::Artifact>,
    ) -> Self {
        let (differences, obstacle) = match existing {
            None => (Vec::new(), recipe.make(inputs, month).err()),
            Some(existing) => match recipe.reproduce(inputs, existing) {
                Ok(Reproduced::Same) => (Vec::new(), None),
                Ok(Reproduced::Different(differences)) => (differences, None),
                Err(error) => (recipe.settings_differences(existing), Some(error)),
            },
        };
        Self { differences, in_sample_rows: 0, obstacle }
    }
}
