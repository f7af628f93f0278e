//! Real minutes: the hourly account with one-minute detail is the account on the minutes themselves.

use std::path::PathBuf;

use backtest::{
    Account, Bar, Candle, Decision, EqualParts, Fees, FixedQuantity, Instrument, Intent, Results,
    Row, Rules, Settlement, Slippage, Tie,
};
use strategy_core::{Exits, SideExits};

use crate::market::HOUR;
use crate::shared::{floats, integers, table};

const MINUTE: i64 = 60_000_000;

fn candles(path: &std::path::Path) -> Vec<(i64, Candle)> {
    let batch = table(path);
    let prices = ["open", "high", "low", "close"].map(|name| floats(&batch, name));
    let candle = |(row, time): (usize, i64)| {
        (time, Candle::new(time, [0, 1, 2, 3].map(|p: usize| prices[p][row])).unwrap())
    };
    integers(&batch, "timestamp").into_iter().enumerate().map(candle).collect()
}

#[test]
fn hours_with_minutes_are_the_minutes() {
    let Some(root) = std::env::var_os("REAL_DATA").map(PathBuf::from) else {
        println!("skipped: REAL_DATA is unset");
        return;
    };
    let mut compared = 0;
    for symbol in ["btcusdt", "ethusdt"] {
        let path = |what: &str| root.join(format!("parquet/binance_{symbol}_perp_{what}.parquet"));
        if !path("ohlcv_1m").exists() {
            continue;
        }
        let minutes = candles(&path("ohlcv_1m"));
        let (first, last) = (minutes[0].0, minutes[minutes.len() - 1].0);
        let begin = (first + HOUR - 1).div_euclid(HOUR) * HOUR;
        let end = (last + MINUTE).div_euclid(HOUR) * HOUR;
        let minutes: Vec<_> =
            minutes.into_iter().filter(|(t, _)| (begin..end).contains(t)).collect();
        let hours: Vec<_> = candles(&path("ohlcv_1h"))
            .into_iter()
            .filter(|(t, _)| (begin..end).contains(t))
            .collect();
        let rates = table(&path("funding_8h"));
        let funding: Vec<Settlement> = integers(&rates, "timestamp")
            .into_iter()
            .zip(floats(&rates, "funding_rate"))
            .map(|(time, rate)| Settlement { instrument: 0, time, rate, mark: Some(100_000.0) })
            .filter(|s| (begin..end).contains(&s.time))
            .collect();
        for (intent, exits, tie) in [
            (Intent::Entry, [Some(0.004), Some(0.002), None], Tie::Pessimistic),
            (Intent::Entry, [Some(0.004), Some(0.002), None], Tie::Optimistic),
            (Intent::Position, [Some(0.01), None, Some(0.003)], Tie::Pessimistic),
            (Intent::Change, [None, Some(0.005), Some(0.02)], Tie::Pessimistic),
        ] {
            let [take_profit, stop_loss, trailing_stop] = exits;
            let max_hold = (intent == Intent::Entry).then_some(5);
            let exits = Exits { take_profit, stop_loss, trailing_stop, max_hold };
            let rules = Rules {
                capital: 1e6,
                intent,
                exits: SideExits::both(exits),
                fees: Fees { maker: 0.0002, taker: 0.0005, liquidation: 0.0 },
                slippage: Slippage::OfPrice(0.0001),
                tie,
                ..Rules::default()
            };
            let by_hour = with_detail(&rules, &hours, &minutes, &funding);
            let by_minute = on_minutes(&rules, &minutes, &funding);
            assert!(!by_hour.trades.is_empty());
            assert_eq!(by_hour.trades, by_minute.trades, "{symbol} {intent:?}");
            assert_eq!(by_hour.fills, by_minute.fills, "{symbol} {intent:?}");
            let last = |results: &Results| results.equity.last().map(|row| row.equity);
            assert_eq!(last(&by_hour), last(&by_minute));
            compared += by_hour.trades.len();
        }
    }
    println!("{compared} trades compared");
}

/// A side for each hour, changing every few hours.
fn side(time: i64) -> f64 {
    match time.div_euclid(HOUR).rem_euclid(13) {
        0..=4 => 1.0,
        7..=10 => -1.0,
        _ => 0.0,
    }
}

fn due(funding: &[Settlement], time: i64, until: i64) -> &[Settlement] {
    let from = funding.partition_point(|s| s.time < time);
    let to = funding.partition_point(|s| s.time < until);
    &funding[from..to]
}

fn with_detail(
    rules: &Rules,
    hours: &[(i64, Candle)],
    minutes: &[(i64, Candle)],
    funding: &[Settlement],
) -> Results {
    let instruments = vec![Instrument::named("x")];
    let sizing = FixedQuantity(1.0);
    let mut account = Account::new(rules.clone(), instruments, sizing, Results::default()).unwrap();
    for (time, candle) in hours {
        let until = time + HOUR;
        let from = minutes.partition_point(|(t, _)| t < time);
        let to = minutes.partition_point(|(t, _)| *t < until);
        let detail: Vec<Bar<'_>> = minutes[from..to]
            .iter()
            .map(|(time, candle)| Bar {
                time: *time,
                until: time + MINUTE,
                candles: std::slice::from_ref(candle),
                marks: None,
                settlements: due(funding, *time, time + MINUTE),
            })
            .collect();
        let bar = Bar {
            time: *time,
            until,
            candles: std::slice::from_ref(candle),
            marks: None,
            settlements: due(funding, *time, until),
        };
        let weights = [side(*time)];
        let decision = Some(Decision::Weights { weights: &weights, outlook: None });
        account.row(&Row { bar, detail: &detail, decision }).unwrap();
    }
    let (results, counts) = account.finish(false);
    assert_eq!(counts.incomplete_detail, 0);
    results
}

fn on_minutes(rules: &Rules, minutes: &[(i64, Candle)], funding: &[Settlement]) -> Results {
    let instruments = vec![Instrument::named("x")];
    let sizing = FixedQuantity(1.0);
    let mut account = Account::new(rules.clone(), instruments, sizing, Results::default()).unwrap();
    for (time, candle) in minutes {
        let until = time + MINUTE;
        let bar = Bar {
            time: *time,
            until,
            candles: std::slice::from_ref(candle),
            marks: None,
            settlements: due(funding, *time, until),
        };
        let weights = [side(until - HOUR)];
        let decision =
            (until % HOUR == 0).then_some(Decision::Weights { weights: &weights, outlook: None });
        account.row(&Row { bar, detail: &[], decision }).unwrap();
    }
    account.finish(false).0
}

#[test]
fn incomplete_detail_is_judged_by_the_row_and_counted() {
    let candle = |prices| Candle::new(0, prices).unwrap();
    let row = [candle([100.0, 105.0, 97.0, 104.0])];
    let fine = [candle([100.0, 105.0, 100.0, 104.0])];
    let exits = Exits { take_profit: Some(0.04), stop_loss: Some(0.02), ..Exits::default() };
    let rules = Rules { exits: SideExits::both(exits), ..Rules::default() };
    let exit = |lasts: i64| {
        let instruments = vec![Instrument::named("x")];
        let mut account =
            Account::new(rules.clone(), instruments, EqualParts, Results::default()).unwrap();
        let weights = [1.0];
        for time in [0, HOUR] {
            let until = time + HOUR;
            let bar = Bar { time, until, candles: &row, marks: None, settlements: &[] };
            let minute =
                Bar { time, until: time + lasts, candles: &fine, marks: None, settlements: &[] };
            let decision = Some(Decision::Weights { weights: &weights, outlook: None });
            account.row(&Row { bar, detail: &[minute], decision }).unwrap();
        }
        let (results, counts) = account.finish(false);
        (results.trades[0].exit.unwrap().reason, counts.incomplete_detail)
    };
    assert_eq!(exit(HOUR), (backtest::ExitReason::TakeProfit, 0));
    assert_eq!(exit(HOUR / 2), (backtest::ExitReason::StopLoss, 2));
}
