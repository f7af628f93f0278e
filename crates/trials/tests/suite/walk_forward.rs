//! Nothing of a test period, and nothing purged before it, is looked at.

use proptest::prelude::*;
use serde_json::json;
use statistics::Moments;
use trials::{Axis, Evaluated, Outcome, Plan, ResultsFolder, Step, WalkForward, sweep};

/// Months of 30 days each.
fn months(days: usize) -> Vec<i64> {
    (0..days).map(|day| i64::try_from(day / 30).unwrap() + 600).collect()
}

#[test]
fn steps_follow_each_other() {
    let walk = WalkForward { train: 3, test: 1, purge: 2, embargo: 1, look_ahead: false };
    let steps = walk.steps(&months(165));
    let tests: Vec<_> = steps.iter().map(|step| step.test.clone()).collect();
    assert_eq!(tests, [90..120, 120..150, 150..165]);
    let trains: Vec<_> = steps.iter().map(|step| step.train.clone()).collect();
    assert_eq!(trains, [0..87, 30..117, 60..147]);
    assert_eq!(walk.steps(&months(90)), []);
    assert_eq!(walk.steps(&[]), []);
}

fn choose(walk: WalkForward, settings: &[Vec<f64>]) -> Vec<Step> {
    let folder = tempfile::tempdir().unwrap();
    let axis: Axis = format!("x=1:{}:1", settings.len()).parse().unwrap();
    let results = ResultsFolder::open(folder.path(), &json!({}), false).unwrap();
    let evaluate = |chunk: &[usize]| {
        let outcome = |&index: &usize| {
            Outcome::Evaluated(Evaluated {
                returns: settings[index].clone(),
                total_return: 0.0,
                max_drawdown: 0.0,
                trades: 1,
                wins: 1,
                daily: Moments::of(&settings[index]).ok(),
            })
        };
        Ok::<_, trials::TrialsError>(chunk.iter().map(outcome).collect())
    };
    assert!(sweep(&Plan::grid(&[axis]).unwrap(), &results, evaluate, |_| true).unwrap());
    walk.choose(&results, &months(settings[0].len())).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(30))]
    #[test]
    fn what_happens_from_the_purge_on_changes_no_choice(
        settings in prop::collection::vec(prop::collection::vec(-0.05..0.05_f64, 150), 2..6),
        purge in 0_usize..10,
        embargo in 0_usize..5,
        other in -0.5..0.5_f64,
    ) {
        let walk = WalkForward { train: 2, test: 1, purge, embargo, look_ahead: false };
        let steps = choose(walk, &settings);
        prop_assert_eq!(steps.len(), 3);
        for (place, step) in steps.iter().enumerate() {
            prop_assert_eq!(step.train.end + purge + embargo, step.test.start);
            let past = |setting: &Vec<f64>| Moments::of(&setting[step.train.clone()]).unwrap().sharpe();
            let best = settings.iter().map(past).fold(f64::MIN, f64::max);
            prop_assert_eq!(step.sharpe, Some(best));
            let changed: Vec<Vec<f64>> = settings
                .iter()
                .enumerate()
                .map(|(n, setting)| {
                    let mut changed = setting.clone();
                    let sign = if n % 2 == 0 { 1.0 } else { -1.0 };
                    changed[step.train.end..].iter_mut().for_each(|r| *r += sign * other);
                    changed
                })
                .collect();
            prop_assert_eq!(&choose(walk, &changed)[place], step);
        }
    }
}
