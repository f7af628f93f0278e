//! One alert, as Alertmanager wants to hear of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// Names and values that tell one alert from another.
pub type Labels = BTreeMap<String, String>;

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Says that the monitor lives.
    None,
    /// Look at it.
    Warning,
    /// Stop trading on it until somebody has looked.
    Critical,
}

impl Severity {
    /// `none`, `warning`, `critical`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::Warning => "warning",
            Self::Critical => "critical",
        }
    }
}

/// Something to be told. Instants are RFC 3339 in UTC.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alert {
    /// `firing` or `resolved`.
    pub status: String,
    /// Rule, journal, side, severity: the same as long as it is the same alert.
    pub labels: Labels,
    /// What was found, in words; may change.
    pub annotations: Labels,
    /// Since when.
    #[serde(rename = "startsAt")]
    pub starts_at: String,
    /// Until when; the year 1 while it fires, as Alertmanager writes it.
    #[serde(rename = "endsAt")]
    pub ends_at: String,
    /// Where it comes from.
    #[serde(rename = "generatorURL")]
    pub generator_url: String,
    /// See [`fingerprint`].
    pub fingerprint: String,
}

/// What `endsAt` is while an alert fires.
pub(crate) const NOT_YET: &str = "0001-01-01T00:00:00Z";

/// The fingerprint that Prometheus and Alertmanager give these labels: FNV-1a of 64 bits over the names
/// and values in order of the names, each followed by the byte 255; 16 hexadecimal digits.
#[must_use]
pub fn fingerprint(labels: &Labels) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    let mut add = |bytes: &[u8]| {
        for &byte in bytes.iter().chain(&[255]) {
            hash = (hash ^ u64::from(byte)).wrapping_mul(0x0000_0100_0000_01b3);
        }
    };
    for (name, value) in labels {
        add(name.as_bytes());
        add(value.as_bytes());
    }
    format!("{hash:016x}")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The hash of nothing is FNV's offset; of the rest by prometheus/common's `LabelsToSignature`.
    #[test]
    fn fingerprints_are_those_of_alertmanager() {
        assert_eq!(fingerprint(&Labels::new()), "cbf29ce484222325");
        let one = Labels::from([("a".to_owned(), "b".to_owned())]);
        let two = Labels::from([("a".to_owned(), "b".to_owned()), ("c".to_owned(), String::new())]);
        assert_ne!(fingerprint(&one), fingerprint(&two));
        assert_eq!(fingerprint(&one), fingerprint(&one.clone()));
    }
}
