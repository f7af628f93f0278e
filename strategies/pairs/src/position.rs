//! When a position is entered, left and stopped.

use crate::config::Config;
use crate::decision::Reason;
use crate::fit::Levels;

/// The position, and the lock after a stop.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Position {
    Flat,
    /// Since a stop, until the spread is back at its line.
    Locked,
    Held(Holding),
}

/// A position as it was entered: quantities do not follow later hedge ratios.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Holding {
    /// 1 is long of the spread, −1 short.
    pub(crate) side: f64,
    pub(crate) beta: f64,
    /// Rows since the one that decided to enter.
    rows: usize,
    /// Rows after which it is stopped.
    longest: f64,
}

impl Holding {
    /// Of the own instrument and of the other: `s/(1 + |β|)` and `−s·β/(1 + |β|)`.
    pub(crate) fn weights(&self) -> [f64; 2] {
        let gross = 1.0 + self.beta.abs();
        [self.side / gross, -self.side * self.beta / gross]
    }
}

/// What a row shows.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Sight {
    pub(crate) z: f64,
    pub(crate) beta: f64,
    /// Where to enter and leave by the last fit; none where no threshold earns the costs.
    pub(crate) levels: Option<Levels>,
    pub(crate) half_life: Option<f64>,
    /// Why no position may be entered.
    pub(crate) refused: Option<Reason>,
    /// The p-value, where it is a new one.
    pub(crate) new_p_value: Option<f64>,
}

impl Position {
    /// Takes the next row; why the position is what it is then.
    pub(crate) fn update(&mut self, sight: &Sight, config: &Config) -> Reason {
        if let Self::Held(holding) = self {
            holding.rows += 1;
            let distance = holding.side * sight.z;
            let exit = sight.levels.map_or(config.exit_z, |levels| levels.exit);
            let ended = if -distance <= exit {
                Some(Reason::Left)
            } else if distance < -config.stop_z {
                Some(Reason::StopZ)
            } else if sight.new_p_value.is_some_and(|p| p.is_nan() || p > config.stop_p) {
                Some(Reason::StopP)
            } else if holding.rows as f64 >= holding.longest {
                Some(Reason::StopTime)
            } else {
                None
            };
            match ended {
                None => return Reason::Held,
                // A spread that jumped to the other side is asked below whether it is entered there.
                Some(Reason::Left) => *self = Self::Flat,
                Some(stop) => {
                    *self = Self::Locked;
                    return stop;
                }
            }
            let turned = self.enter(sight, config);
            return if matches!(self, Self::Held(_)) { turned } else { Reason::Left };
        }
        if matches!(self, Self::Locked) {
            if sight.z.abs() >= config.exit_z {
                return Reason::Locked;
            }
            *self = Self::Flat;
        }
        self.enter(sight, config)
    }

    fn enter(&mut self, sight: &Sight, config: &Config) -> Reason {
        if let Some(reason) = sight.refused {
            return reason;
        }
        let (Some(levels), Some(half_life)) = (sight.levels, sight.half_life) else {
            return Reason::NoFit;
        };
        let distance = sight.z.abs();
        if distance.is_nan() || distance < levels.entry {
            return Reason::NearLine;
        }
        if distance > config.stop_z {
            return Reason::BeyondStop;
        }
        *self = Self::Held(Holding {
            side: -sight.z.signum(),
            beta: sight.beta,
            rows: 0,
            longest: config.stop_half_lives * half_life,
        });
        Reason::Entered
    }
}
