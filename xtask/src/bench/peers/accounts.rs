//! The account beside vectorbt's Rust engine and backtesting.py, by the script that stands with them.

use std::fs;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};
use serde_json::Value;

use super::case::Comparison;
use super::{Bench, Family, Found};
use crate::bench::folders::{script, text};
use crate::bench::measure::Runs;
use crate::bench::programs::Program;
use crate::bench::python::{must, with};
use crate::bench::table::factor;

const PAIRS: &str = "account-pairs";
/// Measured with those.
const RULES: &str = "account-pairs, all risk rules";
const MINUTES: &str = "account-minutes";
const ROWS: &str = "account-rows";

pub(super) const FAMILY: Family = Family { cases: &[PAIRS, MINUTES, ROWS], run };

/// Case, peer, goal.
const CASES: [(&str, &str, f64); 3] = [
    (PAIRS, "vectorbt, Rust engine", 10.0),
    (MINUTES, "vectorbt, Rust engine", 4.0),
    (ROWS, "backtesting.py", 100.0),
];

fn run(bench: &Bench<'_>, cases: &[&str]) -> Result<Found> {
    let python = with(bench.folders, "accounts/requirements.txt", "python-accounts")?;
    let ours = Program::ExitPairs.release()?;
    let scratch = bench.folders.scratch()?;
    let out = scratch.join("accounts.json");
    // A round of a thousand pairs takes the peer a minute.
    let rounds = bench.rounds.min(3).to_string();
    let mut command = Command::new(python);
    command.arg(script("accounts/accounts.py"));
    command.args([&text(&ours), &text(&scratch), &text(&out), &rounds]).args(cases);
    command.stdout(Stdio::null());
    must(&mut command, "the comparison with other accounts failed; its message is above")?;
    let figures: Value = serde_json::from_str(&fs::read_to_string(&out)?)?;
    let mut found = Found::default();
    for (case, peer, goal) in CASES.into_iter().filter(|(case, ..)| cases.contains(case)) {
        let measured = &figures[case];
        let runs = |who: &str| -> Result<Runs> {
            let column = |name: &str| -> Option<Vec<f64>> {
                measured[who][name].as_array()?.iter().map(Value::as_f64).collect()
            };
            let known = column("seconds").zip(column("peak_kib"));
            let (seconds, peak_kib) =
                known.with_context(|| format!("accounts.py says nothing of {case}"))?;
            Ok(Runs { seconds, peak_kib })
        };
        let (ours, theirs) = (runs("ours")?, runs("theirs")?);
        found.notes.push(format!(
            "{case}: {} trades, the same with both; {} less memory.",
            measured["trades"],
            factor(theirs.peak_kib() / ours.peak_kib())
        ));
        let comparison = |case, ours: Runs| Comparison {
            case,
            peer,
            alone: ours.clone(),
            ours,
            theirs: theirs.clone(),
            goal: Some(goal),
        };
        found.comparisons.push(comparison(case, ours));
        if case == PAIRS {
            found.comparisons.push(comparison(RULES, runs("rules")?));
        }
    }
    found.notes.push(
        "account: on one thread, from columns in memory to net P&L, largest drawdown, Sharpe ratio and trades; \
         the thousand pairs over 30,000 rows are to take at most 1/20 of the memory."
            .to_owned(),
    );
    Ok(found)
}
