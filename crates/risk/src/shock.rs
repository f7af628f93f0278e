//! Short-run volatility over long-run volatility.

/// Root mean squared return of the last rows over that of more rows.
#[derive(Debug, Clone)]
pub(crate) struct VolatilityRatio {
    short: usize,
    /// The squared returns of the long window, in a ring.
    squares: Vec<f64>,
    long: usize,
    next: usize,
    sums: [f64; 2],
}

impl VolatilityRatio {
    pub(crate) fn new(short: usize, long: usize) -> Self {
        Self { short, squares: Vec::new(), long, next: 0, sums: [0.0; 2] }
    }

    pub(crate) fn update(&mut self, square: f64) {
        if self.squares.len() < self.long {
            self.squares.push(square);
        } else {
            self.sums[1] -= self.squares[self.next];
            self.squares[self.next] = square;
        }
        self.sums[0] += square;
        self.sums[1] += square;
        let here = self.next;
        self.next = (self.next + 1) % self.long;
        if self.squares.len() > self.short {
            self.sums[0] -= self.squares[(here + self.long - self.short) % self.long];
        }
        if self.next == 0 {
            // What rounding has left in the sums goes once a round.
            let recent = self.long - self.short;
            self.sums = [self.squares[recent..].iter().sum(), self.squares.iter().sum()];
        }
    }

    /// The ratio; none before the long window is full or where nothing has moved in it.
    pub(crate) fn get(&self) -> Option<f64> {
        let [short, long] = self.sums;
        let full = self.squares.len() == self.long && long > 0.0;
        full.then(|| (short.max(0.0) / self.short as f64 / (long / self.long as f64)).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equals_what_the_windows_hold() {
        let squares: Vec<f64> = (0..100_u32).map(|k| f64::from((k * 37) % 11) * 1e-5).collect();
        let mut ratio = VolatilityRatio::new(3, 10);
        for (row, &square) in squares.iter().enumerate() {
            ratio.update(square);
            let mean = |n: usize| squares[row + 1 - n..=row].iter().sum::<f64>() / n as f64;
            match ratio.get() {
                Some(found) => {
                    assert!((found - (mean(3) / mean(10)).sqrt()).abs() < 1e-9, "row {row}");
                }
                None => assert!(row < 9),
            }
        }
    }
}
