//! How fast a spread comes back, and where it pays to trade it.

use crate::PairsError;
use crate::line::require;

/// Changes of a spread on its level, by least squares: `Δs_t = a + b·s_{t−1} + e_t`.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LevelRegression {
    /// The constant.
    pub a: f64,
    /// The slope; below 0 where the spread comes back.
    pub b: f64,
    /// The slope's standard error, from `Σe²/(n − 2)`.
    pub b_error: f64,
    /// `Σe²/n`.
    pub residual_variance: f64,
}

impl LevelRegression {
    /// The regression over a spread's rows.
    ///
    /// # Errors
    /// Fewer than four rows, a value that is no number, or a spread that does not vary.
    pub fn of(spread: &[f64]) -> Result<Self, PairsError> {
        require(spread, 4)?;
        let n = (spread.len() - 1) as f64;
        let level = &spread[..spread.len() - 1];
        let mean = level.iter().sum::<f64>() / n;
        let mean_change = (spread[spread.len() - 1] - spread[0]) / n;
        let (mut squares, mut products) = (0.0, 0.0);
        for pair in spread.windows(2) {
            let level = pair[0] - mean;
            squares += level * level;
            products += level * (pair[1] - pair[0] - mean_change);
        }
        if squares <= n * (f64::EPSILON * mean).powi(2) {
            return Err(PairsError::Constant { series: "spread" });
        }
        let b = products / squares;
        let a = mean_change - b * mean;
        let error = |pair: &[f64]| pair[1] - pair[0] - a - b * pair[0];
        let left: f64 = spread.windows(2).map(|pair| error(pair).powi(2)).sum();
        let b_error = (left / (n - 2.0) / squares).sqrt();
        Ok(Self { a, b, b_error, residual_variance: left / n })
    }

    /// The Ornstein–Uhlenbeck process that the rows are of; `None` where `1 + b` is outside (0, 1):
    /// then no reversion is seen.
    #[must_use]
    pub fn process(&self) -> Option<OrnsteinUhlenbeck> {
        (-1.0 < self.b && self.b < 0.0).then(|| {
            let theta = -self.b.ln_1p();
            let phi = 1.0 + self.b;
            let variance = self.residual_variance / ((1.0 - phi) * (1.0 + phi));
            OrnsteinUhlenbeck {
                theta,
                mean: -self.a / self.b,
                sigma: (variance * 2.0 * theta).sqrt(),
            }
        })
    }
}

/// `ds = θ·(μ − s)·dt + σ·dW`, time in rows.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct OrnsteinUhlenbeck {
    /// θ, the speed of reversion a row.
    pub theta: f64,
    /// μ, what it comes back to.
    pub mean: f64,
    /// σ, a row's square root.
    pub sigma: f64,
}

/// Where a spread is entered and left, relative to its mean, and what that earns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Thresholds {
    /// Where a long is entered, below 0; a short at the mirror image.
    pub entry: f64,
    /// Where the long is left: as far above.
    pub exit: f64,
    /// Mean rows from one entry to the next.
    pub cycle_rows: f64,
    /// Mean return a row, cost deducted, in units of the spread.
    pub return_per_row: f64,
}

impl OrnsteinUhlenbeck {
    /// `ln 2/θ`, in rows.
    #[must_use]
    pub fn half_life(&self) -> f64 {
        std::f64::consts::LN_2 / self.theta
    }

    /// `σ/√(2θ)`.
    #[must_use]
    pub fn stationary_deviation(&self) -> f64 {
        self.sigma / (2.0 * self.theta).sqrt()
    }

    /// Bertram's (2010) thresholds of the largest return a row: with `u = −entry·√θ/σ` and
    /// `κ = cost·√θ/σ`, the root of `(2u − κ)·e^{u²}/√π = erfi(u)`. `cost` is that of the round trip,
    /// in units of the spread.
    ///
    /// # Errors
    /// A cost that is not a finite number above 0, or one so large beside σ that no threshold can be
    /// told.
    pub fn thresholds(&self, cost: f64) -> Result<Thresholds, PairsError> {
        let refused = PairsError::Cost { found: cost, sigma: self.sigma };
        let unit = self.sigma / self.theta.sqrt();
        let kappa = cost / unit;
        if !(kappa > 0.0 && kappa < MOST_KAPPA) {
            return Err(refused);
        }
        let excess =
            |u: f64| (2.0 * u - kappa) * (u * u).exp() / std::f64::consts::PI.sqrt() - erfi(u);
        // Below κ/2 the trade pays less than it costs; e^{u²} outgrows erfi soon after.
        let (mut low, mut high) = (kappa / 2.0, kappa / 2.0 + 1.0);
        while excess(high) <= 0.0 {
            high += 1.0;
            if high > 2.0 * MOST_KAPPA {
                return Err(refused);
            }
        }
        for _ in 0..200 {
            let middle = f64::midpoint(low, high);
            if middle <= low || middle >= high {
                break;
            }
            if excess(middle) > 0.0 { high = middle } else { low = middle }
        }
        let u = high;
        let cycle_rows = 2.0 * std::f64::consts::PI / self.theta * erfi(u);
        let exit = u * unit;
        Ok(Thresholds {
            entry: -exit,
            exit,
            cycle_rows,
            return_per_row: (2.0 * exit - cost) / cycle_rows,
        })
    }
}

/// Costs beyond this multiple of σ/√θ are not traded: `e^{u²}` would leave the range of a double.
const MOST_KAPPA: f64 = 12.0;

/// `erfi(u) = 2/√π·Σ u^{2k+1}/(k!·(2k + 1))`: all terms are positive, so that none cancels another.
fn erfi(u: f64) -> f64 {
    let mut power = u;
    let mut sum = u;
    for k in 1..2_000_u32 {
        power *= u * u / f64::from(k);
        let term = power / f64::from(2 * k + 1);
        sum += term;
        if term <= sum * 1e-17 {
            break;
        }
    }
    std::f64::consts::FRAC_2_SQRT_PI * sum
}
