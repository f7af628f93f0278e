//! What one setting made of the rows.

use statistics::{Moments, TrackRecord};

/// What one setting made of the rows.
#[derive(Debug, Clone, PartialEq)]
pub enum Outcome {
    /// It was evaluated.
    Evaluated(Evaluated),
    /// It cannot be: a value is refused, or two do not go together. Why.
    Refused(String),
}

/// A setting that was evaluated.
#[derive(Debug, Clone, PartialEq)]
pub struct Evaluated {
    /// Daily UTC returns.
    pub returns: Vec<f64>,
    /// Last equity over capital, minus 1.
    pub total_return: f64,
    /// Deepest drawdown of every row, 0 or negative.
    pub max_drawdown: f64,
    /// Closed trades.
    pub trades: u64,
    /// Those with a net profit.
    pub wins: u64,
    /// Moments of the returns; none where they have no deviation.
    pub daily: Option<Moments>,
}

impl Evaluated {
    /// From what became of the equity, and the net profits of closed trades.
    pub fn new(record: TrackRecord, profits: impl IntoIterator<Item = f64>) -> Self {
        let TrackRecord { returns, total_return, max_drawdown } = record;
        let (mut trades, mut wins) = (0, 0);
        for profit in profits {
            trades += 1;
            wins += u64::from(profit > 0.0);
        }
        let daily = Moments::of(&returns).ok();
        Self { returns, total_return, max_drawdown, trades, wins, daily }
    }

    /// Annual Sharpe ratio.
    #[must_use]
    pub fn sharpe(&self) -> Option<f64> {
        self.daily.as_ref().map(|daily| daily.sharpe() * 365.0_f64.sqrt())
    }
}
