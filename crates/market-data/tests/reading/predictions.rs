//! Reading predictions: which model, which rows of it, and rows that contradict each other.

use market_data::{
    Database, MarketDataError, ModelError, ModelPathMatch, PredictionQuery, Predictions,
    StoredModel, TableError, TimeRange, match_model, model_paths, prediction_bounds,
    prediction_range, read_predictions,
};

use crate::{Fixture, assert_says, instant, micros};

const TABLE: &str = "CREATE TABLE predictions (ts TIMESTAMP, y_pred DOUBLE, model_path VARCHAR, \
    feature_key VARCHAR, dataset VARCHAR, created_at TIMESTAMP);";
const A: &str = "models/btc/run_a/model.txt";
const B: &str = "models/btc/run_b/model.txt";

/// Rows as SQL: hour of 2025-01-01, score, model, feature key, dataset, minute of creation.
fn fixture(rows: &[&str]) -> Fixture {
    let inserts = rows.iter().map(|row| {
        let values: Vec<&str> = row.split(", ").collect();
        let [hour, y_pred, model, key, dataset, minute] = values[..] else { panic!("{row}") };
        let created = match minute {
            "NULL" => "NULL".to_owned(),
            minute => format!("'2025-02-01 00:{minute}:00'"),
        };
        format!(
            "INSERT INTO predictions VALUES ('2025-01-01 {hour}:00:00', {y_pred}, '{model}',
             {key}, {dataset}, {created});"
        )
    });
    Fixture::new(&format!("{TABLE} {}", inserts.collect::<Vec<_>>().concat()))
}

fn of_a() -> PredictionQuery<'static> {
    PredictionQuery::of_model(A)
}

fn read(rows: &[&str], query: &PredictionQuery<'_>) -> Result<Predictions, MarketDataError> {
    read_predictions(&fixture(rows).open(), query)
}

#[test]
fn rows_come_out_ordered_and_the_newest_wins() {
    let found = read(
        &[
            "02, 0.25, models/btc/run_a/model.txt, 'k1', 'btc', 00",
            "01, 0.9, models/btc/run_a/model.txt, 'k1', 'btc', 05",
            "01, 0.1, models/btc/run_a/model.txt, 'k2', 'btc', 07",
            "01, 0.8, models/btc/run_a/model.txt, 'k3', 'btc', NULL",
            "01, 0.7, models/btc/run_b/model.txt, 'k1', 'btc', 59",
        ],
        &of_a(),
    )
    .unwrap();
    assert_eq!(found.timestamps, ["2025-01-01 01:00", "2025-01-01 02:00"].map(micros));
    assert_eq!(found.y_pred, [0.1, 0.25]);
    assert_eq!(found.model_path_matched, ModelPathMatch::Exact(A.to_owned()));
}

#[test]
fn replaced_rows_may_be_bad_and_equal_ones_repeat() {
    let found = read(
        &[
            "01, NULL, models/btc/run_a/model.txt, 'k1', 'btc', 01",
            "01, 0.5, models/btc/run_a/model.txt, 'k1', 'btc', 02",
            "01, 0.5, models/btc/run_a/model.txt, 'k2', 'btc', 02",
        ],
        &of_a(),
    );
    assert_eq!(found.unwrap().y_pred, [0.5]);
}

#[test]
fn contradictions_ask_for_a_feature_key() {
    let rows = [
        "00, 0.5, models/btc/run_a/model.txt, 'k1', 'btc', 01",
        "01, 0.1, models/btc/run_a/model.txt, 'old', 'btc', 01",
        "01, 0.2, models/btc/run_a/model.txt, 'k1', 'btc', 02",
        "01, 0.3, models/btc/run_a/model.txt, 'k2', 'btc', 02",
    ];
    let error = read(&rows, &of_a()).unwrap_err();
    let MarketDataError::Model(ModelError::ConflictingPredictions {
        timestamp, feature_keys, ..
    }) = &error
    else {
        panic!("{error:?}")
    };
    assert_eq!(*timestamp, micros("2025-01-01 01:00"));
    assert_eq!(feature_keys, &["k1", "k2"]);
    assert_says(&error, "market.duckdb", &["2025-01-01 01:00:00", "k1, k2 with --feature-key"]);

    let chosen = PredictionQuery { feature_key: Some("k2"), ..of_a() };
    assert_eq!(read(&rows, &chosen).unwrap().y_pred, [0.3]);

    let wrong = PredictionQuery { feature_key: Some("k9"), ..of_a() };
    let db = fixture(&rows).open();
    for error in
        [read_predictions(&db, &wrong).unwrap_err(), prediction_range(&db, &wrong).unwrap_err()]
    {
        assert!(
            matches!(error, MarketDataError::Model(ModelError::FeatureKeyNotFound { .. })),
            "{error:?}"
        );
        assert_says(&error, "market.duckdb", &["k9", "k1, k2, old"]);
    }
}

#[test]
fn without_creation_times_contradictions_cannot_be_settled() {
    let db = Fixture::new(
        "CREATE TABLE predictions (ts TIMESTAMP, y_pred DOUBLE, model_path VARCHAR);
         INSERT INTO predictions VALUES ('2025-01-01', 0.1, 'a/m'), ('2025-01-01', 0.2, 'a/m'),
             ('2025-01-01', 0.1, 'b/m'), ('2025-01-01', 0.1, 'b/m');",
    )
    .open();
    let error = read_predictions(&db, &PredictionQuery::of_model("a/m")).unwrap_err();
    assert!(
        matches!(error, MarketDataError::Model(ModelError::ConflictingPredictions { .. })),
        "{error:?}"
    );
    assert!(!error.to_string().contains("--feature-key"), "{error}");

    // A file without the column `dataset` is of whatever dataset is asked for.
    let query = PredictionQuery { dataset: Some("btc"), ..PredictionQuery::of_model("b/m") };
    assert_eq!(read_predictions(&db, &query).unwrap().y_pred, [0.1]);
}

#[test]
fn a_moved_model_is_found_by_its_last_two_parts() {
    let rows = ["01, 0.5, models/btc/run_a/model.txt, 'k', 'btc', 00"];
    for wanted in ["/mnt/disk/run_a/model.txt", r"D:\models\run_a\model.txt"] {
        let found = read(&rows, &PredictionQuery::of_model(wanted)).unwrap();
        let matched = ModelPathMatch::LastTwoParts { wanted: wanted.into(), found: A.into() };
        assert_eq!(found.model_path_matched, matched);
        assert_eq!(found.y_pred, [0.5]);
        let query = PredictionQuery::of_model(wanted);
        assert_eq!(match_model(&fixture(&rows).open(), &query).unwrap(), matched);
    }
}

#[test]
fn ambiguous_and_unknown_models_are_listed() {
    let rows = [
        "01, 0.5, models/btc/run_a/model.txt, 'k', 'btc', 00",
        "01, 0.5, models/btc/run_b/model.txt, 'k', 'btc', 00",
        "01, 0.5, old/eth/run_b/model.txt, 'k', 'eth', 00",
    ];
    let moved_b = PredictionQuery::of_model("/mnt/run_b/model.txt");
    let error = read(&rows, &moved_b).unwrap_err();
    assert!(
        matches!(error, MarketDataError::Model(ModelError::ModelNotUnique { .. })),
        "{error:?}"
    );
    assert_says(&error, "market.duckdb", &[B, "old/eth/run_b/model.txt", "--model-path"]);

    // The dataset can make it unique.
    let of_eth = PredictionQuery { dataset: Some("eth"), ..moved_b };
    let found = read(&rows, &of_eth).unwrap().model_path_matched;
    assert_eq!(found.stored(), "old/eth/run_b/model.txt");

    let unknown =
        PredictionQuery { dataset: Some("btc"), ..PredictionQuery::of_model("x/run_z/m") };
    let error = read(&rows, &unknown).unwrap_err();
    let MarketDataError::Model(ModelError::ModelNotFound { found, dataset, .. }) = &error else {
        panic!("{error:?}")
    };
    assert_eq!(
        (found.as_slice(), dataset.as_deref()),
        (&[A.to_owned(), B.to_owned()][..], Some("btc"))
    );
    assert_says(&error, "market.duckdb", &["x/run_z/m for dataset btc", A, B]);

    let error = read(&[], &of_a()).unwrap_err();
    assert_says(&error, "market.duckdb", &[A, "it has those of none"]);
}

#[test]
fn long_lists_of_models_are_cut() {
    let rows: Vec<String> = (10..23)
        .map(|run| format!("{run}, 0.5, models/run_{run}/model.txt, 'k', 'btc', 00"))
        .collect();
    let rows: Vec<&str> = rows.iter().map(String::as_str).collect();
    let error = read(&rows, &of_a()).unwrap_err();
    assert_says(&error, "market.duckdb", &["run_10", "run_19", "and 3 more"]);
    assert!(!error.to_string().contains("run_20"), "{error}");
}

#[test]
fn datasets_are_kept_apart() {
    let rows = [
        "01, 0.1, models/btc/run_a/model.txt, 'k', 'btc', 00",
        "01, 0.2, models/btc/run_a/model.txt, 'k', 'eth', 01",
        "02, 0.3, models/btc/run_a/model.txt, 'k', NULL, 00",
    ];
    let error = read(&rows, &of_a()).unwrap_err();
    assert!(
        matches!(error, MarketDataError::Model(ModelError::DatasetNotUnique { .. })),
        "{error:?}"
    );
    assert_says(&error, "market.duckdb", &["btc, eth", "--dataset"]);

    let of_btc = PredictionQuery { dataset: Some("btc"), ..of_a() };
    assert_eq!(read(&rows, &of_btc).unwrap().y_pred, [0.1]);

    let of_sol = PredictionQuery { dataset: Some("sol"), ..of_a() };
    let error = read(&rows[..2], &of_sol).unwrap_err();
    assert!(
        matches!(error, MarketDataError::Model(ModelError::ModelOfOtherDataset { .. })),
        "{error:?}"
    );
    assert_says(&error, "market.duckdb", &["for dataset sol", "btc, eth"]);
}

#[test]
fn rows_of_no_dataset_never_replace_those_of_one() {
    let unnamed = "01, 0.9, models/btc/run_a/model.txt, 'k', NULL, 59";
    let rows = ["01, 0.1, models/btc/run_a/model.txt, 'k', 'btc', 00", unnamed];
    let [of_btc, of_eth] =
        ["btc", "eth"].map(|dataset| PredictionQuery { dataset: Some(dataset), ..of_a() });
    for query in [of_a(), of_btc] {
        assert_eq!(read(&rows, &query).unwrap().y_pred, [0.1], "{query:?}");
        let span = prediction_range(&fixture(&rows).open(), &query).unwrap().unwrap();
        assert_eq!(span.rows, 1);
    }
    // Nor do they count for a dataset that the model's other rows do not name.
    let error = read(&rows, &of_eth).unwrap_err();
    assert!(
        matches!(error, MarketDataError::Model(ModelError::ModelOfOtherDataset { .. })),
        "{error:?}"
    );
    assert_says(&error, "market.duckdb", &["for dataset eth, but for btc"]);
    // Where no row of the model names one, they do, whatever other models name.
    let rows = [unnamed, "01, 0.1, models/btc/run_b/model.txt, 'k', 'btc', 00"];
    for query in [of_a(), of_btc, of_eth] {
        assert_eq!(read(&rows, &query).unwrap().y_pred, [0.9], "{query:?}");
    }
}

#[test]
fn scores_must_be_probabilities() {
    for (score, found) in
        [("NULL", "NULL"), ("'NaN'", "NaN"), ("1.5", "1.5"), ("-0.25", "-0.25"), ("'inf'", "inf")]
    {
        let bad = format!("03, {score}, models/btc/run_a/model.txt, 'k', 'btc', 00");
        let good = "01, 0.5, models/btc/run_a/model.txt, 'k', 'btc', 00";
        let error = read(&[&bad, good], &of_a()).unwrap_err();
        assert!(matches!(error, MarketDataError::Table(TableError::BadValue { .. })), "{error:?}");
        let found = format!("is {found} at 2025-01-01 03:00:00");
        assert_says(&error, "market.duckdb", &["`y_pred` of `predictions`", &found, "[0, 1]"]);
    }
}

#[test]
fn the_range_covers_all_time_and_the_models_are_counted() {
    let db = fixture(&[
        "01, 0.1, models/btc/run_a/model.txt, 'k1', 'btc', 00",
        "01, 0.2, models/btc/run_a/model.txt, 'k2', 'btc', 01",
        "07, 0.3, models/btc/run_a/model.txt, 'k1', 'btc', 00",
        "09, 0.3, models/btc/run_b/model.txt, 'k1', NULL, 00",
    ])
    .open();
    let late = TimeRange { start: Some(instant("2030-01-01 00:00")), end: None };
    let query = PredictionQuery { range: late, ..of_a() };
    let found = read_predictions(&db, &query).unwrap();
    assert!(found.timestamps.is_empty() && found.y_pred.is_empty());
    let span = prediction_range(&db, &query).unwrap().unwrap();
    let wanted = (instant("2025-01-01 01:00"), instant("2025-01-01 07:00"), 2);
    assert_eq!((span.first, span.last, span.rows), wanted);

    let model = |path: &str, dataset: Option<&str>, rows| StoredModel {
        model_path: path.to_owned(),
        dataset: dataset.map(str::to_owned),
        rows,
    };
    assert_eq!(model_paths(&db).unwrap(), [model(A, Some("btc"), 3), model(B, None, 1)]);
}

/// However the model is found: named exactly, among others, or by the last parts of its path.
#[test]
fn bounds_are_those_of_the_model_over_all_time() {
    let fixture = fixture(&[
        "01, 0.1, models/btc/run_a/model.txt, 'k1', 'btc', 00",
        "01, 0.2, models/btc/run_a/model.txt, 'k2', 'btc', 01",
        "07, 0.3, models/btc/run_a/model.txt, 'k1', 'btc', 00",
        "08, 0.3, models/btc/run_a/model.txt, 'k1', NULL, 00",
        "09, 0.3, models/btc/run_b/model.txt, 'k1', NULL, 00",
    ]);
    let late = TimeRange { start: Some(instant("2030-01-01 00:00")), end: None };
    let hour = |hour: u32| instant(&format!("2025-01-01 {hour:02}:00"));
    let key = |feature_key| PredictionQuery { feature_key: Some(feature_key), ..of_a() };
    for (query, first, last) in [
        (of_a(), 1, 7),
        (key("k1"), 1, 7),
        (key("k2"), 1, 1),
        (PredictionQuery::of_model("/mnt/run_a/model.txt"), 1, 7),
        (PredictionQuery::of_model(B), 9, 9),
    ] {
        for dataset in [query.dataset, Some("btc")] {
            let query = PredictionQuery { dataset, range: late, ..query };
            for models_known in [false, true] {
                let db = fixture.open();
                if models_known {
                    assert_eq!(model_paths(&db).unwrap().len(), 3);
                }
                let found = prediction_bounds(&db, &query).unwrap();
                assert_eq!(found, Some(hour(first)..=hour(last)), "{query:?}");
                let span = prediction_range(&db, &query).unwrap().unwrap();
                assert_eq!(span.first..=span.last, hour(first)..=hour(last));
            }
        }
    }
    let other = PredictionQuery { dataset: Some("eth"), ..of_a() };
    let error = prediction_bounds(&fixture.open(), &other).unwrap_err();
    assert!(
        matches!(error, MarketDataError::Model(ModelError::ModelOfOtherDataset { .. })),
        "{error:?}"
    );
    let error = prediction_bounds(&fixture.open(), &key("k3")).unwrap_err();
    assert!(
        matches!(error, MarketDataError::Model(ModelError::FeatureKeyNotFound { .. })),
        "{error:?}"
    );
}

#[test]
fn missing_tables_and_columns_are_named() {
    let read_all = |db: &Database| read_predictions(db, &of_a()).unwrap_err();
    let error = read_all(&Fixture::new("CREATE TABLE other (i INTEGER)").open());
    assert!(matches!(error, MarketDataError::Table(TableError::MissingTable { .. })), "{error:?}");
    assert_says(&error, "market.duckdb", &["no table `predictions`", "it has other"]);

    let error = read_all(&Fixture::new("CREATE TABLE predictions (ts TIMESTAMP)").open());
    assert!(
        matches!(error, MarketDataError::Table(TableError::MissingColumns { .. })),
        "{error:?}"
    );
    assert_says(&error, "market.duckdb", &["lacks y_pred, model_path", "it has ts"]);

    let db =
        Fixture::new("CREATE TABLE predictions (ts TIMESTAMP, y_pred DOUBLE, model_path VARCHAR)")
            .open();
    let query = PredictionQuery { feature_key: Some("k"), ..of_a() };
    let error = read_predictions(&db, &query).unwrap_err();
    assert_says(&error, "market.duckdb", &["lacks feature_key"]);
}
