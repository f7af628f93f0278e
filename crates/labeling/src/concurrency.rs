//! How much trades that overlap in time know apart from one another.

/// How many of a set of trades look at each row, and how unique each of them is.
///
/// A trade from `start` to `end` looks at the rows `start + 1 ..= end`: those after its entry's close,
/// up to the one that it ended in. Its average uniqueness is the mean over these rows of 1 ÷ the number
/// of trades that look at the row. The sum over the trades is the effective number of observations, at
/// most that of the trades (López de Prado, *Advances in Financial Machine Learning*, 2018, chapter 4).
///
/// ```
/// use labeling::Concurrency;
///
/// let trades = [(0, 2), (1, 3)];
/// let concurrency = Concurrency::of(trades);
/// assert_eq!(concurrency.counts(), [0, 1, 2, 1]);
/// assert_eq!(concurrency.uniqueness(0, 2), 0.75);
/// ```
#[derive(Debug, Clone)]
pub struct Concurrency {
    counts: Vec<u32>,
    /// `shares[k]` is the sum over the rows before `k` of 1 ÷ their count, 0 where there is none.
    shares: Vec<f64>,
}

impl Concurrency {
    /// That of `trades`, each its entry's row and the row that it ended in. A trade that ends at its
    /// entry looks at nothing. Memory and time grow with the last row.
    pub fn of(trades: impl IntoIterator<Item = (usize, usize)>) -> Self {
        let trades = trades.into_iter();
        let mut steps: Vec<i64> = Vec::with_capacity(trades.size_hint().0);
        for (start, end) in trades {
            if end > start {
                if steps.len() < end + 2 {
                    steps.resize(end + 2, 0);
                }
                steps[start + 1] += 1;
                steps[end + 1] -= 1;
            }
        }
        steps.pop();
        let mut counts = Vec::with_capacity(steps.len());
        let mut shares = Vec::with_capacity(steps.len() + 1);
        let (mut count, mut total) = (0, 0.0);
        shares.push(total);
        for step in steps {
            count += step;
            let looking = u32::try_from(count).unwrap_or(u32::MAX);
            counts.push(looking);
            total += if looking == 0 { 0.0 } else { 1.0 / f64::from(looking) };
            shares.push(total);
        }
        Self { counts, shares }
    }

    /// How many trades look at each row, from row 0 to the last that any looks at.
    pub fn counts(&self) -> &[u32] {
        &self.counts
    }

    /// The average uniqueness of a trade from `start` to `end`, 0 to 1, which must be one of those
    /// counted; 0 for one that looks at nothing.
    pub fn uniqueness(&self, start: usize, end: usize) -> f64 {
        let at = |row: usize| self.shares.get(row).or(self.shares.last()).copied().unwrap_or(0.0);
        if end <= start { 0.0 } else { (at(end + 1) - at(start + 1)) / (end - start) as f64 }
    }
}
