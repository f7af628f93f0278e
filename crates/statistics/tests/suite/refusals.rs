//! What has no value is an error that says what was found.

use statistics::StatisticsError::{
    Constant, InvalidArgument, InvalidBlock, LengthMismatch, NoRows, NotAscending, NotFinite,
    NotPositive, NothingToDivideBy, TooFew, TooFewResamples, TooShortToAnnualise,
    UndefinedInResamples,
};
use statistics::{
    DayEnds, EquityCurve, Moments, Performance, PerformanceSettings, Resampling, TrackRecorder,
    TradeStatistics, block_length, calmar_ratio, circular_bootstrap, conditional_value_at_risk,
    filtered_returns, paired_block_bootstrap, profit_factor, sharpe_ratio, sortino_ratio,
    stationary_bootstrap,
};

const DAY: i64 = 86_400_000_000;

fn times(rows: i64) -> Vec<i64> {
    (0..rows).map(|row| row * DAY).collect()
}

#[test]
fn ratios_without_a_value() {
    assert!(matches!(sharpe_ratio(&[0.1], 365.0), Err(TooFew { found: 1, wanted: 2, .. })));
    assert!(matches!(sharpe_ratio(&[0.1; 9], 365.0), Err(Constant { count: 9, .. })));
    assert!(matches!(sharpe_ratio(&[1e-300, 2e-300], 1.0), Err(Constant { .. })));
    assert!(matches!(Moments::of(&[0.1, f64::NAN]), Err(NotFinite { index: 1, .. })));
    assert!(matches!(sortino_ratio(&[0.1, 0.2], 365.0), Err(NothingToDivideBy { .. })));
    assert!(matches!(calmar_ratio(0.3, 0.0), Err(NothingToDivideBy { .. })));
    assert!(matches!(profit_factor(&[1.0, 2.0]), Err(NothingToDivideBy { .. })));
    assert!(matches!(profit_factor(&[0.0]), Err(NothingToDivideBy { .. })));
    assert!(matches!(profit_factor(&[]), Err(NoRows)));
    assert!(matches!(conditional_value_at_risk(&[0.1], 1.0), Err(InvalidArgument { .. })));
    assert!(matches!(conditional_value_at_risk(&[], 0.1), Err(TooFew { .. })));
    assert!(matches!(filtered_returns(&[0.1], 0.94, 0.0), Err(InvalidArgument { .. })));
}

#[test]
fn curves_that_are_none() {
    let error = |times: &[i64], equity: &[f64], capital| {
        EquityCurve::new(times, equity, capital).unwrap_err()
    };
    assert!(matches!(error(&[], &[], 1.0), NoRows));
    assert!(matches!(error(&[0], &[1.0, 2.0], 1.0), LengthMismatch { name: "equity", .. }));
    assert!(matches!(error(&[0, 0], &[1.0, 2.0], 1.0), NotAscending { index: 1 }));
    assert!(matches!(error(&[0], &[f64::INFINITY], 1.0), NotFinite { index: 0, .. }));
    for capital in [0.0, -1.0, f64::NAN] {
        assert!(matches!(error(&[0], &[1.0], capital), InvalidArgument { name: "capital", .. }));
    }
    let lost = EquityCurve::new(&[0, DAY], &[0.0, 1.0], 1.0).unwrap();
    assert!(matches!(lost.days(), Err(NotPositive { index: 0, value: 0.0, .. })));
}

#[test]
fn track_records_that_are_none() {
    assert!(matches!(DayEnds::of(&[]), Err(NoRows)));
    assert!(matches!(DayEnds::of(&[0, 0]), Err(NotAscending { index: 1 })));
    let days = DayEnds::of(&[0, DAY, 2 * DAY]).unwrap();
    assert!(matches!(
        TrackRecorder::new(&days, f64::NAN).unwrap_err(),
        InvalidArgument { name: "capital", .. }
    ));
    let of = |equity: &[f64]| {
        let mut record = TrackRecorder::new(&days, 1.0).unwrap();
        for &equity in equity {
            record.row(equity);
        }
        record.finish().unwrap_err()
    };
    assert!(matches!(of(&[1.0, 2.0]), LengthMismatch { found: 2, wanted: 3, .. }));
    assert!(matches!(of(&[1.0, f64::INFINITY, 2.0]), NotFinite { index: 1, .. }));
    assert!(matches!(of(&[1.0, 0.0, 2.0]), NotPositive { index: 1, value: 0.0, .. }));
}

#[test]
fn nothing_is_annualised_from_a_month_that_is_not_full() {
    let of = |rows: i64, min_days| {
        let equity: Vec<f64> = (0..rows).map(|row| 100.0 + (row * 7 % 5) as f64).collect();
        let settings = PerformanceSettings { min_days, ..PerformanceSettings::default() };
        let curve = times(rows);
        let curve = EquityCurve::new(&curve, &equity, 100.0).unwrap();
        Performance::of(&curve, &settings).unwrap()
    };
    let short = of(29, 30);
    assert!(matches!(short.sharpe, Err(TooShortToAnnualise { days: 29, wanted: 30, .. })));
    assert!(matches!(short.annual_growth, Err(TooShortToAnnualise { .. })));
    assert!(of(30, 30).sharpe.is_ok());
    // Asked for.
    assert!(of(29, 0).sharpe.unwrap().interval.is_ok());
    // A value, but too few days to say how sure it is.
    let tiny = of(10, 0).sharpe.unwrap();
    assert!(matches!(tiny.interval, Err(TooFew { found: 10, .. })));
}

#[test]
fn a_flat_curve_has_no_ratio() {
    let equity = [100.0; 40];
    let times = times(40);
    let curve = EquityCurve::new(&times, &equity, 100.0).unwrap();
    let performance = Performance::of(&curve, &PerformanceSettings::default()).unwrap();
    assert!(matches!(performance.sharpe, Err(Constant { .. })));
    assert!(matches!(performance.sortino, Err(NothingToDivideBy { .. })));
    assert!(matches!(performance.calmar, Err(NothingToDivideBy { .. })));
    assert_eq!(performance.max_drawdown, None);
    let json = serde_json::to_value(&performance).unwrap();
    assert_eq!(json["sharpe"]["value"], serde_json::Value::Null);
    assert!(json["sharpe"]["reason"].as_str().unwrap().contains("all 40 values of returns"));
}

#[test]
fn resampling_that_cannot_be() {
    let zero = |_: &[usize]| 0.0;
    assert!(matches!(stationary_bootstrap(0, 2.0, 10, 1, zero), Err(NoRows)));
    assert!(matches!(stationary_bootstrap(5, f64::NAN, 10, 1, zero), Err(InvalidArgument { .. })));
    assert!(matches!(circular_bootstrap(0, 1, 10, 1, zero), Err(NoRows)));
    for block in [0, 3] {
        let error = circular_bootstrap(5, block, 10, 1, zero).unwrap_err();
        assert!(matches!(error, InvalidBlock { rows: 5, .. }));
    }
    let few = Resampling { resamples: 39, ..Resampling::default() };
    assert!(matches!(few.stationary(5, 2.0, zero), Err(TooFewResamples { resamples: 39, .. })));
    let undefined = Resampling::default().stationary(5, 1.0, |_| f64::NAN);
    assert!(matches!(undefined, Err(UndefinedInResamples { undefined: 1000, .. })));
    assert!(matches!(block_length(&[1.0; 20]), Err(Constant { .. })));
    assert!(matches!(block_length(&[1.0, 2.0]), Err(TooFew { found: 2, wanted: 11, .. })));
    let mismatch = paired_block_bootstrap(&[1.0], &[], 1, &Resampling::default());
    assert!(matches!(mismatch, Err(LengthMismatch { name: "b", .. })));
}

#[test]
fn trades_that_only_win_have_a_rate_and_no_factor() {
    let trades = TradeStatistics::of(&[1.0, 2.0, 3.0], &Resampling::default()).unwrap();
    assert_eq!(trades.win_rate.unwrap().value, 1.0);
    assert!(matches!(trades.profit_factor, Err(NothingToDivideBy { .. })));
    let none = TradeStatistics::of(&[], &Resampling::default()).unwrap();
    assert!(matches!((none.win_rate, none.profit_factor), (Err(NoRows), Err(NoRows))));
}
