//! `--growth`: time and memory of the kernels against rows.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::programs::Program;
use super::report::Report;
use super::statistics::exponent;
use super::table::{Table, duration, memory, or_dash};
use crate::command::say;

const ROWS: [u64; 7] = [10_000, 30_000, 100_000, 300_000, 1_000_000, 3_000_000, 10_000_000];

/// From here on fixed costs (waking threads, the program itself) do not dominate.
const FITTED_FROM: u64 = 100_000;

const CASES: [&str; 5] = ["platt", "isotonic", "score", "edges", "labels-1440"];

/// One size of one case.
#[derive(Debug, Clone, Copy)]
struct Point {
    rows: u64,
    /// The fastest of the calls, all threads and one.
    seconds: f64,
    alone: f64,
    /// The process's peak less that of a process with next to no rows; `None` where the system does
    /// not say.
    kib: Option<f64>,
}

pub(crate) fn run(calls: u32) -> Result<Report> {
    let program = Program::KernelBench.release()?;
    let mut report = Report::new("growth", "cargo xtask bench --growth");
    let mut exponents =
        Table::new(&["case", "time", "time, one thread", "memory", "bytes a row, input included"]);
    let mut figures = Vec::new();
    for case in CASES {
        say(&format!("{case}: 10⁴ to 10⁷ rows"));
        let base = once(&program, case, 1000, 1, None)?.1;
        let point = |&rows: &u64| -> Result<Point> {
            let (seconds, peak) = once(&program, case, rows, calls, None)?;
            let (alone, _) = once(&program, case, rows, calls, Some("1"))?;
            let kib = peak.zip(base).map(|(peak, base)| peak - base);
            Ok(Point { rows, seconds, alone, kib })
        };
        let points: Vec<Point> = ROWS.iter().map(point).collect::<Result<_>>()?;
        exponents.push(exponents_row(case, &points));
        report.tables.push((format!("{case}:"), table(&points)));
        figures.push(as_json(case, &points));
    }
    let before = format!(
        "The exponent `e` of `cost ∝ rows^e`, fitted from {FITTED_FROM} rows on; 1 is linear. A time is \
         that of the fastest of {calls} calls after one that does not count: growth is about the work, \
         not about what else the machine does."
    );
    report.tables.insert(0, (before, exponents));
    report.figures = Value::Array(figures);
    Ok(report)
}

/// The fastest of the calls in seconds, and the process's peak in KiB.
fn once(
    program: &Path,
    case: &str,
    rows: u64,
    calls: u32,
    threads: Option<&str>,
) -> Result<(f64, Option<f64>)> {
    let mut command = Command::new(program);
    command.args(["once", case, &rows.to_string(), "--calls", &(calls + 1).to_string()]);
    threads.map(|threads| command.env("RAYON_NUM_THREADS", threads));
    let output = command.output().context("cannot start kernel-bench")?;
    if !output.status.success() {
        bail!("kernel-bench: {}", String::from_utf8_lossy(&output.stderr).trim());
    }
    parsed(&String::from_utf8_lossy(&output.stdout)).context("kernel-bench gives no times")
}

/// Times in nanoseconds, one a line, the first of which does not count, and `peak_kib N`.
fn parsed(text: &str) -> Option<(f64, Option<f64>)> {
    let times = text.lines().skip(1).filter_map(|line| line.parse::<f64>().ok());
    let peak = text.lines().find_map(|line| line.strip_prefix("peak_kib ")?.parse().ok());
    Some((times.reduce(f64::min)? / 1e9, peak))
}

fn table(points: &[Point]) -> Table {
    let mut table = Table::new(&["rows", "time", "ns a row", "time, one thread", "memory"]);
    for point in points {
        table.push(vec![
            point.rows.to_string(),
            duration(point.seconds),
            format!("{:.2}", point.seconds * 1e9 / point.rows as f64),
            duration(point.alone),
            or_dash(point.kib, memory),
        ]);
    }
    table
}

fn fitted(points: &[Point], cost: impl Fn(&Point) -> Option<f64>) -> Option<f64> {
    let points = points.iter().filter(|point| point.rows >= FITTED_FROM);
    let costs: Option<Vec<(f64, f64)>> =
        points.map(|point| Some((point.rows as f64, cost(point)?))).collect();
    exponent(&costs?)
}

fn exponents(points: &[Point]) -> [Option<f64>; 3] {
    [
        fitted(points, |point| Some(point.seconds)),
        fitted(points, |point| Some(point.alone)),
        fitted(points, |point| point.kib),
    ]
}

fn exponents_row(case: &str, points: &[Point]) -> Vec<String> {
    let shown = exponents(points).map(|e| or_dash(e, |e| format!("{e:.2}")));
    let last = points.last().and_then(|last| Some(last.kib? * 1024.0 / last.rows as f64));
    let mut row = vec![case.to_owned()];
    row.extend(shown);
    row.push(or_dash(last, |bytes| format!("{bytes:.0}")));
    row
}

fn as_json(case: &str, points: &[Point]) -> Value {
    let points_json: Vec<Value> = points
        .iter()
        .map(|p| json!({ "rows": p.rows, "seconds": p.seconds, "seconds_one_thread": p.alone, "kib": p.kib }))
        .collect();
    let [time, alone, memory] = exponents(points);
    json!({
        "case": case, "points": points_json,
        "exponents": { "time": time, "time_one_thread": alone, "memory": memory },
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    #[test]
    fn the_first_call_does_not_count() {
        assert_eq!(parsed("900\n2000000000\n4000000000\npeak_kib 7\n"), Some((2.0, Some(7.0))));
        assert_eq!(parsed("900\n1000000000\n"), Some((1.0, None)));
        assert_eq!(parsed("900\n"), None);
    }

    #[test]
    fn exponents_are_those_of_many_rows() {
        let point = |&rows: &u64| {
            let seconds = if rows < FITTED_FROM { 1.0 } else { rows as f64 };
            Point { rows, seconds, alone: seconds * seconds, kib: None }
        };
        let points: Vec<Point> = ROWS.iter().map(point).collect();
        let [time, alone, memory] = exponents(&points);
        assert!((time.unwrap() - 1.0).abs() < 1e-9 && (alone.unwrap() - 2.0).abs() < 1e-9);
        assert_eq!(memory, None);
        assert_eq!(exponents_row("c", &points), ["c", "1.00", "2.00", "–", "–"]);
    }
}
