//! Falls against numbers measured by pandas, and the built-in scenarios against the same.

use backtest::Candle;
use risk::{Fall, SCENARIOS, stressed_price};

use crate::oracle::{each_case, number};

#[test]
fn the_scenarios_are_the_falls_that_were_measured() {
    each_case("stress.json", |input, expect, case| {
        let from = input["from"].as_str().unwrap();
        let Some(scenario) = SCENARIOS.iter().find(|scenario| scenario.from == from) else {
            return 0;
        };
        assert_eq!(input["to_inclusive_day"].as_str().unwrap(), scenario.to, "{case}");
        let coin = case.split_once(' ').unwrap().0;
        let wanted = [&expect["peak_to_trough"], &expect["worst_hour_open_to_low"]].map(number);
        for (found, wanted) in scenario.fall_of(coin).into_iter().zip(wanted) {
            assert!((found - wanted).abs() <= 0.5e-4, "{case}: {found} for {wanted}");
        }
        2
    });
}

#[test]
fn a_fall_is_measured_from_earlier_highs() {
    let candle = |open, high, low, close| Candle::new(0, [open, high, low, close]).unwrap();
    let candles = [
        candle(100.0, 100.0, 50.0, 90.0), // its own low does not count against its own high
        candle(90.0, 120.0, 81.0, 110.0),
        candle(110.0, 110.0, 96.0, 99.0),
    ];
    let fall = Fall::measure(&candles, 2).unwrap();
    assert_eq!(fall.peak_to_trough, 96.0 / 120.0 - 1.0);
    assert_eq!(fall.open_to_low, -0.5);
    assert_eq!(fall.day_close, Some(99.0 / 90.0 - 1.0));
    assert_eq!(Fall::measure(&candles, 24).unwrap().day_close, None);
    assert!(Fall::measure(&candles[..1], 24).is_err());
}

#[test]
fn a_stop_helps_a_long_position_and_never_beyond_the_trough() {
    for scenario in SCENARIOS {
        for fall in [scenario.btc, scenario.eth] {
            let without = stressed_price(1.0, None, fall);
            let with = stressed_price(1.0, Some(0.02), fall);
            assert!(with >= without && with <= 0.98, "{}", scenario.name);
            assert_eq!(stressed_price(-1.0, Some(0.02), fall), without);
        }
    }
}
