//! What is refused, and how it says so.

use backtest::{
    Account, BacktestError, Bar, Candle, Decision, EqualParts, Fees, FixedQuantity, FundingGaps,
    Gaps, Instrument, InstrumentTable, MarginMode, NoEvents, Results, Row, RowTable, Rules,
    Slippage, settlements,
};
use strategy_core::{Exits, SideExits};

use crate::market::{HOUR, hours, run_on};

fn refused(rules: Rules) -> String {
    let instrument = InstrumentTable::shipped().find("btcusdt").unwrap().clone();
    Account::new(rules, vec![instrument], EqualParts, NoEvents).unwrap_err().to_string()
}

#[test]
fn settings_that_cannot_be_meant() {
    let fees = |taker| Rules { fees: Fees { taker, ..Fees::default() }, ..Rules::default() };
    assert_eq!(
        refused(fees(5.0)),
        "the taker fee (--fee-taker) is 5: wanted a fraction of the notional, below 0.1 (did you mean 0.0005?)"
    );
    refused(fees(f64::NAN));
    let exits = |exits| Rules { exits: SideExits::both(exits), ..Rules::default() };
    let stop = |stop| exits(Exits { stop_loss: Some(stop), ..Exits::default() });
    assert_eq!(
        refused(stop(2.0)),
        "the stop loss (--stop-loss) is 2: wanted a fraction of the entry price, above 0 and below 1 (did you mean \
         0.02?)"
    );
    refused(stop(0.0));
    refused(stop(-0.02));
    refused(stop(f64::NAN));
    refused(exits(Exits { trailing_stop: Some(1.5), ..Exits::default() }));
    refused(exits(Exits { max_hold: Some(0), ..Exits::default() }));
    refused(exits(Exits { take_profit: Some(1.5), ..Exits::default() }));
    let slippage = |slippage| Rules { slippage, ..Rules::default() };
    refused(slippage(Slippage::OfPrice(1.0)));
    refused(slippage(Slippage::OfRange(-0.1)));
    for capital in [0.0, -1.0, f64::NAN, f64::INFINITY] {
        refused(Rules { capital, ..Rules::default() });
    }
    for leverage in [-3.0, 0.0, 0.5, f64::NAN] {
        assert!(
            refused(Rules { leverage, ..Rules::default() })
                .contains("the leverage (--leverage) is")
        );
    }
    assert!(refused(Rules { leverage: 500.0, ..Rules::default() }).contains("above the 150"));
    assert!(refused(Rules { max_trades: 2, ..Rules::default() }).contains("--max-trades 2"));
    refused(Rules { max_trades: 0, ..Rules::default() });
    let none = Account::new(Rules::default(), Vec::new(), EqualParts, NoEvents).unwrap_err();
    assert_eq!(none, BacktestError::NoInstrument);
}

#[test]
fn prices_that_cannot_be() {
    for prices in [
        [0.0, 0.0, 0.0, 0.0],
        [100.0, 101.0, 0.0, 100.0],
        [100.0, 99.0, 98.0, 98.5],
        [100.0, f64::INFINITY, 99.0, 100.0],
        [f64::NAN, 101.0, 99.0, 100.0],
        [100.0, 101.0, f64::NAN, 100.0],
    ] {
        assert!(matches!(Candle::new(0, prices), Err(BacktestError::Candle { .. })), "{prices:?}");
    }
}

fn account(rules: Rules) -> Account<EqualParts, Results> {
    Account::new(rules, vec![Instrument::named("x")], EqualParts, Results::default()).unwrap()
}

fn feed(
    account: &mut Account<EqualParts, Results>,
    time: i64,
    weights: &[f64],
) -> Result<(), BacktestError> {
    let candles = [Candle::new(time, [100.0, 101.0, 99.0, 100.0]).unwrap()];
    let until = time + HOUR;
    let bar = Bar { time, until, candles: &candles, marks: None, settlements: &[] };
    let decision = Some(Decision::Weights { weights, outlook: None });
    account.row(&Row { bar, detail: &[], decision })
}

#[test]
fn weights_that_are_none() {
    for weights in [&[f64::NAN][..], &[1.5], &[-2.0], &[f64::INFINITY], &[0.5, 0.5], &[]] {
        let error = feed(&mut account(Rules::default()), 0, weights).unwrap_err();
        assert!(matches!(error, BacktestError::Weights { .. }), "{weights:?}: {error}");
    }
}

#[test]
fn missing_candles_are_refused_under_an_open_position_alone() {
    let mut flat = account(Rules::default());
    feed(&mut flat, 0, &[0.0]).unwrap();
    feed(&mut flat, 5 * HOUR, &[0.0]).unwrap();

    let mut open = account(Rules::default());
    feed(&mut open, 0, &[1.0]).unwrap();
    feed(&mut open, HOUR, &[1.0]).unwrap();
    let error = feed(&mut open, 4 * HOUR, &[1.0]).unwrap_err();
    assert_eq!(error, BacktestError::Gap { from: 2 * HOUR, to: 4 * HOUR });
    assert!(error.to_string().contains("--gaps hold"));

    let mut held = account(Rules { gaps: Gaps::Hold, ..Rules::default() });
    for time in [0, HOUR, 4 * HOUR] {
        feed(&mut held, time, &[1.0]).unwrap();
    }
    assert_eq!(held.counts().gaps_held, 1);
    let back = feed(&mut held, 4 * HOUR, &[1.0]).unwrap_err();
    assert!(matches!(back, BacktestError::Order { .. }));
}

#[test]
fn detail_of_another_instrument() {
    let mut account = account(Rules::default());
    let own = [Candle::new(0, [100.0, 101.0, 99.0, 100.0]).unwrap()];
    let other = [Candle::new(0, [3.0, 3.1, 2.9, 3.0]).unwrap()];
    let bar = Bar { time: 0, until: HOUR, candles: &own, marks: None, settlements: &[] };
    let fine = Bar { candles: &other, ..bar };
    let error = account.row(&Row { bar, detail: &[fine], decision: None }).unwrap_err();
    assert!(error.to_string().contains("another instrument"), "{error}");
}

#[test]
fn holes_between_funding_rates() {
    let span = (0, 48 * HOUR);
    let eight = 8 * HOUR;
    let rates = |skip: i64| {
        let records = (0..=6).filter(move |n| *n != skip);
        records.map(|n| (n * 8 * HOUR + 7_000, 0.0001, None))
    };
    let (found, holes) = settlements(0, rates(-1), span, eight, FundingGaps::Refuse).unwrap();
    // Stamps some milliseconds late belong to the minute.
    assert_eq!((found.len(), found[1].time, holes), (7, eight, 0));
    let error = settlements(0, rates(3), span, eight, FundingGaps::Refuse).unwrap_err();
    assert!(matches!(error, BacktestError::FundingHole { .. }), "{error}");
    assert!(error.to_string().contains("--funding-gaps zero"));
    assert_eq!(settlements(0, rates(3), span, eight, FundingGaps::Zero).unwrap().1, 1);
    let none = settlements(0, [], span, eight, FundingGaps::Refuse).unwrap_err();
    assert!(matches!(none, BacktestError::FundingHole { .. }));
    let wrong = settlements(0, [(0, f64::NAN, None)], span, eight, FundingGaps::Zero).unwrap_err();
    assert!(matches!(wrong, BacktestError::Funding { .. }));
}

#[test]
fn orders_that_cannot_be_filled_are_counted() {
    let prices = [[100.0, 101.0, 99.0, 100.0]; 4];
    let sides = [1, 1, 1, 1];
    let on = |instrument: Instrument, rules: &Rules, quantity| {
        let sizing = FixedQuantity(quantity);
        run_on(rules, vec![instrument], &hours(&prices), &sides, sizing).1
    };
    let named = || Instrument::named("x");
    let step = Instrument { step: 1.0, ..named() };
    assert_eq!(on(step, &Rules::default(), 0.5).below_step, 3);
    let smallest = Instrument { min_notional: 100.0, ..named() };
    assert_eq!(on(smallest, &Rules::default(), 0.5).below_min_notional, 3);
    assert_eq!(on(named(), &Rules::default(), 1_000.0).insufficient_margin, 3);
    let poor = Rules { capital: 1.0, ..Rules::default() };
    let btc = InstrumentTable::shipped().find("btcusdt").unwrap().clone();
    let counts = run_on(&poor, vec![btc.clone()], &hours(&prices), &sides, EqualParts).1;
    assert_eq!((counts.below_min_notional, counts.insufficient_margin), (3, 0));
    // 20,000 units of 100 are a notional of two million, for which 75 is lent.
    let bold = Rules { capital: 1e6, leverage: 100.0, ..Rules::default() };
    assert_eq!(on(btc, &bold, 20_000.0).above_tier_leverage, 3);
    let cross = Rules { margin: MarginMode::Cross, ..Rules::default() };
    assert_eq!(on(named(), &cross, 1_000.0).insufficient_margin, 3);
}

#[test]
fn a_table_needs_a_decision_for_each_row() {
    let history = hours(&[[100.0; 4]; 3]);
    let error = RowTable::new(&history, vec![None; 2]).unwrap_err();
    assert_eq!(error, BacktestError::Decisions { found: 2, wanted: 3 });
}
