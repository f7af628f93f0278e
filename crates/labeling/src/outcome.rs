//! What became of an entry.

/// What became of an entry at a candle's close.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Outcome {
    /// The take profit was reached before the stop loss: label 1.
    TakeProfit,
    /// The stop loss was reached first, or neither within the horizon: label 0.
    NoTakeProfit,
    /// The series ends before `t + horizon`: the label is not known yet.
    Incomplete,
    /// A candle in `(t, t + horizon]` is missing, though the series goes on: the label will never
    /// be known.
    ///
    /// This holds even when a barrier is reached before the gap. Keeping such labels would keep the
    /// quick outcomes of these windows and drop the slow ones, and the stop, being nearer, is
    /// usually the quick one: the base rate, and with it the calibration, would be biased.
    Gap,
}

impl Outcome {
    /// The label, where there is one.
    pub fn label(self) -> Option<bool> {
        match self {
            Self::TakeProfit => Some(true),
            Self::NoTakeProfit => Some(false),
            Self::Incomplete | Self::Gap => None,
        }
    }
}
