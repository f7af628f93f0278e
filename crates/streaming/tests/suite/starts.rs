//! How streams begin and go on.

use std::time::Duration;

use streaming::journal::Outcome;
use streaming::{Clock as _, Observation, StreamError};

use crate::market::{
    HOUR, Market, Still, Way, assert_is_batch, begin, go_on, journal_in, plan, rows,
};

#[test]
fn a_restart_after_every_row_changes_nothing() {
    let market = Market::hours(60);
    let folder = tempfile::tempdir().unwrap();
    let path = journal_in(folder.path());
    for hours in 1..=60 {
        let (mut journal, mut started) = begin(&path, &market, 0, &Way::default()).unwrap();
        assert_eq!(started.last_number, i64::try_from(hours).unwrap() - 1);
        go_on(&mut journal, &mut started, &market, hours);
    }
    assert_is_batch(&path, &market);
}

#[test]
fn a_journal_begins_with_the_next_row_and_its_seed_is_fed() {
    let market = Market::hours(50);
    let folder = tempfile::tempdir().unwrap();
    let path = journal_in(folder.path());
    let way = Way { from: None, ..Way::default() };
    let (mut journal, mut started) = begin(&path, &market, 30, &way).unwrap();
    // Hours 3, 10, 17 and 24 have no score.
    assert_eq!((started.seeded, started.newest), (26, 29 * HOUR));
    go_on(&mut journal, &mut started, &market, 30);
    assert_eq!(rows(&path).len(), 0);
    go_on(&mut journal, &mut started, &market, 50);
    let rows = rows(&path);
    assert_eq!((rows.len(), rows[0].time, rows[0].number), (20, 30 * HOUR, 1));
    let batch = market.batch();
    for row in rows {
        if let Outcome::Decided { decision, .. } = row.outcome {
            assert!(batch.contains(&(row.time, decision)), "row {}", row.time / HOUR);
        }
    }
}

#[test]
fn a_changed_configuration_needs_an_epoch_and_no_row_is_in_two() {
    let market = Market::hours(40);
    let folder = tempfile::tempdir().unwrap();
    let path = journal_in(folder.path());
    let (mut journal, mut started) = begin(&path, &market, 0, &Way::default()).unwrap();
    go_on(&mut journal, &mut started, &market, 20);
    drop(journal);
    let changed = Way { configuration: r#"{"a":["1"]}"#.to_owned(), ..Way::default() };
    let error = begin(&path, &market, 40, &changed).err();
    assert!(matches!(error, Some(StreamError::Changed { epoch: 1, .. })), "{error:?}");
    let changed = Way { new_epoch: true, ..changed };
    let (mut journal, mut started) = begin(&path, &market, 40, &changed).unwrap();
    assert_eq!(started.epoch, (2, true));
    go_on(&mut journal, &mut started, &market, 40);
    drop(journal);
    // Freshly seeded with the whole history, it decides as the batch does.
    assert_is_batch(&path, &market);
    let epochs: Vec<i64> = rows(&path).iter().map(|row| row.epoch).collect();
    assert_eq!(epochs, [[1; 20], [2; 20]].concat());
    let changed = Way { new_epoch: false, ..changed };
    let (_, started) = begin(&path, &market, 40, &changed).unwrap();
    assert_eq!(started.epoch, (2, false));
}

#[test]
fn another_decision_on_the_journalled_inputs_refuses_to_start_and_names_the_row() {
    let market = Market::hours(20);
    let folder = tempfile::tempdir().unwrap();
    let path = journal_in(folder.path());
    let (mut journal, mut started) = begin(&path, &market, 0, &Way::default()).unwrap();
    go_on(&mut journal, &mut started, &market, 20);
    drop(journal);
    let sqlite = rusqlite::Connection::open(&path).unwrap();
    // The lowest bit of a close.
    let sql = "UPDATE rows SET inputs = cast(x'0000000000005940' || substr(inputs, 9) AS BLOB) WHERE number = 12";
    assert_eq!(sqlite.execute(sql, []).unwrap(), 1);
    drop(sqlite);
    let error = begin(&path, &market, 20, &Way::default()).err();
    match error {
        Some(StreamError::Differs { number: 12, time, .. }) => assert_eq!(time, 11 * HOUR),
        other => panic!("{other:?}"),
    }
}

#[test]
fn another_program_that_decides_otherwise_is_refused_until_it_has_an_epoch_of_its_own() {
    let market = Market::hours(40);
    let folder = tempfile::tempdir().unwrap();
    let path = journal_in(folder.path());
    let (mut journal, mut started) = begin(&path, &market, 0, &Way::default()).unwrap();
    go_on(&mut journal, &mut started, &market, 20);
    drop(journal);
    let other = Way { decay: 0.8, ..Way::default() };
    let refused = |way: &Way, row: i64, of: i64| match begin(&path, &market, 20, way).err() {
        Some(error @ StreamError::Differs { number, epoch, time, .. }) => {
            assert_eq!((number, epoch, time), (row, of, (row - 1) * HOUR));
            assert!(error.to_string().contains("--new-epoch"), "{error}");
        }
        other => panic!("{other:?}"),
    };
    // Two rows come out alike: nothing is forgotten yet.
    refused(&other, 3, 1);
    assert_eq!(rows(&path).len(), 20);
    let another = Way { new_epoch: true, ..other };
    let (mut journal, mut started) = begin(&path, &market, 20, &another).unwrap();
    assert_eq!(started.epoch, (2, true));
    go_on(&mut journal, &mut started, &market, 40);
    drop(journal);
    // It goes on by itself, each row as its own program decides, and the first program is refused.
    let other = Way { new_epoch: false, ..another };
    assert_eq!(begin(&path, &market, 40, &other).unwrap().1.epoch, (2, false));
    refused(&Way::default(), 21, 2);
    let wanted: Vec<_> = market.batch().into_iter().filter(|row| row.0 < 20 * HOUR).collect();
    let later = market.batch_of(0.8).into_iter().filter(|row| row.0 >= 20 * HOUR);
    let decided = rows(&path).into_iter().filter_map(|row| match row.outcome {
        Outcome::Decided { decision, .. } => Some((row.time, decision)),
        Outcome::LeftOut(_) => None,
    });
    assert!(decided.eq(wanted.into_iter().chain(later)));
}

#[test]
fn one_process_has_a_journal() {
    let market = Market::hours(2);
    let folder = tempfile::tempdir().unwrap();
    let path = journal_in(folder.path());
    let first = begin(&path, &market, 0, &Way::default()).unwrap();
    let second = begin(&path, &market, 0, &Way::default()).err();
    assert!(matches!(second, Some(StreamError::Held { .. })), "{second:?}");
    drop(first);
    assert!(begin(&path, &market, 0, &Way::default()).is_ok());
}

#[test]
fn another_file_a_newer_schema_and_another_strategys_journal_are_refused() {
    let market = Market::hours(2);
    let folder = tempfile::tempdir().unwrap();
    let path = journal_in(folder.path());
    std::fs::write(&path, "no database, but long enough to be looked at: ".repeat(20)).unwrap();
    let error = begin(&path, &market, 0, &Way::default()).err();
    assert!(matches!(error, Some(StreamError::NotJournal { .. })), "{error:?}");
    std::fs::remove_file(&path).unwrap();
    drop(begin(&path, &market, 0, &Way::default()).unwrap());
    let change = |sql: &str| {
        rusqlite::Connection::open(&path).unwrap().execute_batch(sql).unwrap();
    };
    change("UPDATE journal SET strategy = 'other'");
    let error = begin(&path, &market, 0, &Way::default()).err();
    assert!(matches!(error, Some(StreamError::OtherJournal { .. })), "{error:?}");
    change("PRAGMA user_version = 99");
    let error = begin(&path, &market, 0, &Way::default()).err();
    assert!(matches!(error, Some(StreamError::NewerSchema { found: 99, .. })), "{error:?}");
}

#[test]
fn what_comes_late_or_is_revised_changes_no_decision() {
    let market = Market::hours(30);
    let folder = tempfile::tempdir().unwrap();
    let path = journal_in(folder.path());
    let (mut journal, mut started) = begin(&path, &market, 0, &Way::default()).unwrap();
    go_on(&mut journal, &mut started, &market, 20);
    let late = |time, value| Observation { time, values: Ok(vec![value]) };
    // The score of hour 3 comes, the close of hour 5 is another.
    started.core.observe(1, vec![late(3 * HOUR, 0.9)], None, Still.since_boot());
    started.core.observe(0, vec![late(5 * HOUR, 1.0)], None, Still.since_boot());
    go_on(&mut journal, &mut started, &market, 30);
    drop(journal);
    assert_is_batch(&path, &market);
}

#[test]
fn rows_wait_side_by_side_and_in_order() {
    let market = Market::hours(10);
    let way = Way { deadline: Duration::from_mins(1), ..Way::default() };
    let folder = tempfile::tempdir().unwrap();
    let path = journal_in(folder.path());
    let (mut journal, mut started) = begin(&path, &market, 0, &way).unwrap();
    go_on(&mut journal, &mut started, &market, 10);
    // Hour 3 has no score, so the hours after it wait behind it.
    assert_eq!(rows(&path).len(), 3);
    let core = &mut started.core;
    let early = core.decide(Still.since_boot() + Duration::from_secs(59), 0).unwrap();
    assert_eq!(early.rows.len(), 0);
    let commit = core.decide(Still.since_boot() + Duration::from_mins(1), 0).unwrap();
    assert_eq!(commit.rows.len(), 7);
    assert_eq!(commit.rows[0].outcome, Outcome::LeftOut("no y_pred".to_owned()));
    assert_eq!(core.queue().plan(), &plan());
}
