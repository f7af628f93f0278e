//! A strategy that reads several models, as a stream: `ensemble`, held against its `signals`.

use std::collections::BTreeMap;
use std::path::Path;

use serde_json::Value;

use crate::legs::models;
use crate::market::Market;
use crate::program::{fails, json, ok, run};
use crate::stream::messages;

/// The columns of a row of `signals`, by time.
fn signals(folder: &Path, call: &str) -> BTreeMap<String, Value> {
    let rows = json(folder, call);
    let time = |row: &Value| row["timestamp"].as_str().unwrap().to_owned();
    rows.as_array().unwrap().iter().map(|row| (time(row), row.clone())).collect()
}

/// Each message says what the row of the batch says, bit for bit, and none is missing.
fn assert_same(delivered: &BTreeMap<String, Value>, batch: &BTreeMap<String, Value>) {
    assert!(delivered.keys().eq(batch.keys()), "{} and {}", delivered.len(), batch.len());
    for (time, row) in batch {
        for name in ["signal", "p_pool", "q_bin", "members"] {
            assert_eq!(delivered[time][name], row[name], "{name} at {time}");
        }
    }
}

/// The sample, hour by hour into files that a stream reads, with starts in between and a month that turns.
#[test]
fn an_ensemble_streams_the_sample_as_its_signals_have_it() {
    let folder = tempfile::tempdir().unwrap();
    let folder = folder.path();
    ok(folder, "ensemble rebuild --quiet --from 2025-10 --to 2025-11");
    let sample = |name: &str| format!("data/sample/sample_btcusdt_perp_{name}.duckdb");
    let (scores, candles) = (sample("three_models"), sample("ohlcv"));
    let replay = |end: &str| {
        let files = format!("--pred-duckdb {scores} --ohlcv-duckdb {candles}");
        ok(folder, &format!("data replay -o live {files} --start {end} --end {end}"));
    };
    let live = |path: &str| path.replace("data/sample", "live");
    let data = format!(
        "--pred-duckdb {} --ohlcv-duckdb {} --dataset sample_btcusdt_perp_1h",
        live(&scores),
        live(&candles)
    );
    let call = format!("ensemble stream {data} --journal j.sqlite --once");
    replay("2025-10-30");
    assert_eq!(ok(folder, &call), "");
    let mut delivered = BTreeMap::new();
    for end in ["2025-10-30T13:00", "2025-10-31T23:00", "2025-11-01T00:00", "2025-11-02T00:00"] {
        replay(end);
        delivered.extend(messages(&ok(folder, &call)));
    }
    let batch = signals(
        folder,
        "ensemble signals --start 2025-10-30T00:00 --end 2025-11-01T23:00 --format json",
    );
    assert_eq!(batch.len(), 3 * 24);
    assert_same(&delivered, &batch);
    assert_same(&delivered, &signals(folder, "ensemble signals --journal j.sqlite --format json"));
    let audit = ok(folder, &format!("ensemble stream audit {data} --journal j.sqlite"));
    assert!(audit.contains("the sources have the same rows"), "{audit}");
}

/// Members that lack a day or begin late, a pool that learns, a month's file that comes late, and one that is
/// adopted.
#[test]
fn members_may_be_missing_and_files_of_months_come_late_or_change() {
    let market = Market::from_on("2025-03-01", 184);
    let folder = market.path();
    let members = models(&market).split(' ').take(3).collect::<Vec<_>>().join(" ");
    market.predictions(
        "CREATE TABLE later AS SELECT * FROM predictions WHERE ts >= '2025-06-09';
         DELETE FROM predictions WHERE ts >= '2025-06-09'",
    );
    market.candles(
        "CREATE TABLE later AS SELECT * FROM ohlcv_btcusdt_1h WHERE timestamp >= '2025-06-09';
         DELETE FROM ohlcv_btcusdt_1h WHERE timestamp >= '2025-06-09'",
    );
    let come = |until: &str| {
        let sql = |table: &str, time: &str| {
            format!(
                "INSERT INTO {table} SELECT * FROM later WHERE {time} < '{until}';
                 DELETE FROM later WHERE {time} < '{until}'"
            )
        };
        market.predictions(&sql("predictions", "ts"));
        market.candles(&sql("ohlcv_btcusdt_1h", "timestamp"));
    };
    for pool in ["logit-pool", "hedge"] {
        let flags = format!(
            "--pred-duckdb pred.duckdb --ohlcv-duckdb ohlcv.duckdb --members {members} --pool {pool}"
        );
        let data = format!("{flags} --dataset test_btcusdt_perp_1h");
        let rebuild = format!("ensemble rebuild --quiet --lookback-months 2 {flags} --bin-month");
        let call = format!("ensemble stream {data} --journal {pool}.sqlite --once --deadline 0");
        // The lookback of a pool that learns reaches into May, which has no file.
        ok(folder, &format!("{rebuild} 2025-06"));
        if pool == "logit-pool" {
            assert_eq!(ok(folder, &call), "");
            come("2025-06-12");
        } else {
            let from = "--from 2025-06-09 --deliver-from 2025-06-09";
            let _delivered = ok(folder, &format!("{call} {from} --sink out=jsonl:{pool}.jsonl"));
        }
        let call = format!("{call} --sink out=jsonl:{pool}.jsonl");
        if pool == "logit-pool" {
            ok(folder, &format!("{call} --deliver-from 2025-06-09"));
            come("2025-07-02");
            // The rows of July wait for their file.
            let ran = run(folder, &call);
            assert!(ran.code == 0 && ran.err.contains("2025-07"), "{}", ran.err);
        }
        let delivered =
            || messages(&std::fs::read_to_string(market.file(&format!("{pool}.jsonl"))).unwrap());
        assert_eq!(delivered().len(), 22 * 24, "{pool}");
        ok(folder, &format!("{rebuild} 2025-07"));
        ok(folder, &call);
        let batch =
            signals(folder, &format!("ensemble signals {data} --start 2025-06-09 --format json"));
        assert_eq!(batch.len(), 23 * 24);
        assert_same(&delivered(), &batch);
        let counts: std::collections::BTreeSet<_> =
            batch.values().map(|row| row["members"].as_u64()).collect();
        assert!(counts.len() > 1, "{counts:?}");
        let audit = format!("ensemble stream audit {data} --journal {pool}.sqlite");
        let audit = ok(folder, &audit);
        assert!(audit.contains("the sources have the same rows"), "{audit}");
        let of_journal = format!("ensemble signals --journal {pool}.sqlite --format json");
        assert_same(&delivered(), &signals(folder, &of_journal));
    }

    // Another file of July counts once it is adopted, for later rows alone, and after a start.
    let flags =
        format!("--pred-duckdb pred.duckdb --ohlcv-duckdb ohlcv.duckdb --members {members}");
    let data = format!("{flags} --dataset test_btcusdt_perp_1h");
    let july = std::fs::read_dir(market.file("data/ensemble/test_btcusdt_perp_1h")).unwrap();
    let july = july.map(|entry| entry.unwrap().path().join("2025-07.json"));
    let july =
        july.into_iter().find(|path| path.display().to_string().contains("logit-pool")).unwrap();
    ok(
        folder,
        &format!(
            "ensemble rebuild --quiet --overwrite --lookback-months 1 {flags} --bin-month 2025-07"
        ),
    );
    let call = format!("ensemble stream {data} --journal logit-pool.sqlite");
    let decide = || {
        messages(&ok(
            folder,
            &format!("{call} --once --deadline 0 --deliver-from 2025-07-02 --sink lines=jsonl:-"),
        ))
    };
    come("2025-07-02 01:00");
    let before = decide();
    let adopt = call.replace("stream", &format!("stream adopt 2025-07 {}", july.display()));
    ok(folder, &adopt);
    come("2025-07-02 02:00");
    let after = decide();
    let bins = |of: &BTreeMap<String, Value>| of.values().next().unwrap()["bins"].clone();
    assert_eq!((before.len(), after.len()), (1, 1));
    assert_ne!(bins(&before), bins(&after));
    assert!(decide().is_empty(), "the replay uses each where it counted");

    // A score that never comes is waited for from the first sight of its row, over ends and starts.
    come("2025-07-02 03:00");
    let call = format!("{call} --once --deadline 10 --sink lines=jsonl:-");
    assert_eq!(ok(folder, &call), "");
    std::thread::sleep(std::time::Duration::from_millis(10_100));
    assert_eq!(messages(&ok(folder, &call)).len(), 1);
}

/// A folder for each model; one for several does not say whose scores it has.
#[test]
fn folders_of_scores_are_named_by_run() {
    let market = Market::from_on("2025-03-01", 184);
    let folder = market.path();
    let members: Vec<String> = models(&market).split(' ').take(3).map(ToOwned::to_owned).collect();
    let flags = format!(
        "--pred-duckdb pred.duckdb --ohlcv-duckdb ohlcv.duckdb --members {}",
        members.join(" ")
    );
    ok(
        folder,
        &format!("ensemble rebuild --quiet --lookback-months 2 {flags} --bin-month 2025-08"),
    );
    let data = format!("{flags} --dataset test_btcusdt_perp_1h");
    let call = format!(
        "ensemble stream {data} --once --deadline 0 --from 2025-08-30 --deliver-from 2025-08-30"
    );
    let of_files = messages(&ok(folder, &format!("{call} --journal a.sqlite")));
    assert_eq!(of_files.len(), 48);
    let mut sources = Vec::new();
    for (name, run) in ["a", "b", "c"].iter().zip(&members) {
        std::fs::create_dir(market.file(name)).unwrap();
        market.predictions(&format!(
            "COPY (SELECT ts AS timestamp, y_pred FROM predictions WHERE model_path LIKE '%/{run}/%')
             TO '{}'",
            market.file(&format!("{name}/scores.parquet")).display()
        ));
        sources.push(format!("--source predictions#{run}=folder:{name}"));
    }
    let of_folders =
        messages(&ok(folder, &format!("{call} --journal b.sqlite {}", sources.join(" "))));
    let without_times = |messages: &BTreeMap<String, Value>| {
        let mut messages = messages.clone();
        for message in messages.values_mut() {
            message.as_object_mut().unwrap().remove("decided_at");
        }
        messages
    };
    assert_eq!(without_times(&of_files), without_times(&of_folders));
    let one = format!("{call} --journal c.sqlite --source predictions=folder:a");
    fails(folder, &one, 2, &["do not say of which model", "predictions#"]);
    let other = format!("{call} --journal c.sqlite --source predictions#nobody=folder:a");
    fails(folder, &other, 2, &["names nobody, which the strategy does not read"]);
    let missing = call.replace(&members[2], "run_x_y_tp_before_sl_u0.04_d0.02_24h_binary");
    fails(
        folder,
        &format!("{missing} --journal c.sqlite"),
        2,
        &["no predictions of the run", "run_x"],
    );
}
