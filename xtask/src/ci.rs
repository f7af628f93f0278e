//! `cargo xtask ci`: everything that must hold before a change lands.

use std::fs;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, bail};
use clap::Args;

use crate::command::{cargo, root, say, status};

/// Flags of `ci`.
#[derive(Debug, Args)]
pub(crate) struct CiArgs {
    /// Skip the book, for those who do not have mdbook
    #[arg(long)]
    no_book: bool,
}

/// One check: what it is for, and the program that makes it.
struct Check {
    what: &'static str,
    command: Command,
}

pub(crate) fn run(args: &CiArgs) -> Result<ExitCode> {
    let mut failed = Vec::new();
    for mut check in checks(args)? {
        say(&format!("\n== {}", check.what));
        if !status(&mut check.command)?.success() {
            failed.push(check.what);
        }
    }
    if failed.is_empty() {
        say("\nall checks passed");
        return Ok(ExitCode::SUCCESS);
    }
    say(&format!("\nfailed: {}", failed.join(", ")));
    Ok(ExitCode::FAILURE)
}

fn checks(args: &CiArgs) -> Result<Vec<Check>> {
    let with = |what, arguments: &[&str]| {
        let mut command = cargo();
        command.args(arguments);
        Check { what, command }
    };
    let mut checks = vec![
        with("formatting", &["fmt", "--all", "--", "--check"]),
        with(
            "lints",
            &["clippy", "--workspace", "--all-targets", "--locked", "--", "--deny", "warnings"],
        ),
        Check { what: "tests, with the README's command", command: readme_tests()? },
        with("API documentation", &["doc", "--workspace", "--no-deps", "--locked"]),
    ];
    if let Some(docs) = checks.last_mut() {
        docs.command.env("RUSTDOCFLAGS", "--deny warnings");
    }
    if !args.no_book {
        let mut command = Command::new("mdbook");
        command.arg("build").arg("docs").current_dir(root());
        checks.push(Check { what: "the book", command });
    }
    Ok(checks)
}

/// The command that README names for running the tests: what CI runs is what people are told to run.
fn readme_tests() -> Result<Command> {
    let path = root().join("README.md");
    let text =
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let line = test_command(&text)?;
    let mut command = cargo();
    command.args(line.split_whitespace().skip(1));
    Ok(command)
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
}
