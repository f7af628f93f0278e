//! Small markets for tests.

use backtest::{
    Account, Counts, Decision, History, Instrument, Results, Row, Rules, Settlement, Sizing,
};

pub(crate) const HOUR: i64 = 3_600_000_000;

/// Hourly candles from 0 on, of one instrument.
pub(crate) fn hours(prices: &[[f64; 4]]) -> History {
    let times: Vec<i64> = (0..).map(|hour| hour * HOUR).take(prices.len()).collect();
    history(times, prices, Vec::new())
}

/// Hourly candles at `times`, of one instrument.
pub(crate) fn history(times: Vec<i64>, prices: &[[f64; 4]], funding: Vec<Settlement>) -> History {
    let candles = times
        .iter()
        .zip(prices)
        .map(|(&time, prices)| backtest::Candle::new(time, *prices).unwrap());
    let candles = candles.collect();
    History::new(times, HOUR, candles, funding).unwrap()
}

/// Runs an account over `history`, whose row `i` decides `sides[i]`.
pub(crate) fn run(
    rules: &Rules,
    history: &History,
    sides: &[i8],
    sizing: impl Sizing,
) -> (Results, Counts) {
    let instruments = vec![Instrument::named("x")];
    run_on(rules, instruments, history, sides, sizing)
}

/// The same for an instrument with rules of its own.
pub(crate) fn run_on(
    rules: &Rules,
    instruments: Vec<Instrument>,
    history: &History,
    sides: &[i8],
    sizing: impl Sizing,
) -> (Results, Counts) {
    let mut account = Account::new(rules.clone(), instruments, sizing, Results::default()).unwrap();
    for (bar, &side) in history.bars().zip(sides) {
        let weights = [f64::from(side)];
        let decision = Some(Decision::Weights { weights: &weights, outlook: None });
        account.row(&Row { bar, detail: &[], decision }).unwrap();
    }
    account.finish(false)
}
