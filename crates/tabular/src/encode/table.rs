//! Aligned columns for a terminal.

use arrow::array::{Array, ArrayRef, AsArray, RecordBatch};
use arrow::datatypes::{Float64Type, SchemaRef};
use arrow::error::ArrowError;
use arrow::util::display::{ArrayFormatter, FormatOptions};

use super::csv::TIMESTAMP;
use super::encoder::{Encoder, in_utc, refused};
use crate::{Format, TabularError};

const GAP: &str = "  ";

/// Columns are as wide as in the first batch; a wider value that comes later pushes the rest of its
/// row aside. Otherwise all rows would have to be seen before the first could be shown.
pub(super) struct TableEncoder {
    columns: Vec<Column>,
    /// Whether the header is out and the widths are settled.
    begun: bool,
}

struct Column {
    name: String,
    /// Numbers stand at the right of their column.
    right: bool,
    width: usize,
}

impl TableEncoder {
    pub(super) fn begin(schema: &SchemaRef) -> Result<Self, TabularError> {
        let columns = schema.fields().iter().map(|field| {
            let name = printable(field.name().clone());
            let right = field.data_type().is_numeric();
            Column { width: name.chars().count(), right, name }
        });
        cells(&RecordBatch::new_empty(SchemaRef::clone(schema)))?; // are the types fit to be shown?
        Ok(Self { columns: columns.collect(), begun: false })
    }

    fn header(&mut self, out: &mut Vec<u8>) {
        let names: Vec<String> = self.columns.iter().map(|column| column.name.clone()).collect();
        self.line(&names, out);
        self.begun = true;
    }

    fn line(&self, cells: &[String], out: &mut Vec<u8>) {
        let padded: Vec<String> = self
            .columns
            .iter()
            .zip(cells)
            .map(
                |(Column { right, width, .. }, cell)| {
                    if *right { format!("{cell:>width$}") } else { format!("{cell:<width$}") }
                },
            )
            .collect();
        out.extend_from_slice(padded.join(GAP).trim_end().as_bytes());
        out.push(b'\n');
    }
}

impl Encoder for TableEncoder {
    fn encode(
        &mut self,
        batch: &RecordBatch,
        _rows: u64,
        out: &mut Vec<u8>,
    ) -> Result<(), TabularError> {
        let rows = cells(batch)?;
        if !self.begun {
            for row in &rows {
                for (column, cell) in self.columns.iter_mut().zip(row) {
                    column.width = column.width.max(cell.chars().count());
                }
            }
            self.header(out);
        }
        for row in &rows {
            self.line(row, out);
        }
        Ok(())
    }

    fn finish(&mut self, out: &mut Vec<u8>) -> Result<(), TabularError> {
        if !self.begun {
            self.header(out);
        }
        Ok(())
    }
}

fn cells(batch: &RecordBatch) -> Result<Vec<Vec<String>>, TabularError> {
    let show = || -> Result<Vec<Vec<String>>, ArrowError> {
        let batch = in_utc(batch)?;
        let options = FormatOptions::new().with_timestamp_format(Some(TIMESTAMP));
        let formatters = batch
            .columns()
            .iter()
            .map(|column| ArrayFormatter::try_new(column.as_ref(), &options))
            .collect::<Result<Vec<_>, _>>()?;
        (0..batch.num_rows())
            .map(|row| {
                let cell = |(column, f): (&ArrayRef, &ArrayFormatter)| match float(column, row) {
                    Some(number) => Ok(legible(number)),
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

/// A number as a person reads it: six decimals, and no more than eight digits. All digits are for
/// files.
fn legible(number: f64) -> String {
    let size = number.abs();
    if !number.is_finite() || size == 0.0 || !(1e-4..1e9).contains(&size) {
        return format!("{number:?}");
    }
    let decimals = (1..7).rev().find(|&decimals| size * 10_f64.powi(decimals) < 1e8).unwrap_or(0);
    let text = format!("{number:.*}", usize::try_from(decimals).unwrap_or(0));
    if text.contains('.') {
        text.trim_end_matches('0').trim_end_matches('.').to_owned()
    } else {
        text
    }
}

/// Line breaks would break the table, and escape sequences could do anything to a terminal.
fn printable(text: String) -> String {
    if text.chars().any(char::is_control) { text.escape_debug().to_string() } else { text }
}

#[cfg(test)]
mod tests {
    use super::legible;

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
            (0.0, "0.0"),
            (f64::NAN, "NaN"),
        ] {
            assert_eq!(legible(number), text, "{number}");
        }
    }
}
