//! Decisions that several settings share.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, PoisonError};

use strategy_core::{BoxError, Outlook};

use crate::backtest::decisions::Asked;

/// Memory that decisions may take beyond those in use.
const MOST_BYTES: usize = 64 << 20;

/// The part of a setting that decisions depend on.
pub(super) type Part = Vec<(String, String)>;

/// What strategies decided, so that settings which differ in exits, costs, sizing or risk alone decide once;
/// the oldest is forgotten first.
#[derive(Default)]
pub(crate) struct Decided(Mutex<VecDeque<(Part, Arc<Asked>)>>);

impl Decided {
    /// The decisions of `part`: kept ones, or those that `decide` makes.
    pub(super) fn of(
        &self,
        part: &Part,
        decide: impl FnOnce() -> Result<Asked, BoxError>,
    ) -> Result<Arc<Asked>, BoxError> {
        let known = || self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, asked)) = known().iter().find(|(known, _)| known == part) {
            return Ok(Arc::clone(asked));
        }
        let asked = Arc::new(decide()?);
        let mut all = known();
        all.push_back((part.clone(), Arc::clone(&asked)));
        while all.len() > 1 && all.iter().map(|(_, asked)| bytes(asked)).sum::<usize>() > MOST_BYTES
        {
            all.pop_front();
        }
        Ok(asked)
    }
}

fn bytes(asked: &Asked) -> usize {
    8 * (asked.times.len() + asked.weights.len())
        + size_of::<Option<Outlook>>() * asked.outlooks.len()
}
