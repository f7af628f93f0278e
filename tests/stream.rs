//! `stream`: over files that others write, killed at any time, and held against `signals`.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::market::Market;
use crate::program::{fails, json, ok, run, runner};

const DATA: &str = "--ohlcv-duckdb ohlcv.duckdb --dataset test_btcusdt_perp_1h";

fn stream(more: &str) -> String {
    format!("mean-reversion stream {DATA} --journal j.sqlite {more}")
}

/// The signals of a batch over all of the files in `folder`, by time.
fn batch(folder: &Path, data: &str) -> BTreeMap<String, Value> {
    let rows = json(folder, &format!("mean-reversion signals {data} --format json"));
    rows.as_array().unwrap().iter().map(|row| (text(row, "timestamp"), row.clone())).collect()
}

fn text(row: &Value, name: &str) -> String {
    row[name].as_str().unwrap().to_owned()
}

/// Lines of JSON, by time; none may come twice.
pub(crate) fn messages(lines: &str) -> BTreeMap<String, Value> {
    let mut by_time = BTreeMap::new();
    for line in lines.lines() {
        let message: Value = serde_json::from_str(line).unwrap();
        let before = by_time.insert(text(&message, "timestamp"), message);
        assert!(before.is_none(), "delivered twice: {line}");
    }
    by_time
}

fn assert_same(delivered: &BTreeMap<String, Value>, batch: &BTreeMap<String, Value>) {
    for (time, message) in delivered {
        assert_eq!(message["kind"], "decision", "{message}");
        for name in ["signal", "z_score"] {
            assert_eq!(message[name], batch[time][name], "{name} at {time}");
        }
    }
}

#[test]
fn a_stream_over_what_is_there_is_signals_over_it() {
    let market = Market::new();
    let out = ok(market.path(), &stream("--once --from 2025-10-01 --deliver-from 2025-10-01"));
    let (delivered, batch) = (messages(&out), batch(market.path(), DATA));
    assert_eq!(delivered.len(), 24 * 35);
    assert_same(&delivered, &batch);
    assert!(delivered.values().zip(1..).all(|(message, number)| message["number"] == number));
    // The batch over the journal is the same, and so is what is there again.
    let again = ok(market.path(), "mean-reversion signals --journal j.sqlite --format json");
    let again: Value = serde_json::from_str(&again).unwrap();
    assert_eq!(again.as_array().unwrap().len(), delivered.len());
    for row in again.as_array().unwrap() {
        assert_eq!(*row, batch[&text(row, "timestamp")]);
    }
    assert_eq!(ok(market.path(), &stream("--once")), "", "nothing is new");
    market.candles("INSERT INTO ohlcv_btcusdt_1h VALUES ('2025-11-05', 100, 101, 99, 100, 1)");
    let out = ok(market.path(), &stream("--once"));
    assert_eq!(messages(&out).keys().collect::<Vec<_>>(), ["2025-11-05T00:00:00Z"]);
    let audit =
        ok(market.path(), &format!("mean-reversion stream audit {DATA} --journal j.sqlite"));
    assert!(audit.contains("the sources have the same rows"), "{audit}");
}

#[test]
fn a_new_journal_begins_with_the_next_row() {
    let market = Market::new();
    let ran = run(market.path(), &stream("--once"));
    assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{}", ran.err);
    assert!(ran.err.contains("epoch 1 begins after"), "{}", ran.err);
    market.candles("INSERT INTO ohlcv_btcusdt_1h VALUES ('2025-11-05', 100, 101, 99, 100, 1)");
    let out = ok(market.path(), &stream("--once"));
    let delivered = messages(&out);
    assert_same(&delivered, &batch(market.path(), DATA));
    assert_eq!(delivered.len(), 1);
}

#[test]
fn what_is_revised_and_what_comes_late_is_told_by_the_audit() {
    let market = Market::new();
    ok(market.path(), &stream("--once --from 2025-10-01"));
    market.candles("UPDATE ohlcv_btcusdt_1h SET close = close + 1, high = high + 1 WHERE timestamp = '2025-10-05'");
    market.candles("DELETE FROM ohlcv_btcusdt_1h WHERE timestamp = '2025-10-06'");
    let audit = format!("mean-reversion stream audit {DATA} --journal j.sqlite");
    let told = ok(market.path(), &audit);
    for part in [
        "1 row decided on other values",
        "1 row decided on, and no longer in the sources",
        "2025-10-05T00:00:00Z",
        "after 2025-10-06T00:00:00Z the rows are the same",
        "of 839 decisions have another signal or target than `signals` has on the sources' rows",
    ] {
        assert!(told.contains(part), "{part}:\n{told}");
    }
    let status = json(
        market.path(),
        &format!("mean-reversion stream status {DATA} --journal j.sqlite --format json"),
    );
    assert_eq!(status["decided"], 24 * 35);
    assert_eq!(status["sinks"][0]["behind"], 0);
}

#[test]
fn a_changed_configuration_another_journal_and_a_held_one_are_refused() {
    let market = Market::new();
    ok(market.path(), &stream("--once --from 2025-10-01"));
    fails(
        market.path(),
        &stream("--once --z-window 30"),
        1,
        &["configuration changed", "--new-epoch"],
    );
    ok(market.path(), &stream("--once --z-window 30 --new-epoch"));
    fails(
        market.path(),
        &stream("--once").replace("mean-reversion", "technical-indicators"),
        1,
        &["journal of the strategy mean-reversion"],
    );
    fails(market.path(), &stream("--once --sink x=ftp:y"), 2, &["wanted jsonl:-"]);
    let mut holder = start(market.path(), &stream("--poll 0.05 --z-window 30"));
    std::thread::sleep(Duration::from_secs(3));
    let begin = Instant::now();
    let ran = loop {
        let ran = run(market.path(), &stream("--once --z-window 30"));
        if ran.code == 75 || begin.elapsed() > Duration::from_mins(2) {
            break ran;
        }
    };
    assert_eq!(ran.code, 75, "{}", ran.err);
    holder.kill().unwrap();
    holder.wait().unwrap();
}

pub(crate) fn start(folder: &Path, arguments: &str) -> Child {
    let mut command = runner(folder, arguments);
    command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

/// How often the stream is killed: a tenth of the long campaign's, unless `STREAM_SIGKILLS` says otherwise.
fn kills() -> u32 {
    std::env::var("STREAM_SIGKILLS").map_or(100, |text| text.parse().unwrap())
}

#[test]
fn killed_at_any_time_while_others_write_it_loses_nothing_and_repeats_nothing() {
    let market = Market::new();
    let kills = kills();
    let hours: u32 = 24 * 35;
    // As long as the kills take, so that each may come in the middle of something.
    let every = 0.4 * f64::from(kills) / f64::from(hours);
    let to = "data replay --ohlcv-duckdb ohlcv.duckdb --output live";
    ok(market.path(), &format!("{to} --start 2025-10-01 --end 2025-10-01"));
    let data = "--ohlcv-duckdb live/ohlcv.duckdb --dataset test_btcusdt_perp_1h";
    let call = format!(
        "mean-reversion stream {data} --journal j.sqlite --poll 0.02 --sink out=jsonl:out.jsonl"
    );
    ok(market.path(), &format!("{call} --once"));
    let mut writer = start(market.path(), &format!("{to} --every {every}"));
    let log = || {
        let log = std::fs::metadata(market.file("j.sqlite-wal")).ok()?;
        Some((log.len(), log.modified().ok()?))
    };
    let mut after_writes = 0;
    for round in 0..kills {
        let mut child = start(market.path(), &call);
        let pause = Duration::from_millis(u64::from(100 + round * 7919 % 400));
        if round % 2 == 0 {
            std::thread::sleep(pause);
        } else {
            // The moment that the journal has grown, or what else was written to it is seen.
            let (begin, before) = (Instant::now(), log());
            while log() == before && begin.elapsed() < 2 * pause {
                std::thread::sleep(Duration::from_micros(200));
            }
            after_writes += u32::from(log() != before);
        }
        child.kill().unwrap();
        child.wait().unwrap();
    }
    // Whatever is left is written at once.
    writer.kill().unwrap();
    writer.wait().unwrap();
    ok(market.path(), &format!("{to} --start 2025-12-01"));
    ok(market.path(), &format!("{call} --once"));
    let delivered = messages(&std::fs::read_to_string(market.file("out.jsonl")).unwrap());
    assert_eq!(delivered.len(), hours as usize, "{kills} kills");
    assert_same(&delivered, &batch(market.path(), data));
    assert!(delivered.values().zip(1..).all(|(message, number)| message["number"] == number));
    eprintln!(
        "{kills} SIGKILLs, {after_writes} of them at a write of the journal: {} rows, 0 lost, 0 twice, 0 different",
        delivered.len()
    );
}

#[test]
fn bins_are_kept_by_the_journal_and_adopted_between_rows() {
    let market = Market::new();
    let folder = market.path();
    let data = "--pred-duckdb pred.duckdb --ohlcv-duckdb ohlcv.duckdb --bins-root bins";
    let call = format!(
        "ml-calibrated-bins stream {data} --journal j.sqlite --once --from 2025-10-30 \
         --deliver-from 2025-10-30"
    );
    ok(folder, &market.rebuild("--quiet --bin-month 2025-10"));
    // The rows of November wait for their bins, and not in vain.
    let ran = run(folder, &call);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let mut delivered = messages(&ran.out);
    assert_eq!(delivered.len(), 48);
    assert!(ran.err.contains("2025-11.msgpack"), "{}", ran.err);
    ok(folder, &market.rebuild("--quiet --bin-month 2025-11"));
    let call = call.replace("--from 2025-10-30", "");
    let call = call.replace("--deliver-from 2025-10-30", "");
    delivered.extend(messages(&ok(folder, &call)));
    assert_eq!(delivered.len(), 48 + 96);
    let signals = format!("ml-calibrated-bins signals {data} --start 2025-10-30 --format json");
    let batch = json(folder, &signals);
    for row in batch.as_array().unwrap() {
        for name in ["signal", "p_cal", "q_bin"] {
            assert_eq!(delivered[&text(row, "timestamp")][name], row[name], "{row}");
        }
    }
    // Damaged and deleted: the journal has kept what it decided with.
    let november = market.file(&Market::bins("2025-11"));
    std::fs::write(&november, "rubbish").unwrap();
    assert_eq!(ok(folder, &call), "");
    std::fs::remove_file(&november).unwrap();
    assert_eq!(ok(folder, &call), "");
    // Rebuilt in the middle of the month: it counts once it is adopted, for later rows alone.
    ok(folder, &market.rebuild("--quiet --bin-month 2025-11 --method isotonic"));
    let file = Market::bins("2025-11");
    let adopt = format!("ml-calibrated-bins stream adopt 2025-11 {file} {data} --journal j.sqlite");
    let insert = |hour: &str| {
        market.predictions(&format!(
            "INSERT INTO predictions SELECT TIMESTAMP '{hour}', 0.95, model_path, 'v1', dataset, created_at
             FROM predictions LIMIT 1"
        ));
    };
    insert("2025-11-05 00:00");
    let before = messages(&ok(folder, &call));
    ok(folder, &adopt);
    insert("2025-11-05 01:00");
    let after = messages(&ok(folder, &call));
    delivered.extend(before.clone());
    delivered.extend(after.clone());
    let (before, after) = (before.values().next().unwrap(), after.values().next().unwrap());
    assert_eq!(before["y_pred"], after["y_pred"]);
    assert_ne!(before["p_cal"], after["p_cal"]);
    assert_ne!(before["bins"], after["bins"]);
    assert_eq!(ok(folder, &call), "", "the replay uses each where it counted");
    fails(folder, &adopt.replace("adopt 2025-11", "adopt 2025-10"), 2, &["2025-10 are past"]);
    let paper = json(
        folder,
        &format!("ml-calibrated-bins stream paper {data} --journal j.sqlite --format json"),
    );
    assert_eq!(paper["rows"], 48 + 96, "a row a candle");
    // The journal alone gives the decisions again: no bins, no data, from another folder.
    std::fs::remove_dir_all(market.file("bins")).unwrap();
    let elsewhere = tempfile::tempdir().unwrap();
    let journal = market.file("j.sqlite");
    let call_of_journal =
        format!("ml-calibrated-bins signals --journal {} --format json", journal.display());
    for place in [folder, elsewhere.path()] {
        let of_journal = json(place, &call_of_journal);
        let rows = of_journal.as_array().unwrap();
        assert_eq!(rows.len(), 48 + 96 + 2);
        for row in rows {
            let was = &delivered[&text(row, "timestamp")];
            for name in ["signal", "y_pred", "p_cal", "q_bin"] {
                assert_eq!(was[name], row[name], "{row}");
            }
        }
    }
    assert!(!elsewhere.path().join("data").exists());
}

/// The sample's hours are more than a source reads at a time, and a strategy whose memory has no end is
/// seeded with all of them.
#[test]
fn a_bare_call_seeds_the_whole_history_and_ends() {
    let folder = tempfile::tempdir().unwrap();
    let from = "--from 2025-11-30T20:00 --deliver-from 2025-11-30T20:00";
    ok(folder.path(), &format!("mean-reversion stream --once {from} --sink out=jsonl:out.jsonl"));
    let audit = ok(folder.path(), "mean-reversion stream audit");
    assert!(audit.contains("the sources have the same rows"), "{audit}");
}
