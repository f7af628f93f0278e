//! What pooling in one month takes: calibrators, pools and bins.

use binning::{BinEdges, BinOutlook};
use calibration::Calibrator;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use strategy_core::{Outlook, Side, YearMonth};

use crate::fitted::Fitted;
use crate::{Learner, Learnt, PoolError, PoolKind, mixture};

/// Everything that pooling the members in one month takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MonthPools {
    /// [`FORMAT_VERSION`](crate::FORMAT_VERSION).
    pub format_version: u32,
    /// Whose rows.
    pub dataset: String,
    /// The month (UTC) that it is used in.
    pub month: YearMonth,
    /// The target of all members.
    pub target_key: String,
    /// How members are pooled.
    pub pool: PoolKind,
    /// λ of the logit pool.
    pub penalty: f64,
    /// First instant of the window that all is fitted on; it ends where the month begins.
    pub window_start: DateTime<Utc>,
    /// The members, in the order of their names.
    pub members: Vec<Member>,
    /// A pool for each set of members that may be present together.
    pub subsets: Vec<Subset>,
    /// What an online pool had learnt when the month began; it learns on within the month.
    pub learnt: Option<Learnt>,
    /// BLAKE3 of the window's rows: time, scores, label.
    pub fingerprint: String,
    /// Version of the program that made it.
    pub software_version: String,
}

/// A member as the window shows it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// Its run.
    pub run_name: String,
    /// Labelled rows of the window that it predicted.
    pub rows: usize,
    /// From raw score to probability; none where it predicted too little to be calibrated, and then it
    /// counts as missing.
    pub calibrator: Option<Calibrator>,
    /// Mean log loss of its probabilities, in nats: in sample.
    pub log_loss: Option<f64>,
    /// Edges of its own probabilities; what `vote` goes by.
    pub edges: Option<BinEdges>,
}

/// The pool of some members.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Subset {
    /// Which, by their place among all.
    pub members: Vec<usize>,
    /// Labelled rows of the window that all of them have.
    pub rows: usize,
    /// The pool.
    pub fitted: Fitted,
    /// Why it is the equal pool where another was asked for.
    pub fallback: Option<String>,
    /// Edges of the pooled probabilities.
    pub edges: BinEdges,
    /// What the window's trades from each bin paid, from bin 1 on; none where no trade is known.
    pub outlooks: Vec<BinOutlook>,
    /// Mean log loss over the rows, in nats: in sample.
    pub log_loss: f64,
}

/// A row, pooled.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Pooled {
    /// The pooled probability.
    pub probability: f64,
    /// Its bin, from 1.
    pub bin: u16,
    /// Members that were there.
    pub present: usize,
}

impl MonthPools {
    /// The calibrated probabilities of a row's raw scores: none of a member that has no score or no
    /// calibrator.
    ///
    /// # Errors
    /// When a score is not within 0 and 1.
    pub fn calibrated(&self, scores: &[Option<f64>]) -> Result<Vec<Option<f64>>, PoolError> {
        let one = |(member, score): (&Member, &Option<f64>)| {
            let Some((calibrator, score)) = member.calibrator.as_ref().zip(*score) else {
                return Ok(None);
            };
            let (run, month) = (&member.run_name, self.month);
            let refused = |source| PoolError::Calibration { run: run.clone(), month, source };
            calibrator.predict_one(score).map(Some).map_err(refused)
        };
        self.members.iter().zip(scores).map(one).collect()
    }

    /// The pool of the members that `probabilities` are there of, if that many are pooled.
    #[must_use]
    pub fn subset(&self, probabilities: &[Option<f64>]) -> Option<&Subset> {
        let present = || (0..probabilities.len()).filter(|&k| probabilities[k].is_some());
        self.subsets.iter().find(|subset| subset.members.iter().copied().eq(present()))
    }

    /// The pool of the most members.
    #[must_use]
    pub fn largest(&self) -> Option<&Subset> {
        self.subsets.iter().max_by_key(|subset| subset.members.len())
    }

    /// Pools a row's calibrated probabilities; `None` where too few are there. `weights` are those that
    /// an online pool has at the row, of all members; without them it pools as when the month began.
    ///
    /// # Errors
    /// When the pooled probability is none.
    pub fn pool(
        &self,
        probabilities: &[Option<f64>],
        weights: Option<&[f64]>,
    ) -> Result<Option<Pooled>, PoolError> {
        let Some(subset) = self.subset(probabilities) else { return Ok(None) };
        let present: Vec<f64> = probabilities.iter().flatten().copied().collect();
        let probability = weights
            .filter(|_| subset.fallback.is_none())
            .and_then(|weights| mixture(weights, probabilities))
            .unwrap_or_else(|| subset.fitted.pool(&present));
        let bin = self.bin(&subset.edges, probability)?;
        Ok(Some(Pooled { probability, bin, present: present.len() }))
    }

    /// The learner of the month, of an online pool. `earlier` are rows before the month, each with when
    /// its label is known and its raw scores: those whose label the month's file did not know are awaited.
    ///
    /// # Errors
    /// When a score is not within 0 and 1.
    pub fn learner(
        &self,
        earlier: impl IntoIterator<Item = (i64, i64, Vec<Option<f64>>)>,
    ) -> Result<Option<Learner>, PoolError> {
        let Some(learnt) = &self.learnt else { return Ok(None) };
        let mut learner = Learner::of(learnt.clone());
        let begin = self.month.start().timestamp_micros();
        for (time, known_at, scores) in earlier {
            if time < begin && known_at > begin {
                learner.await_label(time, known_at, self.calibrated(&scores)?);
            }
        }
        Ok(Some(learner))
    }

    /// What is known of a trade on `side` from a row with these members, pooled into `bin`.
    #[must_use]
    pub fn outlook(&self, probabilities: &[Option<f64>], bin: u16, side: Side) -> Option<Outlook> {
        BinOutlook::find(&self.subset(probabilities)?.outlooks, bin, side)
    }

    /// The side of a row with the members' calibrated `probabilities`, pooled to `pooled`, where `side` says
    /// which one a bin takes: the pool's bin decides, or more than half of the members' own bins where the
    /// pool is a vote.
    ///
    /// # Errors
    /// When a probability is none.
    pub fn side(
        &self,
        probabilities: &[Option<f64>],
        pooled: Option<Pooled>,
        side: impl Fn(u16) -> Side,
    ) -> Result<Side, PoolError> {
        let Some(pooled) = pooled else { return Ok(Side::NoSignal) };
        if self.pool != PoolKind::Vote {
            return Ok(side(pooled.bin));
        }
        let members = self.members.iter().zip(probabilities);
        let edges = members.filter_map(|(member, p)| member.edges.as_ref().zip(*p));
        let votes = edges.map(|(edges, p)| Ok(side(self.bin(edges, p)?)));
        let votes: Vec<Side> = votes.collect::<Result<_, PoolError>>()?;
        let wins =
            |side: &Side| 2 * votes.iter().filter(|vote| *vote == side).count() > pooled.present;
        Ok([Side::Long, Side::Short].into_iter().find(wins).unwrap_or(Side::NoSignal))
    }

    fn bin(&self, edges: &BinEdges, probability: f64) -> Result<u16, PoolError> {
        let month = self.month;
        edges.assign(probability).map_err(|source| PoolError::Binning { month, source })
    }
}
