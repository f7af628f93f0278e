//! The mathematics of the strategy on the generated sample, without the runner: bins from a window's rows,
//! decisions from bins, and what is said about them. Expected values are computed here, row by row.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod decisions;
mod months;
mod rebuilding;
mod scoring;
mod window;
