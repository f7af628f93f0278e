//! How sure an evaluation is to be.

/// How sure an evaluation is to be, and how that is found out.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judging {
    /// Confidence of the intervals, strictly between 0 and 1.
    pub confidence: f64,
    /// Resamples of the block bootstrap.
    pub resamples: u32,
    /// Length of the bootstrap's blocks in label horizons.
    pub block_horizons: u16,
    /// Seed of the bootstrap.
    pub seed: u64,
}

/// 95 %, 1000 resamples of blocks of one horizon.
impl Default for Judging {
    fn default() -> Self {
        Self { confidence: 0.95, resamples: 1000, block_horizons: 1, seed: 1 }
    }
}
