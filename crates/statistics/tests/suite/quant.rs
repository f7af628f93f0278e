//! Against `$REAL_DATA/oracles/quant`.

use statistics::{
    EquityCurve, annual_growth, block_length, calmar_ratio, conditional_value_at_risk, drawdowns,
    filtered_returns, value_at_risk,
};

use crate::oracle::cases;

#[test]
fn block_lengths_are_those_of_arch() {
    for case in cases("block_length") {
        let found = block_length(&case.numbers("x")).unwrap();
        case.check("stationary", found.stationary);
        case.check("circular", found.circular);
    }
}

#[test]
fn tails_are_those_of_skfolio_and_riskfolio() {
    for case in cases("risk") {
        let returns = case.numbers("returns");
        let n = returns.len() as f64;
        let mean = returns.iter().sum::<f64>() / n;
        // The oracle's first variance is the whole sample's.
        let variance = returns.iter().map(|r| (r - mean).powi(2)).sum::<f64>() / n;
        let filtered = filtered_returns(&returns, 0.94, variance).unwrap();
        for tail in [0.05, 0.01] {
            let value = |series: &[f64]| value_at_risk(series, tail).unwrap();
            let shortfall = |series: &[f64]| conditional_value_at_risk(series, tail).unwrap();
            case.check(&format!("var_{tail}"), value(&returns));
            case.check(&format!("cvar_{tail}"), shortfall(&returns));
            case.check(&format!("fhs_var_{tail}"), value(&filtered));
            case.check(&format!("fhs_cvar_{tail}"), shortfall(&filtered));
        }
    }
}

#[test]
fn drawdowns_are_those_of_skfolio() {
    for case in cases("risk") {
        let returns = case.numbers("returns");
        let equity: Vec<f64> = returns
            .iter()
            .scan(1.0, |equity, r| {
                *equity *= 1.0 + r;
                Some(*equity)
            })
            .collect();
        let times: Vec<i64> = (0..).map(|day| day * 86_400_000_000).take(equity.len()).collect();
        let curve = EquityCurve::new(&times, &equity, 1.0).unwrap();
        let falls = drawdowns(&curve);
        let deepest = falls.iter().min_by(|a, b| a.depth.total_cmp(&b.depth)).unwrap();
        case.check("max_drawdown", -deepest.depth);
        assert_eq!(deepest.depth, curve.max_drawdown());
        // The oracle counts the capital as row 0.
        case.check("peak_row", deepest.peak_row.map_or(0.0, |row| row as f64 + 1.0));
        case.check("trough_row", deepest.trough_row as f64 + 1.0);
        let longest = falls.iter().map(|fall| fall.rows).max().unwrap();
        case.check("longest_under_water_rows", longest as f64);
        let growth = curve.total_return() + 1.0;
        case.check("final_equity", growth);
        let annual = annual_growth(growth, returns.len(), 365.0).unwrap();
        case.check("calmar_daily365", calmar_ratio(annual, deepest.depth).unwrap());
    }
}
