//! What `--sink NAME=URL` says.

use std::fmt;
use std::path::PathBuf;

use super::{Sink, jsonl};
use crate::StreamError;

/// Where a sink's secrets come from; the variables of the process, or a test's.
pub type Secrets<'a> = &'a dyn Fn(&str) -> Option<String>;

/// A sink as it was asked for. Its URL may hold a secret, so neither its `Debug` nor any message shows it.
#[derive(Clone, PartialEq, Eq)]
pub struct SinkTarget {
    /// Its name.
    pub name: String,
    kind: Kind,
    /// What follows the kind.
    address: String,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Lines,
    Webhook,
    Postgres,
    Nats,
}

impl fmt::Debug for SinkTarget {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SinkTarget")
            .field("name", &self.name)
            .field("kind", &self.kind)
            .finish_non_exhaustive()
    }
}

impl SinkTarget {
    /// Reads `NAME=URL`. In the URL `${NAME}` stands for the variable NAME, and `@FILE` behind the kind for
    /// a file that holds the rest: so a secret need not be typed.
    ///
    /// # Errors
    /// When that is no name, no kind of sink, or the variable or file is not there.
    pub fn parse(text: &str, secrets: Secrets<'_>) -> Result<Self, StreamError> {
        let (name, url) = text.split_once('=').unwrap_or(("", text));
        let failed = |why: String| StreamError::Sink { name: name.to_owned(), why };
        let is_plain = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '_';
        if name.is_empty() || !name.chars().all(is_plain) {
            // The text may hold a secret.
            return Err(StreamError::Sink {
                name: "…".to_owned(),
                why: "wanted NAME=URL, the name of letters, digits, `-` and `_`, as in out=jsonl:signals.jsonl"
                    .to_owned(),
            });
        }
        let (scheme, rest) = url.split_once(':').unwrap_or((url, ""));
        let kind = match scheme {
            "jsonl" => Kind::Lines,
            "webhook" => Kind::Webhook,
            "postgres" => Kind::Postgres,
            "nats" => Kind::Nats,
            _ => {
                return Err(failed(
                    "wanted jsonl:-, jsonl:FILE, webhook:URL, postgres:URL or nats:URL".to_owned(),
                ));
            }
        };
        let rest = match rest.strip_prefix('@') {
            Some(path) if kind != Kind::Lines => std::fs::read_to_string(path)
                .map(|text| text.trim().to_owned())
                .map_err(|error| failed(format!("cannot read {path}: {error}")))?,
            _ => rest.to_owned(),
        };
        let address = filled_in(&rest, secrets).map_err(failed)?;
        if address.is_empty() {
            return Err(failed(format!("nothing follows {scheme}:")));
        }
        Ok(Self { name: name.to_owned(), kind, address })
    }

    /// The file that it writes, if it writes one.
    #[must_use]
    pub fn file(&self) -> Option<PathBuf> {
        (self.kind == Kind::Lines && self.address != "-").then(|| PathBuf::from(&self.address))
    }

    /// The sink. Whether somebody listens is seen when something is delivered; what can never be is an
    /// error at once.
    pub(crate) fn open(&self) -> Result<Box<dyn Sink>, StreamError> {
        match self.kind {
            Kind::Lines if self.address == "-" => Ok(Box::new(jsonl::StandardOutput)),
            Kind::Lines => {
                Ok(Box::new(jsonl::LinesFile::new(&self.name, &PathBuf::from(&self.address))))
            }
            #[cfg(feature = "webhook")]
            Kind::Webhook => Ok(Box::new(super::webhook::Webhook::new(&self.name, &self.address)?)),
            #[cfg(feature = "postgres")]
            Kind::Postgres => {
                Ok(Box::new(super::postgres::Postgres::new(&self.name, &self.address)?))
            }
            #[cfg(feature = "nats")]
            Kind::Nats => Ok(Box::new(super::nats::Nats::new(&self.name, &self.address)?)),
            #[cfg(not(all(feature = "webhook", feature = "postgres", feature = "nats")))]
            _ => Err(StreamError::Sink {
                name: self.name.clone(),
                why: "this program was built without that kind of sink (a cargo feature)"
                    .to_owned(),
            }),
        }
    }
}

/// `text` with every `${NAME}` replaced.
fn filled_in(text: &str, secrets: Secrets<'_>) -> Result<String, String> {
    let mut filled = String::new();
    let mut left = text;
    while let Some((before, after)) = left.split_once("${") {
        let (name, rest) = after.split_once('}').ok_or("`${` without `}`")?;
        let value = secrets(name).ok_or_else(|| format!("there is no variable {name}"))?;
        filled.push_str(before);
        filled.push_str(&value);
        left = rest;
    }
    filled.push_str(left);
    Ok(filled)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<SinkTarget, String> {
        let secrets = |name: &str| (name == "TOKEN").then(|| "s3cret".to_owned());
        SinkTarget::parse(text, &secrets).map_err(|error| error.to_string())
    }

    #[test]
    fn secrets_are_filled_in_and_never_shown() {
        let target = parse("hook=webhook:https://x.example/${TOKEN}/in");
        assert_eq!(target.as_ref().map(|t| t.address.as_str()), Ok("https://x.example/s3cret/in"));
        assert!(!format!("{target:?}").contains("s3cret"));
        for (text, says) in [
            ("hook=webhook:https://x/${NONE}", "no variable NONE"),
            ("https://user:s3cret@x", "wanted NAME=URL"),
            ("a b=jsonl:-", "wanted NAME=URL"),
            ("a=ftp://user:s3cret@x", "wanted jsonl:-"),
            ("a=jsonl:", "nothing follows"),
        ] {
            let error = parse(text).err().unwrap_or_default();
            assert!(error.contains(says) && !error.contains("s3cret"), "{text}: {error}");
        }
    }
}
