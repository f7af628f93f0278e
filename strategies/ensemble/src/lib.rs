#![doc = include_str!("../README.md")]

mod commands;
mod config;
mod decision;
mod error;
mod recipe;
mod strategy;

pub use commands::EnsembleCommand;
pub use config::{Config, PoolArgs};
pub use decision::Decision;
pub use error::EnsembleError;
pub use recipe::EnsembleRecipe;
pub use strategy::Ensemble;
