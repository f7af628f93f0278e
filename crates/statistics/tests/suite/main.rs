//! Outside values and laws, in one program.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "a failing unwrap is a failing test, and tests say how much they compared"
)]

mod golden;
mod interval_laws;
mod metrics;
mod oracle;
mod performance_laws;
mod quant;
mod refusals;
