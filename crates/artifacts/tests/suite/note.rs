//! An artifact to test with: a few lines of text.

use std::path::{Path, PathBuf};

use artifacts::{Artifact, ArtifactError, MonthKey, MonthStore};
use thiserror::Error;

pub(crate) const DATASET: &str = "binance_btcusdt_perp_1h";
pub(crate) const RUN_NAME: &str = "lgbm_y_tp_before_sl_u0.04_d0.02_24h_binary";

/// What it begins with, so that a file of another kind is told.
const MARK: &str = "note\n";

pub(crate) type NoteStore = MonthStore<Note>;

/// A text for a month.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Note {
    pub(crate) key: MonthKey,
    pub(crate) text: String,
}

#[derive(Debug, Error)]
pub(crate) enum NoteError {
    #[error(transparent)]
    Artifact(#[from] ArtifactError),
    #[error("{} is truncated", .0.display())]
    Truncated(PathBuf),
    #[error("{} is no note", .0.display())]
    NoNote(PathBuf),
}

impl Artifact for Note {
    type Error = NoteError;
    const NOUN: &'static str = "notes";
    const EXTENSION: &'static str = "msgpack";
    const MAX_BYTES: u64 = 1 << 16;

    fn month_key(&self) -> Result<MonthKey, ArtifactError> {
        Ok(self.key.clone())
    }

    fn encode(&self, _: &Path) -> Result<Vec<u8>, NoteError> {
        let Self { key, text } = self;
        let (dataset, run_name, month) = (key.dataset(), key.run_name(), key.month());
        Ok(format!("{MARK}{dataset}\n{run_name}\n{month}\n{text}\nend\n").into())
    }

    fn decode(bytes: &[u8], path: &Path) -> Result<Self, NoteError> {
        let truncated = || NoteError::Truncated(path.to_owned());
        let text = String::from_utf8_lossy(bytes);
        if !text.starts_with(MARK) && !MARK.starts_with(text.as_ref()) {
            return Err(NoteError::NoNote(path.to_owned()));
        }
        let body = text.strip_prefix(MARK).and_then(|text| text.strip_suffix("\nend\n"));
        let mut lines = body.ok_or_else(truncated)?.splitn(4, '\n');
        let mut line = || lines.next().ok_or_else(truncated);
        let key = MonthKey::new(line()?, line()?, line()?.parse().map_err(|_| truncated())?)?;
        Ok(Self { key, text: line()?.to_owned() })
    }

    fn may_replace(_: &[u8]) -> bool {
        true
    }
}

pub(crate) fn key(month: &str) -> MonthKey {
    MonthKey::new(DATASET, RUN_NAME, month.parse().unwrap()).unwrap()
}

pub(crate) fn note() -> Note {
    note_of(DATASET, RUN_NAME, "2025-11")
}

/// Long enough that writing it takes a while.
pub(crate) fn note_of(dataset: &str, run_name: &str, month: &str) -> Note {
    let key = MonthKey::new(dataset, run_name, month.parse().unwrap()).unwrap();
    Note { key, text: "quiet ".repeat(500) }
}
