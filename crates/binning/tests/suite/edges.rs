//! Laws of edges and bins.

use binning::{BinCount, BinEdges, BinningError};
use proptest::prelude::*;

fn bits(values: &[f64]) -> Vec<u64> {
    values.iter().map(|value| value.to_bits()).collect()
}

/// Probabilities, many of them tied, and the odd value from far away.
fn values() -> impl Strategy<Value = Vec<f64>> {
    let value = prop_oneof![
        4 => 0.0..=1.0,
        4 => (0..8u8).prop_map(|step| f64::from(step) / 8.0),
        1 => -1e200..1e200,
        1 => Just(-0.0),
    ];
    prop::collection::vec(value, 1..300)
}

fn n_bins() -> impl Strategy<Value = BinCount> {
    prop_oneof![2u32..40, 2u32..=1000].prop_map(|count| BinCount::try_from(count).unwrap())
}

/// Ascending edges with ties, on a grid that values can meet exactly.
fn grid_edges() -> impl Strategy<Value = BinEdges> {
    prop::collection::vec(0..16u8, 1..40).prop_map(|mut steps| {
        steps.sort_unstable();
        BinEdges::from_vec(steps.iter().map(|&step| f64::from(step) / 16.0).collect()).unwrap()
    })
}

proptest! {
    #[test]
    fn there_are_always_n_minus_one_ascending_edges(values in values(), n_bins in n_bins()) {
        let edges = BinEdges::quantiles(&values, n_bins).unwrap();
        prop_assert_eq!(edges.as_slice().len(), usize::from(n_bins.get()) - 1);
        prop_assert_eq!(edges.n_bins(), n_bins);
        prop_assert!(edges.as_slice().is_sorted());
        let (low, high) = values.iter().fold((f64::MAX, f64::MIN), |(l, h), &v| (l.min(v), h.max(v)));
        prop_assert!(edges.as_slice().iter().all(|&edge| low <= edge && edge <= high));
    }

    #[test]
    fn the_order_of_rows_does_not_matter(
        (values, shuffled) in values().prop_flat_map(|v| (Just(v.clone()), Just(v).prop_shuffle())),
        n_bins in n_bins(),
    ) {
        let edges = BinEdges::quantiles(&values, n_bins).unwrap();
        let of_shuffled = BinEdges::quantiles(&shuffled, n_bins).unwrap();
        prop_assert_eq!(bits(edges.as_slice()), bits(of_shuffled.as_slice()));
    }

    #[test]
    fn every_value_but_nan_has_the_bin_of_the_definition(
        edges in grid_edges(),
        value in prop_oneof![any::<f64>(), (0..16u8).prop_map(|step| f64::from(step) / 16.0)],
    ) {
        if value.is_nan() {
            let refused = matches!(edges.assign(value), Err(BinningError::NotANumber { .. }));
            prop_assert!(refused);
            return Ok(());
        }
        let bin = edges.assign(value).unwrap();
        prop_assert!(edges.bins().contains(&bin));
        let not_above = edges.as_slice().iter().filter(|&&edge| edge <= value).count();
        prop_assert_eq!(usize::from(bin), 1 + not_above);
        let (lower, upper) = edges.bounds(bin);
        prop_assert!(lower.is_none_or(|lower| lower <= value));
        prop_assert!(upper.is_none_or(|upper| value < upper));
    }

    #[test]
    fn a_larger_value_has_no_lower_bin(edges in grid_edges(), a in -0.5..1.5, b in -0.5..1.5) {
        let (small, large) = if a <= b { (a, b) } else { (b, a) };
        prop_assert!(edges.assign(small).unwrap() <= edges.assign(large).unwrap());
    }

    #[test]
    fn a_slice_is_assigned_as_its_values_are(edges in grid_edges(), values in values()) {
        let mut bins = vec![0; values.len()];
        edges.assign_into(&values, &mut bins).unwrap();
        let one_by_one: Vec<u16> = values.iter().map(|&v| edges.assign(v).unwrap()).collect();
        prop_assert_eq!(bins, one_by_one);
    }

    /// On a grid finer than the edges every non-empty piece holds a grid point, so trying them all
    /// decides which bins can be reached.
    #[test]
    fn unreachable_is_what_no_value_reaches(edges in grid_edges(), low in 0..64u8, width in 0..64u8) {
        let at = |step: u8| f64::from(step) / 64.0;
        let reached: Vec<u16> =
            (low..=low + width).map(|step| edges.assign(at(step)).unwrap()).collect();
        let wanted: Vec<u16> = edges.bins().filter(|bin| !reached.contains(bin)).collect();
        prop_assert_eq!(edges.unreachable(&(at(low)..=at(low + width))), wanted);
    }
}

#[test]
fn ties_leave_the_last_bin_the_top() {
    // Nine in ten values are equal: most bins vanish, bin 20 is still the top 5 %.
    let values: Vec<f64> = (0..1000).map(|row| if row < 900 { 0.1 } else { 0.9 }).collect();
    let edges = BinEdges::quantiles(&values, BinCount::default()).unwrap();
    assert_eq!(edges.assign(0.9).unwrap(), 20);
    assert_eq!(edges.assign(0.05).unwrap(), 1);
    assert_eq!(edges.unreachable(&(0.1..=0.9)).first(), Some(&1));
}

#[test]
fn the_number_of_bins_is_2_to_1000() {
    for bad in [0, 1, 1001, 65_538, u32::MAX] {
        let error = BinCount::try_from(bad).unwrap_err();
        assert!(matches!(&error, BinningError::BinCount { found } if *found == bad.to_string()));
        assert!(error.to_string().contains("2 to 1000"), "{error}");
    }
    for bad in ["", "twenty", "-3", "2.5"] {
        assert!(matches!(bad.parse::<BinCount>(), Err(BinningError::BinCount { .. })), "{bad}");
    }
    assert_eq!(serde_json::to_string(&BinCount::default()).unwrap(), "20");
    assert!(serde_json::from_str::<BinCount>("1").is_err());
}

#[test]
fn refuses_edges_that_are_none() {
    assert!(matches!(BinEdges::from_vec(vec![]), Err(BinningError::BinCount { .. })));
    assert!(matches!(BinEdges::from_vec(vec![0.5; 1000]), Err(BinningError::BinCount { .. })));
    assert!(matches!(
        BinEdges::from_vec(vec![0.1, f64::NAN]),
        Err(BinningError::EdgeNotFinite { index: 1, .. })
    ));
    assert!(matches!(
        BinEdges::from_vec(vec![0.1, 0.3, 0.2]),
        Err(BinningError::EdgesUnordered { index: 2, previous: 0.3, value: 0.2 })
    ));
    let apart = BinEdges::quantiles(&[f64::MIN, f64::MAX], BinCount::default());
    assert!(matches!(apart, Err(BinningError::EdgeNotFinite { .. })));
}

#[test]
fn names_the_first_nan_and_lengths_that_differ() {
    let edges = BinEdges::from_vec(vec![0.5]).unwrap();
    let error = edges.assign_into(&[0.1, f64::NAN, f64::NAN], &mut [0; 3]).unwrap_err();
    assert!(matches!(error, BinningError::NotANumber { index: 1 }));
    let error = edges.assign_into(&[0.1, 0.2], &mut [0; 3]).unwrap_err();
    assert!(matches!(error, BinningError::LengthMismatch { found: 3, wanted: 2, .. }));
}

#[test]
fn bounds_are_open_at_both_ends() {
    let edges = BinEdges::from_vec(vec![0.2, 0.4]).unwrap();
    assert_eq!(edges.bounds(1), (None, Some(0.2)));
    assert_eq!(edges.bounds(2), (Some(0.2), Some(0.4)));
    assert_eq!(edges.bounds(3), (Some(0.4), None));
    assert_eq!(edges.bounds(0), (None, None));
    assert_eq!(edges.bounds(4), (None, None));
}
