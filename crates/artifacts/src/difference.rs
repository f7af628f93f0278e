//! What a file was made with and would not be made with now.

use std::borrow::Cow;
use std::fmt;

use serde::Serialize;

/// One thing that a month's file was made with and would not be made with now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Difference {
    /// The name of the value.
    pub what: Cow<'static, str>,
    /// In the file.
    pub found: String,
    /// What was asked for, or is in the data.
    pub wanted: String,
}

impl Difference {
    /// Those of `compared`, each what it is, what the file says and what is wanted, that differ.
    #[must_use]
    pub fn between<const N: usize>(compared: [(&'static str, String, String); N]) -> Vec<Self> {
        compared
            .into_iter()
            .filter(|(_, found, wanted)| found != wanted)
            .map(|(what, found, wanted)| Self { what: what.into(), found, wanted })
            .collect()
    }
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} instead of {}", self.what, self.found, self.wanted)
    }
}
