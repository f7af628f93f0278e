//! What one setting made of the rows.

use statistics::{EquityCurve, Moments, StatisticsError};

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
    /// From the equity of the rows and the net profits of closed trades.
    ///
    /// # Errors
    /// If equity is 0 or less at the end of a day that another follows, or not finite.
    pub fn new(
        curve: &EquityCurve<'_>,
        profits: impl IntoIterator<Item = f64>,
    ) -> Result<Self, StatisticsError> {
        let returns = curve.daily_returns()?;
        let (mut trades, mut wins) = (0, 0);
        for profit in profits {
            trades += 1;
            wins += u64::from(profit > 0.0);
        }
        Ok(Self {
            daily: Moments::of(&returns).ok(),
            returns,
            total_return: curve.total_return(),
            max_drawdown: curve.max_drawdown(),
            trades,
            wins,
        })
    }

    /// Annual Sharpe ratio.
    #[must_use]
    pub fn sharpe(&self) -> Option<f64> {
        self.daily.as_ref().map(|daily| daily.sharpe() * 365.0_f64.sqrt())
    }
}
