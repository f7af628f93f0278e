//! Fourteen hand-made sequences of candles, with the answers of a reference loop (and of other engines).
//!
//! `oracles/backtest/oracles_micro.json`; the same cases ship beside this file as `micro.json`.

use std::path::{Path, PathBuf};

use backtest::{FixedQuantity, Intent, Rules, Tie};
use serde_json::Value;
use strategy_core::{Exits, SideExits};

use crate::market::{hours, run};

/// The answers of the reference loop; where it gives more than one trade they are in order.
fn check(path: &Path) -> usize {
    let cases: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let cases = cases.as_object().unwrap();
    for (name, case) in cases {
        let sides: Vec<i8> = serde_json::from_value(case["signal"].clone()).unwrap();
        let prices: Vec<[f64; 4]> = serde_json::from_value(case["ohlc"].clone()).unwrap();
        let exits = Exits {
            take_profit: case["tp"].as_f64(),
            stop_loss: case["sl"].as_f64(),
            ..Exits::default()
        };
        for (tie, answer) in [
            (Tie::Pessimistic, "recommended_pessimistic"),
            (Tie::Optimistic, "recommended_optimistic"),
        ] {
            let rules = Rules {
                capital: 1e7,
                intent: Intent::Change,
                exits: SideExits::both(exits),
                tie,
                ..Rules::default()
            };
            let (results, _) = run(&rules, &hours(&prices), &sides, FixedQuantity(1.0));
            let found: Vec<_> = results
                .trades
                .iter()
                .map(|trade| {
                    let row = |time: i64| time / crate::market::HOUR;
                    let exit = trade.exit.map(|exit| (row(exit.time), exit.price));
                    (row(trade.entry_time), trade.side.code(), trade.entry_price, exit)
                })
                .collect();
            let wanted: Vec<_> = case[answer]
                .as_array()
                .unwrap()
                .iter()
                .map(|trade| {
                    let exit = trade["exit_row"].as_i64().zip(trade["exit"].as_f64());
                    let side = i8::try_from(trade["side"].as_i64().unwrap()).unwrap();
                    (
                        trade["entry_row"].as_i64().unwrap(),
                        side,
                        trade["entry"].as_f64().unwrap(),
                        exit,
                    )
                })
                .collect();
            assert_eq!(found, wanted, "{name}, {answer}");
        }
    }
    cases.len()
}

#[test]
fn agree_with_the_reference_loop() {
    let shipped = PathBuf::from("tests/golden/micro.json");
    assert_eq!(check(&shipped), 14);
    match std::env::var_os("REAL_DATA").map(PathBuf::from) {
        None => println!("skipped: REAL_DATA is unset"),
        Some(root) => {
            let path = root.join("oracles/backtest/oracles_micro.json");
            println!("{} cases compared", check(&path));
        }
    }
}
