//! Parts of messages.

use chrono::{DateTime, Utc};
use market_data::TimeSpan;
use terminal::counted;

/// `long from bin 25 and short up to bin 2`, or the side that is traded.
pub(super) fn rule_text(long: Option<u16>, short: Option<u16>) -> String {
    let long = long.map(|bin| format!("long from bin {bin}"));
    let short = short.map(|bin| format!("short up to bin {bin}"));
    [long, short].into_iter().flatten().collect::<Vec<_>>().join(" and ")
}

/// ` of 20 bins: wanted 1 ≤ short < long ≤ 20`, and by which flags.
pub(super) fn of_bins_text(n_bins: Option<u16>) -> String {
    let flags = "--short-bin-threshold, --long-bin-threshold";
    match n_bins {
        None => format!(": wanted 1 ≤ short < long ≤ the number of bins ({flags})"),
        Some(n) => format!(" of {n} bins: wanted 1 ≤ short < long ≤ {n} ({flags})"),
    }
}

fn minute(instant: DateTime<Utc>) -> impl std::fmt::Display {
    instant.format("%Y-%m-%d %H:%M")
}

pub(super) fn available_text(available: Option<&TimeSpan>) -> String {
    available.map_or_else(
        || "it has none at all".to_owned(),
        |span| {
            let rows = counted(span.rows, "row");
            format!("{rows} from {} to {} UTC", minute(span.first), minute(span.last))
        },
    )
}
