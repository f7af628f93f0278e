//! End-to-end tests: the built `runner`, as a person or a program calls it.
//!
//! One test program, since each links DuckDB anew. What needs real market data looks for it in the
//! folder that the variable `REAL_DATA` names, and says that it was skipped when there is none.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests fail by panicking and say what they skip"
)]

mod backfill;
mod backtest;
mod backtest_candles;
mod bad_input;
mod candle_strategies;
mod commands;
mod complete;
mod config;
mod contract;
mod data;
mod ensemble_stream;
mod evaluate;
mod hostile;
mod impossible;
mod inspect;
mod instruments;
mod legs;
mod list;
mod live;
mod logs;
mod market;
mod monitor;
mod monitor_shipped;
mod newcomer;
mod oracles;
mod outputs;
mod page_numbers;
mod pages;
mod plan;
mod program;
mod progress;
mod readme;
mod rebuild;
mod registry;
mod reliability;
mod reports;
mod reproducible;
mod row_files;
mod runs;
mod sample;
mod score;
mod settings;
mod shell;
mod signals;
mod sizing_and_risk;
#[path = "../bins/runner/src/strategies.rs"]
mod strategies;
mod stream;
mod stream_rows;
mod sweep;
mod terminal;
mod time_zones;
mod tree;
mod verify;
mod verify_runs;
mod wrong_values;
