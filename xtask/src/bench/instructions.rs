//! `--instructions`: a guard against slower kernels that needs no clock.
//!
//! Callgrind counts the instructions of `kernel-bench repeat` with one call and with three; half the
//! difference is one call, without start, input and end of the program. Rows are few enough for one
//! thread, so that no count depends on how threads meet. Valgrind imitates a processor with AVX2 at
//! most, whatever machine it runs on, so the same form of each kernel is counted on all that have it.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::folders::script;
use super::machine::said;
use super::programs::Program;
use super::report::Report;
use super::table::Table;
use crate::command::say;

const CASES: [&str; 14] = [
    "platt",
    "isotonic",
    "isotonic-weighted",
    "score",
    "assign",
    "edges",
    "labels-24",
    "labels-near",
    "labels-1440",
    "sma-20",
    "sma-200",
    "ema",
    "std-dev",
    "max",
];
const ROWS: u64 = 50_000;

/// How much more a count may be than the one that is kept.
const TOLERANCE: f64 = 0.02;

/// Counts by case, and what they depend on.
#[derive(Debug, Clone, PartialEq)]
struct Counts {
    rustc: String,
    valgrind: String,
    features: Vec<String>,
    instructions: BTreeMap<String, f64>,
}

pub(crate) fn run(update: bool) -> Result<Report> {
    if Command::new("valgrind").arg("--version").output().is_err() {
        bail!("valgrind is needed (Debian: apt-get install valgrind)");
    }
    let program = Program::KernelBench.release()?;
    let found = count(&program)?;
    let path = script("instructions.json");
    if update {
        fs::write(&path, format!("{:#}\n", found.as_json()))
            .with_context(|| format!("cannot write {}", path.display()))?;
    }
    let kept = fs::read_to_string(&path)
        .with_context(|| format!("cannot read {}; --update makes it", path.display()))?;
    let kept = Counts::parse(&kept).with_context(|| format!("{} is damaged", path.display()))?;
    if kept.features != found.features {
        bail!(
            "the counts kept are of a processor with {}, this one has {}: they cannot be compared",
            kept.features.join(" "),
            found.features.join(" ")
        );
    }
    let mut report = Report::new("instructions", "cargo xtask bench --instructions");
    // What else the machine does changes no count.
    report.load = None;
    if (&kept.rustc, &kept.valgrind) != (&found.rustc, &found.valgrind) {
        report.notes.push(format!(
            "The counts kept were made with {} and {}: a difference may be the compiler's. If the \
             commit before differs as much, keep new ones with --update.",
            kept.rustc, kept.valgrind
        ));
    }
    let (table, worse) = compare(&kept, &found);
    let before = format!(
        "Instructions of one call on {ROWS} rows, one thread, with {}; more than {:.0} % above what is \
         kept is an error.",
        found.features.join(" "),
        TOLERANCE * 100.0
    );
    report.tables.push((before, table));
    for case in &worse {
        report.notes.push(format!("{case} takes more instructions than is allowed."));
    }
    report.failed = !worse.is_empty();
    report.versions = vec![("valgrind".to_owned(), found.valgrind.clone())];
    report.figures = found.as_json();
    Ok(report)
}

fn count(program: &Path) -> Result<Counts> {
    let features = valgrind(program, &["--tool=none"], &["features"])?.0;
    let mut instructions = BTreeMap::new();
    for case in CASES {
        say(&format!("counting {case}"));
        let calls = |times: &str| -> Result<f64> {
            let tool = ["--tool=callgrind", "--callgrind-out-file=/dev/null"];
            let (_, log) = valgrind(program, &tool, &["repeat", case, &ROWS.to_string(), times])?;
            collected(&log).context("callgrind reports no count")
        };
        instructions.insert(case.to_owned(), ((calls("3")? - calls("1")?) / 2.0).round());
    }
    Ok(Counts {
        rustc: said("rustc", &["--version"]),
        valgrind: said("valgrind", &["--version"]),
        features: features.lines().map(str::to_owned).collect(),
        instructions,
    })
}

/// What the program writes to standard output and, with valgrind's own lines, to standard error.
fn valgrind(program: &Path, tool: &[&str], arguments: &[&str]) -> Result<(String, String)> {
    let mut command = Command::new("valgrind");
    command.args(tool).arg(program).args(arguments).env("RAYON_NUM_THREADS", "1");
    let output = command.output().context("cannot start valgrind")?;
    let [out, err] =
        [output.stdout, output.stderr].map(|b| String::from_utf8_lossy(&b).into_owned());
    if !output.status.success() {
        bail!("{} under valgrind: {}", arguments.join(" "), err.trim());
    }
    Ok((out, err))
}

/// The count in `==123== Collected : 456`.
fn collected(log: &str) -> Option<f64> {
    let line = log.lines().find_map(|line| line.split_once("Collected :"))?;
    line.1.trim().parse().ok()
}

impl Counts {
    fn as_json(&self) -> Value {
        json!({
            "rows": ROWS,
            "rustc": self.rustc,
            "valgrind": self.valgrind,
            "features": self.features,
            "instructions": self.instructions,
        })
    }

    fn parse(text: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(text).ok()?;
        if value["rows"].as_u64()? != ROWS {
            return None;
        }
        let word = |value: &Value| value.as_str().map(str::to_owned);
        let counts = value["instructions"].as_object()?.iter();
        Some(Self {
            rustc: word(&value["rustc"])?,
            valgrind: word(&value["valgrind"])?,
            features: value["features"].as_array()?.iter().map(word).collect::<Option<_>>()?,
            instructions: counts
                .map(|(case, count)| Some((case.clone(), count.as_f64()?)))
                .collect::<Option<_>>()?,
        })
    }
}

/// The table, and the cases that are worse than allowed or not kept.
fn compare(kept: &Counts, found: &Counts) -> (Table, Vec<String>) {
    let mut table = Table::new(&["kernel", "kept", "found", "change", "a row"]);
    let mut worse = Vec::new();
    for (case, &count) in &found.instructions {
        let before = kept.instructions.get(case).copied();
        let change = before.map(|before| count / before - 1.0);
        if change.is_none_or(|change| change > TOLERANCE) {
            worse.push(case.clone());
        }
        table.push(vec![
            case.clone(),
            before.map_or_else(|| "–".to_owned(), |before| format!("{before:.0}")),
            format!("{count:.0}"),
            change.map_or_else(|| "–".to_owned(), |change| format!("{:+.2} %", change * 100.0)),
            format!("{:.1}", count / ROWS as f64),
        ]);
    }
    (table, worse)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    fn counts(cases: &[(&str, f64)]) -> Counts {
        Counts {
            rustc: "rustc 1".to_owned(),
            valgrind: "valgrind-3".to_owned(),
            features: vec!["avx2".to_owned()],
            instructions: cases.iter().map(|(case, count)| ((*case).to_owned(), *count)).collect(),
        }
    }

    #[test]
    fn only_more_than_the_tolerance_is_worse() {
        let kept = counts(&[("a", 100.0), ("b", 100.0), ("c", 100.0)]);
        let found = counts(&[("a", 101.9), ("b", 102.1), ("c", 50.0), ("d", 1.0)]);
        assert_eq!(compare(&kept, &found).1, ["b", "d"]);
    }

    #[test]
    fn counts_are_kept_as_they_are() {
        let counts = counts(&[("a", 1e9), ("b", 0.5)]);
        assert_eq!(Counts::parse(&counts.as_json().to_string()), Some(counts));
        assert_eq!(Counts::parse("{}"), None);
    }

    #[test]
    fn the_count_stands_in_callgrind_s_log() {
        let log = "==7== Events    : Ir\n==7== Collected : 1234\n==7==\n";
        assert_eq!(collected(log), Some(1234.0));
        assert_eq!(collected("==7=="), None);
    }
}
