//! The file that remembers every trial.

use std::collections::BTreeMap;
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read as _, Seek as _, SeekFrom, Write as _};
use std::path::{Path, PathBuf};

use rayon::prelude::*;

use crate::{Subject, Trial, TrialsError};

/// A file of trials, one JSON object a line, that programs add to.
///
/// Adding and forgetting take the file's lock, so several programs may do so at once. A last line that a
/// killed program left without an end is no trial, and is cut off when the next is added.
#[derive(Debug, Clone)]
pub struct Ledger {
    path: PathBuf,
}

impl Ledger {
    /// The ledger in `path`, which need not exist yet.
    #[must_use]
    pub fn at(path: impl Into<PathBuf>) -> Self {
        Self { path: path.into() }
    }

    /// Its file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// Adds trials at the end.
    ///
    /// # Errors
    /// If the file or its folder cannot be written.
    pub fn add(&self, trials: &[Trial]) -> Result<(), TrialsError> {
        let mut lines = Vec::new();
        for trial in trials {
            serde_json::to_writer(&mut lines, trial).map_err(|e| self.error("write", e.into()))?;
            lines.push(b'\n');
        }
        let add = || -> io::Result<()> {
            if let Some(folder) = self.path.parent() {
                fs::create_dir_all(folder)?;
            }
            let mut file = self.open_locked()?;
            let text = read(&mut file)?;
            file.set_len(whole_lines(&text).len() as u64)?;
            file.seek(SeekFrom::End(0))?;
            file.write_all(&lines)?;
            file.sync_data()
        };
        add().map_err(|source| self.error("write", source))
    }

    /// All trials, in the order in which they were added. None if there is no file.
    ///
    /// # Errors
    /// If the file cannot be read, or a line is no trial.
    pub fn all(&self) -> Result<Vec<Trial>, TrialsError> {
        let mut file = match File::open(&self.path) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(self.error("read", error)),
        };
        let locked = file.lock_shared().and_then(|()| read(&mut file));
        self.parse(&locked.map_err(|source| self.error("read", source))?)
    }

    /// The trials of one subject, each configuration once: the last that was recorded of it.
    ///
    /// # Errors
    /// As for [`all`](Self::all).
    pub fn of(&self, subject: &Subject) -> Result<Vec<Trial>, TrialsError> {
        let mut latest = BTreeMap::new();
        for trial in self.all()? {
            if trial.subject == *subject {
                latest.insert(trial.configuration.clone(), trial);
            }
        }
        Ok(latest.into_values().collect())
    }

    /// Forgets the trials that `which` chooses, and says how many those were.
    ///
    /// # Errors
    /// If the file cannot be read or written, or a line is no trial.
    pub fn forget(&self, which: impl Fn(&Trial) -> bool) -> Result<usize, TrialsError> {
        if !self.path.exists() {
            return Ok(0);
        }
        let failed = |source| self.error("write", source);
        let mut file = self.open_locked().map_err(failed)?;
        let text = read(&mut file).map_err(failed)?;
        let trials = self.parse(&text)?;
        let lines = whole_lines(&text).lines().filter(|line| !line.trim().is_empty());
        let kept: String = lines
            .zip(&trials)
            .filter(|(_, trial)| !which(trial))
            .flat_map(|(line, _)| [line, "\n"])
            .collect();
        let forgotten = trials.iter().filter(|trial| which(trial)).count();
        if forgotten > 0 {
            let mut replace = || -> io::Result<()> {
                // In place, under the lock: a new file would leave others waiting for the old one's.
                file.seek(SeekFrom::Start(0))?;
                file.write_all(kept.as_bytes())?;
                file.set_len(kept.len() as u64)?;
                file.sync_data()
            };
            replace().map_err(failed)?;
        }
        Ok(forgotten)
    }

    /// Opened for reading and writing; the lock goes when the file is closed.
    fn open_locked(&self) -> io::Result<File> {
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).create(true).truncate(false).open(&self.path)?;
        file.lock()?;
        Ok(file)
    }

    fn parse(&self, text: &str) -> Result<Vec<Trial>, TrialsError> {
        let lines = whole_lines(text).lines().enumerate();
        let lines: Vec<(usize, &str)> = lines.filter(|(_, line)| !line.trim().is_empty()).collect();
        let trial = |&(index, line): &(usize, &str)| {
            serde_json::from_str(line).map_err(|source| TrialsError::Line {
                path: self.path.clone(),
                line: index + 1,
                source,
            })
        };
        let trials: Vec<Result<Trial, TrialsError>> = lines.par_iter().map(trial).collect();
        trials.into_iter().collect()
    }

    fn error(&self, action: &'static str, source: io::Error) -> TrialsError {
        TrialsError::File { path: self.path.clone(), action, source }
    }
}

fn read(file: &mut File) -> io::Result<String> {
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    refuse_other(&text)?;
    Ok(text)
}

/// Refuses a file of something else: whatever a ledger holds begins as a trial does.
fn refuse_other(text: &str) -> io::Result<()> {
    const BEGINNING: &str = "{\"strategy\":";
    let shown = text.len().min(BEGINNING.len());
    if text.as_bytes()[..shown] == BEGINNING.as_bytes()[..shown] {
        return Ok(());
    }
    Err(io::Error::other("it is no ledger of trials: name another file with --trials"))
}

/// Without a last line that has no end.
fn whole_lines(text: &str) -> &str {
    text.rfind('\n').map_or("", |end| &text[..=end])
}
