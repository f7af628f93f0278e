//! Laws that hold whatever the candles.

use backtest::{
    Account, Bar, Candle, Change, Decision, Demand, EqualParts, Fees, FixedQuantity, FundingRule,
    Gaps, History, Instrument, Intent, MarginMode, Portfolio, Request, Results, Row, RowTable,
    Rules, Settlement, Size, Sizing, Slippage, Tie, Tier, Tiers,
};
use proptest::collection::vec;
use proptest::prelude::*;
use strategy_core::{Exits, SideExits};

use crate::market::{HOUR, hours, run, run_on};

/// Candles that follow each other with small gaps; prices from about 50 to 200.
fn walk(rows: usize) -> impl Strategy<Value = Vec<[f64; 4]>> {
    let step = (-0.02..0.02_f64, -0.03..0.03_f64, 0.0..0.03_f64, 0.0..0.03_f64);
    vec(step, rows).prop_map(|steps| {
        let mut last = 100.0_f64;
        steps
            .into_iter()
            .map(|(gap, body, up, down)| {
                let open = (last * (1.0 + gap)).clamp(50.0, 200.0);
                let close = open * (1.0 + body);
                let (high, low) = (open.max(close) * (1.0 + up), open.min(close) * (1.0 - down));
                last = close;
                [open, high, low, close]
            })
            .collect()
    })
}

fn sides(rows: usize) -> impl Strategy<Value = Vec<i8>> {
    vec(-1_i8..=1, rows)
}

fn exits() -> impl Strategy<Value = Exits> {
    let fraction = || proptest::option::of(0.002..0.08_f64);
    (fraction(), fraction(), fraction(), proptest::option::of(1_u32..9)).prop_map(
        |(take_profit, stop_loss, trailing_stop, max_hold)| Exits {
            take_profit,
            stop_loss,
            trailing_stop,
            max_hold,
        },
    )
}

fn rules() -> impl Strategy<Value = Rules> {
    let intent = prop_oneof![Just(Intent::Position), Just(Intent::Change), Just(Intent::Entry)];
    let cost = (0.0..0.001_f64, 0.0..0.002_f64, 0.0..0.003_f64);
    let leverage = prop_oneof![Just(1.0), Just(3.0), Just(20.0)];
    (intent, exits(), exits(), cost, leverage, any::<bool>(), any::<bool>(), 1_usize..4).prop_map(
        |(intent, long, short, (maker, taker, slippage), leverage, cross, optimistic, trades)| {
            Rules {
                intent,
                exits: SideExits { long, short },
                max_trades: if intent == Intent::Entry { trades } else { 1 },
                leverage,
                margin: if cross { MarginMode::Cross } else { MarginMode::Isolated },
                fees: Fees { maker, taker, liquidation: 0.01 },
                slippage: Slippage::OfPrice(slippage),
                funding: FundingRule::Charge,
                tie: if optimistic { Tie::Optimistic } else { Tie::Pessimistic },
                ..Rules::default()
            }
        },
    )
}

fn tiered() -> Instrument {
    let tier =
        |floor, cap, rate, max_leverage, amount| Tier { floor, cap, rate, max_leverage, amount };
    let tiers = vec![tier(0.0, 50_000.0, 0.004, 50.0, 0.0), tier(50_000.0, 1e9, 0.01, 20.0, 300.0)];
    Instrument { tiers: Tiers::new("x", tiers).unwrap(), ..Instrument::named("x") }
}

fn funded(prices: &[[f64; 4]], rates: &[f64]) -> History {
    funded_with_hole(prices, rates, prices.len())
}

/// An hour is missing before the row of this number.
fn funded_with_hole(prices: &[[f64; 4]], rates: &[f64], hole: usize) -> History {
    let candles: Vec<Candle> = (0..)
        .zip(prices)
        .map(|(hour, prices)| Candle::new(hour * HOUR, *prices).unwrap())
        .collect();
    let settlement = |(n, &rate): (i64, &f64)| {
        // Every third one inside a bar, every other without a mark.
        let time = n * 4 * HOUR + if n % 3 == 2 { HOUR / 2 } else { 0 };
        Settlement { instrument: 0, time, rate, mark: (n % 2 == 0).then_some(100.0) }
    };
    let funding = (0..).zip(rates).map(settlement).collect();
    let time = |row: usize| i64::try_from(row + usize::from(row >= hole)).unwrap() * HOUR;
    History::new((0..prices.len()).map(time).collect(), HOUR, candles, funding).unwrap()
}

const ROWS: usize = 60;

/// Takes equal parts, and wants half of what is held back every eleventh row.
struct Demanding {
    watches: bool,
    equities: Vec<f64>,
}

impl Sizing for Demanding {
    fn size(
        &mut self,
        request: &Request<'_>,
        portfolio: &Portfolio<'_>,
        changes: &mut Vec<Change>,
    ) -> Size {
        EqualParts.size(request, portfolio, changes)
    }

    fn watches(&self) -> bool {
        self.watches
    }

    fn watch(&mut self, row: &Bar<'_>, now: &Portfolio<'_>, demands: &mut Vec<Demand>) {
        assert_eq!(now.positions[0].mark, row.candles[0].close());
        self.equities.push(now.equity);
        if self.equities.len().is_multiple_of(11) {
            let why = "half is enough".to_owned();
            demands.push(Demand { instrument: None, keep: 0.5, rule: "half", why });
        }
    }
}

proptest! {
    #[test]
    fn money_is_conserved(
        prices in walk(ROWS), sides in sides(ROWS), rules in rules(), rates in vec(-0.002..0.002_f64, 15),
    ) {
        let history = funded(&prices, &rates);
        let (results, _) = run_on(&rules, vec![tiered()], &history, &sides, EqualParts);
        let turnover: f64 = results.fills.iter().map(|fill| (fill.quantity * fill.price).abs()).sum();
        let room = 1e-9 * (turnover + rules.capital);
        let equity = results.equity.last().unwrap().equity;
        let close = prices[ROWS - 1][3];
        // From the fills alone.
        let held: f64 = results.fills.iter().map(|fill| fill.quantity).sum();
        let spent: f64 = results.fills.iter().map(|fill| fill.quantity * fill.price + fill.fee).sum();
        let funding: f64 = results.funding.iter().map(|payment| payment.amount).sum();
        prop_assert!((equity - (rules.capital - spent + funding + held * close)).abs() < room);
        // From the trades alone.
        let of_trade = |trade: &backtest::Trade| match trade.exit {
            Some(exit) => exit.net_pnl,
            None => f64::from(trade.side.code()) * trade.quantity * (close - trade.entry_price)
                - trade.fees + trade.funding,
        };
        let earned: f64 = results.trades.iter().map(of_trade).sum();
        prop_assert!((equity - rules.capital - earned).abs() < room);
    }

    #[test]
    fn doubled_money_doubles_the_profit(
        prices in walk(ROWS), sides in sides(ROWS), rules in rules(), exponent in 0_i32..3,
    ) {
        let history = hours(&prices);
        let limits = |times: f64| Instrument {
            step: 0.125 * times, min_notional: 64.0 * times, ..Instrument::named("x")
        };
        let quantity = 2_f64.powi(exponent);
        let once = run_on(&rules, vec![limits(1.0)], &history, &sides, FixedQuantity(quantity));
        let double = Rules { capital: 2.0 * rules.capital, ..rules };
        let twice = run_on(&double, vec![limits(2.0)], &history, &sides, FixedQuantity(2.0 * quantity));
        prop_assert_eq!(once.0.trades.len(), twice.0.trades.len());
        for (one, two) in once.0.equity.iter().zip(&twice.0.equity) {
            prop_assert_eq!(2.0 * one.equity, two.equity);
        }
    }

    #[test]
    fn mirrored_prices_and_sides_earn_the_same_without_costs(
        prices in walk(ROWS), sides in sides(ROWS), hold in proptest::option::of(1_u32..9),
    ) {
        let mirror = |[open, high, low, close]: [f64; 4]| {
            [500.0 - open, 500.0 - low, 500.0 - high, 500.0 - close]
        };
        let mirrored: Vec<[f64; 4]> = prices.iter().copied().map(mirror).collect();
        let others: Vec<i8> = sides.iter().map(|side| -side).collect();
        let exits = SideExits::both(Exits { max_hold: hold, ..Exits::default() });
        let rules = Rules { exits, ..Rules::default() };
        let (one, _) = run(&rules, &hours(&prices), &sides, FixedQuantity(1.0));
        let (two, _) = run(&rules, &hours(&mirrored), &others, FixedQuantity(1.0));
        for (one, two) in one.equity.iter().zip(&two.equity) {
            prop_assert!((one.equity - two.equity).abs() < 1e-9 * rules.capital);
        }
    }

    #[test]
    fn later_candles_change_no_trade_that_is_closed(
        prices in walk(ROWS), other in walk(ROWS), sides in sides(ROWS), rules in rules(), cut in 1..ROWS,
    ) {
        let mut changed = prices.clone();
        changed[cut..].copy_from_slice(&other[cut..]);
        let (one, _) = run_on(&rules, vec![tiered()], &hours(&prices), &sides, EqualParts);
        let (two, _) = run_on(&rules, vec![tiered()], &hours(&changed), &sides, EqualParts);
        let until = i64::try_from(cut).unwrap() * HOUR;
        let before = |results: &Results| -> Vec<backtest::Trade> {
            let closed = |trade: &&backtest::Trade| trade.exit.is_some_and(|exit| exit.time < until);
            results.trades.iter().filter(closed).copied().collect()
        };
        prop_assert_eq!(before(&one), before(&two));
        prop_assert_eq!(&one.equity[..cut], &two.equity[..cut]);
    }

    #[test]
    fn the_pessimist_never_earns_more_of_a_trade(
        prices in walk(ROWS), side in prop_oneof![Just(-1_i8), Just(1)], rules in rules(),
    ) {
        let mut sides = vec![0; ROWS];
        sides[0] = side;
        let fees = Fees { maker: rules.fees.maker.min(rules.fees.taker), ..rules.fees };
        let of = |tie| Rules { tie, fees, intent: Intent::Change, max_trades: 1, ..rules.clone() };
        let (low, _) = run_on(&of(Tie::Pessimistic), vec![tiered()], &hours(&prices), &sides, EqualParts);
        let (high, _) = run_on(&of(Tie::Optimistic), vec![tiered()], &hours(&prices), &sides, EqualParts);
        prop_assert!(low.equity[ROWS - 1].equity <= high.equity[ROWS - 1].equity + 1e-6);
    }

    #[test]
    fn finer_candles_that_go_one_way_leave_nothing_to_the_tie_rule(
        ticks in vec(-0.02..0.02_f64, 12 * 20), sides in sides(20), rules in rules(),
    ) {
        let mut last = 100.0_f64;
        let fine: Vec<[f64; 4]> = ticks.iter().map(|tick| {
            let open = last;
            last = (last * (1.0 + tick)).clamp(50.0, 200.0);
            [open, open.max(last), open.min(last), last]
        }).collect();
        let outcome = |tie| {
            let rules = Rules { tie, ..rules.clone() };
            let sizing = EqualParts;
            let mut account =
                Account::new(rules, vec![tiered()], sizing, Results::default()).unwrap();
            for (hour, minutes) in (0..).zip(fine.chunks(12)) {
                let (time, five) = (hour * HOUR, HOUR / 12);
                let fold = |f: fn(f64, f64) -> f64, place: usize| {
                    minutes.iter().map(|m| m[place]).reduce(f).unwrap()
                };
                let row = [minutes[0][0], fold(f64::max, 1), fold(f64::min, 2), minutes[11][3]];
                let candles = [Candle::new(time, row).unwrap()];
                let minutes: Vec<(i64, Candle)> = (0..).zip(minutes)
                    .map(|(n, prices)| (time + n * five, Candle::new(time, *prices).unwrap()))
                    .collect();
                let detail: Vec<Bar<'_>> = minutes.iter().map(|(time, candle)| Bar {
                    time: *time,
                    until: time + five,
                    candles: std::slice::from_ref(candle),
                    marks: None,
                    settlements: &[],
                }).collect();
                let until = time + HOUR;
                let bar = Bar { time, until, candles: &candles, marks: None, settlements: &[] };
                let weights = [f64::from(sides[usize::try_from(hour).unwrap()])];
                let decision = Some(Decision::Weights { weights: &weights, outlook: None });
                account.row(&Row { bar, detail: &detail, decision }).unwrap();
            }
            account.finish(false)
        };
        let (low, counts) = outcome(Tie::Pessimistic);
        let (high, _) = outcome(Tie::Optimistic);
        prop_assert_eq!((counts.ambiguous, counts.incomplete_detail), (0, 0));
        prop_assert_eq!(low.trades, high.trades);
        prop_assert_eq!(low.equity, high.equity);
    }

    #[test]
    fn rows_may_be_cut_anywhere(
        prices in walk(ROWS), sides in sides(ROWS), rules in rules(), cut in 1..ROWS,
        rates in vec(-0.002..0.002_f64, 15),
    ) {
        let whole = funded(&prices, &rates);
        let (wanted, counts) = run_on(&rules, vec![tiered()], &whole, &sides, EqualParts);
        let mut account =
            Account::new(rules, vec![tiered()], EqualParts, Results::default()).unwrap();
        let mut feed = |bars: &mut dyn Iterator<Item = (Bar<'_>, i8)>| {
            for (bar, side) in bars {
                let weights = [f64::from(side)];
                let decision = Some(Decision::Weights { weights: &weights, outlook: None });
                account.row(&Row { bar, detail: &[], decision }).unwrap();
            }
        };
        // Fed in two halves, each bar from a buffer of its own.
        let rows: Vec<_> = whole.bars().zip(sides.iter().copied()).collect();
        for half in [&rows[..cut], &rows[cut..]] {
            let copied: Vec<_> = half.iter().map(|(bar, side)| {
                (*bar, bar.candles.to_vec(), bar.settlements.to_vec(), *side)
            }).collect();
            feed(&mut copied.iter().map(|(bar, candles, settlements, side)| {
                (Bar { candles, settlements, ..*bar }, *side)
            }));
        }
        let (found, again) = account.finish(false);
        prop_assert_eq!(found.equity, wanted.equity);
        prop_assert_eq!(found.trades, wanted.trades);
        prop_assert_eq!(again, counts);
    }

    #[test]
    fn rows_together_are_rows_one_by_one(
        prices in walk(ROWS), asked in vec(-9_i8..=9, ROWS), rules in rules(), tiers in any::<bool>(),
        rates in vec(-0.002..0.002_f64, 0..15), hole in ROWS / 2..2 * ROWS, watches in any::<bool>(),
        cut in 0..=ROWS,
    ) {
        let whole = funded_with_hole(&prices, &rates, hole);
        // Most rows ask for what was asked before: for nothing, for a level, or they are silent, or no rows.
        let weights: Vec<[f64; 1]> =
            asked.iter().map(|&ask| [f64::from(ask.signum()) * f64::from(u8::from(ask.abs() > 7))]).collect();
        let decisions = weights.iter().zip(&asked).map(|(weights, ask)| {
            let level = if rules.intent == Intent::Position { &[1.0] } else { weights };
            match *ask {
                -2 | 2 => None,
                -3 | 3 => Some(Decision::Silent),
                ask if ask.abs() > 7 => Some(Decision::Weights { weights, outlook: None }),
                _ => Some(Decision::Weights { weights: level, outlook: None }),
            }
        });
        let decisions: Vec<_> = decisions.collect();
        let instrument = || if tiers { tiered() } else { Instrument::named("x") };
        let rules = Rules { gaps: Gaps::Hold, ..rules };
        let account = || {
            let sizing = Demanding { watches, equities: Vec::new() };
            Account::new(rules.clone(), vec![instrument()], sizing, Results::default()).unwrap()
        };
        let (mut together, mut single) = (account(), account());
        for (bar, &decision) in whole.bars().zip(&decisions) {
            single.row(&Row { bar, detail: &[], decision }).unwrap();
        }
        let table = RowTable::new(&whole, decisions).unwrap();
        together.rows(&table, 0..cut).unwrap();
        together.rows(&table, cut..ROWS).unwrap();
        prop_assert_eq!(&together.sizing().equities, &single.sizing().equities);
        prop_assert_eq!(together.equity(), single.equity());
        let ((found, counts), (wanted, own)) = (together.finish(true), single.finish(true));
        prop_assert_eq!(found.equity, wanted.equity);
        prop_assert_eq!(found.fills, wanted.fills);
        prop_assert_eq!(found.trades, wanted.trades);
        prop_assert_eq!(found.funding, wanted.funding);
        prop_assert_eq!(found.changes, wanted.changes);
        prop_assert_eq!(counts, own);
    }

    #[test]
    fn an_isolated_position_costs_its_margin_at_most(
        prices in walk(ROWS), side in prop_oneof![Just(-1_i8), Just(1)], fall in 0.5..0.99_f64,
    ) {
        // A gap far beyond everything.
        let mut prices = prices;
        let factor = if side > 0 { 1.0 - fall } else { 1.0 + 9.0 * fall };
        for candle in &mut prices[30..] {
            *candle = candle.map(|price| price * factor);
        }
        let rules = Rules {
            leverage: 20.0,
            intent: Intent::Change,
            fees: Fees { liquidation: 0.01, ..Fees::default() },
            gaps: Gaps::Refuse,
            ..Rules::default()
        };
        let mut sides = vec![0; ROWS];
        sides[0] = side;
        let quantity = 2.0;
        let (results, _) = run_on(&rules, vec![tiered()], &hours(&prices), &sides, FixedQuantity(quantity));
        let trade = results.trades[0];
        let margin = trade.entry_price * quantity / 20.0;
        prop_assert!(trade.exit.unwrap().net_pnl >= -margin - 1e-9, "{trade:?} of {margin}");
    }
}
