//! The command that verifies files: each is whole, and the data still give it.

mod judged;
mod report;

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use rayon::prelude::*;
use strategy_core::Console;
use terminal::error_chain;

use crate::{
    Artifact, ArtifactError, MonthFilter, MonthStore, Recipe, ReportFormat, Reproduced, Result,
    Shown, Stray,
};
use judged::Judged;
pub use judged::Verdict;

/// The files that were asked for, and what is known of them.
#[derive(Debug)]
pub struct Proof<A: Artifact> {
    judged: Vec<Judged<A>>,
    strays: BTreeSet<Stray>,
    /// Files of other datasets, runs or months than were asked for.
    not_read: usize,
}

impl<A: Artifact> Proof<A> {
    /// Reads the files of `places`, each once.
    ///
    /// # Errors
    /// When a folder cannot be listed.
    pub fn of(places: &[(MonthStore<A>, MonthFilter)]) -> Result<Self> {
        let mut files = BTreeMap::new();
        let mut strays = BTreeSet::new();
        let mut all = BTreeSet::new();
        for (store, filter) in places {
            for verified in store.verify(filter)? {
                files.entry(verified.path.clone()).or_insert(verified);
            }
            strays.extend(store.strays()?);
            all.extend(store.list(&MonthFilter::default())?.iter().map(|key| store.path(key)));
        }
        // What has been read is told with its contents: misplaced files, unless only some were asked for.
        strays.retain(|stray: &Stray| !files.contains_key(&stray.path));
        let not_read = all.iter().filter(|path: &&PathBuf| !files.contains_key(*path)).count();
        Ok(Self { judged: files.into_values().map(Judged::of).collect(), strays, not_read })
    }

    /// The files below `root` that are of `dataset` and `run_name`, where these are given, and that nobody
    /// has proven yet: their places among all, and what they hold.
    #[must_use]
    pub fn unproven(
        &self,
        root: &Path,
        dataset: Option<&str>,
        run_name: Option<&str>,
    ) -> Vec<(usize, &A)> {
        let fits = |wanted: Option<&str>, found: &str| wanted.is_none_or(|wanted| wanted == found);
        let meant = |(place, judged): (usize, &'_ Judged<A>)| {
            let found = judged.unproven().filter(|_| judged.verified.path.starts_with(root));
            let key = found?.month_key().ok()?;
            (fits(dataset, key.dataset()) && fits(run_name, key.run_name())).then_some(place)
        };
        let places = self.judged.iter().enumerate().filter_map(meant);
        places.filter_map(|place| Some((place, self.judged[place].unproven()?))).collect()
    }

    /// Takes note of what making the file at `place` anew gave, or why it could not be made.
    pub fn settle(&mut self, place: usize, result: Result<Reproduced, String>) {
        let verdict = match result {
            Ok(Reproduced::Same) => Verdict::Reproduced,
            Ok(Reproduced::Different(differences)) => Verdict::Different(differences),
            Err(reason) => Verdict::NotReproduced(reason),
        };
        let judged = &mut self.judged[place];
        if verdict.weight() > judged.verdict.weight() {
            judged.verdict = verdict;
        }
    }

    /// Makes the files of `recipe` below `root` anew, all at once.
    pub fn prove<R: Recipe<Artifact = A>>(&mut self, root: &Path, recipe: &R, inputs: &R::Inputs)
    where
        A: Shown + Send + Sync,
    {
        let files = self.unproven(root, Some(recipe.dataset()), Some(recipe.run_name()));
        let again = |(place, found): (usize, &A)| {
            (place, recipe.reproduce(inputs, found).map_err(|error| error_chain(&error)))
        };
        let results: Vec<_> = files.into_par_iter().map(again).collect();
        for (place, result) in results {
            self.settle(place, result);
        }
    }

    /// A proof was asked for: files of runs whose data nobody named have none.
    pub fn refuse_unproven(&mut self) {
        for judged in &mut self.judged {
            if matches!(judged.verdict, Verdict::Whole) {
                judged.verdict =
                    Verdict::NotReproduced("no data is configured for its run".to_owned());
            }
        }
    }

    /// Prints what was found. Gives the number of files.
    ///
    /// # Errors
    /// [`ArtifactError::NotVerified`] if one is not as it should be; when it cannot be printed.
    pub fn report(&self, format: ReportFormat, console: &mut Console<'_>) -> Result<usize> {
        match format {
            ReportFormat::Text => report::text(&self.judged, &self.strays, console.out)?,
            ReportFormat::Json => {
                report::json(&self.judged, &self.strays, self.not_read, console.out)?;
            }
        }
        if self.not_read > 0 {
            writeln!(
                console.err,
                "{} more files of {} were not read: they are of other datasets, runs or months \
                 than those asked for or configured",
                self.not_read,
                A::NOUN
            )?;
        }
        match self.judged.iter().filter(|judged| judged.verdict.is_bad()).count() {
            0 => Ok(self.judged.len()),
            bad => Err(ArtifactError::NotVerified { noun: A::NOUN, bad, files: self.judged.len() }),
        }
    }
}
