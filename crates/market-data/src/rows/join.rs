//! Rows at which every series has a value: a merge of ascending timestamps.

/// A stretch of one series: ascending timestamps, and the values of its columns at each.
#[derive(Debug, Default)]
pub(super) struct Stretch {
    /// µs UTC, ascending, each once.
    pub(super) timestamps: Vec<i64>,
    /// Columns of the same length.
    pub(super) columns: Vec<Vec<f64>>,
}

/// Which value of a series belongs to a row at `t`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Rule {
    /// The one at `t`.
    SameTime,
    /// The last one at or before `t` plus this many microseconds, unless it is stale: older then than
    /// [`STALE_AFTER`] of the intervals between events, as the last two of them tell.
    LastBy(i64),
}

/// After how many of its own intervals a value that is not renewed says nothing any more.
pub(super) const STALE_AFTER: i64 = 2;

/// What stands for the index of a value that is missing, in a series where it may be.
pub(super) const MISSING: usize = usize::MAX;

/// A series to be merged.
#[derive(Debug, Clone, Copy)]
pub(super) struct Joining<'a> {
    pub(super) rule: Rule,
    /// Whether rows without a value are kept.
    pub(super) optional: bool,
    pub(super) stretch: &'a Stretch,
}

/// The rows of a merge.
#[derive(Debug, Default)]
pub(super) struct Joined {
    /// Their timestamps.
    pub(super) timestamps: Vec<i64>,
    /// For each series, the index of each row's value in its stretch, or [`MISSING`].
    pub(super) picks: Vec<Vec<usize>>,
    /// Rows of the first series that are not among them.
    pub(super) left_out: u64,
    /// For each series, how many values it has: times of its own, or rows that it had a value for.
    pub(super) seen: Vec<u64>,
    /// For each series, how many rows of the first it had no value for.
    pub(super) missing: Vec<u64>,
    /// For each series, how many of these had a value that was stale.
    pub(super) stale: Vec<u64>,
}

/// Merges `series`, the first of which says at which times there may be rows.
pub(super) fn join(series: &[Joining<'_>]) -> Joined {
    let none = || vec![0_u64; series.len()];
    let mut joined = Joined {
        picks: vec![Vec::new(); series.len()],
        seen: none(),
        missing: none(),
        stale: none(),
        ..Joined::default()
    };
    let Some(Joining { stretch: first, .. }) = series.first() else { return joined };
    // Behind the last value that is not later than the row.
    let mut cursors = vec![0_usize; series.len()];
    let mut found = vec![MISSING; series.len()];
    for &timestamp in &first.timestamps {
        let mut complete = true;
        for (index, Joining { rule, optional, stretch }) in series.iter().enumerate() {
            let times = &stretch.timestamps;
            let until = match rule {
                Rule::SameTime => timestamp,
                Rule::LastBy(delay) => timestamp.saturating_add(*delay),
            };
            let cursor = &mut cursors[index];
            while times.get(*cursor).is_some_and(|&time| time <= until) {
                *cursor += 1;
            }
            let last = cursor.checked_sub(1).map(|last| times[last]);
            let has_value = match (rule, last) {
                (Rule::SameTime, last) => last == Some(timestamp),
                (Rule::LastBy(_), None) => false,
                (Rule::LastBy(_), Some(last)) => {
                    let before = cursor.checked_sub(2).map(|before| times[before]);
                    let fresh = before.is_none_or(|before| {
                        let own_interval = last.saturating_sub(before);
                        until.saturating_sub(last) <= own_interval.saturating_mul(STALE_AFTER)
                    });
                    joined.stale[index] += u64::from(!fresh);
                    fresh
                }
            };
            found[index] = if has_value { *cursor - 1 } else { MISSING };
            if !has_value {
                joined.missing[index] += 1;
                complete &= optional;
            }
        }
        if complete {
            joined.timestamps.push(timestamp);
            for (picks, found) in joined.picks.iter_mut().zip(&found) {
                picks.push(*found);
            }
        } else {
            joined.left_out += 1;
        }
    }
    for (index, Joining { rule, stretch, .. }) in series.iter().enumerate() {
        joined.seen[index] = match rule {
            Rule::SameTime => stretch.timestamps.len() as u64,
            Rule::LastBy(_) => first.timestamps.len() as u64 - joined.missing[index],
        };
    }
    joined
}

#[cfg(test)]
mod tests {
    use proptest::collection::btree_set;
    use proptest::prelude::*;

    use super::*;

    fn needed(rule: Rule, stretch: &Stretch) -> Joining<'_> {
        Joining { rule, optional: false, stretch }
    }

    fn stretch(timestamps: impl IntoIterator<Item = i64>) -> Stretch {
        Stretch { timestamps: timestamps.into_iter().collect(), columns: Vec::new() }
    }

    #[test]
    fn the_last_value_is_known_when_the_candle_closes_and_not_before() {
        let rows = stretch([0, 10, 20]);
        for (event, known_at) in [(9, 0), (10, 0), (11, 10), (20, 10), (21, 20), (30, 20)] {
            let events = stretch([event]);
            let joined = join(&[needed(Rule::SameTime, &rows), needed(Rule::LastBy(10), &events)]);
            assert_eq!(joined.timestamps.first(), Some(&known_at), "event at {event}");
        }
        let late = stretch([31]);
        let joined = join(&[needed(Rule::SameTime, &rows), needed(Rule::LastBy(10), &late)]);
        assert_eq!(
            (joined.timestamps.len(), joined.left_out, &joined.missing[..]),
            (0, 3, &[0, 3][..])
        );
    }

    #[test]
    fn the_end_of_time_does_not_overflow() {
        let rows = stretch([i64::MAX]);
        let joined = join(&[needed(Rule::SameTime, &rows), needed(Rule::LastBy(i64::MAX), &rows)]);
        assert_eq!(joined.timestamps, [i64::MAX]);
    }

    proptest! {
        #[test]
        fn agrees_with_looking_up_every_row(
            grid in btree_set(-40_i64..40, 0..30),
            other in btree_set(-40_i64..40, 0..30),
            events in btree_set(-40_i64..40, 0..6),
            delay in 0_i64..20,
            other_is_optional: bool,
        ) {
            let stretches = [&grid, &other, &events].map(|set| stretch(set.iter().copied()));
            let rules = [Rule::SameTime, Rule::SameTime, Rule::LastBy(delay)];
            let optional = [false, other_is_optional, false];
            let series: Vec<_> = rules.into_iter().zip(optional).zip(&stretches)
                .map(|((rule, optional), stretch)| Joining { rule, optional, stretch }).collect();
            let joined = join(&series);

            let known = |t: i64| {
                let mut before = events.range(..=t + delay).rev().copied();
                let (last, previous) = (before.next()?, before.next());
                let fresh = previous.is_none_or(|previous| t + delay - last <= 2 * (last - previous));
                fresh.then_some(last)
            };
            let has_other = |t: &i64| other_is_optional || other.contains(t);
            let wanted: Vec<i64> =
                grid.iter().copied().filter(|t| has_other(t) && known(*t).is_some()).collect();
            prop_assert_eq!(&joined.timestamps, &wanted);
            prop_assert_eq!(joined.left_out, (grid.len() - wanted.len()) as u64);
            for (row, &t) in wanted.iter().enumerate() {
                let picked: Vec<Option<i64>> = joined.picks.iter().zip(&stretches)
                    .map(|(picks, stretch)| stretch.timestamps.get(picks[row]).copied()).collect();
                prop_assert_eq!(picked, [Some(t), other.contains(&t).then_some(t), known(t)]);
            }
            let lacking = |has: &dyn Fn(i64) -> bool| grid.iter().filter(|t| !has(**t)).count() as u64;
            let missing = [0, lacking(&|t| other.contains(&t)), lacking(&|t| known(t).is_some())];
            prop_assert_eq!(&joined.missing, &missing);
            let seen = [grid.len() as u64, other.len() as u64, grid.len() as u64 - missing[2]];
            prop_assert_eq!(&joined.seen, &seen);
        }
    }
}
