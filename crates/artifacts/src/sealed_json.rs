//! The contents of a month as JSON with a checksum: `{"checksum": …, NAME: {"format_version": …, …}}`.
//!
//! The checksum is BLAKE3 of the contents' text without spaces. Equal contents give equal bytes.

use std::path::Path;

use serde::de::DeserializeOwned;
use serde::ser::SerializeMap;
use serde::{Serialize, Serializer};
use serde_json::{Map, Value};

use crate::{ArtifactError, Result};

struct Sealed<'a, T> {
    name: &'a str,
    contents: &'a T,
    checksum: String,
}

impl<T: Serialize> Serialize for Sealed<'_, T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(2))?;
        map.serialize_entry("checksum", &self.checksum)?;
        map.serialize_entry(self.name, self.contents)?;
        map.end()
    }
}

fn checksum(contents: &impl Serialize) -> Result<String, serde_json::Error> {
    Ok(blake3::hash(&serde_json::to_vec(contents)?).to_hex().to_string())
}

/// The bytes of the file of `contents`, which it calls `name`.
///
/// # Errors
/// [`ArtifactError::Unusable`], naming `path`, when they cannot be put into JSON.
pub fn encode(name: &str, contents: &impl Serialize, path: &Path) -> Result<Vec<u8>> {
    let sealed = |checksum| serde_json::to_vec_pretty(&Sealed { name, contents, checksum });
    let bytes = checksum(contents).and_then(sealed);
    let mut bytes =
        bytes.map_err(|error| unusable(path, "cannot be written as JSON", Some(error)))?;
    bytes.push(b'\n');
    Ok(bytes)
}

/// What the bytes of a file say, if they are of format `version`; `path` is for messages alone.
///
/// # Errors
/// [`ArtifactError::Unusable`]: they are no such file, of another format, or damaged.
pub fn decode<T: Serialize + DeserializeOwned>(
    name: &str,
    version: u32,
    bytes: &[u8],
    path: &Path,
) -> Result<T> {
    let foreign = |error| unusable(path, &format!("is no file of an {name}"), Some(error));
    let mut sealed: Map<String, Value> = serde_json::from_slice(bytes).map_err(foreign)?;
    let contents = sealed.remove(name).unwrap_or_default();
    let found = contents.get("format_version").and_then(Value::as_u64);
    if found != Some(version.into()) {
        let found = found.map_or_else(|| "none".to_owned(), |found| found.to_string());
        let reason = format!("has format version {found}, this program reads {version}");
        return Err(unusable(path, &reason, None));
    }
    let contents: T = serde_json::from_value(contents).map_err(foreign)?;
    let found = checksum(&contents).map_err(foreign)?;
    if sealed.get("checksum").and_then(Value::as_str) != Some(&found) {
        return Err(unusable(path, "is damaged: its checksum does not fit", None));
    }
    Ok(contents)
}

fn unusable(path: &Path, reason: &str, source: Option<serde_json::Error>) -> ArtifactError {
    ArtifactError::Unusable { path: path.to_owned(), reason: reason.to_owned(), source }
}
