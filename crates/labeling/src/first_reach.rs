//! The first candle whose price reaches a barrier, in time that does not depend on how far it is.

/// Candles met from the last to the first, searchable for the first of them that reaches a barrier.
///
/// Only records are kept: a candle that an earlier one reaches or outdoes is never the first to
/// reach anything. So along the stack, from its bottom (latest) to its top (earliest), prices
/// retreat, and the candles that reach a barrier are a run at the bottom, whose last member is the
/// first of all in time. `push` takes O(1) amortised, `at` O(log n).
pub(crate) struct FirstReach<'a, F> {
    prices: &'a [f64],
    /// Whether a price (first argument) reaches a barrier (second): `≥` for highs, `≤` for lows.
    reaches: F,
    records: Vec<usize>,
}

impl<'a, F: Fn(f64, f64) -> bool> FirstReach<'a, F> {
    pub(crate) fn new(prices: &'a [f64], reaches: F) -> Self {
        Self { prices, reaches, records: Vec::new() }
    }

    /// Adds the candle before all that were added until now.
    pub(crate) fn push(&mut self, candle: usize) {
        let price = self.prices[candle];
        while self.records.pop_if(|record| (self.reaches)(price, self.prices[*record])).is_some() {}
        self.records.push(candle);
    }

    /// The first candle, of those added, whose price reaches `barrier`.
    pub(crate) fn at(&self, barrier: f64) -> Option<usize> {
        let reaching =
            self.records.partition_point(|&record| (self.reaches)(self.prices[record], barrier));
        reaching.checked_sub(1).map(|last| self.records[last])
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_first_of_several_that_reach() {
        let prices = [3.0, 1.0, 4.0, 4.0, 2.0, 6.0];
        let mut highs = FirstReach::new(&prices, |price, barrier| price >= barrier);
        assert_eq!(highs.at(0.0), None);
        for candle in (1..prices.len()).rev() {
            highs.push(candle);
        }
        assert_eq!(highs.records, [5, 2, 1]);
        for (barrier, expect) in [
            (0.5, Some(1)),
            (1.0, Some(1)),
            (2.0, Some(2)),
            (4.0, Some(2)),
            (5.0, Some(5)),
            (6.5, None),
        ] {
            assert_eq!(highs.at(barrier), expect, "barrier {barrier}");
        }
    }
}
