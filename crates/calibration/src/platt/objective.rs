//! The penalised logistic loss, with its first and second derivatives, in one pass over the data.

use super::class::{Class, split};
use super::pass::sum_of_log_odds;
use crate::LabelledScores;
use crate::kernel::{ln_1p, ln_of_ratio};

/// `f(w, b) = Σ s_i [log(1 + e^{z_i}) − y_i z_i] + w²/(2C)` with `z_i = w x_i + b`, where `x_i` is
/// the log odds of score `i`.
#[derive(Debug)]
pub(super) struct Objective {
    hits: Class,
    misses: Class,
    /// Weighted mean of the log odds.
    centre: f64,
    /// `1 / C`.
    penalty: f64,
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
        let (hits, misses) = split(scores);
        Self::of(hits, misses, 1.0 / c)
    }

    fn of(hits: Class, misses: Class, penalty: f64) -> Self {
        let moment = sum_of_log_odds(&hits) + sum_of_log_odds(&misses);
        let centre = moment / (hits.total_weight + misses.total_weight);
        Self { hits, misses, centre, penalty }
    }

    /// The same objective over every `stride`-th row of each label, with the penalty in proportion:
    /// its optimum is near. `None` if a label is not among those rows.
    pub(super) fn thinned(&self, stride: usize) -> Option<Self> {
        let hits = self.hits.thinned(stride)?;
        let misses = self.misses.thinned(stride)?;
        let share = (hits.total_weight + misses.total_weight) / self.total_weight();
        Some(Self::of(hits, misses, self.penalty * share))
    }

    /// Number of rows.
    pub(super) fn rows(&self) -> usize {
        self.hits.log_odds.len() + self.misses.log_odds.len()
    }

    /// `Σ s_i`; the number of rows where there are no weights.
    pub(super) fn total_weight(&self) -> f64 {
        self.hits.total_weight + self.misses.total_weight
    }

    /// The best constant, which is the optimum if the scores say nothing.
    pub(super) fn start(&self) -> Point {
        let (hits, misses) = (self.hits.total_weight, self.misses.total_weight);
        // Two logarithms, since the ratio of two extreme weights might overflow.
        self.evaluate(0.0, ln_of_ratio(hits, 0.0, 1.0) - ln_of_ratio(misses, 0.0, 1.0))
    }

    /// The objective at [`Objective::start`], without looking at the rows: all of a label are alike.
    pub(super) fn cost_of_best_constant(&self) -> f64 {
        let (hits, misses) = (self.hits.total_weight, self.misses.total_weight);
        hits * ln_1p(misses / hits) + misses * ln_1p(hits / misses)
    }

    /// The point `share` of the way along `step` from `from`.
    pub(super) fn evaluate_along(&self, from: &Point, step: &Step, share: f64) -> Point {
        self.evaluate(from.slope + share * step.slope, from.intercept + share * step.intercept)
    }

    pub(super) fn evaluate(&self, slope: f64, intercept: f64) -> Point {
        // The margin of a row, how far it is on its label's side, is `z` for a hit and `−z` for a
        // miss: negated parameters make one loop serve both.
        let hits = self.hits.sums([slope, intercept], self.centre);
        let misses = self.misses.sums([-slope, -intercept], self.centre);
        let residual = misses.wrong - hits.wrong;
        let centred_slope_gradient = (misses.wrong_u - hits.wrong_u) + self.penalty * slope;
        Point {
            slope,
            intercept,
            cost: (hits.loss + misses.loss) + 0.5 * self.penalty * slope * slope,
            slope_gradient: centred_slope_gradient + self.centre * residual,
            intercept_gradient: residual,
            centred_slope_gradient,
            curvature: Curvature {
                slope: hits.v_uu + misses.v_uu,
                mixed: hits.v_u + misses.v_u,
                intercept: hits.v + misses.v,
                penalty: self.penalty,
            },
            centre: self.centre,
        }
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
