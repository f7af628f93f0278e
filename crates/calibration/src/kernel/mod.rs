//! The loops that the time goes into: exponentials, logarithms and sums over many rows.
//!
//! Everything here is plain arithmetic on `f64`, without branches, so that the compiler makes
//! vector instructions of it, and without fused multiply-add, so that every machine rounds alike.
//! [`vectorised`] compiles a loop once for each instruction set and picks one when the program
//! runs. A row's result is the same bits whichever that is: the operations are the same, only how
//! many rows go at once differs. See `docs/numerics.md`.
#![allow(
    clippy::inline_always,
    reason = "a loop is compiled for each instruction set only with all that it calls inside it"
)]

mod exponential;
mod logarithm;
mod tasks;
#[cfg(test)]
mod tests;

pub(crate) use exponential::exp_of_non_positive;
pub(crate) use logarithm::{ln_1p, ln_of_ratio, log_odds};
pub(crate) use pulp::NullaryFnOnce as Loop;
pub(crate) use tasks::{PARALLEL_ROWS, TASK_ROWS, map_tasks};

/// Runs `task` compiled for the best instruction set that this machine has: AVX-512, AVX2, or the
/// one every machine has. Its `call` must be `#[inline(always)]`, as must all that it calls, for
/// that to have an effect.
pub(crate) fn vectorised<L: Loop>(task: L) -> L::Output {
    pulp::Arch::new().dispatch(task)
}
