//! Quantiles as numpy computes them, by selection instead of sorting.

use crate::BinningError;
use crate::selection::{Extent, candidates};

/// The `parts − 1` quantiles `i/parts` of `values`, in numpy's default method (`linear`, type 7 of
/// Hyndman & Fan, *Sample Quantiles in Statistical Packages*, 1996), to the last bit.
///
/// With `x` the sorted values, `h = (n−1)·(i/parts)`, `j = ⌊h⌋` and `t = h − j`, the quantile lies
/// between `a = x[j]` and `b = x[j+1]`: `a + (b−a)·t` for `t < ½`, `b − (b−a)·(1−t)` otherwise.
/// Values are ordered by [`f64::total_cmp`], so the result does not depend on the order of rows.
///
/// # Errors
/// [`BinningError::NoValues`], or [`BinningError::NotFinite`] for the first value that is not.
pub(crate) fn quantiles(values: &[f64], parts: u16) -> Result<Vec<f64>, BinningError> {
    let last = values.len().checked_sub(1).ok_or(BinningError::NoValues)?;
    let extent = Extent::of(values);
    if !extent.all_finite {
        let bad = values.iter().position(|value| !value.is_finite());
        let index = bad.unwrap_or_default();
        return Err(BinningError::NotFinite { index, value: values[index] });
    }

    let places: Vec<Place> = (1..parts).map(|part| Place::of(part, parts, last)).collect();
    let mut ranks: Vec<usize> =
        places.iter().flat_map(|place| [place.below, place.above]).collect();
    ranks.sort_unstable(); // few values and many parts: neighbours share ranks
    ranks.dedup();

    let (mut few, places_of_ranks) = candidates(values, &extent, &ranks);
    put_in_place(&mut few, 0, &places_of_ranks);
    let value_at = |rank: usize| few[places_of_ranks[ranks.partition_point(|&r| r < rank)]];
    Ok(places
        .iter()
        .map(|place| place.between(value_at(place.below), value_at(place.above)))
        .collect())
}

/// Where a quantile lies among the sorted values: `weight` of the way from one rank to the next.
struct Place {
    below: usize,
    above: usize,
    weight: f64,
}

impl Place {
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "the floor of a number between 0 and `last`, which is a usize"
    )]
    fn of(part: u16, parts: u16, last: usize) -> Self {
        let position = last as f64 * (f64::from(part) / f64::from(parts));
        if position >= last as f64 {
            // Only for a single value: there is nothing above it.
            return Self { below: last, above: last, weight: 1.0 };
        }
        let below = position.floor();
        let rank = below as usize;
        Self { below: rank, above: rank + 1, weight: position - below }
    }

    /// numpy's `_lerp`, which takes the distance from the nearer end so that rounding keeps the
    /// result between the two.
    fn between(&self, a: f64, b: f64) -> f64 {
        let t = self.weight;
        if t >= 0.5 { b - (b - a) * (1.0 - t) } else { a + (b - a) * t }
    }
}

/// Moves the values of the wanted `ranks` (ascending) to where sorting would put them.
///
/// `values` holds the ranks from `offset` on. Selecting the middle rank splits both the values and
/// the ranks, so each of the log₂(ranks) levels touches every value once.
fn put_in_place(values: &mut [f64], offset: usize, ranks: &[usize]) {
    let middle = ranks.len() / 2;
    let Some(&rank) = ranks.get(middle) else { return };
    let (left, _, right) = values.select_nth_unstable_by(rank - offset, f64::total_cmp);
    put_in_place(left, offset, &ranks[..middle]);
    put_in_place(right, rank + 1, &ranks[middle + 1..]);
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// The same quantiles the slow way.
    fn by_sorting(values: &[f64], parts: u16) -> Vec<f64> {
        let mut sorted = values.to_vec();
        sorted.sort_by(f64::total_cmp);
        (1..parts)
            .map(|part| {
                let place = Place::of(part, parts, sorted.len() - 1);
                place.between(sorted[place.below], sorted[place.above])
            })
            .collect()
    }

    fn bits(values: &[f64]) -> Vec<u64> {
        values.iter().map(|value| value.to_bits()).collect()
    }

    #[test]
    fn refuses_nothing_and_names_the_first_value_that_is_not_finite() {
        assert!(matches!(quantiles(&[], 20), Err(BinningError::NoValues)));
        for bad in [f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let error = quantiles(&[0.5, bad, f64::NAN], 20).unwrap_err();
            assert!(matches!(error, BinningError::NotFinite { index: 1, .. }), "{error}");
        }
    }

    #[test]
    fn a_single_value_is_every_quantile() {
        assert_eq!(bits(&quantiles(&[-0.0], 4).unwrap()), bits(&[-0.0; 3]));
    }

    /// Enough values that most are left out of the selection, and that threads share the work.
    #[test]
    fn many_values_of_any_shape() {
        for n in [5_000_u32, 150_001] {
            let uniform = || (0..n).map(|row| (f64::from(row) * 0.618_033_988_749_895).fract());
            let far = |at: f64| move |value: f64| if value < 1e-3 { at } else { value };
            let shapes: [Vec<f64>; 7] = [
                uniform().collect(),
                uniform().map(|value| value.powi(40)).collect(),
                uniform().map(|value| (20.0 * value).floor() / 20.0).collect(),
                uniform().map(|value| if value < 0.5 { -0.0 } else { 0.0 }).collect(),
                uniform().map(far(1e300)).collect(),
                // Their difference overflows.
                uniform().map(far(-1e308)).map(|value| value * 1.7).chain([1.7e308]).collect(),
                uniform().map(|value| value * 1e-310 - 5e-311).collect(),
            ];
            for (shape, values) in shapes.iter().enumerate() {
                for parts in [2, 20, 1000] {
                    let found = quantiles(values, parts).unwrap();
                    assert_eq!(bits(&found), bits(&by_sorting(values, parts)), "{n} {shape}");
                }
            }
        }
    }

    proptest! {
        #[test]
        fn selection_gives_what_sorting_gives(
            values in prop::collection::vec(prop_oneof![-1e300..1e300, 0.0..1.0, Just(0.5), Just(-0.0), Just(0.0)], 1..400),
            parts in 2u16..60,
        ) {
            prop_assert_eq!(bits(&quantiles(&values, parts).unwrap()), bits(&by_sorting(&values, parts)));
        }
    }
}
