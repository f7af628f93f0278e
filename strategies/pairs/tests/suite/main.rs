//! The tests of the pair's mathematics and rules, in one program.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests fail by panicking, and say how much they compared"
)]

mod contract;
mod laws;
mod oracles;
mod trading;
