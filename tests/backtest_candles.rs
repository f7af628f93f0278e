//! `backtest` where candles, funding rates or prices are missing, finer, or of the mark: small markets.

use std::fs;

use serde_json::Value;
use tempfile::TempDir;

use crate::program::{fails, json, ok, runner};

const ROWS: usize = 48;
const CALL: &str = "backtest --signals signals.csv --ohlcv-duckdb market.duckdb --dataset x_btcusdt_1h --slippage 0";

fn sql(folder: &TempDir, text: &str) {
    let path = folder.path().join("market.duckdb");
    duckdb::Connection::open(path).unwrap().execute_batch(text).unwrap();
}

/// A second instrument, always at 50, in a file of its own.
fn other(folder: &TempDir) {
    let path = folder.path().join("other.duckdb");
    let text = "CREATE TABLE ohlcv_ethusdt_1h AS
                    SELECT TIMESTAMP '2025-01-01' + INTERVAL (i) HOUR AS timestamp, 50.0::DOUBLE AS open,
                           50.5::DOUBLE AS high,
                           49.5::DOUBLE AS low, 50.0::DOUBLE AS close, 1.0::DOUBLE AS volume
                    FROM range(48) t(i)";
    duckdb::Connection::open(path).unwrap().execute_batch(text).unwrap();
}

/// Two days at 100, with a fall to 90 within the hour of 20:00, long from the first open on; funding of 0.01 %
/// each 8 hours.
fn market() -> TempDir {
    let folder = tempfile::tempdir().unwrap();
    sql(
        &folder,
        "CREATE TABLE ohlcv_btcusdt_1h AS
             SELECT TIMESTAMP '2025-01-01' + INTERVAL (i) HOUR AS timestamp, 100.0::DOUBLE AS open, 100.5::DOUBLE AS high,
                    (CASE WHEN i = 20 THEN 90.0 ELSE 99.5 END)::DOUBLE AS low, 100.0::DOUBLE AS close,
                    1.0::DOUBLE AS volume
             FROM range(48) t(i);
         CREATE TABLE funding_rates AS
             SELECT TIMESTAMP '2025-01-01' + INTERVAL (8 * i) HOUR AS timestamp, 'x_btcusdt_8h' AS dataset,
                    0.0001::DOUBLE AS funding_rate
             FROM range(7) t(i);",
    );
    write(&folder, "signals.csv", "timestamp,signal", |hour| format!("{},1", at(hour)), |_| true);
    folder
}

fn at(hour: usize) -> String {
    format!("2025-01-{:02} {:02}:00", 1 + hour / 24, hour % 24)
}

fn write(
    folder: &TempDir,
    name: &str,
    header: &str,
    line: impl Fn(usize) -> String,
    keep: impl Fn(&usize) -> bool,
) {
    let rows: Vec<String> = (0..ROWS).filter(keep).map(line).collect();
    fs::write(folder.path().join(name), format!("{header}\n{}\n", rows.join("\n"))).unwrap();
}

fn count(report: &Value, name: &str) -> u64 {
    report["result"]["counts"][name].as_u64().unwrap()
}

#[test]
fn missing_candles_are_refused_or_held_through_and_counted() {
    let folder = market();
    let hole = |hour: &usize| !(10..13).contains(hour);
    write(&folder, "signals.csv", "timestamp,signal", |hour| format!("{},1", at(hour)), hole);
    sql(
        &folder,
        "DELETE FROM ohlcv_btcusdt_1h WHERE timestamp >= '2025-01-01 10:00' AND timestamp < '2025-01-01 13:00'",
    );
    let wanted =
        ["candles are missing from 2025-01-01 10:00 UTC to 2025-01-01 13:00", "--gaps hold"];
    fails(folder.path(), CALL, 1, &wanted);
    let held = json(folder.path(), &format!("{CALL} --gaps hold --format json"));
    assert_eq!(count(&held, "gaps_held"), 1);
    assert!(ok(folder.path(), &format!("{CALL} --gaps hold")).contains("1 gap in the candles"));
}

#[test]
fn holes_between_funding_rates_are_refused_or_free_and_said() {
    let folder = market();
    assert_eq!(
        count(&json(folder.path(), &format!("{CALL} --format json")), "funding_payments"),
        5
    );
    sql(&folder, "DELETE FROM funding_rates WHERE timestamp = '2025-01-01 16:00'");
    let wanted = ["no funding rate between 2025-01-01 08:00 UTC and 2025-01-02 00:00", "zero"];
    fails(folder.path(), CALL, 1, &wanted);
    let zero = json(folder.path(), &format!("{CALL} --funding-gaps zero --format json"));
    assert_eq!(count(&zero, "funding_payments"), 4);
    assert!(ok(folder.path(), &format!("{CALL} --funding-gaps zero")).contains("1 hole in"));
}

#[test]
fn what_nobody_can_trade_is_refused_or_counted() {
    let folder = market();
    let poor = json(folder.path(), &format!("{CALL} --capital 1 --format json"));
    assert_eq!(count(&poor, "below_min_notional"), ROWS as u64 - 1);
    assert!(ok(folder.path(), &format!("{CALL} --capital 1")).contains("below the minimum"));
    sql(&folder, "UPDATE ohlcv_btcusdt_1h SET low = 0 WHERE timestamp = '2025-01-01 05:00'");
    fails(folder.path(), CALL, 1, &["2025-01-01 05:00"]);
    let folder = market();
    other(&folder);
    let legs = "timestamp,target,target@x_ethusdt_1h";
    write(&folder, "signals.csv", legs, |hour| format!("{},0.7,-0.7", at(hour)), |_| true);
    let call = format!("{CALL} --other-ohlcv x_ethusdt_1h=other.duckdb --funding off");
    fails(folder.path(), &call, 1, &["sum to 1 at most"]);
    // A file of another instrument: the advice is one that helps.
    let wrong = format!("{CALL} --other-ohlcv x_ethusdt_1h=market.duckdb --funding off");
    let advice = ["rename the table", "--other-ohlcv x_ethusdt_1h=FILE"];
    fails(folder.path(), &wrong, 1, &advice);
}

/// Candles of the mark price: the fall was a print of one exchange, which liquidates nobody.
#[test]
fn mark_candles_judge_liquidation_and_funding() {
    let folder = market();
    let bold = format!("{CALL} --leverage 50 --format json");
    let own = json(folder.path(), &bold);
    assert_eq!((count(&own, "liquidations"), &own["without_mark"]), (1, &Value::Null));
    assert!(count(&own, "funding_without_mark") > 0);
    let candle = |hour: usize| format!("{},100.0,100.2,99.8,100.0", at(hour));
    write(&folder, "marks.csv", "timestamp,open,high,low,close", candle, |_| true);
    let marked = json(folder.path(), &format!("{bold} --mark-ohlcv marks.csv"));
    assert_eq!((count(&marked, "liquidations"), count(&marked, "funding_without_mark")), (0, 0));
    assert_eq!(marked["without_mark"], 0);
    // Where a mark is missing the row's own candle judges, and is counted.
    write(&folder, "marks.csv", "timestamp,open,high,low,close", candle, |hour| *hour != 20);
    let lacking = json(folder.path(), &format!("{bold} --mark-ohlcv marks.csv"));
    assert_eq!((count(&lacking, "liquidations"), &lacking["without_mark"]), (1, &Value::from(1)));
    fails(folder.path(), &format!("{bold} --mark-ohlcv z_1h=marks.csv"), 2, &["nothing of z_1h"]);
    // A DuckDB file, whose table has any name.
    let database = duckdb::Connection::open(folder.path().join("marks.duckdb")).unwrap();
    let path = folder.path().join("marks.csv").display().to_string();
    let candles =
        format!("SELECT * REPLACE (CAST(timestamp AS TIMESTAMP) AS timestamp) FROM '{path}'");
    database.execute_batch(&format!("CREATE TABLE mark_btcusdt_1h AS {candles}")).unwrap();
    drop(database);
    let of_file = format!("{bold} --mark-ohlcv marks.duckdb");
    fails(folder.path(), &of_file, 1, &["no table of candles", "--mark-table"]);
    let stored = json(folder.path(), &format!("{of_file} --mark-table mark_btcusdt_1h"));
    assert_eq!(stored["result"], lacking["result"]);
}

/// Half-hours of both legs: the first leg falls to its stop in the second half of 20:00.
#[test]
fn finer_candles_of_several_legs() {
    let folder = market();
    other(&folder);
    let legs = "timestamp,target,target@x_ethusdt_1h";
    write(&folder, "signals.csv", legs, |hour| format!("{},0.5,-0.5", at(hour)), |_| true);
    let halves = |low: f64, price: f64| {
        move |hour: usize| {
            let day = format!("2025-01-{:02} {:02}", 1 + hour / 24, hour % 24);
            let second = if hour == 20 { low } else { price };
            format!(
                "{day}:00,{price},{price},{price},{price}\n{day}:30,{price},{price},{second},{price}"
            )
        }
    };
    let header = "timestamp,open,high,low,close";
    write(&folder, "own.csv", header, halves(90.0, 100.0), |_| true);
    write(&folder, "other.csv", header, halves(50.0, 50.0), |_| true);
    let call = format!(
        "{CALL} --other-ohlcv x_ethusdt_1h=other.duckdb --funding off --stop-loss 0.05 --detail-ohlcv own.csv"
    );
    fails(folder.path(), &call, 2, &["add --detail-ohlcv x_ethusdt_1h=FILE"]);
    let call = format!("{call} --detail-ohlcv x_ethusdt_1h=other.csv --format json -o out");
    let report = json(folder.path(), &call);
    assert_eq!(
        (&report["detail_rows"], count(&report, "incomplete_detail")),
        (&Value::from(96), 0)
    );
    let sql = "SELECT strftime(exit_time, '%H:%M') || ' ' || exit_reason FROM 'out/trades.parquet'
               WHERE exit_time IS NOT NULL ORDER BY exit_time, trade";
    let connection = duckdb::Connection::open_in_memory().unwrap();
    let sql = sql.replace("out/", &format!("{}/out/", folder.path().display()));
    let mut statement = connection.prepare(&sql).unwrap();
    let exits: Vec<String> =
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    assert_eq!(exits, ["20:30 stop_loss", "21:00 stop_loss"]);
}

#[test]
fn flags_of_an_account_are_set_by_environment_and_file() {
    let folder = market();
    let call = format!("{CALL} --format json");
    let mut command = runner(folder.path(), &call);
    let output =
        command.env("RUNNER_STOP_LOSS", "0.05").env("RUNNER_CAPITAL", "500").output().unwrap();
    let of_environment: Value = serde_json::from_slice(&output.stdout).unwrap();
    let rules = &of_environment["rules"];
    assert_eq!(
        (&rules["exits"]["long"]["stop_loss"], &rules["capital"]),
        (&0.05.into(), &500.0.into())
    );
    fs::write(folder.path().join("runner.toml"), "stop_loss = 0.05\ncapital = 500\n").unwrap();
    let of_file = json(folder.path(), &call);
    assert_eq!(of_file["result"], of_environment["result"]);
}

/// What a signal's trade paid: bought at 100, stopped or sold at 100, less two taker fees of 0.05 % and funding.
#[test]
fn signals_are_evaluated_in_money() {
    let folder = market();
    let call = CALL.replace("backtest", "evaluate");
    let report = json(folder.path(), &format!("{call} --max-hold 2 --format json"));
    let money = &report["money"];
    let long = &money["signals"]["long"];
    // Each row but the last three has a trade that ended, of one paying funding in four.
    assert_eq!((&long["rows"], &money["unknown"]), (&Value::from(45), &Value::from(3)));
    assert_eq!(money["signals"]["short"]["rows"], 0);
    assert_eq!(long["forward_return"], 0.0);
    // A trade of row t pays what is stamped after its entry at t + 1, until its exit at t + 3.
    let paying = (0..45).filter(|row| [(row + 2) % 8, (row + 3) % 8].contains(&0)).count();
    let wanted = -0.001 - 0.0001 * paying as f64 / 45.0;
    let found = long["net_payoff"].as_f64().unwrap();
    assert!((found - wanted).abs() < 1e-12, "{found} {wanted}");
    assert_eq!((&long["verdict"], &long["take_profits"]), (&"loses-money".into(), &0.0.into()));
    let text = ok(folder.path(), &format!("{call} --max-hold 2"));
    assert!(
        text.contains("long signals LOSE MONEY") && text.contains("no short signal was traded"),
        "{text}"
    );
    let strategy = ok(folder.path(), "mean-reversion evaluate --start 2025-01-01 --end 2025-03-31");
    assert!(strategy.contains("after 24 rows at the latest"), "{strategy}");
}
