//! `runner completions` and `runner man`: what a shell and `man` know of the commands, made from the
//! same definitions as the command line itself.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use clap::{Arg, ArgMatches, Command, value_parser};
use clap_complete::Shell;
use files::{Output, OutputError};
use strategy_core::{Console, Result};
use thiserror::Error;

pub(crate) const COMPLETIONS: &str = "completions";
pub(crate) const MAN: &str = "man";

/// The two commands.
pub(crate) fn commands() -> [Command; 2] {
    let completions = Command::new(COMPLETIONS)
        .about("Write what a shell needs to complete commands and flags to standard output")
        .arg(
            Arg::new("shell")
                .value_name("SHELL")
                .required(true)
                .value_parser(value_parser!(Shell))
                .help("For which shell"),
        );
    let man = Command::new(MAN).about("Write manual pages, one for each command").arg(
        Arg::new("out_dir")
            .long("out-dir")
            .value_name("FOLDER")
            .required(true)
            .value_parser(value_parser!(PathBuf))
            .help("Folder for them, made if it does not exist"),
    );
    [completions, man]
}

/// Writes the completions of `command` for the shell that is asked for.
pub(crate) fn complete(
    mut command: Command,
    matches: &ArgMatches,
    console: &mut Console<'_>,
) -> Result<()> {
    let Some(&shell) = matches.get_one::<Shell>("shell") else { return Ok(()) };
    // Into memory first: the generator panics when what it writes to fails.
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut command, "runner", &mut script);
    Ok(console.out.write_all(&script)?)
}

/// Writes the manual pages of `command` and of all commands below it.
pub(crate) fn write_manual(
    command: Command,
    matches: &ArgMatches,
    console: &mut Console<'_>,
) -> Result<()> {
    let Some(folder) = matches.get_one::<PathBuf>("out_dir") else { return Ok(()) };
    refuse_other_kinds(folder)?;
    fs::create_dir_all(folder)
        .and_then(|()| clap_mangen::generate_to(command, folder))
        .map_err(|source| ManualError { folder: folder.clone(), source })?;
    let _ = writeln!(console.err, "Wrote manual pages to {}", folder.display());
    Ok(())
}

/// Refuses a folder in which something else than a manual page has the name of one.
fn refuse_other_kinds(folder: &Path) -> Result<(), OutputError> {
    // Macros, or the two-letter requests that pages begin with.
    let is_page = |head: &[u8]| head.starts_with(b".") || head.starts_with(b"'");
    let Ok(entries) = fs::read_dir(folder) else { return Ok(()) };
    for entry in entries.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.starts_with("runner") && name.ends_with(".1") {
            Output::new(&entry.path(), "a manual page", &is_page).overwrite(true).check()?;
        }
    }
    Ok(())
}

/// Manual pages that cannot be written.
#[derive(Debug, Error)]
#[error("cannot write manual pages to the folder {}", folder.display())]
struct ManualError {
    folder: PathBuf,
    source: io::Error,
}
