//! What is decided for a row.

use arrow::array::Int64Array;
use strategy_core::{Side, SignalColumn, SignalType};

/// A row's decision and what led to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Decision {
    /// Rises in a row up to this row; falls as a negative number.
    pub streak: i64,
    /// Long, short or none.
    pub side: Side,
}

impl SignalType for Decision {
    fn side(&self) -> Side {
        self.side
    }

    fn columns(signals: &[Self]) -> Vec<SignalColumn> {
        let streak = signals.iter().map(|signal| signal.streak);
        vec![SignalColumn::new("streak", Int64Array::from_iter_values(streak))]
    }
}
