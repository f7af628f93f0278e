//! What a decision is.

use std::fmt;
use std::sync::Arc;

use arrow::array::{ArrayRef, Int8Array};

use crate::Outlook;

/// The side that a decision takes; stored as `i8` in the column `signal`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
#[repr(i8)]
pub enum Side {
    /// Profit from a fall: -1.
    Short = -1,
    /// No position wanted: 0.
    #[default]
    NoSignal = 0,
    /// Profit from a rise: 1.
    Long = 1,
}

impl Side {
    /// The number that stands for the side in a column: -1, 0 or 1.
    pub fn code(self) -> i8 {
        self as i8
    }
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Short => "short",
            Self::NoSignal => "none",
            Self::Long => "long",
        })
    }
}

/// A named column that a strategy puts beside its signal.
#[derive(Debug, Clone)]
pub struct SignalColumn {
    /// The column's name in every output format.
    pub name: &'static str,
    /// One value a row.
    pub values: ArrayRef,
}

impl SignalColumn {
    /// A column of `values`, any Arrow array.
    pub fn new(name: &'static str, values: impl arrow::array::Array + 'static) -> Self {
        Self { name, values: Arc::new(values) }
    }
}

/// A strategy's decision for one row: the [`Side`] it takes and what it wants seen beside it.
pub trait SignalType: Sized {
    /// The side taken.
    fn side(&self) -> Side;

    /// The position wanted in leg `leg`, counted from 0: signed notional as a fraction of the capital
    /// given to the strategy. Finite; the sum over all legs of its size is at most 1.
    fn weight(&self, leg: usize) -> f64 {
        if leg == 0 { f64::from(self.side().code()) } else { 0.0 }
    }

    /// What is known of the trade that the decision asks for. Sizing by Kelly needs it.
    fn outlook(&self) -> Option<Outlook> {
        None
    }

    /// The columns beside `signal`, in order, one value for each of `signals`.
    ///
    /// Names and types must not depend on the rows: called with no rows it describes the output.
    fn columns(signals: &[Self]) -> Vec<SignalColumn>;
}

/// The decision of a strategy that has nothing to add.
impl SignalType for Side {
    fn side(&self) -> Side {
        *self
    }

    fn columns(_: &[Self]) -> Vec<SignalColumn> {
        Vec::new()
    }
}

/// The column `signal` of `signals`.
pub(crate) fn side_column<S: SignalType>(signals: &[S]) -> SignalColumn {
    SignalColumn::new("signal", signals.iter().map(|s| s.side().code()).collect::<Int8Array>())
}
