//! Sizing and risk against outside programs, and their laws.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

mod batch;
mod kelly;
mod liquidation;
mod oracle;
mod sizing;
mod stress;
mod volatility;
