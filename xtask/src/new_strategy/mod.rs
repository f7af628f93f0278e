//! `cargo xtask new-strategy`: a crate that is a strategy from its first minute, known to the runner.

mod change;
mod claimed;
mod name;
mod runner;
mod rustfmt;
mod templates;

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write as _};
use std::path::Path;
use std::process::ExitCode;

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::command::root;
use change::{Change, Edit};
use claimed::Claimed;
use name::StrategyName;

/// Flags of `new-strategy`.
#[derive(Debug, Args)]
pub(crate) struct NewStrategyArgs {
    /// Its name: lower-case words joined by `-`, as in mean-reversion
    name: StrategyName,

    /// What it does, in one line without a full stop
    #[arg(
        long,
        value_name = "TEXT",
        value_parser = about,
        default_value = "Trades in the direction of a streak of rises or falls"
    )]
    about: String,
}

const RUNNER_MANIFEST: &str = "bins/runner/Cargo.toml";
const RUNNER_STRATEGIES: &str = "bins/runner/src/strategies.rs";

pub(crate) fn run(args: &NewStrategyArgs) -> Result<ExitCode> {
    let root = root();
    let claimed = Claimed::in_workspace(&root)?;
    let report = make(&root, &claimed, args)?;
    io::stdout().write_all(report.as_bytes()).context("cannot write to standard output")?;
    Ok(ExitCode::SUCCESS)
}

/// Makes the strategy in the workspace at `root`, whose names in use are `claimed`. Gives the report.
fn make(root: &Path, claimed: &Claimed, args: &NewStrategyArgs) -> Result<String> {
    let name = &args.name;
    claimed.refuse(name)?;
    let read = |path: &str| {
        fs::read_to_string(root.join(path)).with_context(|| format!("cannot read {path}"))
    };
    let (manifest, strategies) = (read(RUNNER_MANIFEST)?, read(RUNNER_STRATEGIES)?);
    let refuse = |path: &str| format!("{path} is not as expected, so nothing was made");
    let dependency =
        runner::with_dependency(&manifest, name).with_context(|| refuse(RUNNER_MANIFEST))?;
    let link = runner::with_link(&strategies, name, &|block| rustfmt::formatted(root, block))
        .with_context(|| refuse(RUNNER_STRATEGIES))?;

    let files = templates::rendered(name, &args.about, &|text| rustfmt::formatted(root, text));
    let report = report(name, &files, &dependency, &link);
    let edit = |path, before, after| Edit { path: root.join(path), before, after };
    let change = Change {
        draft: root.join(format!(".new-strategy-{name}")),
        folder: root.join("strategies").join(name.as_str()),
        files,
        edits: vec![
            edit(RUNNER_MANIFEST, manifest, dependency.text),
            edit(RUNNER_STRATEGIES, strategies, link.text),
        ],
    };
    change.make().context("nothing was made")?;
    Ok(report)
}

fn report(
    name: &StrategyName,
    files: &[templates::File],
    dependency: &runner::Inserted,
    link: &runner::Inserted,
) -> String {
    let mut text = format!("made strategies/{name}:\n");
    for file in files {
        let _ = writeln!(text, "  {}", file.path);
    }
    for (path, inserted) in [(RUNNER_MANIFEST, dependency), (RUNNER_STRATEGIES, link)] {
        let _ = writeln!(text, "added to {path}:\n  {}", inserted.line);
    }
    let _ = write!(
        text,
        "\nnext (cargo then writes {name} into Cargo.lock):\n  \
         cargo run -p runner -- {name} signals\n  \
         cargo test -p {name}\n"
    );
    text
}

/// The longest description: with the code around it, a line of 100 characters.
const MAX_ABOUT: usize = 85;

/// A description that fits into a list, and into Rust, TOML and Markdown as it is.
fn about(text: &str) -> Result<String> {
    let fault = if text.is_empty() {
        "is empty"
    } else if text.trim() != text {
        "begins or ends with a blank"
    } else if text.ends_with('.') {
        "ends in a full stop"
    } else if text.chars().any(|c| c.is_control() || "\"\\<>[]`*_".contains(c)) {
        "has a line break or one of \" \\ < > [ ] ` * _"
    } else if text.chars().count() > MAX_ABOUT {
        "is too long"
    } else {
        return Ok(text.to_owned());
    };
    bail!(
        "the description {fault}: wanted one line of at most {MAX_ABOUT} characters, as in \
         \"Trades a return of the price to its mean\""
    )
}

#[cfg(test)]
mod tests;
