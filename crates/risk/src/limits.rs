//! The settings of the rules, checked.

use serde::{Deserialize, Serialize};

use crate::RiskError;

/// Which rules there are, and how strict. `None` switches a rule off.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Limits {
    /// Sum of the sizes of all notionals, × equity.
    pub gross: Option<f64>,
    /// Size of the sum of all signed notionals, × equity.
    pub net: Option<f64>,
    /// Largest notional of one instrument, × equity.
    pub instrument: Option<f64>,
    /// Volatility of all positions together, fraction a year.
    pub correlated: Option<f64>,
    /// Drawdowns of the account and what they do.
    pub drawdown: Option<Ladder>,
    /// Loss since 00:00 UTC, as a fraction of the equity then, that ends the day's entries.
    pub daily_loss: Option<f64>,
    /// Rows without an entry after a trade has ended.
    pub cooldown: Option<u32>,
    /// Stops that lock entries.
    pub stop_guard: Option<Guard>,
    /// Distance to liquidation.
    pub liquidation: Option<Distance>,
    /// Rises of volatility.
    pub shock: Option<Shock>,
    /// Candles that have stopped coming.
    pub stale: Option<Stale>,
}

/// Steps of drawdown, ascending, with falling factors for entries; a factor of 0 closes everything.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Ladder {
    /// The steps.
    pub steps: Vec<Step>,
    /// Days after which a ladder that has closed everything is re-armed, with the peak reset.
    pub rearm_days: f64,
}

/// One step of a ladder.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Step {
    /// From this drawdown on, a fraction of the peak.
    pub drawdown: f64,
    /// Entries are multiplied by this.
    pub factor: f64,
}

/// A number of stops within some hours locks entries.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Guard {
    /// Stops.
    pub stops: u32,
    /// Hours within which they count.
    pub within_hours: u32,
    /// Hours for which entries are locked.
    pub lock_hours: u32,
}

/// How far the price of liquidation must lie.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Distance {
    /// Times the stop's distance.
    pub stops: f64,
    /// And at least this fraction of the price.
    pub least: f64,
}

/// A rise of volatility that makes entries smaller.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Shock {
    /// Volatility of 6 h over that of 168 h.
    pub ratio: f64,
    /// Entries are multiplied by this.
    pub factor: f64,
}

/// How long there may be no fresh candle.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Stale {
    /// Hours after which entries are blocked.
    pub entries_hours: f64,
    /// Hours after which everything is closed.
    pub flat_hours: f64,
}

impl Default for Ladder {
    /// 5 % × 0.5, 10 % × 0.25, 15 % flat, re-armed after 7 days.
    fn default() -> Self {
        let step = |drawdown, factor| Step { drawdown, factor };
        Self { steps: vec![step(0.05, 0.5), step(0.10, 0.25), step(0.15, 0.0)], rearm_days: 7.0 }
    }
}

impl Default for Guard {
    /// 4 stops in 24 h lock for 12 h.
    fn default() -> Self {
        Self { stops: 4, within_hours: 24, lock_hours: 12 }
    }
}

impl Default for Distance {
    /// Twice the stop, and 15 %.
    fn default() -> Self {
        Self { stops: 2.0, least: 0.15 }
    }
}

impl Default for Shock {
    /// Above 3, entries × 0.5.
    fn default() -> Self {
        Self { ratio: 3.0, factor: 0.5 }
    }
}

impl Default for Stale {
    /// No entries after 2 h, flat after 6 h.
    fn default() -> Self {
        Self { entries_hours: 2.0, flat_hours: 6.0 }
    }
}

impl Limits {
    /// No rule at all.
    #[must_use]
    pub fn off() -> Self {
        Self {
            gross: None,
            net: None,
            instrument: None,
            correlated: None,
            drawdown: None,
            daily_loss: None,
            cooldown: None,
            stop_guard: None,
            liquidation: None,
            shock: None,
            stale: None,
        }
    }

    /// Every rule at its default.
    #[must_use]
    pub fn standard() -> Self {
        Self {
            gross: Some(2.0),
            net: Some(1.0),
            instrument: Some(1.0),
            correlated: Some(0.4),
            drawdown: Some(Ladder::default()),
            daily_loss: Some(0.03),
            cooldown: Some(2),
            stop_guard: Some(Guard::default()),
            liquidation: Some(Distance::default()),
            shock: Some(Shock::default()),
            stale: Some(Stale::default()),
        }
    }

    /// The names of the rules that are on.
    #[must_use]
    pub fn rules(&self) -> Vec<&'static str> {
        let on = [
            (self.stale.is_some(), "stale-data"),
            (self.daily_loss.is_some(), "daily-loss"),
            (self.cooldown.is_some(), "cooldown"),
            (self.stop_guard.is_some(), "stop-guard"),
            (self.drawdown.is_some(), "drawdown-ladder"),
            (self.shock.is_some(), "volatility-shock"),
            (self.instrument.is_some(), "instrument-exposure"),
            (self.net.is_some(), "net-exposure"),
            (self.gross.is_some(), "gross-exposure"),
            (self.correlated.is_some(), "correlated-exposure"),
            (self.liquidation.is_some(), "liquidation-distance"),
        ];
        on.into_iter().filter(|(on, _)| *on).map(|(_, name)| name).collect()
    }

    /// The same without the rule `name`, to see what it costs or saves.
    #[must_use]
    pub fn without(&self, name: &str) -> Self {
        let mut limits = self.clone();
        match name {
            "stale-data" => limits.stale = None,
            "daily-loss" => limits.daily_loss = None,
            "cooldown" => limits.cooldown = None,
            "stop-guard" => limits.stop_guard = None,
            "drawdown-ladder" => limits.drawdown = None,
            "volatility-shock" => limits.shock = None,
            "instrument-exposure" => limits.instrument = None,
            "net-exposure" => limits.net = None,
            "gross-exposure" => limits.gross = None,
            "correlated-exposure" => limits.correlated = None,
            "liquidation-distance" => limits.liquidation = None,
            _ => {}
        }
        limits
    }

    /// Checks each limit, and that they do not contradict one another.
    ///
    /// # Errors
    /// [`RiskError::Parameter`] for a limit that cannot be, or that was meant in percent;
    /// [`RiskError::Contradiction`] for limits of which one can never act; [`RiskError::Ladder`] for steps
    /// out of order.
    pub fn check(&self) -> Result<(), RiskError> {
        let multiple = "a positive multiple of the equity, at most 100";
        for (name, limit) in [
            ("the gross exposure", self.gross),
            ("the net exposure", self.net),
            ("the instrument exposure", self.instrument),
        ] {
            check(name, limit, 100.0, multiple)?;
        }
        fraction(
            "the correlated exposure",
            self.correlated,
            10.0,
            "a volatility a year as a fraction, below 10",
        )?;
        fraction("the daily loss", self.daily_loss, 1.0, "a fraction of the equity, below 1")?;
        for (name, limit) in
            [("the net exposure", self.net), ("the instrument exposure", self.instrument)]
        {
            if let (Some(limit), Some(gross)) = (limit, self.gross) {
                contradiction(limit > gross, name, limit, "the gross exposure", gross)?;
            }
        }
        if let Some(ladder) = &self.drawdown {
            ladder.check()?;
        }
        if let Some(Guard { stops, within_hours, lock_hours }) = self.stop_guard {
            for (name, found) in [
                ("the stop guard's stops", stops),
                ("the stop guard's hours", within_hours),
                ("the stop guard's lock", lock_hours),
            ] {
                check(name, Some(f64::from(found)), 10_000.0, "a whole number from 1 to 10000")?;
            }
        }
        if let Some(Distance { stops, least }) = self.liquidation {
            check(
                "the liquidation distance in stops",
                Some(stops),
                100.0,
                "a positive number of stops",
            )?;
            fraction(
                "the liquidation distance",
                Some(least),
                1.0,
                "a fraction of the price, below 1",
            )?;
        }
        if let Some(Shock { ratio, factor }) = self.shock {
            check(
                "the volatility shock's ratio",
                Some(ratio),
                100.0,
                "a positive ratio of volatilities",
            )?;
            factor_of("the volatility shock's factor", factor)?;
        }
        if let Some(Stale { entries_hours, flat_hours }) = self.stale {
            let hours = "a positive number of hours";
            check("the age of stale data", Some(entries_hours), 10_000.0, hours)?;
            check("the age that closes", Some(flat_hours), 10_000.0, hours)?;
            let (name, other) = ("the age that blocks entries", "the age that closes");
            contradiction(entries_hours > flat_hours, name, entries_hours, other, flat_hours)?;
        }
        Ok(())
    }
}

impl Ladder {
    /// Checks that there are steps, that drawdowns ascend, and that factors fall.
    ///
    /// # Errors
    /// [`RiskError::Ladder`]; [`RiskError::Parameter`].
    pub fn check(&self) -> Result<(), RiskError> {
        check("the ladder's days", Some(self.rearm_days), 10_000.0, "a positive number of days")?;
        if self.steps.is_empty() {
            return Err(RiskError::Parameter {
                name: "the drawdown ladder's length",
                found: 0.0,
                wanted: "one step or more",
                hint: String::new(),
            });
        }
        for step in &self.steps {
            fraction(
                "a drawdown of the ladder",
                Some(step.drawdown),
                1.0,
                "a fraction of the peak, below 1",
            )?;
            factor_of("a factor of the ladder", step.factor)?;
        }
        let wrong = self.steps.windows(2).position(|pair| {
            pair[1].drawdown <= pair[0].drawdown || pair[1].factor >= pair[0].factor
        });
        wrong.map_or(Ok(()), |step| {
            let (before, found) = (self.steps[step], self.steps[step + 1]);
            Err(RiskError::Ladder { step: step + 2, before, found })
        })
    }
}

fn check(
    name: &'static str,
    found: Option<f64>,
    most: f64,
    wanted: &'static str,
) -> Result<(), RiskError> {
    match found {
        Some(found) if !(found > 0.0 && found <= most) => {
            Err(RiskError::Parameter { name, found, wanted, hint: String::new() })
        }
        _ => Ok(()),
    }
}

/// As [`check`] with a bound that is not reached; what lies beyond may have been meant in percent.
pub(crate) fn fraction(
    name: &'static str,
    found: Option<f64>,
    below: f64,
    wanted: &'static str,
) -> Result<(), RiskError> {
    match found {
        Some(found) if !(found > 0.0 && found < below) => {
            let hint = RiskError::percent(found);
            Err(RiskError::Parameter { name, found, wanted, hint })
        }
        _ => Ok(()),
    }
}

fn factor_of(name: &'static str, found: f64) -> Result<(), RiskError> {
    if (0.0..1.0).contains(&found) {
        return Ok(());
    }
    let wanted = "a factor from 0 to below 1";
    Err(RiskError::Parameter { name, found, wanted, hint: String::new() })
}

fn contradiction(
    wrong: bool,
    name: &'static str,
    found: f64,
    other: &'static str,
    limit: f64,
) -> Result<(), RiskError> {
    if wrong { Err(RiskError::Contradiction { name, found, other, limit }) } else { Ok(()) }
}
