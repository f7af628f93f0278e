//! How instants and lists are written in messages.

use std::path::Path;

use chrono::DateTime;
use tabular::Format;

/// DuckDB's `-infinity`, in every unit of 64 bits; `infinity` is the largest number.
pub(crate) const MINUS_INFINITY: i64 = -i64::MAX;

/// `2025-11-01 05:00:00` (UTC), with a fraction where there is one.
pub(crate) fn instant_text(micros: i64) -> String {
    match (DateTime::from_timestamp_micros(micros), micros) {
        (Some(instant), _) => instant.format("%Y-%m-%d %H:%M:%S%.f").to_string(),
        // DuckDB's infinities, written as it does.
        (None, i64::MAX) => "infinity".to_owned(),
        (None, i64::MIN..=MINUS_INFINITY) => "-infinity".to_owned(),
        (None, _) => format!("beyond the calendar ({micros} µs)"),
    }
}

/// How many names a message lists.
const LISTED: usize = 10;

/// `a, b, c and 4 more`.
pub(crate) fn listed(names: &[String]) -> String {
    let shown = names.iter().take(LISTED).map(String::as_str).collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(LISTED) {
        0 if names.is_empty() => "none".to_owned(),
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}

/// Which tables a file has that lacks one whose name begins with `wanted`: those that are read, and those
/// of other schemas, which are not.
pub(crate) fn there_is(found: &[String], elsewhere: &[String], wanted: &str) -> String {
    let begins = |name: &&String| {
        let table = name.split_once('.').map_or("", |(_, table)| table);
        table.get(..wanted.len()).is_some_and(|begin| begin.eq_ignore_ascii_case(wanted))
    };
    match (elsewhere.iter().find(begins), found, elsewhere) {
        (Some(other), ..) => format!(
            "there is {other}, in another schema than main, which alone is read: make a view of it in \
             main, or copy it there"
        ),
        (None, [], [_, ..]) => {
            format!("its schema main has no tables, others have {}", listed(elsewhere))
        }
        (None, found, _) => format!("it has {}", listed(found)),
    }
}

/// What to do about candles whose name does not tell that they are `dataset`'s. Of another instrument than
/// the strategy's own (`other`) no flag names the table.
pub(crate) fn if_right(path: &Path, table: &str, dataset: &str, other: bool) -> String {
    let name = path.extension().filter(|_| Format::of_path(path).is_some()).map(|ending| {
        let ending = ending.to_string_lossy();
        format!("name the file after instrument and interval, as in btcusdt_1h.{ending}")
    });
    let flag = format!("pass --ohlcv-table {table} if they are the right candles");
    match (name, other) {
        (Some(name), false) => {
            format!("{name}, or {flag}; otherwise another file, or check --dataset")
        }
        (None, false) => format!("{flag}, otherwise another file, or check --dataset"),
        (name, true) => format!(
            "{} if they are the right candles, otherwise name another file with --other-ohlcv \
             {dataset}=FILE",
            name.as_deref().unwrap_or("rename the table")
        ),
    }
}

/// What to do about rows of these feature keys that contradict each other.
pub(crate) fn advice(feature_keys: &[String]) -> String {
    match feature_keys {
        [] | [_] => {
            ": rows of one `feature_key` and one `created_at` differ, so one must be deleted"
                .to_owned()
        }
        keys => format!(": choose one of the feature keys {} with --feature-key", listed(keys)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn instants_read_as_people_write_them() {
        assert_eq!(instant_text(1_761_973_200_000_000), "2025-11-01 05:00:00");
        assert_eq!(instant_text(1_761_973_200_500_000), "2025-11-01 05:00:00.500");
        assert_eq!(instant_text(i64::MAX), "infinity");
        assert_eq!([i64::MIN, -i64::MAX].map(instant_text), ["-infinity"; 2]);
        assert!(instant_text(i64::MAX - 1).contains("beyond the calendar"));
    }

    #[test]
    fn long_lists_are_cut() {
        let names: Vec<String> = (1..=13).map(|n| n.to_string()).collect();
        assert_eq!(listed(&names), "1, 2, 3, 4, 5, 6, 7, 8, 9, 10 and 3 more");
        assert_eq!(listed(&names[..2]), "1, 2");
        assert_eq!(listed(&[]), "none");
    }

    #[test]
    fn feature_keys_are_offered_only_where_they_help() {
        assert!(advice(&["a".into(), "b".into()]).contains("a, b with --feature-key"));
        assert!(!advice(&["a".into()]).contains("--feature-key"));
    }
}
