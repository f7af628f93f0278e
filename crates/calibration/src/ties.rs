//! Rows of equal probability, which have no order among themselves.

/// The rows that have the probability `p`.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Ties {
    pub(crate) p: f64,
    pub(crate) rows: usize,
    pub(crate) hits: usize,
}

impl Ties {
    pub(crate) fn misses(&self) -> usize {
        self.rows - self.hits
    }

    pub(crate) fn hit_rate(&self) -> f64 {
        self.hits as f64 / self.rows as f64
    }
}

/// The distinct probabilities, ascending, in `O(n log n)`. −0 and 0 are one probability. Whatever
/// is computed from these cannot depend on the order of the rows.
pub(crate) fn tied_rows(p: &[f64], y: &[bool]) -> Vec<Ties> {
    let mut rows: Vec<(f64, bool)> = p.iter().copied().zip(y.iter().copied()).collect();
    rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0));
    rows.chunk_by(|a, b| a.0 == b.0)
        .map(|tied| Ties {
            // Adding zero turns −0 into 0.
            p: tied[0].0 + 0.0,
            rows: tied.len(),
            hits: tied.iter().filter(|row| row.1).count(),
        })
        .collect()
}
