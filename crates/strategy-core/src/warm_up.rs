//! The first rows, which a strategy cannot decide on as it will on later ones.

/// Counts a strategy's first rows, in which its windows fill, so that it can say so.
///
/// Keep it beside the indicators, tell it of each row, and return its remark from
/// [`Strategy::remarks`](crate::Strategy::remarks).
///
/// ```
/// use strategy_core::WarmUp;
///
/// let mut warm_up = WarmUp::new(14, "no RSI yet");
/// warm_up.count(100);
/// let remark = warm_up.remark().unwrap();
/// assert!(remark.starts_with("the first 14 of 100 rows have no RSI yet: 14"));
///
/// assert_eq!(WarmUp::new(0, "nothing to wait for").remark(), None);
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WarmUp {
    needed: usize,
    seen: usize,
    lacking: &'static str,
}

impl WarmUp {
    /// `needed` rows, from the first, have what `lacking` says: it completes "these rows have …".
    #[must_use]
    pub const fn new(needed: usize, lacking: &'static str) -> Self {
        Self { needed, seen: 0, lacking }
    }

    /// So many more rows have been decided on.
    pub fn count(&mut self, rows: usize) {
        self.seen = self.seen.saturating_add(rows);
    }

    /// What the person should hear; nothing when there was no such row.
    #[must_use]
    pub fn remark(&self) -> Option<String> {
        let Self { needed, seen, lacking } = *self;
        let cold = needed.min(seen);
        let which = match (cold, seen) {
            (0, _) => return None,
            (1, 1) => "the only row has".to_owned(),
            (cold, seen) if cold == seen => format!("all {seen} rows have"),
            (1, seen) => format!("the first of {seen} rows has"),
            (cold, seen) => format!("the first {cold} of {seen} rows have"),
        };
        Some(format!(
            "{which} {lacking}: {needed} {} needed first. If there are earlier ones, let --start be that \
             many rows earlier",
            if needed == 1 { "row is" } else { "rows are" },
        ))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(needed: usize, batches: &[usize], expect: Option<&str>) {
        let mut warm_up = WarmUp::new(needed, "no RSI");
        for &rows in batches {
            warm_up.count(rows);
        }
        let remark = warm_up.remark();
        assert_eq!(remark.as_deref().and_then(|remark| remark.split('.').next()), expect);
    }

    #[test]
    fn tells_how_many_rows_and_of_how_many() {
        check(14, &[], None);
        check(0, &[5], None);
        check(
            14,
            &[10, 90],
            Some("the first 14 of 100 rows have no RSI: 14 rows are needed first"),
        );
        check(14, &[14], Some("all 14 rows have no RSI: 14 rows are needed first"));
        check(14, &[5], Some("all 5 rows have no RSI: 14 rows are needed first"));
        check(14, &[1], Some("the only row has no RSI: 14 rows are needed first"));
        check(1, &[3], Some("the first of 3 rows has no RSI: 1 row is needed first"));
    }
}
