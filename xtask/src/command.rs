//! Running other programs, seen by the person who waits for them.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::PathBuf;
use std::process::{Command, ExitStatus};

use anyhow::{Context, Result};

/// The cargo that runs us.
pub(crate) fn cargo() -> Command {
    let mut command =
        Command::new(std::env::var_os("CARGO").unwrap_or_else(|| OsString::from("cargo")));
    command.current_dir(root());
    command
}

/// The runner: the program that was named, otherwise by cargo.
pub(crate) fn runner(program: Option<&OsString>) -> Command {
    program.map_or_else(
        || {
            let mut command = cargo();
            command.args(["run", "--quiet", "--package", "runner", "--manifest-path"]);
            command.arg(root().join("Cargo.toml")).arg("--");
            command
        },
        Command::new,
    )
}

/// The folder of the workspace.
///
/// Cargo says at run time where it is. Two checkouts that share a target folder share this program
/// too, and where it was compiled may be the other one.
pub(crate) fn root() -> PathBuf {
    let own = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let own = own.filter(|own| own.ends_with("xtask") && own.is_dir());
    let own = own.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
    own.parent().map_or(own.clone(), PathBuf::from)
}

/// Runs `command` after printing it to standard error.
pub(crate) fn status(command: &mut Command) -> Result<ExitStatus> {
    let text = announce(command);
    command.status().with_context(|| format!("cannot start `{text}`"))
}

/// Prints `command` to standard error, and gives what was printed.
pub(crate) fn announce(command: &Command) -> String {
    let text = shown(command);
    say(&format!("$ {text}"));
    text
}

fn shown(command: &Command) -> String {
    let mut text =
        command.get_program().to_string_lossy().rsplit('/').next().unwrap_or_default().to_owned();
    for argument in command.get_args() {
        let _ = write!(text, " {}", argument.to_string_lossy());
    }
    text
}

/// Says something to the person, on standard error.
pub(crate) fn say(text: &str) {
    // Nobody is there to hear of a standard error that is closed.
    let _ = writeln!(std::io::stderr(), "{text}");
}
