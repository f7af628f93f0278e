//! Clocks that are wrong.

use std::cell::Cell;
use std::time::Duration;

use streaming::{Clock, Pace, Status, Stream};

use crate::market::{HOUR, Hours, Market, Still, Way, assert_is_batch, begin, journal_in, rows};

/// An hour off, and stepping back and forth at every look.
struct Wrong(Cell<i64>);

impl Clock for Wrong {
    fn since_boot(&self) -> Duration {
        Still.since_boot()
    }
    fn boot(&self) -> &'static str {
        "boot"
    }
    fn now(&self) -> i64 {
        self.0.set(-self.0.get());
        Still.now() - HOUR + self.0.get()
    }
}

#[test]
fn a_clock_that_is_wrong_and_steps_back_changes_no_decision() {
    let market = Market::hours(200);
    let folder = tempfile::tempdir().unwrap();
    let path = journal_in(folder.path());
    let clock = Wrong(Cell::new(2 * HOUR));
    let pace = Pace { poll: Duration::from_millis(1), once: true };
    let mut instants = Vec::new();
    for hours in (10..=200).step_by(10) {
        let (journal, started) = begin(&path, &market, 0, &Way::default()).unwrap();
        let mut stream = Stream::new(journal, started.core, &clock, pace, Status::default());
        stream.add_sources([Box::new(Hours(&market, hours)) as Box<dyn streaming::Source>]);
        stream.run(|| false).unwrap();
        instants.extend(rows(&path).last().map(|row| row.decided_at));
    }
    assert!(instants.windows(2).any(|pair| pair[1] < pair[0]), "the clock stepped back");
    assert_is_batch(&path, &market);
}
