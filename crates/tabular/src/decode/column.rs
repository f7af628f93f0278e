//! Building a column out of texts.

use std::sync::Arc;

use arrow::array::{
    ArrayBuilder, ArrayRef, BooleanBuilder, Date32Builder, Float64Builder, Int64Builder,
    NullBuilder, StringBuilder, TimestampMicrosecondBuilder, TimestampNanosecondBuilder,
};
use arrow::datatypes::{DataType, TimeUnit};

use super::kind::as_boolean;
use super::moment::Moment;

/// A column of one of the types that [`Seen`](super::Seen) gives.
pub(super) enum Column {
    Null(NullBuilder),
    Boolean(BooleanBuilder),
    Int64(Int64Builder),
    Float64(Float64Builder),
    Date(Date32Builder),
    Micros(TimestampMicrosecondBuilder, Option<Arc<str>>),
    Nanos(TimestampNanosecondBuilder, Option<Arc<str>>),
    Text(StringBuilder),
}

impl Column {
    pub(super) fn new(data_type: &DataType) -> Self {
        match data_type {
            DataType::Null => Self::Null(NullBuilder::new()),
            DataType::Boolean => Self::Boolean(BooleanBuilder::new()),
            DataType::Int64 => Self::Int64(Int64Builder::new()),
            DataType::Float64 => Self::Float64(Float64Builder::new()),
            DataType::Date32 => Self::Date(Date32Builder::new()),
            DataType::Timestamp(TimeUnit::Nanosecond, zone) => {
                Self::Nanos(TimestampNanosecondBuilder::new(), zone.clone())
            }
            DataType::Timestamp(_, zone) => {
                Self::Micros(TimestampMicrosecondBuilder::new(), zone.clone())
            }
            _ => Self::Text(StringBuilder::new()),
        }
    }

    /// Appends a value; nothing if it is not of the column's type. The empty text is null.
    #[must_use]
    pub(super) fn push(&mut self, field: &str) -> Option<()> {
        let text = field.trim_ascii();
        if text.is_empty() && (field.is_empty() || !matches!(self, Self::Text(_))) {
            self.push_null();
            return Some(());
        }
        match self {
            Self::Null(_) => return None,
            Self::Boolean(column) => column.append_value(as_boolean(text)?),
            Self::Int64(column) => column.append_value(text.parse().ok()?),
            Self::Float64(column) => column.append_value(text.parse().ok()?),
            Self::Date(column) => column.append_value(Moment::parse(text)?.days()?),
            Self::Micros(column, _) => column.append_value(Moment::parse(text)?.micros()?),
            Self::Nanos(column, _) => column.append_value(Moment::parse(text)?.nanos()?),
            Self::Text(column) => column.append_value(field),
        }
        Some(())
    }

    pub(super) fn push_null(&mut self) {
        match self {
            Self::Null(column) => column.append_null(),
            Self::Boolean(column) => column.append_null(),
            Self::Int64(column) => column.append_null(),
            Self::Float64(column) => column.append_null(),
            Self::Date(column) => column.append_null(),
            Self::Micros(column, _) => column.append_null(),
            Self::Nanos(column, _) => column.append_null(),
            Self::Text(column) => column.append_null(),
        }
    }

    /// The values so far; the column is empty afterwards.
    pub(super) fn take(&mut self) -> ArrayRef {
        match self {
            Self::Null(column) => Arc::new(column.finish()),
            Self::Boolean(column) => Arc::new(column.finish()),
            Self::Int64(column) => Arc::new(column.finish()),
            Self::Float64(column) => Arc::new(column.finish()),
            Self::Date(column) => Arc::new(column.finish()),
            Self::Micros(column, zone) => Arc::new(column.finish().with_timezone_opt(zone.clone())),
            Self::Nanos(column, zone) => Arc::new(column.finish().with_timezone_opt(zone.clone())),
            Self::Text(column) => ArrayBuilder::finish(column),
        }
    }
}
