//! `cargo xtask ci`: everything that must hold before a change lands.

use std::fs;
use std::io::{BufRead, BufReader, Write as _};
use std::path::Path;
use std::process::{Command, ExitCode, Stdio};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::command::{announce, cargo, root, say, status};

/// Flags of `ci`.
#[derive(Debug, Args)]
pub(crate) struct CiArgs {
    /// Skip the book, for those who do not have mdbook
    #[arg(long)]
    no_book: bool,

    /// Skip licences and sources, for those who do not have cargo-deny
    #[arg(long)]
    no_deny: bool,
}

/// How a test says that it did not run, because something it needs is not there.
const SKIPPED: &str = "skipped:";

/// How much of what failing tests print is told again: lines, and characters of each.
const FAILURE_LINES: usize = 120;
const FAILURE_WIDTH: usize = 400;

/// One check: its name, and the program that makes it.
struct Check {
    name: &'static str,
    command: Command,
    /// Whether its output is that of tests, which say what they skipped.
    tests: bool,
}

pub(crate) fn run(args: &CiArgs) -> Result<ExitCode> {
    let mut failed = Vec::new();
    let mut told = Told::default();
    if let Err(error) = real_data() {
        say(&format!("{error:#}"));
        failed.push("REAL_DATA");
    }
    for mut check in checks(args)? {
        say(&format!("\n== {}", check.name));
        let passed = if check.tests {
            tests(&mut check.command, &mut told)?
        } else {
            status(&mut check.command)?.success()
        };
        if !passed {
            failed.push(check.name);
        }
    }
    told.say();
    if failed.is_empty() {
        say("\nall checks passed");
        return Ok(ExitCode::SUCCESS);
    }
    say(&format!("\nfailed: {}", failed.join(", ")));
    Ok(ExitCode::FAILURE)
}

fn checks(args: &CiArgs) -> Result<Vec<Check>> {
    let with = |name, arguments: &[&str]| {
        let mut command = cargo();
        command.args(arguments);
        Check { name, command, tests: false }
    };
    let mut checks = vec![
        with("formatting", &["fmt", "--all", "--", "--check"]),
        with(
            "lints",
            &["clippy", "--workspace", "--all-targets", "--locked", "--", "--deny", "warnings"],
        ),
        Check { name: "tests, with the README's command", command: readme_tests()?, tests: true },
        Check { name: "pictures", command: pictures()?, tests: false },
        with("API documentation", &["doc", "--workspace", "--no-deps", "--locked"]),
    ];
    if let Some(docs) = checks.last_mut() {
        docs.command.env("RUSTDOCFLAGS", "--deny warnings");
    }
    if !args.no_book {
        let mut command = Command::new("mdbook");
        command.arg("build").arg("docs").current_dir(root());
        checks.push(Check { name: "the book", command, tests: false });
    }
    if !args.no_deny {
        // Advisories need a database from the network; these three do not.
        checks
            .push(with("licences and sources", &["deny", "check", "bans", "licenses", "sources"]));
    }
    if std::env::var_os("DUCKDB_LIB_DIR").is_some() {
        let prebuilt = ["--no-default-features", "--features", "prebuilt"];
        checks.push(with(
            "a prebuilt DuckDB",
            &[&["check", "--locked", "-p", "runner"], &prebuilt[..]].concat(),
        ));
    }
    Ok(checks)
}

/// Whether the pictures are of today's pages, by the runner that the tests have built.
fn pictures() -> Result<Command> {
    let target =
        std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), Into::into);
    let mut command = Command::new(std::env::current_exe().context("xtask has no path")?);
    command.args(["pictures", "--check", "--runner"]).arg(target.join("debug/runner"));
    Ok(command)
}

/// The command that README names for running the tests: what CI runs is what people are told to run.
fn readme_tests() -> Result<Command> {
    let path = root().join("README.md");
    let text =
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let line = test_command(&text)?;
    let mut command = cargo();
    // Tests that pass say on their output what they compared and what they skipped.
    command.args(line.split_whitespace().skip(1)).args(["--no-fail-fast", "--", "--show-output"]);
    Ok(command)
}

/// What tests say that is told again at the end, where nobody has to look for it.
#[derive(Debug, Default)]
struct Told {
    skipped: Vec<String>,
    failed: Vec<String>,
    /// What the test programs print below `failures:`.
    failures: Vec<String>,
    in_failures: bool,
}

impl Told {
    fn hear(&mut self, line: &str) {
        let text = line.trim();
        self.skipped.extend(text.strip_prefix(SKIPPED).map(|reason| reason.trim().to_owned()));
        let failed = text.strip_prefix("test ").and_then(|rest| rest.strip_suffix(" ... FAILED"));
        self.failed.extend(failed.map(str::to_owned));
        self.in_failures =
            text == "failures:" || (self.in_failures && !text.starts_with("test result:"));
        if self.in_failures {
            self.failures.push(line.chars().take(FAILURE_WIDTH).collect());
        }
    }

    fn say(mut self) {
        say(&format!(
            "\n{} said that it was skipped, or a part of it:",
            tests_text(self.skipped.len())
        ));
        self.skipped.sort();
        self.skipped.dedup();
        for reason in self.skipped {
            say(&format!("  {reason}"));
        }
        if self.failed.is_empty() {
            return;
        }
        let first = self.failures.len().saturating_sub(FAILURE_LINES);
        say(&format!("\n{} failed; what they say, its end:", tests_text(self.failed.len())));
        for line in &self.failures[first..] {
            say(line);
        }
        for name in self.failed {
            say(&format!("  failed: {name}"));
        }
    }
}

/// Runs tests, repeats what they print, and hears what is told again.
fn tests(command: &mut Command, told: &mut Told) -> Result<bool> {
    announce(command);
    // Damaged files make decoders panic by the thousand; a backtrace each would bury what tests say.
    command.env("RUST_BACKTRACE", "0");
    let mut child = command.stdout(Stdio::piped()).spawn().context("cannot start cargo")?;
    let output = child.stdout.take().context("the tests have no output")?;
    for line in BufReader::new(output).lines() {
        let line = line.context("cannot read what the tests print")?;
        // Where cargo would have printed it.
        let _ = writeln!(std::io::stdout(), "{line}");
        told.hear(&line);
    }
    Ok(child.wait().context("cannot wait for the tests")?.success())
}

fn tests_text(count: usize) -> String {
    if count == 1 { "1 test".to_owned() } else { format!("{count} tests") }
}

/// Refuses a folder of real data that has none: tests would be skipped without a word.
fn real_data() -> Result<()> {
    let Some(folder) = std::env::var_os("REAL_DATA").filter(|folder| !folder.is_empty()) else {
        say("REAL_DATA is unset: tests of real data and of outside values are skipped");
        return Ok(());
    };
    let oracles = Path::new(&folder).join("oracles");
    let mut files = fs::read_dir(&oracles)
        .with_context(|| format!("REAL_DATA is set and {} cannot be read", oracles.display()))?;
    if files.next().is_none() {
        bail!("REAL_DATA is set and {} is empty", oracles.display());
    }
    Ok(())
}

fn test_command(readme: &str) -> Result<&str> {
    let mut lines = readme.lines().map(str::trim).filter(|line| line.starts_with("cargo test"));
    match (lines.next(), lines.next()) {
        (Some(line), None) => Ok(line),
        (None, _) => bail!("README.md has no line that begins with `cargo test`"),
        (Some(_), Some(second)) => bail!("README.md has a second test command: `{second}`"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    #[test]
    fn the_readme_has_one_test_command() {
        let readme = fs::read_to_string(root().join("README.md")).unwrap();
        assert!(test_command(&readme).unwrap().starts_with("cargo test"));
        assert!(test_command("# nothing").is_err());
        assert!(test_command("cargo test\ncargo test --workspace").is_err());
    }

    #[test]
    fn what_failed_and_was_skipped_is_heard() {
        let mut told = Told::default();
        let output = "test rows::a ... ok\ntest rows::b ... FAILED\nsuccesses:\n---- rows::a stdout ----\n\
                      skipped: no bus\n\nfailures:\n\n---- rows::b stdout ----\nleft 1, right 2\n\n\
                      failures:\n    rows::b\n\ntest result: FAILED. 1 passed; 1 failed\nelsewhere";
        output.lines().for_each(|line| told.hear(line));
        assert_eq!((told.skipped, told.failed), (vec!["no bus".into()], vec!["rows::b".into()]));
        assert!(told.failures.contains(&"left 1, right 2".to_owned()));
        assert!(!told.failures.contains(&"elsewhere".to_owned()));
    }
}
