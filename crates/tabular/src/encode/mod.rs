//! From batches to bytes, one file a format.

mod arrow_ipc;
mod csv;
mod encoder;
mod json;
mod parquet;
mod table;

use arrow::datatypes::SchemaRef;

pub(crate) use self::encoder::Encoder;
use crate::{Format, TabularError};

/// The encoder of a format; what begins the file comes with its first bytes.
pub(crate) fn encoder(
    format: Format,
    schema: &SchemaRef,
) -> Result<Box<dyn Encoder>, TabularError> {
    Ok(match format {
        Format::Csv => Box::new(csv::CsvEncoder::begin(schema)?),
        Format::Parquet => Box::new(parquet::ParquetEncoder::begin(schema)?),
        Format::Arrow => Box::new(arrow_ipc::ArrowEncoder::begin(schema)?),
        Format::Json => Box::new(json::JsonEncoder::<json::Rows>::begin(format, schema)?),
        Format::JsonLines => Box::new(json::JsonEncoder::<json::Lines>::begin(format, schema)?),
        Format::Table => Box::new(table::TableEncoder::begin(schema)?),
    })
}
