//! Nanoseconds a row, the fastest of many runs: an account alone, and with a sizer and all rules.
//!
//! `cargo bench -p risk --bench row`
#![allow(clippy::unwrap_used, clippy::print_stdout, reason = "a program that measures and prints")]

use std::time::Instant;

use backtest::{
    Account, Bar, Candle, Decision, EqualParts, Instrument, NoEvents, Row, Rules, Sizing,
};
use risk::{Limits, RiskSizing, Sizer};
use strategy_core::{Exits, SideExits};

const HOUR: i64 = 3_600_000_000;
/// So few that a run ends before the machine gives the core to someone else.
const ROWS: usize = 2_000;
const RUNS: usize = 1_000;

fn rules() -> Rules {
    let exits = SideExits::both(Exits { stop_loss: Some(0.02), ..Exits::default() });
    Rules { exits, ..Rules::default() }
}

/// A walk with a position that is turned round every eight rows.
fn run<S: Sizing>(candles: &[[Candle; 1]], sizing: S) -> f64 {
    let mut account =
        Account::new(rules(), vec![Instrument::named("x")], sizing, NoEvents).unwrap();
    let start = Instant::now();
    for (row, candles) in candles.iter().enumerate() {
        let time = i64::try_from(row).unwrap() * HOUR;
        let bar = Bar { time, until: time + HOUR, candles, marks: None, settlements: &[] };
        let weights = [if row / 8 % 2 == 0 { 1.0 } else { -1.0 }];
        let decision = Some(Decision::Weights { weights: &weights, outlook: None });
        account.row(&Row { bar, detail: &[], decision }).unwrap();
    }
    start.elapsed().as_secs_f64() * 1e9 / candles.len() as f64
}

fn walk(rows: usize) -> Vec<[Candle; 1]> {
    let mut seed = 1_u64;
    let mut open = 100.0_f64;
    (0..rows)
        .map(|_| {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let change = ((seed >> 40) as f64 / f64::from(1 << 24) - 0.5) * 0.006;
            let close = open * (1.0 + change - 0.01 * (open / 100.0 - 1.0));
            let prices = [open, open.max(close) * 1.001, open.min(close) * 0.999, close];
            open = close;
            [Candle::new(0, prices).unwrap()]
        })
        .collect()
}

fn main() {
    let candles = walk(ROWS);
    let fastest = |run: &dyn Fn() -> f64| (0..RUNS).map(|_| run()).fold(f64::INFINITY, f64::min);
    let bare = fastest(&|| run(&candles, EqualParts));
    for sizer in [Sizer::EqualParts, Sizer::FixedFraction(0.005), Sizer::VolTarget(0.4)] {
        let sized =
            |limits: &Limits| RiskSizing::new(sizer, limits, &rules().exits, 1, HOUR).unwrap();
        let off = fastest(&|| run(&candles, sized(&Limits::off())));
        let all = fastest(&|| run(&candles, sized(&Limits::standard())));
        println!(
            "{:<16} account alone {bare:.0} ns a row, with the sizer {off:.0}, with all rules {all:.0}",
            sizer.name()
        );
    }
}
