//! The bins of many values at once.
#![allow(
    clippy::inline_always,
    reason = "a loop is compiled for each instruction set only with all that it calls inside it"
)]

use pulp::NullaryFnOnce;
use rayon::prelude::*;

use crate::selection::{PARALLEL_ROWS, TASK_ROWS};

/// Up to so many edges a value is compared with all of them, which takes no branch and goes for
/// eight or sixteen values at once; with more, halving the edges each time is faster.
const FEW_EDGES: usize = 64;

/// Values that are compared at once.
const LANES: usize = 32;

/// Writes `1 + #{edges ≤ v}` for each value; whether none of them is NaN.
pub(crate) fn assign_all(edges: &[f64], values: &[f64], bins: &mut [u16]) -> bool {
    let task = |values, bins| pulp::Arch::new().dispatch(Assign { edges, values, bins });
    if values.len() < PARALLEL_ROWS {
        return task(values, bins);
    }
    let tasks = bins.par_chunks_mut(TASK_ROWS).zip(values.par_chunks(TASK_ROWS));
    tasks.map(|(bins, values)| task(values, bins)).all(|good| good)
}

struct Assign<'a> {
    edges: &'a [f64],
    values: &'a [f64],
    bins: &'a mut [u16],
}

impl NullaryFnOnce for Assign<'_> {
    type Output = bool;

    #[inline(always)]
    #[allow(clippy::cast_possible_truncation, reason = "there are at most 999 edges")]
    fn call(self) -> bool {
        let Self { edges, values, bins } = self;
        if edges.len() > FEW_EDGES {
            for (bin, &value) in bins.iter_mut().zip(values) {
                *bin = edges.partition_point(|&edge| edge <= value) as u16 + 1;
            }
        } else {
            let (rows, rest) = values.as_chunks::<LANES>();
            let (bins_of_rows, bins_of_rest) = bins.as_chunks_mut::<LANES>();
            for (bins, values) in bins_of_rows.iter_mut().zip(rows) {
                *bins = count_at_or_below(edges, values);
            }
            for (bin, value) in bins_of_rest.iter_mut().zip(rest) {
                *bin = 1 + edges.iter().map(|edge| u16::from(edge <= value)).sum::<u16>();
            }
        }
        let bad: u64 = values.iter().map(|value| u64::from(value.is_nan())).sum();
        bad == 0
    }
}

#[inline(always)]
#[allow(clippy::cast_possible_truncation, reason = "there are at most 64 edges here")]
fn count_at_or_below(edges: &[f64], values: &[f64; LANES]) -> [u16; LANES] {
    // Counters as wide as the values: a comparison's mask is subtracted as it is.
    let mut counts = [1_u64; LANES];
    for &edge in edges {
        for lane in 0..LANES {
            counts[lane] += u64::from(edge <= values[lane]);
        }
    }
    counts.map(|count| count as u16)
}
