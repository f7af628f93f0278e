//! Quotation marks of a CSV file that swallow what follows.

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use crate::TabularError;

/// Looks at the bytes of a CSV file from `byte`, at which a record begins on line `line`, up to `end`
/// or the file's end, and refuses quotation marks that a reader of CSV passes over in silence: one
/// that is never closed takes all that follows into its field, and text behind a closing one tells
/// that an earlier one was missing.
///
/// Only records of several lines, and the last of a file, can have such a fault.
///
/// # Errors
/// [`UnclosedQuote`](crate::TextError::UnclosedQuote), [`TextBehindQuote`](crate::TextError::TextBehindQuote),
/// or a file that cannot be read.
pub fn check_quotes(
    path: &Path,
    byte: u64,
    line: u64,
    end: Option<u64>,
) -> Result<(), TabularError> {
    let fail = |source| TabularError::File { action: "read", path: path.to_owned(), source };
    match find(path, byte, line, end).map_err(fail)? {
        None => Ok(()),
        Some(Fault::Unclosed(line)) => {
            Err(crate::TextError::UnclosedQuote { path: path.to_owned(), line }.into())
        }
        Some(Fault::TextBehind(line)) => {
            Err(crate::TextError::TextBehindQuote { path: path.to_owned(), line }.into())
        }
    }
}

/// What is wrong, and on which line the field begins.
#[derive(Debug, PartialEq, Eq)]
enum Fault {
    Unclosed(u64),
    TextBehind(u64),
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    FieldStart,
    Bare,
    Quoted,
    /// Behind a quotation mark in a quoted field: it ends the field, or is the first of two.
    Closed,
}

fn find(path: &Path, byte: u64, line: u64, end: Option<u64>) -> io::Result<Option<Fault>> {
    let mut file = File::open(path)?;
    file.seek(SeekFrom::Start(byte))?;
    let length = end.map_or(u64::MAX, |end| end.saturating_sub(byte));
    let mut input = BufReader::new(file.take(length));
    if byte == 0 && input.fill_buf()?.starts_with(b"\xef\xbb\xbf") {
        input.consume(3);
    }
    in_bytes(input.bytes(), line)
}

fn in_bytes(
    bytes: impl Iterator<Item = io::Result<u8>>,
    mut line: u64,
) -> io::Result<Option<Fault>> {
    let mut state = State::FieldStart;
    let mut opened = line;
    for byte in bytes {
        let byte = byte?;
        line += u64::from(byte == b'\n');
        state = match (state, byte) {
            (State::FieldStart, b'"') => {
                opened = line;
                State::Quoted
            }
            (State::Quoted, b'"') => State::Closed,
            (State::Quoted, _) | (State::Closed, b'"') => State::Quoted,
            (_, b',' | b'\n' | b'\r') => State::FieldStart,
            (State::FieldStart | State::Bare, _) => State::Bare,
            (State::Closed, _) => return Ok(Some(Fault::TextBehind(opened))),
        };
    }
    Ok((state == State::Quoted).then_some(Fault::Unclosed(opened)))
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    #[test]
    fn what_a_reader_would_swallow_is_found() {
        for (text, wanted) in [
            ("a,b\n1,2\n", None),
            ("\"a\",\"b \"\"c\"\"\"\r\n\"1\n2\",3", None),
            ("5\" pipe,6\n", None), // in the midst of a field it is a character as any other
            ("\"\",\"\"", None),
            ("a,\"b\nc\nd", Some(Fault::Unclosed(1))),
            ("a,b\nc,\"d\ne\n", Some(Fault::Unclosed(2))),
            ("a,\"", Some(Fault::Unclosed(1))),
            ("a,\"b\nc,\"d\"\n", Some(Fault::TextBehind(1))),
            ("\"a\" ,b", Some(Fault::TextBehind(1))),
        ] {
            assert_eq!(in_bytes(text.bytes().map(Ok), 1).unwrap(), wanted, "{text:?}");
        }
    }
}
