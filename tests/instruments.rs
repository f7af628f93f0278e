//! Identity: another instrument's file is refused by every command, for every source.

use std::fs;

use crate::commands::{all, timeless, with_bins};
use crate::market::{DATASET, RUN};
use crate::program::{bounded, fails, ok, run, runner};

const OTHER: &str = "test_ethusdt_perp_1h";

#[test]
fn no_command_takes_another_instrument_for_the_one_that_is_named() {
    let market = with_bins();
    let mut tried = Vec::new();
    for command in all(market.path()) {
        // One copies files of whatever instrument; those below `stream` look at a journal, which is named
        // after the dataset.
        let reads_none = command.name == "data replay" || command.name.contains(" stream ");
        if !(command.reads() && command.takes("--dataset")) || reads_none {
            continue;
        }
        let call = format!("{} --dataset {OTHER}", command.call());
        let ran = bounded(&mut runner(market.path(), &call));
        // Members and legs are asked for first.
        let names_it = ran.err.contains(OTHER);
        if !names_it && ran.code == 2 {
            continue;
        }
        tried.push(command.name.clone());
        assert_ne!(ran.code, 0, "`{call}`:\n{}{}", ran.out, ran.err);
        assert!(ran.out.is_empty() || command.name.ends_with(" verify"), "`{call}` wrote data");
        // An ensemble looks for its members' runs first, and names these.
        let named = ran.err.contains(OTHER) || ran.err.contains("no predictions of the run");
        assert!(named, "`{call}` does not name it:\n{}", ran.err);
    }
    for known in [
        "backtest",
        "mean-reversion backtest",
        "mean-reversion signals",
        "mean-reversion stream",
        "mean-reversion sweep",
        "ml-calibrated-bins backtest",
        "ml-calibrated-bins evaluate",
        "ml-calibrated-bins rebuild",
        "ml-calibrated-bins score",
        "ml-calibrated-bins signals",
        "ml-calibrated-bins stream",
        "monitor",
        "technical-indicators check",
    ] {
        assert!(tried.iter().any(|name| name == known), "{known}: {tried:?}");
    }
}

#[test]
fn a_table_that_was_found_must_be_the_datasets_and_one_that_was_named_may_be_any() {
    for table in ["ohlcv_ethusdt", "ohlcv_ethusdt_60min", "ohlcv_ethusdt_hourly", "ohlcv_all"] {
        let market = with_bins();
        market.candles(&format!("ALTER TABLE ohlcv_btcusdt_1h RENAME TO {table}"));
        let says = [table, DATASET, "--ohlcv-table"];
        let rebuild = market.rebuild("--overwrite --bin-month 2025-11 --quiet");
        fails(market.path(), &rebuild, 1, &says);
        ok(market.path(), &format!("{rebuild} --ohlcv-table {table}"));
        for strategy in ["technical-indicators", "mean-reversion"] {
            let signals = format!("{strategy} signals --ohlcv-duckdb ohlcv.duckdb");
            fails(market.path(), &format!("{signals} --dataset {DATASET}"), 1, &says);
            ok(market.path(), &format!("{signals} --dataset {DATASET} --ohlcv-table {table}"));
            ok(market.path(), &signals); // nobody named an instrument
        }
    }
}

#[test]
fn scores_that_say_whose_they_are_go_through_no_other_bins() {
    let market = with_bins();
    let score = "ml-calibrated-bins score x.csv --bins-root bins --format csv";
    let model = |dataset: &str, run: &str| format!("models/{dataset}/{run}/model.txt");
    let write = |dataset: &str, model_path: &str| {
        let rows = format!(
            "timestamp,y_pred,dataset,model_path\n2025-11-01 00:00:00,0.5,{dataset},{model_path}\n"
        );
        fs::write(market.file("x.csv"), rows).unwrap();
    };
    write(DATASET, &model(DATASET, RUN));
    ok(market.path(), score);
    write(OTHER, &model(OTHER, RUN));
    fails(market.path(), score, 1, &[OTHER]);
    fails(market.path(), &format!("{score} --dataset {DATASET}"), 1, &[OTHER, DATASET]);
    write(DATASET, &model(DATASET, "another_run"));
    fails(market.path(), score, 1, &["another_run"]);
    fails(market.path(), &format!("{score} --run-name {RUN}"), 1, &["another_run", RUN]);
    let two = format!(
        "timestamp,y_pred,dataset\n2025-11-01 00:00:00,0.5,{DATASET}\n2025-11-01 01:00:00,0.5,{OTHER}\n"
    );
    fs::write(market.file("x.csv"), two).unwrap();
    fails(market.path(), score, 1, &["row 2", OTHER, DATASET]);
}

#[test]
fn bins_in_a_file_must_be_of_the_instrument() {
    let market = with_bins();
    market.predictions(&format!(
        "INSERT INTO predictions SELECT * REPLACE ('{OTHER}' AS dataset,
             'models/{OTHER}/{RUN}/model.txt' AS model_path) FROM predictions"
    ));
    // The model's last two parts are the same: only the dataset tells them apart.
    let bins = crate::market::Market::bins("2025-11");
    let call = format!(
        "ml-calibrated-bins signals --pred-duckdb pred.duckdb --bins-root bins --dataset {OTHER} \
         --start 2025-11-01 --bins-for 2025-11={bins}"
    );
    fails(market.path(), &call, 1, &[OTHER, DATASET]);
}

#[test]
fn the_name_of_a_run_chooses_among_models() {
    let market = with_bins();
    let other = "run_2_y_tp_before_sl_u0.04_d0.02_24h_binary";
    market.predictions(&format!(
        "INSERT INTO predictions SELECT * REPLACE (y_pred * 0.5 AS y_pred,
             'models/{DATASET}/{other}/model.txt' AS model_path) FROM predictions"
    ));
    let rebuild = |more: &str| market.rebuild(&format!("--overwrite --bin-month 2025-11 {more}"));
    fails(market.path(), &rebuild(""), 1, &["several models", "--run-name"]);
    let path = ok(market.path(), &rebuild(&format!("--quiet --run-name {other}")));
    assert!(path.contains(other), "{path}");
    let signals = |run: &str| {
        ok(
            market.path(),
            &format!(
                "ml-calibrated-bins signals --pred-duckdb pred.duckdb --bins-root bins \
                 --start 2025-11-01 --run-name {run} --format csv"
            ),
        )
    };
    assert_ne!(signals(RUN), signals(other));

    // Every command that takes the name takes a part of it, and refuses others with the names there are.
    let mut tried = Vec::new();
    for command in all(market.path()) {
        let decides = command.name.starts_with("ml-calibrated-bins ") || command.name == "monitor";
        if !(decides && command.takes("--run-name")) || command.name.contains(" stream ") {
            continue;
        }
        let call = |name: &str, run: &str| {
            let _ = fs::remove_dir_all(market.file("data"));
            let ran = bounded(&mut runner(
                market.path(),
                &format!("{} --run-name {run}", command.call()),
            ));
            assert!(ran.out.is_empty() || ran.code != 1, "`{name}`: {}", ran.err);
            ran
        };
        let [whole, part] = [other, "run_2"].map(|run| call(&command.name, run));
        assert_eq!(
            (whole.code, timeless(&whole.out)),
            (part.code, timeless(&part.out)),
            "{}: {}",
            command.name,
            part.err
        );
        assert!(whole.code == 0 || command.name == "monitor", "{}: {}", command.name, whole.err);
        for (wrong, ambiguous) in [("run_", true), ("zzz", false)] {
            let ran = call(&command.name, wrong);
            assert_eq!(ran.code, 2, "{} {wrong}: {}", command.name, ran.err);
            for part in [wrong, RUN, other] {
                assert!(ran.err.contains(part), "{} {wrong}: {}", command.name, ran.err);
            }
            assert_eq!(ran.err.contains("several names"), ambiguous, "{}", ran.err);
        }
        tried.push(command.name);
    }
    for known in ["rebuild", "score", "signals", "evaluate", "backtest", "sweep", "stream", "list"]
    {
        assert!(tried.contains(&format!("ml-calibrated-bins {known}")), "{known}: {tried:?}");
    }
    assert!(tried.contains(&"monitor".to_owned()), "{tried:?}");
    // A journal is called by the whole name.
    let stream = "ml-calibrated-bins stream --once --pred-duckdb pred.duckdb --ohlcv-duckdb ohlcv.duckdb \
                  --bins-root bins --from 2025-11-03 --run-name run_2";
    ok(market.path(), stream);
    let name = other.replace('.', "%2E");
    let journal = format!("data/journal/ml-calibrated-bins/{DATASET}/{name}.sqlite");
    assert!(market.file(&journal).exists());
}

/// With one model a part of its name is its name; what is no part of it is refused, unless it is a whole
/// name or the model is named too.
#[test]
fn a_part_of_the_only_models_name_is_its_name() {
    let market = with_bins();
    let signals = |more: &str| {
        format!(
            "ml-calibrated-bins signals --pred-duckdb pred.duckdb --bins-root bins --start 2025-11-01 {more}"
        )
    };
    let whole = ok(market.path(), &signals(""));
    assert_eq!(ok(market.path(), &signals("--run-name run_1")), whole);
    fails(market.path(), &signals("--run-name run_7"), 2, &["run_7", RUN, "--model-path"]);
    let unknown = market.rebuild("--run-name run_7 --bin-month 2025-11");
    fails(market.path(), &unknown, 2, &["run_7", RUN, "--model-path"]);
    for command in ["list", "inspect 2025-11", "verify"] {
        let call = format!("ml-calibrated-bins {command} --bins-root bins --run-name run_7");
        fails(market.path(), &call, 2, &["run_7", RUN]);
    }
    let model = format!("--model-path models/{DATASET}/{RUN}/model.txt");
    assert_eq!(ok(market.path(), &signals(&format!("{model} --run-name run_1"))), whole);
    let otherwise = market.rebuild(&format!("{model} --quiet --run-name mine --bin-month 2025-11"));
    let key = "--target-key y_tp_before_sl_u0.04_d0.02_24h";
    assert!(ok(market.path(), &format!("{otherwise} {key}")).contains("/mine/2025-11"));
}

#[test]
fn labels_under_another_spelling_are_not_passed_over_in_silence() {
    for (dataset, key) in [
        (Some(DATASET.to_uppercase()), "y_tp_before_sl_u0.04_d0.02_24h"),
        (None, "y_tp_before_sl_u0.04_d0.02_24h"),
        (Some(DATASET.to_owned()), "y_tp_before_sl_u0.040_d0.020_24h"),
    ] {
        let market = with_bins();
        let dataset = dataset.map_or("NULL".to_owned(), |name| format!("'{name}'"));
        market.candles(&format!(
            "CREATE TABLE targets AS SELECT timestamp, {dataset}::VARCHAR AS dataset,
                 '{key}' AS target_key, 1.0 AS target_value FROM ohlcv_btcusdt_1h"
        ));
        let ran = run(market.path(), &market.rebuild("--overwrite --bin-month 2025-11 --quiet"));
        assert_eq!(ran.code, 0, "{}", ran.err);
        let told = ran.err.contains(key) && ran.err.contains("made from the candles");
        assert!(told, "{dataset} {key}: {}", ran.err);
    }
}

#[test]
fn an_instruments_own_files_are_not_those_of_another() {
    let market = with_bins();
    let call = format!(
        "technical-indicators signals --ohlcv-duckdb ohlcv.duckdb --dataset {DATASET} \
         --other-ohlcv {DATASET}=ohlcv.duckdb"
    );
    fails(market.path(), &call, 2, &["--other-ohlcv", DATASET, "own instrument"]);
    // What looks like an interval in the name is none where the candles' own table says otherwise.
    let fold = "test_btcusdt_perp_1h_fold_3d";
    ok(
        market.path(),
        &format!("mean-reversion signals --ohlcv-duckdb ohlcv.duckdb --dataset {fold}"),
    );
}
