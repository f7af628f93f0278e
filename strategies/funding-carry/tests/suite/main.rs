//! The tests of the carry's rule and of when it trades, in one program.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stdout,
    reason = "tests fail by panicking, and say how much they compared"
)]

mod contract;
mod oracles;
mod trading;
