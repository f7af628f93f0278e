//! What became of the rows of each input.

use std::fmt;

use strategy_core::Input;
use terminal::counted;

use super::candle_report::CandleReport;

/// How many rows were given out and how many not. Complete once the stream has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RowReport {
    /// Rows given out: every input has a value.
    pub rows: u64,
    /// Rows of the first series, which sets the times, that some other input had no value for.
    pub left_out: u64,
    /// The same by input, in the order of the columns.
    pub inputs: Vec<InputReport>,
    /// The tables of candles that were read.
    pub candles: Vec<CandleReport>,
}

impl RowReport {
    /// What a person should hear of the rows.
    pub fn notes(&self) -> impl Iterator<Item = String> {
        self.candles.iter().flat_map(CandleReport::notes)
    }
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
    /// Rows at which it has no value, whatever others lack. They are left out, unless the input may be
    /// missing.
    pub missing: u64,
    /// Of these, rows at which its last value was stale: older than two of its own intervals.
    pub stale: u64,
}

/// `720 rows; 12 left out: 12 without y_pred`.
impl fmt::Display for RowReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&counted(self.rows, "row"))?;
        if self.left_out > 0 {
            let lacking = self.inputs.iter().filter(|i| i.missing > 0 && !i.input.optional);
            let lacking: Vec<String> = lacking.map(InputReport::lacking).collect();
            write!(f, "; {} left out: {}", self.left_out, lacking.join(", "))?;
        }
        let kept = self.inputs.iter().filter(|i| i.missing > 0 && i.input.optional);
        let kept: Vec<String> = kept.map(InputReport::lacking).collect();
        if kept.is_empty() {
            Ok(())
        } else {
            write!(f, "; decided all the same: {}", kept.join(", "))
        }
    }
}

impl InputReport {
    fn lacking(&self) -> String {
        let stale = match self.stale {
            0 => String::new(),
            stale => format!(" ({stale} with one older than two of its intervals)"),
        };
        format!("{} without {}{stale}", self.missing, self.input)
    }
}
