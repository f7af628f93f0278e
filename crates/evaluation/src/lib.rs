//! Walk-forward judgement: how good probabilities, bins and signals were out of sample.
//!
//! A strategy scores the rows of each month by what was known when the month began; [`evaluate()`] holds
//! them against the labels that came later: measures of the probabilities month by month and over all,
//! hit rates of bins and sides with block bootstrap intervals, Platt scaling against isotonic regression
//! on the same rows.
//!
//! - [`MonthRows`]: what is judged; [`Judged`], [`Judging`]: whose it is, and how it is judged
//! - [`evaluate()`], [`Evaluated`], [`Evaluation`]: what came of it; [`text::write`], [`page::page`]: for people
//! - [`SignalRule`], [`Sides`]: which bins are long and which are short
//! - [`walk_pool`], [`PoolLosses`], [`PoolJudgement`], [`pool_text`]: a pool of several models against its members
//! - [`Notes`]: what has no value, and why
//! - [`EvaluationError`]: what can go wrong

mod error;
mod evaluate;
mod hits;
mod judging;
mod note;
mod outcome;
pub mod page;
mod paired;
pub mod pool_text;
mod pool_walk;
mod pooled;
mod quality;
mod rows;
mod rule;
mod sides;
pub mod text;

pub use error::EvaluationError;
pub use evaluate::{Evaluated, block_rows, evaluate};
pub use hits::{BinHits, HitRate, Ordering, SignalHits};
pub use judging::Judging;
pub use note::{Note, Notes};
pub use outcome::{Comparison, CorpSteps, Evaluation, Judged, MonthQuality};
pub use paired::PlattLessIsotonic;
pub use pool_text::JudgedPool;
pub use pool_walk::walk_pool;
pub use pooled::{AgainstPool, MonthJudged, PoolJudgement, PoolLosses};
pub use quality::Quality;
pub use rows::MonthRows;
pub use rule::{CheckedRule, SignalRule};
pub use sides::Sides;
