//! Aligned columns for a terminal.

use arrow::array::RecordBatch;
use arrow::datatypes::SchemaRef;
use arrow::error::ArrowError;
use arrow::util::display::{ArrayFormatter, FormatOptions};

use super::csv::TIMESTAMP;
use super::{Encoder, in_utc, refused};
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
                let cell = |f: &ArrayFormatter| f.value(row).try_to_string().map(printable);
                formatters.iter().map(cell).collect()
            })
            .collect()
    };
    show().map_err(|error| refused(Format::Table)(error.into()))
}

/// Line breaks would break the table, and escape sequences could do anything to a terminal.
fn printable(text: String) -> String {
    if text.chars().any(char::is_control) { text.escape_debug().to_string() } else { text }
}
