//! Sizing, the rules of risk, `runner risk` and the kill switch, through the built program.

use std::fs;

use serde_json::Value;

use crate::market::Market;
use crate::program::{fails, json, ok};

const BACKTEST: &str = "mean-reversion backtest --ohlcv-duckdb ohlcv.duckdb --dataset \
                        binance_btcusdt_perp_1h --funding off --entry-z 1.2";

fn summary(market: &Market, more: &str) -> Value {
    json(market.path(), &format!("{BACKTEST} --format json {more}"))
}

#[test]
fn limits_that_never_bind_change_nothing() {
    let market = Market::new();
    let bare = summary(&market, "");
    assert_eq!(bare["risk"]["rules"], Value::Array(Vec::new()));
    let loose = "--max-gross 50 --max-daily-loss 0.99 --drawdown-ladder 0.99:0";
    assert_eq!(summary(&market, loose)["result"], bare["result"]);
    assert!(bare["result"]["trades"].as_u64().unwrap() > 5, "{}", bare["result"]);
}

#[test]
fn each_rule_that_acted_is_told_with_what_it_cost() {
    let market = Market::new();
    let found = summary(&market, "--cooldown 40 --max-instrument 0.5");
    let rules = found["risk"]["rules"].as_array().unwrap();
    let names: Vec<_> = rules.iter().filter_map(|rule| rule["rule"].as_str()).collect();
    assert!(names.contains(&"instrument-exposure"), "{names:?}");
    for rule in rules {
        let net = found["result"]["net_pnl"].as_f64().unwrap();
        let without = rule["net_pnl_without"].as_f64().unwrap();
        assert!((rule["saved"].as_f64().unwrap() - (net - without)).abs() < 1e-9);
        // The same backtest with the other rule alone.
        let other = match rule["rule"].as_str().unwrap() {
            "cooldown" => "--max-instrument 0.5",
            _ => "--cooldown 40",
        };
        assert_eq!(summary(&market, other)["result"]["net_pnl"], rule["net_pnl_without"]);
    }
    ok(market.path(), &format!("{BACKTEST} --max-instrument 0.5 -o results"));
    assert!(market.file("results/changes.parquet").is_file());
}

#[test]
fn tables_of_the_configuration_are_flags() {
    let market = Market::new();
    let flags = summary(&market, "--sizing vol-target --target-volatility 0.3 --cooldown 4");
    let text =
        "[sizing]\nsizing = \"vol-target\"\ntarget_volatility = 0.3\n\n[risk]\ncooldown = \"4\"\n";
    fs::write(market.file("runner.toml"), text).unwrap();
    assert_eq!(summary(&market, ""), flags);
    fs::write(market.file("runner.toml"), "[risk]\ncooldwn = \"4\"\n").unwrap();
    fails(market.path(), BACKTEST, 2, &["cooldwn", "line 2"]);
}

#[test]
fn settings_that_cannot_be_meant_are_refused() {
    let market = Market::new();
    for (flags, parts) in [
        ("--sizing vol-target --target-volatility 40", &["40", "did you mean 0.4?"][..]),
        ("--sizing fixed-fraction", &["no stop", "--stop-loss"]),
        ("--sizing payoff-kelly", &["payoff-kelly needs an outlook"]),
        ("--sizing fixed-notional", &["--notional"]),
        ("--sizing fixed-quantity", &["--quantity"]),
        ("--sizing vol-target --quantity 1", &["--quantity", "fixed-quantity"]),
        ("--max-gross 1 --max-net 2", &["net exposure", "gross exposure", "never act"]),
        ("--drawdown-ladder 0.1:0.5,0.05:0.25", &["step 2", "ascend"]),
        ("--drawdown-ladder 5:0.5", &["did you mean 0.05?"]),
        ("--stop-guard 4:24", &["--stop-guard", "4:24:12"]),
        ("--max-daily-loss 3", &["did you mean 0.03?"]),
        ("--cooldown x", &["--cooldown", "off"]),
    ] {
        fails(market.path(), &format!("{BACKTEST} {flags}"), 2, parts);
    }
}

#[test]
fn the_kill_switch_survives_a_restart_and_is_rearmed_by_command_alone() {
    let market = Market::new();
    let trades = || {
        let found = summary(&market, "--kill-switch kill");
        found["result"]["trades"].as_u64().unwrap()
    };
    let free = trades();
    assert!(free > 5);
    ok(market.path(), "risk kill kill --why maintenance");
    assert_eq!((trades(), trades()), (0, 0));
    let text = ok(market.path(), &format!("{BACKTEST} --kill-switch kill"));
    assert!(text.contains("kill is engaged (maintenance)"), "{text}");
    ok(market.path(), "risk arm kill");
    assert_eq!(trades(), free);
    // In a hurry.
    fs::write(market.file("kill"), "").unwrap();
    assert_eq!(trades(), 0);
    ok(market.path(), "risk arm kill");
    // Other text engages it too, and is nobody's to replace.
    fs::write(market.file("kill"), "my notes\n").unwrap();
    assert_eq!(trades(), 0);
    ok(market.path(), "risk kill kill --why maintenance");
    fails(market.path(), "risk arm kill", 2, &["kill", "not replaced"]);
    assert_eq!(fs::read_to_string(market.file("kill")).unwrap(), "my notes\n");
    assert_eq!(trades(), 0);
}

#[test]
fn kelly_sizes_bins_from_what_their_trades_paid() {
    let market = Market::new();
    ok(market.path(), &market.rebuild("--bin-month 2025-11"));
    let inspect = "ml-calibrated-bins inspect 2025-11 --bins-root bins";
    let found = json(market.path(), &format!("{inspect} --format json"));
    let payoffs = &found["payoffs"];
    let rows = payoffs["rows"].as_u64().unwrap();
    assert!(rows > 100);
    let n = |side: &str| -> u64 {
        let bins = payoffs[side].as_array().unwrap().iter();
        let kinds = ["take_profit", "stop_loss", "time"];
        bins.flat_map(|bin| kinds.map(|kind| bin[kind]["n"].as_u64().unwrap())).sum()
    };
    assert_eq!((n("long"), n("short")), (rows, rows));
    let sizes = found["sizes"].as_array().unwrap();
    assert!(sizes.iter().all(|size| size["size"].as_f64().unwrap() >= 0.0));
    let text = ok(market.path(), inspect);
    assert!(text.contains("sizes of long trades") && text.contains("because of"), "{text}");
}

#[test]
fn a_report_tells_what_a_day_may_lose() {
    let market = Market::from_on("2025-01-01", 300);
    let report = "risk report --ohlcv-duckdb ohlcv.duckdb --dataset binance_btcusdt_perp_1h";
    let found = json(
        market.path(),
        &format!("{report} --position binance_btcusdt_perp_1h=50@100/95 --format json"),
    );
    let price = found["positions"][0]["price"].as_f64().unwrap();
    let exposure = found["gross_exposure"].as_f64().unwrap();
    assert!((exposure - 50.0 * price / 10_000.0).abs() < 1e-12);
    let tails = found["historical"].as_array().unwrap();
    let of = |tail: &Value, name: &str| tail[name].as_f64().unwrap();
    for tail in tails {
        assert!(of(tail, "conditional_value_at_risk") >= of(tail, "value_at_risk"));
    }
    assert_eq!(found["stress"].as_array().unwrap().len(), 4);
    fails(market.path(), report, 2, &["--position", "--backtest"]);
    let unknown = format!("{report} --position eth_perp_1h=1");
    fails(market.path(), &unknown, 1, &["eth_perp_1h", "--other-ohlcv"]);
    let wrong = format!("{unknown} --other-ohlcv eth_perp_1h=ohlcv.duckdb");
    fails(market.path(), &wrong, 1, &["name another file with --other-ohlcv eth_perp_1h=FILE"]);
}

#[test]
fn a_report_of_a_backtest_is_of_its_end() {
    let market = Market::from_on("2025-01-01", 300);
    let data = "--ohlcv-duckdb ohlcv.duckdb --dataset binance_btcusdt_perp_1h";
    let signals = "timestamp,signal\n2025-08-01 00:00:00,1\n2025-08-10 00:00:00,1\n";
    fs::write(market.file("signals.csv"), signals).unwrap();
    let folder = "-o held --funding off --signal-interval 1h";
    ok(market.path(), &format!("backtest --signals signals.csv {data} {folder}"));
    let report = format!("risk report {data} --backtest held");
    let found = json(market.path(), &format!("{report} --format json"));
    assert_eq!(found["positions"][0]["price_time"], "2025-08-10 01:00");
    // What is open is worth what the account holds, less costs paid from cash.
    let exposure = found["gross_exposure"].as_f64().unwrap();
    assert!((exposure - 1.0).abs() < 0.01, "{exposure}");
    fails(market.path(), &format!("{report} --end 2025-09-01"), 2, &["--end", "--backtest"]);
}

#[test]
fn kelly_of_a_backtest_is_the_argmax_of_growth() {
    let market = Market::from_on("2025-01-01", 200);
    let free = "--funding off --gaps hold --entry-z 1 --stop-loss 0.015";
    let call = format!("mean-reversion backtest --ohlcv-duckdb ohlcv.duckdb {free} -o kept");
    ok(market.path(), &call);
    let lines = json(
        market.path(),
        "risk kelly --backtest kept --kelly-prior 0 --kelly-fraction 1 --kelly-most 100 --format json",
    );
    let reader = tabular::read(&market.file("kept/trades.parquet"), 65_536).unwrap();
    let batches: Vec<_> = reader.map(Result::unwrap).collect();
    let column = |name: &str| -> Vec<Option<f64>> {
        let of = |batch: &arrow::array::RecordBatch| {
            let column = batch.column_by_name(name).unwrap();
            let cast = arrow::compute::cast(column, &arrow::datatypes::DataType::Float64).unwrap();
            let floats =
                arrow::array::AsArray::as_primitive::<arrow::datatypes::Float64Type>(&cast);
            floats.iter().collect::<Vec<_>>()
        };
        batches.iter().flat_map(of).collect()
    };
    let (sides, profits) = (column("side"), column("net_pnl"));
    let notional: Vec<f64> = column("quantity")
        .into_iter()
        .zip(column("entry_price"))
        .map(|(quantity, price)| quantity.unwrap() * price.unwrap())
        .collect();
    let mut gained = 0;
    for line in lines.as_array().unwrap() {
        let side = if line["side"] == "long" { 1.0 } else { -1.0 };
        let payoffs: Vec<f64> = (0..sides.len())
            .filter(|&row| sides[row] == Some(side))
            .filter_map(|row| Some(profits[row]? / notional[row]))
            .collect();
        let number = |name: &str| line[name].as_f64().unwrap();
        assert_eq!(line["trades"], payoffs.len());
        let mean = payoffs.iter().sum::<f64>() / payoffs.len() as f64;
        assert!((number("mean") - mean).abs() < 1e-12, "{line}");
        assert!(number("effective") <= payoffs.len() as f64 + 1e-9, "{line}");
        let kelly = number("kelly");
        if mean <= 0.0 {
            assert_eq!((kelly, number("size")), (0.0, 0.0), "{line}");
            continue;
        }
        gained += 1;
        let slope = |f: f64| payoffs.iter().map(|r| r / (1.0 + f * r)).sum::<f64>();
        assert!(slope(kelly * 0.999) > 0.0 && slope(kelly * 1.001) < 0.0, "{line}");
    }
    assert!(gained > 0, "{lines}");
}
