//! Which model and dataset are meant when a user leaves it open.

use market_data::{ChosenRun, MarketDataError, ModelError, settle_model, settle_run};

use crate::{Fixture, assert_says};

/// Rows as SQL: model and dataset.
fn settle(
    rows: &[&str],
    model_path: Option<&str>,
    dataset: Option<&str>,
) -> Result<(String, String), MarketDataError> {
    let inserts = rows
        .iter()
        .map(|row| format!("INSERT INTO predictions VALUES (TIMESTAMP '2025-01-01', 0.5, {row});"));
    let db = Fixture::new(&format!(
        "CREATE TABLE predictions (ts TIMESTAMP, y_pred DOUBLE, model_path VARCHAR, dataset VARCHAR);
         {}",
        inserts.collect::<Vec<_>>().concat()
    ))
    .open();
    settle_model(&db, model_path, dataset)
}

/// Predictions of the models at `paths`.
fn of_models(paths: &[&str]) -> market_data::Database {
    let paths: Vec<String> = paths.iter().map(|path| format!("('{path}')")).collect();
    Fixture::new(&format!(
        "CREATE TABLE predictions AS
         SELECT TIMESTAMP '2025-01-01' AS ts, 0.5 AS y_pred, path AS model_path, 'btc_1h' AS dataset
         FROM (VALUES {}) t(path)",
        paths.join(", ")
    ))
    .open()
}

#[test]
fn the_runs_name_or_a_part_of_one_chooses_among_models() {
    let db = of_models(&["m/fast_1/x", "m/fast_12/x", "m/slow_1/x"]);
    let settle = |run: &str| settle_run(&db, None, None, Some(run));
    for (asked, path, run) in [
        ("slow", "m/slow_1/x", "slow_1"),
        ("slow_1", "m/slow_1/x", "slow_1"),
        ("12", "m/fast_12/x", "fast_12"),
        // A whole name goes before names that it is a part of.
        ("fast_1", "m/fast_1/x", "fast_1"),
    ] {
        let wanted = ChosenRun {
            model_path: path.to_owned(),
            dataset: "btc_1h".to_owned(),
            run_name: Some(run.to_owned()),
        };
        assert_eq!(settle(asked).unwrap(), wanted, "{asked}");
    }
    let error = settle("fast").unwrap_err();
    assert!(
        matches!(error, MarketDataError::Model(ModelError::PartOfSeveralRuns { .. })),
        "{error:?}"
    );
    assert_says(&error, "market.duckdb", &["--run-name fast", "fast_1\n", "fast_12"]);
    for unknown in ["c", "mine_y_tp_before_sl_u0.04_d0.02_24h"] {
        let error = settle(unknown).unwrap_err();
        assert!(
            matches!(error, MarketDataError::Model(ModelError::NoModelOfRun { .. })),
            "{error:?}"
        );
        assert_says(&error, "market.duckdb", &[unknown, "fast_1\n", "fast_12\n", "slow_1"]);
    }
    // A model that is named may be called otherwise, and a part of its name is its name.
    let named = |run| settle_run(&db, Some("m/slow_1/x"), None, Some(run)).unwrap().run_name;
    assert_eq!(named("c").as_deref(), Some("c"));
    assert_eq!(named("slow").as_deref(), Some("slow_1"));
}

#[test]
fn the_only_model_may_be_called_otherwise_by_a_whole_name() {
    let db = of_models(&["m/fast_1/x"]);
    let name = |run| settle_run(&db, None, None, Some(run)).map(|chosen| chosen.run_name);
    assert_eq!(name("fast").unwrap().as_deref(), Some("fast_1"));
    let whole = "mine_y_tp_before_sl_u0.04_d0.02_24h";
    assert_eq!(name(whole).unwrap().as_deref(), Some(whole));
    let error = name("slow").unwrap_err();
    assert_says(&error, "market.duckdb", &["slow", "fast_1", "--model-path"]);
    // What no folder holds has no name of its own.
    let db = of_models(&["model.txt"]);
    let chosen = settle_run(&db, None, None, Some("slow")).unwrap();
    assert_eq!(chosen.run_name.as_deref(), Some("slow"));
}

fn pair(model_path: &str, dataset: &str) -> (String, String) {
    (model_path.to_owned(), dataset.to_owned())
}

#[test]
fn what_is_unique_need_not_be_named() {
    let btc = pair("m/a/x", "btc_1h");
    assert_eq!(settle(&["'m/a/x', 'btc_1h'"], None, None).unwrap(), btc);
    let rows = ["'m/a/x', 'btc_1h'", "'m/a/x', NULL", "'m/b/x', 'eth_1h'"];
    assert_eq!(settle(&rows, None, Some("btc_1h")).unwrap(), btc);
    assert_eq!(settle(&rows, Some("m/a/x"), None).unwrap(), btc);
    // Rows that name no dataset do not make a model one of every dataset.
    assert_eq!(settle(&rows, None, Some("eth_1h")).unwrap(), pair("m/b/x", "eth_1h"));
    // A path of another disk stays as it was named.
    assert_eq!(settle(&rows, Some("/mnt/a/x"), None).unwrap(), pair("/mnt/a/x", "btc_1h"));
}

#[test]
fn several_models_are_listed() {
    let error = settle(&["'m/a/x', 'btc_1h'", "'m/b/x', 'btc_1h'"], None, None).unwrap_err();
    assert!(
        matches!(&error, MarketDataError::Model(ModelError::SeveralModels { found, .. }) if found.len() == 2)
    );
    assert_says(&error, "market.duckdb", &["--model-path", "m/a/x\n", "m/b/x"]);
}

#[test]
fn no_predictions_and_none_of_the_dataset_are_told_apart() {
    for dataset in [None, Some("btc_1h")] {
        let error = settle(&[], None, dataset).unwrap_err();
        assert!(
            matches!(error, MarketDataError::Model(ModelError::EmptyPredictions { .. })),
            "{error:?}"
        );
        assert_says(&error, "market.duckdb", &["is empty"]);
    }
    let error = settle(&["'m/a/x', 'btc_1h'"], None, Some("eth_1h")).unwrap_err();
    assert!(
        matches!(error, MarketDataError::Model(ModelError::DatasetNotFound { .. })),
        "{error:?}"
    );
    assert_says(&error, "market.duckdb", &["eth_1h", "btc_1h", "--dataset"]);
}

#[test]
fn datasets_that_are_unknown_or_several_are_asked_for() {
    let error = settle(&["'m/a/x', NULL"], None, None).unwrap_err();
    assert!(
        matches!(error, MarketDataError::Model(ModelError::DatasetUnknown { .. })),
        "{error:?}"
    );
    assert_says(&error, "market.duckdb", &["m/a/x", "--dataset", "binance_btcusdt_perp_1h"]);

    let rows = ["'m/a/x', 'btc_1h'", "'m/a/x', 'eth_1h'"];
    let error = settle(&rows, None, None).unwrap_err();
    assert!(
        matches!(error, MarketDataError::Model(ModelError::DatasetNotUnique { .. })),
        "{error:?}"
    );
    let error = settle(&rows, Some("m/z/x"), None).unwrap_err();
    assert!(matches!(error, MarketDataError::Model(ModelError::ModelNotFound { .. })), "{error:?}");
}
