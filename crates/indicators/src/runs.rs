//! The highest and the lowest values of the windows of a chunk, by runs that overlap.
//!
//! An extreme may count a value twice, so a window can be put together of parts that lie across each
//! other. Parts are runs of four rows, two at each end of the window; what they leave free between
//! them is its core:
//!
//! ```text
//!   ├ run ┤├ run ┤                    ├ run ┤├ run ┤
//!            ├───────── core ──────────┤
//! ```
//!
//! Runs are made for all rows of a chunk at once, a core for eight rows ([`Groups`]), so the time for a
//! row hardly depends on the period. Windows of up to four rows are their values, those of up to 16 have
//! no core, and those of up to 64 have runs of sixteen rows instead of one.
//!
//! Of zeros of both signs the last one counts, as in an update: parts are joined in the order of
//! their ends, and the last value of a window is in the last part.
//!
//! Windows reach back into the batch, which is why chunks begin when a whole window has come in it. The
//! window's ring stands still meanwhile. It is written after the last chunk, and its summaries are
//! made again from it, as when a state is read.

use std::marker::PhantomData;

use crate::Period;
use crate::column::{Column, ROWS};
use crate::cores::Groups;
use crate::extremes::{Extent, Extreme, Highest, Lowest};
use crate::input::Candles;
use crate::soundness::{LARGEST, largest, magnitude};
use crate::window::{Summary, Window};

/// How many rows a run has, and of how many of them a long one is made.
pub(crate) const RUN: usize = 4;

const LONG_RUN: usize = RUN * RUN;

/// The longest window without a core, which is four long runs.
const WITHOUT_CORE: usize = 4 * LONG_RUN;

/// As many runs as are needed at one end of a chunk's windows.
const AT_END: usize = ROWS + RUN;

/// What is in use while a batch goes through.
#[repr(C, align(64))]
pub(crate) struct Runs<E> {
    /// Those in the first rows of the windows, and then those in their last rows. For short periods
    /// these are in part the same.
    runs: [f64; 2 * AT_END],
    short_runs: [f64; ROWS + WITHOUT_CORE],
    cores: Column,
    /// None before the first chunk.
    groups: Option<Groups<E>>,
}

impl<E: Extreme> Runs<E> {
    pub(crate) const NEW: Self = Self {
        runs: [0.0; 2 * AT_END],
        short_runs: [0.0; ROWS + WITHOUT_CORE],
        cores: [E::NONE; ROWS],
        groups: None,
    };

    /// The windows that end with the rows of the chunk that begins with row `from`. The first of them
    /// lies in the batch.
    #[inline(always)]
    pub(crate) fn windows<'a, const LEN: usize>(
        &'a mut self,
        batch: &'a [f64],
        from: usize,
        period: Period,
    ) -> Windows<'a, E> {
        let rows = period.get();
        let values = &batch[from + 1 - rows..from + LEN];
        let Layout { run, step, far, later } = Layout::of(period);
        let len = later + step + LEN;
        let magnitude = match run {
            1 => largest(values),
            LONG_RUN => {
                let magnitude = widen::<E>(values, 1, &mut self.short_runs[..len + LONG_RUN - RUN]);
                widen::<E>(&self.short_runs, RUN, &mut self.runs[..len]);
                magnitude
            }
            _ if later == far => widen::<E>(values, 1, &mut self.runs[..len]),
            _ => {
                let (early, late) = self.runs.split_at_mut(AT_END);
                widen::<E>(values, 1, &mut early[..LEN + RUN]);
                widen::<E>(&values[far..], 1, &mut late[..LEN + RUN])
            }
        };
        if rows > WITHOUT_CORE {
            let (early, late) = (&self.runs[..], &self.runs[later..]);
            let groups = self.groups.get_or_insert_with(|| Groups::before(values, period));
            groups.put_cores([early, late], &mut self.cores[..LEN]);
        }
        let runs = if run > 1 { &self.runs[..] } else { values };
        let parts = [0, step, later, later + step].map(|begin| &runs[begin..][..LEN]);
        Windows { parts, cores: &self.cores, magnitude, extreme: PhantomData }
    }
}

/// Where the parts of a window begin: two in its first rows and two in its last ones.
struct Layout {
    /// How many rows a part has.
    run: usize,
    /// How far the second part lies from the first, and the fourth from the third.
    step: usize,
    /// How far the third part lies from the first in the batch, and where it is in the runs.
    far: usize,
    later: usize,
}

impl Layout {
    #[inline(always)]
    fn of(period: Period) -> Self {
        let rows = period.get();
        let run = match rows {
            ..=4 => 1,
            17..=WITHOUT_CORE => LONG_RUN,
            _ => RUN,
        };
        let last = rows.saturating_sub(run);
        let far = last.saturating_sub(run);
        Self { run, step: last.min(run), far, later: far.min(AT_END) }
    }
}

/// Of runs, those of four times as many rows. A run stands where it begins. Tells the largest magnitude
/// of those that come last in others.
#[inline(always)]
fn widen<E: Extreme>(from: &[f64], run: usize, to: &mut [f64]) -> i64 {
    let [a, b, c, d] = [0, run, 2 * run, 3 * run].map(|begin| &from[begin..][..to.len()]);
    let mut largest = 0;
    for ((((to, &a), &b), &c), &d) in to.iter_mut().zip(a).zip(b).zip(c).zip(d) {
        *to = E::of(E::of(a, b), E::of(c, d));
        largest = largest.max(magnitude(d));
    }
    largest
}

/// The windows of a chunk, each as the parts that it is made of.
pub(crate) struct Windows<'a, E> {
    parts: [&'a [f64]; 4],
    cores: &'a Column,
    magnitude: i64,
    extreme: PhantomData<E>,
}

impl<E: Extreme> Windows<'_, E> {
    /// Whether an update would take every row of the chunk, which was looked at on the way.
    #[inline(always)]
    pub(crate) fn are_sound(&self) -> bool {
        self.magnitude <= LARGEST
    }

    /// The extreme of the window that ends with this row.
    #[inline(always)]
    pub(crate) fn at(&self, row: usize) -> f64 {
        let [a, b, c, d] = self.parts.map(|part| part[row]);
        E::of(E::of(E::of(a, b), self.cores[row]), E::of(c, d))
    }
}

/// [`Runs`] of candles.
pub(crate) struct Ranges {
    highs: Runs<Highest>,
    lows: Runs<Lowest>,
}

impl Ranges {
    pub(crate) const NEW: Self = Self { highs: Runs::NEW, lows: Runs::NEW };

    /// As [`Runs::windows`].
    #[inline(always)]
    pub(crate) fn windows<'a, const LEN: usize>(
        &'a mut self,
        batch: Candles<'a>,
        from: usize,
        period: Period,
    ) -> Extents<'a> {
        Extents {
            highs: self.highs.windows::<LEN>(batch.high, from, period),
            lows: self.lows.windows::<LEN>(batch.low, from, period),
        }
    }
}

/// The windows of a chunk of candles.
pub(crate) struct Extents<'a> {
    highs: Windows<'a, Highest>,
    lows: Windows<'a, Lowest>,
}

impl Extents<'_> {
    /// That of the window that ends with this row.
    #[inline(always)]
    pub(crate) fn at(&self, row: usize) -> Extent {
        Extent { high: self.highs.at(row), low: self.lows.at(row) }
    }
}

impl<S: Summary> Window<S> {
    /// Whether the next row's window lies in a batch, after so many of its rows.
    #[inline]
    pub(crate) fn lies_in(&self, done: usize) -> bool {
        done >= self.period().get()
    }

    /// Makes of the window what it is after so many rows of a batch, of which the first ones were pushed:
    /// a window of them, or more.
    #[inline]
    pub(crate) fn catch_up(&mut self, pushed: usize, rows: usize, at: impl Fn(usize) -> S::Value) {
        if rows > pushed {
            let first = rows - self.period().get();
            self.ring.pass(rows - pushed);
            self.ring.renew((first..rows).map(at));
            self.make_again();
        }
    }
}
