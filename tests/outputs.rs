//! No output destroys anything: it is never an input of the same call, and `--overwrite` replaces only a
//! file of the kind that is being written.

use std::fs;

use crate::commands::{all, with_bins};
use crate::market::Market;
use crate::program::{bounded, fails, ok, runner};

const SCORES: &str = "timestamp,y_pred\n2025-11-01 00:00:00,0.5\n";
/// The flags that name what is written. A sink is written as `x=jsonl:FILE`.
const FLAGS: [&str; 10] = [
    "--output",
    "--report",
    "--out-dir",
    "--journal",
    "--state",
    "--alerts",
    "--metrics",
    "--trials",
    "--sink",
    "--sample-dir",
];
/// How help begins to speak of such a flag.
const WRITES: [&str; 9] = [
    "File to write",
    "Page with charts to write",
    "JSON file to write",
    "File for",
    "Ledger of",
    "Folder for",
    "Folder to write",
    "Journal of the decisions",
    "Where decisions go",
];

/// Each flag of a command, with the first words that help has for it.
fn flags(help: &str) -> Vec<(String, String)> {
    let mut lines = help.lines().map(str::trim).peekable();
    let mut found = Vec::new();
    while let Some(line) = lines.next() {
        let flag = line.split([' ', ',']).find(|word| word.starts_with("--"));
        if let Some(flag) = flag.filter(|_| line.starts_with('-')) {
            let beside = line.split_once("  ").map(|(_, about)| about.trim().to_owned());
            let about = beside.or_else(|| lines.peek().map(|line| (*line).to_owned()));
            found.push((flag.to_owned(), about.unwrap_or_default()));
        }
    }
    found
}

/// The call with `place` for the flag; sinks have a form of their own.
fn with_output(call: &str, flag: &str, place: &str) -> String {
    match flag {
        "--sink" => format!("{call} --sink x=jsonl:{place}"),
        _ => format!("{call} {flag} {place}"),
    }
}

#[test]
#[allow(clippy::too_many_lines, reason = "most of them are lists of commands and files")]
fn no_command_writes_over_what_it_reads() {
    let market = with_bins();
    for (name, content) in [
        ("scores.csv", SCORES),
        ("runner.toml", "lock_timeout = 30\n"),
        ("scores.json", "[{\"timestamp\": \"2025-11-01T00:00:00Z\", \"y_pred\": 0.5}]\n"),
        ("oneline", "a diary without an end of line"),
    ] {
        fs::write(market.file(name), content).unwrap();
    }
    let bins = Market::bins("2025-11");
    let inputs = [
        "pred.duckdb",
        "ohlcv.duckdb",
        "runner.toml",
        "scores.csv",
        "scores.json",
        "signals.csv",
        "oneline",
        bins.as_str(),
    ];
    let contents = || inputs.map(|name| fs::read(market.file(name)).unwrap());
    let before = contents();
    let (mut calls, mut written) = (Vec::new(), Vec::new());
    for command in all(market.path()) {
        for (flag, about) in flags(&command.help) {
            let listed = FLAGS.contains(&flag.as_str());
            let writes = WRITES.iter().any(|begins| about.starts_with(begins));
            assert!(listed || !writes, "{}: {flag} is not tested: {about}", command.name);
        }
        for flag in FLAGS.into_iter().filter(|flag| command.takes(flag)) {
            // Where nothing stands yet, it is written.
            let new = format!("new-{}{flag}.csv", command.name.replace(' ', "-"));
            let ran =
                bounded(&mut runner(market.path(), &with_output(&command.call(), flag, &new)));
            if ran.code == 0 && market.file(&new).exists() {
                written.push(format!("{} {flag}", command.name));
            }
            for output in inputs {
                let mut call = with_output(&command.call(), flag, output);
                if command.takes("--overwrite") && !call.contains("--overwrite") {
                    call.push_str(" --overwrite");
                }
                if command.takes("--format") && flag == "--output" && call.contains("ml-cal") {
                    calls.push(format!("{call} --format csv"));
                    calls.push(format!("{call} --format json"));
                    calls.push(format!("{call} --format parquet"));
                } else {
                    calls.push(call);
                }
            }
        }
    }
    calls.extend(inputs.iter().map(|input| format!("risk kill {input}")));
    calls.extend(inputs.iter().map(|input| format!("risk arm {input}")));
    calls.push(
        "data replay --pred-duckdb pred.duckdb --ohlcv-duckdb ohlcv.duckdb --every 0 --output ."
            .to_owned(),
    );
    let score = "ml-calibrated-bins score --bins-root bins --overwrite --output";
    let signals = "ml-calibrated-bins signals --pred-duckdb pred.duckdb --bins-root bins --start \
                   2025-11-01 --overwrite --output";
    for file in ["scores.csv", "scores.json"] {
        calls.push(format!("{score} {file} {file}"));
        calls.push(format!("{score} ./bins/../{file} {file}"));
        calls.push(format!("{signals} pred.duckdb.wal --format csv"));
    }
    calls.push(format!("{score} {bins} scores.csv --format csv --bins-for 2025-11={bins}"));
    assert!(calls.len() > 300, "{}", calls.len());
    for known in [
        "backtest --output",
        "backtest --report",
        "backtest --trials",
        "data replay --output",
        "data sample --sample-dir",
        "man --out-dir",
        "mean-reversion backtest --report",
        "mean-reversion signals --output",
        "mean-reversion stream --journal",
        "mean-reversion stream --sink",
        "mean-reversion sweep --output",
        "mean-reversion sweep --report",
        "mean-reversion sweep --trials",
        "ml-calibrated-bins evaluate --report",
        "ml-calibrated-bins inspect --report",
        "ml-calibrated-bins rebuild --report",
        "ml-calibrated-bins score --output",
        "ml-calibrated-bins signals --output",
        "monitor --alerts",
        "monitor --metrics",
        "monitor --report",
        "monitor --state",
    ] {
        assert!(written.iter().any(|name| name == known), "{known} writes nothing: {written:?}");
    }
    for call in calls {
        // Files that this call does not read, and which are rows of the same kind, it may replace.
        let ran = bounded(&mut runner(market.path(), &call));
        let after = contents();
        let replaced = after != before;
        let may_replace = |file: &str, format: &str| {
            call.contains(&format!("--output {file}"))
                && (call.contains(&format!("--format {format}")) || !call.contains("--format"))
                && call.matches(file).count() == 1
        };
        let rows = [("scores.csv", "csv"), ("signals.csv", "csv"), ("scores.json", "json")];
        let allowed = rows.iter().any(|(file, format)| may_replace(file, format));
        assert!(!replaced || allowed, "`{call}` destroyed an input:\n{}", ran.err);
        // Other flags name files that may be looked at, or are not opened where there is nothing to write.
        let told = ["--output", "--report", "--out-dir", "--journal"];
        let told = told.into_iter().any(|flag| call.contains(flag));
        assert!(
            ran.code != 0 || allowed || !told,
            "`{call}` went through:\n{}{}",
            ran.out,
            ran.err
        );
        assert!(!ran.err.contains("panicked"), "`{call}`:\n{}", ran.err);
        for (name, content) in inputs.iter().zip(&before) {
            fs::write(market.file(name), content).unwrap();
        }
        assert!(!market.file("pred.duckdb.wal").exists(), "`{call}`");
    }
}

#[test]
fn only_a_file_of_its_kind_is_replaced() {
    let market = with_bins();
    let signals = "ml-calibrated-bins signals --pred-duckdb pred.duckdb --bins-root bins \
                   --start 2025-11-01 --overwrite --output";
    for (name, precious) in [
        ("notes.csv", "a diary\n"),
        ("other.csv", "day,price\n2025-11-01,3\n"),
        ("config.json", "{\"months\": 3}"),
        ("rows.parquet", "timestamp,y_pred\n"),
    ] {
        fs::write(market.file(name), precious).unwrap();
        fails(market.path(), &format!("{signals} {name}"), 2, &[name, "not replaced"]);
        assert_eq!(fs::read_to_string(market.file(name)).unwrap(), precious);
    }
    for name in ["s.csv", "s.json", "s.jsonl", "s.parquet", "s.arrow"] {
        ok(market.path(), &format!("{signals} {name}"));
        let first = fs::read(market.file(name)).unwrap();
        ok(market.path(), &format!("{signals} {name}"));
        assert_eq!(fs::read(market.file(name)).unwrap(), first, "{name}");
        fs::write(market.file(name), "").unwrap();
        ok(market.path(), &format!("{signals} {name}"));
    }

    // Bins are not put over another program's file either, wherever it comes from.
    let place = Market::bins("2025-11");
    fs::copy(market.file("pred.duckdb"), market.file(&place)).unwrap();
    let again = market.rebuild("--bin-month 2025-11 --overwrite");
    fails(market.path(), &again, 2, &["2025-11.msgpack", "a DuckDB database"]);
}

#[test]
fn what_fails_halfway_has_printed_nothing() {
    let market = with_bins();
    // More than one batch of 65,536 rows, and a score that is none at the end.
    let begin = 1_761_955_200; // 2025-11-01
    let row = |second: i64, score: &str| {
        let time = chrono::DateTime::from_timestamp(begin + second, 0).unwrap();
        format!("{},{score}\n", time.format("%Y-%m-%d %H:%M:%S"))
    };
    let mut text = "timestamp,y_pred\n".to_owned();
    (0..70_000).for_each(|second| text.push_str(&row(second, "0.5")));
    fs::write(market.file("whole.csv"), &text).unwrap();
    text.push_str(&row(70_000, "1.5"));
    fs::write(market.file("bad.csv"), &text).unwrap();
    let score = |file: &str, format: &str| {
        format!("ml-calibrated-bins score {file} --bins-root bins --format {format}")
    };
    for format in ["csv", "json", "jsonl", "parquet", "arrow"] {
        fails(market.path(), &score("bad.csv", format), 1, &["row 70001"]);
    }
    assert_eq!(ok(market.path(), &score("whole.csv", "csv")).lines().count(), 70_001);
}
