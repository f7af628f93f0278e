//! What in an evaluation has no value or is not what it seems, and why.

use serde::Serialize;

/// Statistics that have no value, or one to be read with care.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Note {
    /// The rows that are meant: a month, or `all months`.
    pub about: String,
    /// The statistics, as in `AUC of raw`.
    pub statistics: Vec<String>,
    /// Why.
    pub reason: String,
}

/// Notes as they come, those of one reason together.
#[derive(Debug, Default)]
pub struct Notes(Vec<Note>);

impl Notes {
    /// Notes that `statistic` of the rows that `about` names has no value, or one to be read with care.
    pub fn add(&mut self, about: &str, statistic: String, reason: String) {
        let same = |note: &&mut Note| note.about == about && note.reason == reason;
        if let Some(note) = self.0.iter_mut().find(same) {
            if !note.statistics.contains(&statistic) {
                note.statistics.push(statistic);
            }
        } else {
            self.0.push(Note { about: about.to_owned(), statistics: vec![statistic], reason });
        }
    }

    pub(crate) fn into_vec(self) -> Vec<Note> {
        self.0
    }
}
