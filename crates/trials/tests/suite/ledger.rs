//! The file of trials.

use std::collections::BTreeMap;
use std::fs;

use statistics::Moments;
use trials::{Ledger, Subject, Trial, TrialsError};

fn trial(strategy: &str, period: &str) -> Trial {
    Trial {
        subject: Subject {
            strategy: strategy.to_owned(),
            dataset: Some("binance_btcusdt_perp_1h".to_owned()),
            run_name: None,
        },
        start: 0,
        end: 1,
        configuration: BTreeMap::from([("period".to_owned(), period.to_owned())]),
        daily: Moments::of(&[0.1, -0.2, 1.0 / 3.0]).ok(),
    }
}

#[test]
fn what_is_added_is_found_again() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::at(folder.path().join("deep/trials.jsonl"));
    assert_eq!(ledger.all().unwrap(), []);
    assert_eq!(ledger.forget(|_| true).unwrap(), 0);
    let trials = [trial("a", "10"), trial("a", "20"), trial("b", "10")];
    ledger.add(&trials[..2]).unwrap();
    ledger.add(&trials[2..]).unwrap();
    assert_eq!(ledger.all().unwrap(), trials);
    assert_eq!(ledger.of(&trials[0].subject).unwrap(), &trials[..2]);

    // The same configuration again is the same setting: the last of it counts.
    let again = Trial { end: 99, ..trials[0].clone() };
    ledger.add(std::slice::from_ref(&again)).unwrap();
    assert_eq!(ledger.of(&again.subject).unwrap(), [again.clone(), trials[1].clone()]);

    assert_eq!(ledger.forget(|trial| trial.subject.strategy == "a").unwrap(), 3);
    assert_eq!(ledger.all().unwrap(), &trials[2..]);
    assert_eq!(ledger.forget(|_| true).unwrap(), 1);
    assert_eq!(fs::read(ledger.path()).unwrap(), b"");
}

#[test]
fn a_torn_line_is_no_trial_and_a_bad_one_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::at(folder.path().join("trials.jsonl"));
    ledger.add(&[trial("a", "10")]).unwrap();
    let whole = fs::read_to_string(ledger.path()).unwrap();
    for length in 1..whole.len() {
        fs::write(ledger.path(), format!("{whole}{}", &whole[..length])).unwrap();
        let known = if length == whole.len() { 2 } else { 1 };
        assert_eq!(ledger.all().unwrap().len(), known);
    }
    // The next trial takes the torn one's place.
    ledger.add(&[trial("a", "20")]).unwrap();
    assert_eq!(ledger.all().unwrap(), [trial("a", "10"), trial("a", "20")]);

    fs::write(ledger.path(), format!("{whole}nonsense\n{whole}")).unwrap();
    let error = ledger.all().unwrap_err();
    assert!(matches!(error, TrialsError::Line { line: 2, .. }), "{error}");
    assert!(ledger.forget(|_| true).is_err());
}

#[test]
fn many_programs_add_at_once() {
    let folder = tempfile::tempdir().unwrap();
    let ledger = Ledger::at(folder.path().join("trials.jsonl"));
    std::thread::scope(|scope| {
        for thread in 0..8 {
            let ledger = ledger.clone();
            scope.spawn(move || {
                for period in 0..25 {
                    ledger.add(&[trial(&format!("s{thread}"), &period.to_string())]).unwrap();
                    if period == 20 {
                        ledger.forget(|trial| trial.subject.strategy == "nobody").unwrap();
                    }
                }
            });
        }
    });
    assert_eq!(ledger.all().unwrap().len(), 200);
}
