//! The strategy: the z-score of each close, the gates, and the position held.

use arrow::array::Float64Array;
use chrono::DateTime;
use indicators::{Indicator, IndicatorError, ZScore};
use strategy_core::{
    Column, Input, Lookback, NoCommands, Rows, Side, SignalColumn, SignalType, Strategy, Subject,
    register_strategy,
};

use crate::position::Thresholds;
use crate::trend::{self, Trend};
use crate::{Config, HalfLife, MaxHalfLife, ReversionError};

/// Against a price far from its rolling mean, until it is back.
///
/// The signal is the position held, row by row, not only the row where it is entered. Rows are counted,
/// not dated: over a gap in the candles the windows go on as if there were none.
#[derive(Debug)]
pub struct MeanReversion {
    z_score: ZScore,
    half_life: HalfLife,
    trend: Option<Trend>,
    thresholds: Thresholds,
    max_half_life: MaxHalfLife,
    held: Side,
}

/// A row's position, and the values that led to it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Decision {
    /// The position held after the row.
    pub side: Side,
    /// Standard deviations that the close lies from the mean.
    pub z_score: Option<f64>,
    /// Half-life of reversion, in rows.
    pub half_life: Option<f64>,
    /// How far the mean lies above the trend's mean, as a fraction of it.
    pub trend: Option<f64>,
}

impl SignalType for Decision {
    fn side(&self) -> Side {
        self.side
    }

    fn columns(decisions: &[Self]) -> Vec<SignalColumn> {
        let column = |name, value: fn(&Self) -> Option<f64>| {
            SignalColumn::new(name, decisions.iter().map(value).collect::<Float64Array>())
        };
        vec![
            column("z_score", |decision| decision.z_score),
            column("half_life", |decision| decision.half_life),
            column("trend", |decision| decision.trend),
        ]
    }
}

impl MeanReversion {
    /// Takes the next close and decides.
    fn next(&mut self, close: f64) -> Result<Decision, IndicatorError> {
        let z_score = self.z_score.update(close)?;
        let half_life = self.half_life.update(close)?;
        let trend = self.trend.as_mut().map(|trend| trend.update(close)).transpose()?.flatten();
        let reverts = self.max_half_life.allows(half_life);
        let filtered = self.trend.is_some();
        self.held = self
            .thresholds
            .next(self.held, z_score, |side| reverts && (!filtered || trend::allows(trend, side)));
        Ok(Decision { side: self.held, z_score, half_life, trend })
    }
}

/// How many rows, from the first, cannot enter a position: what asks for the longest history decides.
fn rows_before_entry(config: &Config) -> usize {
    let half_life = match config.max_half_life {
        MaxHalfLife::Rows(_) => config.half_life_window.get(),
        MaxHalfLife::Any => 0,
    };
    // A window of n rows is full with row n, counted from 1; one of n changes a row later.
    let windows = [Some(config.z_window), config.trend_window];
    windows.into_iter().flatten().map(|window| window.get() - 1).fold(half_life, usize::max)
}

impl Strategy for MeanReversion {
    const NAME: &'static str = "mean-reversion";
    const ABOUT: &'static str = "Trades against a price far from its rolling mean";

    type Config = Config;
    type Signal = Decision;
    type Command = NoCommands;
    type Error = ReversionError;

    fn inputs(_: &Config) -> Vec<Input> {
        vec![Input::of(Column::Close)]
    }

    fn lookback(config: &Config) -> Lookback {
        // A position that is held was entered at a row that may lie further back than any window.
        Lookback::at_least(rows_before_entry(config))
    }

    fn new(config: Config, _: &Subject) -> Result<Self, ReversionError> {
        let refused = |flag| move |source| ReversionError::Parameter { flag, source };
        let z = config.z_window;
        let trend = match config.trend_window {
            Some(trend) if trend <= z => return Err(ReversionError::TrendWindow { trend, z }),
            window => window.map(|window| Trend::new(z, window)),
        };
        Ok(Self {
            z_score: ZScore::new(z).map_err(refused("--z-window"))?,
            half_life: HalfLife::new(config.half_life_window)
                .map_err(refused("--half-life-window"))?,
            trend,
            thresholds: Thresholds::new(config.entry_z, config.exit_z)?,
            max_half_life: config.max_half_life,
            held: Side::NoSignal,
        })
    }

    fn decide(&mut self, rows: &Rows<'_>) -> Result<Vec<Decision>, ReversionError> {
        let closes = rows.column(&Input::of(Column::Close))?;
        let decide = |(&timestamp, &close): (&i64, &f64)| {
            self.next(close).map_err(|source| {
                let timestamp = DateTime::from_timestamp_micros(timestamp).unwrap_or_default();
                ReversionError::Close { timestamp, source }
            })
        };
        rows.timestamps().iter().zip(closes).map(decide).collect()
    }

    fn is_usage_error(error: &ReversionError) -> bool {
        !matches!(error, ReversionError::Rows(_) | ReversionError::Close { .. })
    }
}

register_strategy!(MeanReversion);
