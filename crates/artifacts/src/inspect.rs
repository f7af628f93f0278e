//! The command that shows what a month's file holds.

use strategy_core::{Console, YearMonth};

use crate::{MonthKey, MonthStore, RunChoice, Shown};

/// Prints everything about `month`, by default the newest, of the run in `store` that `choice` means.
///
/// # Errors
/// [`ArtifactError::NoFiles`](crate::ArtifactError::NoFiles); when it is not clear which run is meant, or the file
/// cannot be read; when it cannot be printed.
pub fn inspect<A: Shown>(
    store: &MonthStore<A>,
    choice: &RunChoice,
    month: Option<YearMonth>,
    console: &mut Console<'_>,
) -> Result<(), A::Error> {
    let (dataset, run_name) = choice.settle(store)?;
    let newest = store.months(&dataset, &run_name)?.last().copied();
    let month = month.or(newest).ok_or_else(|| choice.no_files(store))?;
    let found = store.load(&MonthKey::new(dataset, run_name, month)?)?;
    Ok(found.write(console.out).map_err(crate::ArtifactError::from)?)
}
