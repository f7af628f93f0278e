//! Making the files of many months of a run: read once, computed in parallel, each file whole.

mod error;
mod existing;
mod plan;

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use rayon::{ThreadPool, ThreadPoolBuilder};
use strategy_core::{Interrupt, YearMonth};
use tracing::info;

use crate::{
    ArtifactError, DEFAULT_LOCK_WAIT, Made, MonthKey, MonthStore, OnExisting, Recipe, Result,
    RunLock, Saved,
};

pub use error::BackfillError;
pub use existing::Existing;
pub use plan::{Action, Found, PlannedMonth, plan};

/// How the months of a run are made.
#[derive(Debug)]
pub struct Backfill {
    /// What to do with months that have a file.
    pub existing: Existing,
    /// Whether a month that fails leaves the others to be made.
    pub keep_going: bool,
    /// How long to wait while another process writes files of the same run.
    pub lock_timeout: Duration,
    /// Asked before each month.
    pub interrupt: Interrupt,
    pool: ThreadPool,
}

/// What became of a month.
#[derive(Debug)]
pub enum MonthOutcome<A, W, E> {
    /// It was made and stands in the file.
    Written(Box<Made<A, W>>),
    /// It had a file, and this was kept.
    Kept(Vec<W>),
    /// It has no file and was to have none: only stale months were asked for.
    LeftOut,
    /// It could not be made or written.
    Failed(E),
    /// It was not begun: another month failed, or somebody asked to stop.
    NotBegun,
}

/// What became of a month made by `R`.
pub type OutcomeOf<R> =
    MonthOutcome<<R as Recipe>::Artifact, <R as Recipe>::Warning, <R as Recipe>::Error>;

/// A month and what became of it.
pub struct MonthDone<R: Recipe> {
    /// The month.
    pub month: YearMonth,
    /// Its file, or where it would be.
    pub path: PathBuf,
    /// What became of it.
    pub outcome: OutcomeOf<R>,
}

impl<A, W, E> MonthOutcome<A, W, E> {
    /// `written`, `kept`, `left_out`, `failed` or `not_begun`.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Written(_) => "written",
            Self::Kept(_) => "kept",
            Self::LeftOut => "left_out",
            Self::Failed(_) => "failed",
            Self::NotBegun => "not_begun",
        }
    }

    /// What may be wrong with what there is now.
    #[must_use]
    pub fn warnings(&self) -> &[W] {
        match self {
            Self::Written(made) => &made.warnings,
            Self::Kept(warnings) => warnings,
            Self::LeftOut | Self::Failed(_) | Self::NotBegun => &[],
        }
    }

    /// Why it failed, if it did.
    #[must_use]
    pub fn failure(&self) -> Option<&E> {
        match self {
            Self::Failed(error) => Some(error),
            _ => None,
        }
    }
}

impl Backfill {
    /// A backfill on `jobs` threads, one for each core when 0; months that exist are an error.
    ///
    /// # Errors
    /// When the threads cannot be started.
    pub fn new(jobs: usize) -> Result<Self, BackfillError> {
        let pool = ThreadPoolBuilder::new()
            .num_threads(jobs)
            .thread_name(|number| format!("backfill-{number}"))
            .build()
            .map_err(|source| BackfillError::Threads { jobs, source })?;
        Ok(Self {
            existing: Existing::Refuse,
            keep_going: false,
            lock_timeout: DEFAULT_LOCK_WAIT,
            interrupt: Interrupt::default(),
            pool,
        })
    }

    /// Makes `months` by `recipe`; `done` is told of each as it is done, in no certain order. What is
    /// returned is in order of time.
    ///
    /// `read` reads their data, and should close the files that it reads. The lock of the run's folder is
    /// held while months are made. A month that fails does not fail the whole: it is in the result.
    /// Without [`keep_going`](Self::keep_going), months not yet begun then stay so.
    ///
    /// # Errors
    /// When months exist that may not ([`Existing::Refuse`]), the data cannot be read, or the folder is
    /// locked by somebody else for too long.
    pub fn run<R: Recipe>(
        &self,
        recipe: &R,
        read: impl FnOnce(&[YearMonth]) -> Result<R::Inputs, R::Error>,
        months: &[YearMonth],
        store: &MonthStore<R::Artifact>,
        done: &mut dyn FnMut(&MonthDone<R>),
    ) -> Result<Vec<MonthDone<R>>, R::Error> {
        let work = Work { recipe, store };
        let mut all = Vec::with_capacity(months.len());
        let mut wanted = Vec::with_capacity(months.len());
        let mut replaces = false;
        for &month in months {
            let key = work.key(month)?;
            match self.existing {
                // Looked up before any data is read, so that a refusal comes at once.
                Existing::Refuse if store.exists(&key) => {
                    return Err(ArtifactError::Exists { path: store.path(&key) }.into());
                }
                Existing::Keep if store.exists(&key) => {
                    let finished = work.kept(month)?;
                    done(&finished);
                    all.push(finished);
                }
                _ => {
                    replaces |= store.exists(&key);
                    wanted.push(month);
                }
            }
        }
        let failed = |done: &MonthDone<R>| matches!(done.outcome, MonthOutcome::Failed(_));
        if !self.keep_going && all.iter().any(failed) {
            for month in wanted.drain(..) {
                all.push(work.done(month, MonthOutcome::NotBegun)?);
            }
        }
        if !wanted.is_empty() {
            self.make_all(&work, read, &wanted, replaces, &mut |finished| {
                done(&finished);
                all.push(finished);
            })?;
        }
        all.sort_by_key(|finished| finished.month);
        Ok(all)
    }

    /// Reads the data and makes the `wanted` months; `replaces` if some of them exist.
    fn make_all<R: Recipe>(
        &self,
        work: &Work<'_, R>,
        read: impl FnOnce(&[YearMonth]) -> Result<R::Inputs, R::Error>,
        wanted: &[YearMonth],
        replaces: bool,
        done: &mut dyn FnMut(MonthDone<R>),
    ) -> Result<(), R::Error> {
        // What is replaced must be older than the data that replaces it: nobody else may write in
        // between. Otherwise data that cannot be read leave no folder behind.
        let early = if replaces { Some(self.lock(work)?) } else { None };
        let inputs = read(wanted)?;
        let mut months = wanted.to_vec();
        if self.existing == Existing::ReplaceStale {
            months = work.divide(&inputs, wanted, done)?;
        }
        if months.is_empty() {
            return Ok(());
        }
        let lock = match early {
            Some(lock) => lock,
            None => self.lock(work)?,
        };
        self.build(work, &inputs, &lock, &months, done)
    }

    fn lock<R: Recipe>(&self, work: &Work<'_, R>) -> Result<RunLock<R::Artifact>> {
        let Work { recipe, store } = work;
        let lock = store.lock(recipe.dataset(), recipe.run_name(), self.lock_timeout)?;
        for path in lock.removed() {
            info!(path = %path.display(), "removed what a killed process left behind");
        }
        Ok(lock)
    }

    /// Makes `months` on the threads of the pool, the earliest first.
    fn build<R: Recipe>(
        &self,
        work: &Work<'_, R>,
        inputs: &R::Inputs,
        lock: &RunLock<R::Artifact>,
        months: &[YearMonth],
        done: &mut dyn FnMut(MonthDone<R>),
    ) -> Result<(), R::Error> {
        let next = AtomicUsize::new(0);
        let stop = AtomicBool::new(false);
        let existing = self.existing;
        let (sender, receiver) = mpsc::channel();
        let (next, stop, recipe) = (&next, &stop, work.recipe);
        self.pool.in_place_scope(|scope| {
            for _ in 0..self.pool.current_num_threads().min(months.len()) {
                let sender = sender.clone();
                scope.spawn(move |_| {
                    while let Some(&month) = months.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let outcome = if stop.load(Ordering::Relaxed) || self.interrupt.is_set() {
                            None
                        } else {
                            Some(make(recipe, inputs, month, lock, existing))
                        };
                        if matches!(outcome, Some(Err(_))) && !self.keep_going {
                            stop.store(true, Ordering::Relaxed);
                        }
                        if sender.send((month, outcome)).is_err() {
                            return;
                        }
                    }
                });
            }
            drop(sender);
            for (month, outcome) in receiver {
                done(work.finished(month, outcome)?);
            }
            Ok(())
        })
    }
}

/// A month that was made; `None` when its file appeared meanwhile and is kept.
type Attempt<R> =
    Result<Option<Made<<R as Recipe>::Artifact, <R as Recipe>::Warning>>, <R as Recipe>::Error>;

/// Computes and writes one month.
fn make<R: Recipe>(
    recipe: &R,
    inputs: &R::Inputs,
    month: YearMonth,
    lock: &RunLock<R::Artifact>,
    existing: Existing,
) -> Attempt<R> {
    let made = recipe.make(inputs, month)?;
    let on_existing = match existing {
        Existing::Refuse => OnExisting::Refuse,
        Existing::Keep => OnExisting::Skip,
        Existing::Replace | Existing::ReplaceStale => OnExisting::Overwrite,
    };
    match lock.save(&made.artifact, on_existing)? {
        Saved::Written(_) => Ok(Some(made)),
        Saved::Skipped(_) => Ok(None),
    }
}

/// The run whose months are made, and where to.
struct Work<'a, R: Recipe> {
    recipe: &'a R,
    store: &'a MonthStore<R::Artifact>,
}

impl<R: Recipe> Work<'_, R> {
    fn key(&self, month: YearMonth) -> Result<MonthKey> {
        MonthKey::new(self.recipe.dataset(), self.recipe.run_name(), month)
    }

    fn done(&self, month: YearMonth, outcome: OutcomeOf<R>) -> Result<MonthDone<R>> {
        Ok(MonthDone { month, path: self.store.path(&self.key(month)?), outcome })
    }

    fn finished(&self, month: YearMonth, outcome: Option<Attempt<R>>) -> Result<MonthDone<R>> {
        self.done(
            month,
            match outcome {
                None => MonthOutcome::NotBegun,
                Some(Err(error)) => MonthOutcome::Failed(error),
                Some(Ok(Some(made))) => MonthOutcome::Written(Box::new(made)),
                // Another process made it between our look and the lock.
                Some(Ok(None)) => return self.kept(month),
            },
        )
    }

    /// A file that is kept. It is read, since a damaged file is nothing to keep, and held against what
    /// was asked for.
    fn kept(&self, month: YearMonth) -> Result<MonthDone<R>> {
        let outcome = match self.store.load(&self.key(month)?) {
            Err(error) => MonthOutcome::Failed(error.into()),
            Ok(kept) => {
                let differences = self.recipe.settings_differences(&kept);
                let warning = (!differences.is_empty()).then(|| R::kept_differs(differences));
                MonthOutcome::Kept(warning.into_iter().collect())
            }
        };
        self.done(month, outcome)
    }

    /// The stale ones of `months`; `done` is told what becomes of the others.
    fn divide(
        &self,
        inputs: &R::Inputs,
        months: &[YearMonth],
        done: &mut dyn FnMut(MonthDone<R>),
    ) -> Result<Vec<YearMonth>> {
        let mut stale = Vec::new();
        for planned in plan(self.recipe, inputs, months, self.store)? {
            let outcome = match planned.action(Existing::ReplaceStale) {
                Action::Build | Action::Replace => {
                    stale.push(planned.month);
                    continue;
                }
                Action::Keep => MonthOutcome::Kept(Vec::new()),
                Action::Leave => MonthOutcome::LeftOut,
                Action::Fail => {
                    planned.obstacle.map_or(MonthOutcome::NotBegun, MonthOutcome::Failed)
                }
            };
            done(MonthDone { month: planned.month, path: planned.path, outcome });
        }
        Ok(stale)
    }
}
