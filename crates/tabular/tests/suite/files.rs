//! Which format a file has, and files that are none.

use std::fs;
use std::path::Path;

use tabular::{Format, TabularError, read};

use crate::fixtures::{FILES, file, read_all, signals, write_file};

#[test]
fn names_and_endings_agree() {
    for format in Format::ALL {
        assert_eq!(format.to_string().parse::<Format>().unwrap(), format);
        let ending = Format::of_path(Path::new(&format!("rows.{format}")));
        assert_eq!(ending, (format != Format::Table).then_some(format));
    }
    assert_eq!(Format::of_path(Path::new("csv")), None);
    assert_eq!(Format::of_path(Path::new("rows.csv.gz")), None);
    let error = "xml".parse::<Format>().unwrap_err();
    assert_eq!(
        error.to_string(),
        "`xml` is no format: there are table, csv, parquet, arrow, json, jsonl"
    );
}

#[test]
fn binary_files_are_known_without_an_ending() {
    let folder = tempfile::tempdir().unwrap();
    for format in [Format::Parquet, Format::Arrow] {
        let path = folder.path().join(format!("rows-{format}"));
        write_file(&path, format, &[signals()]);
        let reader = read(&path, 10).unwrap();
        assert_eq!(reader.format(), format);
        assert_eq!(read_all(&path).unwrap(), signals());
    }
}

#[test]
fn an_unknown_ending_lists_the_known_ones() {
    for bytes in ["a,b\n1,2\n", ""] {
        let (_folder, path) = file("rows.txt", bytes);
        let error = read(&path, 10).unwrap_err();
        assert!(
            matches!(error, TabularError::Naming(tabular::NamingError::UnknownEnding { .. })),
            "{error}"
        );
        assert!(error.to_string().contains(".csv, .parquet, .arrow, .json, .jsonl"), "{error}");
    }
}

#[test]
fn endings_and_contents_must_agree() {
    let folder = tempfile::tempdir().unwrap();
    for written in FILES {
        for ending in FILES {
            let path = folder.path().join(format!("{}.{ending}", written.name()));
            write_file(&path, written, &[signals()]);
            let binary = |format| matches!(format, Format::Parquet | Format::Arrow);
            if written == ending || !(binary(written) || binary(ending)) {
                continue;
            }
            let error = read(&path, 10).unwrap_err();
            assert!(
                matches!(error, TabularError::Naming(tabular::NamingError::OtherContent { wanted, .. }) if wanted == ending),
                "{error}"
            );
        }
    }
    for format in FILES {
        let (_folder, path) = file(&format!("rows.{format}"), "");
        let error = read(&path, 10).unwrap_err();
        assert!(error.to_string().ends_with("but it is empty"), "{error}");
    }
}

#[test]
fn folders_and_missing_files() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("rows.csv");
    let error = read(&path, 10).unwrap_err();
    assert!(matches!(error, TabularError::File { action: "open", .. }), "{error}");
    fs::create_dir(&path).unwrap();
    let error = read(&path, 10).unwrap_err();
    assert!(
        matches!(
            error,
            TabularError::Naming(tabular::NamingError::NotAFile { found: "a folder", .. })
        ),
        "{error}"
    );
    #[cfg(unix)]
    assert!(matches!(
        read(Path::new("/dev/null"), 10),
        Err(TabularError::Naming(tabular::NamingError::NotAFile { .. }))
    ));
}

#[test]
fn a_text_file_that_changes_between_its_two_readings_is_refused() {
    let row = |n: usize| format!("{{\"a\":{n}}}\n");
    for (name, rows) in [
        ("rows.csv", "a\n1\n2\n3\n".to_owned()),
        ("rows.jsonl", (1..=3).map(row).collect::<String>()),
    ] {
        for more in [false, true] {
            let (_folder, path) = file(name, &rows);
            let reader = read(&path, 1).unwrap();
            let last = rows.trim_end().rfind('\n').unwrap() + 1;
            let changed = if more { rows.clone() + &rows[last..] } else { rows[..last].to_owned() };
            fs::write(&path, changed).unwrap();
            let read: Result<Vec<_>, _> = reader.collect();
            // A file that is open already may be read from memory as it was at first.
            match read {
                Err(error) => {
                    assert!(matches!(error, TabularError::Changed { was: 3, .. }), "{error}");
                }
                Ok(rows) => assert_eq!(rows.len(), 3, "{name}"),
            }
        }
    }
}

#[test]
fn what_other_programs_compress_is_read() {
    use arrow::ipc::CompressionType;
    use arrow::ipc::writer::{FileWriter, IpcWriteOptions};
    use parquet::arrow::ArrowWriter;
    use parquet::basic::{BrotliLevel, Compression, GzipLevel, ZstdLevel};
    use parquet::file::properties::WriterProperties;

    let rows = signals();
    let folder = tempfile::tempdir().unwrap();
    for codec in [None, Some(CompressionType::LZ4_FRAME), Some(CompressionType::ZSTD)] {
        let path = folder.path().join("rows.arrow");
        let options = IpcWriteOptions::default().try_with_compression(codec).unwrap();
        let to = fs::File::create(&path).unwrap();
        let mut writer = FileWriter::try_new_with_options(to, &rows.schema(), options).unwrap();
        writer.write(&rows).unwrap();
        writer.finish().unwrap();
        assert_eq!(read_all(&path).unwrap().columns(), rows.columns(), "{codec:?}");
    }
    for codec in [
        Compression::UNCOMPRESSED,
        Compression::SNAPPY,
        Compression::GZIP(GzipLevel::default()),
        Compression::BROTLI(BrotliLevel::default()),
        Compression::LZ4,
        Compression::LZ4_RAW,
        Compression::ZSTD(ZstdLevel::default()),
    ] {
        let path = folder.path().join("rows.parquet");
        let properties = WriterProperties::builder().set_compression(codec).build();
        let to = fs::File::create(&path).unwrap();
        let mut writer = ArrowWriter::try_new(to, rows.schema(), Some(properties)).unwrap();
        writer.write(&rows).unwrap();
        writer.close().unwrap();
        assert_eq!(read_all(&path).unwrap().columns(), rows.columns(), "{codec:?}");
    }
}

#[test]
fn old_times_that_would_wrap_are_refused() {
    use arrow::datatypes::{DataType, Field, Schema, TimeUnit};
    use parquet::arrow::add_encoded_arrow_schema_to_metadata;
    use parquet::data_type::{Int96, Int96Type};
    use parquet::file::properties::WriterProperties;
    use parquet::file::writer::SerializedFileWriter;
    use parquet::schema::parser::parse_message_type;
    use std::sync::Arc;

    // Julian days at noon; 2,440,588 is 1970-01-01.
    let write_as = |days: &[u32], named: Option<(TimeUnit, Option<&str>)>| {
        let (folder, path) = file("rows.parquet", "");
        let schema = parse_message_type("message m { required int96 timestamp; }").unwrap();
        let to = fs::File::create(&path).unwrap();
        // Writers that know Arrow add what unit and zone they mean.
        let mut properties = WriterProperties::builder().build();
        if let Some((unit, zone)) = named {
            let data_type = DataType::Timestamp(unit, zone.map(Into::into));
            let named = Schema::new(vec![Field::new("timestamp", data_type, false)]);
            add_encoded_arrow_schema_to_metadata(&named, &mut properties);
        }
        let properties = Arc::new(properties);
        let mut writer = SerializedFileWriter::new(to, Arc::new(schema), properties).unwrap();
        let mut group = writer.next_row_group().unwrap();
        let mut column = group.next_column().unwrap().unwrap();
        let values: Vec<Int96> = days
            .iter()
            .map(|&day| {
                let mut value = Int96::new();
                let noon = 43_200_000_000_000_u64; // nanoseconds, the low half first
                value.set_data((noon & 0xffff_ffff) as u32, (noon >> 32) as u32, day);
                value
            })
            .collect();
        column.typed::<Int96Type>().write_batch(&values, None, None).unwrap();
        column.close().unwrap();
        group.close().unwrap();
        writer.close().unwrap();
        (folder, path)
    };
    let write = |days: &[u32]| write_as(days, None);
    for unit in [TimeUnit::Millisecond, TimeUnit::Microsecond, TimeUnit::Nanosecond] {
        for zone in [None, Some("UTC")] {
            let (_folder, path) = write_as(&[2_440_588, 2_460_981], Some((unit, zone)));
            let rows = read_all(&path).unwrap();
            let times = tabular::utc_micros(rows.column(0)).unwrap();
            assert_eq!(times.value(0), 43_200_000_000, "{unit:?} {zone:?}");
            let (_folder, path) = write_as(&[2_440_588, 2_600_000], Some((unit, zone)));
            let days = (2_600_000 - 2_440_588) * 86_400_000_000 + 43_200_000_000;
            match read_all(&path) {
                Ok(rows) => {
                    let times = tabular::utc_micros(rows.column(0)).unwrap();
                    assert_eq!(times.value(1), days, "{unit:?} {zone:?}");
                }
                Err(TabularError::Column(tabular::ColumnError::Int96Range { row, .. })) => {
                    assert_eq!((row, unit), (2, TimeUnit::Nanosecond));
                }
                Err(error) => panic!("{unit:?} {zone:?}: {error}"),
            }
        }
    }
    let (_folder, path) = write(&[2_440_588, 2_460_981]);
    let rows = read_all(&path).unwrap();
    assert_eq!(tabular::utc_micros(rows.column(0)).unwrap().value(0), 43_200_000_000);
    let (_folder, path) = write(&[2_440_588, 2_600_000]); // the year 2406
    let error = read_all(&path).unwrap_err();
    assert!(
        matches!(error, TabularError::Column(tabular::ColumnError::Int96Range { row: 2, .. })),
        "{error}"
    );
}
