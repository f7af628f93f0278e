//! Runs the solver on the logistic loss and says where it ended.

use argmin::core::{Executor, State};

use super::GRADIENT_TOLERANCE;
use super::objective::Objective;
use super::solver::{DampedNewton, NewtonState};
use crate::{CalibrationError, LabelledScores};

/// Where a fit ended, be it the optimum or not.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Minimum {
    pub(crate) slope: f64,
    pub(crate) intercept: f64,
    pub(crate) objective: f64,
    /// Newton iterations made.
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
) -> Result<Minimum, CalibrationError> {
    let objective = Objective::new(scores, c);
    let wanted = GRADIENT_TOLERANCE * objective.total_weight();
    let start = objective.start();
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
