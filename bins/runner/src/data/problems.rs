//! What a person should know before using a file.

use std::collections::BTreeSet;
use std::path::Path;

use chrono::{DateTime, Utc};
use market_data::{
    CandleStatus, FileStatus, ModelStatus, TableContent, TableStatus, holds_candles_of,
};

use super::off_grid::OffGrids;

/// Something that is wrong with a table.
pub(super) struct Problem<'a> {
    pub(super) file: &'a FileStatus,
    pub(super) table: &'a TableStatus,
    /// One sentence, without the names of file and table.
    pub(super) text: String,
}

/// Everything that is wrong with the tables of `files`, in their order.
pub(super) fn find<'a>(files: &'a [FileStatus], off_grid: &OffGrids) -> Vec<Problem<'a>> {
    let tables = files.iter().flat_map(|file| file.tables.iter().map(move |table| (file, table)));
    tables
        .flat_map(|(file, table)| {
            let alone = of_table(table).into_iter();
            let together = with_predictions(table, files);
            let off = off_the_grid(table, &file.path, off_grid);
            alone.chain(together).chain(off).map(move |text| Problem { file, table, text })
        })
        .collect()
}

/// Why candles cannot be those of the predictions of `files`.
fn with_predictions(table: &TableStatus, files: &[FileStatus]) -> Option<String> {
    let TableContent::Candles(candles) = &table.content else { return None };
    let models: Vec<&ModelStatus> = files
        .iter()
        .flat_map(|file| &file.tables)
        .flat_map(|table| match &table.content {
            TableContent::Predictions { models } => models.as_slice(),
            _ => &[],
        })
        .filter(|model| model.dataset.is_some())
        .collect();
    let is_of = |model: &&&ModelStatus| {
        model.dataset.as_ref().is_some_and(|dataset| holds_candles_of(&table.name, dataset))
    };
    let own: Vec<&ModelStatus> = models.iter().filter(is_of).copied().collect();
    if own.is_empty() && !models.is_empty() {
        let datasets: BTreeSet<&str> =
            models.iter().filter_map(|model| model.dataset.as_deref()).collect();
        let datasets = Vec::from_iter(datasets).join(", ");
        return Some(format!(
            "its name tells the instrument of no predictions ({datasets}): only --ohlcv-table takes it"
        ));
    }
    let (interval, span) = (candles.interval?, candles.span?);
    let step = interval.num_microseconds().filter(|&step| step > 0)?;
    let off = own.iter().filter_map(|model| model.span).find(|of_model| {
        (of_model.first.timestamp_micros() - span.first.timestamp_micros()) % step != 0
    })?;
    let clock = |time: DateTime<Utc>| time.format("%H:%M:%S%.f").to_string();
    Some(format!(
        "its candles lie between the times of the predictions (candles from {}, predictions from {}): \
         both must be at the open times of candles",
        clock(span.first),
        clock(off.first)
    ))
}

/// How many predictions are for no candle.
fn off_the_grid(table: &TableStatus, path: &Path, off_grid: &OffGrids) -> Vec<String> {
    if !matches!(table.content, TableContent::Predictions { .. }) {
        return Vec::new();
    }
    let mut counted = Vec::new();
    for off in off_grid.iter().filter(|(of_file, _)| of_file == path).map(|(_, off)| off) {
        let name = named(&[&off.model_path, &off.dataset]);
        count(&[(off.rows, "rows are for no open time of the candles")], &name, &mut counted);
    }
    counted
}

fn of_table(table: &TableStatus) -> Vec<String> {
    let mut problems = Vec::new();
    match &table.content {
        TableContent::Candles(candles) => of_candles(candles, &mut problems),
        TableContent::Predictions { models } => {
            for model in models {
                let name = named(&[&model.model_path, &model.dataset]);
                let counts = [
                    (model.without_time, "rows without a time"),
                    (model.bad_scores, "scores that are NULL or not in [0, 1]"),
                ];
                count(&counts, &name, &mut problems);
            }
        }
        TableContent::Targets { targets } => {
            for target in targets {
                let name = named(&[&target.dataset, &target.target_key]);
                let counts = [
                    (target.without_time, "rows without a time"),
                    (target.bad_labels, "labels that are neither 0 nor 1"),
                ];
                count(&counts, &name, &mut problems);
            }
        }
        TableContent::Funding { datasets } => {
            for rates in datasets {
                let counts = [
                    (rates.duplicates, "rows repeat a timestamp"),
                    (rates.without_time, "rows without a time"),
                    (rates.bad_rates, "rates that are NULL or not finite"),
                ];
                count(&counts, &named(&[&rates.dataset]), &mut problems);
            }
        }
        TableContent::Other { problem, .. } => problems.extend(problem.clone()),
        _ => {}
    }
    problems
}

fn of_candles(candles: &CandleStatus, problems: &mut Vec<String>) {
    if candles.gaps > 0 {
        problems.push(format!(
            "gaps: {}, in which candles are missing: {}",
            candles.gaps, candles.missing_candles
        ));
    }
    let counts = [
        (candles.duplicates, "rows repeat a timestamp"),
        (candles.misplaced, "candles lie between the times of the interval"),
        (candles.without_time, "rows without a time"),
        (candles.nulls, "rows in which a price or the volume is NULL"),
        (candles.bad_prices, "rows in which a price is not positive and finite"),
        (candles.bad_volumes, "rows in which the volume is negative or not finite"),
        (candles.high_below_low, "rows in which the high is below the low"),
        (candles.outside_range, "rows in which the open or the close is outside low to high"),
    ];
    count(&counts, "", problems);
}

fn count(counts: &[(u64, &str)], name: &str, problems: &mut Vec<String>) {
    let found = counts.iter().filter(|(count, _)| *count > 0);
    problems.extend(found.map(|(count, what)| format!("{name}{what}: {count}")));
}

/// The names, ready to stand before a sentence.
fn named(names: &[&Option<String>]) -> String {
    let names: Vec<&str> =
        names.iter().map(|name| name.as_deref().unwrap_or("(not named)")).collect();
    format!("{}: ", names.join(" "))
}
