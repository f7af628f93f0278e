//! The contract that every strategy is held to.
//!
//! The runner's tests hold every registered strategy to it, with its defaults. This is for what they
//! do not try, and for a quick answer: it needs no DuckDB.

use std::error::Error;

use my_idea as _;
use strategy_core::{contract_tests, registry};

#[test]
fn keeps_the_contract_with_other_flags_too() -> Result<(), Box<dyn Error>> {
    let strategies = registry::registered()?;
    let entry = strategies.find("my-idea")?;
    for flags in [&[][..], &["--streak", "1"], &["--streak", "10"]] {
        contract_tests::suite(entry, flags)?;
    }
    Ok(())
}
