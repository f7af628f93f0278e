//! Payoffs of rows: the trades of an account, one for each row.

use backtest::{
    Account, Candle, Decision, Fees, FixedQuantity, History, Instrument, Intent, Results, Row,
    Rules, Settlement, Slippage,
};
use proptest::prelude::*;
use statistics::{Resampling, SplitMix64};
use strategy_core::{Exits, SideExits};

use crate::groups::group_payoffs;
use crate::row::{RowPayoff, forward_returns, row_payoffs};
use crate::{Drawing, Money, PayoffError, Ranked, Verdict};

const HOUR: i64 = 3_600_000_000;

fn rules(max_hold: u32) -> Rules {
    let exits = Exits {
        take_profit: Some(0.02),
        stop_loss: Some(0.01),
        trailing_stop: None,
        max_hold: Some(max_hold),
    };
    Rules {
        exits: SideExits::both(exits),
        fees: Fees { maker: 0.0002, taker: 0.0005, liquidation: 0.0 },
        slippage: Slippage::OfPrice(0.0001),
        ..Rules::default()
    }
}

/// A random walk of `rows` hours with funding each eight hours; without the candles at `missing`.
fn market(seed: u64, rows: i64, missing: &[i64]) -> History {
    let mut generator = SplitMix64::new(seed);
    let mut unit = || generator.below(1 << 20) as f64 / f64::from(1 << 20);
    let mut last = 100.0_f64;
    let (mut times, mut candles) = (Vec::new(), Vec::new());
    for row in 0..rows {
        let open = last;
        last *= 1.0 + 0.012 * (unit() - 0.5);
        let (up, down) = (1.0 + 0.006 * unit(), 1.0 - 0.006 * unit());
        if missing.contains(&row) {
            continue;
        }
        times.push(row * HOUR);
        let prices = [open, open.max(last) * up, open.min(last) * down, last];
        candles.push(Candle::new(row * HOUR, prices).unwrap());
    }
    let paid = (0..rows / 8).map(|n| Settlement {
        instrument: 0,
        time: 8 * n * HOUR,
        rate: 0.0001 * (n % 5 - 2) as f64,
        mark: None,
    });
    History::new(times, HOUR, candles, paid.collect()).unwrap()
}

/// The net profit over the notional of a row's trade, by an account that trades this row alone.
fn alone(history: &History, rules: &Rules, row: usize, weight: f64) -> Option<RowPayoff> {
    let rules = Rules { intent: Intent::Entry, ..rules.clone() };
    let instrument = vec![Instrument::named("x")];
    let mut account =
        Account::new(rules, instrument, FixedQuantity(1.0), Results::default()).unwrap();
    for (index, bar) in history.bars().enumerate() {
        let weights = [if index == row { weight } else { 0.0 }];
        let decision = Some(Decision::Weights { weights: &weights, outlook: None });
        account.row(&Row { bar, detail: &[], decision }).unwrap();
    }
    let (results, _) = account.finish(false);
    let trade = results.trades.first()?;
    let exit = trade.exit?;
    Some(RowPayoff {
        net: exit.net_pnl / (trade.quantity * trade.entry_price),
        took_profit: exit.reason == backtest::ExitReason::TakeProfit,
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Each row's trade pays what it pays alone, whatever else is open.
    #[test]
    fn rows_do_not_see_each_other(seed in any::<u64>(), max_hold in 1_u32..20) {
        let history = market(seed, 60, &[]);
        let rules = rules(max_hold);
        let times = history.times().to_vec();
        let weights: Vec<f64> = (0..times.len()).map(|row| [1.0, -1.0, 0.0][row % 3]).collect();
        let found = row_payoffs(&history, &rules, &times, &weights).unwrap();
        for (row, found) in found.iter().enumerate() {
            let wanted = if weights[row] == 0.0 { None } else { alone(&history, &rules, row, weights[row]) };
            match (found, wanted) {
                (Some(found), Some(wanted)) => {
                    prop_assert!((found.net - wanted.net).abs() < 1e-12, "{row}: {found:?} {wanted:?}");
                    prop_assert_eq!(found.took_profit, wanted.took_profit);
                }
                (found, wanted) => prop_assert_eq!(found.is_some(), wanted.is_some(), "{}", row),
            }
        }
    }
}

#[test]
fn trades_over_missing_candles_are_not_known() {
    let history = market(7, 40, &[20]);
    let times = history.times().to_vec();
    let weights = vec![1.0; times.len()];
    let mut without = rules(4);
    for exits in [&mut without.exits.long, &mut without.exits.short] {
        (exits.take_profit, exits.stop_loss) = (None, None);
    }
    let found = row_payoffs(&history, &without, &times, &weights).unwrap();
    let known: Vec<i64> = times
        .iter()
        .zip(&found)
        .filter(|(_, payoff)| payoff.is_some())
        .map(|(time, _)| time / HOUR)
        .collect();
    // Entered a candle after the row, left four candles later; the last five have no end.
    let wanted: Vec<i64> = (0..35).filter(|row| !(15..=20).contains(row)).collect();
    assert_eq!(known, wanted);
    let ahead = forward_returns(&history, &times, &weights, 4);
    assert!(ahead[14].is_some() && ahead[16].is_none() && ahead[37].is_none());
}

#[test]
fn trades_without_an_end_are_refused() {
    let history = market(1, 10, &[]);
    let mut endless = rules(4);
    endless.exits.short.max_hold = None;
    let error = row_payoffs(&history, &endless, history.times(), &[1.0; 10]).unwrap_err();
    assert_eq!(error, PayoffError::NoHorizon);
}

#[test]
fn verdicts_follow_from_intervals() {
    let n = 900_u16;
    let groups: Vec<u16> = (0..n).map(|row| row % 4).collect();
    // Group 1 loses, group 2 earns, group 3 does both; rows of group 0 are in none.
    let payoff = |row: u16| {
        let noise = f64::from(row * 37 % 101) / 101.0 - 0.5;
        let net = [9.0, -0.02, 0.02, 0.0][usize::from(row % 4)] + 0.01 * noise;
        Some(RowPayoff { net, took_profit: net > 0.0 })
    };
    let payoffs: Vec<_> = (0..n).map(payoff).collect();
    let forward = vec![Some(0.5); n.into()];
    let drawing = Drawing { resampling: Resampling::default(), block: 8 };
    let found = group_payoffs(&groups, &payoffs, &forward, 4, &drawing).unwrap();
    let verdicts = found.iter().map(|group| group.verdict).collect::<Vec<_>>();
    let none = Verdict::NoEvidence;
    assert_eq!(verdicts, [Verdict::LosesMoney, Verdict::EarnsMoney, none, none]);
    assert_eq!((found[3].rows, found[3].net_payoff, found[3].interval), (0, None, None));
    let tied = &found[2];
    // At the break-even share the mean would be 0.
    let own = || (0..n).filter(|row| row % 4 == 3).filter_map(payoff);
    let mean = |won: bool| {
        let of: Vec<f64> = own().filter(|p| p.took_profit == won).map(|p| p.net).collect();
        of.iter().sum::<f64>() / of.len() as f64
    };
    let share = tied.break_even.unwrap();
    assert!((share * mean(true) + (1.0 - share) * mean(false)).abs() < 1e-12);
}

#[test]
fn money_is_told_by_bin_side_and_month() {
    let history = market(3, 24 * 70, &[]);
    let times = history.times().to_vec();
    let bins: Vec<u16> = (0..times.len()).map(|row| 1 + u16::try_from(row % 3).unwrap()).collect();
    let weights: Vec<f64> = bins.iter().map(|bin| [-1.0, 0.0, 1.0][usize::from(bin - 1)]).collect();
    let drawing = Drawing { resampling: Resampling::default(), block: 24 };
    let ranked = Ranked { bins: &bins, n_bins: 3 };
    let money = Money::of(&history, &rules(24), &times, &weights, Some(ranked), &drawing).unwrap();
    assert_eq!(money.bins.len(), 3);
    // Bin 3 is long and bin 1 short: their money is the signals'.
    assert_eq!(money.signals.long.net_payoff, money.bins[2].money.long.net_payoff);
    assert_eq!(money.signals.short.rows, money.bins[0].money.short.rows);
    let months: Vec<&str> = money.months.iter().map(|month| month.month.as_str()).collect();
    assert_eq!(months, ["1970-01", "1970-02", "1970-03"]);
    let of_months: u64 = money.months.iter().map(|month| month.money.long.rows).sum();
    assert_eq!(of_months, money.signals.long.rows);
    let said = money.to_string();
    for part in
        ["take profit 2 %", "maker 0.02 %", "1 short", "3 long", "1970-02 long", "break-even"]
    {
        assert!(said.contains(part), "{part}: {said}");
    }
}
