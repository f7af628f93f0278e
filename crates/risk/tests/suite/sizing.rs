//! Sizers and rules in an account: what they do to trades, and their laws.

use std::sync::Arc;

use backtest::{
    Account, Candle, Decision, EqualParts, ExitReason, History, Instrument, Intent, Results, Row,
    RowTable, Rules, Settlement, Sizing,
};
use proptest::prelude::*;
use risk::{Guard, Ladder, Limits, MarketHistory, RiskError, RiskSizing, Sizer, Step};
use strategy_core::{Exits, Outlook, SideExits};

pub(crate) const HOUR: i64 = 3_600_000_000;

/// Closes and, for each, what is wanted from the next open on.
pub(crate) struct Run<'a> {
    pub(crate) closes: &'a [f64],
    pub(crate) wanted: &'a [f64],
    pub(crate) rules: Rules,
    pub(crate) outlook: Option<Outlook>,
}

fn stops(stop: f64) -> SideExits {
    SideExits::both(Exits { stop_loss: Some(stop), ..Exits::default() })
}

impl Run<'_> {
    fn with<S: Sizing, T>(&self, sizing: S, then: impl Fn(&S) -> T) -> (Results, T) {
        self.fed(sizing, then, |account, history, decisions| {
            for (bar, decision) in history.bars().zip(decisions) {
                account.row(&Row { bar, detail: &[], decision }).unwrap();
            }
        })
    }

    fn fed<S: Sizing, T>(
        &self,
        sizing: S,
        then: impl Fn(&S) -> T,
        feed: impl Fn(&mut Account<S, Results>, &History, Vec<Option<Decision<'_>>>),
    ) -> (Results, T) {
        let instruments = vec![Instrument::named("btcusdt")];
        let mut account =
            Account::new(self.rules.clone(), instruments, sizing, Results::default()).unwrap();
        let opens = self.closes.iter().take(1).chain(self.closes);
        let candles: Vec<Candle> = opens
            .zip(self.closes)
            .map(|(&open, &close)| {
                Candle::new(0, [open, open.max(close), open.min(close), close]).unwrap()
            })
            .collect();
        let times = (0_i64..).map(|hour| hour * HOUR);
        let history = History::new(times.take(candles.len()).collect(), HOUR, candles, Vec::new());
        let history = history.unwrap();
        let decisions = self.wanted.iter().map(|wanted| {
            let weights = std::slice::from_ref(wanted);
            Some(Decision::Weights { weights, outlook: self.outlook.as_ref() })
        });
        feed(&mut account, &history, decisions.collect());
        let told = then(account.sizing());
        (account.finish(false).0, told)
    }

    /// Row by row and all rows together, which must be the same.
    pub(crate) fn sized(&self, sizer: Sizer, limits: &Limits) -> (Results, Option<RiskError>) {
        let sizing = || RiskSizing::new(sizer, limits, &self.rules.exits, 1, HOUR).unwrap();
        let told = |sizing: &RiskSizing| (sizing.fault().cloned(), sizing.acted().clone());
        let (results, (fault, acted)) = self.with(sizing(), told);
        let (together, of_together) = self.fed(sizing(), told, |account, history, decisions| {
            let rows = RowTable::new(history, decisions).unwrap();
            account.rows(&rows, 0..rows.len()).unwrap();
        });
        assert_eq!(together.fills, results.fills);
        assert_eq!(together.trades, results.trades);
        assert_eq!(together.changes, results.changes);
        assert_eq!(together.equity, results.equity);
        assert_eq!(of_together, (fault.clone(), acted));
        (results, fault)
    }
}

pub(crate) fn entry(stop: f64) -> Rules {
    Rules { intent: Intent::Entry, exits: stops(stop), ..Rules::default() }
}

fn notional(results: &Results, fill: usize) -> f64 {
    let fill = &results.fills[fill];
    fill.quantity * fill.price
}

#[test]
fn each_sizer_gives_its_size() {
    let run = Run {
        closes: &[100.0, 100.0, 101.0],
        wanted: &[1.0, 0.0, 0.0],
        rules: entry(0.02),
        outlook: Some(Outlook {
            mean: 0.01,
            second_moment: 0.001,
            standard_error: 0.002,
            effective_n: 100.0,
            side_mean: 0.004,
            mean_duration: 10.0,
        }),
    };
    let size = |sizer| notional(&run.sized(sizer, &Limits::off()).0, 0);
    assert_eq!(size(Sizer::EqualParts), 10_000.0);
    assert_eq!(size(Sizer::FixedQuantity(3.0)), 300.0);
    assert_eq!(size(Sizer::FixedNotional(1_234.0)), 1_234.0);
    assert!((size(Sizer::FixedFraction(0.005)) - 2_500.0).abs() < 1e-9);
    // Half of 0.01 and 0.004, over the second moment, × ¼ × shrinkage: above what a stop may lose.
    assert!((size(Sizer::PayoffKelly(risk::KellySettings::default())) - 2_500.0).abs() < 1e-9);
    let bold = risk::KellySettings { stop_risk: 0.49, ..risk::KellySettings::default() };
    let k = 0.007_f64.powi(2) / (0.007_f64.powi(2) + 0.001_f64.powi(2));
    assert!((size(Sizer::PayoffKelly(bold)) - 10_000.0_f64.min(2_500.0 * k * 7.0)).abs() < 1e-9);
}

#[test]
fn vol_target_is_flat_until_a_long_half_life_has_passed_and_then_has_its_volatility() {
    let closes: Vec<f64> = (0..200).map(|row| if row % 2 == 0 { 100.0 } else { 101.0 }).collect();
    let run = Run { closes: &closes, wanted: &[1.0; 200], rules: Rules::default(), outlook: None };
    let (results, _) = run.sized(Sizer::VolTarget(0.2), &Limits::off());
    // 168 returns are known at the close of row 168; the fill is at the next open.
    assert_eq!(results.fills[0].time, 169 * HOUR);
    let volatility = 1.01_f64.ln() * (365.0 * 24.0_f64).sqrt();
    let weight = results.equity[170].gross_exposure;
    assert!((weight - 0.2 / volatility).abs() < 0.002, "{weight}");
}

#[test]
fn a_size_beyond_what_the_account_carries_is_made_smaller_not_rejected() {
    let closes: Vec<f64> = (0..200).map(|row| if row % 2 == 0 { 100.0 } else { 100.1 }).collect();
    let run = Run { closes: &closes, wanted: &[1.0; 200], rules: Rules::default(), outlook: None };
    let (results, _) = run.sized(Sizer::VolTarget(0.4), &Limits::off());
    assert!((notional(&results, 0) - 10_000.0).abs() < 1e-6);
}

#[test]
fn a_strategy_without_an_outlook_cannot_be_sized_by_kelly() {
    let run =
        Run { closes: &[100.0, 100.0], wanted: &[1.0, 0.0], rules: entry(0.02), outlook: None };
    let kelly = Sizer::PayoffKelly(risk::KellySettings::default());
    let (results, fault) = run.sized(kelly, &Limits::off());
    assert!(results.fills.is_empty());
    assert!(matches!(fault, Some(RiskError::NoOutlook { .. })));
}

#[test]
fn settings_that_cannot_be_meant_are_refused() {
    let refused = |sizer: Sizer, exits: &SideExits| sizer.check(exits, 1).unwrap_err().to_string();
    let message = refused(Sizer::VolTarget(40.0), &SideExits::default());
    assert!(message.contains("did you mean 0.4?"), "{message}");
    let message = refused(Sizer::FixedFraction(0.005), &SideExits::default());
    assert!(message.contains("have no stop"), "{message}");
    let trailing = SideExits::both(Exits { trailing_stop: Some(0.02), ..Exits::default() });
    assert!(Sizer::FixedFraction(0.005).check(&trailing, 1).is_ok());
    assert!(Sizer::FixedQuantity(1.0).check(&trailing, 2).is_err());
    let limits = |change: fn(&mut Limits)| {
        let mut limits = Limits::standard();
        change(&mut limits);
        limits.check()
    };
    assert_eq!(limits(|_| ()), Ok(()));
    assert_eq!(Limits::off().check(), Ok(()));
    assert!(matches!(limits(|l| l.gross = Some(0.5)), Err(RiskError::Contradiction { .. })));
    assert!(matches!(limits(|l| l.instrument = Some(3.0)), Err(RiskError::Contradiction { .. })));
    assert!(matches!(limits(|l| l.daily_loss = Some(3.0)), Err(RiskError::Parameter { .. })));
    assert!(limits(|l| l.stale.as_mut().unwrap().flat_hours = 1.0).is_err());
    assert!(limits(|l| l.shock.as_mut().unwrap().factor = 1.5).is_err());
    assert!(limits(|l| l.stop_guard = Some(Guard { stops: 0, ..Guard::default() })).is_err());
    let disordered = |l: &mut Limits| l.drawdown.as_mut().unwrap().steps.swap(0, 1);
    assert!(matches!(limits(disordered), Err(RiskError::Ladder { step: 2, .. })));
    for nan in [f64::NAN, -1.0, 0.0] {
        let all = Limits { gross: Some(nan), ..Limits::off() };
        assert!(all.check().is_err());
    }
}

#[test]
fn an_exposure_limit_scales_and_says_so() {
    let run = Run {
        closes: &[100.0, 100.0, 100.0],
        wanted: &[1.0, 0.0, 0.0],
        rules: Rules { leverage: 5.0, ..entry(0.02) },
        outlook: None,
    };
    for (limits, rule) in [
        (Limits { gross: Some(2.0), ..Limits::off() }, "gross-exposure"),
        (Limits { net: Some(2.0), ..Limits::off() }, "net-exposure"),
        (Limits { instrument: Some(2.0), ..Limits::off() }, "instrument-exposure"),
    ] {
        let (results, _) = run.sized(Sizer::EqualParts, &limits);
        assert!((notional(&results, 0) - 20_000.0).abs() < 1e-6, "{rule}");
        assert_eq!(results.changes.len(), 1);
        let change = &results.changes[0];
        assert_eq!((change.rule, change.from), (rule, 50_000.0));
        assert!(change.why.contains("of 2 allowed: scaled"), "{}", change.why);
    }
}

/// Limits are of all that is held, bets that overlap included.
#[test]
fn bets_that_overlap_add_up() {
    let run = Run {
        closes: &[100.0; 6],
        wanted: &[1.0; 6],
        rules: Rules { leverage: 5.0, max_trades: 3, ..entry(0.02) },
        outlook: None,
    };
    for (limits, rule) in [
        (Limits { gross: Some(1.0), ..Limits::off() }, "gross-exposure"),
        (Limits { net: Some(1.0), ..Limits::off() }, "net-exposure"),
        (Limits { instrument: Some(1.0), ..Limits::off() }, "instrument-exposure"),
    ] {
        let (results, _) = run.sized(Sizer::FixedNotional(6_000.0), &limits);
        let sizes: Vec<f64> = results.fills.iter().map(|fill| fill.quantity * fill.price).collect();
        assert_eq!(sizes.len(), 2, "{rule}: {sizes:?}");
        assert!(
            (sizes[0] - 6_000.0).abs() < 1e-6 && (sizes[1] - 4_000.0).abs() < 1e-6,
            "{sizes:?}"
        );
        assert!(results.changes.iter().all(|change| change.rule == rule));
    }
}

#[test]
fn the_ladder_scales_closes_and_is_rearmed_with_a_new_peak() {
    let ladder = Ladder {
        steps: vec![Step { drawdown: 0.05, factor: 0.5 }, Step { drawdown: 0.10, factor: 0.0 }],
        rearm_days: 0.25,
    };
    let limits = Limits { drawdown: Some(ladder), ..Limits::off() };
    let closes = [100.0, 100.0, 88.0, 88.0, 88.0, 88.0, 88.0, 88.0, 88.0, 88.0, 88.0, 88.0];
    let run = Run { closes: &closes, wanted: &[1.0; 12], rules: Rules::default(), outlook: None };
    let (results, _) = run.sized(Sizer::EqualParts, &limits);
    // Bought at the open of row 1; the fall of row 2 closes at the open of row 3; six hours after the
    // close of row 2 the ladder is armed again and the position is wanted again.
    let fills: Vec<(i64, bool)> =
        results.fills.iter().map(|fill| (fill.time / HOUR, fill.quantity > 0.0)).collect();
    assert_eq!(fills, [(1, true), (3, false), (9, true)]);
    assert_eq!(results.trades[0].exit.unwrap().reason, ExitReason::Risk);
    assert!((notional(&results, 2) - 8_800.0).abs() < 1e-6, "the whole equity of then");
}

#[test]
fn the_days_loss_blocks_until_midnight() {
    let mut closes = vec![100.0; 30];
    closes[2..].fill(96.0);
    // A position that is given up and wanted again, every hour.
    let mut wanted: Vec<f64> = (0..30).map(|row| f64::from(u8::from(row % 2 == 0))).collect();
    wanted[1] = 1.0;
    let run = Run { closes: &closes, wanted: &wanted, rules: Rules::default(), outlook: None };
    let limits = Limits { daily_loss: Some(0.03), ..Limits::off() };
    let (results, _) = run.sized(Sizer::EqualParts, &limits);
    let entries: Vec<i64> = results
        .fills
        .iter()
        .filter(|fill| fill.quantity > 0.0)
        .map(|fill| fill.time / HOUR)
        .collect();
    // Bought at 1; the loss shows at the close of row 2; row 23 closes at midnight, row 24 asks again.
    assert_eq!(entries, [1, 25, 27, 29]);
    assert!(results.changes.iter().all(|change| change.rule == "daily-loss"));
}

#[test]
fn cooldown_and_stop_guard_lock_entries() {
    // Every second row falls by 3 %: an entry is stopped in the row after its own.
    let closes: Vec<f64> = (0..60).map(|row| 100.0 * 0.97_f64.powi(row / 2)).collect();
    let run = Run { closes: &closes, wanted: &[1.0; 60], rules: entry(0.02), outlook: None };
    let entries = |limits: &Limits| -> Vec<i64> {
        let (results, _) = run.sized(Sizer::FixedNotional(100.0), limits);
        results
            .fills
            .iter()
            .filter(|fill| fill.quantity > 0.0)
            .map(|fill| fill.time / HOUR)
            .collect()
    };
    let free = entries(&Limits::off());
    let cooled = entries(&Limits { cooldown: Some(3), ..Limits::off() });
    assert!(free.windows(2).all(|pair| pair[1] - pair[0] == 2), "{free:?}");
    // Stopped in the row after the entry; that row's close and the next two are blocked.
    assert!(cooled.windows(2).all(|pair| pair[1] - pair[0] > 3), "{cooled:?}");
    let guarded = entries(&Limits {
        stop_guard: Some(Guard { stops: 4, within_hours: 24, lock_hours: 12 }),
        ..Limits::off()
    });
    assert_eq!(guarded[..4], free[..4]);
    assert!(guarded[4] - guarded[3] > 12, "{guarded:?}");
}

#[test]
fn stale_candles_block_and_then_close() {
    let mut closes: Vec<f64> = (0..30).map(|row| 100.0 + f64::from(row % 3)).collect();
    let last = closes[10];
    closes[11..22].fill(last);
    let run = Run { closes: &closes, wanted: &[1.0; 30], rules: Rules::default(), outlook: None };
    let limits = Limits { stale: Some(risk::Stale::default()), ..Limits::off() };
    let (results, _) = run.sized(Sizer::EqualParts, &limits);
    let fills: Vec<i64> = results.fills.iter().map(|fill| fill.time / HOUR).collect();
    // The last fresh candle closes at 11:00; at 17:00 nothing has come for six hours. The first that moves
    // again is that of row 23: it is still after a long silence, and the next one is not.
    assert_eq!(fills, [1, 17, 25]);
}

#[test]
fn a_shock_of_volatility_halves_entries() {
    let mut closes: Vec<f64> =
        (0..180).map(|row| if row % 2 == 0 { 100.0 } else { 100.1 }).collect();
    closes[176] = 104.0;
    closes[177..].fill(104.0);
    let mut wanted = vec![0.0; 180];
    wanted[176] = 1.0;
    let run = Run { closes: &closes, wanted: &wanted, rules: Rules::default(), outlook: None };
    let limits = Limits { shock: Some(risk::Shock::default()), ..Limits::off() };
    let (results, _) = run.sized(Sizer::EqualParts, &limits);
    assert!((notional(&results, 0) - 5_000.0).abs() < 1e-6);
    assert!(results.changes[0].why.contains("entries × 0.5"), "{}", results.changes[0].why);
}

#[test]
fn the_kill_switch_closes_and_blocks() {
    let run =
        Run { closes: &[100.0; 6], wanted: &[1.0; 6], rules: Rules::default(), outlook: None };
    let exits = SideExits::default();
    let sizing = RiskSizing::new(Sizer::EqualParts, &Limits::off(), &exits, 1, HOUR).unwrap();
    let sizing = sizing.killed("engaged by hand: blocked");
    let (results, acted) = run.with(sizing, |sizing| sizing.acted()["kill-switch"]);
    assert!(results.fills.is_empty());
    assert_eq!(results.changes[0].rule, "kill-switch");
    assert_eq!(acted, 6);
}

pub(crate) fn walk() -> impl Strategy<Value = (Vec<f64>, Vec<f64>)> {
    proptest::collection::vec((-0.04..0.04_f64, -1_i8..=1), 30..260).prop_map(|steps| {
        let mut price = 100.0;
        steps
            .into_iter()
            .map(|(change, side)| {
                price *= 1.0 + change;
                (price, f64::from(side))
            })
            .unzip()
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn with_all_limits_off_the_trades_are_those_of_the_bare_account(
        (closes, wanted) in walk(), as_entries in any::<bool>(),
    ) {
        let rules = if as_entries { entry(0.03) } else { Rules::default() };
        let run = Run { closes: &closes, wanted: &wanted, rules, outlook: None };
        let (bare, ()) = run.with(EqualParts, |_| ());
        let (off, _) = run.sized(Sizer::EqualParts, &Limits::off());
        prop_assert_eq!(bare.fills, off.fills);
        prop_assert_eq!(bare.equity, off.equity);
        prop_assert!(off.changes.is_empty());
    }

    /// Row by row is all at once: what an account did over the first rows does not depend on those to come.
    #[test]
    fn sizes_and_rules_see_no_later_row((closes, wanted) in walk(), cut in 1_usize..260) {
        let rules = Rules { leverage: 4.0, ..entry(0.03) };
        let of = |rows: usize| {
            let (closes, wanted) = (&closes[..rows], &wanted[..rows]);
            let run = Run { closes, wanted, rules: rules.clone(), outlook: None };
            run.sized(Sizer::VolTarget(0.5), &Limits::standard()).0
        };
        let rows = cut.min(closes.len());
        let (whole, part) = (of(closes.len()), of(rows));
        prop_assert_eq!(&whole.fills[..part.fills.len()], &part.fills[..]);
        prop_assert_eq!(&whole.equity[..rows], &part.equity[..]);
        prop_assert_eq!(&whole.changes[..part.changes.len()], &part.changes[..]);
    }

    /// Reducing always passes: where nothing is wanted, nothing is held after the next open, whatever blocks.
    #[test]
    fn no_rule_holds_back_what_closes((closes, wanted) in walk()) {
        let rules = Rules { leverage: 4.0, ..Rules::default() };
        let run = Run { closes: &closes, wanted: &wanted, rules, outlook: None };
        let limits = Limits { daily_loss: Some(0.001), cooldown: Some(50), ..Limits::standard() };
        let (results, _) = run.sized(Sizer::EqualParts, &limits);
        for (wanted, next) in wanted.iter().zip(&results.equity[1..]) {
            prop_assert!(*wanted != 0.0 || next.gross_exposure == 0.0, "{}", next.gross_exposure);
        }
    }

    #[test]
    fn a_rule_never_makes_a_size_larger((closes, wanted) in walk(), as_entries in any::<bool>()) {
        let rules = if as_entries { entry(0.03) } else { Rules::default() };
        let rules = Rules { leverage: 4.0, ..rules };
        let run = Run { closes: &closes, wanted: &wanted, rules, outlook: None };
        let (results, _) = run.sized(Sizer::EqualParts, &Limits::standard());
        for change in &results.changes {
            prop_assert!(change.to <= change.from && change.to >= 0.0, "{change:?}");
        }
        for row in &results.equity {
            // Limits hold at entry; prices move afterwards.
            prop_assert!(row.gross_exposure <= 1.35, "{}", row.gross_exposure);
        }
    }
}

/// Two instruments that move apart, one of them with funding.
fn two_instruments() -> History {
    let hours = 400_i64;
    let price = |hour: i64, which: i64| {
        100.0
            + 5.0 * ((hour as f64 + 40.0 * which as f64) / 11.0).sin()
            + (hour % (5 + which)) as f64
    };
    let candles = (0..hours).flat_map(|hour| {
        [0, 1].map(|which| {
            let (open, close) = (price(hour - 1, which), price(hour, which));
            Candle::new(hour, [open, open.max(close), open.min(close), close]).unwrap()
        })
    });
    let settled =
        |hour: i64| Settlement { instrument: 1, time: hour * HOUR, rate: 1e-4, mark: None };
    let settlements = (0..hours).step_by(8).map(settled).collect();
    let times = (0..hours).map(|hour| hour * HOUR).collect();
    History::new(times, HOUR, candles.collect(), settlements).unwrap()
}

fn over(history: &History, sizing: RiskSizing) -> (Results, Option<RiskError>) {
    let rules = Rules { exits: stops(0.02), ..Rules::default() };
    let instruments = vec![Instrument::named("btcusdt"), Instrument::named("ethusdt")];
    let mut account = Account::new(rules, instruments, sizing, Results::default()).unwrap();
    for (hour, bar) in history.bars().enumerate() {
        let side = if hour / 7 % 2 == 0 { 0.5 } else { -0.5 };
        let decision = Some(Decision::Weights { weights: &[side, -0.4], outlook: None });
        account.row(&Row { bar, detail: &[], decision }).unwrap();
    }
    let fault = account.sizing().fault().cloned();
    (account.finish(false).0, fault)
}

#[test]
fn a_shared_market_gives_the_same_account_to_the_bit() {
    let history = two_instruments();
    let market = Arc::new(MarketHistory::new(&history));
    for sizer in [Sizer::VolTarget(0.3), Sizer::EqualParts] {
        let limits = Limits { correlated: Some(0.05), ..Limits::standard() };
        let sizing = || RiskSizing::new(sizer, &limits, &stops(0.02), 2, HOUR).unwrap();
        let (own, _) = over(&history, sizing());
        let (shared, fault) = over(&history, sizing().sharing(|| Arc::clone(&market)));
        assert_eq!(fault, None);
        assert!(own.fills.len() > 20 && own.changes.len() > 20, "{}", own.fills.len());
        assert_eq!((own.fills, own.changes), (shared.fills, shared.changes));
        assert_eq!(own.equity, shared.equity);
    }
}

#[test]
fn a_market_of_other_rows_is_a_fault() {
    let run = Run { closes: &[100.0; 3], wanted: &[1.0; 3], rules: entry(0.02), outlook: None };
    let sizer = Sizer::VolTarget(0.2);
    let sizing = RiskSizing::new(sizer, &Limits::off(), &run.rules.exits, 1, HOUR).unwrap();
    let history = History::new(vec![HOUR], HOUR, vec![Candle::new(0, [1.0; 4]).unwrap()], vec![]);
    let other = Arc::new(MarketHistory::new(&history.unwrap()));
    let (_, fault) = run.with(sizing.sharing(|| other), |sizing| sizing.fault().cloned());
    assert_eq!(fault, Some(RiskError::OtherRows { row: 1 }));
}
