//! What is written is read again.

use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, Float64Array, RecordBatch, StringArray, TimestampNanosecondArray,
};
use arrow::compute::cast;
use arrow::datatypes::{DataType, TimeUnit};
use proptest::prelude::*;
use tabular::{Format, read, utc_micros};

use crate::fixtures::{
    FILES, batch, bits, collect, file, floats, read_all, signals, timestamps, write_bytes,
    write_file,
};

fn round_trip(format: Format, batches: &[RecordBatch]) -> RecordBatch {
    let (_folder, path) = file(&format!("rows.{format}"), write_bytes(format, batches));
    read_all(&path).unwrap()
}

#[test]
fn every_format_keeps_every_value() {
    let written = signals();
    for format in FILES {
        let found =
            round_trip(format, &[written.slice(0, 3), written.slice(3, 0), written.slice(3, 5)]);
        assert_eq!(found.num_rows(), written.num_rows(), "{format}");
        for (field, column) in written.schema().fields().iter().zip(written.columns()) {
            let name = field.name();
            let read = found.column_by_name(name).unwrap();
            match format {
                Format::Parquet | Format::Arrow => assert_eq!(read, column, "{format} {name}"),
                // The text formats know no widths of numbers.
                _ if name == "timestamp" => {
                    assert_eq!(&utc_micros(read).unwrap(), column.as_primitive(), "{format}");
                }
                _ => assert_eq!(&cast(read, field.data_type()).unwrap(), column, "{format} {name}"),
            }
        }
        assert_eq!(bits(&found["y_pred"]), bits(&written["y_pred"]), "{format}");
    }
}

#[test]
fn infinities_and_nan_survive_where_they_can() {
    let values = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, 0.5];
    let written = batch([("x", floats(&values))]);
    for format in [Format::Csv, Format::Parquet, Format::Arrow] {
        let found = round_trip(format, std::slice::from_ref(&written));
        assert_eq!(bits(&found["x"]), bits(&written["x"]), "{format}");
    }
}

#[test]
fn files_without_rows_have_columns() {
    let none = signals().slice(0, 0);
    for format in [Format::Csv, Format::Parquet, Format::Arrow] {
        let found = round_trip(format, std::slice::from_ref(&none));
        assert_eq!(found.num_rows(), 0);
        assert_eq!(found.num_columns(), none.num_columns(), "{format}");
    }
    for format in [Format::Json, Format::JsonLines] {
        // Without objects there are no keys either; JSON lines without lines are an empty file.
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(format!("rows.{format}"));
        assert_eq!(write_file(&path, format, std::slice::from_ref(&none)), 0);
        let found = read_all(&path).map(|rows| rows.num_columns());
        assert_eq!(found.is_ok(), format == Format::Json);
        assert_eq!(found.unwrap_or(0), 0);
    }
}

#[test]
fn batches_are_as_long_as_asked_for() {
    let rows = 150_000;
    let written = batch([
        ("timestamp", timestamps(0..rows)),
        ("x", Arc::new(Float64Array::from_iter_values((0..rows).map(|row| row as f64 / 7.0)))),
    ]);
    for format in FILES {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join(format!("rows.{format}"));
        write_file(&path, format, std::slice::from_ref(&written));
        for batch_rows in [1_000, 70_000, 1_000_000] {
            let batches: Vec<_> = read(&path, batch_rows).unwrap().map(Result::unwrap).collect();
            assert!(batches.iter().all(|batch| batch.num_rows() <= batch_rows), "{format}");
            let found = collect(read(&path, batch_rows).unwrap()).unwrap();
            assert_eq!(bits(&found["x"]), bits(&written["x"]), "{format}");
        }
        assert_eq!(read(&path, 0).unwrap().next().unwrap().unwrap().num_rows(), 1);
    }
}

#[test]
fn zones_and_nanoseconds_stay_in_binary_files_and_become_utc_in_text() {
    let nanos = TimestampNanosecondArray::from(vec![Some(1_761_973_200_000_000_001), None])
        .with_timezone("Europe/Berlin");
    let written = batch([("when", Arc::new(nanos) as ArrayRef), ("x", floats(&[0.5, 1.5]))]);
    for format in FILES {
        let found = round_trip(format, std::slice::from_ref(&written));
        let when = found.column(0);
        let zone = match format {
            Format::Parquet | Format::Arrow => Some("Europe/Berlin".into()),
            Format::Csv => None,
            _ => Some("UTC".into()),
        };
        assert_eq!(when.data_type(), &DataType::Timestamp(TimeUnit::Nanosecond, zone), "{format}");
        let when = when.as_primitive::<arrow::datatypes::TimestampNanosecondType>();
        assert_eq!(when.value(0), 1_761_973_200_000_000_001, "{format}");
        assert!(when.is_null(1));
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn any_finite_float_comes_back_to_the_bit(values in prop::collection::vec(any::<f64>(), 1..50)) {
        let mut values = values;
        values.push(0.5); // a column of whole numbers would be one of integers
        let written = batch([("x", floats(&values))]);
        for format in [Format::Csv, Format::JsonLines] {
            if format == Format::JsonLines && values.iter().any(|value| !value.is_finite()) {
                continue;
            }
            let found = round_trip(format, std::slice::from_ref(&written));
            for (found, wanted) in found["x"].as_primitive::<arrow::datatypes::Float64Type>().values().iter().zip(&values) {
                prop_assert!(found.to_bits() == wanted.to_bits() || (found.is_nan() && wanted.is_nan()));
            }
        }
    }

    #[test]
    fn any_text_comes_back(texts in prop::collection::vec(prop::option::of("\\PC*|[a-z\", \n\r;']{0,9}"), 1..20)) {
        let column = StringArray::from(texts.clone());
        let written = batch([("text", Arc::new(column) as ArrayRef), ("x", floats(&vec![0.5; texts.len()]))]);
        for format in FILES {
            let found = round_trip(format, std::slice::from_ref(&written));
            let found = found.column_by_name("text").unwrap();
            for (row, text) in texts.iter().enumerate() {
                let found = arrow::util::display::array_value_to_string(found, row).unwrap();
                let wanted = text.clone().unwrap_or_default();
                // A text that looks like a number or a time is one, in CSV and JSON, if all do.
                let texts = texts.iter().flatten().filter(|text| !text.trim().is_empty());
                if format != Format::Csv || texts.clone().any(|text| text.contains(|c: char| c.is_alphabetic())) {
                    prop_assert_eq!(found, wanted, "{}", format);
                }
            }
        }
    }

    #[test]
    fn any_microsecond_comes_back(micros in prop::collection::vec(-60_000_000_000_000_000_i64..250_000_000_000_000_000, 1..50)) {
        let written = batch([("timestamp", timestamps(micros)), ]);
        for format in FILES {
            let found = round_trip(format, std::slice::from_ref(&written));
            prop_assert_eq!(&utc_micros(&found["timestamp"]).unwrap(), written["timestamp"].as_primitive());
        }
    }
}
