#![doc = include_str!("../README.md")]

mod config;
mod decision;
mod error;
mod strategy;

pub use config::Config;
pub use decision::Decision;
pub use error::MyIdeaError;
pub use strategy::MyIdea;
