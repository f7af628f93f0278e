//! When the strategy trades, and when it stays flat.

use funding_carry::{CarryError, Config, Decision, FundingCarry, Reason};
use strategy_core::contract_tests::hourly;
use strategy_core::{Rows, SignalType, Strategy, Subject, config_from_flags};

/// Hours of `payments` periods and one more row.
fn hours(payments: usize) -> usize {
    payments * 8 + 1
}

/// Rates of 8 hours as the rows that close with them pay them.
fn paid(rates: &[f64]) -> Vec<f64> {
    let mut rows = vec![0.0; hours(rates.len())];
    for (period, rate) in rates.iter().enumerate() {
        rows[period * 8 + 7] = *rate;
    }
    rows
}

fn decide(
    own: &[f64],
    hedge: &[f64],
    rates: [&[f64]; 2],
    flags: &str,
) -> Result<FundingCarryRun, CarryError> {
    let batch = hourly(
        0,
        &[
            ("close", own),
            ("close@hedge", hedge),
            ("funding_paid", rates[0]),
            ("funding_paid@hedge", rates[1]),
        ],
    )
    .unwrap();
    let flags = format!("--hedge-with hedge --carry-history 2 {flags}");
    let config: Config = config_from_flags(flags.split_whitespace()).unwrap();
    let mut strategy = FundingCarry::new(config, &Subject::default())?;
    let decisions = strategy.decide(&Rows::new(&batch)?)?;
    Ok(FundingCarryRun { decisions, remarks: strategy.remarks() })
}

struct FundingCarryRun {
    decisions: Vec<Decision>,
    remarks: Vec<String>,
}

/// At constant prices.
fn flat_prices(own: &[f64], hedge: &[f64], flags: &str) -> FundingCarryRun {
    let prices = vec![100.0; hours(own.len())];
    decide(&prices, &prices, [&paid(own), &paid(hedge)], flags).unwrap()
}

/// 21 payments of 0.0004 are 0.84 %, above 1.5 times four trades of 0.06 %; of 0.0001 they are not.
#[test]
fn rich_funding_is_earned_by_a_short_and_its_hedge() {
    let rates = [0.0004; 10];
    let run = flat_prices(&rates, &[0.0; 10], "");
    let entered = run.decisions.iter().position(|d| d.reason == Reason::Entered).unwrap();
    assert_eq!(entered, 24, "at the first row after the third payment");
    let decision = run.decisions[entered];
    assert_eq!([decision.weight(0), decision.weight(1)], [-0.5, 0.5]);
    assert!(run.decisions[entered + 1..].iter().all(|d| d.reason == Reason::Held));
    assert!((decision.expected_funding.unwrap() - 0.0084).abs() < 1e-12);

    let negative = flat_prices(&[-0.0004; 10], &[0.0; 10], "");
    assert_eq!(negative.decisions[24].weight(0), 0.5, "a long receives it where it is negative");
}

#[test]
fn the_hedge_is_what_its_name_says_unless_told_otherwise() {
    let funding_of_hedge = |flags: &str| {
        let config: Config = config_from_flags(flags.split_whitespace()).unwrap();
        FundingCarry::inputs(&config).len() == 4
    };
    for (flags, expect) in [
        ("", false),
        ("--hedge-with binance_btcusdt_spot_1h", false),
        ("--hedge-with binance_btcusdc_perp_1h", true),
        ("--hedge-with spotty_btcusdc_1h", true),
        ("--hedge-with binance_btcusdt_spot_1h --hedge-kind perp", true),
        ("--hedge-with okx_btcusdt_1h --hedge-kind spot", false),
    ] {
        assert_eq!(funding_of_hedge(flags), expect, "{flags}");
    }
}

#[test]
fn what_the_hedge_pays_is_netted() {
    let netted = flat_prices(&[0.0004; 10], &[0.0004; 10], "");
    assert!(netted.decisions.iter().all(|d| d.position == 0.0));
    assert_eq!(netted.decisions.last().unwrap().reason, Reason::Costs);
    let opposite = flat_prices(&[0.0002; 10], &[-0.0002; 10], "");
    assert_eq!(opposite.decisions.last().unwrap().position, -1.0);
}

#[test]
fn a_year_of_ordinary_funding_is_a_year_without_a_trade_and_says_why() {
    let run = flat_prices(&[0.0001; 1095], &[0.0; 1095], "");
    assert!(run.decisions.iter().all(|d| d.position == 0.0));
    assert_eq!(run.decisions.last().unwrap().reason, Reason::Costs);
    let remark = &run.remarks[0];
    assert!(remark.starts_with("0 positions entered in 8761 rows"), "{remark}");
    assert!(remark.contains("history 24, costs 8737"), "{remark}");
}

#[test]
fn a_position_is_left_when_the_funding_has_gone() {
    let rates = [&[0.0004; 6][..], &[0.0; 40]].concat();
    let run = flat_prices(&rates, &[0.0; 46], "");
    let left: Vec<usize> =
        (0..run.decisions.len()).filter(|&row| run.decisions[row].reason == Reason::Left).collect();
    let [left] = left[..] else { panic!("{left:?}") };
    let decision = run.decisions[left];
    assert!(decision.expected_funding.unwrap() < 0.25 * decision.cost);
    assert_eq!(run.decisions.last().unwrap().reason, Reason::Costs);
}

#[test]
fn a_basis_that_moves_apart_stops_and_locks() {
    let rates = [&[0.0004; 8][..], &[0.0; 60], &[0.0004; 20]].concat();
    let rows = hours(rates.len());
    let hedge = vec![100.0; rows];
    // A short of the future loses where it rises over its hedge.
    let mut own = hedge.clone();
    own[30..].fill(101.1);
    let run = decide(&own, &hedge, [&paid(&rates), &paid(&vec![0.0; rates.len()])], "").unwrap();
    let reason = |row: usize| run.decisions[row].reason;
    assert_eq!(
        [reason(29), reason(30), reason(31)],
        [Reason::Held, Reason::BasisStop, Reason::Locked]
    );
    assert_eq!(run.decisions[30].position, 0.0);
    // The funding is still rich until payment 8, and nothing is entered.
    assert_eq!(reason(66), Reason::Locked);
    let again = (31..rows).find(|&row| reason(row) == Reason::Entered).unwrap();
    assert!(again > 68 * 8, "only after the funding had gone and come back: row {again}");

    own[30..].fill(98.9);
    let run = decide(&own, &hedge, [&paid(&rates), &paid(&vec![0.0; rates.len()])], "").unwrap();
    assert_eq!(run.decisions[30].reason, Reason::Held, "that way it earns");
}

#[test]
fn an_interval_that_changes_to_four_hours_changes_nothing() {
    let rates = [0.0004; 12];
    let prices = vec![100.0; hours(12)];
    let none = vec![0.0; hours(12)];
    let eight = decide(&prices, &prices, [&paid(&rates), &none], "").unwrap();
    let mut four = paid(&rates);
    for period in 5..12 {
        (four[period * 8 + 3], four[period * 8 + 7]) = (0.0002, 0.0002);
    }
    let changed = decide(&prices, &prices, [&four, &none], "").unwrap();
    assert_eq!(eight.decisions, changed.decisions);
}

#[test]
fn values_that_cannot_be_are_named() {
    let prices = vec![100.0; 9];
    let none = vec![0.0; 9];
    let mut bad = prices.clone();
    bad[3] = 0.0;
    let error = decide(&prices, &bad, [&none, &none], "").map(|_| ()).unwrap_err();
    assert!(
        error
            .to_string()
            .starts_with("`close@hedge` of the candle at 1970-01-01 03:00:00 UTC is 0"),
        "{error}"
    );
    bad[3] = f64::NAN;
    let error = decide(&prices, &prices, [&none, &bad], "").map(|_| ()).unwrap_err();
    assert!(error.to_string().starts_with("`funding_paid@hedge`"), "{error}");
}

#[test]
fn flags_that_cannot_be_are_usage_errors() {
    for flags in ["--enter-multiple 0.2", "--trade-cost 0", "--basis-stop 0", "--carry-half-life 0"]
    {
        let error = decide(&[], &[], [&[], &[]], flags).map(|_| ()).unwrap_err();
        assert!(FundingCarry::is_usage_error(&error), "{flags}: {error}");
    }
}
