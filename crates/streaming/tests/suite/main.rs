//! Tests of streams: one test program, since each links SQLite.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests fail by panicking and say what they skip"
)]

mod clocks;
mod crashes;
#[cfg(feature = "binance")]
mod exchange;
#[cfg(feature = "binance")]
mod exchange_server;
mod long;
mod market;
mod processes;
#[cfg(any(feature = "nats", feature = "postgres"))]
mod servers;
mod sinks;
mod starts;
