//! The parameters.

use std::fmt;
use std::str::FromStr;

use clap::Args;
use indicators::Period;

/// The window, the thresholds and the gates.
#[derive(Debug, Clone, PartialEq, Args)]
pub struct Config {
    /// Rows of the z-score's mean and standard deviation
    #[arg(long, value_name = "ROWS", env = "RUNNER_Z_WINDOW", default_value = "48")]
    pub z_window: Period,

    /// Enter when the z-score, the distance of the price from its mean in standard deviations, reaches this
    #[arg(long, value_name = "Z", env = "RUNNER_ENTRY_Z", default_value = "2", value_parser = number)]
    pub entry_z: f64,

    /// Leave when the z-score is within this of 0 again; below --entry-z
    #[arg(long, value_name = "Z", env = "RUNNER_EXIT_Z", default_value = "0.5", value_parser = number)]
    pub exit_z: f64,

    /// Enter long only if the mean lies above the mean of this longer window, short only if below
    /// [default: in any trend]
    #[arg(long, value_name = "ROWS", env = "RUNNER_TREND_WINDOW")]
    pub trend_window: Option<Period>,

    /// Rows for the estimate of the half-life
    #[arg(long, value_name = "ROWS", env = "RUNNER_HALF_LIFE_WINDOW", default_value = "240")]
    pub half_life_window: Period,

    /// Longest half-life at which to enter; `any` enters at every half-life
    #[arg(long, value_name = "ROWS", env = "RUNNER_MAX_HALF_LIFE", default_value = "48")]
    pub max_half_life: MaxHalfLife,
}

/// The longest half-life at which positions are entered.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum MaxHalfLife {
    /// This number of rows, above 0.
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
