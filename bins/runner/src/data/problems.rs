//! What a person should know before using a file.

use market_data::{CandleStatus, FileStatus, TableContent, TableStatus};

/// Something that is wrong with a table.
pub(super) struct Problem<'a> {
    pub(super) file: &'a FileStatus,
    pub(super) table: &'a TableStatus,
    /// One sentence, without the names of file and table.
    pub(super) text: String,
}

/// Everything that is wrong with the tables of `files`, in their order.
pub(super) fn find(files: &[FileStatus]) -> Vec<Problem<'_>> {
    let tables = files.iter().flat_map(|file| file.tables.iter().map(move |table| (file, table)));
    tables
        .flat_map(|(file, table)| {
            of_table(table).into_iter().map(move |text| Problem { file, table, text })
        })
        .collect()
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
