//! When positions are liquidated, and at what.

use backtest::{
    Account, Bar, Candle, Counts, Decision, ExitReason, Fees, FixedQuantity, Instrument, Intent,
    Maintenance, MarginMode, Results, Row, Rules, Settlement, Tie, Tier, Tiers,
};
use strategy_core::{Exits, SideExits};

use crate::market::{HOUR, history, hours, run_on};

/// One tier of 1 %.
fn instrument() -> Instrument {
    let tier = Tier { floor: 0.0, cap: 1e12, rate: 0.01, max_leverage: 100.0, amount: 0.0 };
    Instrument { tiers: Tiers::new("x", vec![tier]).unwrap(), ..Instrument::named("x") }
}

fn rules() -> Rules {
    Rules {
        intent: Intent::Change,
        leverage: 10.0,
        fees: Fees { liquidation: 0.005, ..Fees::default() },
        ..Rules::default()
    }
}

const FLAT: [f64; 4] = [100.0, 100.0, 100.0, 100.0];

/// Enters one unit at 100 in the second candle, then sees `last`.
fn after(rules: &Rules, side: i8, last: [f64; 4]) -> (Results, Counts) {
    let prices = [FLAT, FLAT, last];
    run_on(rules, vec![instrument()], &hours(&prices), &[side, 0, 0], FixedQuantity(1.0))
}

fn exit(results: &Results) -> (ExitReason, f64, f64) {
    let exit = results.trades[0].exit.unwrap();
    (exit.reason, exit.price, exit.net_pnl)
}

#[test]
fn at_the_price_where_the_margin_is_the_maintenance() {
    // Margin 10: long (10 − 100) / (0.01 − 1) = 90.909…, short (10 + 100) / (0.01 + 1) = 108.91…
    let (results, counts) = after(&rules(), 1, [95.0, 96.0, 90.0, 95.0]);
    let (reason, price, net) = exit(&results);
    assert_eq!((reason, counts.liquidations), (ExitReason::Liquidation, 1));
    assert!((price - 90.0 / 0.99).abs() < 1e-9);
    let fee = 0.005 * price;
    assert!((net - (price - 100.0 - fee)).abs() < 1e-9);
    let (results, _) = after(&rules(), -1, [105.0, 109.0, 104.0, 105.0]);
    assert!((exit(&results).1 - 110.0 / 1.01).abs() < 1e-9);
    let (results, counts) = after(&rules(), 1, [95.0, 96.0, 91.0, 95.0]);
    assert!(results.trades[0].exit.is_none());
    assert_eq!(counts.liquidations, 0);
}

#[test]
fn a_gap_fills_at_the_open_and_costs_the_margin_at_most() {
    let (results, _) = after(&rules(), 1, [90.5, 96.0, 90.0, 95.0]);
    assert_eq!((exit(&results).0, exit(&results).1), (ExitReason::Liquidation, 90.5));
    // Far beyond: the venue bears what the margin does not.
    let (results, _) = after(&rules(), 1, [50.0, 96.0, 40.0, 95.0]);
    let (reason, price, net) = exit(&results);
    assert_eq!((reason, price, net), (ExitReason::Liquidation, 90.0, -10.0));
    assert_eq!(results.equity.last().unwrap().equity, 9_990.0);
    // And before whatever was decided.
    let prices = [FLAT, FLAT, [50.0, 96.0, 40.0, 95.0]];
    let sides = [1, -1, 0];
    let (results, _) =
        run_on(&rules(), vec![instrument()], &hours(&prices), &sides, FixedQuantity(1.0));
    assert_eq!(exit(&results).0, ExitReason::Liquidation);
}

#[test]
fn of_stop_and_liquidation_the_nearer_to_the_open_comes_first() {
    let with = |stop, profit, tie| Rules {
        tie,
        exits: SideExits::both(Exits {
            stop_loss: Some(stop),
            take_profit: profit,
            ..Exits::default()
        }),
        ..rules()
    };
    let last = [95.0, 106.0, 85.0, 95.0];
    let reason = |rules: &Rules| {
        let (results, counts) = after(rules, 1, last);
        (exit(&results).0, counts.ambiguous)
    };
    assert_eq!(reason(&with(0.08, None, Tie::Pessimistic)), (ExitReason::StopLoss, 0));
    assert_eq!(reason(&with(0.12, None, Tie::Pessimistic)), (ExitReason::Liquidation, 0));
    // With a take profit in the same candle the tie rule decides.
    assert_eq!(reason(&with(0.12, Some(0.05), Tie::Pessimistic)), (ExitReason::Liquidation, 1));
    assert_eq!(reason(&with(0.12, Some(0.05), Tie::Optimistic)), (ExitReason::TakeProfit, 1));
}

#[test]
fn the_wallet_stands_for_a_position_with_cross_margin() {
    let cross = Rules { margin: MarginMode::Cross, capital: 30.0, ..rules() };
    let (results, _) = after(&cross, 1, [95.0, 96.0, 80.0, 95.0]);
    assert!(results.trades[0].exit.is_none());
    // (30 − 100) / (0.01 − 1) = 70.707…
    let (results, _) = after(&cross, 1, [95.0, 96.0, 70.0, 95.0]);
    assert!((exit(&results).1 - 70.0 / 0.99).abs() < 1e-9);
}

#[test]
fn funding_is_paid_from_free_cash_and_then_from_the_margin() {
    let times: Vec<i64> = (0..3).map(|hour| hour * HOUR).collect();
    let settlement = Settlement { instrument: 0, time: 2 * HOUR, rate: 0.02, mark: Some(100.0) };
    let prices = [FLAT, FLAT, [95.0, 96.0, 91.5, 95.0]];
    let with = |capital| {
        let history = history(times.clone(), &prices, vec![settlement]);
        let rules = Rules { capital, ..rules() };
        run_on(&rules, vec![instrument()], &history, &[1, 0, 0], FixedQuantity(1.0)).0
    };
    // Two of funding: with free cash the price of liquidation stays 90.9, without it rises to 92.9.
    assert!(with(100.0).trades[0].exit.is_none());
    let (reason, price, _) = exit(&with(10.0));
    assert_eq!(reason, ExitReason::Liquidation);
    assert!((price - (8.0 - 100.0) / (0.01 - 1.0)).abs() < 1e-9, "{price}");
}

#[test]
fn the_mark_price_judges_where_there_is_one() {
    let candle = |prices| Candle::new(0, prices).unwrap();
    let fall = [candle([100.0, 100.0, 80.0, 100.0])];
    let calm = [candle(FLAT)];
    let exits = |marks: &[Candle]| {
        let sizing = FixedQuantity(1.0);
        let mut account =
            Account::new(rules(), vec![instrument()], sizing, Results::default()).unwrap();
        for (row, candles) in [&calm, &calm, &fall].into_iter().enumerate() {
            let time = i64::try_from(row).unwrap() * HOUR;
            let marks = (row == 2).then_some(marks);
            let bar = Bar { time, until: time + HOUR, candles, marks, settlements: &[] };
            let weights = [f64::from(u8::from(row == 0))];
            let decision = Some(Decision::Weights { weights: &weights, outlook: None });
            account.row(&Row { bar, detail: &[], decision }).unwrap();
        }
        account.finish(false).1.liquidations
    };
    assert_eq!((exits(&calm), exits(&fall)), (0, 1));
}

#[test]
fn legs_are_filled_and_stopped_together() {
    let own = instrument();
    let exits = SideExits::both(Exits { stop_loss: Some(0.05), ..Exits::default() });
    let rules = Rules { exits, intent: Intent::Position, ..Rules::default() };
    let mut account =
        Account::new(rules, vec![own.clone(), own], backtest::EqualParts, Results::default())
            .unwrap();
    let rows = [
        [FLAT, [50.0; 4]],
        [FLAT, [50.0; 4]],
        // The first leg is stopped, the second leaves at the next open; then the level asks again.
        [[100.0, 100.0, 94.0, 97.0], [50.0; 4]],
        [[97.0; 4], [49.0; 4]],
        [[97.0; 4], [49.0; 4]],
    ];
    for (row, prices) in (0..).zip(rows) {
        let time = row * HOUR;
        let candles = prices.map(|prices| Candle::new(time, prices).unwrap());
        let bar =
            Bar { time, until: time + HOUR, candles: &candles, marks: None, settlements: &[] };
        let decision = Some(Decision::Weights { weights: &[0.5, -0.5], outlook: None });
        account.row(&Row { bar, detail: &[], decision }).unwrap();
    }
    let (results, _) = account.finish(false);
    let told: Vec<_> = results
        .trades
        .iter()
        .map(|t| (t.instrument, t.entry_time / HOUR, t.exit.map(|e| (e.time / HOUR, e.price))))
        .collect();
    let wanted = [(0, 1, Some((2, 95.0))), (1, 1, Some((3, 49.0))), (0, 4, None), (1, 4, None)];
    assert_eq!(told, wanted);
    assert!((results.fills[0].quantity - 50.0).abs() < 1e-9);
    assert!((results.fills[1].quantity + 100.0).abs() < 1e-9);
}

/// Funding may take more than the margin of a position that has gained: then its profit backs it, and the
/// account never owes.
#[test]
fn profit_backs_what_funding_took_beyond_the_margin() {
    let rules = Rules { capital: 100.0, leverage: 1.0, intent: Intent::Change, ..Rules::default() };
    let times: Vec<i64> = (0..5).map(|hour| hour * HOUR).collect();
    let settlement =
        |hour: i64| Settlement { instrument: 0, time: hour * HOUR, rate: 0.3, mark: Some(400.0) };
    let prices = [FLAT, FLAT, [400.0, 400.0, 400.0, 400.0], [400.0; 4], [390.0, 390.0, 50.0, 60.0]];
    let history = history(times, &prices, vec![settlement(2), settlement(3)]);
    let (results, counts) =
        run_on(&rules, vec![instrument()], &history, &[1, 0, 0, 0, 0], FixedQuantity(1.0));
    // 240 of funding against a margin of 100: the position must earn 140, so that it ends at
    // (100 − 240 − 100) / (0.01 − 1) = 242.42…
    let (reason, price, _) = exit(&results);
    assert_eq!((reason, counts.liquidations), (ExitReason::Liquidation, 1));
    assert!((price - 240.0 / 0.99).abs() < 1e-9, "{price}");
    assert!(results.equity.iter().all(|row| row.equity >= 0.0 && row.drawdown >= -1.0));
}

/// Maintenance at the entry price: the example that Bybit publishes for isolated margin (1 BTC at 20,000 with
/// 50 x, 0.5 %). With the fee of closing, as OKX has it: at the price found what is left is the maintenance.
#[test]
fn other_venues_take_maintenance_in_their_own_way() {
    let tier = Tier { floor: 0.0, cap: 1e9, rate: 0.005, max_leverage: 100.0, amount: 0.0 };
    let tiers = Tiers::new("x", vec![tier]).unwrap();
    let entry = Maintenance::AtEntry;
    assert_eq!(entry.liquidation_price((1.0, 20_000.0), 400.0, &tiers, 0.0), Some(19_700.0));
    assert_eq!(entry.liquidation_price((-1.0, 20_000.0), 400.0, &tiers, 0.0), Some(20_300.0));
    assert_eq!(entry.liquidation_price((1.0, 20_000.0), 30_000.0, &tiers, 0.0), None);
    for maintenance in [Maintenance::AtMark, Maintenance::AtMarkWithFee, Maintenance::AtEntry] {
        for quantity in [2.0, -2.0] {
            let price =
                maintenance.liquidation_price((quantity, 100.0), 20.0, &tiers, 0.0005).unwrap();
            let left = 20.0 + quantity * (price - 100.0);
            let wanted = maintenance.margin(2.0, 100.0, price, &tiers, 0.0005);
            assert!((left - wanted).abs() < 1e-9, "{maintenance:?} {quantity}: {left} {wanted}");
        }
        let none = maintenance.liquidation_price((1.0, 100.0), 10.0, &Tiers::none(), 0.0005);
        assert_eq!((none, maintenance.margin(1.0, 1.0, 1.0, &Tiers::none(), 0.1)), (None, 0.0));
    }
    let fee = Maintenance::AtMarkWithFee.liquidation_price((1.0, 100.0), 10.0, &tiers, 0.0005);
    assert!((fee.unwrap() - 90.0 / (1.0 - 0.0055)).abs() < 1e-9);
}
