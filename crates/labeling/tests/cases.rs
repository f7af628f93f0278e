//! Labels worked out by hand. The rule is u = d = 1/16 of a close of 64: barriers at 68 and 60.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use Outcome::{Gap, Incomplete, NoTakeProfit, TakeProfit};
use chrono::TimeDelta;
use labeling::TiePolicy::{Conservative, ProximityToOpen};
use labeling::{BarrierRule, CandleSeries, LabelError, Outcome, TiePolicy, label_candles};

/// Hour, open, high, low of a candle after the entry candle of hour 0, which closes at 64.
type Candle = (i64, f64, f64, f64);

fn label(candles: &[Candle], horizon: TimeDelta, policy: TiePolicy) -> Result<Outcome, LabelError> {
    // The entry candle touches both barriers, which must not matter: it did so before its close.
    let all: Vec<Candle> = [(0, 64.0, 90.0, 40.0)].iter().chain(candles).copied().collect();
    let times: Vec<i64> = all.iter().map(|candle| candle.0 * 3_600_000_000).collect();
    let [open, high, low] = [|c: &Candle| c.1, |c: &Candle| c.2, |c: &Candle| c.3]
        .map(|column| -> Vec<f64> { all.iter().map(column).collect() });
    let close = vec![64.0; all.len()];
    let series = CandleSeries::new(&times, &open, &high, &low, &close, TimeDelta::hours(1))?;
    let rule = BarrierRule::new(0.0625, 0.0625, horizon, policy)?;
    Ok(label_candles(&series, &rule)?[0])
}

fn check_policies(candles: &[Candle], hours: i64, expect: [Outcome; 2]) {
    let found = [Conservative, ProximityToOpen]
        .map(|policy| label(candles, TimeDelta::hours(hours), policy).unwrap());
    assert_eq!(found, expect, "{candles:?}");
}

fn check(candles: &[Candle], hours: i64, expect: Outcome) {
    check_policies(candles, hours, [expect; 2]);
}

const QUIET: (f64, f64, f64) = (64.0, 65.0, 63.0);

fn quiet(hour: i64) -> Candle {
    (hour, QUIET.0, QUIET.1, QUIET.2)
}

#[test]
fn whichever_barrier_comes_first() {
    check(&[quiet(1), (2, 64.0, 70.0, 63.0), (3, 64.0, 65.0, 50.0)], 3, TakeProfit);
    check(&[quiet(1), (2, 64.0, 65.0, 50.0), (3, 64.0, 70.0, 63.0)], 3, NoTakeProfit);
    check(&[quiet(1), quiet(2), quiet(3)], 3, NoTakeProfit);
}

#[test]
fn touching_a_barrier_exactly_reaches_it() {
    check(&[(1, 64.0, 68.0, 63.0)], 1, TakeProfit);
    check(&[(1, 64.0, 68.0_f64.next_down(), 63.0)], 1, NoTakeProfit);
    check(&[(1, 64.0, 65.0, 60.0), (2, 64.0, 70.0, 64.0)], 2, NoTakeProfit);
    check(&[(1, 64.0, 65.0, 60.0_f64.next_up()), (2, 64.0, 70.0, 64.0)], 2, TakeProfit);
}

#[test]
fn the_horizon_includes_its_last_candle_and_nothing_after() {
    let candles = [quiet(1), quiet(2), (3, 64.0, 70.0, 63.0), quiet(4)];
    check(&candles, 3, TakeProfit);
    check(&candles, 2, NoTakeProfit);
    check(&candles[..2], 2, NoTakeProfit);
}

#[test]
fn a_candle_that_touches_both() {
    let both = |open| [(1, open, 70.0, 50.0), quiet(2)];
    check_policies(&both(65.0), 2, [NoTakeProfit, TakeProfit]);
    check_policies(&both(63.0), 2, [NoTakeProfit, NoTakeProfit]);
    // Equally near is the stop.
    check_policies(&both(64.0), 2, [NoTakeProfit, NoTakeProfit]);
    // It opens beyond a barrier: that one.
    check_policies(&both(69.0), 2, [NoTakeProfit, TakeProfit]);
    check_policies(&both(55.0), 2, [NoTakeProfit, NoTakeProfit]);
    // After a decided candle it is too late to matter.
    check(&[(1, 64.0, 70.0, 63.0), (2, 63.0, 70.0, 50.0)], 2, TakeProfit);
}

#[test]
fn a_series_that_ends_early_is_incomplete() {
    check(&[], 1, Incomplete);
    check(&[quiet(1), (2, 64.0, 70.0, 63.0)], 3, Incomplete);
    // With a gap too: what comes next is not known.
    check(&[quiet(1), quiet(3)], 4, Incomplete);
    check(&[quiet(1)], 1_000_000_000, Incomplete);
}

#[test]
fn a_missing_candle_is_a_gap_even_after_a_barrier_was_reached() {
    check(&[quiet(1), quiet(3)], 3, Gap);
    check(&[quiet(1), quiet(2), quiet(4)], 3, Gap);
    check(&[(1, 64.0, 70.0, 63.0), quiet(3), quiet(4)], 3, Gap);
    check(&[(9, 64.0, 70.0, 63.0)], 3, Gap);
    // Right behind the horizon it does not matter.
    check(&[quiet(1), quiet(2), quiet(3), quiet(9)], 3, NoTakeProfit);
}

#[test]
fn only_known_outcomes_have_a_label() {
    assert_eq!(
        [TakeProfit, NoTakeProfit, Incomplete, Gap].map(Outcome::label),
        [Some(true), Some(false), None, None]
    );
}

#[test]
fn the_horizon_must_be_whole_candles() {
    for minutes in [30, 90] {
        let horizon = TimeDelta::minutes(minutes);
        let interval = TimeDelta::hours(1);
        let error = label(&[quiet(1), quiet(2)], horizon, Conservative).unwrap_err();
        assert_eq!(error, LabelError::HorizonNotMultiple { horizon, interval });
        let message = error.to_string();
        assert!(message.contains(&format!("horizon {minutes}m is not")), "{message}");
        assert!(message.contains("of 1h candles"), "{message}");
    }
}

#[test]
fn no_candles_no_labels() {
    let series = CandleSeries::new(&[], &[], &[], &[], &[], TimeDelta::hours(1)).unwrap();
    let rule = BarrierRule::new(0.04, 0.02, TimeDelta::hours(24), Conservative).unwrap();
    assert_eq!(label_candles(&series, &rule).unwrap(), []);
}
