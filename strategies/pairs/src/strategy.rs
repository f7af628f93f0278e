//! The strategy: two closes, a fit a month, and the position held.

use std::collections::{BTreeMap, VecDeque};

use chrono::DateTime;
use strategy_core::{
    Column, Input, Leg, Lookback, NoCommands, Rows, Strategy, Subject, YearMonth, register_strategy,
};
use terminal::counted;

use crate::PairsError;
use crate::config::{Config, HedgeRatio};
use crate::decision::{Decision, Reason};
use crate::fit::Fit;
use crate::kalman::KalmanHedge;
use crate::position::{Position, Sight};

/// Against a spread that lies far from its line, until it is back.
///
/// Rows are counted, not dated: a window has a fixed number of rows, and gaps do not shorten it.
#[derive(Debug)]
pub struct Pairs {
    config: Config,
    /// Log closes of the last `pair_window` rows: `x` is the other instrument's, `y` the own's.
    window: VecDeque<[f64; 2]>,
    month: Option<YearMonth>,
    fit: Option<Fit>,
    kalman: KalmanHedge,
    position: Position,
    reasons: BTreeMap<Reason, usize>,
}

impl Pairs {
    fn next(&mut self, micros: i64, [x, y]: [f64; 2]) -> Decision {
        let month = YearMonth::containing_micros(micros);
        // What has closed before the month's first row is known at it.
        let due = self.month.is_some_and(|last| last != month);
        self.month = Some(month);
        if due {
            self.refit();
        }
        if self.window.len() == self.config.pair_window {
            self.window.pop_front();
        }
        self.window.push_back([x, y]);
        let innovation = self.kalman.update(x, y);

        let decided = self.fit.map(|fit| {
            let filtered = self.config.hedge_ratio == HedgeRatio::Kalman;
            let (z, beta) = if filtered {
                (innovation.z(), self.kalman.beta())
            } else {
                (fit.z(x, y), fit.line.beta)
            };
            let sight = Sight {
                z,
                beta,
                levels: fit.levels,
                half_life: fit.half_life,
                refused: fit.refuses(beta, &self.config),
                new_p_value: due.then_some(fit.p_value),
            };
            (fit, sight, self.position.update(&sight, &self.config))
        });
        let reason = decided.as_ref().map_or(Reason::NoFit, |(_, _, reason)| *reason);
        *self.reasons.entry(reason).or_default() += 1;
        Decision {
            hedge_ratio: decided.as_ref().map(|(_, sight, _)| sight.beta),
            p_value: decided.as_ref().map(|(fit, _, _)| fit.p_value),
            half_life: decided.as_ref().and_then(|(fit, _, _)| fit.half_life),
            z: decided.as_ref().map(|(_, sight, _)| sight.z),
            weights: match &self.position {
                Position::Held(holding) => holding.weights(),
                Position::Flat | Position::Locked => [0.0; 2],
            },
            reason,
        }
    }

    /// Fits the window; one that is not full, or that nothing can be estimated from, gives no fit, and
    /// a position without a fit is left.
    fn refit(&mut self) {
        let full = self.window.len() == self.config.pair_window;
        let column = |of: usize| self.window.iter().map(|row| row[of]).collect::<Vec<f64>>();
        self.fit = full.then(|| Fit::of(&column(0), &column(1), &self.config).ok()).flatten();
        if self.fit.is_none() {
            self.position = Position::Flat;
        }
    }

    fn own() -> Input {
        Input::of(Column::Close)
    }

    fn other(config: &Config) -> Input {
        Input::of_dataset(Column::Close, &config.pair_with)
    }
}

impl Strategy for Pairs {
    const NAME: &'static str = "pairs";
    const ABOUT: &'static str = "Trades the spread of two cointegrated instruments";

    type Config = Config;
    type Signal = Decision;
    type Command = NoCommands;
    type Error = PairsError;

    fn inputs(config: &Config) -> Vec<Input> {
        vec![Self::own(), Self::other(config)]
    }

    fn legs(config: &Config) -> Vec<Leg> {
        vec![Leg::OWN, Leg::of_dataset(&config.pair_with)]
    }

    fn lookback(config: &Config) -> Lookback {
        // The window of the fit that still counts at the end of a month of hours.
        Lookback::at_least(config.pair_window + 31 * 24)
    }

    fn new(config: Config, _: &Subject) -> Result<Self, PairsError> {
        config.check()?;
        Ok(Self {
            kalman: KalmanHedge::new(config.kalman_delta, config.kalman_variance),
            window: VecDeque::with_capacity(config.pair_window),
            month: None,
            fit: None,
            position: Position::Flat,
            reasons: BTreeMap::new(),
            config,
        })
    }

    fn decide(&mut self, rows: &Rows<'_>) -> Result<Vec<Decision>, PairsError> {
        let closes = [rows.column(&Self::other(&self.config))?, rows.column(&Self::own())?];
        let mut decisions = Vec::with_capacity(rows.len());
        for (row, &micros) in rows.timestamps().iter().enumerate() {
            let closes = closes.map(|column| column[row]);
            if let Some(leg) = closes.iter().position(|close| !(close.is_finite() && *close > 0.0))
            {
                let own = "the own instrument";
                return Err(PairsError::Close {
                    dataset: [&self.config.pair_with, own][leg].to_owned(),
                    timestamp: DateTime::from_timestamp_micros(micros).unwrap_or_default(),
                    found: closes[leg],
                });
            }
            decisions.push(self.next(micros, closes.map(f64::ln)));
        }
        Ok(decisions)
    }

    fn remarks(&self) -> Vec<String> {
        let rows: usize = self.reasons.values().sum();
        let entered = self.reasons.get(&Reason::Entered).copied().unwrap_or(0);
        if rows == 0 {
            return Vec::new();
        }
        let each: Vec<String> =
            self.reasons.iter().map(|(reason, rows)| format!("{} {rows}", reason.name())).collect();
        vec![format!(
            "{} entered in {}; rows by reason: {}",
            counted(entered, "position"),
            counted(rows, "row"),
            each.join(", ")
        )]
    }

    fn is_usage_error(error: &PairsError) -> bool {
        matches!(error, PairsError::Order { .. } | PairsError::Parameter { .. })
    }
}

register_strategy!(Pairs);
