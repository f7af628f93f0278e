//! The tests of the account, as one program.

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]
#![allow(clippy::print_stdout, reason = "tests on real data say how much they compared")]

mod bad_input;
mod detail;
mod laws;
mod liquidation;
mod market;
mod micro;
mod perp;
mod seam;
mod shared;
