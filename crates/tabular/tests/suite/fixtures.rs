//! Rows to write, and files to read.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{
    ArrayRef, BooleanArray, Float64Array, Int8Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray, UInt16Array,
};
use arrow::compute::concat_batches;
use tabular::{BatchReader, BatchWriter, Destination, Format, TabularError, read};
use tempfile::TempDir;

/// 2025-11-01 05:00:00 UTC.
pub(crate) const FIVE: i64 = 1_761_973_200_000_000;
pub(crate) const HOUR: i64 = 3_600_000_000;

/// The formats that can be read again.
pub(crate) const FILES: [Format; 5] =
    [Format::Csv, Format::Parquet, Format::Arrow, Format::Json, Format::JsonLines];

pub(crate) fn batch<const N: usize>(columns: [(&str, ArrayRef); N]) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, values)| (name, values, true)))
        .unwrap()
}

pub(crate) fn timestamps(values: impl IntoIterator<Item = i64>) -> ArrayRef {
    Arc::new(TimestampMicrosecondArray::from_iter_values(values))
}

pub(crate) fn floats(values: &[f64]) -> ArrayRef {
    Arc::new(Float64Array::from(values.to_vec()))
}

/// What `signals` writes, with the floats that are easiest to get wrong.
pub(crate) fn signals() -> RecordBatch {
    let scores = [0.1, 1.0 / 3.0, -0.0, 5e-324, 2.225_073_858_507_201_4e-308, 1e300, f64::MAX, 7.0];
    let rows = scores.len() as i64;
    batch([
        ("timestamp", timestamps((0..rows).map(|row| FIVE + row * HOUR + row / 4))),
        ("y_pred", floats(&scores)),
        ("q_bin", Arc::new(UInt16Array::from(vec![1, 2, 3, 4, 5, 6, 7, u16::MAX]))),
        ("signal", Arc::new(Int8Array::from(vec![-1, 0, 1, i8::MIN, i8::MAX, 0, 0, 1]))),
        (
            "note",
            Arc::new(StringArray::from(vec![
                Some("plain"),
                Some("with, comma"),
                Some("with \"quotes\""),
                Some("two\nlines"),
                None,
                Some("ünïcödé"),
                Some(" spaces "),
                Some("007"),
            ])),
        ),
        (
            "gappy",
            Arc::new(Float64Array::from(vec![Some(0.5), None, None, None, None, None, None, None])),
        ),
        ("days", Arc::new(Int64Array::from_iter_values(-1..rows - 1))),
        (
            "flag",
            Arc::new(BooleanArray::from(vec![
                Some(true),
                None,
                Some(false),
                None,
                None,
                None,
                None,
                None,
            ])),
        ),
    ])
}

/// A folder with a file of these bytes.
pub(crate) fn file(name: &str, bytes: impl AsRef<[u8]>) -> (TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    fs::write(&path, bytes).unwrap();
    (folder, path)
}

pub(crate) fn write_file(path: &Path, format: Format, batches: &[RecordBatch]) -> u64 {
    let to = Destination::File { path: path.to_owned(), overwrite: false, inputs: Vec::new() };
    let mut writer = BatchWriter::new(to, format, batches[0].schema()).unwrap();
    for batch in batches {
        writer.write(batch).unwrap();
    }
    writer.finish().unwrap()
}

pub(crate) fn write_bytes(format: Format, batches: &[RecordBatch]) -> Vec<u8> {
    try_write(format, batches).unwrap()
}

pub(crate) fn try_write(format: Format, batches: &[RecordBatch]) -> Result<Vec<u8>, TabularError> {
    let mut bytes = Vec::new();
    let mut writer =
        BatchWriter::new(Destination::Stream(&mut bytes), format, batches[0].schema())?;
    for batch in batches {
        writer.write(batch)?;
    }
    writer.finish()?;
    Ok(bytes)
}

pub(crate) fn read_all(path: &Path) -> Result<RecordBatch, TabularError> {
    collect(read(path, 1_000)?)
}

pub(crate) fn collect(reader: BatchReader) -> Result<RecordBatch, TabularError> {
    let schema = reader.schema();
    let batches = reader.collect::<Result<Vec<_>, _>>()?;
    Ok(concat_batches(&schema, &batches).unwrap())
}

/// The bits, so that -0.0 is not 0.0 and NaN is NaN.
pub(crate) fn bits(column: &ArrayRef) -> Vec<Option<u64>> {
    let floats: &Float64Array = column.as_any().downcast_ref().unwrap();
    floats.iter().map(|value| value.map(f64::to_bits)).collect()
}

/// The message and those of its sources.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(error) = source {
        text.push_str(": ");
        text.push_str(&error.to_string());
        source = error.source();
    }
    text
}
