//! Online weights, and the labels that they wait for.

use std::collections::VecDeque;

use serde::{Deserialize, Serialize};

use crate::{Boa, Hedge, mixture};

/// Hedge's learning rate, and the share that every member keeps.
const HEDGE: (f64, f64) = (0.5, 0.001);

/// What an online pool has learnt.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Learnt {
    /// Weights by Hedge.
    Hedge(Hedge),
    /// Weights by Bernstein online aggregation.
    Boa(Boa),
}

impl Learnt {
    /// Equal weights, by Hedge.
    #[must_use]
    pub fn hedge(members: usize) -> Self {
        Self::Hedge(Hedge::new(members, HEDGE.0, HEDGE.1))
    }

    /// Equal weights, by Bernstein online aggregation.
    #[must_use]
    pub fn boa(members: usize) -> Self {
        Self::Boa(Boa::new(members))
    }

    /// The weights, over all members; they add up to 1.
    #[must_use]
    pub fn weights(&self) -> &[f64] {
        match self {
            Self::Hedge(hedge) => hedge.weights(),
            Self::Boa(boa) => boa.weights(),
        }
    }
}

/// An online pool and the rows whose labels it awaits.
///
/// A row's label is known when the last candle of its horizon closes, also where a barrier was reached
/// earlier: nothing else decides when it is asked for.
#[derive(Debug, Clone)]
pub struct Learner {
    learnt: Learnt,
    awaited: VecDeque<Awaited>,
}

#[derive(Debug, Clone)]
struct Awaited {
    time: i64,
    known_at: i64,
    probabilities: Vec<Option<f64>>,
    mixture: f64,
}

impl Learner {
    /// What was learnt, awaiting nothing.
    #[must_use]
    pub fn of(learnt: Learnt) -> Self {
        Self { learnt, awaited: VecDeque::new() }
    }

    /// Learns the labels that are known at `now`, µs UTC; `label` gives that of the row that opened at a
    /// time, if it has one.
    ///
    /// # Errors
    /// Those of `label`.
    pub fn learn<E>(
        &mut self,
        now: i64,
        mut label: impl FnMut(i64) -> Result<Option<bool>, E>,
    ) -> Result<(), E> {
        while let Some(row) = self.awaited.pop_front_if(|row| row.known_at <= now) {
            let Some(label) = label(row.time)? else { continue };
            match &mut self.learnt {
                Learnt::Hedge(hedge) => hedge.update(&row.probabilities, label),
                Learnt::Boa(boa) => boa.update(&row.probabilities, row.mixture, label),
            }
        }
        Ok(())
    }

    /// The weights by what was learnt.
    #[must_use]
    pub fn weights(&self) -> &[f64] {
        self.learnt.weights()
    }

    /// What was learnt.
    #[must_use]
    pub fn learnt(&self) -> &Learnt {
        &self.learnt
    }

    /// Awaits the label of the row that opens at `time`, known at `known_at`. A row without a member
    /// teaches nothing.
    pub fn await_label(&mut self, time: i64, known_at: i64, probabilities: Vec<Option<f64>>) {
        if let Some(mixture) = mixture(self.weights(), &probabilities) {
            self.awaited.push_back(Awaited { time, known_at, probabilities, mixture });
        }
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HORIZON: i64 = 24;

    /// The mixtures of rows an hour apart; `shift` makes labels known so much earlier than they are.
    fn mixtures(pool: fn(usize) -> Learnt, rows: &[(f64, f64, bool)], shift: i64) -> Vec<f64> {
        let mut learner = Learner::of(pool(2));
        let mixed = |(open, &(a, b, _)): (i64, &(f64, f64, bool))| {
            let close = open + 1;
            let label = |time: i64| Ok::<_, ()>(Some(rows[usize::try_from(time).unwrap()].2));
            learner.learn(close, label).unwrap();
            let given = vec![Some(a), Some(b)];
            let mixed = mixture(learner.weights(), &given).unwrap();
            learner.await_label(open, close + HORIZON - shift, given);
            mixed
        };
        (0..).zip(rows).map(mixed).collect()
    }

    /// Whether a row's mixture changes with labels that were not known at its close.
    fn looks_ahead(pool: fn(usize) -> Learnt, rows: &[(f64, f64, bool)], shift: i64) -> bool {
        let honest = mixtures(pool, rows, shift);
        (0..rows.len()).any(|row| {
            // Known at the close of `row` are the labels of rows a horizon before it.
            let first_unknown = (row + 1).saturating_sub(usize::try_from(HORIZON).unwrap());
            let mut changed = rows.to_vec();
            changed[first_unknown..].iter_mut().for_each(|row| row.2 = !row.2);
            mixtures(pool, &changed[..=row], shift)[row] != honest[row]
        })
    }

    fn rows() -> impl Strategy<Value = Vec<(f64, f64, bool)>> {
        prop::collection::vec((0.05..0.95, 0.05..0.95, any::<bool>()), 30..60)
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(32))]

        #[test]
        fn no_row_sees_a_label_before_the_close_of_its_horizon(rows in rows()) {
            for pool in [Learnt::hedge, Learnt::boa] {
                prop_assert!(!looks_ahead(pool, &rows, 0));
            }
        }

        /// The law finds who takes a label when its barrier may have been reached.
        #[test]
        fn a_learner_that_knows_labels_an_hour_early_is_caught(rows in rows()) {
            for pool in [Learnt::hedge, Learnt::boa] {
                prop_assert!(looks_ahead(pool, &rows, 1));
            }
        }
    }
}
