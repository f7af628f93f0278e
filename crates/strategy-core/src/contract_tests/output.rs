//! What a strategy reads and what it puts out.

use std::collections::BTreeSet;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Int8Type, SchemaRef};

use super::ContractError;
use crate::Input;
use crate::laws::Open;

pub(super) fn inputs_are_readable(inputs: &[Input]) -> Result<(), ContractError> {
    let mut seen = BTreeSet::new();
    for input in inputs {
        let name = input.to_string();
        match name.parse::<Input>() {
            Ok(read) if read == *input => {}
            Ok(_) => return Err(ContractError::UnreadableInput { input: name, source: None }),
            Err(error) => {
                return Err(ContractError::UnreadableInput { input: name, source: Some(error) });
            }
        }
        if !seen.insert(name.clone()) {
            return Err(ContractError::RepeatedInput { input: name });
        }
    }
    Ok(())
}

pub(super) fn check(
    open: &Open<'_>,
    inputs: &[Input],
    rows: &RecordBatch,
) -> Result<(), ContractError> {
    let decided = |rows: &RecordBatch| {
        let mut strategy = open().map_err(|source| ContractError::Open { source })?;
        let refused = |source| ContractError::Refused { rows: rows.num_rows(), source };
        strategy.decide_batch(rows).map_err(refused)
    };
    let full = decided(rows)?;
    columns_are_named_well(full.schema_ref())?;
    if full.column(0).to_data() != rows.column(0).to_data() {
        return Err(ContractError::Timestamps);
    }
    signals_are_sides(&full)?;
    own_columns_do_not_mislead(&full, inputs, rows)?;

    let empty = decided(&rows.slice(0, 0))?;
    if empty.schema_ref() != full.schema_ref() {
        return Err(ContractError::Schema {
            empty: described(empty.schema_ref()),
            full: described(full.schema_ref()),
        });
    }
    Ok(())
}

fn columns_are_named_well(schema: &SchemaRef) -> Result<(), ContractError> {
    let names: Vec<_> = schema.fields().iter().map(|field| field.name().clone()).collect();
    let is_target = |name: &&String| name.split('@').next() == Some("target");
    let without_targets = names.iter().rev().skip_while(is_target).count();
    let [first, own @ .., last] = &names[..without_targets] else {
        return Err(ContractError::Columns { found: names });
    };
    let reserved = |name: &String| ["timestamp", "signal", "target"].contains(&name.as_str());
    if first != "timestamp" || last != "signal" || own.iter().any(reserved) {
        return Err(ContractError::Columns { found: names });
    }
    let allowed = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_';
    let mut seen = BTreeSet::new();
    for column in own {
        if column.is_empty() || !column.bytes().all(allowed) {
            return Err(ContractError::ColumnName { column: column.clone() });
        }
        if !seen.insert(column) {
            return Err(ContractError::RepeatedColumn { column: column.clone() });
        }
    }
    Ok(())
}

fn signals_are_sides(full: &RecordBatch) -> Result<(), ContractError> {
    let signal = full
        .column_by_name("signal")
        .ok_or_else(|| ContractError::SignalType { found: "no column".to_owned() })?;
    let sides = signal
        .as_primitive_opt::<Int8Type>()
        .filter(|signal| signal.null_count() == 0)
        .ok_or_else(|| ContractError::SignalType { found: signal.data_type().to_string() })?;
    match sides.values().iter().enumerate().find(|(_, side)| !(-1..=1).contains(*side)) {
        Some((row, &found)) => Err(ContractError::SignalValue { row, found }),
        None => Ok(()),
    }
}

/// A column called as one of the market's must be the input of that name, bit for bit.
fn own_columns_do_not_mislead(
    full: &RecordBatch,
    inputs: &[Input],
    rows: &RecordBatch,
) -> Result<(), ContractError> {
    for (field, column) in full.schema_ref().fields().iter().zip(full.columns()) {
        let Ok(input @ Input { dataset: None, .. }) = field.name().parse::<Input>() else {
            continue;
        };
        let given = inputs.contains(&input).then(|| rows.column_by_name(field.name())).flatten();
        if given.is_none_or(|given| given.to_data() != column.to_data()) {
            return Err(ContractError::NotTheInput { column: field.name().clone() });
        }
    }
    Ok(())
}

fn described(schema: &SchemaRef) -> String {
    let fields = schema.fields().iter().map(|field| {
        let nulls = if field.is_nullable() { " with nulls" } else { "" };
        format!("{}: {}{nulls}", field.name(), field.data_type())
    });
    fields.collect::<Vec<_>>().join(", ")
}
