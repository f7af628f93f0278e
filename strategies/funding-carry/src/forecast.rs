//! What the next payments are expected to add up to.

/// An exponentially weighted mean that starts at the first value: `m ← m + (1 − ½^{1/h})·(r − m)`.
#[derive(Debug, Clone, PartialEq)]
pub struct Ewma {
    weight: f64,
    mean: Option<f64>,
}

impl Ewma {
    /// With a memory that halves in `half_life` values, a number above 0.
    #[must_use]
    pub fn new(half_life: f64) -> Self {
        Self { weight: 1.0 - 0.5_f64.powf(half_life.recip()), mean: None }
    }

    /// Takes the next value; the mean with it.
    pub fn update(&mut self, value: f64) -> f64 {
        let mean = self.mean.map_or(value, |mean| mean + self.weight * (value - mean));
        self.mean = Some(mean);
        mean
    }
}

/// A second opinion: the sum of the next values where each comes back to the mean of all so far by
/// `b`, the slope of values on those before them, within 0 and 0.999.
///
/// ```text
/// H·mean + (last − mean)·b·(1 − b^H)/(1 − b)
/// ```
#[derive(Debug, Clone, PartialEq, Default)]
pub struct AutoregressiveSum {
    count: f64,
    mean: f64,
    last: Option<f64>,
    pairs: f64,
    mean_before: f64,
    mean_after: f64,
    /// Σ(before − mean)² and Σ(before − mean)(after − mean).
    squares: f64,
    products: f64,
}

impl AutoregressiveSum {
    /// Takes the next value.
    pub fn update(&mut self, value: f64) {
        self.count += 1.0;
        self.mean += (value - self.mean) / self.count;
        if let Some(before) = self.last.replace(value) {
            self.pairs += 1.0;
            let from_mean = before - self.mean_before;
            self.mean_before += from_mean / self.pairs;
            self.mean_after += (value - self.mean_after) / self.pairs;
            self.squares += from_mean * (before - self.mean_before);
            self.products += from_mean * (value - self.mean_after);
        }
    }

    /// The expected sum of the next `horizon` values; `None` while the values do not vary.
    #[must_use]
    pub fn sum(&self, horizon: u32) -> Option<f64> {
        let last = self.last.filter(|_| self.squares > 0.0)?;
        let b = (self.products / self.squares).clamp(0.0, 0.999);
        let steps = f64::from(horizon);
        let decay = b * (1.0 - b.powf(steps)) / (1.0 - b);
        Some(steps * self.mean + (last - self.mean) * decay)
    }
}
