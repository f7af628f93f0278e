//! Files that are cut off or changed: an error, or rows, but no crash.

use std::fs;

use tabular::Format;

use crate::fixtures::{file, read_all, signals, write_bytes};

/// Whether the file can still be read.
fn survives(format: Format, bytes: &[u8]) -> bool {
    let (_folder, path) = file(&format!("rows.{format}"), bytes);
    read_all(&path).is_ok()
}

fn rows(format: Format) -> Vec<u8> {
    let rows = signals();
    write_bytes(format, &[rows.slice(0, 5), rows.slice(5, 3)])
}

#[test]
fn binary_files_that_are_cut_off_are_refused() {
    for format in [Format::Parquet, Format::Arrow, Format::Json] {
        let whole = rows(format);
        let end = whole.len() - usize::from(format == Format::Json); // its last byte is a line break
        for length in 0..end {
            assert!(
                !survives(format, &whole[..length]),
                "{format}, {length} of {} bytes",
                whole.len()
            );
        }
        assert!(survives(format, &whole));
    }
}

#[test]
fn text_files_that_are_cut_off_do_not_crash() {
    for format in [Format::Csv, Format::JsonLines] {
        let whole = rows(format);
        let read = (0..whole.len()).filter(|length| survives(format, &whole[..*length])).count();
        assert!(read > 0 && read < whole.len(), "{format}");
    }
}

#[test]
fn changed_bytes_do_not_crash() {
    for format in [Format::Csv, Format::Parquet, Format::Arrow, Format::Json, Format::JsonLines] {
        let whole = rows(format);
        let mut refused = 0;
        for place in (0..whole.len()).step_by(5) {
            for change in [0x01, 0xff] {
                let mut damaged = whole.clone();
                damaged[place] ^= change;
                refused += u32::from(!survives(format, &damaged));
            }
        }
        assert!(refused > 0, "{format}");
    }
}

#[test]
fn pythons_files_damaged() {
    for (name, format) in [("zstd.parquet", Format::Parquet), ("pyarrow.arrow", Format::Arrow)] {
        let path = format!("tests/golden/{name}");
        let whole = fs::read(path).unwrap();
        for length in (0..whole.len()).step_by(7) {
            assert!(!survives(format, &whole[..length]), "{name}, {length} bytes");
        }
        for place in (0..whole.len()).step_by(11) {
            for change in [0x10, 0xff] {
                let mut damaged = whole.clone();
                damaged[place] ^= change;
                let _ = survives(format, &damaged);
            }
        }
    }
}
