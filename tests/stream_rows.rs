//! What becomes of single rows of a stream: left out, still running, never delivered, or not in the source.

use duckdb::Connection;

use crate::live::{candle, delivered, stream};
use crate::market::Market;
use crate::program::{fails, json, ok};
use crate::stream::messages;

/// An hour with an impossible score is left out; its candle counts for the account, where a stop is hit in it,
/// and once the right score is there the audit names the hour.
#[test]
fn a_stop_is_hit_in_an_hour_that_was_left_out_and_the_audit_names_it() {
    let market = Market::new();
    ok(market.path(), &market.rebuild("--quiet --bin-month 2025-11"));
    let data =
        "--pred-duckdb pred.duckdb --ohlcv-duckdb ohlcv.duckdb --bins-root bins --journal j.sqlite";
    let stream = |more: &str| {
        let call = format!("ml-calibrated-bins stream {more} {data}");
        let once =
            "--once --deadline 0 --sink out=jsonl:out.jsonl --source candles=duckdb:ohlcv.duckdb";
        if more.is_empty() {
            ok(market.path(), &format!("{call} {once}"))
        } else {
            ok(market.path(), &call)
        }
    };
    let score = |hour: u32, score: f64| {
        market.predictions(&format!(
            "INSERT INTO predictions SELECT TIMESTAMP '2025-11-05' + INTERVAL {hour} HOUR, {score}, model_path,
                 'v1', dataset, created_at FROM predictions LIMIT 1"
        ));
    };
    let paper = || {
        let paper = stream("paper --format json");
        let paper: serde_json::Value = serde_json::from_str(&paper).unwrap();
        let count = |name: &str| paper[name].as_u64().unwrap();
        (count("trades_open"), count("trades_closed"), paper["equity"].as_f64().unwrap())
    };
    stream("");
    // The first hour says to go long.
    score(0, 0.95);
    market.candles(&candle(0));
    stream("");
    score(1, 1.5);
    market.candles(&candle(1));
    stream("");
    assert_eq!((paper().0, paper().1), (1, 0), "a calm hour");
    // In the third the price falls by 5 %; the stop of the target is 2 % away.
    score(2, 1.5);
    market.candles(&candle(2).replace("100, 101, 99, 100, 1", "100, 101, 95, 96, 1"));
    stream("");
    let (open, closed, equity) = paper();
    assert_eq!((open, closed), (0, 1));
    assert!((9_700.0..9_810.0).contains(&equity), "{equity}");
    let messages = messages(&std::fs::read_to_string(market.file("out.jsonl")).unwrap());
    let kinds: Vec<&str> = messages.values().map(|of| of["kind"].as_str().unwrap()).collect();
    assert_eq!(kinds, ["decision", "left-out", "left-out"]);
    assert_eq!(messages.values().next().unwrap()["signal"], 1);

    let told = stream("audit");
    assert!(
        told.contains(
            "3 rows from 2025-11-05T00:00:00Z to 2025-11-05T02:00:00Z: 1 decided, 2 left out"
        ),
        "{told}"
    );
    assert!(told.contains("the sources have the same rows"), "{told}");
    market.predictions("UPDATE predictions SET y_pred = 0.5 WHERE ts = '2025-11-05 02:00'");
    let told = stream("audit");
    for part in [
        "1 row left out, and complete in the sources now",
        "2025-11-05T02:00:00Z left out",
        "after 2025-11-05T02:00:00Z the rows are the same",
        "0 of 1 decisions have another signal or target than `signals` has on the sources' rows\n",
    ] {
        assert!(told.contains(part), "{part}:\n{told}");
    }
    // What came late changes nothing.
    stream("");
    assert_eq!(delivered(market.path()), 3);
    assert_eq!(paper(), (open, closed, equity));
}

/// A source that has not what the strategy reads.
#[test]
fn a_source_without_the_inputs_is_an_error() {
    let market = Market::new();
    for folder in ["empty", "prices"] {
        std::fs::create_dir(market.file(folder)).unwrap();
    }
    std::fs::write(market.file("prices/a.csv"), "timestamp,price\n2025-11-05T00:00:00Z,100\n")
        .unwrap();
    Connection::open(market.file("none.duckdb")).unwrap();
    for (source, parts) in [
        ("candles=duckdb:none.duckdb", &["none.duckdb", "no table"][..]),
        ("candles=duckdb:missing.duckdb", &["missing.duckdb"]),
        ("candles=folder:prices", &["a.csv", "open"]),
        ("candles=folder:missing", &["missing"]),
    ] {
        let call = stream(&format!("--once --source {source}"));
        fails(market.path(), &call, 1, parts);
        assert!(!market.file("out.jsonl").exists());
    }
    // Beside a source that is named there are no invented rows.
    let prices = "ml-calibrated-bins stream --once --dataset test_btcusdt_perp_1h --journal j.sqlite \
                  --source candles=folder:prices";
    fails(market.path(), prices, 2, &["`y_pred` needs predictions", "--source predictions="]);
    let none = "mean-reversion stream --once --pred-duckdb pred.duckdb --journal j.sqlite";
    fails(market.path(), none, 2, &["`close`", "--ohlcv-duckdb", "--source candles="]);
}

/// Candles that are stored while they run count once their successor is there, in a file and in a folder.
#[test]
fn a_running_candle_is_decided_once_its_successor_is_stored() {
    let market = Market::new();
    let folder = market.path();
    let call = stream("--candles running --once");
    let again = |close: f64| {
        format!("UPDATE ohlcv_btcusdt_1h SET close = {close} WHERE timestamp = '2025-11-05'")
    };
    ok(folder, &call);
    market.candles(&candle(0));
    // The last candle of the day before has its successor now.
    let first = messages(&ok(folder, &call));
    market.candles(&again(100.5));
    assert_eq!(ok(folder, &call), "");
    market.candles(&candle(1));
    let second = messages(&ok(folder, &call));
    assert_eq!((first.len(), second.len()), (1, 1));
    assert!(second.contains_key("2025-11-05T00:00:00Z"), "{second:?}");

    std::fs::create_dir(market.file("folder")).unwrap();
    market.candles(&again(100.0));
    let write = |name: &str, until: &str| {
        market.candles(&format!(
            "COPY (SELECT * FROM ohlcv_btcusdt_1h WHERE timestamp < '{until}') TO '{}'",
            market.file(&format!("folder/{name}.parquet")).display()
        ));
    };
    let call = "mean-reversion stream --dataset test_btcusdt_perp_1h --source candles=folder:folder --journal f.sqlite \
         --candles running --once --from 2025-11-04T23:00 --deliver-from 2025-11-04T23:00";
    write("a", "2025-11-05 01:00");
    assert_eq!(messages(&ok(folder, call)).len(), 1);
    market.candles(&again(100.5));
    write("b", "2025-11-05 02:00");
    let of_folder = messages(&ok(folder, call));
    let z_score = |of: &std::collections::BTreeMap<String, serde_json::Value>| {
        of.values().next_back().unwrap()["z_score"].clone()
    };
    assert_eq!((of_folder.len(), z_score(&of_folder)), (1, z_score(&second)));
}

/// A place that holds something else stops its sink, and `skip` gives up that one message.
#[test]
fn a_sink_that_stopped_goes_on_once_its_message_is_given_up() {
    let market = Market::new();
    let folder = market.path();
    let call = stream("--once --sink out=jsonl:out.jsonl");
    ok(folder, &call);
    market.candles(&candle(0));
    ok(folder, &call);
    let line = std::fs::read_to_string(market.file("out.jsonl")).unwrap();
    let other = line.replace("\"number\":1,", "\"number\":2,");
    std::fs::write(market.file("out.jsonl"), format!("{line}{other}")).unwrap();
    market.candles(&candle(1));
    fails(folder, &call, 1, &["out holds another decision under the ID", "2025-11-05T01:00:00Z"]);
    let skip =
        |name: &str| stream("").replace("stream", &format!("stream skip {name} --reason mine"));
    fails(folder, &skip("nobody"), 2, &["no sink nobody; it has: out"]);
    assert_eq!(ok(folder, &skip("out")), "sink out will not get number 2\n");
    market.candles(&candle(2));
    ok(folder, &call);
    let text = std::fs::read_to_string(market.file("out.jsonl")).unwrap();
    let last: serde_json::Value = serde_json::from_str(text.lines().last().unwrap()).unwrap();
    assert_eq!((text.lines().count(), &last["number"]), (3, &3.into()));
    assert_eq!(ok(folder, &skip("out")), "sink out has everything: nothing is given up\n");
    fails(folder, &stream("--listen 0.0.0.0:0"), 2, &["--listen-anywhere"]);
}

/// Thousands of hours are decided at once, more than one commit holds: no trade is opened in the past.
#[test]
fn what_was_caught_up_with_is_missed_on_paper() {
    let folder = tempfile::tempdir().unwrap();
    ok(folder.path(), "mean-reversion stream --sample --once --from 2025-06-01");
    let paper = ok(folder.path(), "mean-reversion stream paper --sample --format json");
    let paper: serde_json::Value = serde_json::from_str(&paper).unwrap();
    assert_eq!(paper["rows"], 183 * 24, "{paper}");
    assert_eq!(paper["missed"], 183 * 24 - 1, "the last may be on time");
    assert_eq!((&paper["trades_open"], &paper["trades_closed"]), (&0.into(), &0.into()), "{paper}");
    assert_eq!(paper["equity"], paper["capital"]);
}

/// Makes each hour of a journal one that was decided five seconds after its close.
pub(crate) fn decided_on_time(journal: &std::path::Path) {
    let sql = "UPDATE rows SET decided_at = time + 3605000000";
    rusqlite::Connection::open(journal).unwrap().execute(sql, []).unwrap();
}

/// A paper account of decisions that were on time is the backtest of the same hours.
#[test]
fn a_paper_account_is_a_backtest_of_what_was_on_time() {
    let folder = tempfile::tempdir().unwrap();
    for strategy in ["mean-reversion", "pairs"] {
        let journal = format!("--journal {strategy}.sqlite");
        let call = format!("{strategy} stream {journal} --sample --once --from 2025-08-01");
        ok(folder.path(), &call);
        decided_on_time(&folder.path().join(format!("{strategy}.sqlite")));
        let paper = json(
            folder.path(),
            &format!("{strategy} stream paper {journal} --sample --format json"),
        );
        let of = format!("{strategy} backtest --sample --start 2025-08-01 --format json");
        let backtest = json(folder.path(), &of);
        assert_eq!(paper["missed"], 0, "{paper}");
        assert_eq!(paper["rows"], backtest["period"]["rows"], "{strategy}");
        let backtest = &backtest["result"];
        assert_eq!(paper["trades_closed"], backtest["trades"], "{strategy}");
        assert_eq!(paper["equity"], backtest["final_equity"], "{strategy}");
        assert_eq!(paper["largest_drawdown"], backtest["max_drawdown"], "{strategy}");
        assert_ne!(paper["trades_closed"], 0, "{strategy}");
    }
}
