//! The contract suite lets good strategies through and says of bad ones what is bad.
#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]
#![allow(dead_code, reason = "the cheaters are shared with another test program")]

mod cheaters;
mod sloppy;

use cheaters::{Run, cheats, honest};
use sloppy::{Fault, Sloppy, faults};
use strategy_core::contract_tests::{ContractError, suite};
use strategy_core::laws::{Law, LawError};
use strategy_core::registry::Entry;

fn sloppy<F: Fault>() -> Result<(), ContractError> {
    suite(&Entry::of::<Sloppy<F>>("tests"), &[])
}

macro_rules! assert_missed {
    ($fault:ty, $error:pat) => {
        let result = sloppy::<$fault>();
        assert!(matches!(&result, Err($error)), "{}: {result:?}", stringify!($fault));
    };
}

#[test]
fn good_strategies_pass() {
    for entry in [
        Entry::of::<Run<honest::MovingAverage>>("tests"),
        Entry::of::<Run<honest::Memoryless>>("tests"),
        Entry::of::<Sloppy<faults::None>>("tests"),
        Entry::of::<Sloppy<faults::EchoesTheScore>>("tests"),
        Entry::of::<Sloppy<faults::NullsInSomeBatches>>("tests"),
    ] {
        let result = suite(&entry, &[]);
        assert!(result.is_ok(), "{}: {result:?}", entry.name());
    }
}

#[test]
fn cheaters_are_caught_by_the_right_law() {
    for (entry, law) in [
        (Entry::of::<Run<cheats::Prophet>>("tests"), Law::PrefixInvariance),
        (Entry::of::<Run<cheats::Demeaned>>("tests"), Law::PrefixInvariance),
        (Entry::of::<Run<cheats::GapSeer>>("tests"), Law::PrefixInvariance),
        (Entry::of::<Run<cheats::Closer>>("tests"), Law::PrefixInvariance),
        (Entry::of::<Run<cheats::LateProphet>>("tests"), Law::PrefixInvariance),
        (Entry::of::<Run<cheats::Evader>>("tests"), Law::PrefixInvariance),
        (Entry::of::<Run<cheats::Forgetful>>("tests"), Law::SplitInvariance),
        (Entry::of::<Run<cheats::Stale>>("tests"), Law::SplitInvariance),
        (Entry::of::<Run<cheats::Restarter>>("tests"), Law::SplitInvariance),
        (Entry::of::<Run<cheats::Unordered>>("tests"), Law::Determinism),
        (Entry::of::<Run<cheats::Numbering>>("tests"), Law::Determinism),
        (Entry::of::<Run<cheats::CoinFlip>>("tests"), Law::Determinism),
    ] {
        match suite(&entry, &[]) {
            Err(ContractError::Laws(LawError::Violated(violation))) => {
                assert_eq!(violation.law, law, "{}: {violation}", entry.name());
            }
            other => panic!("{}: {other:?}", entry.name()),
        }
    }
}

#[test]
fn presentation_and_parameters() {
    assert_missed!(faults::CapitalName, ContractError::Name { found: "Bins" });
    assert_missed!(faults::DoubleDash, ContractError::Name { .. });
    assert_missed!(faults::FullStop, ContractError::About { .. });
    assert_missed!(faults::TwoLines, ContractError::About { .. });
    assert_missed!(faults::NoDefault, ContractError::Defaults { .. });
}

#[test]
fn flags_are_the_strategys_own() {
    let entry = Entry::of::<Sloppy<faults::None>>("tests");
    assert!(suite(&entry, &["--level", "3"]).is_ok());
    let error = suite(&entry, &["--levle", "3"]);
    assert!(matches!(error, Err(ContractError::Flags { .. })), "{error:?}");
    let error = suite(&entry, &["--level", "99"]);
    assert!(matches!(error, Err(ContractError::Open { .. })), "{error:?}");
    // What is read may depend on the flags: then those columns are made.
    let entry = Entry::of::<Sloppy<faults::SecondInstrument>>("tests");
    assert!(suite(&entry, &["--level", "2"]).is_ok());
}

#[test]
fn inputs() {
    assert_missed!(faults::TwiceTheSame, ContractError::RepeatedInput { .. });
    assert_missed!(faults::NoDataset, ContractError::UnreadableInput { source: Some(_), .. });
    assert_missed!(faults::Undeclared, ContractError::Refused { rows: 600, .. });
}

#[test]
fn output() {
    assert_missed!(faults::SecondSignal, ContractError::Columns { .. });
    assert_missed!(faults::Blank, ContractError::ColumnName { .. });
    assert_missed!(faults::Twins, ContractError::RepeatedColumn { .. });
    assert_missed!(faults::FalseScore, ContractError::NotTheInput { .. });
    assert_missed!(faults::ForeignClose, ContractError::NotTheInput { .. });
    assert_missed!(faults::TypeByRows, ContractError::Schema { .. });
    assert_missed!(faults::RefusesNothing, ContractError::Refused { rows: 0, .. });
}
