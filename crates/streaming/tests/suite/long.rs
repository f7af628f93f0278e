//! A long stream: how fast it catches up and replays, and that its memory stays what it is.

use std::time::{Duration, Instant};

use strategy_core::{BoxError, Lookback};
use streaming::{
    Begin, Journal, Observation, Pace, Polled, Seen, Source, Started, Status, Stream, start,
};

use crate::market::{DECAY, Still, identity, journal_in, open, plan, released};

const MINUTE: i64 = 60_000_000;

/// Rows that a source gives at a time.
const TOGETHER: i64 = 10_000;

/// Minutes, each with a close and a score that follow from its number.
struct Minutes(i64);

impl Source for Minutes {
    fn name(&self) -> &'static str {
        "minutes"
    }
    fn poll(&mut self, from: &dyn Fn(usize) -> i64, now: Duration) -> Result<Polled, BoxError> {
        let mut seen = Vec::new();
        let mut more = false;
        for series in [0, 1] {
            let first = from(series).max(0) / MINUTE;
            let end = self.0.min(first.saturating_add(TOGETHER));
            let value = |minute: i64| {
                let mixed =
                    (minute * 2 + i64::try_from(series).unwrap_or(0)).wrapping_mul(2_654_435_761);
                let part =
                    f64::from(u16::try_from(mixed.rem_euclid(65_521)).unwrap_or(0)) / 65_521.0;
                if series == 0 { 99.0 + 2.0 * part } else { part }
            };
            let observations = (first..end).map(|minute| Observation {
                time: minute * MINUTE,
                values: Ok(vec![value(minute)]),
            });
            more |= end < self.0;
            seen.push(Seen {
                series,
                observations: observations.collect(),
                read_to: (end < self.0).then(|| (end - 1) * MINUTE),
            });
        }
        Ok(Polled { seen, again: more.then_some(now) })
    }
}

fn begin(journal: &mut Journal) -> Started {
    let begin = Begin {
        identity: streaming::journal::Identity { interval: MINUTE, ..identity() },
        configuration: "{}".to_owned(),
        program: "test".to_owned(),
        plan: streaming::Plan { interval: MINUTE, ..plan() },
        lookback: Lookback::at_least(0),
        from: Some(0),
        new_epoch: false,
        deadline: Duration::ZERO,
        earliest: None,
        seeds_from: None,
        open: &|| Ok(open(DECAY)),
        sources: &|| Ok(vec![Box::new(Minutes(0))]),
        alive: &|| (),
    };
    start(&begin, journal, &Still).unwrap()
}

/// The memory of this process, MB; 0 where nothing tells.
fn megabytes() -> f64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kilobytes: Option<f64> = line.and_then(|line| line.trim().split(' ').next()?.parse().ok());
    kilobytes.unwrap_or(0.0) / 1_000.0
}

/// A tenth of the long campaign's rows, unless the variable `STREAMING_ROWS` says otherwise.
#[test]
fn a_long_stream_catches_up_and_replays_with_the_memory_of_a_short_one() {
    let rows = std::env::var("STREAMING_ROWS").map_or(100_000, |text| text.parse::<i64>().unwrap());
    let folder = tempfile::tempdir().unwrap();
    let path = journal_in(folder.path());
    let pace = Pace { poll: Duration::from_millis(10), once: true };
    let decide = |until: i64| {
        let mut journal = released(&path).unwrap();
        let before = Instant::now();
        let started = begin(&mut journal);
        let (replayed, replay) = (started.replayed, before.elapsed());
        let mut stream = Stream::new(journal, started.core, &Still, pace, Status::default());
        stream.add_sources([Box::new(Minutes(until)) as Box<dyn Source>]);
        let before = Instant::now();
        drop(stream.run(|| false).unwrap());
        (replayed, replay, before.elapsed())
    };
    // The first tenth, then the rest: what memory grows by is what rows leave behind.
    let (_, _, first) = decide(rows / 10);
    let small = megabytes();
    let (_, _, rest) = decide(rows);
    let large = megabytes();
    let (replayed, replay, _) = decide(rows);
    assert_eq!(i64::try_from(replayed).unwrap(), rows);
    let size = std::fs::metadata(&path).unwrap().len();
    #[allow(clippy::cast_precision_loss, reason = "numbers of rows")]
    let a_second = |rows: i64, time: Duration| rows as f64 / time.as_secs_f64();
    eprintln!(
        "{rows} rows of a minute: caught up at {:.0} rows/s, replayed at {:.0} rows/s ({replay:.1?}), memory \
         {small:.0} MB after a tenth, {large:.0} MB after all, journal {} bytes a row",
        a_second(rows, first + rest),
        a_second(rows, replay),
        size / u64::try_from(rows).unwrap()
    );
    assert!(large < small + 60.0, "{small} MB, then {large} MB");
}
