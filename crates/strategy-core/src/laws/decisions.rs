//! Decisions of two rounds held against each other, bit for bit.

use std::ops::Range;

use arrow::array::{Array, AsArray, RecordBatch};
use arrow::datatypes::{Field, Float64Type};
use arrow::util::display::array_value_to_string;

/// What a round decided: the batches it was fed, and its output for each.
pub(super) struct Decisions(pub(super) Vec<(Range<usize>, RecordBatch)>);

/// Two values, or types, that should be one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Difference {
    pub(super) row: usize,
    pub(super) column: String,
    pub(super) expected: String,
    pub(super) found: String,
    pub(super) batch: Range<usize>,
}

impl Decisions {
    /// The first difference to `found` in the first `rows` rows.
    ///
    /// Either this round is of one batch, or both are cut alike (the last batch may be shorter).
    pub(super) fn difference(&self, found: &Self, rows: usize) -> Option<Difference> {
        let expected = self.0.iter().cycle();
        found.0.iter().zip(expected).find_map(|((batch, found), (expected_batch, expected))| {
            let end = batch.end.min(expected_batch.end).min(rows);
            let length = end.checked_sub(batch.start)?;
            let expected = expected.slice(batch.start - expected_batch.start, length);
            first_difference(&expected, &found.slice(0, length), batch)
        })
    }
}

impl Decisions {
    /// A round that began with row `start` after `skipped` rows of lookback, without those.
    pub(super) fn shifted(self, skipped: usize, start: usize) -> Self {
        let cut = |(batch, table): (Range<usize>, RecordBatch)| {
            let rows = batch.len().checked_sub(skipped)?;
            Some((start..start + rows, table.slice(skipped, rows)))
        };
        Self(self.0.into_iter().filter_map(cut).collect())
    }

    /// The rows of `rows` whose position, side or weights, is another in `found`. Both rounds are of one
    /// batch.
    pub(super) fn differing_positions(&self, found: &Self, rows: Range<usize>) -> Vec<usize> {
        let (Some((whole, expected)), Some((batch, found))) = (self.0.first(), found.0.first())
        else {
            return Vec::new();
        };
        let is_position = |name: &str| name == "signal" || name.starts_with("target");
        let fields = expected.schema();
        let columns: Vec<_> = fields
            .fields()
            .iter()
            .zip(expected.columns().iter().zip(found.columns()))
            .filter(|(field, _)| is_position(field.name()))
            .map(|(_, columns)| columns)
            .collect();
        let differs = |row: &usize| {
            let (a, b) = (row - whole.start, row - batch.start);
            columns.iter().any(|(x, y)| x.slice(a, 1).to_data() != y.slice(b, 1).to_data())
        };
        rows.filter(differs).collect()
    }
}

fn first_difference(
    expected: &RecordBatch,
    found: &RecordBatch,
    batch: &Range<usize>,
) -> Option<Difference> {
    let of = |row: usize, column: &str, expected, found| Difference {
        row: batch.start + row,
        column: column.to_owned(),
        expected,
        found,
        batch: batch.clone(),
    };
    if expected.schema_ref() != found.schema_ref() {
        let (ours, theirs) = (expected.schema_ref().fields(), found.schema_ref().fields());
        let place = (0..ours.len()).find(|&i| ours.get(i) != theirs.get(i)).unwrap_or(ours.len());
        let (ours, theirs) = (ours.get(place), theirs.get(place));
        let name = ours.or(theirs).map_or("", |field| field.name());
        return Some(of(0, name, described(ours), described(theirs)));
    }
    let columns = expected.columns().iter().zip(found.columns()).enumerate();
    let (row, place) = columns
        .filter_map(|(place, (a, b))| Some((first_unequal(a.as_ref(), b.as_ref())?, place)))
        .min()?;
    let (a, b) = (expected.column(place), found.column(place));
    let (mut a_text, mut b_text) = (text(a, row), text(b, row));
    if a_text == b_text {
        a_text.push_str(&bits(a, row));
        b_text.push_str(&bits(b, row));
    }
    Some(of(row, expected.schema_ref().field(place).name(), a_text, b_text))
}

/// The first row where two arrays of one type and length differ.
///
/// Arrow's equality of `ArrayData` compares bytes and nulls: NaN equals the same NaN, `-0.0` is not
/// `0.0`, and it knows every nested type. It is asked for ever closer prefixes.
fn first_unequal(a: &dyn Array, b: &dyn Array) -> Option<usize> {
    let equal = |length| a.slice(0, length).to_data() == b.slice(0, length).to_data();
    if equal(a.len()) {
        return None;
    }
    let (mut equal_to, mut unequal_to) = (0, a.len());
    while unequal_to - equal_to > 1 {
        let middle = equal_to.midpoint(unequal_to);
        if equal(middle) { equal_to = middle } else { unequal_to = middle }
    }
    Some(equal_to)
}

fn text(array: &dyn Array, row: usize) -> String {
    if array.is_null(row) {
        return "null".to_owned();
    }
    array_value_to_string(array, row).unwrap_or_else(|_| format!("a {}", array.data_type()))
}

/// What tells two floats apart that read the same, such as two NaNs.
fn bits(array: &dyn Array, row: usize) -> String {
    match array.as_primitive_opt::<Float64Type>() {
        Some(floats) if floats.is_valid(row) => {
            format!(" (bits {:016x})", floats.value(row).to_bits())
        }
        _ => String::new(),
    }
}

fn described(field: Option<&std::sync::Arc<Field>>) -> String {
    field.map_or_else(
        || "no column".to_owned(),
        |field| {
            let nulls = if field.is_nullable() { " with nulls" } else { "" };
            format!("a column `{}` of type {}{nulls}", field.name(), field.data_type())
        },
    )
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use std::sync::Arc;

    use arrow::array::{ArrayRef, Float64Array, ListArray, StringArray};

    use super::*;

    fn run(column: impl Array + 'static) -> Decisions {
        let rows = column.len();
        let array: ArrayRef = Arc::new(column);
        let batch = RecordBatch::try_from_iter_with_nullable([("x", array, true)]).unwrap();
        Decisions(vec![(0..rows, batch)])
    }

    fn difference(
        a: impl Array + 'static,
        b: impl Array + 'static,
    ) -> Option<(usize, String, String)> {
        let (a, b) = (run(a), run(b));
        let rows = a.0[0].0.end;
        a.difference(&b, rows).map(|d| (d.row, d.expected, d.found))
    }

    #[test]
    fn floats_are_compared_by_their_bits() {
        let floats = |last| Float64Array::from(vec![1.0, f64::NAN, last]);
        assert_eq!(difference(floats(0.5), floats(0.5)), None);
        assert_eq!(difference(floats(f64::NAN), floats(f64::NAN)), None);
        let found = difference(floats(0.0), floats(-0.0)).unwrap();
        assert_eq!(found, (2, "0.0".to_owned(), "-0.0".to_owned()));
        let other = f64::from_bits(f64::NAN.to_bits() | 1);
        let (row, a, b) = difference(floats(f64::NAN), floats(other)).unwrap();
        assert_eq!((row, a.as_str()), (2, "NaN (bits 7ff8000000000000)"));
        assert_eq!(b, "NaN (bits 7ff8000000000001)");
    }

    #[test]
    fn nulls_texts_and_lists_are_compared_too() {
        let nulls = Float64Array::from(vec![Some(1.0), None]);
        let found = difference(nulls.clone(), Float64Array::from(vec![1.0, 2.0])).unwrap();
        assert_eq!(found, (1, "null".to_owned(), "2.0".to_owned()));
        assert_eq!(difference(nulls.clone(), nulls), None);
        let found =
            difference(StringArray::from(vec!["a", "b"]), StringArray::from(vec!["a", "c"]));
        assert_eq!(found.unwrap(), (1, "b".to_owned(), "c".to_owned()));
        let list = |last| {
            let rows = [Some(vec![Some(1.0)]), Some(vec![Some(f64::NAN), Some(last)])];
            ListArray::from_iter_primitive::<Float64Type, _, _>(rows)
        };
        assert_eq!(difference(list(0.0), list(0.0)), None);
        assert_eq!(difference(list(0.0), list(-0.0)).unwrap().0, 1);
    }

    #[test]
    fn another_type_or_column_is_a_difference() {
        let found = difference(Float64Array::from(vec![1.0]), StringArray::from(vec!["1.0"]));
        let (row, expected, found) = found.unwrap();
        assert_eq!((row, expected.as_str()), (0, "a column `x` of type Float64 with nulls"));
        assert_eq!(found, "a column `x` of type Utf8 with nulls");
    }

    #[test]
    fn slices_are_held_against_the_whole() {
        let whole = run(Float64Array::from(vec![1.0, 2.0, 3.0, 4.0]));
        let batch = &whole.0[0].1;
        let mut cut: Vec<_> = [0..1, 1..1, 1..3, 3..4]
            .into_iter()
            .map(|range: Range<usize>| (range.clone(), batch.slice(range.start, range.len())))
            .collect();
        assert_eq!(whole.difference(&Decisions(cut.clone()), 4), None);
        cut[3].1 = batch.slice(0, 1);
        let found = whole.difference(&Decisions(cut.clone()), 4).unwrap();
        assert_eq!((found.row, found.batch), (3, 3..4));
        assert_eq!(whole.difference(&Decisions(cut), 3), None);
    }
}
