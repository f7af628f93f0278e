//! What is decided for a row.

use arrow::array::{Float64Array, UInt16Array};
use strategy_core::{Outlook, Side, SignalColumn, SignalType};

use crate::artifact::Pooled;

/// A row's decision and what led to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decision {
    /// The pooled probability and its bin; none where too few members had a score.
    pub pooled: Option<Pooled>,
    /// Long, short or none.
    pub side: Side,
    /// What the window's trades of the side from the bin paid.
    pub outlook: Option<Outlook>,
}

impl SignalType for Decision {
    fn side(&self) -> Side {
        self.side
    }

    fn outlook(&self) -> Option<Outlook> {
        self.outlook
    }

    fn columns(decisions: &[Self]) -> Vec<SignalColumn> {
        let pooled = || decisions.iter().map(|decision| decision.pooled);
        let present = |pooled: Pooled| u16::try_from(pooled.present).ok();
        vec![
            SignalColumn::new(
                "p_pool",
                pooled().map(|p| p.map(|p| p.probability)).collect::<Float64Array>(),
            ),
            SignalColumn::new("q_bin", pooled().map(|p| p.map(|p| p.bin)).collect::<UInt16Array>()),
            SignalColumn::new(
                "members",
                pooled().map(|p| p.and_then(present)).collect::<UInt16Array>(),
            ),
        ]
    }
}
