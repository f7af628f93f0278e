//! The file of a month: calibrators, pools and bins.

use binning::BinEdges;
use calibration::Calibrator;
use chrono::{DateTime, Utc};
use pools::{BetaLinearPool, Learner, Learnt, LinearPool, LogitPool, mixture};
use serde::{Deserialize, Serialize};
use strategy_core::{Outlook, Side, YearMonth};

use crate::EnsembleError;
use crate::config::{PoolKind, Thresholds};

/// The format that this program writes, and the only one that it reads.
pub const FORMAT_VERSION: u32 = 2;

/// Everything that pooling the members in one month takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MonthEnsemble {
    /// [`FORMAT_VERSION`].
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
    pub edges: Option<Vec<f64>>,
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
    pub edges: Vec<f64>,
    /// What the window's trades from each bin paid, from bin 1 on; none where no trade is known.
    pub outlooks: Vec<BinOutlook>,
    /// Mean log loss over the rows, in nats: in sample.
    pub log_loss: f64,
}

/// What is known of the trades from a bin.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BinOutlook {
    /// Of long ones.
    pub long: Option<Outlook>,
    /// Of short ones.
    pub short: Option<Outlook>,
}

/// A pool with its parameters.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum Fitted {
    /// A weighted sum of logits.
    LogitPool(LogitPool),
    /// A weighted mean of probabilities.
    Linear(LinearPool),
    /// The same, sharpened.
    BetaLinear(BetaLinearPool),
}

impl Fitted {
    /// The pooled probability of a row.
    #[must_use]
    pub fn pool(&self, probabilities: &[f64]) -> f64 {
        match self {
            Self::LogitPool(pool) => pool.pool(probabilities),
            Self::Linear(pool) => pool.pool(probabilities),
            Self::BetaLinear(pool) => pool.pool(probabilities),
        }
    }

    /// The members' weights.
    #[must_use]
    pub fn weights(&self) -> &[f64] {
        match self {
            Self::LogitPool(pool) => &pool.weights,
            Self::Linear(pool) => &pool.weights,
            Self::BetaLinear(pool) => &pool.weights,
        }
    }
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

/// What the bytes of a file hold: the checksum is of the text of `ensemble`.
#[derive(Serialize, Deserialize)]
struct Envelope<T> {
    checksum: String,
    ensemble: T,
}

impl MonthEnsemble {
    /// The calibrated probabilities of a row's raw scores: none of a member that has no score or no
    /// calibrator.
    ///
    /// # Errors
    /// When a score is not within 0 and 1.
    pub fn calibrated(&self, scores: &[Option<f64>]) -> Result<Vec<Option<f64>>, EnsembleError> {
        let one = |(member, score): (&Member, &Option<f64>)| {
            let Some((calibrator, score)) = member.calibrator.as_ref().zip(*score) else {
                return Ok(None);
            };
            let refused = |source| EnsembleError::Score { run: member.run_name.clone(), source };
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

    /// Pools a row's calibrated probabilities; `None` where too few are there. `weights` are those that
    /// an online pool has at the row, of all members; without them it pools as when the month began.
    ///
    /// # Errors
    /// When the edges of a file are none, which its checksum rules out.
    pub fn pool(
        &self,
        probabilities: &[Option<f64>],
        weights: Option<&[f64]>,
    ) -> Result<Option<Pooled>, EnsembleError> {
        let Some(subset) = self.subset(probabilities) else { return Ok(None) };
        let present: Vec<f64> = probabilities.iter().flatten().copied().collect();
        let probability = weights
            .filter(|_| subset.fallback.is_none())
            .and_then(|weights| mixture(weights, probabilities))
            .unwrap_or_else(|| subset.fitted.pool(&present));
        let month = self.month;
        let binning = |source| EnsembleError::Binning { month, source };
        let edges = BinEdges::from_vec(subset.edges.clone()).map_err(binning)?;
        let bin = edges.assign(probability).map_err(binning)?;
        Ok(Some(Pooled { probability, bin, present: present.len() }))
    }

    /// The learner of the month, of an online pool. `earlier` are rows before the month, each with when
    /// its label is known and its raw scores: those whose label the month's file did not know are awaited.
    pub(crate) fn learner(
        &self,
        earlier: impl IntoIterator<Item = (i64, i64, Vec<Option<f64>>)>,
    ) -> Result<Option<Learner>, EnsembleError> {
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
        let bins = &self.subset(probabilities)?.outlooks;
        let bin = bins.get(usize::from(bin).checked_sub(1)?)?;
        match side {
            Side::Long => bin.long,
            Side::Short => bin.short,
            Side::NoSignal => None,
        }
    }

    /// The side of a row with the members' calibrated `probabilities`, pooled to `pooled`: the pool's bin decides,
    /// or the majority of the members' own bins where the pool is a vote.
    ///
    /// # Errors
    /// As [`votes`](Self::votes).
    pub fn side(
        &self,
        probabilities: &[Option<f64>],
        pooled: Option<Pooled>,
        thresholds: Thresholds,
    ) -> Result<Side, EnsembleError> {
        let Thresholds { long, short } = thresholds;
        Ok(match (pooled, self.pool) {
            (Some(pooled), PoolKind::Vote) => match self.votes(probabilities, long, short)? {
                (for_long, _) if 2 * for_long > pooled.present => Side::Long,
                (_, for_short) if 2 * for_short > pooled.present => Side::Short,
                _ => Side::NoSignal,
            },
            (Some(pooled), _) if pooled.bin >= long => Side::Long,
            (Some(pooled), _) if pooled.bin <= short => Side::Short,
            _ => Side::NoSignal,
        })
    }

    /// How the members' own bins vote: for each of `sides` of bins, `(long, short)` votes.
    ///
    /// # Errors
    /// As [`pool`](Self::pool).
    pub fn votes(
        &self,
        probabilities: &[Option<f64>],
        long_from: u16,
        short_to: u16,
    ) -> Result<(usize, usize), EnsembleError> {
        let month = self.month;
        let binning = |source| EnsembleError::Binning { month, source };
        let (mut long, mut short) = (0, 0);
        for (member, probability) in self.members.iter().zip(probabilities) {
            let Some((edges, p)) = member.edges.as_ref().zip(*probability) else { continue };
            let edges = BinEdges::from_vec(edges.clone()).map_err(binning)?;
            let bin = edges.assign(p).map_err(binning)?;
            long += usize::from(bin >= long_from);
            short += usize::from(bin <= short_to);
        }
        Ok((long, short))
    }

    /// The bytes of its file. Equal contents give equal bytes.
    ///
    /// # Errors
    /// When a number in it is none: a defect.
    pub fn to_bytes(&self) -> Result<Vec<u8>, EnsembleError> {
        let month = self.month;
        let failed = |source| EnsembleError::Encode { month, source };
        let text = serde_json::to_string(self).map_err(failed)?;
        let checksum = blake3::hash(text.as_bytes()).to_hex().to_string();
        let envelope = Envelope { checksum, ensemble: self };
        let mut bytes = serde_json::to_vec_pretty(&envelope).map_err(failed)?;
        bytes.push(b'\n');
        Ok(bytes)
    }

    /// What the bytes of a file say; `name` is for messages.
    ///
    /// # Errors
    /// When they are no such file, of another format, or damaged.
    pub fn from_bytes(bytes: &[u8], name: &str) -> Result<Self, EnsembleError> {
        let file = || name.to_owned();
        let envelope: Envelope<serde_json::Value> = serde_json::from_slice(bytes)
            .map_err(|source| EnsembleError::NotAnEnsemble { file: file(), source })?;
        let version = envelope.ensemble.get("format_version").and_then(serde_json::Value::as_u64);
        if version != Some(FORMAT_VERSION.into()) {
            let found = version.map_or_else(|| "none".to_owned(), |version| version.to_string());
            return Err(EnsembleError::UnknownVersion { file: file(), found });
        }
        let read: Self = serde_json::from_value(envelope.ensemble)
            .map_err(|source| EnsembleError::NotAnEnsemble { file: file(), source })?;
        let month = read.month;
        let text = serde_json::to_string(&read);
        let text = text.map_err(|source| EnsembleError::Encode { month, source })?;
        if blake3::hash(text.as_bytes()).to_hex().as_str() != envelope.checksum {
            return Err(EnsembleError::Checksum { file: file() });
        }
        Ok(read)
    }
}

/// Weights of an online pool over the members `set`, as a linear pool.
pub(crate) fn online(weights: &[f64], set: &[usize]) -> LinearPool {
    let mass: f64 = set.iter().map(|&k| weights[k]).sum();
    let equal = 1.0 / set.len() as f64;
    let weight = |&k: &usize| if mass > 0.0 { weights[k] / mass } else { equal };
    LinearPool { weights: set.iter().map(weight).collect() }
}
