//! A wrong value of a flag is wrong usage, exit code 2, for every command; 1 is for what was found in data.

use std::collections::BTreeSet;

use crate::commands::{all, with_bins};
use crate::program::{bounded, fails, ok, runner};

/// What flags call a value that is a number.
const NUMBERS: [&str; 19] = [
    "AMOUNT", "BARS", "COUNT", "DAYS", "DELTA", "FRACTION", "HOURS", "LAMBDA", "MINUTES", "N", "P",
    "PERCENT", "ROWS", "SECONDS", "SEED", "TIMES", "VARIANCE", "X", "Z",
];

#[test]
fn a_wrong_number_for_any_flag_of_any_command_is_wrong_usage() {
    let market = with_bins();
    let mut tried = BTreeSet::new();
    for command in all(market.path()) {
        let last = command.name.split(' ').next_back().unwrap_or_default();
        for flag in numbers(&command.help) {
            // A flag that several strategies have under a command is tried with one.
            if !tried.insert((last.to_owned(), flag.clone())) {
                continue;
            }
            let call = format!("{} {flag}=abc", command.call());
            let ran = bounded(&mut runner(market.path(), &call));
            assert_eq!(ran.code, 2, "`{call}`:\n{}", ran.err);
            assert!(ran.err.contains(&flag), "`{call}` does not name the flag:\n{}", ran.err);
        }
    }
    assert!(tried.len() > 100, "{}", tried.len());
}

/// The flags of a help text whose values are numbers.
fn numbers(help: &str) -> Vec<String> {
    let words = help.lines().map(|line| line.trim_start().trim_start_matches("-o, "));
    words
        .filter(|line| line.starts_with("--"))
        .filter_map(|line| line.split_once(" <"))
        .filter(|(_, rest)| NUMBERS.contains(&rest.split('>').next().unwrap_or_default()))
        .map(|(flag, _)| flag.to_owned())
        .collect()
}

#[test]
fn numbers_that_cannot_be_meant_are_wrong_usage() {
    let market = with_bins();
    let data = "--pred-duckdb pred.duckdb --ohlcv-duckdb ohlcv.duckdb --start 2025-11-01";
    let backtest = [
        ("--fee-taker 5", "--fee-taker"),
        ("--fee-maker 2", "--fee-maker"),
        ("--leverage -1", "--leverage"),
        ("--leverage 500", "--instruments"),
        ("--capital 0", "--capital"),
        ("--slippage 1", "--slippage"),
        ("--slippage-range 2", "--slippage-range"),
        ("--stop-loss 2", "--stop-loss"),
        ("--take-profit 0", "--take-profit"),
        ("--trailing-stop 1", "--trailing-stop"),
        ("--max-hold 0", "--max-hold"),
        ("--max-trades 0", "--max-trades"),
        ("--max-trades 2", "--max-trades"),
        ("--quantity 0", "--quantity"),
        ("--sizing vol-target --target-volatility 40", "volatility"),
        ("--sizing fixed-fraction --risk-per-trade 3", "risk"),
        ("--drawdown-ladder 0.10:0.5,0.05:0.25", "drawdown ladder"),
        ("--max-gross -1", "the gross exposure"),
        ("--max-daily-loss 3", "the daily loss"),
    ];
    for (wrong, flag) in backtest {
        fails(market.path(), &format!("mean-reversion backtest {data} {wrong}"), 2, &[flag]);
    }
    // Wrong by itself, right with what a sweep sets.
    let right = "--stop-loss 0.03 --max-trades 3 --set intent=entry";
    ok(market.path(), &format!("mean-reversion sweep {data} --gaps hold {right}"));
    for set in ["stop-loss=2", "stop-loss=0.02,a", "fee-taker=5", "entry-z=abc", "leverage=0.5"] {
        let flag = set.split('=').next().unwrap_or_default();
        fails(market.path(), &format!("mean-reversion sweep {data} --set {set}"), 2, &[flag]);
    }
}
