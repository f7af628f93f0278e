//! `pred_train.csv`: a model's predictions of the rows that it was trained on.

use std::fs::File;
use std::io::{BufReader, Read};
use std::path::{Path, PathBuf};

use csv::StringRecord;
use tabular::Moment;

use crate::{CsvError, MarketDataError, TimeRange};

/// In-sample predictions, ascending, one a timestamp.
#[derive(Debug, Clone, PartialEq)]
pub struct TrainPredictions {
    /// Open times of the candles, µs UTC.
    pub timestamps: Vec<i64>,
    /// Raw scores in [0, 1], one for each timestamp.
    pub y_pred: Vec<f64>,
    /// Labels where the file has the column `y_true`; `None` inside for a row that has none.
    pub y_true: Option<Vec<Option<bool>>>,
}

/// Reads the rows of `range` out of a `pred_train.csv` with the columns `timestamp`, `y_pred` and
/// perhaps `y_true`, in any order among others. Timestamps are `YYYY-MM-DD HH:MM:SS` in UTC, also
/// with `T`, a fraction, or an offset, which is converted. Rows may come in any order.
///
/// # Errors
/// A file that cannot be read; missing columns; and with its line: a row that cannot be parsed, a
/// score that is not in [0, 1], a label that is neither 0 nor 1, a timestamp that comes twice.
/// Every row is checked, also those outside `range`.
pub fn read_train_predictions(
    path: impl AsRef<Path>,
    range: TimeRange,
) -> Result<TrainPredictions, MarketDataError> {
    let path = path.as_ref();
    let file = File::open(path).map_err(|error| MarketDataError::from_io(path, error))?;
    let quotes =
        |byte, line, end| Ok(tabular::check_quotes(path, byte, line, end).map_err(CsvError::from)?);
    read_rows(path, BufReader::new(file), range, quotes)
}

struct Row {
    timestamp: i64,
    line: u64,
    y_pred: f64,
    y_true: Option<bool>,
}

fn read_rows(
    path: &Path,
    input: impl Read,
    range: TimeRange,
    check_quotes: impl Fn(u64, u64, Option<u64>) -> Result<(), MarketDataError>,
) -> Result<TrainPredictions, MarketDataError> {
    let mut reader = csv::Reader::from_reader(input);
    let failed = |source: csv::Error| {
        MarketDataError::Csv(CsvError::Csv {
            path: path.to_owned(),
            line: source.position().map(csv::Position::line),
            source,
        })
    };
    let parser = Parser::new(path, reader.headers().map_err(failed)?)?;
    let mut rows = Vec::new();
    let mut record = StringRecord::new();
    let mut last = (0, 1);
    loop {
        let (byte, line) = (reader.position().byte(), reader.position().line());
        let found = reader.read_record(&mut record);
        let end = reader.position();
        match found {
            Ok(true) => {
                last = (byte, line);
                if end.line() > line + 1 {
                    check_quotes(byte, line, Some(end.byte()))?;
                }
                rows.push(parser.row(&record)?);
            }
            Ok(false) => break check_quotes(last.0, last.1, None)?,
            Err(error) => {
                check_quotes(byte, line, Some(end.byte()))?;
                return Err(failed(error));
            }
        }
    }
    rows.sort_unstable_by_key(|row| (row.timestamp, row.line));
    let twice = rows.windows(2).find_map(|pair| match pair {
        [first, second] if first.timestamp == second.timestamp => Some((first, second)),
        _ => None,
    });
    if let Some((first, second)) = twice {
        return Err(MarketDataError::Csv(CsvError::DuplicateCsvTimestamp {
            path: path.to_owned(),
            first_line: first.line,
            line: second.line,
            timestamp: second.timestamp,
        }));
    }
    rows.retain(|row| range.contains(row.timestamp));
    Ok(TrainPredictions {
        timestamps: rows.iter().map(|row| row.timestamp).collect(),
        y_pred: rows.iter().map(|row| row.y_pred).collect(),
        y_true: parser.y_true.map(|_| rows.iter().map(|row| row.y_true).collect()),
    })
}

/// Where the columns are.
struct Parser {
    path: PathBuf,
    timestamp: usize,
    y_pred: usize,
    y_true: Option<usize>,
}

impl Parser {
    fn new(path: &Path, header: &StringRecord) -> Result<Self, MarketDataError> {
        let position = |name: &str| header.iter().position(|column| column.trim() == name);
        if let (Some(timestamp), Some(y_pred)) = (position("timestamp"), position("y_pred")) {
            return Ok(Self { path: path.into(), timestamp, y_pred, y_true: position("y_true") });
        }
        let missing = ["timestamp", "y_pred"].into_iter().filter(|name| position(name).is_none());
        Err(MarketDataError::Csv(CsvError::MissingCsvColumns {
            path: path.to_owned(),
            missing: missing.map(str::to_owned).collect(),
            found: header.iter().map(|column| column.trim().to_owned()).collect(),
        }))
    }

    fn row(&self, record: &StringRecord) -> Result<Row, MarketDataError> {
        let line = record.position().map_or(0, csv::Position::line);
        let field = |index: usize| trimmed(record.get(index).unwrap_or_default());
        let bad = |column, index, wanted| CsvError::BadCsvValue {
            path: self.path.clone(),
            line,
            column,
            found: field(index).to_owned(),
            wanted,
        };
        Ok(Row {
            line,
            timestamp: parse_instant(field(self.timestamp)).ok_or_else(|| {
                bad("timestamp", self.timestamp, "a time in UTC such as 2025-11-01 05:00:00")
            })?,
            y_pred: parse_score(field(self.y_pred))
                .ok_or_else(|| bad("y_pred", self.y_pred, "a score in [0, 1]"))?,
            y_true: match self.y_true {
                Some(index) => parse_label(field(index))
                    .ok_or_else(|| bad("y_true", index, "0, 1 or nothing"))?,
                None => None,
            },
        })
    }
}

/// `text.trim()`, at once where there is nothing to trim.
fn trimmed(text: &str) -> &str {
    let ends = [text.as_bytes().first(), text.as_bytes().last()];
    let is_bare = ends.iter().all(|end| end.is_some_and(u8::is_ascii_graphic));
    if is_bare { text } else { text.trim() }
}

fn parse_score(text: &str) -> Option<f64> {
    text.parse().ok().filter(|score| (0.0..=1.0).contains(score))
}

/// The label; the inner `None` for a field that is empty.
#[allow(clippy::option_option, reason = "unparsable and absent are two things")]
fn parse_label(text: &str) -> Option<Option<bool>> {
    match text {
        "" => Some(None),
        "0" | "0.0" => Some(Some(false)),
        "1" | "1.0" => Some(Some(true)),
        text => match text.parse::<f64>() {
            Ok(1.0) => Some(Some(true)),
            Ok(0.0) => Some(Some(false)),
            _ => None,
        },
    }
}

/// An instant in µs UTC; what is finer is cut off.
fn parse_instant(text: &str) -> Option<i64> {
    Some(Moment::parse(text)?.instant()?.timestamp_micros())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;
    use crate::message::instant_text;

    fn read(text: &str) -> Result<TrainPredictions, MarketDataError> {
        read_rows(Path::new("pred_train.csv"), text.as_bytes(), TimeRange::ALL, |_, _, _| Ok(()))
    }

    #[test]
    fn columns_may_stand_in_any_order_and_rows_too() {
        let found = read(
            "\u{feff}y_true,extra,y_pred,timestamp\n1.0,a,0.25,2020-01-02 00:00:00\n\
             ,b,0,2020-01-01 00:00:00\n0,c,1,2020-01-03 00:00:00\n",
        )
        .unwrap();
        assert_eq!(found.y_pred, [0.0, 0.25, 1.0]);
        assert_eq!(found.y_true, Some(vec![None, Some(true), Some(false)]));
        assert!(found.timestamps.is_sorted());
        assert_eq!(read("timestamp,y_pred\n").unwrap().y_true, None);
    }

    #[test]
    fn blanks_around_fields_do_not_count_and_labels_are_numbers() {
        let found = read(
            "timestamp,y_pred,y_true\n 2020-01-01 ,\t0.5, 1e0\n2020-01-02,5e-1 ,0.0\n\
             2020-01-03,0.5\u{a0}, \n",
        )
        .unwrap();
        assert_eq!(found.y_pred, [0.5; 3]);
        assert_eq!(found.y_true, Some(vec![Some(true), Some(false), None]));
        assert_eq!(
            ["", " ", "a", "\u{e9}", " a\u{2003}"].map(trimmed),
            ["", "", "a", "\u{e9}", "a"]
        );
    }

    #[test]
    fn times_are_utc_or_converted() {
        for (text, wanted) in [
            ("2020-01-15 01:02:03", "2020-01-15 01:02:03"),
            ("2020-01-15T01:02:03", "2020-01-15 01:02:03"),
            ("2020-01-15 01:02:03.25", "2020-01-15 01:02:03.250"),
            ("2020-01-15T01:02:03Z", "2020-01-15 01:02:03"),
            ("2020-01-15 01:02:03+00:00", "2020-01-15 01:02:03"),
            ("2020-01-15 01:02:03.5-0530", "2020-01-15 06:32:03.500"),
            ("2020-01-15T01:02:03+02", "2020-01-14 23:02:03"),
            ("2020-01-15", "2020-01-15 00:00:00"),
        ] {
            assert_eq!(parse_instant(text).map(instant_text).as_deref(), Some(wanted), "{text}");
        }
        for text in [
            "",
            "2020-01-15 25:00:00",
            "15.01.2020",
            "2020-02-30 00:00:00",
            "1579046400",
            "2020-01-15 01:02:60",
        ] {
            assert_eq!(parse_instant(text), None, "{text}");
        }
    }

    #[test]
    fn bad_fields_are_named_with_their_line() {
        for (row, wanted) in [
            ("noon,0.5,1", "timestamp"),
            ("2020-01-01,,1", "y_pred"),
            ("2020-01-01,NaN,1", "y_pred"),
            ("2020-01-01,1.5,1", "y_pred"),
            ("2020-01-01,-0.1,1", "y_pred"),
            ("2020-01-01,0.5,0.5", "y_true"),
        ] {
            let text = format!("timestamp,y_pred,y_true\n2019-01-01,0.5,1\n{row}\n");
            let error = read(&text).unwrap_err();
            assert!(
                matches!(error, MarketDataError::Csv(CsvError::BadCsvValue { line: 3, column, .. }) if column == wanted),
                "{row}: {error}"
            );
        }
    }

    #[test]
    fn duplicates_name_both_lines() {
        let error = read(
            "timestamp,y_pred\n2020-01-02,0.5\n2020-01-01,0.5\n2020-01-01T01:00:00+01:00,0.5\n",
        )
        .unwrap_err();
        assert!(matches!(
            error,
            MarketDataError::Csv(CsvError::DuplicateCsvTimestamp { first_line: 3, line: 4, .. })
        ));
    }

    #[test]
    fn headers_and_short_rows_are_checked() {
        let error = read("time,y_pred\n").unwrap_err();
        assert!(
            matches!(&error, MarketDataError::Csv(CsvError::MissingCsvColumns { missing, found, .. })
                if missing == &["timestamp"] && found == &["time", "y_pred"]),
            "{error}"
        );
        let error = read("timestamp,y_pred\n2020-01-01,0.5\n2020-01-02\n").unwrap_err();
        assert!(
            matches!(error, MarketDataError::Csv(CsvError::Csv { line: Some(3), .. })),
            "{error}"
        );
        let error = read("").unwrap_err();
        assert!(
            matches!(error, MarketDataError::Csv(CsvError::MissingCsvColumns { .. })),
            "{error}"
        );
    }
}
