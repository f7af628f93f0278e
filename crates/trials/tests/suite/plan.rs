//! The settings of a sweep.

use std::collections::BTreeSet;

use proptest::prelude::*;
use trials::{Axis, Plan, TrialsError};

fn axes(texts: &[&str]) -> Vec<Axis> {
    texts.iter().map(|text| text.parse().unwrap()).collect()
}

#[test]
fn a_grid_is_every_combination_in_order() {
    let plan = Plan::grid(&axes(&["fast=5,10", "--slow=20:30:10"])).unwrap();
    assert_eq!(plan.keys, ["fast", "slow"]);
    assert_eq!(plan.settings, [["5", "20"], ["5", "30"], ["10", "20"], ["10", "30"]]);
    let flags: Vec<(String, String)> = plan.flags(2).into_iter().collect();
    assert_eq!(flags, [("fast".into(), "10".into()), ("slow".into(), "20".into())]);
}

#[test]
fn ranges_reach_their_end_and_keep_their_decimals() {
    let values = |text: &str| text.parse::<Axis>().unwrap().values;
    assert_eq!(values("x=0:1:0.1").len(), 11);
    assert_eq!(values("x=0:1:0.1")[3], "0.3");
    assert_eq!(values("x=3:1:-1"), ["3", "2", "1"]);
    assert_eq!(values("x=1:10:4"), ["1", "5", "9"]);
    assert_eq!(values("x=a, b"), ["a", "b"]);
    assert_eq!(values("x=7:7:1"), ["7"]);
}

#[test]
fn what_is_no_axis_says_why() {
    for text in
        ["x", "=1", "x=", "x=1,,2", "x=1,1", "x=1:2:0", "x=2:1:1", "x=1:b:1", "x=1:2", "x=0:9e9:1"]
    {
        let error = text.parse::<Axis>().unwrap_err();
        assert!(matches!(&error, TrialsError::Set { .. }), "{error}");
        assert!(error.to_string().contains(text), "{error}");
    }
    assert!(matches!(Plan::grid(&[]), Err(TrialsError::NothingToTry)));
    assert!(matches!(Plan::grid(&axes(&["x=1", "x=2"])), Err(TrialsError::Set { .. })));
    let large = axes(&["a=1:1000:1", "b=1:1000:1", "c=1:1000:1"]);
    let error = Plan::grid(&large).unwrap_err().to_string();
    assert!(error.contains("1000000000 combinations") && error.contains("--random"), "{error}");
    assert_eq!(Plan::random(&large, 50, 1).unwrap().settings.len(), 50);
}

proptest! {
    #[test]
    fn random_settings_are_different_ones_of_the_grid(
        a in 1_u32..20, b in 1_u32..20, count in 1_usize..500, seed: u64,
    ) {
        let axes = axes(&[&format!("a=1:{a}:1"), &format!("b=1:{b}:1")]);
        let plan = Plan::random(&axes, count, seed).unwrap();
        prop_assert_eq!(plan.settings.len(), count.min((a * b) as usize));
        let grid = Plan::grid(&axes).unwrap();
        let mut grid = grid.settings.iter();
        // In the order of the grid, so each at most once.
        prop_assert!(plan.settings.iter().all(|setting| grid.any(|other| other == setting)));
        prop_assert_eq!(&plan, &Plan::random(&axes, count, seed).unwrap());
    }
}

#[test]
fn every_setting_can_be_drawn() {
    let axes = axes(&["a=1:10:1"]);
    let drawn: BTreeSet<String> =
        (0..200).flat_map(|seed| Plan::random(&axes, 1, seed).unwrap().settings.concat()).collect();
    assert_eq!(drawn.len(), 10);
}
