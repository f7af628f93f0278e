//! What is said of returns whose skill is known.

use std::collections::BTreeMap;

use statistics::Moments;
use trials::{Simulation, Subject, Trial, Verdict};

fn simulate(sharpe: f64, correlation: f64) -> f64 {
    let simulation =
        Simulation { strategies: 300, settings: 100, days: 1095, sharpe, correlation, seed: 1 };
    let found = simulation.run().unwrap();
    f64::from(found.not_distinguishable) / f64::from(found.strategies)
}

#[test]
fn luck_is_called_luck_and_skill_is_not() {
    for correlation in [0.0, 0.5, 0.9] {
        let luck = simulate(0.0, correlation);
        assert!(luck >= 0.95, "correlation {correlation}: {luck} of strategies without skill");
        let skill = simulate(2.0, correlation);
        assert!(skill < 0.5, "correlation {correlation}: {skill} of strategies with skill");
    }
}

#[test]
fn a_simulation_has_the_same_bits_with_any_number_of_threads() {
    let simulation = Simulation {
        strategies: 20,
        settings: 10,
        days: 100,
        sharpe: 1.0,
        correlation: 0.3,
        seed: 9,
    };
    let run = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| simulation.run().unwrap())
    };
    assert_eq!(run(1), run(2));
    assert_eq!(run(1), run(7));
}

fn moments(drift: f64, days: u32) -> Moments {
    let returns: Vec<f64> =
        (0..days).map(|day| drift + 0.01 * f64::from(day * 37 % 19) - 0.09).collect();
    Moments::of(&returns).unwrap()
}

#[test]
fn sentences() {
    let said = |daily: Option<&Moments>, sharpes: &[f64], settings| {
        Verdict::of_sharpes(daily, sharpes, settings).sentence
    };
    let (good, bad) = (moments(0.02, 400), moments(0.0, 400));
    assert_eq!(
        said(Some(&good), &[good.sharpe()], 1),
        "1 setting tried; probabilistic Sharpe 0.99: more than luck explains, if nothing else was \
         tried."
    );
    let sharpes: Vec<f64> = (0..20).map(|n| 0.005 * f64::from(n)).collect();
    let sentence = said(Some(&bad), &sharpes, 20);
    assert!(sentence.starts_with("20 settings tried; deflated Sharpe 0."), "{sentence}");
    assert!(sentence.ends_with(": not distinguishable from luck."), "{sentence}");
    assert_eq!(said(None, &[], 3), "3 settings tried; its equity never moved: nothing to judge.");
    assert_eq!(
        said(Some(&moments(0.02, 12)), &[0.1], 1),
        "1 setting tried; too few days to tell skill from luck: 12, wanted 30."
    );
}

#[test]
fn every_other_setting_makes_it_harder() {
    let daily = moments(0.01, 400);
    let trial = |period: u32, sharpe: f64| Trial {
        subject: Subject { strategy: "s".into(), dataset: None, run_name: None },
        start: 0,
        end: 0,
        configuration: BTreeMap::from([("period".to_owned(), period.to_string())]),
        daily: Some(Moments { mean: sharpe, sd: 1.0, ..daily }),
    };
    let mut last = 1.0;
    for count in 0..30 {
        let mut others: Vec<Trial> =
            (0..count).map(|n| trial(n, 0.03 * f64::from(n % 7) - 0.09)).collect();
        let own = |trial: &Trial| trial.configuration["period"] == "1000";
        let verdict = Verdict::of(Some(&daily), &others, own);
        assert_eq!(verdict.settings, count as usize + 1);
        // Its own record among them counts once, and not with an older ratio.
        others.push(trial(1000, 99.0));
        assert_eq!(verdict, Verdict::of(Some(&daily), &others, own));
        if count > 10 {
            let deflated = verdict.deflated_sharpe.unwrap();
            assert!(deflated < last + 0.02, "{count}: {deflated} after {last}");
            last = deflated;
        }
    }
    assert!(last < 0.9, "{last}");
}
