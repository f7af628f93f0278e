//! Python: any for measuring, an environment with pinned packages for the peers.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::folders::{Folders, script};
use crate::command::{say, status};

/// The interpreter that people have.
pub(crate) fn any() -> &'static str {
    if cfg!(windows) { "python" } else { "python3" }
}

/// The interpreter of an environment with the packages of `requirements.txt`, made on first use and
/// again when that file changes.
pub(crate) fn with_packages(folders: &Folders) -> Result<PathBuf> {
    with(folders, "requirements.txt", "python")
}

/// The same for another list of packages, in a folder `name` of its own.
pub(crate) fn with(folders: &Folders, requirements: &str, name: &str) -> Result<PathBuf> {
    let (environment, wanted) = (folders.python(name), script(requirements));
    let python = environment.join(if cfg!(windows) { "Scripts/python.exe" } else { "bin/python" });
    let wanted_text =
        fs::read_to_string(&wanted).with_context(|| format!("cannot read {}", wanted.display()))?;
    let installed = environment.join("requirements.txt");
    if fs::read_to_string(&installed).is_ok_and(|installed| installed == wanted_text) {
        return Ok(python);
    }
    say("making a Python environment with the packages that are compared with; once");
    must(
        Command::new(any()).args(["-m", "venv", "--clear"]).arg(&environment),
        "Python 3.11 or later with its module venv is needed (Debian: apt-get install python3-venv)",
    )?;
    must(
        Command::new(&python)
            .args(["-m", "pip", "install", "--quiet", "--requirement"])
            .arg(&wanted),
        "the packages of the requirements under xtask/bench come from a package index: is there a network?",
    )?;
    fs::write(&installed, wanted_text)
        .with_context(|| format!("cannot write {}", installed.display()))?;
    Ok(python)
}

/// Makes the input files of `set` that are not there yet.
pub(crate) fn make_data(python: &Path, set: &str, folders: &Folders) -> Result<()> {
    let mut command = Command::new(python);
    command.arg(script("make_data.py")).arg(set).arg(folders.data());
    must(&mut command, "the input files could not be made")
}

/// Runs a command that has to succeed; `otherwise` says what to do when it does not.
pub(crate) fn must(command: &mut Command, otherwise: &str) -> Result<()> {
    if !status(command).context(otherwise.to_owned())?.success() {
        bail!("{otherwise}");
    }
    Ok(())
}
