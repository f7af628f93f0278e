//! A folder more and some files changed: all of it or nothing.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use super::templates::File;
use crate::command::say;

/// What is to be done.
pub(super) struct Change {
    /// Where the folder is written before it gets its name.
    pub(super) draft: PathBuf,
    /// The folder to be.
    pub(super) folder: PathBuf,
    pub(super) files: Vec<File>,
    pub(super) edits: Vec<Edit>,
}

/// A file that gets another text.
pub(super) struct Edit {
    pub(super) path: PathBuf,
    pub(super) before: String,
    pub(super) after: String,
}

impl Change {
    /// Makes it. After an error everything is as it was.
    pub(super) fn make(&self) -> Result<()> {
        if self.folder.exists() {
            bail!("{} exists", self.folder.display());
        }
        fs::create_dir(&self.draft)
            .with_context(|| format!("cannot make the folder {}", self.draft.display()))?;
        let folder = self.write_files().and_then(|()| {
            fs::rename(&self.draft, &self.folder)
                .with_context(|| format!("cannot make the folder {}", self.folder.display()))
        });
        if folder.is_err() {
            remove(&self.draft);
        }
        folder.and_then(|()| self.make_edits())
    }

    fn write_files(&self) -> Result<()> {
        for file in &self.files {
            let path = self.draft.join(file.path);
            let folder = path.parent().unwrap_or(&self.draft);
            fs::create_dir_all(folder)
                .and_then(|()| fs::write(&path, &file.text))
                .with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(())
    }

    fn make_edits(&self) -> Result<()> {
        for (done, edit) in self.edits.iter().enumerate() {
            if let Err(error) = replace(&edit.path, &edit.after) {
                for edit in &self.edits[..done] {
                    if let Err(error) = replace(&edit.path, &edit.before) {
                        say(&format!("error: {error:#}, so it stays changed: undo that by hand"));
                    }
                }
                remove(&self.folder);
                return Err(error);
            }
        }
        Ok(())
    }
}

/// Gives the file at `path` the text `text`, whole or not at all.
fn replace(path: &Path, text: &str) -> Result<()> {
    let cannot = || format!("cannot write {}", path.display());
    let permissions = fs::metadata(path).with_context(cannot)?.permissions();
    let draft = path.with_extension("new-strategy");
    let result = fs::write(&draft, text)
        .and_then(|()| fs::set_permissions(&draft, permissions))
        .and_then(|()| fs::rename(&draft, path));
    if result.is_err() {
        let _ = fs::remove_file(&draft);
    }
    result.with_context(cannot)
}

fn remove(folder: &Path) {
    if let Err(error) = fs::remove_dir_all(folder) {
        say(&format!("error: cannot remove {} ({error}): remove it by hand", folder.display()));
    }
}
