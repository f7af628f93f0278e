//! Where the benchmarks' scripts and data are.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use serde_json::Value;

use crate::command::{cargo, root};

/// The folders below cargo's target folder, which may be anywhere.
#[derive(Debug)]
pub(crate) struct Folders {
    bench: PathBuf,
}

impl Folders {
    pub(crate) fn find() -> Result<Self> {
        let output = cargo()
            .args(["metadata", "--no-deps", "--format-version", "1"])
            .output()
            .context("cannot start `cargo metadata`")?;
        let metadata: Value =
            serde_json::from_slice(&output.stdout).context("`cargo metadata` gave no JSON")?;
        let target =
            metadata["target_directory"].as_str().context("cargo names no target folder")?;
        Ok(Self { bench: Path::new(target).join("bench") })
    }

    /// Input files, made once.
    pub(crate) fn data(&self) -> PathBuf {
        self.bench.join("data")
    }

    /// A Python environment.
    pub(crate) fn python(&self, name: &str) -> PathBuf {
        self.bench.join(name)
    }

    /// What the programs write while they are measured; empty when this returns.
    pub(crate) fn scratch(&self) -> Result<PathBuf> {
        let folder = self.bench.join("scratch");
        if folder.exists() {
            fs::remove_dir_all(&folder)
                .with_context(|| format!("cannot remove {}", folder.display()))?;
        }
        fs::create_dir_all(&folder).with_context(|| format!("cannot make {}", folder.display()))?;
        Ok(folder)
    }
}

/// A script or file beside it.
pub(crate) fn script(name: &str) -> PathBuf {
    root().join("xtask/bench").join(name)
}

/// A path as text, which programs' arguments and JSON are.
pub(crate) fn text(path: &Path) -> String {
    path.to_string_lossy().into_owned()
}
