//! Which rules commute, in whole accounts.

use backtest::{Account, Candle, Decision, Instrument, Intent, Results, Row, Rules};
use proptest::prelude::*;
use strategy_core::Exits;

use super::*;
use crate::rules::Rule;
use crate::{Ladder, Step};

const HOUR: i64 = 3_600_000_000;

/// What blocks, what multiplies, what caps, as the rules stand in [`RiskSizing`].
const GROUPS: [&[&str]; 3] = [
    &["kill-switch", "stale-data", "daily-loss", "cooldown", "stop-guard"],
    &["drawdown-ladder", "volatility-shock"],
    &[
        "instrument-exposure",
        "net-exposure",
        "gross-exposure",
        "correlated-exposure",
        "liquidation-distance",
    ],
];

fn group(rule: &dyn Rule) -> usize {
    GROUPS.iter().position(|names| names.contains(&rule.name())).unwrap()
}

fn limits() -> Limits {
    // Strict enough that each acts now and then.
    Limits { instrument: Some(0.9), net: Some(0.95), gross: Some(1.2), ..Limits::standard() }
}

/// An account over candles with these closes, and what is wanted at each; the rules in the order of `order`.
fn run<K: Ord>(walk: &[(f64, f64)], limits: &Limits, order: impl Fn(&dyn Rule) -> K) -> Results {
    let exits = SideExits::both(Exits { stop_loss: Some(0.03), ..Exits::default() });
    let rules = Rules { intent: Intent::Entry, leverage: 4.0, exits, ..Rules::default() };
    let mut sizing = RiskSizing::new(Sizer::EqualParts, limits, &rules.exits, 1, HOUR).unwrap();
    sizing.rules.sort_by_key(order);
    let instruments = vec![Instrument::named("btcusdt")];
    let mut account = Account::new(rules, instruments, sizing, Results::default()).unwrap();
    let mut open: f64 = 100.0;
    for (hour, &(close, wanted)) in walk.iter().enumerate() {
        let time = i64::try_from(hour).unwrap() * HOUR;
        let prices = [open, open.max(close), open.min(close), close];
        let candles = [Candle::new(time, prices).unwrap()];
        let bar =
            Bar { time, until: time + HOUR, candles: &candles, marks: None, settlements: &[] };
        let decision = Some(Decision::Weights { weights: &[wanted], outlook: None });
        account.row(&Row { bar, detail: &[], decision }).unwrap();
        open = close;
    }
    account.finish(false).0
}

fn walk() -> impl Strategy<Value = Vec<(f64, f64)>> {
    proptest::collection::vec((-0.04..0.04_f64, -1_i8..=1), 200..400).prop_map(|steps| {
        let mut price = 100.0;
        let walked = steps.into_iter().map(|(change, side)| {
            price *= 1.0 + change;
            (price, f64::from(side))
        });
        walked.collect()
    })
}

/// The same trades, sizes to twelve digits.
fn assert_same(one: &Results, other: &Results) {
    assert_eq!(one.fills.len(), other.fills.len());
    for (one, other) in one.fills.iter().zip(&other.fills) {
        assert_eq!((one.time, one.price), (other.time, other.price));
        let difference = (one.quantity - other.quantity).abs();
        assert!(difference <= 1e-12 * one.quantity.abs(), "{one:?}\n{other:?}");
    }
}

/// What the law below compares is something: entries are made, and each kind of rule changes some.
#[test]
fn the_walks_are_traded_and_limited() {
    let walk: Vec<(f64, f64)> = (0..400)
        .map(|row: u32| (100.0 + 6.0 * (f64::from(row) / 9.0).sin(), f64::from(row % 3) - 1.0))
        .collect();
    let results = run(&walk, &limits(), group);
    assert!(results.fills.len() > 5, "{}", results.fills.len());
    for names in GROUPS {
        let acted = results.changes.iter().any(|change| names.contains(&change.rule));
        assert!(acted, "none of {names:?} acted");
    }
}

#[test]
fn every_rule_is_in_a_group_and_they_stand_in_their_order() {
    let exits = SideExits::default();
    let sizing = RiskSizing::new(Sizer::EqualParts, &Limits::standard(), &exits, 1, HOUR).unwrap();
    let sizing = sizing.killed("test");
    let groups: Vec<usize> = sizing.rules.iter().map(group).collect();
    assert_eq!(groups.len(), GROUPS.iter().map(|names| names.len()).sum::<usize>());
    assert!(groups.is_sorted(), "{groups:?}");
}

/// Half of a capped size is less than a cap on half the size.
#[test]
fn a_factor_and_a_cap_do_not_commute() {
    let walk = [(100.0, 1.0), (94.0, 0.0), (94.0, 0.0), (94.0, 1.0), (94.0, 0.0)];
    let half = Step { drawdown: 0.02, factor: 0.5 };
    let limits = Limits {
        drawdown: Some(Ladder { steps: vec![half], rearm_days: 7.0 }),
        instrument: Some(1.0),
        ..Limits::off()
    };
    let usual = run(&walk, &limits, group);
    let capped_first = run(&walk, &limits, |rule| std::cmp::Reverse(group(rule)));
    let last = |results: &Results| results.fills.last().unwrap().quantity;
    assert_eq!(usual.fills.len(), 3, "in, stopped, in again in a drawdown");
    // Leverage lets four times the equity: half of that is capped at one, one is halved.
    assert!((last(&usual) / last(&capped_first) - 2.0).abs() < 1e-9);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn rules_of_a_group_commute_and_blocks_with_everything(
        walk in walk(), shuffle in proptest::collection::vec(any::<u8>(), 12), blocks_at in 0_usize..4,
    ) {
        let usual = run(&walk, &limits(), group);
        let place = |rule: &dyn Rule| {
            let all = GROUPS.iter().flat_map(|names| names.iter());
            shuffle[all.into_iter().position(|name| *name == rule.name()).unwrap()]
        };
        assert_same(&usual, &run(&walk, &limits(), |rule| (group(rule), place(rule))));
        // Blocks between and behind the others.
        let moved = |rule: &dyn Rule| match group(rule) {
            0 => (blocks_at.max(1) * 2 - 1, place(rule)),
            group => (group * 2, place(rule)),
        };
        assert_same(&usual, &run(&walk, &limits(), moved));
    }
}
