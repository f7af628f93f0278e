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
    /// The sum of the funding rates settled in (open, close] of the candle, 0 where none was.
    FundingPaid,
}

impl Column {
    const ALL: [Self; 8] = [
        Self::Open,
        Self::High,
        Self::Low,
        Self::Close,
        Self::Volume,
        Self::Prediction,
        Self::FundingRate,
        Self::FundingPaid,
    ];

    /// The name in tables and files.
    pub fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::High => "high",
            Self::Low => "low",
            Self::Close => "close",
            Self::Volume => "volume",
            Self::Prediction => "y_pred",
            Self::FundingRate => "funding_rate",
            Self::FundingPaid => "funding_paid",
        }
    }
}

/// One input: a column of the strategy's own instrument, or of another dataset.
///
/// Written `column[@dataset][#run][?]`: `close`; `close@binance_ethusdt_perp_1h` for a second
/// instrument; `y_pred#run_a` for the predictions of one of several models; `y_pred#run_a?` where rows
/// without a value are kept, with NaN.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Input {
    /// Which column.
    pub column: Column,
    /// Whose; `None` is the instrument that the strategy runs on.
    pub dataset: Option<String>,
    /// Which model's predictions; `None` is the model that the call names, or the only one.
    pub run: Option<String>,
    /// Whether a row without a value is kept, with NaN in its place.
    pub optional: bool,
}

impl Input {
    /// The column of the strategy's own instrument.
    pub fn of(column: Column) -> Self {
        Self { column, dataset: None, run: None, optional: false }
    }

    /// The column of another instrument.
    pub fn of_dataset(column: Column, dataset: impl Into<String>) -> Self {
        Self { dataset: Some(dataset.into()), ..Self::of(column) }
    }

    /// The predictions of the run `run`.
    pub fn of_run(run: impl Into<String>) -> Self {
        Self { run: Some(run.into()), ..Self::of(Column::Prediction) }
    }

    /// The same, and a row without a value is kept, with NaN in its place.
    #[must_use]
    pub fn or_missing(self) -> Self {
        Self { optional: true, ..self }
    }
}

impl fmt::Display for Input {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.column.name())?;
        if let Some(dataset) = &self.dataset {
            write!(f, "@{dataset}")?;
        }
        if let Some(run) = &self.run {
            write!(f, "#{run}")?;
        }
        if self.optional { f.write_str("?") } else { Ok(()) }
    }
}

impl FromStr for Input {
    type Err = ParseInputError;

    fn from_str(text: &str) -> Result<Self, ParseInputError> {
        let (rest, optional) = text.strip_suffix('?').map_or((text, false), |rest| (rest, true));
        let (rest, run) = split_off(rest, '#');
        let (name, dataset) = split_off(rest, '@');
        let column = Column::ALL.into_iter().find(|column| column.name() == name);
        let named = |part: Option<&str>| part.is_none_or(|part| !part.is_empty());
        let has_run = run.is_some();
        match column {
            Some(column)
                if named(dataset) && named(run) && (!has_run || column == Column::Prediction) =>
            {
                Ok(Self {
                    column,
                    dataset: dataset.map(str::to_owned),
                    run: run.map(str::to_owned),
                    optional,
                })
            }
            _ => Err(ParseInputError { found: text.to_owned() }),
        }
    }
}

fn split_off(text: &str, mark: char) -> (&str, Option<&str>) {
    text.split_once(mark).map_or((text, None), |(before, after)| (before, Some(after)))
}

/// Something that is no input was given where one was wanted.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error(
    "`{found}` is not an input: write one of open, high, low, close, volume, y_pred, funding_rate, \
     funding_paid, then `@dataset` for another instrument, `#run` for one of several models' y_pred, and \
     `?` where it may be missing"
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
        for text in ["y_pred#run_a", "y_pred@x#run_a?", "close?", "close@x?", "funding_paid"] {
            assert_eq!(text.parse::<Input>().unwrap().to_string(), text);
        }
        for text in ["", "clos", "close@", "@x", "timestamp", "close#a", "y_pred#", "?"] {
            assert_eq!(text.parse::<Input>().unwrap_err().found, text);
        }
    }
}
