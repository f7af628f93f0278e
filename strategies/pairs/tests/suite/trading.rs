//! When the strategy trades, and when it stays flat.

use pairs::{Config, Decision, Pairs, PairsError, Reason};
use strategy_core::contract_tests::hourly;
use strategy_core::{Rows, SignalType, Strategy, Subject, config_from_flags};

const WITH: &str = "other_1h";

/// Hours from 1970-01-01 on: the first month ends after this many.
const JANUARY: usize = 31 * 24;

fn decide(x: &[f64], y: &[f64], flags: &str) -> Result<Vec<Decision>, PairsError> {
    let prices = |logs: &[f64]| logs.iter().map(|log| log.exp()).collect::<Vec<f64>>();
    let batch = hourly(0, &[("close", &prices(y)), ("close@other_1h", &prices(x))]).unwrap();
    let flags = format!("--pair-with {WITH} --pair-window 700 {flags}");
    let config: Config = config_from_flags(flags.split_whitespace()).unwrap();
    Pairs::new(config, &Subject::default())?.decide(&Rows::new(&batch)?)
}

/// Numbers within −0.5 and 0.5, the same for the same seed.
fn noise(seed: u64) -> impl FnMut() -> f64 {
    let mut state = seed;
    move || {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (state >> 33) as f64 / f64::from(u32::MAX >> 1) - 0.5
    }
}

/// Log prices whose spread comes back: `x` wanders, `y = 1 + 0.8·x + spread`. From `after` on the
/// spread is `shown`.
fn market(shown: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let (mut wander, mut spread) = (10.0_f64, 0.0_f64);
    let mut noise = noise(1);
    (0..JANUARY + shown.len())
        .map(|row| {
            wander += 0.01 * noise();
            spread = 0.93 * spread + 0.01 * noise();
            let spread = row.checked_sub(JANUARY).map_or(spread, |row| shown[row]);
            (wander, 1.0 + 0.8 * wander + spread)
        })
        .unzip()
}

fn reasons(decisions: &[Decision]) -> Vec<Reason> {
    decisions.iter().map(|decision| decision.reason).collect()
}

/// The spread's deviation is about 0.008: 0.02 is beyond 2 of it, 0.04 beyond 4.
#[test]
fn a_spread_far_from_its_line_is_traded_until_it_is_back() {
    use Reason::{Entered, Held, Left, NearLine};
    let (x, y) = market(&[0.0, 0.02, 0.01, 0.008, 0.0, -0.02, -0.01, 0.02, 0.0]);
    let decisions = decide(&x, &y, "").unwrap();
    assert!(decisions[..JANUARY].iter().all(|decision| decision.reason == Reason::NoFit));
    let february = &decisions[JANUARY..];
    assert_eq!(
        reasons(february),
        [NearLine, Entered, Held, Held, Left, Entered, Held, Entered, Left],
        "{february:?}"
    );
    let fitted = february[0];
    assert!(fitted.p_value.unwrap() < 0.01);
    assert!((fitted.hedge_ratio.unwrap() - 0.8).abs() < 0.1);
    assert!((4.0..20.0).contains(&fitted.half_life.unwrap()));
    let beta = fitted.hedge_ratio.unwrap();
    let short = [-1.0 / (1.0 + beta), beta / (1.0 + beta)];
    assert_eq!(february[1].weights, short);
    assert_eq!(february[3].weights, short, "quantities stay as entered");
    assert_eq!(february[4].weights, [0.0; 2]);
    assert!(february[5].weights[0] > 0.0 && february[7].weights[0] < 0.0);
    for decision in &decisions {
        let gross: f64 = (0..2).map(|leg| decision.weight(leg).abs()).sum();
        assert!(gross <= 1.0 + 1e-12);
    }
}

#[test]
fn a_stop_locks_until_the_spread_is_back() {
    use Reason::{Entered, Left, Locked, NearLine, StopZ};
    let (x, y) = market(&[0.02, 0.05, 0.02, 0.025, 0.0, 0.02, 0.0]);
    let february = decide(&x, &y, "").unwrap().split_off(JANUARY);
    assert_eq!(reasons(&february), [Entered, StopZ, Locked, Locked, NearLine, Entered, Left]);
}

#[test]
fn a_position_that_takes_too_long_is_stopped() {
    let (x, y) = market(&[0.02; 60]);
    let february = decide(&x, &y, "").unwrap().split_off(JANUARY);
    let stopped = february.iter().position(|d| d.reason == Reason::StopTime).unwrap();
    let half_life = february[0].half_life.unwrap();
    assert!((stopped as f64 - (3.0 * half_life).ceil()).abs() < 0.5, "{stopped} {half_life}");
    assert!(february[stopped + 1..].iter().all(|d| d.reason == Reason::Locked));
}

#[test]
fn what_is_not_cointegrated_is_not_traded() {
    let (x, _) = market(&[0.0; 100]);
    let (mut walk, mut noise) = (8.0, noise(4));
    let mut step = |_: &f64| {
        walk += 0.01 * noise();
        walk
    };
    let y: Vec<f64> = x.iter().map(&mut step).collect();
    let february = decide(&x, &y, "").unwrap().split_off(JANUARY);
    assert!(february.iter().all(|decision| decision.weights == [0.0; 2]));
    assert!(february.iter().all(|decision| decision.reason == Reason::NotCointegrated));
}

#[test]
fn a_half_life_outside_the_gates_is_not_traded() {
    let (x, y) = market(&[0.02; 5]);
    for flags in ["--longest-half-life 5", "--shortest-half-life 30"] {
        let february = decide(&x, &y, flags).unwrap().split_off(JANUARY);
        assert_eq!(reasons(&february), [Reason::HalfLife; 5], "{flags}");
    }
}

#[test]
fn a_new_fit_without_cointegration_stops() {
    // In February the spread walks away slowly and then stays: no stop by z, none by time.
    let month = 28 * 24;
    let away: Vec<f64> =
        (0..=month).map(|row| 0.016 + 0.3 * (row as f64 / month as f64).powi(2)).collect();
    let (x, y) = market(&away);
    let flags = "--stop-z 1000 --stop-half-lives 10000 --entry-z 1.5";
    let february = decide(&x, &y, flags).unwrap().split_off(JANUARY);
    assert_eq!(february[0].reason, Reason::Entered);
    assert_eq!(february[month].reason, Reason::StopP, "{:?}", february[month]);
    assert_eq!(february[month].weights, [0.0; 2]);
}

#[test]
fn a_price_that_is_none_is_named() {
    let (mut x, y) = market(&[0.0; 3]);
    x[5] = f64::NAN;
    let error = decide(&x, &y, "").unwrap_err();
    assert!(matches!(error, PairsError::Close { .. }));
    assert!(
        error.to_string().starts_with("the candle of other_1h at 1970-01-01 05:00:00 UTC closes")
    );
}

#[test]
fn flags_that_cannot_be_are_usage_errors() {
    for flags in [
        "--entry-z 0.4",
        "--stop-z 2",
        "--max-p 2",
        "--stop-p 0.01",
        "--adf-lags 400",
        "--hedge-ratio kalman --pair-thresholds bertram",
        "--trade-cost 0",
        "--kalman-delta 1",
        "--longest-half-life 3",
    ] {
        let error = decide(&[], &[], flags).unwrap_err();
        assert!(Pairs::is_usage_error(&error), "{flags}: {error}");
    }
}
