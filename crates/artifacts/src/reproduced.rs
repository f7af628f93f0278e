//! What making a month anew gives, held against its file.

use std::path::Path;

use serde_json::Value;

use crate::{Difference, Shown};

/// What making a file anew gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reproduced {
    /// The same file.
    Same,
    /// Another one.
    Different(Vec<Difference>),
}

impl Reproduced {
    /// What `made` is, compared with what was `found` in the file: the same to the last byte, or where
    /// their records differ.
    ///
    /// # Errors
    /// When one of them cannot be put into bytes.
    pub fn compare<A: Shown>(found: &A, made: &A) -> Result<Self, A::Error> {
        let nowhere = Path::new("");
        if made.encode(nowhere)? == found.encode(nowhere)? {
            return Ok(Self::Same);
        }
        let fields = |month: &A| match serde_json::to_value(month.record()) {
            Ok(Value::Object(fields)) => fields,
            _ => serde_json::Map::new(),
        };
        let (found, wanted) = (fields(found), fields(made));
        let differ = found.iter().filter(|(name, value)| wanted.get(*name) != Some(value));
        let difference = |(name, value): (&String, &Value)| Difference {
            what: name.clone().into(),
            found: short(value),
            wanted: wanted.get(name).map(short).unwrap_or_default(),
        };
        Ok(Self::Different(differ.map(difference).collect()))
    }
}

/// Enough of a value to tell two apart by eye.
fn short(value: &Value) -> String {
    const CHARACTERS: usize = 40;
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if text.chars().count() <= CHARACTERS {
        return text;
    }
    text.chars().take(CHARACTERS).chain(['…']).collect()
}
