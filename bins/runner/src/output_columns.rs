//! Columns that `signals` adds to those of a strategy.

use std::sync::Arc;

use arrow::array::{ArrayRef, RecordBatch, StringArray};
use arrow::datatypes::{Field, Schema};
use arrow::error::ArrowError;
use strategy_core::{Column, Input, Subject};

/// The flag that adds the candle's close.
pub(crate) const WITH_CLOSE: &str = "with-close";

/// `decisions` with the candle's `close` from `rows`, the rows that they are about, unless it is there.
pub(crate) fn with_close(
    decisions: RecordBatch,
    rows: &RecordBatch,
) -> Result<RecordBatch, ArrowError> {
    const NAME: &str = "close";
    let close = rows.column_by_name(&Input::of(Column::Close).to_string());
    match (close, decisions.column_by_name(NAME)) {
        (Some(close), None) => {
            let columns = decisions.num_columns();
            inserted(&decisions, columns, [(NAME, Arc::clone(close))])
        }
        _ => Ok(decisions),
    }
}

/// `decisions` with the `dataset` and `run_name` of `subject` in front.
pub(crate) fn of_run(
    decisions: &RecordBatch,
    subject: &Subject,
) -> Result<RecordBatch, ArrowError> {
    let text = |value: &Option<String>| -> ArrayRef {
        let rows = std::iter::repeat_n(value.as_deref(), decisions.num_rows());
        Arc::new(rows.collect::<StringArray>())
    };
    let own = [("dataset", text(&subject.dataset)), ("run_name", text(&subject.run_name))];
    inserted(decisions, 0, own)
}

/// `batch` with `columns` before its column number `place`.
fn inserted<const N: usize>(
    batch: &RecordBatch,
    place: usize,
    columns: [(&str, ArrayRef); N],
) -> Result<RecordBatch, ArrowError> {
    let schema = batch.schema_ref();
    let mut fields: Vec<Arc<Field>> = schema.fields().iter().cloned().collect();
    let mut values = batch.columns().to_vec();
    for (nth, (name, column)) in columns.into_iter().enumerate() {
        fields.insert(place + nth, Arc::new(Field::new(name, column.data_type().clone(), true)));
        values.insert(place + nth, column);
    }
    let schema = Schema::new_with_metadata(fields, schema.metadata().clone());
    RecordBatch::try_new(Arc::new(schema), values)
}
