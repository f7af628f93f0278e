//! The contract that every strategy is held to, with flags that trade on the suite's few rows.

use funding_carry as _;
use strategy_core::{contract_tests, registry};

#[test]
fn keeps_the_contract_whatever_the_flags() {
    let strategies = registry::registered().unwrap();
    let entry = strategies.find("funding-carry").unwrap();
    let eager = ["--trade-cost", "0.00001", "--carry-history", "2"];
    let tight = ["--trade-cost", "0.00001", "--carry-history", "0", "--basis-stop", "0.0001"];
    for flags in [&[][..], &eager, &tight, &["--hedge-kind", "perp", "--carry-history", "2"]] {
        contract_tests::suite(entry, flags).unwrap();
    }
}
