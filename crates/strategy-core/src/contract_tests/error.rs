//! How a strategy can miss the contract.

use arrow::error::ArrowError;
use thiserror::Error;

use crate::laws::LawError;
use crate::{BoxError, ParseInputError};

/// The point of the contract that a strategy misses. Rows count from 0.
#[derive(Debug, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum ContractError {
    /// The name cannot be typed as the others are.
    #[error("`{found}` is no name of a strategy: wanted lower-case words joined by `-`")]
    Name { found: &'static str },
    /// The description does not fit into a list.
    #[error("ABOUT is {found:?}: wanted one line that does not end in a full stop")]
    About { found: &'static str },
    /// A bare call does not work.
    #[error("a parameter has no default: give each one `default_value_t` or make it an `Option`")]
    Defaults { source: BoxError },
    /// The flags of the test are not the strategy's.
    #[error("the flags given to the suite are not understood")]
    Flags { source: clap::Error },
    /// The inputs cannot be told for the flags.
    #[error("the strategy cannot say which inputs it reads")]
    Inputs { source: BoxError },
    /// An input has a name that nobody could write.
    #[error("the input `{input}` cannot be read back from its name")]
    UnreadableInput { input: String, source: Option<ParseInputError> },
    /// An input is declared twice.
    #[error("the input `{input}` is declared twice")]
    RepeatedInput { input: String },
    /// The test's rows could not be made.
    #[error("no rows could be made for the declared inputs")]
    Rows { source: ArrowError },
    /// The strategy does not open.
    #[error("the strategy cannot be opened with the flags given to the suite")]
    Open { source: BoxError },
    /// The strategy refuses good rows.
    #[error("the strategy refuses a batch of {rows} good rows")]
    Refused { rows: usize, source: BoxError },
    /// The output does not have the columns it should.
    #[error("the output has the columns {}: wanted `timestamp` first and `signal` last, each once", found.join(", "))]
    Columns { found: Vec<String> },
    /// Timestamps are not those of the rows, one each.
    #[error("the output's timestamps are not those of the rows, one for each")]
    Timestamps,
    /// `signal` has another type.
    #[error("the column `signal` has type {found}: wanted Int8 without nulls")]
    SignalType { found: String },
    /// `signal` is none of the three.
    #[error("`signal` is {found} in row {row}: wanted -1, 0 or 1")]
    SignalValue { row: usize, found: i8 },
    /// A column has a name that is unhandy in files.
    #[error("`{column}` is no name of a column: wanted lower-case letters, digits and `_`")]
    ColumnName { column: String },
    /// Two columns have one name.
    #[error("two columns of the output are called `{column}`")]
    RepeatedColumn { column: String },
    /// A column is called as an input but is something else.
    #[error("the column `{column}` is called as an input but does not repeat it: rename it")]
    NotTheInput { column: String },
    /// Without rows the output looks different.
    #[error("the output's schema depends on the rows: without any it is {empty}, with some {full}")]
    Schema { empty: String, full: String },
    /// A law is broken, or could not be checked.
    #[error("the strategy's decisions do not obey the laws")]
    Laws(#[from] LawError),
}
