//! The bins of many values at once.
#![allow(
    clippy::inline_always,
    reason = "a loop is compiled for each instruction set only with all that it calls inside it"
)]

use pulp::NullaryFnOnce;
use rayon::prelude::*;

use crate::selection::{PARALLEL_ROWS, TASK_ROWS};

/// Up to this number of edges a value is compared with all of them, which takes no branch and goes for
/// eight or sixteen values at once; with more, halving the edges each time is faster.
const FEW_EDGES: usize = 64;

/// Values that are compared at once.
const LANES: usize = 32;

/// A bin's number as the lowest bits of a floating point number: from here on neighbours differ by 1.
const ZERO: f64 = (1_u64 << 52) as f64;

/// Writes `1 + #{edges ≤ v}` for each value; whether none of them is NaN. The edges ascend.
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
    fn call(self) -> bool {
        let Self { edges, values, bins } = self;
        if edges.len() > FEW_EDGES {
            halve(edges, values, bins)
        } else {
            compare_with_all(edges, values, bins)
        }
    }
}

#[inline(always)]
#[allow(clippy::cast_possible_truncation, reason = "there are at most 999 edges")]
fn halve(edges: &[f64], values: &[f64], bins: &mut [u16]) -> bool {
    for (bin, &value) in bins.iter_mut().zip(values) {
        *bin = edges.partition_point(|&edge| edge <= value) as u16 + 1;
    }
    let bad: u64 = values.iter().map(|value| u64::from(value.is_nan())).sum();
    bad == 0
}

#[inline(always)]
fn compare_with_all(edges: &[f64], values: &[f64], bins: &mut [u16]) -> bool {
    let (rows, rest) = values.as_chunks::<LANES>();
    let (bins_of_rows, bins_of_rest) = bins.as_chunks_mut::<LANES>();
    let mut least = [u16::MAX; LANES];
    for (bins, values) in bins_of_rows.iter_mut().zip(rows) {
        *bins = bins_of(edges, values);
        for lane in 0..LANES {
            least[lane] = least[lane].min(bins[lane]);
        }
    }
    let mut last = [0.0; LANES];
    last[..rest.len()].copy_from_slice(rest);
    bins_of_rest.copy_from_slice(&bins_of(edges, &last)[..rest.len()]);
    !least.contains(&0) && !bins_of_rest.contains(&0)
}

/// The bin of each value, 0 for NaN.
///
/// The last edge at or below a value gives its bin: a comparison and a choice for each edge. Adding
/// up comparisons would come to the same, but integers are added in any order, and the compiler
/// takes one value with many edges instead of one edge with many values, which is far slower.
#[inline(always)]
#[allow(clippy::cast_possible_truncation, reason = "the lowest bits are the bin")]
fn bins_of(edges: &[f64], values: &[f64; LANES]) -> [u16; LANES] {
    let mut bin = ZERO + 1.0;
    let mut bins = values.map(|value| if value.is_nan() { ZERO } else { bin });
    for &edge in edges {
        bin += 1.0;
        for lane in 0..LANES {
            bins[lane] = if edge <= values[lane] { bin } else { bins[lane] };
        }
    }
    bins.map(|bin| bin.to_bits() as u16)
}

#[cfg(test)]
mod tests {
    use proptest::collection::vec;
    use proptest::prelude::*;

    use super::*;

    /// Few distinct numbers, so that values meet edges, and all kinds of them.
    fn value() -> impl Strategy<Value = f64> {
        let special = [f64::INFINITY, f64::NEG_INFINITY, -0.0, f64::MIN_POSITIVE, f64::MAX];
        prop_oneof![
            4 => (0_u32..=16).prop_map(|n| f64::from(n) / 16.0),
            4 => 0.0..=1.0,
            1 => proptest::sample::select(special.to_vec()),
        ]
    }

    fn edges() -> impl Strategy<Value = Vec<f64>> {
        let edge = value().prop_filter("edges are finite", |edge| edge.is_finite());
        vec(edge, 1..=FEW_EDGES + 6).prop_map(|mut edges| {
            edges.sort_by(f64::total_cmp);
            edges
        })
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn counts_the_edges_at_or_below_each_value(
            edges in edges(), values in vec(value(), 0..=3 * LANES),
        ) {
            let mut bins = vec![7; values.len()];
            prop_assert!(assign_all(&edges, &values, &mut bins));
            for (&value, bin) in values.iter().zip(bins) {
                let at_or_below = edges.iter().filter(|&&edge| edge <= value).count();
                prop_assert_eq!(usize::from(bin), 1 + at_or_below, "value {}", value);
            }
        }

        #[test]
        fn a_nan_is_found_wherever_it_is(
            edges in edges(), mut values in vec(value(), 1..=3 * LANES),
            at in any::<prop::sample::Index>(),
        ) {
            let at = at.index(values.len());
            values[at] = f64::NAN;
            let mut bins = vec![0; values.len()];
            prop_assert!(!assign_all(&edges, &values, &mut bins));
        }
    }
}
