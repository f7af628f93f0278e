//! What became of the rows of each input.

use std::fmt;

use strategy_core::Input;

/// How many rows were given out and how many not. Complete once the stream has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowReport {
    /// Rows given out: every input has a value.
    pub rows: u64,
    /// Rows of the first series, which sets the times, that some other input had no value for.
    pub left_out: u64,
    /// The same by input, in the order of the columns.
    pub inputs: Vec<InputReport>,
}

/// What became of the rows of one input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InputReport {
    /// The input.
    pub input: Input,
    /// Rows at which it has a value.
    pub seen: u64,
    /// Of these, rows that were not given out because another input has no value there.
    pub dropped: u64,
    /// Rows that were left out because it has no value there, whatever others lack.
    pub missing: u64,
}

/// `720 rows; 12 left out: 12 without y_pred`.
impl fmt::Display for RowReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} rows", self.rows)?;
        if self.left_out == 0 {
            return Ok(());
        }
        let missing: Vec<String> = self
            .inputs
            .iter()
            .filter(|input| input.missing > 0)
            .map(|input| format!("{} without {}", input.missing, input.input))
            .collect();
        write!(f, "; {} left out: {}", self.left_out, missing.join(", "))
    }
}
