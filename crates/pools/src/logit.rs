//! The logit pool: a weighted sum of logits.

use nalgebra::{DMatrix, DVector};
use serde::{Deserialize, Serialize};

use crate::PoolError;
use crate::members::{MemberRows, logit, probability};
use crate::newton::{Local, minimise};

/// `logit p = intercept + Σ weight_k · logit p_k`, weights at 0 or above.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LogitPool {
    /// The intercept.
    pub intercept: f64,
    /// A weight a member.
    pub weights: Vec<f64>,
}

impl LogitPool {
    /// The mean of logits.
    #[must_use]
    pub fn equal(members: usize) -> Self {
        Self { intercept: 0.0, weights: vec![1.0 / members as f64; members] }
    }

    /// The pool that minimises the sum of the rows' log losses plus `λ/2·Σ(w_k − 1/K)²`. A larger λ
    /// holds the weights closer to equal ones; the intercept is free.
    ///
    /// # Errors
    /// Where only one class occurs, or where no minimum is found: with λ = 0 on members that a plane
    /// separates.
    pub fn fit(rows: &MemberRows<'_>, lambda: f64) -> Result<Self, PoolError> {
        if !rows.has_both_classes() {
            return Err(PoolError::OneClass { rows: rows.rows() });
        }
        let members = rows.members();
        let logits = rows.mapped(logit);
        let equal = 1.0 / members as f64;
        let objective = &|at: &DVector<f64>| {
            let mut local = Local {
                value: 0.0,
                gradient: DVector::zeros(members + 1),
                hessian: DMatrix::zeros(members + 1, members + 1),
            };
            for (row, &label) in logits.iter().zip(rows.labels()) {
                let z = at[0] + row.iter().zip(at.iter().skip(1)).map(|(x, w)| x * w).sum::<f64>();
                let p = probability(z);
                // ln(1 + e^z) − y·z, without overflow.
                local.value += z.max(0.0) + (-z.abs()).exp().ln_1p() - if label { z } else { 0.0 };
                let slope = p - f64::from(u8::from(label));
                let curvature = p * (1.0 - p);
                let x = |i: usize| if i == 0 { 1.0 } else { row[i - 1] };
                for i in 0..=members {
                    local.gradient[i] += slope * x(i);
                    for j in 0..=i {
                        local.hessian[(i, j)] += curvature * x(i) * x(j);
                    }
                }
            }
            for i in 1..=members {
                let off = at[i] - equal;
                local.value += lambda / 2.0 * off * off;
                local.gradient[i] += lambda * off;
                local.hessian[(i, i)] += lambda;
            }
            local.hessian.fill_upper_triangle_with_lower_triangle();
            local
        };
        let mut start = DVector::repeat(members + 1, equal);
        start[0] = 0.0;
        let tolerance = 1e-11 * rows.rows() as f64;
        let found = minimise(start, |i| i > 0, tolerance, objective);
        // Where members separate the labels the loss runs to 0 and the weights run away.
        let found = found.filter(|at| objective(at).value > 1e-8 * rows.rows() as f64);
        let found = found.ok_or(PoolError::NoMinimum { pool: "logit-pool" })?;
        Ok(Self { intercept: found[0], weights: found.iter().skip(1).copied().collect() })
    }

    /// The pooled probability of a row.
    #[must_use]
    pub fn pool(&self, probabilities: &[f64]) -> f64 {
        let sum: f64 = probabilities.iter().zip(&self.weights).map(|(&p, w)| w * logit(p)).sum();
        probability(self.intercept + sum)
    }
}
