//! Aligned columns for a terminal.

use std::fmt::Write as _;

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{Float64Type, SchemaRef};
use arrow::error::ArrowError;
use arrow::util::display::{ArrayFormatter, FormatOptions};

use super::encoder::{Encoder, in_utc, refused};
use crate::{Format, TabularError};

const GAP: &str = "  ";

/// The width that a terminal has at least.
const WIDTH: usize = 100;

/// A text wider than this can make a table too wide by itself.
const LONG_TEXT: usize = 24;

/// A name in a broken header is at least so wide.
const HEADER: usize = 10;

/// Decimals that a number from one on has at most, and in a wide table.
const DECIMALS: i32 = 6;
const FEW_DECIMALS: i32 = 3;

/// Columns are as wide as in the first batch; a wider value that comes later pushes the rest of its
/// row aside. Otherwise all rows would have to be seen before the first could be shown.
///
/// Where a terminal would be too narrow, names are broken, numbers from one on have fewer decimals, long
/// texts stand above the rows that have them, once, and columns stand closer.
pub(super) struct TableEncoder {
    columns: Vec<Column>,
    /// Whether the header is out and the widths are settled.
    begun: bool,
    /// The long texts that stand above the rows now.
    above: Vec<String>,
    /// What stands between two columns.
    gap: &'static str,
    /// How many decimals a number from one on has at most.
    decimals: i32,
}

struct Column {
    name: String,
    /// Numbers stand at the right of their column.
    right: bool,
    width: usize,
    /// How wide its widest value is.
    widest: usize,
    /// Whether it stands above the rows instead of in a column.
    above: bool,
}

impl TableEncoder {
    pub(super) fn begin(schema: &SchemaRef) -> Result<Self, TabularError> {
        let columns = schema.fields().iter().map(|field| {
            let name = printable(field.name().clone());
            let right = field.data_type().is_numeric();
            Column { width: name.chars().count(), widest: 0, above: false, right, name }
        });
        // Are the types fit to be shown?
        cells(&RecordBatch::new_empty(SchemaRef::clone(schema)), DECIMALS)?;
        let columns = columns.collect();
        Ok(Self { columns, begun: false, above: Vec::new(), gap: GAP, decimals: DECIMALS })
    }

    /// Names in as many lines as the one with most needs; they end together.
    fn header(&mut self, out: &mut Vec<u8>) {
        let names: Vec<Vec<String>> =
            self.columns.iter().map(|column| broken(&column.name, column.width)).collect();
        let shown = self.columns.iter().zip(&names).filter(|(column, _)| !column.above);
        let lines = shown.map(|(_, name)| name.len()).max().unwrap_or(0);
        for line in 0..lines {
            let part = |name: &Vec<String>| {
                (line + name.len())
                    .checked_sub(lines)
                    .map_or_else(String::new, |at| name[at].clone())
            };
            self.line(&names.iter().map(part).collect::<Vec<_>>(), out);
        }
        self.begun = true;
    }

    /// Settles the widths, and makes the table narrower if a terminal is too narrow for it. Gives the
    /// cells of `batch` as they are shown.
    fn fit(&mut self, batch: Option<&RecordBatch>) -> Result<Vec<Vec<String>>, TabularError> {
        let shown = |decimals| batch.map_or(Ok(Vec::new()), |batch| cells(batch, decimals));
        let mut rows = shown(self.decimals)?;
        self.measure(&rows, usize::MAX);
        if self.is_wide() {
            self.measure(&rows, HEADER);
        }
        if self.is_wide() {
            self.decimals = FEW_DECIMALS;
            rows = shown(self.decimals)?;
            self.measure(&rows, HEADER);
        }
        if self.is_wide() {
            for column in &mut self.columns {
                column.above = !column.right && column.widest > LONG_TEXT;
            }
        }
        if self.is_wide() {
            self.gap = " ";
        }
        Ok(rows)
    }

    /// Makes columns as wide as `rows` need, their names broken into lines of `header` columns.
    fn measure(&mut self, rows: &[Vec<String>], header: usize) {
        for (place, column) in self.columns.iter_mut().enumerate() {
            let widths = rows.iter().filter_map(|row| Some(row.get(place)?.chars().count()));
            column.widest = widths.max().unwrap_or(0);
            let parts = broken(&column.name, column.widest.max(header));
            let name = parts.iter().map(|part| part.chars().count()).max().unwrap_or(0);
            column.width = column.widest.max(name);
        }
    }

    fn is_wide(&self) -> bool {
        let widths = self.columns.iter().filter(|column| !column.above).map(|column| column.width);
        widths.map(|width| width + GAP.len()).sum::<usize>() > WIDTH + GAP.len()
    }

    /// Says the long texts of a row, where they are not those of the row before.
    fn say_above(&mut self, cells: &[String], out: &mut Vec<u8>) {
        let texts: Vec<String> = self
            .columns
            .iter()
            .zip(cells)
            .filter(|(column, _)| column.above)
            .map(|(column, cell)| format!("{} {cell}\n", column.name))
            .collect();
        if texts != self.above {
            out.extend_from_slice(texts.concat().as_bytes());
            self.above = texts;
        }
    }

    fn line(&self, cells: &[String], out: &mut Vec<u8>) {
        let padded: Vec<String> = self
            .columns
            .iter()
            .zip(cells)
            .filter(|(column, _)| !column.above)
            .map(
                |(Column { right, width, .. }, cell)| {
                    if *right { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
                },
            )
            .collect();
        out.extend_from_slice(padded.join(self.gap).trim_end().as_bytes());
        out.push(b'\n');
    }
}

impl Encoder for TableEncoder {
    fn encode(&mut self, batch: &RecordBatch, _rows: u64) -> Result<Vec<u8>, TabularError> {
        let mut out = Vec::new();
        let rows = if self.begun { cells(batch, self.decimals)? } else { self.fit(Some(batch))? };
        if !self.begun {
            if let Some(first) = rows.first() {
                self.say_above(first, &mut out);
            }
            self.header(&mut out);
        }
        for row in &rows {
            self.say_above(row, &mut out);
            self.line(row, &mut out);
        }
        Ok(out)
    }

    fn finish(&mut self) -> Result<Vec<u8>, TabularError> {
        let mut out = Vec::new();
        if !self.begun {
            self.fit(None)?;
            self.header(&mut out);
        }
        Ok(out)
    }
}

fn cells(batch: &RecordBatch, decimals: i32) -> Result<Vec<Vec<String>>, TabularError> {
    let show = || -> Result<Vec<Vec<String>>, ArrowError> {
        let batch = in_utc(batch, |out, time| write!(out, "{time}"))?;
        let options = FormatOptions::new();
        let formatters = batch
            .columns()
            .iter()
            .map(|column| ArrayFormatter::try_new(column.as_ref(), &options))
            .collect::<Result<Vec<_>, _>>()?;
        (0..batch.num_rows())
            .map(|row| {
                let cell = |(column, f): (&ArrayRef, &ArrayFormatter)| match float(column, row) {
                    Some(number) => Ok(legible(number, decimals)),
                    None => f.value(row).try_to_string().map(printable),
                };
                batch.columns().iter().zip(&formatters).map(cell).collect()
            })
            .collect()
    };
    show().map_err(|error| refused(Format::Table)(error.into()))
}

/// The number at `row` of a column of floats.
fn float(column: &ArrayRef, row: usize) -> Option<f64> {
    let column = column.as_primitive_opt::<Float64Type>()?;
    column.is_valid(row).then(|| column.value(row))
}

/// A number as a person reads it: `most` decimals, below one one more, and no more than eight digits; six
/// decimals at most. All digits are for files.
fn legible(number: f64, most: i32) -> String {
    let size = number.abs();
    if !number.is_finite() || size == 0.0 || size >= 1e9 {
        return format!("{number:?}");
    }
    let is_wide = most < DECIMALS;
    if size < if is_wide { 1e-3 } else { 1e-4 } {
        let text = format!("{number:.*e}", if is_wide { 2 } else { 5 });
        let (digits, power) = text.split_once('e').unwrap_or((&text, "0"));
        return format!("{}e{power}", digits.trim_end_matches('0').trim_end_matches('.'));
    }
    let most = if size < 1.0 { (most + 1).min(DECIMALS) } else { most };
    let decimals =
        (1..=most).rev().find(|&decimals| size * 10_f64.powi(decimals) < 1e8).unwrap_or(0);
    let text = format!("{number:.*}", usize::try_from(decimals).unwrap_or(0));
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// The words of a name, as many in a line as fit `width`.
fn broken(name: &str, width: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    for word in name.split_inclusive(['_', '@', ' ']) {
        match lines.last_mut() {
            Some(line) if line.chars().count() + word.chars().count() <= width => {
                line.push_str(word);
            }
            _ => lines.push(word.to_owned()),
        }
    }
    lines
}

/// Line breaks would break the table, and escape sequences could do anything to a terminal.
fn printable(text: String) -> String {
    if text.chars().any(char::is_control) { text.escape_debug().to_string() } else { text }
}

#[cfg(test)]
mod tests {
    use super::{DECIMALS, broken, legible};

    #[test]
    fn names_are_broken_between_their_words() {
        assert_eq!(broken("q_bin", 6), ["q_bin"]);
        assert_eq!(
            broken("target@sample_btcusdc_perp_1h", 13),
            ["target@", "sample_", "btcusdc_perp_", "1h"]
        );
        assert_eq!(broken("", 3), [""; 0]);
    }

    #[test]
    fn numbers_have_the_digits_that_mean_something() {
        for (number, text) in [
            (0.154_287_926_457_378_77, "0.154288"),
            (0.5, "0.5"),
            (-1.0, "-1"),
            (60_234.53, "60234.53"),
            (60_234.567_891, "60234.568"),
            (123_456_789.9, "123456790"),
            (0.000_123_456, "0.000123"),
            (0.000_01, "1e-5"),
            (-1.065_814_103_640_15e-14, "-1.06581e-14"),
            (0.0, "0.0"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(legible(number, DECIMALS), text, "{number}");
        }
        assert_eq!(
            [45.123_456, -0.123_456, -0.003_088, 0.000_123_4].map(|number| legible(number, 3)),
            ["45.123", "-0.1235", "-0.0031", "1.23e-4"]
        );
    }
}
