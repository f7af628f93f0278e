//! The summary of a sweep: `summary.json`, and what a person reads of it.

use std::io::Write;
use std::path::Path;

use ::trials::{Ranked, SweepReport};
use chrono::DateTime;
use comfy_table::{CellAlignment, Table, presets::NOTHING};
use serde::Serialize;
use strategy_core::BoxError;
use terminal::counted;

use super::evaluate::Shared;
use super::walk::Walked;

/// Values of a parameter up to which a surface is shown.
const SURFACE: usize = 12;

#[derive(Debug, Serialize)]
pub(super) struct Summary<'a> {
    strategy: &'a str,
    dataset: Option<&'a str>,
    start: String,
    end: String,
    rows: usize,
    /// What should be known of the data, and of the decisions where no flag is varied.
    notes: &'a [String],
    #[serde(flatten)]
    report: &'a SweepReport,
    keys: &'a [String],
    /// Values of the keys of the best settings, in the order of `best`.
    best_values: Vec<&'a [String]>,
    /// Sharpe ratios of all settings, where two flags differ.
    surface: Option<Surface>,
    walk_forward: Option<&'a Walked>,
}

/// Sharpe ratios over the values of two flags.
#[derive(Debug, Serialize)]
struct Surface {
    rows: Vec<String>,
    columns: Vec<String>,
    /// A row of ratios for each value of the first flag.
    sharpe: Vec<Vec<Option<f64>>>,
}

impl<'a> Summary<'a> {
    pub(super) fn of(
        shared: &'a Shared<'_>,
        report: &'a SweepReport,
        walk_forward: Option<&'a Walked>,
    ) -> Self {
        let times = shared.market.history.times();
        let at = |time: Option<&i64>| {
            let time = time.and_then(|&time| DateTime::from_timestamp_micros(time));
            time.map_or_else(String::new, |time| time.format("%Y-%m-%d %H:%M").to_string())
        };
        let best = report.best.iter();
        Self {
            strategy: shared.entry.name(),
            dataset: shared.rows.subject.dataset.as_deref(),
            start: at(times.first()),
            end: at(times.last()),
            rows: times.len(),
            notes: &shared.notes,
            report,
            keys: &shared.plan.keys,
            best_values: best.map(|best| &*shared.plan.settings[best.setting]).collect(),
            surface: surface(shared, report),
            walk_forward,
        }
    }

    /// Writes `summary.json`.
    pub(super) fn write(&self, folder: &Path) -> Result<(), BoxError> {
        let mut text = serde_json::to_string_pretty(self)?;
        text.push('\n');
        let mut file = tempfile::NamedTempFile::new_in(folder)?;
        file.write_all(text.as_bytes())?;
        file.persist(folder.join("summary.json"))?;
        Ok(())
    }

    /// What a person reads.
    pub(super) fn print(&self, out: &mut dyn Write) -> Result<(), BoxError> {
        let report = self.report;
        writeln!(
            out,
            "{} on {}, {} to {} UTC: {}, {}",
            self.strategy,
            self.dataset.unwrap_or("the candles"),
            self.start,
            self.end,
            counted(self.rows, "row"),
            counted(report.days, "day")
        )?;
        writeln!(
            out,
            "{}; {} refused, {} that never traded",
            counted(report.settings, "setting"),
            report.refused,
            report.without_trades
        )?;
        for note in self.notes {
            writeln!(out, "note: {note}")?;
        }
        if !report.best.is_empty() {
            writeln!(out, "\nThe best, chosen and shown on the same rows:")?;
            writeln!(out, "{}", self.best().trim_fmt())?;
        }
        if let Some(surface) = &self.surface {
            writeln!(out, "\nSharpe ratio, {} down, {} across:", self.keys[0], self.keys[1])?;
            writeln!(out, "{}", surface.table().trim_fmt())?;
        }
        writeln!(out)?;
        if let Some(trials) = report.effective_trials {
            writeln!(out, "worth {trials:.1} independent settings, by their mean correlation")?;
        }
        if let Some(found) = &report.overfitting {
            writeln!(
                out,
                "overfitting: the best of one half of the time was below the median of the other in {:.0} % \
                 of {} splits, and lost in {:.0} %",
                100.0 * found.probability,
                found.combinations,
                100.0 * found.loss_probability
            )?;
        }
        if let Some(test) = &report.superior_ability {
            writeln!(
                out,
                "superior ability: p = {:.3} that settings which earn nothing have a best one as good",
                test.p_consistent
            )?;
        }
        for remark in &report.remarks {
            writeln!(out, "{remark}")?;
        }
        if let Some(walked) = self.walk_forward {
            self.print_walk(walked, out)?;
        }
        writeln!(out, "{}", report.verdict)?;
        Ok(())
    }

    fn best(&self) -> Table {
        let mut table = table();
        let own = ["sharpe", "95 % interval", "return", "drawdown", "trades"];
        table.set_header(own.into_iter().map(str::to_owned).chain(self.keys.iter().cloned()));
        for (best, values) in self.report.best.iter().zip(&self.best_values) {
            let Ranked { sharpe, interval, total_return, max_drawdown, trades, .. } = best;
            let interval = interval.map_or_else(
                || "-".to_owned(),
                |interval| format!("[{:.2}, {:.2}]", interval.lower, interval.upper),
            );
            let own = [
                format!("{sharpe:.2}"),
                interval,
                percent(*total_return),
                percent(*max_drawdown),
                trades.to_string(),
            ];
            table.add_row(own.into_iter().chain(values.iter().cloned()));
        }
        right(&mut table);
        table
    }

    fn print_walk(&self, walked: &Walked, out: &mut dyn Write) -> Result<(), BoxError> {
        let walk = &walked.walk;
        writeln!(
            out,
            "\nWalk-forward: chosen on {}, less {}, for the {} after:",
            counted(walk.train, "month"),
            counted(walk.purge + walk.embargo, "day"),
            counted(walk.test, "month")
        )?;
        let mut table = table();
        let own = ["month", "past sharpe", "return", "trades"].into_iter().map(str::to_owned);
        table.set_header(own.chain(self.keys.iter().cloned()));
        for month in &walked.months {
            let own = [
                month.month.clone(),
                month.past_sharpe.map_or_else(|| "-".to_owned(), |sharpe| format!("{sharpe:.2}")),
                percent(month.total_return),
                month.trades.to_string(),
            ];
            table.add_row(own.into_iter().chain(month.values.iter().cloned()));
        }
        right(&mut table);
        writeln!(out, "{}", table.trim_fmt())?;
        let performance = &walked.performance;
        let sharpe = match &performance.sharpe {
            Ok(found) => match &found.interval {
                Ok(interval) => {
                    format!("{:.2} [{:.2}, {:.2}]", found.value, interval.lower, interval.upper)
                }
                Err(_) => format!("{:.2}", found.value),
            },
            Err(error) => format!("none ({error})"),
        };
        let drawdown = performance.max_drawdown.map_or(0.0, |drawdown| drawdown.depth);
        writeln!(
            out,
            "\n{}: return {}, Sharpe ratio {sharpe}, largest drawdown {}",
            if walk.look_ahead { "with hindsight" } else { "out of sample" },
            percent(performance.total_return),
            percent(drawdown)
        )?;
        writeln!(out, "walk-forward: {}", walked.verdict)?;
        Ok(())
    }
}

fn surface(shared: &Shared<'_>, report: &SweepReport) -> Option<Surface> {
    let plan = &shared.plan;
    let values = |column: usize| {
        let mut values: Vec<String> = Vec::new();
        for setting in &plan.settings {
            if !values.contains(&setting[column]) {
                values.push(setting[column].clone());
            }
        }
        values
    };
    if plan.keys.len() != 2 {
        return None;
    }
    let (rows, columns) = (values(0), values(1));
    if rows.len() < 2 || columns.len() < 2 || rows.len() * columns.len() != plan.settings.len() {
        return None;
    }
    let mut sharpe = vec![vec![None; columns.len()]; rows.len()];
    for (setting, found) in plan.settings.iter().zip(&report.sharpes) {
        let place = |values: &[String], value: &String| values.iter().position(|v| v == value);
        let (row, column) = (place(&rows, &setting[0])?, place(&columns, &setting[1])?);
        sharpe[row][column] = *found;
    }
    Some(Surface { rows, columns, sharpe })
}

impl Surface {
    /// Of large ones every n-th value, so that they fit a terminal.
    fn table(&self) -> Table {
        let every = |values: &[String]| values.len().div_ceil(SURFACE);
        let (down, across) = (every(&self.rows), every(&self.columns));
        let mut table = table();
        let header = self.columns.iter().step_by(across).cloned();
        table.set_header(std::iter::once(String::new()).chain(header));
        for (value, ratios) in self.rows.iter().zip(&self.sharpe).step_by(down) {
            let ratios = ratios.iter().step_by(across);
            let ratios =
                ratios.map(|ratio| ratio.map_or_else(|| "-".to_owned(), |r| format!("{r:.2}")));
            table.add_row(std::iter::once(value.clone()).chain(ratios));
        }
        right(&mut table);
        table
    }
}

fn table() -> Table {
    let mut table = Table::new();
    table.load_style(NOTHING);
    table
}

/// Numbers stand under each other.
fn right(table: &mut Table) {
    for column in table.column_iter_mut() {
        column.set_cell_alignment(CellAlignment::Right);
    }
}

fn percent(fraction: f64) -> String {
    format!("{:.1} %", 100.0 * fraction)
}
