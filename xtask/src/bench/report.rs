//! What a benchmark found: printed, and written into the document.

use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;

use anyhow::{Context, Result};

use super::table::Table;
use super::{document, machine};
use crate::command::root;

/// The load average from which on times are those of a busy machine: another program wants a core.
const BUSY: f64 = 1.0;

/// Tables, and what is to be said about them.
#[derive(Debug)]
pub(crate) struct Report {
    /// What the benchmark is called, in file names and marks.
    pub(crate) name: &'static str,
    /// The command that makes it again.
    pub(crate) command: String,
    /// Each with a line before it.
    pub(crate) tables: Vec<(String, Table)>,
    pub(crate) notes: Vec<String>,
    /// Versions of what was compared with, by name.
    pub(crate) versions: Vec<(String, String)>,
    /// What else the machine did when this began.
    pub(crate) load: Option<f64>,
    /// Whether the program should end with an error.
    pub(crate) failed: bool,
}

impl Report {
    pub(crate) fn new(name: &'static str, command: &str) -> Self {
        Self {
            name,
            command: command.to_owned(),
            tables: Vec::new(),
            notes: Vec::new(),
            versions: Vec::new(),
            load: machine::load(),
            failed: false,
        }
    }

    /// Tables and notes, without the machine.
    fn body(&self) -> String {
        let mut text = String::new();
        for (before, table) in &self.tables {
            let _ = writeln!(text, "{before}\n\n{}", table.markdown());
        }
        for note in &self.notes {
            let _ = writeln!(text, "- {note}");
        }
        if let Some(load) = self.load.filter(|load| *load >= BUSY) {
            let _ = writeln!(
                text,
                "- The machine was busy when this began (load average {load:.1}): times are those of a \
                 quiet one only if you run it again there."
            );
        }
        text
    }

    pub(crate) fn print(&self) -> Result<()> {
        writeln!(std::io::stdout(), "{}", self.body()).context("cannot write to standard output")
    }

    /// Puts tables, machine and versions between this benchmark's marks in `docs/performance.md`.
    pub(crate) fn write_into_docs(&self) -> Result<()> {
        let path = root().join("docs/performance.md");
        let text =
            fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        let mut part = format!("`{}`\n\n{}\n", self.command, self.body());
        for (name, value) in machine::describe() {
            let _ = writeln!(part, "- {name}: {value}");
        }
        let versions: Vec<String> =
            self.versions.iter().map(|(name, version)| format!("{name} {version}")).collect();
        if !versions.is_empty() {
            let _ = writeln!(part, "- versions: {}", versions.join(", "));
        }
        fs::write(&path, document::replaced(&text, self.name, &part)?)
            .with_context(|| format!("cannot write {}", path.display()))
    }
}
