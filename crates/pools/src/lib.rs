//! How the probabilities of several models become one.
//!
//! ```
//! use pools::{LogitPool, MemberRows};
//!
//! let (bold, timid) = ([0.9, 0.2, 0.7, 0.4], [0.6, 0.4, 0.6, 0.5]);
//! let labels = [true, false, true, false];
//! let members: [&[f64]; 2] = [&bold, &timid];
//! let rows = MemberRows::new(&members, &labels)?;
//! let pool = LogitPool::fit(&rows, 100.0)?;
//! assert!(pool.pool(&[0.8, 0.6]) > 0.5);
//! # Ok::<(), pools::PoolError>(())
//! ```
//!
//! - [`LogitPool`], [`LinearPool`], [`BetaLinearPool`]: fitted on rows that all members have
//! - [`Hedge`], [`Boa`], [`mixture()`]: weights that follow the losses row by row
//! - [`Learner`], [`Learnt`]: the same where labels become known later
//! - [`PoolError`]: what can go wrong
//!
//! No I/O, no clock.

mod beta_linear;
mod error;
mod learner;
mod linear;
mod logit;
mod members;
mod newton;
mod online;

pub use beta_linear::BetaLinearPool;
pub use error::PoolError;
pub use learner::{Learner, Learnt};
pub use linear::LinearPool;
pub use logit::LogitPool;
pub use members::{MemberRows, log_loss, logit, probability};
pub use online::{Boa, Hedge, mixture};
