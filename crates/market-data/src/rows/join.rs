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
    /// The last one at or before `t` plus this many microseconds.
    LastBy(i64),
}

/// The rows of a merge.
#[derive(Debug, Default)]
pub(super) struct Joined {
    /// Their timestamps.
    pub(super) timestamps: Vec<i64>,
    /// For each series, the index of each row's value in its stretch.
    pub(super) picks: Vec<Vec<usize>>,
    /// Rows of the first series that are not among them.
    pub(super) left_out: u64,
    /// For each series, how many values it has: times of its own, or rows that it had a value for.
    pub(super) seen: Vec<u64>,
    /// For each series, how many rows of the first it had no value for.
    pub(super) missing: Vec<u64>,
}

/// Merges `series`, the first of which says at which times there may be rows.
pub(super) fn join(series: &[(Rule, &Stretch)]) -> Joined {
    let none = || vec![0_u64; series.len()];
    let mut joined = Joined {
        picks: vec![Vec::new(); series.len()],
        seen: none(),
        missing: none(),
        ..Joined::default()
    };
    let Some((_, first)) = series.first() else { return joined };
    // Behind the last value that is not later than the row.
    let mut cursors = vec![0_usize; series.len()];
    for &timestamp in &first.timestamps {
        let mut complete = true;
        for (index, (rule, stretch)) in series.iter().enumerate() {
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
            let has_value = match rule {
                Rule::SameTime => last == Some(timestamp),
                Rule::LastBy(_) => last.is_some(),
            };
            if !has_value {
                joined.missing[index] += 1;
                complete = false;
            }
        }
        if complete {
            joined.timestamps.push(timestamp);
            for (picks, cursor) in joined.picks.iter_mut().zip(&cursors) {
                picks.push(cursor - 1);
            }
        } else {
            joined.left_out += 1;
        }
    }
    for (index, (rule, stretch)) in series.iter().enumerate() {
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

    fn stretch(timestamps: impl IntoIterator<Item = i64>) -> Stretch {
        Stretch { timestamps: timestamps.into_iter().collect(), columns: Vec::new() }
    }

    #[test]
    fn the_last_value_is_known_when_the_candle_closes_and_not_before() {
        let rows = stretch([0, 10, 20]);
        for (event, known_at) in [(9, 0), (10, 0), (11, 10), (20, 10), (21, 20), (30, 20)] {
            let events = stretch([event]);
            let joined = join(&[(Rule::SameTime, &rows), (Rule::LastBy(10), &events)]);
            assert_eq!(joined.timestamps.first(), Some(&known_at), "event at {event}");
        }
        let late = stretch([31]);
        let joined = join(&[(Rule::SameTime, &rows), (Rule::LastBy(10), &late)]);
        assert_eq!(
            (joined.timestamps.len(), joined.left_out, &joined.missing[..]),
            (0, 3, &[0, 3][..])
        );
    }

    #[test]
    fn the_end_of_time_does_not_overflow() {
        let rows = stretch([i64::MAX]);
        let joined = join(&[(Rule::SameTime, &rows), (Rule::LastBy(i64::MAX), &rows)]);
        assert_eq!(joined.timestamps, [i64::MAX]);
    }

    proptest! {
        #[test]
        fn agrees_with_looking_up_every_row(
            grid in btree_set(-40_i64..40, 0..30),
            other in btree_set(-40_i64..40, 0..30),
            events in btree_set(-40_i64..40, 0..6),
            delay in 0_i64..20,
        ) {
            let stretches = [&grid, &other, &events].map(|set| stretch(set.iter().copied()));
            let rules = [Rule::SameTime, Rule::SameTime, Rule::LastBy(delay)];
            let series: Vec<_> = rules.into_iter().zip(&stretches).collect();
            let joined = join(&series);

            let known = |t: i64| events.range(..=t + delay).next_back().copied();
            let wanted: Vec<i64> =
                grid.iter().copied().filter(|t| other.contains(t) && known(*t).is_some()).collect();
            prop_assert_eq!(&joined.timestamps, &wanted);
            prop_assert_eq!(joined.left_out, (grid.len() - wanted.len()) as u64);
            for (row, &t) in wanted.iter().enumerate() {
                let picked: Vec<i64> = joined.picks.iter().zip(&stretches)
                    .map(|(picks, stretch)| stretch.timestamps[picks[row]]).collect();
                prop_assert_eq!(picked, [t, t, known(t).unwrap_or_default()]);
            }
            let lacking = |has: &dyn Fn(i64) -> bool| grid.iter().filter(|t| !has(**t)).count() as u64;
            let missing = [0, lacking(&|t| other.contains(&t)), lacking(&|t| known(t).is_some())];
            prop_assert_eq!(&joined.missing, &missing);
            let seen = [grid.len() as u64, other.len() as u64, grid.len() as u64 - missing[2]];
            prop_assert_eq!(&joined.seen, &seen);
        }
    }
}
