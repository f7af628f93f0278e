//! Destinations, and what a writer refuses.

use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::path::Path;
use std::sync::Arc;

use arrow::array::{Array, ArrayRef, Float64Array, ListArray, RecordBatch, StringArray};
use arrow::datatypes::Int32Type;
use files::OutputError;
use tabular::{BatchWriter, Destination, Format, TabularError};

use crate::fixtures::{FILES, batch, chain, floats, read_all, signals, try_write, write_file};

fn to(path: &Path, overwrite: bool) -> Destination<'static> {
    Destination::File { path: path.to_owned(), overwrite, inputs: Vec::new() }
}

fn names_in(folder: &Path) -> Vec<String> {
    let names = fs::read_dir(folder).unwrap();
    names.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

#[test]
fn a_file_appears_when_it_is_finished() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signals.csv");
    let rows = signals();
    let mut writer = BatchWriter::new(to(&path, false), Format::Csv, rows.schema()).unwrap();
    writer.write(&rows).unwrap();
    assert!(!path.exists());
    assert_eq!(names_in(folder.path()).len(), 1, "the hidden file");
    assert_eq!(writer.finish().unwrap(), 8);
    assert_eq!(names_in(folder.path()), ["signals.csv"]);
}

#[test]
fn a_file_that_is_not_finished_disappears() {
    let folder = tempfile::tempdir().unwrap();
    for format in FILES {
        let path = folder.path().join("signals");
        let rows = signals();
        let mut writer = BatchWriter::new(to(&path, false), format, rows.schema()).unwrap();
        writer.write(&rows).unwrap();
        drop(writer);
        assert_eq!(names_in(folder.path()), [""; 0], "{format}");
    }
}

#[test]
fn an_existing_file_stays_unless_told_otherwise() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signals.parquet");
    fs::write(&path, "PAR1 precious").unwrap();
    let schema = signals().schema();
    let error = BatchWriter::new(to(&path, false), Format::Parquet, schema.clone()).unwrap_err();
    assert!(
        matches!(&error, TabularError::Output(OutputError::Exists { path: found }) if *found == path),
        "{error}"
    );
    assert!(error.to_string().contains("--overwrite"), "{error}");

    let writer = BatchWriter::new(to(&path, true), Format::Parquet, schema.clone()).unwrap();
    drop(writer);
    assert_eq!(fs::read_to_string(&path).unwrap(), "PAR1 precious");

    let mut writer = BatchWriter::new(to(&path, true), Format::Parquet, schema).unwrap();
    writer.write(&signals()).unwrap();
    writer.finish().unwrap();
    assert_eq!(read_all(&path).unwrap().num_rows(), 8);
    assert_eq!(names_in(folder.path()), ["signals.parquet"]);
}

#[test]
fn a_file_that_appears_meanwhile_stays() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("signals.csv");
    let writer = BatchWriter::new(to(&path, false), Format::Csv, signals().schema()).unwrap();
    fs::write(&path, "precious").unwrap();
    let error = writer.finish().unwrap_err();
    assert!(matches!(error, TabularError::Output(OutputError::Exists { .. })), "{error}");
    assert_eq!(fs::read_to_string(&path).unwrap(), "precious");
    assert_eq!(names_in(folder.path()), ["signals.csv"]);
}

#[test]
fn only_files_are_replaced() {
    let folder = tempfile::tempdir().unwrap();
    for overwrite in [false, true] {
        let to = to(folder.path(), overwrite);
        let error = BatchWriter::new(to, Format::Csv, signals().schema()).unwrap_err();
        assert!(
            matches!(error, TabularError::Output(OutputError::NotAFile { found: "a folder", .. })),
            "{error}"
        );
    }
    let to = to(&folder.path().join("missing/signals.csv"), false);
    let error = BatchWriter::new(to, Format::Csv, signals().schema()).unwrap_err();
    assert!(matches!(error, TabularError::Output(OutputError::NoFolder { .. })), "{error}");
}

#[cfg(unix)]
#[test]
fn devices_are_not_replaced_and_links_lead_to_their_file() {
    use std::os::unix::fs::{PermissionsExt, symlink};

    let error = BatchWriter::new(to(Path::new("/dev/null"), true), Format::Csv, signals().schema());
    assert!(matches!(error, Err(TabularError::Output(OutputError::NotAFile { .. }))));

    let folder = tempfile::tempdir().unwrap();
    let (target, link) = (folder.path().join("2025.csv"), folder.path().join("latest.csv"));
    fs::write(&target, "timestamp,old\n").unwrap();
    symlink(&target, &link).unwrap();
    let mut writer = BatchWriter::new(to(&link, true), Format::Csv, signals().schema()).unwrap();
    writer.write(&signals()).unwrap();
    writer.finish().unwrap();
    assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
    assert_eq!(read_all(&target).unwrap().num_rows(), 8);

    // As readable as any other new file.
    let ordinary = folder.path().join("ordinary");
    fs::write(&ordinary, "").unwrap();
    let mode = |path: &Path| fs::metadata(path).unwrap().permissions().mode();
    assert_eq!(mode(&target), mode(&ordinary));
}

/// A reader that goes away after a few bytes.
struct Head(usize);

impl Write for Head {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        if self.0 == 0 {
            return Err(io::ErrorKind::BrokenPipe.into());
        }
        let taken = bytes.len().min(self.0);
        self.0 -= taken;
        Ok(taken)
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn is_broken_pipe(error: &(dyn Error + 'static)) -> bool {
    error.downcast_ref::<io::Error>().is_some_and(|error| error.kind() == io::ErrorKind::BrokenPipe)
        || error.source().is_some_and(is_broken_pipe)
}

#[test]
fn a_broken_pipe_is_found_in_the_chain() {
    for format in FILES.into_iter().chain([Format::Table]) {
        for bytes in [0, 10, 300] {
            let mut head = Head(bytes);
            let write = || -> Result<u64, TabularError> {
                let to = Destination::Stream(&mut head);
                let mut writer = BatchWriter::new(to, format, signals().schema())?;
                writer.write(&signals())?;
                writer.finish()
            };
            let mut write = write;
            let error = write().unwrap_err();
            assert!(matches!(error, TabularError::Stream { .. }), "{format}: {error}");
            assert!(is_broken_pipe(&error), "{format}");
        }
    }
}

#[test]
fn json_has_no_nan() {
    let values = |x: f64| batch([("x", floats(&[0.5])), ("p_cal", floats(&[x]))]);
    for format in [Format::Json, Format::JsonLines] {
        for value in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let error = try_write(format, &[values(0.5), values(0.25), values(value)]).unwrap_err();
            let TabularError::Column(tabular::ColumnError::NoJsonNumber {
                column,
                row,
                value: found,
            }) = &error
            else {
                panic!("{error}")
            };
            assert_eq!((column.as_str(), *row, found.to_bits()), ("p_cal", 3, value.to_bits()));
            assert!(error.to_string().contains("row 3"), "{error}");
        }
        let null = batch([("x", Arc::new(Float64Array::from(vec![None::<f64>])) as ArrayRef)]);
        try_write(format, &[null]).unwrap();
    }
}

#[test]
fn batches_must_have_the_columns_of_the_writer() {
    let first = batch([("a", floats(&[0.5])), ("b", floats(&[0.5]))]);
    let others = [
        batch([("a", floats(&[0.5]))]),
        batch([("b", floats(&[0.5])), ("a", floats(&[0.5]))]),
        batch([("a", floats(&[0.5])), ("b", Arc::new(StringArray::from(vec!["x"])))]),
    ];
    for format in FILES {
        for other in &others {
            let error = try_write(format, &[first.clone(), other.clone()]).unwrap_err();
            assert!(
                matches!(error, TabularError::Column(tabular::ColumnError::OtherColumns { .. })),
                "{error}"
            );
            assert!(error.to_string().contains("`a` Float64, `b` Float64"), "{error}");
        }
    }
}

#[test]
fn nulls_may_come_late() {
    let column = |x: Option<f64>| Arc::new(Float64Array::from(vec![x])) as ArrayRef;
    // The first schema says that there are none.
    let first = RecordBatch::try_from_iter([("x", column(Some(0.5)))]).unwrap();
    let second = RecordBatch::try_from_iter([("x", column(None))]).unwrap();
    let folder = tempfile::tempdir().unwrap();
    for format in FILES {
        let path = folder.path().join(format!("rows.{format}"));
        write_file(&path, format, &[first.clone(), second.clone()]);
        assert_eq!(read_all(&path).unwrap()["x"].null_count(), 1, "{format}");
    }
}

#[test]
fn two_columns_of_one_name_are_refused() {
    let rows = batch([("a", floats(&[0.5])), ("a", floats(&[0.5]))]);
    for format in FILES {
        let error = try_write(format, std::slice::from_ref(&rows)).unwrap_err();
        assert_eq!(error.to_string(), "there are two columns `a`: rename one");
    }
}

#[test]
fn a_type_that_a_format_cannot_hold_is_refused_before_the_file_is_made() {
    let list = ListArray::from_iter_primitive::<Int32Type, _, _>([Some([Some(1)])]);
    let rows = batch([("list", Arc::new(list) as ArrayRef)]);
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.csv");
    let error = BatchWriter::new(to(&path, false), Format::Csv, rows.schema()).unwrap_err();
    assert!(matches!(error, TabularError::Encode { format: Format::Csv, .. }), "{error}");
    assert!(chain(&error).contains("List"), "{}", chain(&error));
    assert_eq!(names_in(folder.path()), [""; 0]);
    write_file(&folder.path().join("rows.parquet"), Format::Parquet, &[rows]);
}

#[test]
fn batches_of_any_size_make_one_file() {
    let rows = batch([("x", floats(&(0..150_000).map(f64::from).collect::<Vec<_>>()))]);
    let (whole, halves) = (
        try_write(Format::Csv, std::slice::from_ref(&rows)).unwrap(),
        try_write(Format::Csv, &[rows.slice(0, 70_001), rows.slice(70_001, 79_999)]).unwrap(),
    );
    assert!(whole == halves);
    assert_eq!(String::from_utf8(whole).unwrap().lines().count(), 150_001);
}
