//! How far a rebuild is: a line a month, or a bar on a terminal.

use std::fs;

use crate::market::{DATASET, Market};
use crate::program::{Ran, run};

const LABEL: &str = "y_tp_before_sl_u0.04_d0.02_24h";

/// Runs of these names, of the same data.
fn desk(names: &[&str]) -> Market {
    let market = Market::new();
    let table = |name| format!("[[ml-calibrated-bins.runs]]\nrun_name = \"{name}_{LABEL}\"\n");
    let tables: String = names.iter().map(table).collect();
    fs::write(market.file("runner.toml"), tables).unwrap();
    market
}

#[track_caller]
fn lines(market: &Market, flags: &str, expect: &[&str]) {
    let Ran { err, .. } = run(market.path(), &market.rebuild(&format!("{flags} --jobs 1")));
    let expect: Vec<String> = expect
        .iter()
        .map(|line| {
            let words: Vec<&str> = line.split(' ').collect();
            format!("{} {DATASET} {}_{LABEL} {} {}", words[0], words[1], words[2], words[3])
        })
        .collect();
    let is_progress = |line: &&str| line.starts_with(|first: char| first.is_ascii_digit());
    let found: Vec<&str> = err.lines().filter(is_progress).collect();
    assert_eq!(found, expect, "{flags}");
}

#[test]
fn a_line_a_month_counts_those_of_its_run() {
    let one = desk(&["a"]);
    // One month of one run says all it has to say at the end.
    lines(&one, "--bin-month 2025-11", &[]);
    lines(
        &one,
        "--bin-month all --skip-existing",
        &["1/2 a 2025-11 kept", "2/2 a 2025-10 written"],
    );

    let two = desk(&["a", "b"]);
    lines(&two, "--bin-month 2025-11", &["1/1 a 2025-11 written", "1/1 b 2025-11 written"]);
    let expect = [
        "1/2 a 2025-10 written",
        "2/2 a 2025-11 written",
        "1/2 b 2025-10 written",
        "2/2 b 2025-11 written",
    ];
    lines(&two, "--bin-month all --overwrite", &expect);
    lines(&two, "--bin-month all --overwrite --format json", &expect);
    lines(&two, "--bin-month all --overwrite --quiet", &[]);

    two.standing_still("2025-10-01", "2025-11-01");
    let expect = [
        "1/2 a 2025-10 written",
        "2/2 a 2025-11 failed",
        "1/2 b 2025-10 written",
        "2/2 b 2025-11 failed",
    ];
    lines(&two, "--bin-month all --overwrite --keep-going", &expect);
    // A failure ends its run, and no other.
    lines(&two, "--bin-month all --overwrite", &expect);
    // What was not begun is not told of as done.
    lines(
        &two,
        "--bin-month 2025-11 2025-12 --overwrite",
        &[&expect[1], &expect[3]]
            .map(|line| line.replace("2/2", "1/2"))
            .each_ref()
            .map(String::as_str),
    );
}

/// What the runner shows on a terminal, which the program `script` plays; nothing without it.
#[cfg(target_os = "linux")]
fn shown(market: &Market, flags: &str) -> Option<String> {
    let runner = crate::program::runner(market.path(), &market.rebuild(flags));
    let words = std::iter::once(runner.get_program()).chain(runner.get_args());
    let line: Vec<String> = words.map(|word| format!("'{}'", word.display())).collect();
    let mut script = std::process::Command::new("script");
    script.args(["-qec", &line.join(" "), "/dev/null"]);
    script.current_dir(market.path()).env("TERM", "xterm");
    for (name, _) in runner.get_envs() {
        script.env_remove(name);
    }
    match script.output() {
        Ok(output) => Some(String::from_utf8_lossy(&output.stdout).into_owned()),
        Err(error) => {
            eprintln!("skipped: no program `script` to play a terminal: {error}");
            None
        }
    }
}

#[test]
#[cfg(target_os = "linux")]
fn a_bar_counts_runs_and_the_months_of_each() {
    let market = desk(&["a", "b"]);
    let months = "--bin-month 2025-11 --overwrite";
    let Some(bars) = shown(&market, months) else { return };
    let place = |part: &str| bars.find(part).unwrap_or_else(|| panic!("no `{part}` in {bars}"));
    assert!(place("run 1 of 2: ") < place("run 2 of 2: "), "{bars}");
    for run in ["run 1 of 2: ", "run 2 of 2: "] {
        let whole = bars
            .split(['\r', '\n'])
            .any(|bar| bar.contains(run) && bar.contains(" 1 of 1 months, 0 left, 0 failed"));
        assert!(whole, "no bar of `{run}` is full in {bars}");
    }
    // The table comes behind the bars, and no line a month.
    assert!(place("run 2 of 2: ") < place("a_y_tp") && !bars.contains("1/1 "), "{bars}");

    market.standing_still("2025-10-01", "2025-11-01");
    let Some(bars) = shown(&market, &format!("{months} --keep-going")) else { return };
    // Failures are those of the whole call.
    for failed in ["0 left, 1 failed", "0 left, 2 failed"] {
        assert!(bars.contains(failed), "no `{failed}` in {bars}");
    }
    assert!(bars.contains("cannot calibrate 2025-11"), "{bars}");

    let Some(bar) = shown(&desk(&["a"]), months) else { return };
    assert!(bar.contains(" of 1 months, ") && !bar.contains("run 1 of"), "{bar}");
}
