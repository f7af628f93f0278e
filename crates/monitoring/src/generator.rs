//! Random numbers that follow from a seed, the same on every machine.

use statistics::SplitMix64;

/// Streams of random numbers under one seed.
#[derive(Debug, Clone)]
pub(crate) struct Generator(SplitMix64);

impl Generator {
    /// Streams of different numbers do not meet.
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        let mut generator = SplitMix64::new(seed ^ stream.wrapping_mul(0xd1b5_4a32_d192_ed03));
        generator.next_bits();
        Self(generator)
    }

    /// Uniform in [0, 1).
    pub(crate) fn uniform(&mut self) -> f64 {
        (self.0.next_bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Uniform below `n`, which is not 0.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        self.0.below(n)
    }

    /// `n` values of `series`, joined from circular blocks of `block` values that begin anywhere.
    pub(crate) fn resample<T: Copy>(&mut self, series: &[T], n: usize, block: usize) -> Vec<T> {
        let mut values = Vec::with_capacity(n + block);
        while values.len() < n {
            let start = self.below(series.len());
            values.extend((start..start + block).map(|k| series[k % series.len()]));
        }
        values.truncate(n);
        values
    }
}
