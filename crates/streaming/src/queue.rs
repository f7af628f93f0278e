//! Rows that wait for what they require, in order.
//!
//! Knows no file and no clock: observations and instants come in, settled rows come out. An instant
//! is the time since the machine started.

use std::collections::BTreeMap;
use std::time::Duration;

/// How a series takes part in a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// The value of the row's own time.
    SameTime,
    /// The last value of the row's close or before. One that is due by then, as the last two are apart,
    /// is waited for.
    LastByClose,
    /// None: it is kept for the account alone.
    Beside,
}

/// A series that rows need values of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SeriesPlan {
    /// What a person calls it, as in `y_pred`.
    pub name: String,
    /// How it takes part.
    pub rule: Rule,
    /// Whether a row goes without a value of it, with NaN, once it has waited.
    pub optional: bool,
    /// Under which name its values are journalled for the account, as in `candles`.
    pub journalled: Option<String>,
}

/// Where the value of an input comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InputFrom {
    /// A value of the series `series`.
    Value {
        /// Which series.
        series: usize,
        /// The place of the value in it.
        place: usize,
    },
    /// The sum of the first values of a series after the row's open, up to its close.
    SumWithin {
        /// Which series.
        series: usize,
    },
}

/// What rows are made of. The first series says at which times there are any.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Plan {
    /// The series; the first is of [`Rule::SameTime`].
    pub series: Vec<SeriesPlan>,
    /// Where the value of each input comes from.
    pub columns: Vec<InputFrom>,
    /// The names of the inputs.
    pub names: Vec<String>,
    /// From a row to its close, in microseconds.
    pub interval: i64,
}

/// Values that a series has at one time.
#[derive(Debug, Clone, PartialEq)]
pub struct Observation {
    /// µs UTC.
    pub time: i64,
    /// The values, or why they are refused.
    pub values: Result<Vec<f64>, String>,
}

/// A row that nothing more is awaited for.
#[derive(Debug, Clone, PartialEq)]
pub struct Settled {
    /// The open time of its candle, µs UTC.
    pub time: i64,
    /// The values of its inputs, or why it is left out.
    pub inputs: Result<Vec<f64>, String>,
}

/// Rows that are not settled.
#[derive(Debug)]
pub struct Queue {
    plan: Plan,
    deadline: Duration,
    /// Rows later than this one are still to come.
    settled: i64,
    /// Rows by time, with the instant from which they wait.
    rows: BTreeMap<i64, Option<Duration>>,
    /// Since when rows that are not seen yet have waited, as an earlier process noted it.
    noted: BTreeMap<i64, Duration>,
    series: Vec<Series>,
}

#[derive(Debug)]
struct Series {
    observed: BTreeMap<i64, Result<Vec<f64>, String>>,
    /// What is later than this may be there already, but was not read yet.
    read_to: Option<i64>,
    /// What is later than this was not given out for the journal.
    journalled_to: i64,
}

/// What a row has of a series.
enum Found<'a> {
    Values(&'a [f64]),
    Refused(String),
    Awaited(String),
    NotNeeded,
}

impl Queue {
    /// An empty queue for rows later than `settled`, each of which waits for `deadline` at most.
    #[must_use]
    pub fn new(plan: Plan, settled: i64, deadline: Duration) -> Self {
        let none = || Series { observed: BTreeMap::new(), read_to: None, journalled_to: i64::MIN };
        let series = plan.series.iter().map(|_| none()).collect();
        let (rows, noted) = (BTreeMap::new(), BTreeMap::new());
        Self { plan, deadline, settled, rows, noted, series }
    }

    /// The last time whose row, if there was one, is settled.
    #[must_use]
    pub fn settled(&self) -> i64 {
        self.settled
    }

    /// What rows are made of.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }

    /// From which time on observations of `series` are still of use. A value of a row that waits may
    /// come after those of later rows, so this is not where the last one was.
    #[must_use]
    pub fn needs_from(&self, series: usize) -> i64 {
        match self.plan.series[series].rule {
            Rule::SameTime => self.settled.saturating_add(1),
            Rule::LastByClose => {
                self.series[series].observed.keys().next().copied().unwrap_or(i64::MIN)
            }
            Rule::Beside => self.series[series].journalled_to.saturating_add(1),
        }
    }

    /// Takes note that `series` is journalled up to `time`.
    pub(crate) fn is_journalled_to(&mut self, series: usize, time: i64) {
        self.series[series].journalled_to = time;
    }

    /// The latest time at which the rows' own series was observed.
    #[must_use]
    pub fn newest(&self) -> Option<i64> {
        self.rows.keys().next_back().copied()
    }

    /// Takes what was seen of `series` at the instant `now`, and gives what of it is to be journalled for
    /// the account. What is there beyond `read_to`, if that is given, was not read yet.
    pub fn observe(
        &mut self,
        series: usize,
        observations: Vec<Observation>,
        read_to: Option<i64>,
        now: Duration,
    ) -> Vec<(String, i64, Vec<f64>)> {
        let SeriesPlan { rule, journalled, .. } = &self.plan.series[series];
        let (rule, mut journal) = (*rule, Vec::new());
        for Observation { time, values } in observations {
            if let (Some(name), Ok(values)) = (journalled, &values)
                && time > self.series[series].journalled_to
            {
                journal.push((name.clone(), time, values.clone()));
                self.series[series].journalled_to = time;
            }
            if rule == Rule::Beside {
                continue;
            }
            let is_old = time <= self.settled && rule == Rule::SameTime;
            if is_old {
                continue;
            }
            if series == 0 {
                self.rows.entry(time).or_default();
            }
            self.series[series].observed.insert(time, values);
        }
        if rule != Rule::Beside {
            self.series[series].read_to = read_to;
        }
        let read_to = self.series.iter().filter_map(|series| series.read_to).min();
        let seen = |time: &i64| read_to.is_none_or(|read_to| *time <= read_to);
        for (time, since) in self.rows.iter_mut().take_while(|(time, _)| seen(time)) {
            since.get_or_insert_with(|| self.noted.get(time).map_or(now, |noted| now.min(*noted)));
        }
        journal
    }

    /// Lets the row of `time`, once it is seen, have waited from the instant `since` on.
    pub(crate) fn waits_since(&mut self, time: i64, since: Duration) {
        self.noted.insert(time, since);
    }

    /// Rows that wait, with the instant from which on.
    pub fn waiting(&self) -> impl Iterator<Item = (i64, Duration)> {
        self.rows.iter().filter_map(|(&time, &since)| Some((time, since?)))
    }

    /// The instant at which the first row will have waited long enough.
    #[must_use]
    pub(crate) fn next_timeout(&self) -> Option<Duration> {
        let (_, since) = self.rows.first_key_value()?;
        since.map(|since| since.saturating_add(self.deadline))
    }

    /// The next row in the order of time that is settled at the instant `now`.
    pub fn settle(&mut self, now: Duration) -> Option<Settled> {
        let (&time, &since) = self.rows.first_key_value()?;
        let since = since?;
        let overdue = now >= since.saturating_add(self.deadline);
        let mut found = Vec::with_capacity(self.series.len());
        let mut lacking = Vec::new();
        let mut refused = Vec::new();
        for series in 0..self.series.len() {
            let optional = self.plan.series[series].optional;
            match self.find(series, time) {
                Found::Values(values) => found.push(values),
                Found::Awaited(_) if !overdue => return None,
                Found::Refused(_) | Found::Awaited(_) if optional => found.push(&[]),
                Found::Refused(reason) => refused.push(reason),
                Found::Awaited(what) => lacking.push(what),
                Found::NotNeeded => found.push(&[]),
            }
        }
        refused.append(&mut lacking);
        let inputs = if refused.is_empty() {
            let value = |from: &InputFrom| match *from {
                InputFrom::Value { series, place } => {
                    found[series].get(place).copied().unwrap_or(f64::NAN)
                }
                InputFrom::SumWithin { series } => self.sum_within(series, time),
            };
            Ok(self.plan.columns.iter().map(value).collect())
        } else {
            Err(refused.join("; "))
        };
        self.forget(time);
        Some(Settled { time, inputs })
    }

    fn find(&self, series: usize, time: i64) -> Found<'_> {
        let SeriesPlan { name, rule, .. } = &self.plan.series[series];
        let observed = &self.series[series].observed;
        let value = match rule {
            Rule::Beside => return Found::NotNeeded,
            Rule::SameTime => observed.get(&time),
            Rule::LastByClose => {
                let close = time.saturating_add(self.plan.interval);
                let mut known = observed.range(..=close);
                let last = known.next_back();
                let before = known.next_back();
                let later = observed.range(close.saturating_add(1)..).next();
                let apart = last.zip(before).map(|((last, _), (before, _))| (*last, last - before));
                if let (Some((last, apart)), None) = (apart, later)
                    && last.saturating_add(apart) <= close
                {
                    let due = crate::time::text(last + apart);
                    return Found::Awaited(format!("no {name} though one was due at {due}"));
                }
                last.map(|(_, values)| values)
            }
        };
        match value {
            Some(Ok(values)) => Found::Values(values),
            Some(Err(reason)) => Found::Refused(format!("{name} refused: {reason}")),
            None => Found::Awaited(format!("no {name}")),
        }
    }

    /// The sum of the first values of `series` after the row's open, up to its close.
    fn sum_within(&self, series: usize, time: i64) -> f64 {
        let within = time.saturating_add(1)..=time.saturating_add(self.plan.interval);
        let values = self.series[series].observed.range(within);
        values.filter_map(|(_, values)| values.as_ref().ok()?.first()).sum()
    }

    fn forget(&mut self, time: i64) {
        self.settled = time;
        self.rows.remove(&time);
        self.noted = self.noted.split_off(&time.saturating_add(1));
        for (series, plan) in self.series.iter_mut().zip(&self.plan.series) {
            match plan.rule {
                Rule::SameTime => series.observed = series.observed.split_off(&(time + 1)),
                Rule::LastByClose => {
                    let close = time.saturating_add(self.plan.interval);
                    let kept = series.observed.range(..=close).rev().nth(1).map(|(&time, _)| time);
                    if let Some(kept) = kept {
                        series.observed = series.observed.split_off(&kept);
                    }
                }
                Rule::Beside => {}
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    fn plan() -> Plan {
        let series = [
            ("close", Rule::SameTime),
            ("y_pred", Rule::SameTime),
            ("funding_rate", Rule::LastByClose),
        ];
        let series = series.map(|(name, rule)| SeriesPlan {
            name: name.to_owned(),
            rule,
            optional: false,
            journalled: None,
        });
        Plan {
            columns: (0..series.len())
                .map(|series| InputFrom::Value { series, place: 0 })
                .collect(),
            names: series.iter().map(|series| series.name.clone()).collect(),
            series: series.into(),
            interval: 10,
        }
    }

    fn at(time: i64) -> Observation {
        #[allow(clippy::cast_precision_loss, reason = "small numbers")]
        Observation { time, values: Ok(vec![time as f64]) }
    }

    fn filled(rates: &[i64]) -> Queue {
        let mut queue = Queue::new(plan(), -1, 5 * SECOND);
        queue.observe(0, (0..4).map(|row| at(row * 10)).collect(), None, SECOND);
        queue.observe(1, (0..4).map(|row| at(row * 10)).collect(), None, SECOND);
        queue.observe(2, rates.iter().map(|&time| at(time)).collect(), None, SECOND);
        queue
    }

    fn rates(queue: &mut Queue, now: Duration) -> Vec<Option<f64>> {
        let rows = std::iter::from_fn(|| queue.settle(now));
        rows.map(|row| row.inputs.ok().map(|inputs| inputs[2])).collect()
    }

    #[test]
    fn a_rate_that_is_due_is_waited_for_and_one_that_is_not_is_not() {
        // Every 20: after -20 and 0 the next is due at 20, the close of the row of 10.
        let mut queue = filled(&[-20, 0]);
        assert_eq!(rates(&mut queue, SECOND), [Some(0.0)]);
        queue.observe(2, vec![at(20)], None, 2 * SECOND);
        assert_eq!(rates(&mut queue, 2 * SECOND), [Some(20.0), Some(20.0)]);
        assert_eq!(queue.next_timeout(), Some(6 * SECOND));
        let late = queue.settle(6 * SECOND).and_then(|row| row.inputs.err());
        let wanted = "no funding_rate though one was due at 1970-01-01T00:00:00.000040Z";
        assert_eq!(late.as_deref(), Some(wanted));
    }

    #[test]
    fn of_history_no_rate_is_waited_for() {
        let mut queue = filled(&[-20, 0, 41]);
        assert_eq!(rates(&mut queue, SECOND), [Some(0.0); 4]);
    }

    #[test]
    fn a_hundred_missing_rows_cost_one_deadline() {
        let mut queue = Queue::new(plan(), -1, 5 * SECOND);
        queue.observe(2, vec![at(-20)], None, SECOND);
        queue.observe(0, (0..100).map(|row| at(row * 10)).collect(), None, SECOND);
        assert!(queue.settle(5 * SECOND).is_none());
        let rows: Vec<_> = std::iter::from_fn(|| queue.settle(6 * SECOND)).collect();
        assert_eq!(rows.len(), 100);
        assert!(rows.iter().all(|row| row.inputs == Err("no y_pred".to_owned())));
    }

    #[test]
    fn what_was_not_read_yet_is_not_missing() {
        let mut queue = Queue::new(plan(), -1, Duration::ZERO);
        queue.observe(2, vec![at(-20)], None, SECOND);
        queue.observe(1, vec![at(0)], Some(0), SECOND);
        queue.observe(0, vec![at(0), at(10)], None, SECOND);
        assert!(queue.settle(SECOND).is_some_and(|row| row.inputs.is_ok()));
        assert!(queue.settle(9 * SECOND).is_none(), "the score of 10 may be there");
        queue.observe(1, Vec::new(), None, 9 * SECOND);
        assert!(queue.settle(9 * SECOND).is_some_and(|row| row.inputs.is_err()));
    }

    #[test]
    fn a_refused_value_is_not_waited_for() {
        let mut queue = filled(&[-5]);
        queue.observe(
            1,
            vec![Observation { time: 0, values: Err("NaN".to_owned()) }],
            None,
            SECOND,
        );
        let row = queue.settle(SECOND);
        assert_eq!(row.and_then(|row| row.inputs.err()).as_deref(), Some("y_pred refused: NaN"));
    }

    proptest! {
        /// However observations are cut and ordered, the same rows come out, once each, ascending.
        #[test]
        fn the_order_of_arrival_changes_nothing(
            candles in prop::collection::btree_set(0_i64..30, 0..20),
            scores in prop::collection::btree_set(0_i64..30, 0..20),
            order in prop::collection::vec(any::<u16>(), 60),
        ) {
            let mut arrivals: Vec<(usize, i64)> = candles.iter().map(|&row| (0, row * 10))
                .chain(scores.iter().map(|&row| (1, row * 10))).collect();
            let mut queue = Queue::new(plan(), -1, 5 * SECOND);
            queue.observe(2, vec![at(-1)], None, SECOND);
            let mut settled = Vec::new();
            for pick in order {
                if arrivals.is_empty() { break; }
                // The time-giving series keeps its order, as every source gives it.
                let (series, time) = arrivals.remove(usize::from(pick) % arrivals.len());
                if series == 0 {
                    let earlier = |other: &(usize, i64)| other.0 == 0 && other.1 < time;
                    if arrivals.iter().any(earlier) { arrivals.push((series, time)); continue; }
                }
                queue.observe(series, vec![at(time)], None, SECOND);
                settled.extend(std::iter::from_fn(|| queue.settle(SECOND)));
            }
            for (series, time) in std::mem::take(&mut arrivals).into_iter().collect::<std::collections::BTreeSet<_>>() {
                queue.observe(series, vec![at(time)], None, SECOND);
            }
            settled.extend(std::iter::from_fn(|| queue.settle(9 * SECOND)));
            let times: Vec<i64> = settled.iter().map(|row| row.time / 10).collect();
            prop_assert_eq!(times, candles.iter().copied().collect::<Vec<_>>());
            for row in settled {
                prop_assert_eq!(row.inputs.is_ok(), scores.contains(&(row.time / 10)));
            }
        }
    }
}
