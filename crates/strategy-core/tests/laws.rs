//! Every cheater is caught by the law that it breaks, in the row where it does; the honest pass.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod cheaters;

use arrow::array::RecordBatch;
use cheaters::{FromCloses, Nothing, Run, cheats, honest, rows, waves};
use proptest::prelude::*;
use strategy_core::Opened;
use strategy_core::laws::{self, Checked, Cut, Future, Law, LawError, Violation};

fn check<C: FromCloses>(rows: &RecordBatch, seed: u64) -> Result<Checked, LawError> {
    laws::check(
        &|| Ok(Box::new(Opened::<Run<C>>::of(Nothing {}, &strategy_core::Subject::default())?)),
        rows,
        seed,
    )
}

/// The violation of `C`, which must be the same in law and row whatever the seed.
fn caught<C: FromCloses>(close: &[f64]) -> Violation {
    let rows = rows(close);
    let violation = |seed| match check::<C>(&rows, seed) {
        Err(LawError::Violated(violation)) => *violation,
        other => panic!("{} with seed {seed}: {other:?}", C::NAME),
    };
    let first = violation(0);
    for seed in 1..20 {
        let other = violation(seed);
        assert_eq!(
            (first.law, first.row),
            (other.law, other.row),
            "{}: {first} / {other}",
            C::NAME
        );
    }
    first
}

const FALLING_THEN_RISING: [f64; 6] = [105.0, 104.0, 103.0, 102.0, 103.0, 104.0];

#[test]
fn peeking_one_row_ahead_breaks_prefix_invariance() {
    let violation = caught::<cheats::Prophet>(&FALLING_THEN_RISING);
    assert_eq!((violation.law, violation.row), (Law::PrefixInvariance, 3));
    assert_eq!(violation.timestamp, 1_761_955_200_000_000 + 3 * cheaters::HOUR);
    assert_eq!(violation.feed.future, Future::Missing { from: 4 });
    assert_eq!(
        violation.to_string(),
        "prefix invariance is broken in row 3 (2025-11-01 03:00:00 UTC): `value` is 1.0, but 0.0 \
         when rows 4 and later are not there yet: the decision looks ahead"
    );
    let violation = caught::<cheats::Demeaned>(&waves(50));
    assert_eq!((violation.law, violation.row), (Law::PrefixInvariance, 0));
}

#[test]
fn to_know_that_no_row_follows_is_to_look_ahead() {
    let violation = caught::<cheats::Closer>(&waves(50));
    assert_eq!((violation.law, violation.row), (Law::PrefixInvariance, 0));
}

#[test]
fn a_look_ahead_that_waits_for_other_data_is_found_by_changing_the_future() {
    let rows = rows(&waves(50));
    for seed in 0..20 {
        let evader = check::<cheats::Evader>(&rows, seed).unwrap_err();
        let LawError::Violated(evader) = evader else { panic!("{evader}") };
        assert_eq!(evader.law, Law::PrefixInvariance);
        assert!(
            matches!(evader.feed.future, Future::Changed { from, .. } if from == evader.row + 1)
        );
    }
    let seer = caught::<cheats::GapSeer>(&waves(50));
    assert_eq!((seer.law, seer.row), (Law::PrefixInvariance, 0));
    assert!(seer.to_string().contains("rows 1 and later hold other values (the same rows a day"));
}

#[test]
fn a_look_ahead_in_later_batches_is_no_matter_of_the_split() {
    // Batches of one row show nothing; the two halves, from row 3 on, do.
    let violation = caught::<cheats::LateProphet>(&FALLING_THEN_RISING);
    assert_eq!((violation.law, violation.row), (Law::PrefixInvariance, 3));
    assert_eq!(violation.feed.cut, Cut::At { starts: vec![3] });
    assert!(violation.to_string().contains("`value` is 1.0, but 0.0 when rows 4"), "{violation}");
}

#[test]
fn state_lost_or_wrongly_kept_breaks_split_invariance() {
    let violation = caught::<cheats::Forgetful>(&[7.0, 7.0, 7.0, 10.0, 7.0]);
    assert_eq!((violation.law, violation.row), (Law::SplitInvariance, 3));
    assert_eq!(
        (violation.feed.cut.clone(), violation.batch.clone()),
        (Cut::Every { rows: 1 }, 3..4)
    );
    assert_eq!(
        violation.to_string(),
        "split invariance is broken in row 3 (2025-11-01 03:00:00 UTC): `value` is 7.75 when the \
         rows come all in one batch, but 10.0 when they come one row at a time (there its batch is \
         rows 3 to 3): state is lost, or wrongly kept, between batches"
    );
    let violation = caught::<cheats::Stale>(&waves(50));
    assert_eq!((violation.law, violation.row), (Law::SplitInvariance, 1));
}

#[test]
fn an_empty_batch_must_be_harmless() {
    let violation = caught::<cheats::Restarter>(&waves(50));
    assert_eq!((violation.law, violation.row), (Law::SplitInvariance, 25));
    assert_eq!(violation.feed.cut, Cut::At { starts: vec![0, 25, 25, 50] });
    assert_eq!((violation.expected.as_str(), violation.found.as_str()), ("26.0", "1.0"));
}

#[test]
fn whatever_does_not_repeat_itself_breaks_determinism() {
    let rows = rows(&waves(200));
    for seed in 0..5 {
        for (name, result) in [
            ("unordered", check::<cheats::Unordered>(&rows, seed)),
            ("numbering", check::<cheats::Numbering>(&rows, seed)),
            ("coin-flip", check::<cheats::CoinFlip>(&rows, seed)),
        ] {
            let Err(LawError::Violated(violation)) = result else { panic!("{name}: {result:?}") };
            assert_eq!(violation.law, Law::Determinism, "{name}: {violation}");
            let earliest = match name {
                "unordered" => 2..100, // Sums of two floats are the same in any order.
                "coin-flip" => 10..200,
                _ => 0..1,
            };
            assert!(earliest.contains(&violation.row), "{name}: {violation}");
        }
    }
}

#[test]
fn what_was_left_in_a_buffer_breaks_determinism() {
    let Err(LawError::Violated(violation)) = check::<cheats::Uncleared>(&rows(&waves(50)), 0)
    else {
        panic!("passed")
    };
    assert_eq!((violation.law, violation.row), (Law::Determinism, 0));
    assert_eq!(violation.expected, "NaN");
}

#[test]
fn honest_strategies_pass_and_the_runs_are_bounded() {
    let rows = rows(&waves(300));
    for checked in [check::<honest::MovingAverage>, check::<honest::Memoryless>] {
        let checked = checked(&rows, 5).unwrap();
        assert_eq!((checked.rows, checked.refused), (300, 0));
        assert!((60..=80).contains(&checked.rounds), "{checked:?}");
    }
    // Its refusals of extreme prices are no violation, only less of a proof.
    let checked = check::<honest::Fussy>(&rows, 5).unwrap();
    assert!(checked.refused > 0 && checked.refused < checked.rounds / 3, "{checked:?}");
}

#[test]
fn what_is_no_matter_of_a_law_is_said_as_what_it_is() {
    let error = check::<honest::Fussy>(&rows(&[100.0, 5.0, 100.0]), 0).unwrap_err();
    assert!(matches!(&error, LawError::Strategy { rows, .. } if *rows == (0..3)), "{error}");
    let error = check::<honest::NeedsTwo>(&rows(&waves(9)), 0).unwrap_err();
    assert!(matches!(&error, LawError::Strategy { rows, .. } if *rows == (0..1)), "{error}");
    assert!(error.to_string().ends_with("rows 0 to 0 when the rows come one row at a time"));
    assert!(matches!(check::<honest::Memoryless>(&rows(&[]), 0), Err(LawError::NoRows)));
    let refused = laws::check(&|| Err("no".into()), &rows(&[1.0]), 0);
    assert!(matches!(refused, Err(LawError::Open { .. })));
    let backwards = rows(&[1.0, 2.0]);
    let backwards = arrow::compute::concat_batches(&backwards.schema(), [&backwards, &backwards]);
    let error = check::<honest::Memoryless>(&backwards.unwrap(), 0).unwrap_err();
    assert!(matches!(error, LawError::Rows(_)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn honest_strategies_pass_on_any_rows(
        close in prop::collection::vec(prop_oneof![Just(100.0), 0.01..1e6_f64], 1..40),
        seed: u64,
    ) {
        let rows = rows(&close);
        prop_assert!(check::<honest::MovingAverage>(&rows, seed).is_ok());
        prop_assert!(check::<honest::Memoryless>(&rows, seed).is_ok());
    }

    #[test]
    fn the_row_is_the_first_that_matters(
        close in prop::collection::vec(prop_oneof![Just(100.0), 50.0..150.0_f64], 2..40),
        seed: u64,
    ) {
        let rows = rows(&close);
        let violation = |result: Result<_, LawError>| match result {
            Err(LawError::Violated(violation)) => Some((violation.law, violation.row)),
            _ => None,
        };
        if let Some(rise) = close.windows(2).position(|pair| pair[1] > pair[0]) {
            let found = violation(check::<cheats::Prophet>(&rows, seed));
            prop_assert_eq!(found, Some((Law::PrefixInvariance, rise)));
        }
        let mut sum = close[0];
        let differs = (1..close.len()).find(|&row| {
            sum += close[row];
            sum / (row + 1) as f64 != close[row]
        });
        let found = violation(check::<cheats::Forgetful>(&rows, seed));
        prop_assert_eq!(found, differs.map(|row| (Law::SplitInvariance, row)));
    }
}

#[test]
fn a_lookback_that_is_too_short_breaks_start() {
    let violation = caught::<cheats::ShortMemory>(&waves(50));
    assert_eq!((violation.law, violation.row), (Law::Start, 4));
    assert!(violation.to_string().contains("it needs more rows"), "{violation}");
}

#[test]
fn a_weight_above_the_capital_breaks_shape() {
    let violation = caught::<cheats::Greedy>(&[100.0, 105.0, 120.0, 101.0]);
    assert_eq!((violation.law, violation.row), (Law::Shape, 2));
    assert!(violation.to_string().contains("add up to 1.5"), "{violation}");
}

#[test]
fn endless_memory_is_measured_not_blamed() {
    let checked = check::<honest::Exponential>(&rows(&waves(60)), 1).unwrap();
    assert!(checked.starts.compared > 0);
    let checked = check::<honest::MovingAverage>(&rows(&waves(60)), 1).unwrap();
    assert_eq!(checked.starts.differing, 0);
}
