//! The laws of a strategy, checked on given rows.
//!
//! [`check`] runs a strategy many times over the same rows, each time from its start, and compares
//! the decisions bit for bit (a NaN equals the same NaN, `-0.0` is not `0.0`).
//!
//! | law | the trial | what breaks it |
//! |---|---|---|
//! | [`Law::Determinism`] | the same rows in one batch, again and again | a hash map's order, a clock, a global |
//! | [`Law::PrefixInvariance`] | rows after `t` taken away or given other values | looking ahead |
//! | [`Law::SplitInvariance`] | the same rows cut into other batches | state lost or wrongly kept between batches |
//! | [`Law::Shape`] | every round | weights that are not finite, above 1 together, or contradict the side |
//! | [`Law::Start`] | a start in the middle, after the declared lookback | a lookback that is too short |
//!
//! # Which law is named
//! One mistake shows in several trials: who looks a row ahead cannot do so at the end of a batch, so
//! each cut shows it too. The trials are made so that each law has one that the others cannot
//! disturb, and are held against one another in this order:
//!
//! 1. *Determinism* first: four rounds in one batch. A difference that a later trial finds is run
//!    again on both sides; if a side does not repeat itself, that is the law that was broken.
//! 2. *Prefix invariance* is tried in a single batch from the first row, where nothing is cut: all
//!    that differs is what comes after `t`. So a difference is a look ahead, whatever else is wrong.
//!    A decision that depends on being the last of its batch counts as one: it knows that no row
//!    follows.
//! 3. *Split invariance* gets what is left. Feeding one row at a time shows each row of the data
//!    where any of the two laws has an effect; the first of them is then tried for looking ahead,
//!    with rows after it missing or changed, and for split invariance only when that finds nothing.
//!
//! For what matters on the rows themselves the first broken row is therefore exact. What only other
//! values would show (a look ahead that waits for a crash which is not in the data) is looked for at
//! nine places and found if it matters there.
//!
//! A strategy that says of its memory that it has no end is not held to *start*: how far its decisions
//! differ is measured instead, in [`Checked::starts`].
//!
//! # Cost
//! About 70 rounds over the rows, of which one feeds them singly. A round with changed values that the
//! strategy refuses proves nothing and is counted in [`Checked::refused`].
//!
//! ```
//! use std::sync::Arc;
//! use arrow::array::{ArrayRef, Float64Array, RecordBatch, TimestampMicrosecondArray};
//! use strategy_core::laws::{self, Law, LawError};
//! # use strategy_core::{Column, Input, NoCommands, Rows, RowsError, Side, Strategy};
//! use strategy_core::Opened;
//!
//! /// Long before each rise.
//! struct Prophet;
//! # #[derive(clap::Args)]
//! # struct Nothing {}
//!
//! impl Strategy for Prophet {
//! #   const NAME: &'static str = "prophet";
//! #   const ABOUT: &'static str = "Long before each rise";
//! #   type Config = Nothing;
//! #   type Signal = Side;
//! #   type Command = NoCommands;
//! #   type Error = RowsError;
//! #   fn inputs(_: &Nothing) -> Vec<Input> { vec![Input::of(Column::Close)] }
//! #   fn new(_: Nothing, _: &strategy_core::Subject) -> Result<Self, RowsError> { Ok(Self) }
//!     // …
//!     fn decide(&mut self, rows: &Rows<'_>) -> Result<Vec<Side>, RowsError> {
//!         let close = rows.column(&Input::of(Column::Close))?;
//!         let rises = |t: usize| close.get(t + 1).is_some_and(|next| *next > close[t]);
//!         Ok((0..close.len()).map(|t| if rises(t) { Side::Long } else { Side::NoSignal }).collect())
//!     }
//! }
//!
//! let timestamps: ArrayRef = Arc::new(TimestampMicrosecondArray::from(vec![0, 1, 2, 3]));
//! let close: ArrayRef = Arc::new(Float64Array::from(vec![10.0, 9.0, 8.0, 9.0]));
//! let rows = RecordBatch::try_from_iter([("timestamp", timestamps), ("close", close)])?;
//!
//! let Err(LawError::Violated(violation)) = laws::check(&|| Ok(Box::new(Opened::new(Prophet))), &rows, 1) else {
//!     panic!("a prophet passed");
//! };
//! assert_eq!((violation.law, violation.row), (Law::PrefixInvariance, 2));
//! assert_eq!((&*violation.expected, &*violation.found), ("1", "0"));
//! # Ok::<(), arrow::error::ArrowError>(())
//! ```

mod change;
mod checked;
mod decisions;
mod error;
mod feed;
mod trials;

use arrow::array::RecordBatch;

pub use change::Change;
pub use checked::{Checked, Open, Starts};
pub use error::{Law, LawError, Violation};
pub use feed::{Cut, Feed, Future};

use crate::Lookback;
use crate::splitmix::SplitMix64;
use trials::Trials;

/// Checks the laws for the strategy that `open` gives, over `rows` (`timestamp` and the
/// strategy's inputs, as [`Rows`](crate::Rows) wants them). The same `seed`, the same trials.
///
/// # Errors
/// [`LawError::Violated`] with the first row that breaks a law; otherwise when there are no rows, or
/// the strategy cannot be opened or refuses the rows.
pub fn check(open: &Open<'_>, rows: &RecordBatch, seed: u64) -> Result<Checked, LawError> {
    let mut random = SplitMix64::new(seed);
    let trials = Trials::start(open, rows, seed)?;
    trials.determinism()?;

    let singly = Feed::of(Cut::Every { rows: 1 });
    let suspect = trials.difference(&singly)?;
    if let Some(suspect) = &suspect {
        trials.look_ahead(&Cut::Whole, &around(suspect.row))?;
    }
    trials.look_ahead(&Cut::Whole, &places(rows.num_rows(), &mut random))?;
    if let Some(suspect) = suspect {
        return Err(trials.split_violation(singly, suspect));
    }
    for cut in cuts(rows.num_rows(), &mut random) {
        let feed = Feed::of(cut);
        if let Some(suspect) = trials.difference(&feed)? {
            // Who only looks ahead in later batches is caught in this cut, not in one batch.
            trials.look_ahead(&feed.cut, &around(suspect.row))?;
            trials.look_ahead(&Cut::Whole, &around(suspect.row))?;
            return Err(trials.split_violation(feed, suspect));
        }
    }
    trials.start_anywhere(&starts(rows.num_rows(), trials.lookback(), &mut random))?;
    Ok(trials.checked())
}

/// Where a strategy is started anew: right after its lookback, and at three random rows beyond.
fn starts(rows: usize, lookback: Lookback, random: &mut SplitMix64) -> Vec<usize> {
    let first = lookback.rows + 1;
    let Some(room) = rows.checked_sub(first).filter(|room| *room > 0) else { return Vec::new() };
    let mut starts: Vec<_> = (0..3).map(|_| first + random.below(room)).collect();
    starts.push(first);
    starts.sort_unstable();
    starts.dedup();
    starts
}

/// Where rows are taken away or changed for a row that is suspected of looking ahead: right behind
/// it, and behind its neighbours, in case it only carries on what they have seen.
fn around(row: usize) -> [usize; 4] {
    [row + 1, row + 2, row, row.saturating_sub(1)]
}

/// Where rows are taken away or changed in any case: behind the first rows, before the last, and at
/// three random pairs of neighbours.
fn places(rows: usize, random: &mut SplitMix64) -> Vec<usize> {
    let pairs = (0..3).map(|_| random.below(rows)).flat_map(|row| [row, row + 1]);
    let mut places: Vec<_> = [1, 2, rows - 1].into_iter().chain(pairs).collect();
    places.sort_unstable();
    places.dedup();
    places
}

/// The cuts that every strategy must be indifferent to, beside one row at a time.
fn cuts(rows: usize, random: &mut SplitMix64) -> Vec<Cut> {
    let half = rows / 2;
    let mut cuts = vec![
        Cut::At { starts: vec![half] },
        // Empty batches at the start, between and at the end.
        Cut::At { starts: vec![0, half, half, rows] },
        Cut::At { starts: vec![1] },
        Cut::At { starts: vec![rows - 1] },
        Cut::Every { rows: 2 },
        Cut::Every { rows: 3 },
        Cut::Growing,
    ];
    for most in [2, 8, 32, 128] {
        let mut starts: Vec<_> = (0..=random.below(most)).map(|_| random.below(rows)).collect();
        starts.push(starts[0]);
        starts.sort_unstable();
        cuts.push(Cut::At { starts });
    }
    cuts
}
