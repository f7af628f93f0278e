//! The few values among many that can have a wanted rank.
#![allow(
    clippy::inline_always,
    reason = "a loop is compiled for each instruction set only with all that it calls inside it"
)]

use pulp::NullaryFnOnce;
use rayon::prelude::*;

/// Rows from which on threads share the work. Below, waking them costs more.
pub(crate) const PARALLEL_ROWS: usize = 1 << 16;

/// Rows that one thread takes at a time.
pub(crate) const TASK_ROWS: usize = 1 << 14;

/// Equal intervals between the least and the greatest value. Their counters fit a core's innermost
/// cache, and a wanted rank's interval holds few of a million values.
const INTERVALS: u16 = 4096;

/// The least and the greatest of some values, and whether all are finite.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Extent {
    least: f64,
    greatest: f64,
    pub(crate) all_finite: bool,
}

impl Extent {
    pub(crate) fn of(values: &[f64]) -> Self {
        let task = |values| pulp::Arch::new().dispatch(ExtentOf(values));
        if values.len() < PARALLEL_ROWS {
            task(values)
        } else {
            values.par_chunks(TASK_ROWS).map(task).reduce(|| Self::NONE, Self::and)
        }
    }

    const NONE: Self = Self { least: f64::INFINITY, greatest: f64::NEG_INFINITY, all_finite: true };

    fn and(self, other: Self) -> Self {
        Self {
            least: self.least.min(other.least),
            greatest: self.greatest.max(other.greatest),
            all_finite: self.all_finite && other.all_finite,
        }
    }
}

struct ExtentOf<'a>(&'a [f64]);

/// Numbers compared side by side.
const LANES: usize = 16;

impl NullaryFnOnce for ExtentOf<'_> {
    type Output = Extent;

    #[inline(always)]
    fn call(self) -> Extent {
        let (mut least, mut greatest) = ([f64::INFINITY; LANES], [f64::NEG_INFINITY; LANES]);
        let mut bad = [0_u64; LANES];
        for row in self.0.chunks(LANES) {
            for (lane, &value) in row.iter().enumerate() {
                least[lane] = if value < least[lane] { value } else { least[lane] };
                greatest[lane] = if value > greatest[lane] { value } else { greatest[lane] };
                bad[lane] |= u64::from(!value.is_finite());
            }
        }
        Extent {
            least: least.into_iter().fold(f64::INFINITY, f64::min),
            greatest: greatest.into_iter().fold(f64::NEG_INFINITY, f64::max),
            all_finite: bad == [0; LANES],
        }
    }
}

/// Those of the finite `values` among which are the ones with these `ranks` (ascending) in the
/// sorted order of all, and the ranks that these have among the chosen.
///
/// The values are counted in equal intervals. `(v − least) · scale` never decreases with `v`, not
/// even by rounding, so whole intervals come one after the other in the sorted order, and only
/// those in which a wanted rank lies are needed. If all values crowd into few intervals, more are
/// chosen than would have to be, which costs time and changes nothing.
pub(crate) fn candidates(
    values: &[f64],
    extent: &Extent,
    ranks: &[usize],
) -> (Vec<f64>, Vec<usize>) {
    let scale = f64::from(INTERVALS) / (extent.greatest - extent.least);
    if values.len() < usize::from(INTERVALS) || !(scale.is_finite() && scale > 0.0) {
        return (values.to_vec(), ranks.to_vec());
    }
    let intervals = Intervals { least: extent.least, scale };
    let counts = intervals.count(values);

    let mut wanted = vec![false; counts.len()];
    let mut ranks_among_chosen = Vec::with_capacity(ranks.len());
    let mut ahead = ranks.iter().copied().peekable();
    let (mut passed, mut left_out) = (0, 0);
    for (wanted, &count) in wanted.iter_mut().zip(&counts) {
        passed += count;
        while let Some(rank) = ahead.next_if(|&rank| rank < passed) {
            *wanted = true;
            ranks_among_chosen.push(rank - left_out);
        }
        left_out += if *wanted { 0 } else { count };
    }
    let n_chosen = values.len() - left_out;
    (intervals.choose(values, &wanted, n_chosen), ranks_among_chosen)
}

#[derive(Debug, Clone, Copy)]
struct Intervals {
    least: f64,
    scale: f64,
}

impl Intervals {
    /// The interval of `value`, from 0 to `INTERVALS`; the last is the greatest value's alone.
    #[inline(always)]
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "between 0 and 4096, or a little more by rounding"
    )]
    fn of(self, value: f64) -> usize {
        let interval = ((value - self.least) * self.scale) as i32;
        interval.min(i32::from(INTERVALS)) as usize
    }

    fn count(self, values: &[f64]) -> Vec<usize> {
        let count = |values: &[f64]| {
            // Two counters, since neighbours that are alike would wait for one another's.
            let mut counts = vec![[0_u32; 2]; usize::from(INTERVALS) + 1];
            let (pairs, rest) = values.as_chunks::<2>();
            for &[first, second] in pairs {
                counts[self.of(first)][0] += 1;
                counts[self.of(second)][1] += 1;
            }
            for &value in rest {
                counts[self.of(value)][0] += 1;
            }
            counts.into_iter().map(|[a, b]| (a + b) as usize).collect::<Vec<_>>()
        };
        let add = |mut a: Vec<usize>, b: Vec<usize>| {
            a.iter_mut().zip(b).for_each(|(a, b)| *a += b);
            a
        };
        if values.len() < PARALLEL_ROWS {
            count(values)
        } else {
            let none = || vec![0; usize::from(INTERVALS) + 1];
            values.par_chunks(8 * TASK_ROWS).map(count).reduce(none, add)
        }
    }

    /// The values in the wanted intervals.
    fn choose(self, values: &[f64], wanted: &[bool], n_chosen: usize) -> Vec<f64> {
        let choose = |values: &[f64]| {
            let mut chosen = Vec::with_capacity(values.len() / 16);
            for &value in values {
                if wanted[self.of(value)] {
                    chosen.push(value);
                }
            }
            chosen
        };
        if values.len() < PARALLEL_ROWS {
            return choose(values);
        }
        let parts: Vec<Vec<f64>> = values.par_chunks(TASK_ROWS).map(choose).collect();
        let mut chosen = Vec::with_capacity(n_chosen);
        for part in parts {
            chosen.extend(part);
        }
        chosen
    }
}
