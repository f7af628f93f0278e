#![doc = include_str!("../README.md")]

mod config;
mod decision;
mod error;
mod forecast;
mod periods;
mod rule;
mod strategy;

pub use config::{Config, HedgeKind};
pub use decision::{Decision, Reason};
pub use error::CarryError;
pub use forecast::{AutoregressiveSum, Ewma};
pub use rule::{Carry, CarryRule};
pub use strategy::FundingCarry;
