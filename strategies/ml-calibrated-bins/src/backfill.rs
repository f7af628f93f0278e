//! Making the bins of many months of a run: read once, computed in parallel, each file whole.

use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::Duration;

use artifacts::{ArtifactError, MonthKey, OnExisting, RunLock, Saved};
use binning::{BinMetadata, BinStore};
use rayon::{ThreadPool, ThreadPoolBuilder};
use scored_labels::{Inputs, Run};
use strategy_core::{Interrupt, YearMonth};
use tracing::info;

use crate::plan::{Action, plan};
use crate::staleness::settings_differences;
use crate::{BinsError, Existing, Rebuilt, Settings, Warning, rebuild};

/// How the months of a run are made.
#[derive(Debug)]
pub struct Backfill {
    /// What to do with months that have bins.
    pub existing: Existing,
    /// Whether a month that fails leaves the others to be made.
    pub keep_going: bool,
    /// How long to wait while another process writes bins of the same run.
    pub lock_timeout: Duration,
    /// Asked before each month.
    pub interrupt: Interrupt,
    pool: ThreadPool,
}

/// What became of a month.
#[derive(Debug)]
pub enum MonthOutcome {
    /// Its bins were made and stand in the file.
    Written(Box<Rebuilt>),
    /// It had bins, and these were kept.
    Kept(Vec<Warning>),
    /// It has no bins and was to have none: only stale months were asked for.
    LeftOut,
    /// Its bins could not be made or written.
    Failed(BinsError),
    /// It was not begun: another month failed, or somebody asked to stop.
    NotBegun,
}

/// A month and what became of it.
#[derive(Debug)]
pub struct MonthDone {
    /// The month.
    pub month: YearMonth,
    /// The file that holds its bins, or would.
    pub path: PathBuf,
    /// What became of it.
    pub outcome: MonthOutcome,
}

impl Backfill {
    /// A backfill on `jobs` threads, one for each core when 0; months that exist are an error.
    ///
    /// # Errors
    /// When the threads cannot be started.
    pub fn new(jobs: usize) -> Result<Self, BinsError> {
        let pool = ThreadPoolBuilder::new()
            .num_threads(jobs)
            .thread_name(|number| format!("backfill-{number}"))
            .build()
            .map_err(|source| BinsError::Threads { jobs, source })?;
        Ok(Self {
            existing: Existing::Refuse,
            keep_going: false,
            lock_timeout: market_data::DEFAULT_LOCK_TIMEOUT,
            interrupt: Interrupt::default(),
            pool,
        })
    }

    /// Makes the bins of `months`; `done` is told of each as it is done, in no certain order. What is
    /// returned is in order of time.
    ///
    /// Closes the files of `run` once they are read. Holds the lock of the run's folder while it works. A month that fails does not fail the whole:
    /// it is in the result. Without [`keep_going`](Self::keep_going), months not yet begun then stay so.
    ///
    /// # Errors
    /// When months exist that may not ([`Existing::Refuse`]), the data cannot be read, or the folder is
    /// locked by somebody else for too long.
    pub fn run(
        &self,
        run: Run,
        months: &[YearMonth],
        store: &BinStore,
        settings: &Settings,
        done: &mut dyn FnMut(&MonthDone),
    ) -> Result<Vec<MonthDone>, BinsError> {
        let work = Work::of(&run, store, settings);
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
        let failed = |done: &MonthDone| matches!(done.outcome, MonthOutcome::Failed(_));
        if !self.keep_going && all.iter().any(failed) {
            for month in wanted.drain(..) {
                all.push(work.done(month, MonthOutcome::NotBegun)?);
            }
        }
        if !wanted.is_empty() {
            self.make_all(&work, run, &wanted, replaces, &mut |finished| {
                done(&finished);
                all.push(finished);
            })?;
        }
        all.sort_by_key(|finished| finished.month);
        Ok(all)
    }

    /// Reads the data and makes the `wanted` months; `replaces` if some of them exist.
    fn make_all(
        &self,
        work: &Work<'_>,
        mut run: Run,
        wanted: &[YearMonth],
        replaces: bool,
        done: &mut dyn FnMut(MonthDone),
    ) -> Result<(), BinsError> {
        // What is replaced must be older than the data that replaces it: nobody else may write in
        // between. Otherwise data that cannot be read leave no folder behind.
        let early = if replaces { Some(self.lock(work)?) } else { None };
        let inputs = run.load(wanted, &work.settings.window)?;
        drop(run); // other programs may write to the files again
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

    fn lock(&self, work: &Work<'_>) -> Result<RunLock<BinMetadata>, BinsError> {
        let lock = work.store.lock(&work.dataset, &work.run_name, self.lock_timeout)?;
        for path in lock.removed() {
            info!(path = %path.display(), "removed what a killed process left behind");
        }
        Ok(lock)
    }

    /// Makes `months` on the threads of the pool, the earliest first.
    fn build(
        &self,
        work: &Work<'_>,
        inputs: &Inputs,
        lock: &RunLock<BinMetadata>,
        months: &[YearMonth],
        done: &mut dyn FnMut(MonthDone),
    ) -> Result<(), BinsError> {
        let next = AtomicUsize::new(0);
        let stop = AtomicBool::new(false);
        let existing = self.existing;
        let (sender, receiver) = mpsc::channel();
        let (next, stop) = (&next, &stop);
        let settings = work.settings;
        self.pool.in_place_scope(|scope| {
            for _ in 0..self.pool.current_num_threads().min(months.len()) {
                let sender = sender.clone();
                scope.spawn(move |_| {
                    while let Some(&month) = months.get(next.fetch_add(1, Ordering::Relaxed)) {
                        let outcome = if stop.load(Ordering::Relaxed) || self.interrupt.is_set() {
                            None
                        } else {
                            Some(make(inputs, month, settings, lock, existing))
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

/// Computes and writes one month; `None` when its bins appeared meanwhile and are kept.
fn make(
    inputs: &Inputs,
    month: YearMonth,
    settings: &Settings,
    lock: &RunLock<BinMetadata>,
    existing: Existing,
) -> Result<Option<Rebuilt>, BinsError> {
    let rebuilt = rebuild(inputs, month, settings)?;
    let on_existing = match existing {
        Existing::Refuse => OnExisting::Refuse,
        Existing::Keep => OnExisting::Skip,
        Existing::Replace | Existing::ReplaceStale => OnExisting::Overwrite,
    };
    match lock.save(&rebuilt.metadata, on_existing)? {
        Saved::Written(_) => Ok(Some(rebuilt)),
        Saved::Skipped(_) => Ok(None),
    }
}

/// The run whose months are made, where to, and how.
struct Work<'a> {
    dataset: String,
    run_name: String,
    target_key: String,
    store: &'a BinStore,
    settings: &'a Settings,
}

impl<'a> Work<'a> {
    fn of(run: &Run, store: &'a BinStore, settings: &'a Settings) -> Self {
        let [dataset, run_name, target_key] =
            [run.dataset(), run.run_name(), run.target_key()].map(str::to_owned);
        Self { dataset, run_name, target_key, store, settings }
    }

    fn key(&self, month: YearMonth) -> Result<MonthKey, BinsError> {
        Ok(MonthKey::new(&self.dataset, &self.run_name, month)?)
    }

    fn done(&self, month: YearMonth, outcome: MonthOutcome) -> Result<MonthDone, BinsError> {
        Ok(MonthDone { month, path: self.store.path(&self.key(month)?), outcome })
    }

    fn finished(
        &self,
        month: YearMonth,
        outcome: Option<Result<Option<Rebuilt>, BinsError>>,
    ) -> Result<MonthDone, BinsError> {
        self.done(
            month,
            match outcome {
                None => MonthOutcome::NotBegun,
                Some(Err(error)) => MonthOutcome::Failed(error),
                Some(Ok(Some(rebuilt))) => MonthOutcome::Written(Box::new(rebuilt)),
                // Another process made it between our look and the lock.
                Some(Ok(None)) => return self.kept(month),
            },
        )
    }

    /// Bins that are kept. They are read, since a damaged file is nothing to keep, and held against
    /// what was asked for.
    fn kept(&self, month: YearMonth) -> Result<MonthDone, BinsError> {
        let outcome = match self.store.load(&self.key(month)?) {
            Err(error) => MonthOutcome::Failed(error.into()),
            Ok(metadata) => {
                let differences = settings_differences(&metadata, &self.target_key, self.settings);
                let differs = || Warning::KeptDiffers { differences: differences.clone() };
                let warnings = (!differences.is_empty()).then(differs);
                MonthOutcome::Kept(warnings.into_iter().collect())
            }
        };
        self.done(month, outcome)
    }

    /// The stale ones of `months`; `done` is told what becomes of the others.
    fn divide(
        &self,
        inputs: &Inputs,
        months: &[YearMonth],
        done: &mut dyn FnMut(MonthDone),
    ) -> Result<Vec<YearMonth>, BinsError> {
        let mut stale = Vec::new();
        for planned in plan(inputs, months, self.store, self.settings)? {
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
