//! A source of random numbers that is the same on every platform, forever.

/// `SplitMix64`: a counter in steps of the golden ratio, mixed. Its period of 2⁶⁴ and its quality
/// (it passes `BigCrush`) are plenty for drawing blocks, and unlike the generators of a library it
/// cannot change under a reported interval.
///
/// G. Steele, D. Lea and C. Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014,
/// 453–472.
#[derive(Debug, Clone)]
pub struct SplitMix64(u64);

impl SplitMix64 {
    /// The generator of a seed; every seed is as good as another.
    #[must_use]
    pub fn new(seed: u64) -> Self {
        Self(seed)
    }

    /// The next 64 bits.
    pub fn next_bits(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number from 0 to `n − 1`, all equally likely; `n` is not 0.
    ///
    /// D. Lemire, "Fast random integer generation in an interval", *ACM Transactions on Modeling
    /// and Computer Simulation* 29 (2019), article 3: the upper half of a 128-bit product, drawn
    /// again where the lower half would favour some numbers.
    #[allow(
        clippy::cast_possible_truncation,
        reason = "the halves of the product are what is wanted, and the upper is below n"
    )]
    pub fn below(&mut self, n: usize) -> usize {
        let n = n as u64;
        let unfair = n.wrapping_neg() % n;
        loop {
            let product = u128::from(self.next_bits()) * u128::from(n);
            if product as u64 >= unfair {
                return (product >> 64) as usize;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first outputs of Vigna's reference implementation (`splitmix64.c`) for this seed.
    #[test]
    fn is_the_published_generator() {
        let mut generator = SplitMix64::new(1_234_567);
        let found = [(); 5].map(|()| generator.next_bits());
        assert_eq!(
            found,
            [
                6_457_827_717_110_365_317,
                3_203_168_211_198_807_973,
                9_817_491_932_198_370_423,
                4_593_380_528_125_082_431,
                16_408_922_859_458_223_821,
            ]
        );
    }

    #[test]
    fn every_number_is_equally_likely() {
        let mut generator = SplitMix64::new(1);
        assert_eq!(generator.below(1), 0);
        let mut counts = [0_u32; 7];
        for _ in 0..70_000 {
            counts[generator.below(7)] += 1;
        }
        // Chi-squared with 6 degrees of freedom exceeds 22.5 one time in a thousand.
        let chi_squared: f64 =
            counts.iter().map(|&count| (f64::from(count) - 1e4).powi(2) / 1e4).sum();
        assert!(chi_squared < 22.5, "{counts:?}");
    }

    /// Of three quarters of all words, without drawing again, every third would come up twice as
    /// often as the others.
    #[test]
    fn draws_again_where_some_numbers_would_be_favoured() {
        let mut generator = SplitMix64::new(2);
        let n = (usize::MAX / 4 + 1) * 3;
        let thirds = (0..3000).filter(|_| generator.below(n).is_multiple_of(3)).count();
        assert!((900..1100).contains(&thirds), "{thirds} of 3000, wanted a third");
    }
}
