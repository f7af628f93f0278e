//! The parameters.

use std::fmt;
use std::str::FromStr;

use clap::Args;
use indicators::Period;

/// The window, the thresholds and the gates.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct Config {
    /// Rows of the mean and the standard deviation that the z-score is taken with
    #[arg(long, value_name = "ROWS", env = "RUNNER_Z_WINDOW", default_value = "48")]
    pub z_window: Period,

    /// Enter when the price lies at least so many standard deviations from its mean
    #[arg(long, value_name = "Z", env = "RUNNER_ENTRY_Z", default_value = "2", value_parser = number)]
    pub entry_z: f64,

    /// Leave when it is within so many standard deviations again; below the entry's
    #[arg(long, value_name = "Z", env = "RUNNER_EXIT_Z", default_value = "0.5", value_parser = number)]
    pub exit_z: f64,

    /// Enter long only if the mean lies above the mean of so many rows, short only if below [default:
    /// whatever the trend]
    #[arg(long, value_name = "ROWS", env = "RUNNER_TREND_WINDOW")]
    pub trend_window: Option<Period>,

    /// Rows that the half-life of reversion is estimated from
    #[arg(long, value_name = "ROWS", env = "RUNNER_HALF_LIFE_WINDOW", default_value = "240")]
    pub half_life_window: Period,

    /// Enter only while the half-life is at most so many rows; `any` enters whatever it is
    #[arg(long, value_name = "ROWS", env = "RUNNER_MAX_HALF_LIFE", default_value = "48")]
    pub max_half_life: MaxHalfLife,
}

/// The longest half-life at which positions are entered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MaxHalfLife {
    /// So many rows, above 0.
    Rows(f64),
    /// Any, and also none.
    Any,
}

impl MaxHalfLife {
    /// Whether positions may be entered at this estimate.
    pub(crate) fn allows(self, half_life: Option<f64>) -> bool {
        match self {
            Self::Any => true,
            Self::Rows(longest) => half_life.is_some_and(|rows| rows <= longest),
        }
    }
}

impl fmt::Display for MaxHalfLife {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Rows(rows) => rows.fmt(f),
            Self::Any => f.pad("any"),
        }
    }
}

impl FromStr for MaxHalfLife {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        if text == "any" {
            return Ok(Self::Any);
        }
        let rows = text.parse().ok().filter(|rows: &f64| rows.is_finite() && *rows > 0.0);
        rows.map(Self::Rows)
            .ok_or_else(|| "wanted a number of rows above 0, as in 48, or `any`".to_owned())
    }
}

fn number(text: &str) -> Result<f64, String> {
    let number = text.parse().ok().filter(|number: &f64| number.is_finite());
    number.ok_or_else(|| "wanted a number, as in 2 or 0.5".to_owned())
}
