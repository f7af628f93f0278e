//! Long, short, or both.

use clap::ValueEnum;
use serde::Serialize;
use strategy_core::Side;

/// Which sides are traded.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sides {
    /// Long in the top bins and short in the bottom ones
    #[default]
    Both,
    /// Long only: flat in the bottom bins
    Long,
    /// Short only: flat in the top bins
    Short,
}

impl Sides {
    /// Whether `side` is traded.
    #[must_use]
    pub fn trade(self, side: Side) -> bool {
        match self {
            Self::Both => side != Side::NoSignal,
            Self::Long => side == Side::Long,
            Self::Short => side == Side::Short,
        }
    }
}
