//! Tests over every indicator: golden values, laws, stored states, accuracy over millions of rows.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "tests fail by panicking"
)]

mod accuracy;
mod catalogue;
mod golden;
mod laws;
mod mathematics;
mod own;
mod refusals;
mod series;
mod states;
