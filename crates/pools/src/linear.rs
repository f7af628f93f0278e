//! The linear pool: a weighted mean of probabilities.

use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};

use crate::PoolError;
use crate::members::MemberRows;
use crate::newton::{Local, minimise};

/// `p = Σ weight_k · p_k`, weights at 0 or above that add up to 1.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LinearPool {
    /// A weight a member.
    pub weights: Vec<f64>,
}

impl LinearPool {
    /// The weights of the largest likelihood.
    ///
    /// With `f_k` what member `k` gave what happened, `−Σ ln(Σ w_k·f_k) + n·Σ w_k` over `w ≥ 0` has its
    /// minimum where the weights add up to 1, so that only the bounds remain.
    ///
    /// # Errors
    /// Where only one class occurs, or where no minimum is found.
    pub fn fit(rows: &MemberRows<'_>) -> Result<Self, PoolError> {
        if !rows.has_both_classes() {
            return Err(PoolError::OneClass { rows: rows.rows() });
        }
        let members = rows.members();
        let n = rows.rows() as f64;
        let mut given = rows.mapped(|p| p.clamp(1e-6, 1.0 - 1e-6));
        for (row, &label) in given.iter_mut().zip(rows.labels()) {
            if !label {
                for p in row {
                    *p = 1.0 - *p;
                }
            }
        }
        let objective = |at: &DVector<f64>| {
            let mut local = Local {
                value: n * at.sum(),
                gradient: DVector::repeat(members, n),
                hessian: DMatrix::zeros(members, members),
            };
            for row in &given {
                let likelihood: f64 = row.iter().zip(at.iter()).map(|(f, w)| f * w).sum();
                if likelihood <= 0.0 {
                    local.value = f64::INFINITY;
                    return local;
                }
                local.value -= likelihood.ln();
                for i in 0..members {
                    local.gradient[i] -= row[i] / likelihood;
                    for j in 0..=i {
                        local.hessian[(i, j)] += row[i] * row[j] / (likelihood * likelihood);
                    }
                }
            }
            local.hessian.fill_upper_triangle_with_lower_triangle();
            local
        };
        let start = DVector::repeat(members, 1.0 / members as f64);
        let found = minimise(start, |_| true, 1e-9 * n, objective);
        let found = found.ok_or(PoolError::NoMinimum { pool: "linear" })?;
        let sum = found.sum();
        Ok(Self { weights: found.iter().map(|weight| weight / sum).collect() })
    }

    /// The pool of the members `set` by `weights` over all members, renormalised; equal where theirs are 0.
    pub(crate) fn of_set(weights: &[f64], set: &[usize]) -> Self {
        let mass: f64 = set.iter().map(|&k| weights[k]).sum();
        let equal = 1.0 / set.len() as f64;
        let weight = |&k: &usize| if mass > 0.0 { weights[k] / mass } else { equal };
        Self { weights: set.iter().map(weight).collect() }
    }

    /// The pooled probability of a row.
    #[must_use]
    pub fn pool(&self, probabilities: &[f64]) -> f64 {
        probabilities.iter().zip(&self.weights).map(|(p, w)| p * w).sum::<f64>().clamp(0.0, 1.0)
    }
}
