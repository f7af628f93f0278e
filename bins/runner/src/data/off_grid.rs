//! Predictions for times at which no candle of theirs opens.

use std::path::PathBuf;
use std::time::Duration;

use market_data::{Database, FileStatus, MarketDataError, OffGrid, TableContent, holds_candles_of};

/// The file with the predictions, and what was counted in it.
pub(super) type OffGrids = Vec<(PathBuf, OffGrid)>;

/// Counts them in all files that hold predictions of an instrument whose candles are among `files`.
pub(super) fn count(
    files: &[FileStatus],
    lock_timeout: Duration,
) -> Result<OffGrids, MarketDataError> {
    let tables =
        || files.iter().flat_map(|file| file.tables.iter().map(move |table| (file, table)));
    let mut found = OffGrids::new();
    for (candles_table, candles) in tables().filter_map(|(_, table)| match &table.content {
        TableContent::Candles(candles) => Some((&table.name, candles)),
        _ => None,
    }) {
        let Some((interval, span)) = candles.interval.zip(candles.span) else { continue };
        for (file, table) in tables() {
            let TableContent::Predictions { models } = &table.content else { continue };
            let is_of = |dataset: Option<&String>| {
                dataset.is_some_and(|dataset| holds_candles_of(candles_table, dataset))
            };
            if !models.iter().any(|model| is_of(model.dataset.as_ref())) {
                continue;
            }
            let db = Database::open(&file.path, lock_timeout)?;
            let off = market_data::off_grid(&db, span.first, interval)?;
            let own = off.into_iter().filter(|off| is_of(off.dataset.as_ref()));
            found.extend(own.map(|off| (file.path.clone(), off)));
        }
    }
    Ok(found)
}
