//! The size that a sizer finds.

use backtest::{Rules, Size};

/// A size, and why it is not larger where that is worth telling.
pub(crate) struct Sized {
    pub(crate) size: Size,
    /// Notional before and after a cap of the sizer, and why.
    pub(crate) capped: Option<(f64, f64, String)>,
}

impl From<Size> for Sized {
    fn from(size: Size) -> Self {
        Self { size, capped: None }
    }
}

/// A notional as margin and entry fee: the account makes it smaller where it cannot carry it, instead of
/// rejecting it. What is a share of the equity is meant so; a notional that a person named is not.
pub(super) fn carried(notional: f64, rules: &Rules) -> Size {
    Size::Budget(notional * (rules.leverage.recip() + rules.fees.taker))
}
