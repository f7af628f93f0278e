//! What must hold of trials, in one program.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a failing unwrap is a failing test")]

mod ledger;
mod plan;
mod sweeps;
mod verdicts;
mod walk_forward;
