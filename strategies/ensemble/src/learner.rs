//! Online weights, and the labels that they wait for.

use std::collections::VecDeque;

use crate::config::PoolKind;
use crate::pool::{Boa, Hedge, mixture};

/// Hedge's learning rate, and the share that every member keeps.
const HEDGE: (f64, f64) = (0.5, 0.001);

/// An online pool and the rows whose labels it awaits.
#[derive(Debug)]
pub(crate) struct Learner {
    weights: Online,
    awaited: VecDeque<Awaited>,
}

#[derive(Debug)]
enum Online {
    Hedge(Hedge),
    Boa(Boa),
}

#[derive(Debug)]
struct Awaited {
    known_at: i64,
    probabilities: Vec<Option<f64>>,
    mixture: Option<f64>,
    label: bool,
}

impl Learner {
    /// Of an online pool; none for another.
    pub(crate) fn new(pool: PoolKind, members: usize) -> Option<Self> {
        let weights = match pool {
            PoolKind::Hedge => Online::Hedge(Hedge::new(members, HEDGE.0, HEDGE.1)),
            PoolKind::Boa => Online::Boa(Boa::new(members)),
            _ => return None,
        };
        Some(Self { weights, awaited: VecDeque::new() })
    }

    /// The weights by the labels that are known at `time`, µs UTC.
    pub(crate) fn weights(&mut self, time: i64) -> &[f64] {
        while let Some(row) = self.awaited.pop_front_if(|row| row.known_at <= time) {
            match (&mut self.weights, row.mixture) {
                (Online::Hedge(hedge), _) => hedge.update(&row.probabilities, row.label),
                (Online::Boa(boa), Some(mixture)) => {
                    boa.update(&row.probabilities, mixture, row.label);
                }
                (Online::Boa(_), None) => {}
            }
        }
        match &self.weights {
            Online::Hedge(hedge) => hedge.weights(),
            Online::Boa(boa) => boa.weights(),
        }
    }

    /// Pools the row that closes at `close`, and awaits its label, known at `known_at`.
    pub(crate) fn pool(
        &mut self,
        probabilities: Vec<Option<f64>>,
        close: i64,
        known_at: i64,
        label: bool,
    ) -> Option<f64> {
        let mixture = mixture(self.weights(close), &probabilities);
        self.awaited.push_back(Awaited { known_at, probabilities, mixture, label });
        mixture
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const HORIZON: i64 = 24;

    /// The mixtures of rows an hour apart; `shift` makes labels known so much earlier than they are.
    fn mixtures(pool: PoolKind, rows: &[(f64, f64, bool)], shift: i64) -> Vec<f64> {
        let mut learner = Learner::new(pool, 2).unwrap();
        let mixed = |(open, &(a, b, label)): (i64, &(f64, f64, bool))| {
            let close = open + 1;
            let known_at = close + HORIZON - shift;
            learner.pool(vec![Some(a), Some(b)], close, known_at, label).unwrap()
        };
        (0..).zip(rows).map(mixed).collect()
    }

    /// Whether a row's mixture changes with labels that were not known at its close.
    fn looks_ahead(pool: PoolKind, rows: &[(f64, f64, bool)], shift: i64) -> bool {
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
            for pool in [PoolKind::Hedge, PoolKind::Boa] {
                prop_assert!(!looks_ahead(pool, &rows, 0), "{pool}");
            }
        }

        /// The law finds who takes a label when its barrier may have been reached.
        #[test]
        fn a_learner_that_knows_labels_an_hour_early_is_caught(rows in rows()) {
            for pool in [PoolKind::Hedge, PoolKind::Boa] {
                prop_assert!(looks_ahead(pool, &rows, 1), "{pool}");
            }
        }
    }
}
