//! How instants and lists are written in messages.

use chrono::DateTime;

/// `2025-11-01 05:00:00` (UTC), with a fraction where there is one.
pub(crate) fn instant_text(micros: i64) -> String {
    // DuckDB knows `infinity`, which lies beyond every calendar.
    DateTime::from_timestamp_micros(micros).map_or_else(
        || format!("an instant beyond the calendar ({micros} µs)"),
        |instant| instant.format("%Y-%m-%d %H:%M:%S%.f").to_string(),
    )
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
        assert!(instant_text(i64::MAX).contains("beyond the calendar"));
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
