//! Against `$REAL_DATA/oracles/backtest/oracles_metrics.json`: quantstats, empyrical, vectorbt.

use std::collections::HashMap;
use std::fs::{self, File};

use arrow::array::{AsArray, StringArray};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use serde_json::Value;
use statistics::{
    EquityCurve, Moments, annual_growth, calmar_ratio, deflated_sharpe, probabilistic_sharpe,
    profit_factor, sharpe_ratio, sortino_ratio,
};

use crate::oracle::{folder, number};

#[derive(Default)]
struct Series {
    times: Vec<i64>,
    returns: Vec<f64>,
}

struct Metrics {
    file: Value,
    series: HashMap<String, Series>,
}

fn metrics() -> Option<Metrics> {
    let folder = folder()?.join("backtest");
    let file = fs::read(folder.join("oracles_metrics.json")).unwrap();
    let table = File::open(folder.join("oracles_metrics_returns.parquet")).unwrap();
    let mut series: HashMap<String, Series> = HashMap::new();
    for batch in ParquetRecordBatchReaderBuilder::try_new(table).unwrap().build().unwrap() {
        let batch = batch.unwrap();
        let column =
            |name: &str, kind: &DataType| cast(batch.column_by_name(name).unwrap(), kind).unwrap();
        let names = column("series", &DataType::Utf8);
        let names: &StringArray = names.as_string();
        let times = column("timestamp", &DataType::Int64);
        let returns = column("ret", &DataType::Float64);
        for row in 0..batch.num_rows() {
            let one = series.entry(names.value(row).to_owned()).or_default();
            one.times.push(times.as_primitive::<Int64Type>().value(row));
            one.returns.push(returns.as_primitive::<Float64Type>().value(row));
        }
    }
    Some(Metrics { file: serde_json::from_slice(&file).unwrap(), series })
}

fn close(found: f64, wanted: &Value, what: &str) {
    let wanted = number(wanted);
    assert!(
        (found - wanted).abs() <= 1e-9 * wanted.abs().max(1.0),
        "{what}: {found}, wanted {wanted}"
    );
}

#[test]
fn ratios_are_those_of_quantstats_empyrical_and_vectorbt() {
    let Some(Metrics { file, series }) = metrics() else { return };
    let mut compared = 0;
    for (name, case) in file["cases"].as_object().unwrap() {
        let Series { returns, .. } = &series[name];
        let periods = number(&case["periods_per_year"]);
        let mut equity = vec![1.0];
        equity.extend(returns.iter().scan(1.0, |equity, r| {
            *equity *= 1.0 + r;
            Some(*equity)
        }));
        let times: Vec<i64> = (0..).take(equity.len()).collect();
        let curve = EquityCurve::new(&times, &equity, 1.0).unwrap();
        let growth = annual_growth(curve.total_return() + 1.0, returns.len(), periods).unwrap();
        let sharpe = sharpe_ratio(returns, periods).unwrap();
        let sortino = sortino_ratio(returns, periods).unwrap();
        let calmar = calmar_ratio(growth, curve.max_drawdown()).unwrap();
        for program in ["plain", "quantstats", "empyrical", "vectorbt"] {
            let wanted = &case[program];
            let what = format!("{name}, {program}");
            close(sharpe, &wanted["sharpe"], &format!("{what}: sharpe"));
            close(sortino, &wanted["sortino"], &format!("{what}: sortino"));
            close(calmar, &wanted["calmar"], &format!("{what}: calmar"));
            close(curve.max_drawdown(), &wanted["max_drawdown"], &format!("{what}: drawdown"));
            compared += 4;
        }
        let plain = &case["plain"];
        let moments = Moments::of(returns).unwrap();
        close(moments.mean, &plain["mean"], name);
        close(moments.sd, &plain["std"], name);
        close(moments.skew, &plain["skew_g1"], name);
        close(moments.kurtosis - 3.0, &plain["kurt_excess_g2"], name);
        close(growth, &plain["cagr"], name);
        close(profit_factor(returns).unwrap(), &plain["profit_factor"], name);
        compared += 6;
    }
    println!("metrics: {compared} values");
    assert!(compared > 0);
}

/// The daily series are made of the hourly ones: the last row of each UTC day.
#[test]
fn days_are_those_of_the_hourly_series() {
    let Some(Metrics { series, .. }) = metrics() else { return };
    let mut compared = 0;
    for (name, hourly) in series.iter().filter(|(name, _)| name.ends_with(":1h")) {
        let daily = &series[&name.replace(":1h", ":1d")];
        let equity: Vec<f64> = hourly
            .returns
            .iter()
            .scan(1e5, |equity, r| {
                *equity *= 1.0 + r;
                Some(*equity)
            })
            .collect();
        let curve = EquityCurve::new(&hourly.times, &equity, 1e5).unwrap();
        let found = curve.daily_returns().unwrap();
        assert_eq!(found.len(), daily.returns.len(), "{name}");
        for (day, (found, wanted)) in found.iter().zip(&daily.returns).enumerate() {
            assert!((found - wanted).abs() < 1e-11, "{name}, day {day}: {found}, wanted {wanted}");
            compared += 1;
        }
    }
    println!("daily returns: {compared} values");
    assert!(compared > 0);
}

#[test]
fn deflated_ratios_are_those_of_vectorbt() {
    let Some(Metrics { file, series }) = metrics() else { return };
    let mut compared = 0;
    for set in ["dsr", "dsr2"] {
        let wanted = &file[set];
        let names: Vec<&String> = wanted["plain"].as_object().unwrap().keys().collect();
        let moments: Vec<Moments> = names
            .iter()
            .map(|name| Moments::of(&series[&format!("{set}:{name}:1d")].returns).unwrap())
            .collect();
        let sharpes: Vec<f64> = moments.iter().map(Moments::sharpe).collect();
        for (name, moments) in names.into_iter().zip(&moments) {
            let found = deflated_sharpe(moments, &sharpes, sharpes.len()).unwrap();
            close(found.benchmark, &wanted["sr0"], name);
            close(found.probability, &wanted["plain"][name], name);
            close(found.probability, &wanted["vectorbt"][name], name);
            if let Some(psr) = wanted.get("psr") {
                close(probabilistic_sharpe(moments, 0.0).unwrap(), &psr[name], name);
            }
            compared += 1;
        }
    }
    println!("deflated Sharpe ratios: {compared} values");
    assert!(compared > 0);
}
