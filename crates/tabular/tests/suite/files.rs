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
        assert!(matches!(error, TabularError::UnknownEnding { .. }), "{error}");
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
                matches!(error, TabularError::OtherContent { wanted, .. } if wanted == ending),
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
    assert!(matches!(error, TabularError::NotAFile { found: "a folder", .. }), "{error}");
    #[cfg(unix)]
    assert!(matches!(read(Path::new("/dev/null"), 10), Err(TabularError::NotAFile { .. })));
}
