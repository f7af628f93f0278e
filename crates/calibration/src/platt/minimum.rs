//! Runs the solver on the logistic loss and says where it ended.

use argmin::core::{Executor, State};

use super::objective::{Objective, Point};
use super::solver::{DampedNewton, NewtonState};
use crate::{CalibrationError, LabelledScores, Result};

/// Largest `‖∇f‖∞`, per unit of total weight, at which a Platt fit counts as converged. The Newton
/// decrement squared must be as small.
pub const GRADIENT_TOLERANCE: f64 = 1e-10;

/// Rows from which on a fit starts at the optimum of a sample.
const WARM_START_ROWS: usize = 1 << 16;

/// The sample is every row of this distance.
const SAMPLE_STRIDE: usize = 64;

/// Where a fit ended, be it the optimum or not.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Minimum {
    pub(crate) slope: f64,
    pub(crate) intercept: f64,
    pub(crate) objective: f64,
    /// Newton iterations made over all rows.
    pub(crate) iterations: u64,
    /// `‖∇f‖∞`.
    pub(crate) gradient_norm: f64,
    /// Newton decrement squared, `∇ᵀH⁻¹∇`.
    pub(crate) decrement: f64,
    /// The largest of either that counts as converged.
    pub(crate) wanted: f64,
    /// Whether both are that small. If not, the rest is good for an error message only.
    pub(crate) converged: bool,
}

/// Minimises the logistic loss of the labels on the log odds of the scores plus `w²/(2C)`.
///
/// `C = ∞` is no penalty. Then the caller must know that there is a minimum.
///
/// # Errors
/// If argmin refuses to run. Not to converge is no error here.
pub(crate) fn minimise(
    scores: &LabelledScores<'_>,
    c: f64,
    max_iterations: u64,
) -> Result<Minimum> {
    let objective = Objective::new(scores, c);
    let start = match warm_start(&objective, max_iterations)? {
        Some(start) => start,
        None => objective.start(),
    };
    run(objective, start, max_iterations)
}

/// Near the optimum, by that of a sample: every 64th row. Newton's method then needs two or three
/// passes over all rows instead of six to eight. `None` if there are too few rows for it to pay, or
/// if the sample has no optimum that is better than the best constant.
///
/// Where a fit starts does not change where it ends, but for rounding: the objective is convex.
fn warm_start(objective: &Objective, max_iterations: u64) -> Result<Option<Point>> {
    if objective.rows() < WARM_START_ROWS {
        return Ok(None);
    }
    let Some(sample) = objective.thinned(SAMPLE_STRIDE) else { return Ok(None) };
    let start = sample.start();
    let near = run(sample, start, max_iterations)?;
    if !near.converged {
        return Ok(None);
    }
    let point = objective.evaluate(near.slope, near.intercept);
    let better =
        point.cost < objective.cost_of_best_constant() && point.gradient_norm().is_finite();
    Ok(better.then_some(point))
}

/// Damped Newton from `start`.
fn run(objective: Objective, start: Point, max_iterations: u64) -> Result<Minimum> {
    let wanted = GRADIENT_TOLERANCE * objective.total_weight();
    let outcome = Executor::new(objective, DampedNewton { tolerance: wanted })
        .configure(|state: NewtonState| {
            state.param(start).cost(start.cost).max_iters(max_iterations)
        })
        .run()
        .map_err(|error| CalibrationError::Optimizer { source: error.into() })?;

    // Why argmin stopped does not matter, only where: its last point, not its cheapest, since
    // near the optimum costs differ by rounding alone.
    let end = outcome.state.get_param().copied().unwrap_or(start);
    Ok(Minimum {
        slope: end.slope,
        intercept: end.intercept,
        objective: end.cost,
        iterations: outcome.state.get_iter(),
        gradient_norm: end.gradient_norm(),
        decrement: end.newton_step().decrement,
        wanted,
        converged: outcome.solver.converged(&end),
    })
}
