//! What was tried, and what luck explains of it.
//!
//! Whoever tries a hundred settings and believes the best believes luck. So every evaluated configuration
//! is a [`Trial`], a [`Ledger`] remembers them all, and a [`Verdict`] says of the one in hand, in one
//! sentence, whether luck explains it.
//!
//! - [`Ledger`], [`Trial`], [`Subject`]: the file of trials
//! - [`Verdict`]: the sentence; [`Simulation`]: what it says of strategies whose skill is known
//! - [`Axis`], [`Plan`]: the settings of a sweep; [`sweep()`], [`ResultsFolder`], [`Outcome`]: running them
//! - [`analyse`], [`SweepReport`]: the best of a sweep, and what all of it says
//! - [`WalkForward`]: chosen on the past, used in the future
//! - [`TrialsError`]: what can go wrong
//!
//! How a setting is evaluated is the caller's: nothing here knows of strategies, candles or accounts.
//!
//! ```
//! use statistics::Moments;
//! use trials::Verdict;
//!
//! // A hundred days with a Sharpe ratio of 2.3 a year: one setting, or the best of fifty?
//! let returns: Vec<f64> = (0..100).map(|day| 0.01 * f64::from(day * 37 % 19 - 9) + 0.007).collect();
//! let daily = Moments::of(&returns)?;
//! let one = Verdict::of_sharpes(Some(&daily), &[daily.sharpe()], 1);
//! assert!(one.sentence.starts_with("1 setting tried; probabilistic Sharpe 0."));
//! let others: Vec<f64> = (0..50).map(|n| daily.sharpe() - 0.01 * f64::from(n)).collect();
//! let best_of_fifty = Verdict::of_sharpes(Some(&daily), &others, 50);
//! assert!(best_of_fifty.deflated_sharpe < one.deflated_sharpe);
//! assert!(best_of_fifty.sentence.ends_with("not distinguishable from luck."));
//! # Ok::<(), statistics::StatisticsError>(())
//! ```

mod analysis;
mod error;
mod ledger;
mod outcome;
mod parts;
mod plan;
mod simulation;
mod sweep;
mod trial;
mod verdict;
mod walk_forward;

pub use analysis::{Ranked, SweepReport, analyse};
pub use error::TrialsError;
pub use ledger::Ledger;
pub use outcome::{Evaluated, Outcome};
pub use parts::{CHUNK, ResultsFolder};
pub use plan::{Axis, Plan};
pub use simulation::{Simulated, Simulation};
pub use sweep::sweep;
pub use trial::{Subject, Trial};
pub use verdict::{CONFIDENCE, MIN_DAYS, Verdict};
pub use walk_forward::{Step, WalkForward};
