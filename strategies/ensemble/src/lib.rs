#![doc = include_str!("../README.md")]

mod artifact;
mod commands;
mod config;
mod decision;
mod error;
mod fit;
mod learning;
mod recipe;
mod shown;
mod store;
mod strategy;
mod walk;

pub use artifact::{BinOutlook, FORMAT_VERSION, Fitted, Member, MonthEnsemble, Pooled, Subset};
pub use commands::EnsembleCommand;
pub use config::{Config, PoolArgs, PoolKind, Thresholds};
pub use decision::Decision;
pub use error::EnsembleError;
pub use fit::{LEAST_ROWS, Settings, fit};
pub use recipe::{EnsembleRecipe, Warning};
pub use strategy::Ensemble;
pub use walk::walk;
