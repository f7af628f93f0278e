//! Random numbers that follow from a seed, the same on every machine.

/// `SplitMix64`.
///
/// G. Steele, D. Lea, C. Flood, "Fast splittable pseudorandom number generators", *OOPSLA* 2014.
#[derive(Debug, Clone)]
pub(crate) struct Generator(u64);

impl Generator {
    /// Streams of different numbers do not meet.
    pub(crate) fn new(seed: u64, stream: u64) -> Self {
        let mut generator = Self(seed ^ stream.wrapping_mul(0xd1b5_4a32_d192_ed03));
        generator.bits();
        generator
    }

    pub(crate) fn bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Uniform in [0, 1).
    pub(crate) fn uniform(&mut self) -> f64 {
        (self.bits() >> 11) as f64 / (1_u64 << 53) as f64
    }

    /// Uniform below `n`, which is not 0.
    pub(crate) fn below(&mut self, n: usize) -> usize {
        usize::try_from((u128::from(self.bits()) * n as u128) >> 64).unwrap_or(0)
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
