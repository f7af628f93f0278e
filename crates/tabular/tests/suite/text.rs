//! What the text formats look like, to the byte.

use std::sync::Arc;

use arrow::array::{
    ArrayRef, Float64Array, Int8Array, StringArray, TimestampMicrosecondArray, UInt16Array,
};
use tabular::Format;

use crate::fixtures::{FIVE, HOUR, batch, timestamps, write_bytes};

fn rows() -> arrow::array::RecordBatch {
    batch([
        ("timestamp", timestamps([FIVE, FIVE + HOUR + 250_000])),
        ("p_cal", Arc::new(Float64Array::from(vec![Some(0.1234), None])) as ArrayRef),
        ("q_bin", Arc::new(UInt16Array::from(vec![20, 3]))),
        ("signal", Arc::new(Int8Array::from(vec![1, -1]))),
        ("a \"name\"", Arc::new(StringArray::from(vec![Some("x, y"), None]))),
    ])
}

fn check(format: Format, wanted: &str) {
    let rows = rows();
    for batches in [vec![rows.clone()], vec![rows.slice(0, 1), rows.slice(1, 1)]] {
        let bytes = write_bytes(format, &batches);
        assert_eq!(String::from_utf8(bytes).unwrap(), wanted);
    }
}

#[test]
fn csv() {
    check(
        Format::Csv,
        "timestamp,p_cal,q_bin,signal,\"a \"\"name\"\"\"\n\
         2025-11-01 05:00:00,0.1234,20,1,\"x, y\"\n\
         2025-11-01 06:00:00.250,,3,-1,\n",
    );
}

#[test]
fn json() {
    check(
        Format::Json,
        r#"[
{"timestamp":"2025-11-01T05:00:00Z","p_cal":0.1234,"q_bin":20,"signal":1,"a \"name\"":"x, y"},
{"timestamp":"2025-11-01T06:00:00.250Z","p_cal":null,"q_bin":3,"signal":-1,"a \"name\"":null}
]
"#,
    );
}

#[test]
fn json_lines() {
    check(
        Format::JsonLines,
        r#"{"timestamp":"2025-11-01T05:00:00Z","p_cal":0.1234,"q_bin":20,"signal":1,"a \"name\"":"x, y"}
{"timestamp":"2025-11-01T06:00:00.250Z","p_cal":null,"q_bin":3,"signal":-1,"a \"name\"":null}
"#,
    );
}

#[test]
fn table() {
    let text = String::from_utf8(write_bytes(Format::Table, &[rows()])).unwrap();
    assert_eq!(
        text,
        "timestamp                 p_cal  q_bin  signal  a \"name\"\n\
         2025-11-01 05:00:00      0.1234     20       1  x, y\n\
         2025-11-01 06:00:00.250              3      -1\n"
    );
}

#[test]
fn a_table_is_as_wide_as_its_first_batch() {
    let rows = batch([
        (
            "name",
            Arc::new(StringArray::from(vec!["a", "longer than the first", "\u{1b}[2J\n"]))
                as ArrayRef,
        ),
        ("n", Arc::new(UInt16Array::from(vec![1, 20, 300]))),
    ]);
    let text = write_bytes(Format::Table, &[rows.slice(0, 1), rows.slice(1, 2)]);
    assert_eq!(
        String::from_utf8(text).unwrap(),
        "name  n\na     1\nlonger than the first  20\n\\u{1b}[2J\\n  300\n"
    );
}

#[test]
fn without_rows() {
    let none = rows().slice(0, 0);
    let text =
        |format| String::from_utf8(write_bytes(format, std::slice::from_ref(&none))).unwrap();
    assert_eq!(text(Format::Csv), "timestamp,p_cal,q_bin,signal,\"a \"\"name\"\"\"\n");
    assert_eq!(text(Format::Json), "[\n]\n");
    assert_eq!(text(Format::JsonLines), "");
    assert_eq!(text(Format::Table), "timestamp  p_cal  q_bin  signal  a \"name\"\n");
}

#[test]
fn zones_are_converted_to_utc() {
    let when = TimestampMicrosecondArray::from(vec![FIVE]).with_timezone("America/New_York");
    let rows = batch([("when", Arc::new(when) as ArrayRef)]);
    let text =
        |format| String::from_utf8(write_bytes(format, std::slice::from_ref(&rows))).unwrap();
    assert_eq!(text(Format::Csv), "when\n2025-11-01 05:00:00\n");
    assert_eq!(text(Format::JsonLines), "{\"when\":\"2025-11-01T05:00:00Z\"}\n");
    assert_eq!(text(Format::Table), "when\n2025-11-01 05:00:00\n");
}
