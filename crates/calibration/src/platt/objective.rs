//! The penalised logistic loss, with its first and second derivatives, in one pass over the data.

use crate::LabelledScores;
use crate::probability::logit;
use crate::sum::CompensatedSum;

/// Rows whose terms are added plainly before the compensated sum takes them: few enough that the
/// rounding of the plain part does not matter, enough that the compensation costs nothing.
const BLOCK: usize = 128;

/// `f(w, b) = Σ s_i [log(1 + e^{z_i}) − y_i z_i] + w²/(2C)` with `z_i = w x_i + b`, where `x_i` is
/// the log odds of score `i`.
#[derive(Debug)]
pub(super) struct Objective {
    rows: Vec<Row>,
    /// Weighted mean of the log odds.
    centre: f64,
    /// `1 / C`.
    penalty: f64,
    /// `Σ s_i`.
    total_weight: f64,
    /// Log odds of the weighted base rate.
    base_log_odds: f64,
}

/// Log odds of a score, and its weight with the sign of its label (positive for a hit).
#[derive(Debug, Clone, Copy)]
struct Row {
    log_odds: f64,
    signed_weight: f64,
}

/// Parameters with the objective and its derivatives there.
///
/// The curvature is taken about the mean log odds, that is for the parameters `w` and
/// `b + w·centre`. Newton's step is the same in either, but scores of a rare event sit far from
/// even odds (`x ≈ −4 ± 0.3`), where the 2×2 system for `w` and `b` would be close to singular.
#[derive(Debug, Clone, Copy)]
pub(super) struct Point {
    pub(super) slope: f64,
    pub(super) intercept: f64,
    pub(super) cost: f64,
    slope_gradient: f64,
    intercept_gradient: f64,
    centred_slope_gradient: f64,
    curvature: Curvature,
    centre: f64,
}

/// `Σ v`, `Σ v u` and `Σ v u²` over the rows, with `v = s μ (1 − μ)` and `u = x − centre`, and the
/// penalty `1/C`: the Hessian is `[[slope + penalty, mixed], [mixed, intercept]]`.
#[derive(Debug, Clone, Copy)]
struct Curvature {
    slope: f64,
    mixed: f64,
    intercept: f64,
    penalty: f64,
}

/// A Newton step, in the centred parameters and in those of the model.
#[derive(Debug, Clone, Copy)]
pub(super) struct Step {
    slope: f64,
    intercept: f64,
    centred_intercept: f64,
    /// Newton decrement squared `∇ᵀH⁻¹∇`: twice the decrease that the quadratic model promises.
    pub(super) decrement: f64,
}

impl Objective {
    /// The objective for these rows; `c = ∞` is no penalty.
    pub(super) fn new(scores: &LabelledScores<'_>, c: f64) -> Self {
        let mut rows = Vec::with_capacity(scores.len());
        let mut moment = CompensatedSum::default();
        let (mut hits, mut misses) = (CompensatedSum::default(), CompensatedSum::default());
        for row in scores.rows() {
            let log_odds = logit(row.score);
            let class = if row.label { &mut hits } else { &mut misses };
            class.add(row.weight);
            moment.add(row.weight * log_odds);
            let signed_weight = if row.label { row.weight } else { -row.weight };
            rows.push(Row { log_odds, signed_weight });
        }
        let (hits, misses) = (hits.total(), misses.total());
        let total_weight = hits + misses;
        Self {
            rows,
            centre: moment.total() / total_weight,
            penalty: 1.0 / c,
            total_weight,
            base_log_odds: hits.ln() - misses.ln(),
        }
    }

    /// `Σ s_i`; the number of rows where there are no weights.
    pub(super) fn total_weight(&self) -> f64 {
        self.total_weight
    }

    /// Where the fit starts: the best constant, which is the optimum if the scores say nothing.
    pub(super) fn start(&self) -> Point {
        self.evaluate(0.0, self.base_log_odds)
    }

    /// The point `share` of the way along `step` from `from`.
    pub(super) fn evaluate_along(&self, from: &Point, step: &Step, share: f64) -> Point {
        self.evaluate(from.slope + share * step.slope, from.intercept + share * step.intercept)
    }

    pub(super) fn evaluate(&self, slope: f64, intercept: f64) -> Point {
        let mut totals = [CompensatedSum::default(); 6];
        for block in self.rows.chunks(BLOCK) {
            let mut sums = [0.0; 6];
            for row in block {
                let terms = row.terms(slope, intercept, self.centre);
                for (sum, term) in sums.iter_mut().zip(terms) {
                    *sum += term;
                }
            }
            for (total, sum) in totals.iter_mut().zip(sums) {
                total.add(sum);
            }
        }
        let [loss, residual, residual_moment, curvature, mixed, slope_curvature] =
            totals.map(CompensatedSum::total);
        let centred_slope_gradient = residual_moment + self.penalty * slope;
        Point {
            slope,
            intercept,
            cost: loss + 0.5 * self.penalty * slope * slope,
            slope_gradient: centred_slope_gradient + self.centre * residual,
            intercept_gradient: residual,
            centred_slope_gradient,
            curvature: Curvature {
                slope: slope_curvature,
                mixed,
                intercept: curvature,
                penalty: self.penalty,
            },
            centre: self.centre,
        }
    }
}

impl Row {
    /// What the row adds to the loss, to `Σ r` and `Σ r u` (with `r = s (μ − y)`), and to `Σ v`,
    /// `Σ v u` and `Σ v u²`.
    ///
    /// Only `e^{−|z|}` is ever taken, so nothing overflows, and the probability of the label that
    /// did *not* come true is formed directly, never as `1 − μ`, so a row far on the right side
    /// still has an exact residual.
    #[inline]
    fn terms(&self, slope: f64, intercept: f64, centre: f64) -> [f64; 6] {
        let z = slope * self.log_odds + intercept;
        let margin = if self.signed_weight < 0.0 { -z } else { z };
        let weight = self.signed_weight.abs();
        let e = (-margin.abs()).exp();
        let larger = 1.0 / (1.0 + e);
        let smaller = e * larger;
        let wrong = if margin < 0.0 { larger } else { smaller };
        let loss = weight * (e.ln_1p() + (-margin).max(0.0));
        let residual = -self.signed_weight * wrong;
        let curvature = weight * larger * smaller;
        let u = self.log_odds - centre;
        [loss, residual, residual * u, curvature, curvature * u, curvature * u * u]
    }
}

impl Point {
    /// `‖∇f‖∞` in the parameters of the model, slope and intercept. NaN if a component is.
    pub(super) fn gradient_norm(&self) -> f64 {
        let (slope, intercept) = (self.slope_gradient.abs(), self.intercept_gradient.abs());
        // `max` would prefer a number to NaN.
        if slope.is_nan() || intercept.is_nan() { f64::NAN } else { slope.max(intercept) }
    }

    /// The Newton step `−H⁻¹∇`, by elimination of the intercept.
    ///
    /// The remaining slope curvature is `1/C + Σ v (u − ū)²`. The sum is not negative in exact
    /// arithmetic; keeping it so under rounding makes the system positive definite, always.
    pub(super) fn newton_step(&self) -> Step {
        let Curvature { slope, mixed, intercept, penalty } = self.curvature;
        let mean = mixed / intercept;
        let reduced_curvature = (slope - mixed * mean).max(0.0) + penalty;
        let reduced_gradient = self.centred_slope_gradient - mean * self.intercept_gradient;
        let slope_step = -reduced_gradient / reduced_curvature;
        let centred_intercept = -self.intercept_gradient / intercept - mean * slope_step;
        Step {
            slope: slope_step,
            intercept: centred_intercept - self.centre * slope_step,
            centred_intercept,
            decrement: reduced_gradient * (reduced_gradient / reduced_curvature)
                + self.intercept_gradient * (self.intercept_gradient / intercept),
        }
    }

    /// Derivative of the objective here in the direction of `step`.
    pub(super) fn derivative_along(&self, step: &Step) -> f64 {
        self.centred_slope_gradient * step.slope + self.intercept_gradient * step.centred_intercept
    }
}

impl Step {
    /// Whether the step can be taken at all. It cannot where the curvature has underflowed.
    pub(super) fn is_finite(&self) -> bool {
        self.slope.is_finite() && self.intercept.is_finite() && self.decrement.is_finite()
    }
}
