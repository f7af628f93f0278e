//! Values of a decision as bytes: what a column of any type held, bit for bit.
//!
//! A journal compares decisions by these bytes, so that `NaN`, `-0.0` and the last bit of a number count.

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{
    DataType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type, TimeUnit,
    TimestampMicrosecondType, UInt8Type, UInt16Type, UInt32Type, UInt64Type,
};
use serde_json::Value;

use crate::StreamError;

/// The value of one column in one row.
#[derive(Debug, Clone, PartialEq)]
pub enum Cell {
    /// No value.
    Null,
    /// A number; compared by its bits wherever that matters.
    Float(f64),
    /// A whole number.
    Int(i64),
    /// A whole number that is not negative.
    UInt(u64),
    /// Yes or no.
    Bool(bool),
    /// Text.
    Text(String),
}

impl Cell {
    /// The value as JSON; a number that is not finite is `null`.
    #[must_use]
    pub fn json(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Float(value) => Value::from(*value),
            Self::Int(value) => Value::from(*value),
            Self::UInt(value) => Value::from(*value),
            Self::Bool(value) => Value::from(*value),
            Self::Text(value) => Value::from(value.as_str()),
        }
    }

    /// Row `row` of `column`.
    fn of(name: &str, column: &dyn Array, row: usize) -> Result<Self, StreamError> {
        if column.is_null(row) {
            return Ok(Self::Null);
        }
        macro_rules! value {
            ($type:ty) => {
                column.as_primitive::<$type>().value(row)
            };
        }
        Ok(match column.data_type() {
            DataType::Float64 => Self::Float(value!(Float64Type)),
            DataType::Float32 => Self::Float(f64::from(value!(Float32Type))),
            DataType::Int8 => Self::Int(value!(Int8Type).into()),
            DataType::Int16 => Self::Int(value!(Int16Type).into()),
            DataType::Int32 => Self::Int(value!(Int32Type).into()),
            DataType::Int64 => Self::Int(value!(Int64Type)),
            DataType::Timestamp(TimeUnit::Microsecond, _) => {
                Self::Int(value!(TimestampMicrosecondType))
            }
            DataType::UInt8 => Self::UInt(value!(UInt8Type).into()),
            DataType::UInt16 => Self::UInt(value!(UInt16Type).into()),
            DataType::UInt32 => Self::UInt(value!(UInt32Type).into()),
            DataType::UInt64 => Self::UInt(value!(UInt64Type)),
            DataType::Boolean => Self::Bool(column.as_boolean().value(row)),
            DataType::Utf8 => Self::Text(column.as_string::<i32>().value(row).to_owned()),
            other => {
                return Err(StreamError::ColumnType {
                    column: name.to_owned(),
                    found: other.to_string(),
                });
            }
        })
    }

    fn write(&self, bytes: &mut Vec<u8>) {
        match self {
            Self::Null => bytes.push(0),
            Self::Float(value) => tagged(bytes, 1, &value.to_bits().to_le_bytes()),
            Self::Int(value) => tagged(bytes, 2, &value.to_le_bytes()),
            Self::UInt(value) => tagged(bytes, 3, &value.to_le_bytes()),
            Self::Bool(value) => tagged(bytes, 4, &[u8::from(*value)]),
            Self::Text(value) => {
                tagged(bytes, 5, &(value.len() as u64).to_le_bytes());
                bytes.extend_from_slice(value.as_bytes());
            }
        }
    }

    fn read(bytes: &mut &[u8]) -> Option<Self> {
        let tag = take(bytes, 1)?[0];
        let mut word = || take(bytes, 8)?.try_into().ok();
        Some(match tag {
            0 => Self::Null,
            1 => Self::Float(f64::from_bits(u64::from_le_bytes(word()?))),
            2 => Self::Int(i64::from_le_bytes(word()?)),
            3 => Self::UInt(u64::from_le_bytes(word()?)),
            4 => Self::Bool(take(bytes, 1)?[0] != 0),
            5 => {
                let length = usize::try_from(u64::from_le_bytes(word()?)).ok()?;
                Self::Text(String::from_utf8(take(bytes, length)?.to_vec()).ok()?)
            }
            _ => return None,
        })
    }
}

fn tagged(bytes: &mut Vec<u8>, tag: u8, payload: &[u8]) {
    bytes.push(tag);
    bytes.extend_from_slice(payload);
}

fn take<'a>(bytes: &mut &'a [u8], count: usize) -> Option<&'a [u8]> {
    let (taken, rest) = bytes.split_at_checked(count)?;
    *bytes = rest;
    Some(taken)
}

/// The columns of a table of decisions that are journalled: all but `timestamp`.
#[must_use]
pub(crate) fn decision_columns(table: &RecordBatch) -> Vec<String> {
    let names = table.schema_ref().fields().iter().map(|field| field.name().clone());
    names.filter(|name| name != "timestamp").collect()
}

/// Row `row` of a table of decisions, without its `timestamp`.
///
/// # Errors
/// When a column has a type that cannot be journalled.
pub fn encode(table: &RecordBatch, row: usize) -> Result<Vec<u8>, StreamError> {
    let mut bytes = Vec::new();
    for (field, column) in table.schema_ref().fields().iter().zip(table.columns()) {
        if field.name() != "timestamp" {
            Cell::of(field.name(), column, row)?.write(&mut bytes);
        }
    }
    Ok(bytes)
}

/// The cells in `bytes`; `None` when these are no cells.
#[must_use]
pub fn decode(mut bytes: &[u8]) -> Option<Vec<Cell>> {
    let mut cells = Vec::new();
    while !bytes.is_empty() {
        cells.push(Cell::read(&mut bytes)?);
    }
    Some(cells)
}

/// Numbers as bytes, eight each.
#[must_use]
pub(crate) fn floats_to_bytes(values: &[f64]) -> Vec<u8> {
    values.iter().flat_map(|value| value.to_bits().to_le_bytes()).collect()
}

/// Numbers from bytes; `None` when they are not eight each.
#[must_use]
pub(crate) fn floats_of_bytes(bytes: &[u8]) -> Option<Vec<f64>> {
    let (words, rest) = bytes.as_chunks::<8>();
    let float = |word: &[u8; 8]| f64::from_bits(u64::from_le_bytes(*word));
    rest.is_empty().then(|| words.iter().map(float).collect())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn cell() -> impl Strategy<Value = Cell> {
        prop_oneof![
            Just(Cell::Null),
            any::<u64>().prop_map(|bits| Cell::Float(f64::from_bits(bits))),
            any::<i64>().prop_map(Cell::Int),
            any::<u64>().prop_map(Cell::UInt),
            any::<bool>().prop_map(Cell::Bool),
            ".*".prop_map(Cell::Text),
        ]
    }

    proptest! {
        #[test]
        fn every_bit_survives(cells in prop::collection::vec(cell(), 0..6)) {
            let mut bytes = Vec::new();
            for cell in &cells {
                cell.write(&mut bytes);
            }
            let read = decode(&bytes).unwrap();
            let mut again = Vec::new();
            for cell in &read {
                cell.write(&mut again);
            }
            prop_assert_eq!(again, bytes);
        }

        #[test]
        fn any_bytes_are_cells_or_not(bytes in prop::collection::vec(any::<u8>(), 0..40)) {
            if let Some(cells) = decode(&bytes) {
                let mut again = Vec::new();
                for cell in &cells {
                    cell.write(&mut again);
                }
                prop_assert!(again.len() == bytes.len());
            }
        }

        #[test]
        fn numbers_keep_their_bits(bits in prop::collection::vec(any::<u64>(), 0..9)) {
            let values: Vec<f64> = bits.iter().copied().map(f64::from_bits).collect();
            let read = floats_of_bytes(&floats_to_bytes(&values)).unwrap();
            prop_assert_eq!(read.iter().map(|v| v.to_bits()).collect::<Vec<_>>(), bits);
        }
    }
}
