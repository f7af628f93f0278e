//! What is decided for a row.

use arrow::array::{Float64Array, UInt16Array};
use pools::Pooled;
use strategy_core::{Outlook, Side, SignalColumn, SignalType};

/// A row's decision and what led to it.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
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
        let probability = pooled().map(|p| p.map(|p| p.probability)).collect::<Float64Array>();
        let bin = pooled().map(|p| p.map(|p| p.bin)).collect::<UInt16Array>();
        let present = pooled().map(|p| p.and_then(|p| u16::try_from(p.present).ok()));
        vec![
            SignalColumn::new("p_pool", probability),
            SignalColumn::new("q_bin", bin),
            SignalColumn::new("members", present.collect::<UInt16Array>()),
        ]
    }
}
