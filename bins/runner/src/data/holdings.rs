//! What files and folders hold.

use std::collections::BTreeSet;
use std::path::PathBuf;

use market_data::{FileStatus, ModelStatus, TableContent, TimeSpan};
use serde_json::{Value, json};
use strategy_core::YearMonth;

use super::bin_files::RunBins;
use super::off_grid::OffGrids;
use super::problems;

/// What was found.
pub(super) struct Status {
    pub(super) is_sample: bool,
    pub(super) files: Vec<FileStatus>,
    /// Predictions for times between those of their candles.
    pub(super) off_grid: OffGrids,
    pub(super) lookback_months: u16,
    /// Where bins were looked for, each folder once.
    pub(super) bins_roots: Vec<PathBuf>,
    pub(super) bins: Vec<RunBins>,
}

impl Status {
    /// The models of all files.
    pub(super) fn models(&self) -> impl Iterator<Item = &ModelStatus> {
        self.files.iter().flat_map(|file| &file.tables).flat_map(|table| match &table.content {
            TableContent::Predictions { models } => models.as_slice(),
            _ => &[],
        })
    }

    /// The symbols of all tables of candles.
    pub(super) fn symbols(&self) -> BTreeSet<&str> {
        let tables = self.files.iter().flat_map(|file| &file.tables);
        tables
            .filter_map(|table| match &table.content {
                TableContent::Candles(candles) => candles.symbol.as_deref(),
                _ => None,
            })
            .collect()
    }

    /// The months whose whole lookback the predictions of `model` cover, up to the newest's.
    pub(super) fn rebuildable(&self, model: &ModelStatus) -> Vec<YearMonth> {
        model.span.map_or_else(Vec::new, |span| rebuildable(span, self.lookback_months))
    }

    /// The months that have bins of `model`.
    pub(super) fn with_bins(&self, model: &ModelStatus) -> &[YearMonth] {
        let run_name = run_name(model);
        let of_model = |run: &&RunBins| {
            Some(&run.run_name) == run_name.as_ref()
                && model.dataset.as_ref().is_none_or(|dataset| *dataset == run.dataset)
        };
        self.bins.iter().find(of_model).map_or(&[], |run| &run.months)
    }

    pub(super) fn json(&self) -> Result<Value, serde_json::Error> {
        let models: Vec<Value> = self
            .models()
            .map(|model| {
                json!({
                    "model_path": model.model_path,
                    "run_name": run_name(model),
                    "dataset": model.dataset,
                    "feature_keys": model.feature_keys,
                    "months_rebuildable": texts(&self.rebuildable(model)),
                    "months_with_bins": texts(self.with_bins(model)),
                })
            })
            .collect();
        let bins: Vec<Value> = self
            .bins
            .iter()
            .map(|run| {
                json!({
                    "dataset": run.dataset,
                    "run_name": run.run_name,
                    "months": texts(&run.months),
                })
            })
            .collect();
        let problems: Vec<Value> = problems::find(&self.files, &self.off_grid)
            .into_iter()
            .map(|problem| {
                json!({
                    "path": problem.file.path.to_string_lossy(),
                    "table": problem.table.name,
                    "problem": problem.text,
                })
            })
            .collect();
        // A path that is not Unicode is an error of serde's, which `json!` would make a panic.
        let files = serde_json::to_value(&self.files)?;
        Ok(json!({
            "sample": self.is_sample,
            "files": files,
            "symbols": self.symbols(),
            "lookback_months": self.lookback_months,
            "models": models,
            "bins_roots": self.bins_roots.iter().map(|r| r.to_string_lossy()).collect::<Vec<_>>(),
            "bins": bins,
            "problems": problems,
        }))
    }
}

pub(super) fn run_name(model: &ModelStatus) -> Option<String> {
    model.model_path.as_deref().and_then(market_data::run_name)
}

fn texts(months: &[YearMonth]) -> Vec<String> {
    months.iter().map(ToString::to_string).collect()
}

fn rebuildable(span: TimeSpan, lookback_months: u16) -> Vec<YearMonth> {
    let month = YearMonth::containing(span.first);
    let first_whole = if span.first <= month.start() { month } else { month.plus_months(1) };
    first_whole
        .plus_months(lookback_months.into())
        .through(YearMonth::containing(span.last))
        .collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    #[test]
    fn a_lookback_begins_with_a_whole_month() {
        let told = |first: &str, last: &str| {
            let instant = |text: &str| format!("{text}:00Z").parse().unwrap();
            let span = TimeSpan { first: instant(first), last: instant(last), rows: 1 };
            texts(&rebuildable(span, 2))
        };
        assert_eq!(told("2025-01-01T00:00", "2025-04-30T23:00"), ["2025-03", "2025-04"]);
        assert_eq!(told("2025-01-01T01:00", "2025-04-01T00:00"), ["2025-04"]);
        assert_eq!(told("2025-01-01T00:00", "2025-02-28T23:00"), [""; 0]);
    }
}
