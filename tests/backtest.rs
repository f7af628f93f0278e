//! `backtest`: a strategy's decisions and a file of signals, traded on the sample.

use std::fs;

use serde_json::Value;

use crate::program::{fails, json, ok};

fn number(value: &Value, field: &str) -> f64 {
    value[field].as_f64().unwrap_or_else(|| panic!("{field} of {value}"))
}

fn columns(path: &std::path::Path) -> (Vec<String>, usize) {
    let reader = tabular::read(path, 65_536).unwrap();
    let names = reader.schema().fields().iter().map(|field| field.name().clone()).collect();
    (names, reader.map(|batch| batch.unwrap().num_rows()).sum())
}

#[test]
fn a_strategy_and_the_file_of_its_signals_earn_the_same() {
    let folder = tempfile::tempdir().unwrap();
    let range = "--start 2025-01-01 --end 2025-06-30";
    let own = json(folder.path(), &format!("mean-reversion backtest {range} --format json -o own"));
    for run in ["pessimistic", "optimistic", "buy_and_hold"] {
        let run = &own[run];
        let earned = number(run, "gross_pnl") - number(run, "slippage") - number(run, "fees")
            + number(run, "funding");
        assert!((earned - number(run, "net_pnl")).abs() < 1e-6, "{run}");
        assert!((10_000.0 + earned - number(run, "final_equity")).abs() < 1e-6, "{run}");
    }
    assert!(number(&own["result"], "trades") > 10.0);
    assert_eq!(own["period"]["rows"], 181 * 24);

    ok(folder.path(), &format!("mean-reversion signals {range} -o signals.csv"));
    let file = json(folder.path(), "backtest --signals signals.csv --format json -o file");
    assert_eq!(own["result"], file["result"]);
    for name in ["trades", "equity", "fills"] {
        let bytes =
            |of: &str| fs::read(folder.path().join(of).join(format!("{name}.parquet"))).unwrap();
        assert_eq!(bytes("own"), bytes("file"), "{name}");
    }
    let saved: Value =
        serde_json::from_slice(&fs::read(folder.path().join("own/summary.json")).unwrap()).unwrap();
    assert_eq!(saved, own);

    // Names of files and columns are a public interface.
    let (names, rows) = columns(&folder.path().join("own/trades.parquet"));
    let wanted = "trade instrument side quantity entry_time entry_price exit_time exit_price \
                  exit_reason gross_pnl fees slippage funding net_pnl mae mfe rows_held stop";
    assert_eq!(names.join(" "), wanted);
    let told = number(&own["result"], "trades") + number(&own["result"], "open_trades");
    assert_eq!(rows as f64, told);
    let (names, rows) = columns(&folder.path().join("own/equity.parquet"));
    assert_eq!(names.join(" "), "timestamp equity drawdown gross_exposure net_exposure");
    assert_eq!(rows, 181 * 24);

    fails(folder.path(), "backtest --signals signals.csv -o own", 1, &["--overwrite"]);
    let text = ok(folder.path(), "backtest --signals signals.csv -o own --overwrite");
    for part in ["pessimistic", "buy and hold", "funding", "largest drawdown", "Sharpe ratio"] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn legs_and_entries_of_strategies_are_traded() {
    let folder = tempfile::tempdir().unwrap();
    let pairs = json(folder.path(), "pairs backtest --format json --start 2025-01-01");
    assert_eq!(pairs["instruments"].as_array().unwrap().len(), 2);
    ok(folder.path(), "ml-calibrated-bins rebuild --sample --quiet --bin-month 2025-10");
    let bins = "ml-calibrated-bins backtest --start 2025-10-01 --end 2025-10-31 --format json";
    let bins = json(folder.path(), bins);
    let exits = |side: &str, field: &str| number(&bins["rules"]["exits"][side], field);
    // The sample's target key is u0.04 d0.02 24h; a short bets on its stop.
    assert_eq!(bins["rules"]["intent"], "entry");
    assert_eq!((exits("long", "take_profit"), exits("long", "stop_loss")), (0.04, 0.02));
    assert_eq!((exits("short", "take_profit"), exits("short", "stop_loss")), (0.02, 0.04));
    assert_eq!(exits("long", "max_hold"), 24.0);
}

#[test]
fn what_cannot_be_meant_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let write = |name: &str, text: &str| fs::write(folder.path().join(name), text).unwrap();
    write("good.csv", "timestamp,signal\n2025-01-01 00:00,1\n2025-01-01 01:00,-1\n");
    let good = "backtest --signals good.csv";
    for (flags, code, part) in [
        ("--fee-taker 5", 2, "did you mean 0.0005?"),
        ("--stop-loss 2", 2, "did you mean 0.02?"),
        ("--leverage -3", 2, "1 or more"),
        ("--leverage 500", 2, "above the 150"),
        ("--venue mtgox", 2, "there are binance-usdm"),
        ("--max-trades 2", 2, "for entries"),
        ("--intent entry", 2, "none is set"),
        ("--quantity 0", 2, "above 0"),
        ("--signal-interval 1m", 2, "whole number of candles"),
        ("--detail-ohlcv nowhere.parquet", 1, "nowhere.parquet"),
        ("--instruments good.csv", 1, "good.csv"),
        ("--ohlcv-duckdb nowhere.duckdb", 1, "nowhere.duckdb"),
    ] {
        fails(folder.path(), &format!("{good} {flags}"), code, &[part]);
    }
    for (text, part) in [
        ("timestamp,signal\n2025-01-01 00:00,2\n", "wanted -1, 0 or 1"),
        ("timestamp,target\n2025-01-01 00:00,1.5\n", "from -1 to 1"),
        ("timestamp,target\n2025-01-01 00:00,NaN\n", "number"),
        ("timestamp,price\n2025-01-01 00:00,1\n", "`timestamp` and `signal`"),
        ("timestamp,signal\n2025-01-01 01:00,1\n2025-01-01 00:00,1\n", "does not come after"),
        // Another instrument's times.
        ("timestamp,signal\n2025-01-01 00:30,1\n2025-01-01 01:30,1\n", "of another instrument"),
        ("timestamp,signal\n2019-01-01 00:00,1\n2019-01-01 01:00,1\n", "2019"),
        // Rows that are longer than candles, and do not say so.
        ("timestamp,signal\n2025-01-01 00:00,1\n2025-01-01 04:00,1\n", "--signal-interval"),
    ] {
        write("bad.csv", text);
        let ran = crate::program::run(folder.path(), "backtest --signals bad.csv");
        assert!(ran.code != 0 && ran.err.contains(part), "{text}: {}", ran.err);
    }
}

#[test]
fn a_source_without_funding_is_said_to_be_one() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("plain.duckdb");
    duckdb::Connection::open(&path)
        .unwrap()
        .execute_batch(
            "CREATE TABLE ohlcv_btcusdt_1h AS SELECT TIMESTAMP '2025-01-01' + INTERVAL (i) HOUR AS timestamp, \
                 100.0 + i AS open, 102.0 + i AS high, 99.0 + i AS low, 101.0 + i AS close, 1.0 AS volume \
             FROM range(48) t(i)",
        )
        .unwrap();
    let rows: Vec<String> = (0..24).map(|hour| format!("2025-01-01 {hour:02}:00,1")).collect();
    let text = format!("timestamp,signal\n{}\n", rows.join("\n"));
    fs::write(folder.path().join("signals.csv"), text).unwrap();
    let call = "backtest --signals signals.csv --ohlcv-duckdb plain.duckdb --dataset x_btcusdt_1h";
    assert!(ok(folder.path(), call).contains("NO FUNDING IS CHARGED"));
}

#[test]
fn the_instruments_in_force_are_shown_and_replaced() {
    let folder = tempfile::tempdir().unwrap();
    assert!(ok(folder.path(), "data instruments").contains("BTCUSDT: tick 0.1, step 0.001"));
    let info = r#"{"symbols":[{"symbol":"BTCUSDT","filters":[
        {"filterType":"LOT_SIZE","stepSize":"0.5"}]}]}"#;
    fs::write(folder.path().join("info.json"), info).unwrap();
    let shown = ok(folder.path(), "data instruments --instruments info.json --venue okx");
    assert!(
        shown.contains("BTCUSDT: tick 0.1, step 0.5") && shown.contains("venue okx"),
        "{shown}"
    );
}
