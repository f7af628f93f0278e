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
//! - [`LogitPool`], [`LinearPool`], [`BetaLinearPool`], [`Fitted`]: fitted on rows that all members have
//! - [`Hedge`], [`Boa`], [`mixture()`]: weights that follow the losses row by row
//! - [`Learner`], [`Learnt`], [`WithinMonth`]: the same where labels become known later
//! - [`MemberScores`], [`PoolSettings`], [`fit()`], [`MonthPools`]: what a month takes, from the months before it
//! - [`Warning`], [`PoolError`]: what may be wrong with a month, and what can go wrong
//!
//! No I/O, no clock.

mod beta_linear;
mod error;
mod fit;
mod fitted;
mod kind;
mod learner;
mod linear;
mod logit;
mod member_names;
mod members;
mod month;
mod month_file;
mod newton;
mod online;
mod scores;
mod shown;
mod warning;
mod within_month;

pub use beta_linear::BetaLinearPool;
pub use error::PoolError;
pub use fit::{PoolSettings, fit};
pub use fitted::Fitted;
pub use kind::PoolKind;
pub use learner::{Learner, Learnt};
pub use linear::LinearPool;
pub use logit::LogitPool;
pub use member_names::{pool_name, sorted_members};
pub use members::{MemberRows, log_loss, logit, probability};
pub use month::{Member, MonthPools, Pooled, Subset};
pub use month_file::FORMAT_VERSION;
pub use online::{Boa, Hedge, mixture};
pub use scores::MemberScores;
pub use warning::Warning;
pub use within_month::{Fed, WithinMonth};
