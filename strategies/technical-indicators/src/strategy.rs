//! The strategy: each close is shown to the indicators, and their votes are counted.

use arrow::array::{Float64Array, Int8Array};
use chrono::DateTime;
use strategy_core::{
    Column, Input, Lookback, NoCommands, Rows, Side, SignalColumn, SignalType, Strategy, Subject,
    register_strategy,
};

use crate::bollinger::BollingerVoter;
use crate::macd::MacdVoter;
use crate::rsi::RsiVoter;
use crate::voter::{Shown, Voter};
use crate::{Config, Hold, IndicatorName, TechnicalError, Vote};

/// RSI, MACD and Bollinger Bands on the close, alone or combined by a vote.
///
/// The signal is the position held: it is entered when the vote takes a side, and ends as
/// [`Hold`](crate::Hold) says. The column `vote` has the row's own vote.
///
/// Rows are counted, not dated: over a gap in the candles the indicators go on as if there were none.
#[derive(Debug)]
pub struct TechnicalIndicators {
    voters: Vec<Box<dyn Voter>>,
    votes: Vec<Side>,
    vote: Vote,
    hold: Hold,
    held: Side,
}

/// A row's decision, and the values that led to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decision {
    side: Side,
    vote: Side,
    shown: Shown,
}

impl Decision {
    /// The side that the indicators vote for in this row.
    #[must_use]
    pub fn vote(&self) -> Side {
        self.vote
    }
}

impl SignalType for Decision {
    fn side(&self) -> Side {
        self.side
    }

    fn columns(decisions: &[Self]) -> Vec<SignalColumn> {
        let column = |name, value: fn(&Shown) -> Option<f64>| {
            let values = decisions.iter().map(|decision| value(&decision.shown));
            SignalColumn::new(name, values.collect::<Float64Array>())
        };
        let votes = decisions.iter().map(|decision| decision.vote.code());
        vec![
            SignalColumn::new("vote", votes.collect::<Int8Array>()),
            column("rsi", |shown| shown.rsi),
            column("macd", |shown| shown.macd),
            column("macd_signal", |shown| shown.macd_signal),
            column("macd_histogram", |shown| shown.macd_histogram),
            column("bollinger_upper", |shown| shown.bollinger_upper),
            column("bollinger_middle", |shown| shown.bollinger_middle),
            column("bollinger_lower", |shown| shown.bollinger_lower),
        ]
    }
}

impl Strategy for TechnicalIndicators {
    const NAME: &'static str = "technical-indicators";
    const ABOUT: &'static str = "Trades RSI, MACD and Bollinger Bands, alone or by a vote";

    type Config = Config;
    type Signal = Decision;
    type Command = NoCommands;
    type Error = TechnicalError;

    fn inputs(_: &Config) -> Vec<Input> {
        vec![Input::of(Column::Close)]
    }

    fn lookback(config: &Config) -> Lookback {
        // What cannot be opened decides nothing.
        let voters = voters(config).unwrap_or_default();
        Lookback::at_least(voters.iter().map(|voter| voter.warm_up()).max().unwrap_or_default())
    }

    fn new(config: Config, _: &Subject) -> Result<Self, TechnicalError> {
        let named = &config.indicators;
        if named.is_empty() {
            return Err(TechnicalError::NoneNamed);
        }
        if (1..named.len()).any(|place| named[..place].contains(&named[place])) {
            return Err(TechnicalError::NamedTwice);
        }
        let voters = voters(&config)?;
        let votes = Vec::with_capacity(voters.len());
        Ok(Self { votes, voters, vote: config.vote, hold: config.hold, held: Side::NoSignal })
    }

    fn decide(&mut self, rows: &Rows<'_>) -> Result<Vec<Decision>, TechnicalError> {
        let closes = rows.column(&Input::of(Column::Close))?;
        let mut decisions = Vec::with_capacity(rows.len());
        for (&timestamp, &close) in rows.timestamps().iter().zip(closes) {
            let mut shown = Shown::default();
            self.votes.clear();
            for voter in &mut self.voters {
                let side = voter.vote(close, &mut shown).map_err(|source| {
                    let timestamp = DateTime::from_timestamp_micros(timestamp).unwrap_or_default();
                    TechnicalError::Close { timestamp, source }
                })?;
                self.votes.push(side);
            }
            let vote = self.vote.count(&self.votes);
            self.held = self.hold.next(self.held, vote);
            decisions.push(Decision { side: self.held, vote, shown });
        }
        Ok(decisions)
    }

    fn is_usage_error(error: &TechnicalError) -> bool {
        !matches!(error, TechnicalError::Rows(_) | TechnicalError::Close { .. })
    }
}

/// The indicators in use, at their start.
fn voters(config: &Config) -> Result<Vec<Box<dyn Voter>>, TechnicalError> {
    let voter = |name: &IndicatorName| {
        Ok::<Box<dyn Voter>, TechnicalError>(match name {
            IndicatorName::Rsi => Box::new(RsiVoter::new(&config.rsi)?),
            IndicatorName::Macd => Box::new(MacdVoter::new(&config.macd)?),
            IndicatorName::Bollinger => Box::new(BollingerVoter::new(&config.bollinger)),
        })
    };
    config.indicators.iter().map(voter).collect()
}

register_strategy!(TechnicalIndicators);
