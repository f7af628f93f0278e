//! The files of a backtest: their names and columns are a public interface.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Float64Array, Int8Array, RecordBatch, StringArray,
    TimestampMicrosecondArray, UInt64Array,
};
use backtest::{Exit, ExitReason, FillKind, Results};
use clap::ArgMatches;
use files::StagedFile;
use strategy_core::Result;
use tabular::{BatchWriter, Destination, Format};

use super::args::Beside;
use super::candles::Market;
use super::simulate::Simulated;
use super::summary::Report;

/// A folder for the results.
pub(crate) struct Output {
    folder: PathBuf,
    overwrite: bool,
    /// The files that the call reads.
    inputs: Vec<PathBuf>,
}

const FILES: [&str; 5] =
    ["trades.parquet", "equity.parquet", "fills.parquet", "changes.parquet", "summary.json"];

impl Output {
    /// The folder that `-o` names. It must not hold results already, unless they may be replaced.
    pub(crate) fn of(matches: &ArgMatches) -> Result<Option<Self>> {
        let Some(folder) = matches.get_one::<PathBuf>("output").cloned() else { return Ok(None) };
        let overwrite = matches.get_flag("overwrite");
        let there = FILES.iter().find(|file| folder.join(file).exists());
        if let (Some(file), false) = (there, overwrite) {
            return Err(format!(
                "{} is there already: pass --overwrite to replace it, or name another folder",
                folder.join(file).display()
            )
            .into());
        }
        // Every path that was given, but for this one, is read.
        let paths = matches.ids().filter(|id| id.as_str() != "output").filter_map(|id| {
            Some(matches.try_get_many::<PathBuf>(id.as_str()).ok()??.cloned().collect::<Vec<_>>())
        });
        let besides = ["detail-ohlcv", "mark-ohlcv"].into_iter().filter_map(|id| {
            Some(matches.try_get_many::<Beside>(id).ok()??.map(|beside| beside.path.clone()))
        });
        let inputs = paths.flatten().chain(besides.flatten()).collect();
        let output = Self { folder, overwrite, inputs };
        // What may not be replaced is refused before hours of work, not after.
        if output.folder.is_dir() {
            for file in FILES {
                let path = output.folder.join(file);
                output.guarded(&path).check()?;
            }
        }
        Ok(Some(output))
    }

    /// Writes all files, the summary last.
    pub(crate) fn write(
        &self,
        market: &Market,
        simulated: &Simulated,
        report: &Report,
    ) -> Result<()> {
        fs::create_dir_all(&self.folder)
            .map_err(|error| format!("{} cannot be made: {error}", self.folder.display()))?;
        let results = &simulated.results;
        self.parquet("trades.parquet", &trades(results, market)?)?;
        self.parquet("equity.parquet", &equity(results)?)?;
        self.parquet("fills.parquet", &fills(results, market)?)?;
        self.parquet("changes.parquet", &changes(results)?)?;
        let path = self.folder.join("summary.json");
        let text = serde_json::to_string_pretty(report)? + "\n";
        let mut file = StagedFile::create(&self.guarded(&path))?;
        file.write(text.as_bytes())?;
        Ok(file.publish()?)
    }

    fn guarded<'a>(&self, path: &'a Path) -> files::Output<'a> {
        let kind = "results of a backtest";
        files::Output::new(path, kind, &is_result).overwrite(self.overwrite).reads(&self.inputs)
    }

    fn parquet(&self, name: &str, batch: &RecordBatch) -> Result<()> {
        let path = self.folder.join(name);
        let destination =
            Destination::File { path, overwrite: self.overwrite, inputs: self.inputs.clone() };
        let mut writer = BatchWriter::new(destination, Format::Parquet, batch.schema())?;
        writer.write(batch)?;
        writer.finish()?;
        Ok(())
    }
}

/// Whether a file that begins like this is one of [`FILES`].
fn is_result(head: &[u8]) -> bool {
    head.starts_with(b"PAR1")
        || (head.starts_with(b"{") && head.windows(8).any(|w| w == b"\"period\""))
}

type Columns = Vec<(&'static str, ArrayRef)>;

fn batch(columns: Columns) -> Result<RecordBatch> {
    let columns = columns.into_iter().map(|(name, values)| (name, values, true));
    Ok(RecordBatch::try_from_iter_with_nullable(columns)?)
}

fn floats(values: impl Iterator<Item = f64>) -> ArrayRef {
    Arc::new(Float64Array::from_iter_values(values))
}

fn times(values: impl Iterator<Item = i64>) -> ArrayRef {
    Arc::new(TimestampMicrosecondArray::from_iter_values(values))
}

fn trades(results: &Results, market: &Market) -> Result<RecordBatch> {
    let trades = &results.trades;
    let exits = |of: fn(&Exit) -> f64| -> ArrayRef {
        let values = trades.iter().map(|trade| trade.exit.as_ref().map(of));
        Arc::new(values.collect::<Float64Array>())
    };
    let of = |value: fn(&backtest::Trade) -> f64| floats(trades.iter().map(value));
    let exit_times = trades.iter().map(|trade| trade.exit.map(|exit| exit.time));
    let reasons = trades.iter().map(|trade| trade.exit.map(|exit| exit.reason.name()));
    let names = trades.iter().map(|trade| market.names[trade.instrument].as_str());
    let sides = trades.iter().map(|trade| trade.side.code());
    batch(vec![
        ("trade", Arc::new(UInt64Array::from_iter_values(trades.iter().map(|trade| trade.trade)))),
        ("instrument", Arc::new(StringArray::from_iter_values(names))),
        ("side", Arc::new(Int8Array::from_iter_values(sides))),
        ("quantity", of(|trade| trade.quantity)),
        ("entry_time", times(trades.iter().map(|trade| trade.entry_time))),
        ("entry_price", of(|trade| trade.entry_price)),
        ("exit_time", Arc::new(exit_times.collect::<TimestampMicrosecondArray>())),
        ("exit_price", exits(|exit| exit.price)),
        ("exit_reason", Arc::new(reasons.collect::<StringArray>())),
        ("gross_pnl", exits(|exit| exit.gross_pnl)),
        ("fees", of(|trade| trade.fees)),
        ("slippage", of(|trade| trade.slippage)),
        ("funding", of(|trade| trade.funding)),
        ("net_pnl", exits(|exit| exit.net_pnl)),
        ("mae", of(|trade| trade.mae)),
        ("mfe", of(|trade| trade.mfe)),
        (
            "rows_held",
            Arc::new(UInt64Array::from_iter_values(trades.iter().map(|trade| trade.rows_held))),
        ),
        ("stop", Arc::new(trades.iter().map(|trade| trade.stop).collect::<Float64Array>())),
    ])
}

fn equity(results: &Results) -> Result<RecordBatch> {
    let rows = &results.equity;
    batch(vec![
        ("timestamp", times(rows.iter().map(|row| row.time))),
        ("equity", floats(rows.iter().map(|row| row.equity))),
        ("drawdown", floats(rows.iter().map(|row| row.drawdown))),
        ("gross_exposure", floats(rows.iter().map(|row| row.gross_exposure))),
        ("net_exposure", floats(rows.iter().map(|row| row.net_exposure))),
    ])
}

fn fills(results: &Results, market: &Market) -> Result<RecordBatch> {
    let fills = &results.fills;
    let of = |value: fn(&backtest::Fill) -> f64| floats(fills.iter().map(value));
    let names = fills.iter().map(|fill| market.names[fill.instrument].as_str());
    let kinds = fills.iter().map(|fill| match fill.kind {
        FillKind::Entry => "entry",
        FillKind::Exit(reason) => reason.name(),
    });
    batch(vec![
        ("timestamp", times(fills.iter().map(|fill| fill.time))),
        ("trade", Arc::new(UInt64Array::from_iter_values(fills.iter().map(|fill| fill.trade)))),
        ("instrument", Arc::new(StringArray::from_iter_values(names))),
        ("quantity", of(|fill| fill.quantity)),
        ("reference_price", of(|fill| fill.reference)),
        ("price", of(|fill| fill.price)),
        ("fee", of(|fill| fill.fee)),
        ("slippage", of(backtest::Fill::slippage)),
        ("maker", Arc::new(fills.iter().map(|fill| Some(fill.maker)).collect::<BooleanArray>())),
        ("reason", Arc::new(StringArray::from_iter_values(kinds))),
        ("rules", Arc::new(rules(results).into_iter().collect::<StringArray>())),
    ])
}

/// For each fill the rules that changed its size, or that demanded it, joined by commas: what was decided at
/// the close before is filled at the next open, so both have one time.
fn rules(results: &Results) -> Vec<Option<String>> {
    let mut next = 0;
    let of_fill = |fill: &backtest::Fill| {
        let asked = matches!(fill.kind, FillKind::Entry | FillKind::Exit(ExitReason::Risk));
        let changes = &results.changes;
        while changes.get(next).is_some_and(|change| change.time < fill.time) {
            next += 1;
        }
        let here = changes[next..].iter().take_while(|change| change.time == fill.time);
        let names: Vec<&str> = here.map(|change| change.rule).collect();
        (asked && !names.is_empty()).then(|| names.join(","))
    };
    results.fills.iter().map(of_fill).collect()
}

/// What sizing and risk changed, in order: also where nothing was filled in the end.
fn changes(results: &Results) -> Result<RecordBatch> {
    let changes = &results.changes;
    let of = |value: fn(&backtest::Change) -> f64| floats(changes.iter().map(value));
    let whys = changes.iter().map(|change| change.why.as_str());
    batch(vec![
        ("timestamp", times(changes.iter().map(|change| change.time))),
        ("rule", Arc::new(StringArray::from_iter_values(changes.iter().map(|change| change.rule)))),
        ("from", of(|change| change.from)),
        ("to", of(|change| change.to)),
        ("why", Arc::new(StringArray::from_iter_values(whys))),
    ])
}
