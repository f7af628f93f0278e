//! Parts of messages.

use std::fmt;
use std::path::Path;

use chrono::{DateTime, TimeDelta, Utc};
use market_data::TimeSpan;
use terminal::counted;

pub(crate) fn minute(instant: DateTime<Utc>) -> impl fmt::Display {
    instant.format("%Y-%m-%d %H:%M")
}

pub(crate) fn span_text(span: TimeDelta) -> String {
    let minutes = span.num_minutes();
    match minutes {
        _ if minutes == 0 || minutes % 60 != 0 => format!("{minutes} min"),
        _ => format!("{} h", minutes / 60),
    }
}

pub(crate) fn available_text(available: Option<&TimeSpan>) -> String {
    available.map_or_else(
        || "it has none at all".to_owned(),
        |span| {
            let rows = counted(span.rows, "row");
            format!("{rows} from {} to {} UTC", minute(span.first), minute(span.last))
        },
    )
}

pub(crate) fn keys_there_are(file: &Path, dataset: &str, keys: &[String]) -> String {
    if keys.is_empty() {
        return String::new();
    }
    format!("; `targets` of {} has for {dataset}: {}", file.display(), keys.join(", "))
}
