//! Files that pandas and pyarrow wrote (see `tests/golden/make_golden.py`).

use std::path::PathBuf;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::compute::cast;
use arrow::datatypes::{DataType, Float64Type, Int64Type};
use tabular::{Wanted, foreign_zone, read, utc_micros};

use crate::fixtures::{HOUR, read_all};

/// 2025-10-25 22:00:00 UTC.
const FIRST: i64 = 1_761_429_600_000_000;

const SCORES: [f64; 8] =
    [0.1, 1.0 / 3.0, -0.0, 5e-324, f64::MIN_POSITIVE, 1e300, f64::MAX, 0.30000000000000004];

fn path(name: &str) -> PathBuf {
    PathBuf::from("tests/golden").join(name)
}

fn floats(rows: &RecordBatch, column: &str) -> Vec<Option<f64>> {
    let column = cast(&rows[column], &DataType::Float64).unwrap();
    column.as_primitive::<Float64Type>().iter().collect()
}

fn integers(rows: &RecordBatch, column: &str) -> Vec<i64> {
    let column = cast(&rows[column], &DataType::Int64).unwrap();
    column.as_primitive::<Int64Type>().values().to_vec()
}

fn texts<'a>(rows: &'a RecordBatch, column: &str) -> Vec<Option<&'a str>> {
    let column = &rows[column];
    match column.data_type() {
        DataType::LargeUtf8 => column.as_string::<i64>().iter().collect(),
        _ => column.as_string::<i32>().iter().collect(),
    }
}

#[test]
fn pandas_and_pyarrow_files() {
    for name in ["pandas.parquet", "zstd.parquet", "pyarrow.arrow", "pandas.csv"] {
        let reader = read(&path(name), 5).unwrap();
        for column in ["timestamp", "seconds", "berlin"] {
            reader.require(column, Wanted::Timestamp).unwrap();
        }
        reader.require("y_pred", Wanted::Number).unwrap();
        let zone = reader.schema().field_with_name("berlin").unwrap().data_type().clone();
        let wanted = if name.ends_with("csv") { "+02:00" } else { "Europe/Berlin" };
        assert_eq!(foreign_zone(&zone), Some(wanted), "{name}");

        let rows = read_all(&path(name)).unwrap();
        let hours: Vec<i64> = (0..8).map(|row| FIRST + row * HOUR).collect();
        for column in ["timestamp", "seconds", "berlin"] {
            assert_eq!(utc_micros(&rows[column]).unwrap().values(), &hours, "{name} {column}");
        }
        let bits = |values: Vec<Option<f64>>| -> Vec<_> {
            values.into_iter().map(|value| value.map(f64::to_bits)).collect()
        };
        let scores = SCORES.map(Some).to_vec();
        assert_eq!(bits(floats(&rows, "y_pred")), bits(scores), "{name}");
        assert_eq!(integers(&rows, "count"), (-3..5).collect::<Vec<_>>(), "{name}");
        assert_eq!(integers(&rows, "q_bin"), (1..9).collect::<Vec<_>>(), "{name}");
        assert_eq!(integers(&rows, "signal"), [-1, 0, 1, 0, -1, 0, 1, 0], "{name}");
        assert_eq!(rows["flag"].as_boolean().true_count(), 4, "{name}");
        assert_eq!(texts(&rows, "symbol")[..2], [Some("BTC"), Some("ETH")], "{name}");
        let names = [
            Some("plain"),
            Some("with, comma"),
            Some("with \"quotes\""),
            Some("two\nlines"),
            None,
            Some("ünïcödé"),
            Some(" spaces "),
            Some("007"),
        ];
        assert_eq!(texts(&rows, "name"), names, "{name}");
        let gappy = floats(&rows, "gappy");
        assert_eq!(gappy.iter().flatten().filter(|value| !value.is_nan()).count(), 4, "{name}");
    }
}

#[test]
fn pandas_writes_its_index_without_a_name() {
    let rows = read_all(&path("index.csv")).unwrap();
    assert_eq!(rows.num_columns(), 3);
    assert_eq!(rows.schema().field(0).name(), "");
    assert_eq!(integers(&rows, "count"), (-3..5).collect::<Vec<_>>());
}

#[test]
fn pandas_json_records() {
    let rows = read_all(&path("records.json")).unwrap();
    assert_eq!(rows.num_rows(), 8);
    let hours: Vec<i64> = (0..8).map(|row| FIRST + row * HOUR).collect();
    for column in ["timestamp", "seconds"] {
        assert_eq!(utc_micros(&rows[column]).unwrap().values(), &hours);
    }
    assert_eq!(integers(&rows, "signal"), [-1, 0, 1, 0, -1, 0, 1, 0]);
    assert_eq!(texts(&rows, "name")[4], None);
}
