//! Bad input: what is said, and the exit code. Every case is the built program.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::time::Instant;

use duckdb::Connection;

use crate::market::{DATASET, Market, RUN};
use crate::program::{fails, ok, runner};

#[test]
fn a_file_that_does_not_exist() {
    let market = Market::new();
    let arguments =
        "ml-calibrated-bins rebuild --pred-duckdb none.duckdb --ohlcv-duckdb ohlcv.duckdb";
    fails(market.path(), arguments, 1, &["there is no file none.duckdb", "check the path"]);
    assert!(!market.file("none.duckdb").exists(), "a database was created");
    assert!(!market.file("data").exists());
}

#[test]
fn a_file_that_is_no_database() {
    let market = Market::new();
    fs::write(market.file("pred.duckdb"), "timestamp,y_pred\n2025-09-01,0.5\n").unwrap();
    fails(market.path(), &market.rebuild(""), 1, &["pred.duckdb", "not a DuckDB"]);
}

#[test]
fn a_missing_table_and_a_missing_column() {
    let market = Market::new();
    market.predictions("ALTER TABLE predictions RENAME TO predictions_old");
    let parts = ["pred.duckdb", "`predictions`", "predictions_old"];
    fails(market.path(), &market.rebuild(""), 1, &parts);

    let market = Market::new();
    market.predictions("ALTER TABLE predictions RENAME COLUMN y_pred TO score");
    fails(market.path(), &market.rebuild(""), 1, &["pred.duckdb", "y_pred", "score"]);

    let market = Market::new();
    market.candles("ALTER TABLE ohlcv_btcusdt_1h DROP COLUMN high");
    fails(market.path(), &market.rebuild(""), 1, &["ohlcv_btcusdt_1h", "high", "close"]);
}

#[test]
fn several_tables_of_candles() {
    let market = Market::new();
    market.candles("CREATE TABLE ohlcv_ethusdt_1h AS FROM ohlcv_btcusdt_1h");
    let parts = ["ohlcv_btcusdt_1h", "ohlcv_ethusdt_1h", "--ohlcv-table"];
    fails(market.path(), &market.rebuild(""), 1, &parts);
    ok(market.path(), &market.rebuild("--ohlcv-table ohlcv_btcusdt_1h"));
}

#[test]
fn candles_of_another_interval_than_the_dataset() {
    let market = Market::new();
    market.candles("ALTER TABLE ohlcv_btcusdt_1h RENAME TO ohlcv_btcusdt_5m");
    fails(
        market.path(),
        &market.rebuild(""),
        1,
        &["ohlcv_btcusdt_5m", "every 1 h", "every 5 min", "--ohlcv-table"],
    );
}

#[test]
fn finer_candles_under_a_name_that_does_not_say_so() {
    let market = Market::new();
    market.candles(
        "CREATE TABLE prices AS
         SELECT timestamp + INTERVAL (m) MINUTE AS timestamp, open, high, low, close, volume
         FROM ohlcv_btcusdt_1h, range(0, 60, 15) t(m)",
    );
    let arguments = market.rebuild("--ohlcv-table prices");
    fails(market.path(), &arguments, 1, &["prices", "every 1 h", "every 15 min", "own candle"]);
}

#[test]
fn candles_of_another_instrument() {
    let market = Market::new();
    market.candles("ALTER TABLE ohlcv_btcusdt_1h RENAME TO ohlcv_ethusdt_1h");
    fails(market.path(), &market.rebuild(""), 1, &["ethusdt", DATASET, "--ohlcv-table"]);
    ok(market.path(), &market.rebuild("--ohlcv-table ohlcv_ethusdt_1h"));
}

#[test]
fn fewer_rows_than_bins() {
    let market = Market::new();
    market.predictions("DELETE FROM predictions WHERE hour(ts) <> 5");
    fails(market.path(), &market.rebuild("--n-bins 100"), 1, &["30 labelled rows for 100 bins"]);
}

#[test]
fn a_horizon_beyond_the_calendar() {
    let market = Market::new();
    let key = "--target-key y_tp_before_sl_u0.01_d0.01_100000000d --label-cutoff none";
    fails(market.path(), &market.rebuild(key), 1, &["2025-11"]);
}

#[test]
fn no_predictions_in_the_window() {
    let market = Market::new();
    let arguments = market.rebuild("--bin-month 2024-06");
    let parts =
        ["2024-06", "2024-05-01 00:00", "2025-09-01 00:00", "2025-11-04 23:00", "1560 rows"];
    fails(market.path(), &arguments, 1, &parts);
}

#[test]
fn no_label_and_no_rule_in_the_name() {
    let market = Market::new();
    let arguments = market
        .rebuild(&format!("--model-path models/{DATASET}/{RUN}/model.txt --run-name plain_run"));
    fails(
        market.path(),
        &arguments,
        1,
        &["plain_run", "--target-key", "y_tp_before_sl_u0.04_d0.02_24h"],
    );
    let arguments = market.rebuild("--target-key my_label");
    fails(market.path(), &arguments, 1, &["my_label", "targets", DATASET]);
}

#[test]
fn arguments_that_cannot_be() {
    let market = Market::new();
    let cases = [
        ("--bin-month 2025-13", "`2025-13` is not a month"),
        ("--n-bins 1", "2 to 1000"),
        ("--n-bins twenty", "20"),
        ("--method spline", "isotonic"),
        ("--label-cutoff never", "month-start"),
        ("--lookback-months 0", "1..=1200"),
        ("--overwrite --skip-existing", "cannot be used with"),
        ("--bin-month 2025-11 --from 2025-10", "cannot be used with"),
    ];
    for (flags, part) in cases {
        fails(market.path(), &market.rebuild(flags), 2, &[part]);
    }
    let alone = "ml-calibrated-bins rebuild --pred-duckdb pred.duckdb";
    fails(market.path(), alone, 2, &["--ohlcv-duckdb"]);
}

#[test]
fn months_the_wrong_way_round() {
    let market = Market::new();
    let arguments = market.rebuild("--from 2025-11 --to 2025-10");
    fails(market.path(), &arguments, 2, &["2025-11", "2025-10", "earlier"]);
}

#[test]
fn a_window_with_one_class() {
    let market = Market::new();
    let arguments = market.rebuild("--target-key y_tp_before_sl_u9_d0.02_24h");
    fails(
        market.path(),
        &arguments,
        1,
        &["cannot calibrate 2025-11", "all 720 rows", "both labels"],
    );
}

#[test]
fn a_score_that_is_no_probability() {
    let market = Market::new();
    market
        .predictions("UPDATE predictions SET y_pred = 1.5 WHERE ts = TIMESTAMP '2025-10-02 03:00'");
    fails(market.path(), &market.rebuild(""), 1, &["pred.duckdb", "2025-10-02 03:00:00", "1.5"]);
}

#[test]
fn bins_that_exist() {
    let market = Market::new();
    let first = ok(market.path(), &market.rebuild("--quiet"));
    let file = market.file(first.trim());
    let bytes = fs::read(&file).unwrap();

    let parts = ["exists", first.trim(), "--overwrite", "--skip-existing"];
    fails(market.path(), &market.rebuild("--method isotonic"), 1, &parts);
    assert_eq!(fs::read(&file).unwrap(), bytes);

    assert_eq!(
        ok(market.path(), &market.rebuild("--quiet --method isotonic --skip-existing")),
        first
    );
    assert_eq!(fs::read(&file).unwrap(), bytes);

    assert_eq!(ok(market.path(), &market.rebuild("--quiet --method isotonic --overwrite")), first);
    assert_ne!(fs::read(&file).unwrap(), bytes);
}

#[test]
fn a_folder_that_cannot_be_written() {
    let market = Market::new();
    fs::write(market.file("bins"), "a file where a folder is wanted").unwrap();
    fails(market.path(), &market.rebuild(""), 1, &["bins", "folder"]);
}

#[test]
fn a_file_held_by_a_writer() {
    let market = Market::new();
    let writer = Connection::open(market.file("pred.duckdb")).unwrap();
    writer.execute_batch("BEGIN; DELETE FROM predictions WHERE y_pred > 0.9").unwrap();
    let started = Instant::now();
    let holder = std::process::id().to_string();
    fails(market.path(), &market.rebuild("--lock-timeout 0.5"), 1, &["pred.duckdb", &holder]);
    assert!(started.elapsed().as_secs_f64() > 0.4, "it did not wait");
    drop(writer);
    ok(market.path(), &market.rebuild("--lock-timeout 0.5"));
}

#[test]
fn a_writer_that_leaves_in_time() {
    let market = Market::new();
    let writer = Connection::open(market.file("pred.duckdb")).unwrap();
    let mut command = runner(market.path(), &market.rebuild("--quiet"));
    let mut child = command.stdout(Stdio::null()).stderr(Stdio::piped()).spawn().unwrap();
    let mut said = BufReader::new(child.stderr.take().unwrap()).lines().map(Result::unwrap);
    // It says what it waits for while it waits.
    assert!(said.any(|line| line.contains("pred.duckdb")), "nothing was said of the wait");
    drop(writer);
    let rest: Vec<String> = said.collect();
    assert!(child.wait().unwrap().success(), "{rest:?}");
}

#[test]
fn names_that_do_not_exist() {
    let market = Market::new();
    fails(market.path(), "ml-calibrated-bin rebuild", 2, &["did you mean", "ml-calibrated-bins"]);
    fails(market.path(), "ml-calibrated-bins rebuld", 2, &["rebuild"]);
    let parts = ["models/none/model.txt", &format!("models/{DATASET}/")];
    fails(market.path(), &market.rebuild("--model-path models/none/model.txt"), 1, &parts);
}
