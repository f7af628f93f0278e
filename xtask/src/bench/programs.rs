//! Our programs, built as users build them.

use std::path::PathBuf;
use std::process::Stdio;

use anyhow::{Context, Result, bail};
use serde_json::Value;

use crate::command::{cargo, say};

/// What is built: the flags that choose it, and its name.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Program {
    Runner,
    KernelBench,
    ExitPairs,
}

impl Program {
    fn flags(self) -> (&'static [&'static str], &'static str) {
        match self {
            Self::Runner => (&["--package", "runner"], "runner"),
            Self::KernelBench => (&["--package", "kernel-bench"], "kernel-bench"),
            Self::ExitPairs => (&["--package", "risk", "--example", "exit_pairs"], "exit_pairs"),
        }
    }

    /// Builds it with optimisation and says where it is.
    pub(crate) fn release(self) -> Result<PathBuf> {
        let (flags, name) = self.flags();
        let mut command = cargo();
        command.args(["build", "--release"]).args(flags);
        command.args(["--message-format", "json-render-diagnostics"]).stderr(Stdio::inherit());
        say(&format!("$ cargo build --release {}", flags.join(" ")));
        let output = command.output().context("cannot start `cargo build`")?;
        if !output.status.success() {
            bail!("{name} does not build");
        }
        executable(&String::from_utf8_lossy(&output.stdout), name)
            .with_context(|| format!("cargo does not say where it put {name}"))
    }
}

/// The runner that is measured.
#[derive(Debug)]
pub(crate) struct Runner(pub(crate) Option<PathBuf>);

impl Runner {
    /// The one that was named, or a release build.
    pub(crate) fn path(&self) -> Result<PathBuf> {
        match &self.0 {
            Some(path) => {
                path.canonicalize().with_context(|| format!("there is no {}", path.display()))
            }
            None => Program::Runner.release(),
        }
    }
}

/// The program `name` in cargo's messages.
fn executable(messages: &str, name: &str) -> Option<PathBuf> {
    let messages = messages.lines().filter_map(|line| serde_json::from_str::<Value>(line).ok());
    let mut found = messages.filter(|message| message["target"]["name"] == name);
    found.find_map(|message| message["executable"].as_str().map(PathBuf::from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_program_is_found_among_cargo_s_messages() {
        let messages = r#"{"reason":"compiler-artifact","target":{"name":"binning"},"executable":null}
{"reason":"compiler-artifact","target":{"name":"runner"},"executable":null}
{"reason":"compiler-artifact","target":{"name":"runner"},"executable":"/t/release/runner"}
not JSON"#;
        assert_eq!(executable(messages, "runner"), Some(PathBuf::from("/t/release/runner")));
        assert_eq!(executable(messages, "binning"), None);
    }
}
