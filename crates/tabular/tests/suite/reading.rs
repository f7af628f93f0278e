//! CSV and JSON as people write them, and what is wrong with them.

use std::fs;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{DataType, Float64Type, TimeUnit};
use tabular::{TabularError, Wanted, foreign_zone, read, utc_micros};

use crate::fixtures::{FIVE, HOUR, chain, file, read_all};

fn csv(text: &str) -> Result<RecordBatch, TabularError> {
    let (_folder, path) = file("rows.csv", text);
    read_all(&path)
}

fn types(rows: &RecordBatch) -> Vec<DataType> {
    rows.schema().fields().iter().map(|field| field.data_type().clone()).collect()
}

#[test]
fn a_fraction_far_down_makes_a_column_of_floats() {
    let mut text = "y_pred\n".to_owned();
    text.push_str(&"1\n".repeat(5_000));
    text.push_str("0.25\n");
    let rows = csv(&text).unwrap();
    assert_eq!(types(&rows), [DataType::Float64]);
    assert_eq!(rows["y_pred"].as_primitive::<Float64Type>().value(5_000), 0.25);
}

#[test]
fn headers_as_people_write_them() {
    let names = |text: &str| -> Vec<String> {
        let rows = csv(text).unwrap();
        rows.schema().fields().iter().map(|field| field.name().clone()).collect()
    };
    assert_eq!(names("\u{feff}timestamp, y_pred\r\n2025-11-01,0.5\r\n"), ["timestamp", "y_pred"]);
    assert_eq!(names(",y_pred\n0,0.5\n"), ["", "y_pred"]);
    assert_eq!(names("\"a,b\",c\n\n1,2\n\n"), ["a,b", "c"]);
}

#[test]
fn timestamps_with_zones_are_converted() {
    let (_folder, path) = file(
        "rows.csv",
        "timestamp,plain\n\
         2025-11-01T07:00:00+02:00,2025-11-01 05:00:00\n\
         2025-11-01T06:00:00Z,2025-11-01T06:00:00\n\
         2025-11-01 07:00:00,2025-11-01T07:00\n",
    );
    let reader = read(&path, 2).unwrap();
    let schema = reader.schema();
    assert_eq!(foreign_zone(schema.field(0).data_type()), Some("+02:00"));
    assert_eq!(foreign_zone(schema.field(1).data_type()), None);
    assert_eq!(schema.field(1).data_type(), &DataType::Timestamp(TimeUnit::Microsecond, None));
    let rows = read_all(&path).unwrap();
    for column in rows.columns() {
        let micros = utc_micros(column).unwrap();
        assert_eq!(micros.values(), &[FIVE, FIVE + HOUR, FIVE + 2 * HOUR]);
    }
}

#[test]
fn what_is_required_is_found_or_said() {
    let (_folder, path) = file(
        "rows.csv",
        "timestamp,y_pred,note,empty,day\n2025-11-01 05:00,0.5,x,,2025-11-01\n1762000000,n/a,0.5,,2025-11-02\n",
    );
    let reader = read(&path, 10).unwrap();
    assert_eq!(reader.require("empty", Wanted::Number).unwrap(), 3);
    assert_eq!(reader.require("empty", Wanted::Timestamp).unwrap(), 3);
    assert_eq!(reader.require("day", Wanted::Timestamp).unwrap(), 4);
    let message = |column, wanted| {
        let error = reader.require(column, wanted).unwrap_err().to_string();
        error.replace(&path.display().to_string(), "rows.csv")
    };
    assert_eq!(
        message("p_cal", Wanted::Number),
        "rows.csv has no column `p_cal`; it has `timestamp`, `y_pred`, `note`, `empty`, `day`"
    );
    assert_eq!(
        message("y_pred", Wanted::Number),
        "rows.csv, line 3 (`n/a`), column `y_pred`: numbers were wanted, but it holds text"
    );
    assert_eq!(
        message("timestamp", Wanted::Timestamp),
        "rows.csv, line 3 (`1762000000`), column `timestamp`: timestamps were wanted, but it holds text"
    );
    assert_eq!(
        message("day", Wanted::Number),
        "rows.csv, line 2 (`2025-11-01`), column `day`: numbers were wanted, but it holds dates"
    );
}

#[test]
fn json_rows_are_objects_of_any_layout() {
    let text = r#"
        [ {"timestamp": "2025-11-01T05:00:00Z", "y_pred": 1, "mixed": "a"},
          {"y_pred": 0.30000000000000004, "timestamp": "2025-11-01T08:00:00+02:00", "mixed": 2},
          {"late": true, "text": "0.5"} ]
    "#;
    for name in ["rows.json", "rows.jsonl"] {
        let (_folder, path) = file(name, text);
        let rows = read_all(&path).unwrap();
        let names: Vec<_> = rows.schema().fields().iter().map(|f| f.name().clone()).collect();
        assert_eq!(names, ["timestamp", "y_pred", "mixed", "late", "text"]);
        assert_eq!(
            types(&rows)[1..],
            [DataType::Float64, DataType::Utf8, DataType::Boolean, DataType::Utf8]
        );
        assert_eq!(rows["y_pred"].as_primitive::<Float64Type>().value(1), 0.1 + 0.2);
        let micros = utc_micros(&rows["timestamp"]).unwrap();
        assert_eq!(micros.value(0), FIVE);
        assert_eq!(micros.value(1), FIVE + HOUR);
        assert!(micros.is_null(2));
        assert_eq!(rows["mixed"].as_string::<i32>().value(1), "2");
    }
}

#[test]
fn wide_numbers_keep_their_digits() {
    let digits = "12345678901234567890";
    let (_folder, path) = file("rows.jsonl", format!("{{\"id\": {digits}}}\n{{\"id\": 1}}\n"));
    assert_eq!(read_all(&path).unwrap()["id"].as_string::<i32>().value(0), digits);
    let rows = csv(&format!("id\n{digits}\n1\n")).unwrap();
    assert_eq!(rows["id"].as_string::<i32>().value(0), digits);
}

#[test]
fn json_says_where_it_goes_wrong() {
    let message = |text: &str| {
        let (_folder, path) = file("rows.jsonl", text);
        let error = read_all(&path).unwrap_err();
        assert!(matches!(error, TabularError::Decode { .. }), "{error}");
        chain(&error)
    };
    let nested = message("{\"a\": 1}\n{\"a\": [1]}\n");
    assert!(nested.contains("`a` holds an array") && nested.contains("line 2"), "{nested}");
    assert!(message("{\"a\": {\"b\": 1}}").contains("`a` holds an object"));
    assert!(message("{\"a\": 1").contains("EOF"));
    assert!(message("[{\"a\": 1},").contains("EOF"));
    assert!(message("5").contains("an object or an array of objects"));
    assert!(message("[[1]]").contains("an object"));
    let (_folder, path) = file("rows.jsonl", "{\"a\": NaN}");
    assert!(read_all(&path).unwrap_err().to_string().contains("line 1: JSON has no number NaN"));
    assert!(message("{\"a\": 1e999}").contains("out of range"));

    let (_folder, path) = file("rows.jsonl", "{\"y_pred\": 0.5}\n{\"y_pred\": \"0.5\"}\n");
    let error = read(&path, 10).unwrap().require("y_pred", Wanted::Number).unwrap_err();
    assert!(error.to_string().contains("object 2 (`0.5`)"), "{error}");
}

#[test]
fn csv_says_where_it_goes_wrong() {
    let error = csv("a,b\n1,2\n\"x\ny\",3\n4\n").unwrap_err();
    assert!(
        matches!(
            error,
            TabularError::Text(tabular::TextError::UnevenLine { line: 5, found: 1, wanted: 2, .. })
        ),
        "{error}"
    );
    let (_folder, path) = file("rows.csv", b"a,b\n1,2\n3,\xff\n");
    let error = read_all(&path).unwrap_err();
    assert!(
        matches!(error, TabularError::Text(tabular::TextError::NotUtf8 { line: 3, .. })),
        "{error}"
    );

    for (text, found) in [
        ("\n\n", "is empty"),
        (",,\n1,2,3\n", "is empty"),
        ("2025-11-01 05:00:00,0.5\n2025-11-01 06:00:00,0.5\n", "holds only numbers and times"),
    ] {
        let error = csv(text).unwrap_err();
        assert!(
            matches!(error, TabularError::Text(tabular::TextError::NoHeader { found: what, .. }) if what == found),
            "{error}"
        );
    }
    let error = csv("a,b, a\n1,2,3\n").unwrap_err();
    assert!(
        matches!(
            error,
            TabularError::Column(tabular::ColumnError::DuplicateColumn { path: Some(_), .. })
        ),
        "{error}"
    );
}

#[test]
fn a_missing_quotation_mark_is_noticed() {
    let mut text = "a,b\n1,\"x\n".to_owned();
    text.push_str(&"2,y\n".repeat(5 << 20));
    let error = csv(&text).unwrap_err();
    assert!(error.to_string().contains("the quotation mark on line 2 is never closed"), "{error}");
}

#[test]
fn a_file_that_changes_between_the_readings() {
    let csv = "a,b\n1,x\n2,y\n".to_owned() + &"3,z\n".repeat(50_000); // more than is read ahead
    let changed = csv.replace('3', "z");
    for (name, before, after) in [
        ("rows.csv", csv.as_str(), changed.as_str()),
        ("rows.jsonl", "{\"a\": \"2025-11-01\"}\n", "{\"a\": \"tomorrow\"}\n"),
    ] {
        let (_folder, path) = file(name, before);
        let reader = read(&path, 10).unwrap();
        fs::write(&path, after).unwrap();
        let results: Vec<_> = reader.collect();
        let Some(Err(error)) = results.last() else { panic!("{name}") };
        assert!(
            matches!(error, TabularError::Column(tabular::ColumnError::Value { .. })),
            "{error}"
        );
        assert!(error.to_string().contains("did the file change"), "{error}");
    }
}
