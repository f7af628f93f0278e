//! Damped Newton as an argmin solver that ends on the gradient.
//!
//! argmin's own `Newton` takes full steps and never looks at the gradient: on separable data it
//! overshoots, and running out of iterations counts as success. This solver searches along the
//! step and reports why it ended; [`super::minimise`] looks at the gradient once more.

use argmin::core::{Error, IterState, KV, Problem, Solver, State, TerminationReason};

use super::objective::{Objective, Point, Step};

/// argmin's state for this solver. The point carries its own derivatives, hence the empty slots.
pub(super) type NewtonState = IterState<Point, (), (), (), (), f64>;

/// A step may be halved this often: beyond, it is below the rounding of the parameters.
const MAX_HALVINGS: u32 = 60;

/// Armijo's constant: the share of the decrease promised by the slope that must come true.
const SUFFICIENT_DECREASE: f64 = 1e-4;

/// Relative rounding error that the objective may carry.
const COST_ROUNDING: f64 = 1e-13;

/// Newton's method with a backtracking line search.
///
/// The objective is strictly convex with bounded level sets (both labels occur, and the slope is
/// penalised, or without a penalty the ranges of hits and misses overlap), so backtracking
/// converges from any start, at the end quadratically: Boyd and Vandenberghe, *Convex Optimization*
/// (2004), §9.5.
///
/// Once converged to `tolerance` the solver polishes: it takes full steps as long as each
/// at least halves the Newton decrement, and so ends where rounding does not allow a better point.
/// That is one pass or two, and makes the result independent of the order of the rows.
#[derive(Debug)]
pub(super) struct DampedNewton {
    /// Largest `‖∇f‖∞`, and largest Newton decrement squared, that count as converged.
    pub(super) tolerance: f64,
}

impl Solver<Objective, NewtonState> for DampedNewton {
    fn name(&self) -> &'static str {
        "damped Newton"
    }

    fn next_iter(
        &mut self,
        problem: &mut Problem<Objective>,
        state: NewtonState,
    ) -> Result<(NewtonState, Option<KV>), Error> {
        let Some(&point) = state.get_param() else {
            return Ok((state.terminate_with(stopped("no point to start from")), None));
        };
        let step = point.newton_step();
        let converged = self.converged(&point);
        let next = problem.problem("evaluations", |objective| {
            Ok(if converged {
                self.polish(objective, &point, &step)
            } else {
                search(objective, &point, &step)
            })
        })?;
        let state = match next {
            Some(next) => state.cost(next.cost).param(next),
            None if converged => state.terminate_with(TerminationReason::SolverConverged),
            None => state.terminate_with(stopped("no decrease along the Newton step")),
        };
        Ok((state, None))
    }
}

impl DampedNewton {
    /// Whether the gradient is small, both as it is and measured by the curvature. Where scores
    /// are all but equal, the derivative with respect to the slope is tiny wherever the slope is,
    /// and the gradient alone would pass the start for the optimum. False for NaN.
    pub(super) fn converged(&self, point: &Point) -> bool {
        point.gradient_norm() <= self.tolerance && point.newton_step().decrement <= self.tolerance
    }

    /// The full step, if it is worth taking.
    fn polish(&self, objective: &Objective, from: &Point, step: &Step) -> Option<Point> {
        // With a decrement of zero no point is better.
        if !step.is_finite() || step.decrement <= 0.0 {
            return None;
        }
        let next = objective.evaluate_along(from, step, 1.0);
        let better = next.newton_step().decrement <= 0.5 * step.decrement;
        (better && self.converged(&next)).then_some(next)
    }
}

/// Halves the step until the objective has decreased enough.
fn search(objective: &Objective, from: &Point, step: &Step) -> Option<Point> {
    if !step.is_finite() {
        return None;
    }
    let mut share = 1.0;
    for _ in 0..=MAX_HALVINGS {
        let next = objective.evaluate_along(from, step, share);
        if accepts(from, &next, step.decrement, share, next.derivative_along(step)) {
            return Some(next);
        }
        share *= 0.5;
    }
    None
}

/// Armijo's condition, or, where the decrease drowns in the rounding of the objective, its form in
/// terms of the derivative along the step, which does not cancel: W. Hager and H. Zhang, "A new
/// conjugate gradient method with guaranteed descent and an efficient line search",
/// SIAM J. Optim. 16 (2005), 170–192, eq. 27. Any comparison with NaN refuses.
fn accepts(from: &Point, next: &Point, decrement: f64, share: f64, derivative: f64) -> bool {
    let sufficient =
        next.cost <= from.cost - SUFFICIENT_DECREASE * share * decrement && next.cost < from.cost;
    let flat = next.cost <= from.cost + COST_ROUNDING * from.cost.abs()
        && derivative.abs() <= (1.0 - 2.0 * SUFFICIENT_DECREASE) * decrement;
    next.gradient_norm().is_finite() && (sufficient || flat)
}

fn stopped(reason: &str) -> TerminationReason {
    TerminationReason::SolverExit(reason.to_owned())
}
