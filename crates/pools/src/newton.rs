//! Newton's method where some variables must not fall below 0.

use nalgebra::{DMatrix, DVector};

/// A function at a point: value, gradient, and a Hessian or what stands for one.
pub(crate) struct Local {
    pub(crate) value: f64,
    pub(crate) gradient: DVector<f64>,
    pub(crate) hessian: DMatrix<f64>,
}

const MOST_STEPS: usize = 200;
/// How much of the decrease that the slope promises a step must give.
const SUFFICIENT: f64 = 1e-4;
/// Relative rounding of a value that is a sum over rows.
const ROUNDING: f64 = 1e-13;

/// Where `function` is smallest, from `start`, keeping the variables `bounded` at 0 or above.
///
/// Each step is Newton's over the variables that are not held at 0 by their gradient (Bertsekas
/// 1982), projected, and halved until the value falls. `None` where the gradient that is left stays
/// above `tolerance`. A value of infinity marks a point that cannot be.
pub(crate) fn minimise(
    start: DVector<f64>,
    bounded: impl Fn(usize) -> bool,
    tolerance: f64,
    function: impl Fn(&DVector<f64>) -> Local,
) -> Option<DVector<f64>> {
    let mut at = start;
    let mut local = function(&at);
    for _ in 0..MOST_STEPS {
        let free: Vec<usize> = (0..at.len())
            .filter(|&i| !(bounded(i) && at[i] <= 0.0 && local.gradient[i] > 0.0))
            .collect();
        let slope = free.iter().fold(0.0_f64, |most, &i| most.max(local.gradient[i].abs()));
        if slope <= tolerance {
            return Some(at);
        }
        let direction = direction(&local, &free)?;
        let mut length = 1.0;
        let next = loop {
            let mut moved = at.clone();
            for (&i, step) in free.iter().zip(&direction) {
                moved[i] -= length * step;
                if bounded(i) {
                    moved[i] = moved[i].max(0.0);
                }
            }
            let promised = local.gradient.dot(&(&at - &moved));
            let there = function(&moved);
            // Near the minimum the value's own rounding is larger than what a step gains.
            if there.value <= local.value - SUFFICIENT * promised + ROUNDING * local.value.abs() {
                break Some((moved, there));
            }
            length /= 2.0;
            if length < 1e-12 {
                break None;
            }
        };
        match next {
            Some((moved, there)) => (at, local) = (moved, there),
            // No value falls any further: rounding is reached, if the slope is close to it.
            None => return (slope <= tolerance * 1e3).then_some(at),
        }
    }
    None
}

/// Newton's step over `free`; where the Hessian is singular, with a ridge that makes it regular.
fn direction(local: &Local, free: &[usize]) -> Option<DVector<f64>> {
    let gradient = local.gradient.select_rows(free);
    let hessian = local.hessian.select_rows(free).select_columns(free);
    let scale = hessian.diagonal().amax().max(f64::MIN_POSITIVE);
    let mut ridge = 0.0;
    while ridge <= scale {
        let with_ridge = &hessian + DMatrix::identity(free.len(), free.len()) * ridge;
        if let Some(factor) = with_ridge.cholesky() {
            let step = factor.solve(&gradient);
            if step.iter().all(|value| value.is_finite()) {
                return Some(step);
            }
        }
        ridge = if ridge == 0.0 { scale * 1e-12 } else { ridge * 100.0 };
    }
    None
}
