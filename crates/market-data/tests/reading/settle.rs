//! Which model and dataset are meant when a user leaves it open.

use market_data::{MarketDataError, settle_model};

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
    settle_model(&db, model_path, dataset, None)
}

#[test]
fn of_several_models_the_runs_name_chooses() {
    let db = Fixture::new(
        "CREATE TABLE predictions AS
         SELECT TIMESTAMP '2025-01-01' AS ts, 0.5 AS y_pred, path AS model_path, 'btc_1h' AS dataset
         FROM (VALUES ('m/a/x'), ('m/b/x')) t(path)",
    )
    .open();
    let settle = |run: &str| settle_model(&db, None, None, Some(run));
    assert_eq!(settle("b").unwrap(), pair("m/b/x", "btc_1h"));
    assert!(matches!(settle("c"), Err(MarketDataError::SeveralModels { .. })));
    // One model may be called otherwise.
    let named = settle_model(&db, Some("m/a/x"), None, Some("c"));
    assert_eq!(named.unwrap(), pair("m/a/x", "btc_1h"));
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
    assert!(matches!(&error, MarketDataError::SeveralModels { found, .. } if found.len() == 2));
    assert_says(&error, "market.duckdb", &["--model-path", "m/a/x\n", "m/b/x"]);
}

#[test]
fn no_predictions_and_none_of_the_dataset_are_told_apart() {
    for dataset in [None, Some("btc_1h")] {
        let error = settle(&[], None, dataset).unwrap_err();
        assert!(matches!(error, MarketDataError::EmptyPredictions { .. }), "{error:?}");
        assert_says(&error, "market.duckdb", &["is empty"]);
    }
    let error = settle(&["'m/a/x', 'btc_1h'"], None, Some("eth_1h")).unwrap_err();
    assert!(matches!(error, MarketDataError::DatasetNotFound { .. }), "{error:?}");
    assert_says(&error, "market.duckdb", &["eth_1h", "btc_1h", "--dataset"]);
}

#[test]
fn datasets_that_are_unknown_or_several_are_asked_for() {
    let error = settle(&["'m/a/x', NULL"], None, None).unwrap_err();
    assert!(matches!(error, MarketDataError::DatasetUnknown { .. }), "{error:?}");
    assert_says(&error, "market.duckdb", &["m/a/x", "--dataset", "binance_btcusdt_perp_1h"]);

    let rows = ["'m/a/x', 'btc_1h'", "'m/a/x', 'eth_1h'"];
    let error = settle(&rows, None, None).unwrap_err();
    assert!(matches!(error, MarketDataError::DatasetNotUnique { .. }), "{error:?}");
    let error = settle(&rows, Some("m/z/x"), None).unwrap_err();
    assert!(matches!(error, MarketDataError::ModelNotFound { .. }), "{error:?}");
}
