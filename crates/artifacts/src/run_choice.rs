//! Which run a command is about.

#![allow(clippy::doc_markdown, reason = "the comments are help texts, shown as they stand")]

use clap::Args;
use clap::builder::NonEmptyStringValueParser;

use crate::{ArtifactError, MonthFilter, MonthStore, Result, Shown};

/// A run, by dataset and name; what is left out is found if there is only one possibility.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub struct RunChoice {
    /// Instrument, as in binance_btcusdt_perp_1h
    #[arg(long, value_name = "NAME", env = "RUNNER_DATASET", value_parser = NonEmptyStringValueParser::new())]
    pub dataset: Option<String>,

    /// Run: the name of its model's folder, or a part that no other name has
    #[arg(long, value_name = "NAME", env = "RUNNER_RUN_NAME", value_parser = NonEmptyStringValueParser::new())]
    pub run_name: Option<String>,
}

impl RunChoice {
    /// The months in `store` that are meant.
    ///
    /// # Errors
    /// [`ArtifactError::PartOfSeveralRuns`]; when a folder cannot be listed.
    pub fn filter<A: Shown>(&self, store: &MonthStore<A>) -> Result<MonthFilter> {
        let of_part = self.runs(store)?.into_iter().next().map(|(_, run_name)| run_name);
        Ok(MonthFilter {
            dataset: self.dataset.clone(),
            run_name: self.run_name.as_ref().map(|asked| of_part.unwrap_or_else(|| asked.clone())),
            ..MonthFilter::default()
        })
    }

    /// Refuses a run's name that none of the runs with files has.
    ///
    /// # Errors
    /// [`ArtifactError::NoSuchRun`]; when a folder cannot be listed.
    pub fn check<A: Shown>(&self, store: &MonthStore<A>) -> Result<()> {
        let Some(asked) = self.run_name.as_deref() else { return Ok(()) };
        let runs = self.of_dataset(store)?;
        if runs.is_empty() || runs.iter().any(|(_, name)| name.contains(asked)) {
            return Ok(());
        }
        let (part, root) = (asked.to_owned(), store.root().to_owned());
        Err(ArtifactError::NoSuchRun { part, root, runs })
    }

    /// Dataset and run name of the only run that fits.
    ///
    /// # Errors
    /// [`ArtifactError::NoFiles`]; [`ArtifactError::RunNotUnique`]; those of [`filter`](Self::filter).
    pub fn settle<A: Shown>(&self, store: &MonthStore<A>) -> Result<(String, String)> {
        match <[(String, String); 1]>::try_from(self.runs(store)?) {
            Ok([only]) => Ok(only),
            Err(none) if none.is_empty() => Err(self.no_files(store)),
            Err(several) => Err(ArtifactError::RunNotUnique {
                root: store.root().to_owned(),
                noun: A::NOUN,
                runs: several,
            }),
        }
    }

    /// Says that there are none of these, and of which runs there are.
    #[must_use]
    pub fn no_files<A: Shown>(&self, store: &MonthStore<A>) -> ArtifactError {
        ArtifactError::NoFiles {
            root: store.root().to_owned(),
            noun: A::NOUN,
            flag: A::ROOT_FLAG,
            dataset: self.dataset.clone(),
            run_name: self.run_name.clone(),
            found: self.of_dataset(store).unwrap_or_default(),
        }
    }

    /// Dataset and name of the runs that are meant: those that are called so, otherwise those of the one
    /// name with that part.
    fn runs<A: Shown>(&self, store: &MonthStore<A>) -> Result<Vec<(String, String)>> {
        let mut runs = self.of_dataset(store)?;
        let Some(asked) = self.run_name.as_deref() else { return Ok(runs) };
        if runs.iter().any(|(_, name)| name == asked) {
            runs.retain(|(_, name)| name == asked);
            return Ok(runs);
        }
        runs.retain(|(_, name)| name.contains(asked));
        if runs.iter().any(|(_, name)| *name != runs[0].1) {
            let (part, root) = (asked.to_owned(), store.root().to_owned());
            return Err(ArtifactError::PartOfSeveralRuns { part, root, runs });
        }
        Ok(runs)
    }

    fn of_dataset<A: Shown>(&self, store: &MonthStore<A>) -> Result<Vec<(String, String)>> {
        let filter = MonthFilter { dataset: self.dataset.clone(), ..MonthFilter::default() };
        let keys = store.list(&filter)?;
        let run = |key: &crate::MonthKey| (key.dataset().to_owned(), key.run_name().to_owned());
        let mut runs: Vec<(String, String)> = keys.iter().map(run).collect();
        runs.dedup();
        Ok(runs)
    }
}
