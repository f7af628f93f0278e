//! Outside values and laws, in one program.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "a failing unwrap is a failing test")]

mod golden;
mod interval_laws;
