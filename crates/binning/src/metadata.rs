//! The bins of one month: calibrator, edges, and where they come from.

use artifacts::MonthKey;
use calibration::Calibrator;
use chrono::{DateTime, Utc};
use strategy_core::YearMonth;

use crate::{BinEdges, BinningError, MetadataParts, consistency, score_into};

/// The bins of one dataset, run and month: whatever exists as this type fits together.
///
/// Reading goes through [`parts`](Self::parts); changing means to check parts anew.
#[derive(Debug, Clone, PartialEq)]
pub struct BinMetadata {
    parts: MetadataParts,
}

/// A raw score turned into a probability and a bin.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scored {
    /// The calibrated probability.
    pub p_cal: f64,
    /// Its bin, from 1.
    pub q_bin: u16,
}

impl BinMetadata {
    /// Bins of parts that agree with one another.
    ///
    /// # Errors
    /// [`BinningError::Inconsistent`] names the first field that contradicts another or cannot be:
    /// a window that does not end at the month's start, rows that do not add up, a diagnostics table
    /// that is not about these edges, numbers that are no probabilities, empty names, and so on.
    pub fn new(parts: MetadataParts) -> Result<Self, BinningError> {
        consistency::check(&parts)?;
        Ok(Self { parts })
    }

    /// All of it.
    #[must_use]
    pub fn parts(&self) -> &MetadataParts {
        &self.parts
    }

    /// The same bins, made at another time by another version of the program. What is rebuilt from
    /// the same data then has the bytes of the file it is compared with.
    ///
    /// # Errors
    /// [`BinningError::Inconsistent`] for an empty version.
    pub fn with_created(
        self,
        created_at: DateTime<Utc>,
        software_version: impl Into<String>,
    ) -> Result<Self, BinningError> {
        let software_version = software_version.into();
        Self::new(MetadataParts { created_at, software_version, ..self.parts })
    }

    /// Dataset, run and month.
    #[must_use]
    pub fn key(&self) -> &MonthKey {
        &self.parts.key
    }

    /// The month (UTC) that the bins are used in.
    #[must_use]
    pub fn bin_month(&self) -> YearMonth {
        self.parts.key.month()
    }

    /// From raw score to probability.
    #[must_use]
    pub fn calibrator(&self) -> &Calibrator {
        &self.parts.calibrator
    }

    /// From probability to bin.
    #[must_use]
    pub fn edges(&self) -> &BinEdges {
        &self.parts.edges
    }

    /// The bins, ascending, that no score can lead to: those recorded as such when the bins were
    /// made.
    #[must_use]
    pub fn unreachable_bins(&self) -> Vec<u16> {
        let bins = self.parts.diagnostics.bins.iter();
        bins.filter(|record| !record.reachable).map(|record| record.bin).collect()
    }

    /// Calibrates the raw score `score` (0 to 1) and finds its bin.
    ///
    /// # Errors
    /// [`BinningError::Calibration`] for a score that is not within 0 to 1.
    pub fn score(&self, score: f64) -> Result<Scored, BinningError> {
        let p_cal = self.parts.calibrator.predict_one(score)?;
        Ok(Scored { p_cal, q_bin: self.parts.edges.assign(p_cal)? })
    }

    /// Calibrates raw `scores` (0 to 1) and finds their bins.
    ///
    /// # Errors
    /// [`BinningError::Calibration`] names the first score that is not within 0 to 1.
    pub fn score_all(&self, scores: &[f64]) -> Result<Vec<Scored>, BinningError> {
        let mut p_cal = vec![0.0; scores.len()];
        let mut q_bin = vec![0; scores.len()];
        self.score_into(scores, &mut p_cal, &mut q_bin)?;
        let scored = |(p_cal, q_bin)| Scored { p_cal, q_bin };
        Ok(p_cal.into_iter().zip(q_bin).map(scored).collect())
    }

    /// Calibrates raw `scores` (0 to 1) into `p_cal` and writes their bins to `q_bin`, without
    /// allocating.
    ///
    /// # Errors
    /// [`BinningError::LengthMismatch`]; [`BinningError::Calibration`] names the first score that is
    /// not within 0 to 1. What the outputs hold after an error means nothing.
    pub fn score_into(
        &self,
        scores: &[f64],
        p_cal: &mut [f64],
        q_bin: &mut [u16],
    ) -> Result<(), BinningError> {
        score_into(&self.parts.calibrator, &self.parts.edges, scores, p_cal, q_bin)
    }
}
