//! The tests that every strategy must pass (feature `contract-tests`).
//!
//! A strategy's crate names `strategy-core` once more under `[dev-dependencies]`, with the feature,
//! and calls [`suite`] in one test:
//!
//! ```
//! # use strategy_core::{Column, Input, Lookback, NoCommands, Rows, RowsError, Side, Strategy};
//! use strategy_core::{contract_tests, registry};
//! #
//! # struct BuyTheRise { last_close: Option<f64> }
//! # #[derive(clap::Args)]
//! # struct Nothing {}
//! # impl Strategy for BuyTheRise {
//! #     const NAME: &'static str = "buy-the-rise";
//! #     const ABOUT: &'static str = "Long after each rise";
//! #     type Config = Nothing;
//! #     type Signal = Side;
//! #     type Command = NoCommands;
//! #     type Error = RowsError;
//! #     fn inputs(_: &Nothing) -> Vec<Input> { vec![Input::of(Column::Close)] }
//! #     fn lookback(_: &Nothing) -> Lookback { Lookback::rows(1) }
//! #     fn new(_: Nothing, _: &strategy_core::Subject) -> Result<Self, RowsError> { Ok(Self { last_close: None }) }
//! #     fn decide(&mut self, rows: &Rows<'_>) -> Result<Vec<Side>, RowsError> {
//! #         let decide = |&close: &f64| match self.last_close.replace(close) {
//! #             Some(last) if close > last => Side::Long,
//! #             _ => Side::NoSignal,
//! #         };
//! #         Ok(rows.column(&Input::of(Column::Close))?.iter().map(decide).collect())
//! #     }
//! # }
//! # strategy_core::register_strategy!(BuyTheRise);
//!
//! // In a test:
//! contract_tests::suite(registry::registered()?.find("buy-the-rise")?, &[])?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What the suite holds a strategy to:
//!
//! - its name is of lower-case words joined by `-`; what it does is said in one line without a full
//!   stop; every parameter has a default; its inputs are readable and named once each;
//! - its output is `timestamp` (as given), its own columns, `signal` (-1, 0 or 1), whatever the
//!   rows, of one schema, also for no rows;
//! - its own columns have names of lower-case letters, digits and `_`, each once. One that is called
//!   as a market's column (`y_pred`, `close`, …) repeats that input, or it would mislead;
//! - the [laws], on the rows of [`rows`].

mod error;
mod market;
mod output;

use clap::Command;

pub use error::ContractError;
pub use market::{ROWS, hourly, rows};

use crate::registry::Entry;
use crate::{Subject, laws};

/// Any seed will do, but always the same: a test that fails must fail again.
const SEED: u64 = 2025;

/// Holds the strategy of `entry`, configured by `flags` (`["--threshold", "0.7"]`), to the contract.
///
/// # Errors
/// With the first point of the contract that it misses.
pub fn suite(entry: &Entry, flags: &[&str]) -> Result<(), ContractError> {
    presentation(entry)?;
    let defaults = entry.default_inputs().map_err(|source| ContractError::Defaults { source })?;
    output::inputs_are_readable(&defaults)?;

    let command = entry.with_flags(Command::new(entry.name()).no_binary_name(true));
    let matches =
        command.try_get_matches_from(flags).map_err(|source| ContractError::Flags { source })?;
    let inputs = entry.inputs(&matches).map_err(|source| ContractError::Inputs { source })?;
    output::inputs_are_readable(&inputs)?;
    let rows = rows(&inputs).map_err(|source| ContractError::Rows { source })?;

    let open = || entry.open(&matches, &Subject::default());
    output::check(&open, &inputs, &rows)?;
    laws::check(&open, &rows, SEED)?;
    Ok(())
}

fn presentation(entry: &Entry) -> Result<(), ContractError> {
    let name = entry.name();
    let word = |word: &str| {
        !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
    };
    if !name.split('-').all(word) || !name.starts_with(|c: char| c.is_ascii_lowercase()) {
        return Err(ContractError::Name { found: name });
    }
    let about = entry.about();
    if about.is_empty() || about.trim() != about || about.contains('\n') || about.ends_with('.') {
        return Err(ContractError::About { found: about });
    }
    Ok(())
}
