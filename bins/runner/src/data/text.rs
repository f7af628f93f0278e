//! The status as a person reads it.

use std::io::{self, Write};

use chrono::{DateTime, Utc};
use market_data::{TableContent, TableStatus, TimeSpan};
use strategy_core::YearMonth;
use terminal::counted;

use super::holdings::{Status, run_name};
use super::problems;

pub(super) fn write(status: &Status, out: &mut dyn Write) -> io::Result<()> {
    for file in &status.files {
        writeln!(out, "{}", file.path.display())?;
        for table in &file.tables {
            let rows = table.rows.map_or_else(|| "? rows".to_owned(), |rows| counted(rows, "row"));
            writeln!(out, "  {} ({}, {rows})", table.name, kind(&table.content))?;
            contents(table, out)?;
        }
        if !file.other_schemas.is_empty() {
            writeln!(out, "  in other schemas, not read: {}", file.other_schemas.join(", "))?;
        }
        writeln!(out)?;
    }

    let symbols: Vec<&str> = status.symbols().into_iter().collect();
    writeln!(
        out,
        "Symbols: {}",
        if symbols.is_empty() { "none".into() } else { symbols.join(", ") }
    )?;
    for model in status.models() {
        let run = run_name(model);
        writeln!(out, "Model {} of {}", or_null(run.as_ref()), or_null(model.dataset.as_ref()))?;
        writeln!(
            out,
            "  months with {} of predictions before them: {}",
            counted(status.lookback_months, "month"),
            months(&status.rebuildable(model))
        )?;
        writeln!(out, "  months with bins: {}", months(status.with_bins(model)))?;
    }
    let roots: Vec<_> = status.bins_roots.iter().map(|root| root.display().to_string()).collect();
    writeln!(out, "Bins in {}", roots.join(", "))?;
    for run in &status.bins {
        writeln!(out, "  {} {}: {}", run.dataset, run.run_name, months(&run.months))?;
    }
    if status.bins.is_empty() {
        writeln!(out, "  none")?;
    }

    let problems = problems::find(&status.files, &status.off_grid);
    writeln!(out, "Problems: {}", problems.len())?;
    for problem in problems {
        let (path, table) = (problem.file.path.display(), &problem.table.name);
        writeln!(out, "  {path}, {table}: {}", problem.text)?;
    }
    Ok(())
}

fn kind(content: &TableContent) -> &'static str {
    match content {
        TableContent::Candles(_) => "candles",
        TableContent::Predictions { .. } => "predictions",
        TableContent::Targets { .. } => "labels",
        TableContent::Funding { .. } => "funding rates",
        _ => "not read",
    }
}

fn contents(table: &TableStatus, out: &mut dyn Write) -> io::Result<()> {
    match &table.content {
        TableContent::Candles(candles) => {
            let interval = candles
                .interval
                .map_or_else(String::new, |i| format!(", every {} s", i.as_seconds_f64()));
            writeln!(out, "    {}{interval}", range(candles.span))?;
            writeln!(
                out,
                "    gaps {} (candles missing {}), duplicates {}",
                candles.gaps, candles.missing_candles, candles.duplicates
            )
        }
        TableContent::Predictions { models } => models.iter().try_for_each(|model| {
            // Its folder: the path would fill the line.
            let name = run_name(model).or_else(|| model.model_path.clone());
            let (name, dataset) = (or_null(name.as_ref()), or_null(model.dataset.as_ref()));
            writeln!(out, "    {name} of {dataset}")?;
            let (rows, keys) = (model.rows, model.feature_keys.join(", "));
            writeln!(out, "      {}, rows {rows}, feature keys {keys}", range(model.span))
        }),
        TableContent::Targets { targets } => targets.iter().try_for_each(|target| {
            let key = or_null(target.target_key.as_ref());
            writeln!(out, "    {key} of {}", or_null(target.dataset.as_ref()))?;
            let (rows, positives) = (target.rows, target.positives);
            writeln!(out, "      {}, rows {rows}, positive {positives}", range(target.span))
        }),
        TableContent::Funding { datasets } => datasets.iter().try_for_each(|rates| {
            let (dataset, rows) = (or_null(rates.dataset.as_ref()), rates.rows);
            writeln!(out, "    {dataset}: {}, rows {rows}", range(rates.span))
        }),
        _ => Ok(()),
    }
}

fn or_null(text: Option<&String>) -> &str {
    text.map_or("(not named)", String::as_str)
}

fn range(span: Option<TimeSpan>) -> String {
    let minute = |instant: DateTime<Utc>| instant.format("%Y-%m-%d %H:%M").to_string();
    span.map_or_else(
        || "no times".to_owned(),
        |span| format!("{} to {} UTC", minute(span.first), minute(span.last)),
    )
}

/// Ascending months, each unbroken stretch as its first and last.
fn months(months: &[YearMonth]) -> String {
    let stretches: Vec<String> = months
        .chunk_by(|earlier, later| later.months_since(*earlier) == 1)
        .filter_map(|stretch| Some((stretch.first()?, stretch.last()?)))
        .map(
            |(first, last)| {
                if first == last { first.to_string() } else { format!("{first} to {last}") }
            },
        )
        .collect();
    if stretches.is_empty() { "none".to_owned() } else { stretches.join(", ") }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    #[test]
    fn months_are_told_as_stretches() {
        let told = |months: &[&str]| {
            let months: Vec<_> = months.iter().map(|month| month.parse().unwrap()).collect();
            super::months(&months)
        };
        assert_eq!(told(&[]), "none");
        assert_eq!(told(&["2025-01"]), "2025-01");
        assert_eq!(told(&["2024-12", "2025-01", "2025-03"]), "2024-12 to 2025-01, 2025-03");
    }
}
