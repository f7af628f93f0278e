//! The contract that every strategy is held to, with flags that trade on the suite's few rows.

use pairs as _;
use strategy_core::{contract_tests, registry};

#[test]
fn keeps_the_contract_whatever_the_flags() {
    let strategies = registry::registered().unwrap();
    let entry = strategies.find("pairs").unwrap();
    let open = [
        "--pair-window",
        "100",
        "--max-p",
        "1",
        "--stop-p",
        "1",
        "--shortest-half-life",
        "0",
        "--longest-half-life",
        "100000",
        "--entry-z",
        "1",
    ];
    for more in [
        &[][..],
        &["--hedge-ratio", "tls"],
        &["--hedge-ratio", "kalman", "--entry-z", "0.6"],
        &["--pair-thresholds", "bertram", "--trade-cost", "0.00001"],
        &["--pair-window", "600"],
    ] {
        // The last of two equal flags would be refused: the later ones replace the earlier.
        let mut flags: Vec<&str> = Vec::new();
        for pair in open.chunks(2).filter(|pair| !more.contains(&pair[0])) {
            flags.extend(pair);
        }
        flags.extend(more);
        contract_tests::suite(entry, &flags).unwrap();
    }
    contract_tests::suite(entry, &[]).unwrap();
}
