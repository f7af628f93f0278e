//! The series that blocks are drawn from.

use crate::{SplitMix64, StatisticsError};

/// Rows in time order, each with its bin, counted from 0, and its label.
#[derive(Debug)]
pub(super) struct Series {
    rows: Vec<(u16, bool)>,
    n_bins: u16,
}

/// Misses and hits of one bin.
///
/// By label, so that a row is one addition: rows and hits, two additions to neighbouring words,
/// take several times as long where rows that follow each other are in the same bin.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Tally([usize; 2]);

impl Tally {
    pub(super) fn hits(self) -> usize {
        self.0[1]
    }

    pub(super) fn rows(self) -> usize {
        self.0[0] + self.0[1]
    }

    /// Not a number if there are no rows.
    fn hit_rate(self) -> f64 {
        self.hits() as f64 / self.rows() as f64
    }
}

impl Series {
    /// Checks that the bins are 1 to `n_bins`; the arrays have the same length.
    pub(super) fn new(bins: &[u16], labels: &[bool], n_bins: u16) -> Result<Self, StatisticsError> {
        let rows = bins.iter().zip(labels).enumerate();
        let rows = rows.map(|(index, (&bin, &label))| match bin.checked_sub(1) {
            Some(place) if place < n_bins => Ok((place, label)),
            _ => Err(StatisticsError::InvalidBin { index, bin, n_bins }),
        });
        Ok(Self { rows: rows.collect::<Result<_, _>>()?, n_bins })
    }

    /// What each bin has in the series as it is.
    pub(super) fn tallies(&self) -> Vec<Tally> {
        let mut tallies = self.no_tallies();
        tally(&self.rows, &mut tallies);
        tallies
    }

    /// For each bin, its hit rates in the resamples that have rows of it.
    pub(super) fn resampled_rates(
        &self,
        block: usize,
        resamples: u32,
        generator: &mut SplitMix64,
    ) -> Vec<Vec<f64>> {
        let mut rates = vec![Vec::new(); usize::from(self.n_bins)];
        let mut tallies = self.no_tallies();
        for _ in 0..resamples {
            tallies.fill(Tally::default());
            self.resample(block, || generator.below(self.rows.len()), &mut tallies);
            for (rates, tally) in rates.iter_mut().zip(&tallies) {
                if tally.rows() > 0 {
                    rates.push(tally.hit_rate());
                }
            }
        }
        rates
    }

    /// Adds up one resample: blocks from where `start` says until there are as many rows as in the
    /// series.
    ///
    /// Row by row. Differences of running counts for each bin would make a block's cost the number
    /// of bins instead of its length, which with twenty bins and blocks of a day is no gain, and
    /// would take a table of rows × bins.
    pub(super) fn resample(
        &self,
        block: usize,
        mut start: impl FnMut() -> usize,
        tallies: &mut [Tally],
    ) {
        let mut missing = self.rows.len();
        while missing > 0 {
            let length = block.min(missing);
            let (before, from) = self.rows.split_at(start());
            let ahead = length.min(from.len());
            tally(&from[..ahead], tallies);
            tally(&before[..length - ahead], tallies);
            missing -= length;
        }
    }

    pub(super) fn no_tallies(&self) -> Vec<Tally> {
        vec![Tally::default(); usize::from(self.n_bins)]
    }
}

#[inline]
fn tally(rows: &[(u16, bool)], tallies: &mut [Tally]) {
    for &(bin, hit) in rows {
        tallies[usize::from(bin)].0[usize::from(hit)] += 1;
    }
}
