//! `pred_train.csv` on disk; how its text is parsed is tested beside the parser.

use std::fs;

use market_data::{FileError, MarketDataError, TimeRange, read_train_predictions};

use crate::{assert_says, instant, micros};

#[test]
fn rows_of_the_range_are_read() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pred_train.csv");
    fs::write(
        &path,
        "timestamp,y_pred,y_true\n2020-01-03 00:00:00,0.3,1.0\n2020-01-02 00:00:00,0.2,\n\
         2020-01-01 00:00:00,0.1,0.0\n",
    )
    .unwrap();
    let range = TimeRange::from(instant("2020-01-01 00:00")..instant("2020-01-03 00:00"));
    let found = read_train_predictions(&path, range).unwrap();
    assert_eq!(found.timestamps, ["2020-01-01 00:00", "2020-01-02 00:00"].map(micros));
    assert_eq!(found.y_pred, [0.1, 0.2]);
    assert_eq!(found.y_true, Some(vec![Some(false), None]));
}

#[test]
fn errors_name_the_file_and_the_line() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("pred_train.csv");
    let read = || read_train_predictions(&path, TimeRange::ALL).unwrap_err();
    let error = read();
    assert!(matches!(error, MarketDataError::File(FileError::NoSuchFile { .. })), "{error:?}");
    assert_says(&error, "pred_train.csv", &["there is no file"]);

    for (text, wanted) in [
        ("time,score\n", &["line 1", "lacks timestamp, y_pred", "it has time, score"][..]),
        ("timestamp,y_pred\n2020-01-01,0.1\n2020-01-02,7\n", &["line 3", "`y_pred` is \"7\""]),
        ("timestamp,y_pred\n2020-01-01,0.1,9\n", &["line 2", "cannot be read as CSV"]),
        (
            "timestamp,y_pred\n2020-01-01,0.1\n2020-01-01,0.1\n",
            &["line 3", "2020-01-01 00:00:00 stands in line 2 already"],
        ),
    ] {
        fs::write(&path, text).unwrap();
        assert_says(&read(), "pred_train.csv", wanted);
    }
    fs::write(&path, b"timestamp,y_pred\n2020-01-01,\xff\n").unwrap();
    assert_says(&read(), "pred_train.csv", &["line 2"]);
}
