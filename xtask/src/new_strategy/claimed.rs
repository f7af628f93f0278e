//! Names that are in use.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};
use serde_json::Value;

use super::name::StrategyName;
use super::templates;
use crate::command::cargo;

/// The names that a new strategy cannot have, each with what has it.
#[derive(Debug, Default)]
pub(super) struct Claimed(BTreeMap<String, String>);

impl Claimed {
    /// Those of the workspace at `root`.
    pub(super) fn in_workspace(root: &Path) -> Result<Self> {
        let mut claimed = Self::default();
        // What is nearest to the person comes last and is what they are told.
        claimed.add_locked_packages(root)?;
        claimed.add_workspace_packages()?;
        claimed.add_registered_names(root)?;
        claimed.add_folders(root)?;
        Ok(claimed)
    }

    /// Refuses a name that is in use, or would be in the way of something in the code of the strategy.
    pub(super) fn refuse(&self, name: &StrategyName) -> Result<()> {
        // Cargo tells packages apart by `-` and `_`, rustc does not.
        if let Some(owner) = self.0.get(&name.snake()) {
            bail!("`{name}` is taken: {owner}; wanted a name that nothing has yet");
        }
        if let Some(taken) = templates::clash(name) {
            bail!(
                "`{name}` would call something `{taken}`, which the code of a strategy uses \
                 otherwise: wanted another name, such as `{name}-strategy`"
            );
        }
        Ok(())
    }

    pub(super) fn add(&mut self, name: &str, owner: impl Into<String>) {
        self.0.insert(name.replace('-', "_"), owner.into());
    }

    fn add_locked_packages(&mut self, root: &Path) -> Result<()> {
        let lock = fs::read_to_string(root.join("Cargo.lock")).context("cannot read Cargo.lock")?;
        for package in lock.split("[[package]]") {
            let value = |key: &str| {
                package.lines().find_map(|line| line.strip_prefix(key)?.strip_suffix('"'))
            };
            // Those of the workspace have no source; what was removed there may still be listed.
            if let (Some(name), Some(_)) = (value("name = \""), value("source = \"")) {
                self.add(name, "a package that others depend on is called so (see Cargo.lock)");
            }
        }
        Ok(())
    }

    fn add_workspace_packages(&mut self) -> Result<()> {
        let output = cargo()
            .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
            .output()
            .context("cannot start cargo")?;
        if !output.status.success() {
            bail!("`cargo metadata` failed: {}", String::from_utf8_lossy(&output.stderr).trim());
        }
        let metadata: Value =
            serde_json::from_slice(&output.stdout).context("`cargo metadata` gave no JSON")?;
        for package in metadata["packages"].as_array().into_iter().flatten() {
            let text = |key: &str| package[key].as_str().unwrap_or_default();
            self.add(text("name"), format!("it is the package of {}", text("manifest_path")));
        }
        Ok(())
    }

    /// Names under which strategies are registered, as their source says: to ask the program would
    /// mean to build it.
    fn add_registered_names(&mut self, root: &Path) -> Result<()> {
        for path in sources(&root.join("strategies"))? {
            let text = fs::read_to_string(&path)
                .with_context(|| format!("cannot read {}", path.display()))?;
            if let Some(name) = registered_name(&text) {
                self.add(name, format!("the strategy of {} is registered so", path.display()));
            }
        }
        Ok(())
    }

    fn add_folders(&mut self, root: &Path) -> Result<()> {
        for path in entries(&root.join("strategies"))? {
            if let Some(name) = path.file_name().and_then(|name| name.to_str()) {
                self.add(name, format!("strategies/{name} exists"));
            }
        }
        Ok(())
    }
}

fn registered_name(source: &str) -> Option<&str> {
    let (_, rest) = source.split_once("const NAME: &'static str = \"")?;
    Some(rest.split_once('"')?.0)
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>> {
    let cannot = || format!("cannot read the folder {}", folder.display());
    let entries = fs::read_dir(folder).with_context(cannot)?;
    entries.map(|entry| Ok(entry.with_context(cannot)?.path())).collect()
}

/// The Rust files below `folder`.
fn sources(folder: &Path) -> Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    for path in entries(folder)? {
        if path.is_dir() {
            found.extend(sources(&path)?);
        } else if path.extension().is_some_and(|ending| ending == "rs") {
            found.push(path);
        }
    }
    Ok(found)
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;
    use crate::command::root;

    #[track_caller]
    fn refused(name: &str, expect: &str) {
        let claimed = Claimed::in_workspace(&root()).unwrap();
        let error = claimed.refuse(&name.parse().unwrap()).unwrap_err().to_string();
        assert!(error.contains(expect) && error.contains("wanted"), "{name}: {error}");
    }

    #[test]
    fn what_exists_in_this_workspace_is_taken() {
        refused("ml-calibrated-bins", "strategies/ml-calibrated-bins exists");
        refused("runner", "it is the package of");
        refused("strategy-core", "it is the package of");
        refused("serde-json", "see Cargo.lock");
    }

    #[test]
    fn what_the_code_of_a_strategy_uses_is_taken() {
        for name in ["rows", "side", "option", "ordering", "no-commands", "contract-tests"] {
            refused(name, "uses otherwise");
        }
        let claimed = Claimed::in_workspace(&root()).unwrap();
        for name in ["my-idea", "my-ideas", "rsi-divergence", "streak-2", "grid"] {
            claimed.refuse(&name.parse().unwrap()).unwrap();
        }
    }

    #[test]
    fn a_name_is_found_in_the_source() {
        let source = "    const NAME: &'static str = \"pair-spread\";\n";
        assert_eq!(registered_name(source), Some("pair-spread"));
        assert_eq!(registered_name("const NAME: &str = NAMES[0];"), None);
    }
}
