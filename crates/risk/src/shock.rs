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
    /// Whether the long window is.
    full: bool,
}

impl VolatilityRatio {
    pub(crate) fn new(short: usize, long: usize) -> Self {
        Self { short, squares: Vec::new(), long, next: 0, sums: [0.0; 2], full: false }
    }

    pub(crate) fn update(&mut self, square: f64) {
        if self.squares.len() < self.long {
            self.squares.push(square);
            self.full = self.squares.len() == self.long;
        } else {
            self.sums[1] -= self.squares[self.next];
            self.squares[self.next] = square;
        }
        self.sums[0] += square;
        self.sums[1] += square;
        let here = self.next;
        self.next = if here + 1 == self.long { 0 } else { here + 1 };
        if self.squares.len() > self.short {
            let left = if here >= self.short { here } else { here + self.long };
            self.sums[0] -= self.squares[left - self.short];
        }
        if self.next == 0 {
            // What rounding has left in the sums goes once a round.
            let recent = self.long - self.short;
            self.sums = [self.squares[recent..].iter().sum(), self.squares.iter().sum()];
        }
    }

    /// The sums of both windows, and 1 once the long one is full.
    pub(crate) fn state(&self) -> [f64; 3] {
        [self.sums[0], self.sums[1], f64::from(u8::from(self.full))]
    }

    /// Takes over such sums, to be asked for the ratio alone.
    pub(crate) fn set(&mut self, [short, long, full]: [f64; 3]) {
        (self.sums, self.full) = ([short, long], full != 0.0);
    }

    /// The ratio; none before the long window is full or where nothing has moved in it.
    pub(crate) fn get(&self) -> Option<f64> {
        let [short, long] = self.sums;
        (self.full && long > 0.0)
            .then(|| (short.max(0.0) / self.short as f64 / (long / self.long as f64)).sqrt())
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
