//! What a strategy reads: columns by name over one ascending `timestamp`.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

/// A column that the framework knows how to load. All are `f64`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Column {
    /// First price of the candle, in quote currency.
    Open,
    /// Highest price of the candle, in quote currency.
    High,
    /// Lowest price of the candle, in quote currency.
    Low,
    /// Last price of the candle, in quote currency.
    Close,
    /// Traded amount of the candle, in base currency.
    Volume,
    /// The model's raw score, 0 to 1.
    Prediction,
    /// The last funding rate that was known when the candle closed, as a fraction of notional.
    FundingRate,
}

impl Column {
    const ALL: [Self; 7] = [
        Self::Open,
        Self::High,
        Self::Low,
        Self::Close,
        Self::Volume,
        Self::Prediction,
        Self::FundingRate,
    ];

    /// The name in tables and files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::High => "high",
            Self::Low => "low",
            Self::Close => "close",
            Self::Volume => "volume",
            Self::Prediction => "y_pred",
            Self::FundingRate => "funding_rate",
        }
    }
}

/// One input: a column of the strategy's own instrument, or of another dataset.
///
/// Written `close`, or `close@binance_ethusdt_perp_1h` for a second instrument.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Input {
    /// Which column.
    pub column: Column,
    /// Whose; `None` is the instrument that the strategy runs on.
    pub dataset: Option<String>,
}

impl Input {
    /// The column of the strategy's own instrument.
    #[must_use]
    pub fn of(column: Column) -> Self {
        Self { column, dataset: None }
    }

    /// The column of another instrument.
    #[must_use]
    pub fn of_dataset(column: Column, dataset: impl Into<String>) -> Self {
        Self { column, dataset: Some(dataset.into()) }
    }
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.dataset {
            None => f.write_str(self.column.name()),
            Some(dataset) => write!(f, "{}@{dataset}", self.column.name()),
        }
    }
}

impl FromStr for Input {
    type Err = ParseInputError;

    fn from_str(text: &str) -> Result<Self, ParseInputError> {
        let (name, dataset) = match text.split_once('@') {
            Some((name, dataset)) => (name, Some(dataset)),
            None => (text, None),
        };
        let column = Column::ALL.into_iter().find(|column| column.name() == name);
        match (column, dataset) {
            (Some(column), None) => Ok(Self::of(column)),
            (Some(column), Some(dataset)) if !dataset.is_empty() => {
                Ok(Self::of_dataset(column, dataset))
            }
            _ => Err(ParseInputError { found: text.to_owned() }),
        }
    }
}

/// Something that is no input was given where one was wanted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "`{found}` is not an input: write one of open, high, low, close, volume, y_pred, funding_rate, \
     with `@dataset` behind it for another instrument"
)]
pub struct ParseInputError {
    /// What was given.
    pub found: String,
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    #[test]
    fn text_round_trips() {
        for column in Column::ALL {
            let own = Input::of(column);
            assert_eq!(own.to_string().parse::<Input>().unwrap(), own);
            let other = Input::of_dataset(column, "binance_ethusdt_perp_1h");
            assert_eq!(other.to_string().parse::<Input>().unwrap(), other);
        }
        for text in ["", "clos", "close@", "@x", "timestamp"] {
            assert_eq!(text.parse::<Input>().unwrap_err().found, text);
        }
    }
}
