//! Rows that are the same whenever and wherever they are made.

/// Knuth's multiplier and increment for a linear congruential generator modulo 2^64.
const MULTIPLIER: u64 = 6_364_136_223_846_793_005;
const INCREMENT: u64 = 1_442_695_040_888_963_407;

/// So many rows. No libm is used on the way, so that the bits are the same on every machine.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Rows(usize);

impl Rows {
    pub(crate) fn new(rows: usize) -> Self {
        Self(rows)
    }

    pub(crate) fn count(self) -> usize {
        self.0
    }

    /// Scores in (0, 1), more of them low than high.
    pub(crate) fn scores(self) -> Vec<f64> {
        let mut uniform = uniform(1);
        let mut scores = Vec::with_capacity(self.0);
        scores.extend((0..self.0).map(|_| uniform() * uniform()));
        scores
    }

    /// Weights in (0, 2).
    pub(crate) fn weights(self) -> Vec<f64> {
        let mut uniform = uniform(4);
        (0..self.0).map(|_| 2.0 * uniform()).collect()
    }

    /// Open, high, low and close of a walk whose minutes move by some 0.05 %.
    pub(crate) fn prices(self) -> [Vec<f64>; 4] {
        let mut uniform = uniform(3);
        let mut columns = [(); 4].map(|()| Vec::with_capacity(self.0));
        let mut price = 30_000.0_f64;
        for _ in 0..self.0 {
            let open = price;
            // The sum of four is near enough to a bell; a pull towards 30,000 keeps it in sight.
            let step = (0..4).map(|_| uniform() - 0.5).sum::<f64>();
            price *= 1.0 + 0.001 * step + 2e-6 * (1.0 - price / 30_000.0);
            let high = open.max(price) * (1.0 + 0.0005 * uniform());
            let low = open.min(price) * (1.0 - 0.0005 * uniform());
            for (column, value) in columns.iter_mut().zip([open, high, low, price]) {
                column.push(value);
            }
        }
        columns
    }
}

/// Labels that come true the more often the higher the score is, half as often as it says.
pub(crate) fn labels(scores: &[f64]) -> Vec<bool> {
    let mut uniform = uniform(2);
    scores.iter().map(|score| uniform() < 0.1 + 0.5 * score).collect()
}

/// Numbers in (0, 1), evenly spread.
fn uniform(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state = state.wrapping_mul(MULTIPLIER).wrapping_add(INCREMENT);
        // The low bits of such a generator repeat soon; the upper 52 do.
        ((state >> 12) as f64 + 0.5) / (1_u64 << 52) as f64
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_what_they_claim() {
        let rows = Rows::new(20_000);
        let scores = rows.scores();
        assert!(scores.iter().all(|&score| 0.0 < score && score < 1.0));
        assert!(rows.weights().iter().all(|&weight| 0.0 < weight && weight < 2.0));
        let hits = labels(&scores).iter().filter(|&&hit| hit).count();
        assert!((3_000..6_000).contains(&hits), "{hits}");
        let [open, high, low, close] = rows.prices();
        for row in 0..open.len() {
            assert!(
                low[row] <= open[row].min(close[row]) && open[row].max(close[row]) <= high[row]
            );
            assert!((10_000.0..90_000.0).contains(&close[row]));
        }
    }

    #[test]
    fn the_first_rows_do_not_depend_on_how_many_follow() {
        assert_eq!(Rows::new(10).scores(), Rows::new(20).scores()[..10]);
    }
}
