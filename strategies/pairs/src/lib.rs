#![doc = include_str!("../README.md")]

mod config;
mod decision;
mod dickey_fuller;
mod error;
mod fit;
mod johansen;
mod kalman;
mod least_squares;
mod line;
mod mackinnon;
mod ornstein_uhlenbeck;
mod position;
mod strategy;

pub use config::{Config, HedgeRatio, ThresholdRule};
pub use decision::{Decision, Reason};
pub use dickey_fuller::{Deterministic, Lags, UnitRoot, augmented_dickey_fuller, engle_granger};
pub use error::PairsError;
pub use johansen::Johansen;
pub use kalman::{Innovation, KalmanHedge};
pub use line::{Line, residual_deviation};
pub use ornstein_uhlenbeck::{LevelRegression, OrnsteinUhlenbeck, Thresholds};
pub use strategy::Pairs;
