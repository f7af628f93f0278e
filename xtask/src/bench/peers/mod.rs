//! `--peers`: ours and what users would use instead, in turn, on the same files, answers first.
//!
//! A family is cases that are run alike, in a file of its own. To add one, write a function as
//! [`Family::run`] wants it and put the family into [`FAMILIES`].

mod accounts;
mod case;
mod kernels;
pub(super) mod whole;

use std::path::PathBuf;
use std::process::Command;

use anyhow::{Result, bail};

use super::folders::Folders;
use super::programs::Runner;
use super::report::Report;
use super::table::Table;
use super::{machine, python};
use case::Comparison;

/// Cases that are run alike.
struct Family {
    /// Their names, in the order of the table.
    cases: &'static [&'static str],
    /// Compares the answers of those cases that were asked for, then measures them.
    run: fn(&Bench<'_>, &[&str]) -> Result<Found>,
}

const FAMILIES: [Family; 3] = [whole::FAMILY, kernels::FAMILY, accounts::FAMILY];

/// What every family needs.
struct Bench<'a> {
    folders: &'a Folders,
    runner: &'a Runner,
    /// The interpreter that has the peers' packages.
    python: PathBuf,
    rounds: u32,
}

/// What a family found, and what is to be said about it below the table.
#[derive(Default)]
struct Found {
    comparisons: Vec<Comparison>,
    notes: Vec<String>,
}

pub(crate) fn run(
    folders: &Folders,
    runner: &Runner,
    asked: &[String],
    rounds: u32,
) -> Result<Report> {
    let known: Vec<&str> = FAMILIES.iter().flat_map(|family| family.cases).copied().collect();
    if let Some(unknown) = asked.iter().find(|case| !known.contains(&case.as_str())) {
        bail!("there is no case `{unknown}`; there are {}", known.join(", "));
    }
    let python = python::with_packages(folders)?;
    python::make_data(&python, "peers", folders)?;
    let command = [&["cargo xtask bench --peers".to_owned()], asked].concat().join(" ");
    let mut report = Report::new("peers", &command);
    report.versions = versions(&python);
    let bench = Bench { folders, runner, python, rounds };
    let mut table = Table::new(&Comparison::HEAD);
    for family in FAMILIES {
        let wanted = |case: &&str| asked.is_empty() || asked.iter().any(|asked| asked == case);
        let cases: Vec<&str> = family.cases.iter().copied().filter(wanted).collect();
        if cases.is_empty() {
            continue;
        }
        let found = (family.run)(&bench, &cases)?;
        found.comparisons.iter().for_each(|comparison| table.push(comparison.row()));
        report.notes.extend(found.notes);
    }
    let before =
        format!("Medians of {rounds} rounds. “Faster” is the median of the rounds' ratios.");
    report.tables.push((before, table));
    Ok(report)
}

/// Python's and its packages' versions, from `requirements.txt` as it was installed.
fn versions(python: &std::path::Path) -> Vec<(String, String)> {
    let mut versions = vec![(
        "Python".to_owned(),
        said(python, &["-c", "import platform; print(platform.python_version())"]),
    )];
    let frozen = said(python, &["-m", "pip", "freeze"]);
    let packages = frozen.lines().filter_map(|line| line.split_once("=="));
    versions.extend(packages.map(|(name, version)| (name.to_owned(), version.to_owned())));
    versions
}

fn said(python: &std::path::Path, arguments: &[&str]) -> String {
    machine::said(&python.to_string_lossy(), arguments)
}

/// Starts `kernels.py` or another script of the peers.
fn peer_command(python: &std::path::Path, script: &str) -> Command {
    let mut command = Command::new(python);
    command.arg(super::folders::script("peers").join(script));
    command
}
