//! Instants as text, UTC.

use chrono::{DateTime, SecondsFormat};

/// `2025-11-01T05:00:00Z`, with microseconds where there are any.
#[must_use]
pub fn text(micros: i64) -> String {
    match DateTime::from_timestamp_micros(micros) {
        Some(instant) if micros % 1_000_000 == 0 => {
            instant.to_rfc3339_opts(SecondsFormat::Secs, true)
        }
        Some(instant) => instant.to_rfc3339_opts(SecondsFormat::Micros, true),
        None => format!("{micros} µs"),
    }
}
