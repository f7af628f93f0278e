//! Whole programs, measured by `measure.py`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::folders::{script, text};
use super::python;
use super::statistics::median;

/// A program as it is run in each round.
#[derive(Debug, Clone)]
pub(crate) struct Program {
    pub(crate) name: String,
    pub(crate) argv: Vec<String>,
    pub(crate) env: BTreeMap<String, String>,
    /// Files and folders to remove before each run.
    pub(crate) remove: Vec<PathBuf>,
}

impl Program {
    pub(crate) fn new(name: &str, program: &Path, arguments: &[&str]) -> Self {
        let argv = std::iter::once(text(program))
            .chain(arguments.iter().map(|&argument| argument.to_owned()))
            .collect();
        Self { name: name.to_owned(), argv, env: BTreeMap::new(), remove: Vec::new() }
    }

    pub(crate) fn with(mut self, name: &str, value: &str) -> Self {
        self.env.insert(name.to_owned(), value.to_owned());
        self
    }

    pub(crate) fn without(mut self, path: PathBuf) -> Self {
        self.remove.push(path);
        self
    }
}

/// The runs of one program, in the order of the rounds.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Runs {
    pub(crate) seconds: Vec<f64>,
    pub(crate) peak_kib: Vec<f64>,
}

impl Runs {
    pub(crate) fn seconds(&self) -> f64 {
        median(&self.seconds).unwrap_or(f64::NAN)
    }

    pub(crate) fn peak_kib(&self) -> f64 {
        median(&self.peak_kib).unwrap_or(f64::NAN)
    }
}

/// Runs the programs in turn, `rounds` times after one that does not count, in the folder `scratch`.
pub(crate) fn in_turn(programs: &[Program], rounds: u32, scratch: &Path) -> Result<Vec<Runs>> {
    let listed: Vec<Value> = programs
        .iter()
        .map(|program| {
            let remove: Vec<String> = program.remove.iter().map(|path| text(path)).collect();
            json!({
                "name": program.name, "argv": program.argv, "env": program.env,
                "remove": remove, "cwd": text(scratch),
            })
        })
        .collect();
    let (plan, found) = (scratch.join("plan.json"), scratch.join("runs.json"));
    fs::write(&plan, json!({ "rounds": rounds, "programs": listed }).to_string())?;
    let mut command = Command::new(python::any());
    command.arg(script("measure.py")).arg(&plan).arg(&found);
    python::must(&mut command, "measuring needs python3, and every program to succeed")?;
    parsed(&fs::read_to_string(&found)?, programs)
}

fn parsed(text: &str, programs: &[Program]) -> Result<Vec<Runs>> {
    let found: Value = serde_json::from_str(text).context("measure.py wrote no JSON")?;
    let runs = |program: &Program| {
        let runs = found[&program.name].as_array();
        let runs = runs.with_context(|| format!("measure.py says nothing of {}", program.name))?;
        let column = |name: &str| runs.iter().filter_map(|run| run[name].as_f64()).collect();
        Ok(Runs { seconds: column("seconds"), peak_kib: column("peak_kib") })
    };
    programs.iter().map(runs).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    #[test]
    fn runs_are_read_in_the_programs_order() {
        let programs = [("b", "/b"), ("a", "/a")].map(|(n, p)| Program::new(n, Path::new(p), &[]));
        let text = r#"{"a": [{"seconds": 1.0, "peak_kib": 3}],
                       "b": [{"seconds": 4.0, "peak_kib": 6},
                             {"seconds": 6.0, "peak_kib": 8}]}"#;
        let runs = parsed(text, &programs).unwrap();
        assert_eq!((runs[0].seconds(), runs[0].peak_kib()), (5.0, 7.0));
        assert_eq!(runs[1].seconds, [1.0]);
        assert!(parsed("{}", &programs).is_err());
    }
}
