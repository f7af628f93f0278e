//! A hedge ratio that drifts.

/// A Kalman filter of `y_t = β_t·x_t + α_t + e_t`, where `(β, α)` is a random walk.
///
/// The walk's steps have the covariance `δ/(1 − δ)·I`, the error the variance `V`. The first row's
/// state is `(0, 0)` with the covariance `I`.
#[derive(Debug, Clone, PartialEq)]
pub struct KalmanHedge {
    step_variance: f64,
    observation_variance: f64,
    beta: f64,
    alpha: f64,
    /// Covariance of β and α: `[var β, cov, var α]`.
    covariance: [f64; 3],
    started: bool,
}

/// What a row tells the filter.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Innovation {
    /// `y` less what the rows before made of it.
    pub value: f64,
    /// Its variance, as the rows before put it.
    pub variance: f64,
}

impl Innovation {
    /// In standard deviations.
    #[must_use]
    pub fn z(&self) -> f64 {
        self.value / self.variance.sqrt()
    }
}

impl KalmanHedge {
    /// A filter before its first row. `delta` lies in (0, 1), the variance above 0.
    #[must_use]
    pub fn new(delta: f64, observation_variance: f64) -> Self {
        Self {
            step_variance: delta / (1.0 - delta),
            observation_variance,
            beta: 0.0,
            alpha: 0.0,
            covariance: [1.0, 0.0, 1.0],
            started: false,
        }
    }

    /// Takes the next row: what it says against the state before it.
    pub fn update(&mut self, x: f64, y: f64) -> Innovation {
        let [mut bb, ba, mut aa] = self.covariance;
        if self.started {
            bb += self.step_variance;
            aa += self.step_variance;
        }
        self.started = true;
        // P·(x, 1), which is the gain but for the innovation's variance.
        let (to_beta, to_alpha) = (bb * x + ba, ba * x + aa);
        let variance = to_beta * x + to_alpha + self.observation_variance;
        let value = y - self.beta * x - self.alpha;
        self.beta += to_beta / variance * value;
        self.alpha += to_alpha / variance * value;
        self.covariance = [
            bb - to_beta * to_beta / variance,
            ba - to_beta * to_alpha / variance,
            aa - to_alpha * to_alpha / variance,
        ];
        Innovation { value, variance }
    }

    /// The slope after the last row.
    #[must_use]
    pub fn beta(&self) -> f64 {
        self.beta
    }

    /// The intercept after the last row.
    #[must_use]
    pub fn alpha(&self) -> f64 {
        self.alpha
    }

    /// Variance of β, covariance of β and α, variance of α, after the last row.
    #[must_use]
    pub fn covariance(&self) -> [f64; 3] {
        self.covariance
    }
}
