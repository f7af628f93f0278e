//! The beta-linear pool: a linear pool, recalibrated.

use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};
use statrs::function::beta::beta_reg;

use crate::PoolError;
use crate::linear::LinearPool;
use crate::members::MemberRows;
use crate::newton::{Local, minimise};

/// `p = I_{Σ w_k·p_k}(α, β)`, the regularised incomplete beta function of a linear pool (Ranjan and
/// Gneiting 2010): a linear pool of calibrated members is underconfident, and this sharpens it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct BetaLinearPool {
    /// α, above 0.
    pub alpha: f64,
    /// β, above 0.
    pub beta: f64,
    /// Weights at 0 or above that add up to 1.
    pub weights: Vec<f64>,
}

/// Step of the central differences in ln α and ln β.
const STEP: f64 = 1e-5;
/// Beyond `e^±8` the function is a step.
const MOST_LOG: f64 = 8.0;

impl BetaLinearPool {
    /// The largest likelihood, by Fisher's scoring from the linear pool.
    ///
    /// # Errors
    /// Where only one class occurs, or where no maximum is found.
    pub fn fit(rows: &MemberRows<'_>) -> Result<Self, PoolError> {
        let mut weights = LinearPool::fit(rows)?.weights;
        let members = weights.len();
        let probabilities = rows.mapped(|p| p.clamp(1e-6, 1.0 - 1e-6));
        let (mut log_alpha, mut log_beta) = (0.0, 0.0);
        // The weight of one member follows from the others': the largest one's, which is not at 0.
        for _ in 0..=members {
            let rest = largest(&weights);
            let others: Vec<usize> = (0..members).filter(|&k| k != rest).collect();
            let with = |at: &DVector<f64>| {
                let mut weights = vec![0.0; members];
                for (i, &k) in others.iter().enumerate() {
                    weights[k] = at[2 + i];
                }
                weights[rest] = 1.0 - weights.iter().sum::<f64>();
                Self { alpha: at[0].exp(), beta: at[1].exp(), weights }
            };
            let objective = |at: &DVector<f64>| {
                let pool = with(at);
                let possible =
                    pool.weights[rest] >= 0.0 && at[0].abs() <= MOST_LOG && at[1].abs() <= MOST_LOG;
                let size = 2 + others.len();
                let mut local = Local {
                    value: if possible { 0.0 } else { f64::INFINITY },
                    gradient: DVector::zeros(size),
                    hessian: DMatrix::zeros(size, size),
                };
                if possible {
                    for (row, &label) in probabilities.iter().zip(rows.labels()) {
                        pool.add(row, label, rest, &others, &mut local);
                    }
                    local.hessian.fill_upper_triangle_with_lower_triangle();
                }
                local
            };
            let mut start = DVector::from_element(2 + others.len(), log_alpha);
            start[1] = log_beta;
            for (i, &k) in others.iter().enumerate() {
                start[2 + i] = weights[k];
            }
            let tolerance = 1e-6 * rows.rows() as f64;
            let found = minimise(start, |i| i >= 2, tolerance, objective);
            let found = found.ok_or(PoolError::NoMinimum { pool: "beta-linear" })?;
            (log_alpha, log_beta) = (found[0], found[1]);
            weights = with(&found).weights;
            if largest(&weights) == rest {
                break;
            }
        }
        Ok(Self { alpha: log_alpha.exp(), beta: log_beta.exp(), weights })
    }

    /// Adds a row's log loss, its gradient, and its share of Fisher's information.
    fn add(&self, row: &[f64], label: bool, rest: usize, others: &[usize], local: &mut Local) {
        let mean: f64 = row.iter().zip(&self.weights).map(|(p, w)| p * w).sum();
        let q = |log_alpha: f64, log_beta: f64, mean: f64| {
            incomplete(log_alpha.exp(), log_beta.exp(), mean)
        };
        let (a, b) = (self.alpha.ln(), self.beta.ln());
        let pooled = q(a, b, mean);
        let by_mean = {
            let step = STEP * mean.min(1.0 - mean);
            (q(a, b, mean + step) - q(a, b, mean - step)) / (2.0 * step)
        };
        let mut slopes = vec![
            (q(a + STEP, b, mean) - q(a - STEP, b, mean)) / (2.0 * STEP),
            (q(a, b + STEP, mean) - q(a, b - STEP, mean)) / (2.0 * STEP),
        ];
        slopes.extend(others.iter().map(|&k| by_mean * (row[k] - row[rest])));
        local.value -= if label { pooled.ln() } else { (1.0 - pooled).ln() };
        let by_pooled = if label { -pooled.recip() } else { (1.0 - pooled).recip() };
        let information = (pooled * (1.0 - pooled)).recip();
        for i in 0..slopes.len() {
            local.gradient[i] += by_pooled * slopes[i];
            for j in 0..=i {
                local.hessian[(i, j)] += information * slopes[i] * slopes[j];
            }
        }
    }

    /// The pooled probability of a row.
    #[must_use]
    pub fn pool(&self, probabilities: &[f64]) -> f64 {
        let mean: f64 = probabilities.iter().zip(&self.weights).map(|(p, w)| p * w).sum();
        incomplete(self.alpha, self.beta, mean)
    }
}

/// `I_x(α, β)` within [1e-12, 1 − 1e-12].
fn incomplete(alpha: f64, beta: f64, x: f64) -> f64 {
    beta_reg(alpha, beta, x.clamp(0.0, 1.0)).clamp(1e-12, 1.0 - 1e-12)
}

fn largest(weights: &[f64]) -> usize {
    (0..weights.len()).fold(0, |best, k| if weights[k] > weights[best] { k } else { best })
}
