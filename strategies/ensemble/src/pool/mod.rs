//! How several probabilities become one.

mod beta_linear;
mod linear;
mod logit;
mod members;
mod newton;
mod online;

pub use beta_linear::BetaLinearPool;
pub use linear::LinearPool;
pub use logit::LogitPool;
pub use members::{MemberRows, log_loss, logit, probability};
pub use online::{Boa, Hedge, mixture};
