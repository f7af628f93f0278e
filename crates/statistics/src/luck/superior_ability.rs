//! Whether the best of many beats a benchmark.
#![allow(
    clippy::inline_always,
    reason = "a loop is compiled for each instruction set only with all that it calls inside it"
)]

use pulp::NullaryFnOnce;
use serde::Serialize;

use crate::StatisticsError;
use crate::check::{check_count, check_finite, check_length};

/// Hansen's test of superior predictive ability, fed one setting after another: what is kept is the
/// bootstrap and a number a resample, however many settings there are.
///
/// The hypothesis is that no setting is better than the benchmark; a small p-value says that the best
/// one is. For setting `k` with differences `d` (its performance minus the benchmark's, a row):
///
/// ```text
/// t_k = √n d̄ / ω,   T = max(0, max_k t_k),
/// ω² = γ₀ + 2 Σ κ(i) γᵢ,   κ(i) = (1 − i/n)(1 − p)^i + i/n (1 − p)^{n−i},   p = 1/mean_block
/// ```
///
/// and in each resample of the stationary bootstrap the same of `d* − g(d̄)`, with `g = d̄` (upper),
/// `max(d̄, 0)` (lower), `d̄` where `t_k ≥ −√(2 ln ln n)` and 0 elsewhere (consistent). The p-value is the
/// share of resamples whose maximum is at least `T`: 1 where no setting is better.
///
/// P. Hansen, "A test for superior predictive ability", *Journal of Business & Economic Statistics* 23
/// (2005), 365–380.
#[derive(Debug, Clone)]
pub struct SuperiorAbilityTest {
    rows: usize,
    /// Weights of the autocovariances: κ of lag 1, 2 …, as far as they count.
    kernel: Vec<f64>,
    /// Of each [`BLOCK`] of rows.
    drawn: Vec<Drawn>,
    settings: usize,
    statistic: f64,
    /// Largest statistic of each resample so far: lower, consistent, upper.
    largest: Vec<[f64; 3]>,
}

/// Result of [`SuperiorAbilityTest::finish`].
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SuperiorAbility {
    /// Settings compared.
    pub settings: usize,
    /// `T`.
    pub statistic: f64,
    /// p-value under the most favourable hypothesis: a lower bound.
    pub p_lower: f64,
    /// Hansen's p-value.
    pub p_consistent: f64,
    /// p-value where all settings are as good as the benchmark, White's reality check: an upper bound.
    pub p_upper: f64,
}

impl SuperiorAbilityTest {
    /// A test over `rows` rows by the resamples `orders` (positions of rows, `rows` each) of a stationary
    /// bootstrap with the given mean block length: see
    /// [`stationary_bootstrap`](crate::stationary_bootstrap).
    ///
    /// # Errors
    /// If there are fewer than three rows, no orders, an order has another length or names a row that
    /// there is not, or `mean_block` is below 1 or not finite.
    pub fn new<O: AsRef<[usize]>>(
        rows: usize,
        mean_block: f64,
        orders: impl IntoIterator<Item = O>,
    ) -> Result<Self, StatisticsError> {
        check_count("rows", rows, 3)?;
        if !(mean_block.is_finite() && mean_block >= 1.0) {
            let (name, wanted) = ("the mean block length", "a finite number of rows, 1 or more");
            return Err(StatisticsError::InvalidArgument { name, value: mean_block, wanted });
        }
        let mut drawn = vec![Drawn::default(); rows.div_ceil(BLOCK)];
        for order in orders {
            let order = order.as_ref();
            check_length("an order", order.len(), rows)?;
            let mut counts = vec![0_usize; rows];
            for &row in order {
                let Some(count) = counts.get_mut(row) else {
                    let (name, wanted) =
                        ("a row of an order", "a position below the number of rows");
                    return Err(StatisticsError::InvalidArgument {
                        name,
                        value: row as f64,
                        wanted,
                    });
                };
                *count += 1;
            }
            for (drawn, counts) in drawn.iter_mut().zip(counts.chunks(BLOCK)) {
                drawn.push(counts);
            }
        }
        let resamples = drawn[0].ends.len();
        if resamples == 0 {
            return Err(StatisticsError::NoRows);
        }
        Ok(Self {
            rows,
            kernel: kernel(rows, mean_block),
            drawn,
            settings: 0,
            statistic: 0.0,
            largest: vec![[0.0; 3]; resamples],
        })
    }

    /// Adds a setting by its differences to the benchmark, a row. One that never differs from it adds
    /// nothing but its number.
    ///
    /// # Errors
    /// If there is not one difference a row, one is not finite, or all are equal but not 0.
    pub fn add(&mut self, differences: &[f64]) -> Result<(), StatisticsError> {
        let contributions = self.contributions(&[differences])?;
        for contribution in contributions {
            self.merge(contribution);
        }
        Ok(())
    }

    /// What [`add`](Self::add) would add for each of several settings: for threads that compute while another
    /// adds in order. Sixteen at a time take a fraction of the time that they take one by one; the numbers
    /// are the same.
    ///
    /// # Errors
    /// As for [`add`](Self::add).
    pub fn contributions(&self, settings: &[&[f64]]) -> Result<Vec<Contribution>, StatisticsError> {
        let n = self.rows as f64;
        let mut all = Vec::with_capacity(settings.len());
        for group in settings.chunks(LANES) {
            let scales = group.iter().map(|one| self.scale(one)).collect::<Result<Vec<_>, _>>()?;
            let mut rows = vec![Lanes([0.0; LANES]); self.rows];
            for (lane, differences) in group.iter().enumerate() {
                rows.iter_mut().zip(*differences).for_each(|(row, value)| row.0[lane] = *value);
            }
            let mut found: Vec<Contribution> = scales
                .iter()
                .map(|scale| Contribution {
                    statistic: scale.as_ref().map_or(0.0, |scale| scale.statistic),
                    resamples: Vec::with_capacity(self.largest.len()),
                })
                .collect();
            for sums in pulp::Arch::new().dispatch(Sums { drawn: &self.drawn, rows: &rows }) {
                for ((one, scale), sum) in found.iter_mut().zip(&scales).zip(sums.0) {
                    let Some(Scale { centres, sd, .. }) = scale else { continue };
                    let of = |centre| n.sqrt() * (sum / n - centre) / sd;
                    one.resamples.push(centres.map(of));
                }
            }
            all.append(&mut found);
        }
        Ok(all)
    }

    /// What a setting's resamples are measured by; none where it never differs.
    fn scale(&self, differences: &[f64]) -> Result<Option<Scale>, StatisticsError> {
        let name = "differences";
        check_length(name, differences.len(), self.rows)?;
        check_finite(name, differences)?;
        if differences.iter().all(|&d| d == differences[0]) {
            if differences[0] == 0.0 {
                return Ok(None);
            }
            return Err(StatisticsError::Constant { name, count: self.rows });
        }
        let n = self.rows as f64;
        let mean = crate::moments::mean(differences);
        let variance = LongRunVariance { differences, mean, kernel: &self.kernel };
        let sd = pulp::Arch::new().dispatch(variance).sqrt();
        if sd.is_nan() || sd <= 0.0 {
            return Err(StatisticsError::Constant { name, count: self.rows });
        }
        let statistic = n.sqrt() * mean / sd;
        let bound = -(2.0 * n.ln().ln()).sqrt();
        let centres = [mean.max(0.0), if statistic >= bound { mean } else { 0.0 }, mean];
        Ok(Some(Scale { statistic, centres, sd }))
    }

    /// Adds a contribution.
    pub fn merge(&mut self, contribution: Contribution) {
        self.settings += 1;
        self.statistic = self.statistic.max(contribution.statistic);
        for (largest, own) in self.largest.iter_mut().zip(contribution.resamples) {
            for (largest, own) in largest.iter_mut().zip(own) {
                *largest = largest.max(own);
            }
        }
    }

    /// The p-values.
    ///
    /// # Errors
    /// If no setting was added.
    pub fn finish(&self) -> Result<SuperiorAbility, StatisticsError> {
        if self.settings == 0 {
            return Err(StatisticsError::NoRows);
        }
        let p = |which: usize| {
            // At least: where nothing beats the benchmark T is 0, and every resample reaches it.
            let above = self.largest.iter().filter(|largest| largest[which] >= self.statistic);
            above.count() as f64 / self.largest.len() as f64
        };
        let (settings, statistic) = (self.settings, self.statistic);
        Ok(SuperiorAbility {
            settings,
            statistic,
            p_lower: p(0),
            p_consistent: p(1),
            p_upper: p(2),
        })
    }
}

/// A setting's part in a [`SuperiorAbilityTest`].
#[derive(Debug, Clone)]
pub struct Contribution {
    statistic: f64,
    resamples: Vec<[f64; 3]>,
}

/// Settings whose sums are taken together.
const LANES: usize = 16;

/// A number of each of them, where the widest loads are fastest.
#[derive(Clone, Copy)]
#[repr(align(64))]
struct Lanes([f64; LANES]);

/// Rows whose values of so many settings stay in the fastest cache.
const BLOCK: usize = 128;

/// What resamples draw from a block of rows. It is read through for every few settings, so it is small.
#[derive(Debug, Clone, Default)]
struct Drawn {
    /// A row's place in the block, and how often it is drawn: 255 times at most, then again.
    rows: Vec<(u8, u8)>,
    /// Where each resample's end.
    ends: Vec<usize>,
}

impl Drawn {
    /// Adds a resample that draws each row so often.
    fn push(&mut self, counts: &[usize]) {
        for (row, &count) in (0..).zip(counts) {
            let mut left = count;
            while left > 0 {
                let part = u8::try_from(left).unwrap_or(u8::MAX);
                self.rows.push((row, part));
                left -= usize::from(part);
            }
        }
        self.ends.push(self.rows.len());
    }
}

/// What a setting's resamples are measured by.
struct Scale {
    statistic: f64,
    centres: [f64; 3],
    sd: f64,
}

/// The [`weighted_sums`] of each resample.
struct Sums<'a> {
    drawn: &'a [Drawn],
    rows: &'a [Lanes],
}

impl NullaryFnOnce for Sums<'_> {
    type Output = Vec<Lanes>;

    #[inline(always)]
    fn call(self) -> Vec<Lanes> {
        let mut all = vec![Lanes([0.0; LANES]); self.drawn[0].ends.len()];
        for (drawn, rows) in self.drawn.iter().zip(self.rows.chunks(BLOCK)) {
            let mut start = 0;
            for (&end, sums) in drawn.ends.iter().zip(&mut all) {
                *sums = weighted_sums(*sums, &drawn.rows[start..end], rows);
                start = end;
            }
        }
        all
    }
}

/// `sums + Σ count · value` of each lane, in vector instructions; the same on every machine, and for a lane
/// whatever the others hold. Every other row goes to sums of its own, so that no addition waits for the one before.
#[inline(always)]
fn weighted_sums(mut sums: Lanes, drawn: &[(u8, u8)], values: &[Lanes]) -> Lanes {
    let mut others = Lanes([0.0; LANES]);
    let (pairs, rest) = drawn.as_chunks::<2>();
    for &[one, other] in pairs {
        add(&mut sums, one, values);
        add(&mut others, other, values);
    }
    for &one in rest {
        add(&mut sums, one, values);
    }
    for lane in 0..LANES {
        sums.0[lane] += others.0[lane];
    }
    sums
}

#[inline(always)]
fn add(sums: &mut Lanes, (row, count): (u8, u8), values: &[Lanes]) {
    let (values, count) = (&values[usize::from(row)], COUNTS[usize::from(count)]);
    for lane in 0..LANES {
        sums.0[lane] += count * values.0[lane];
    }
}

/// Numbers from 0 on: read faster than converted.
static COUNTS: [f64; 256] = {
    let mut all = [0.0; 256];
    let mut count = 1;
    while count < all.len() {
        all[count] = all[count - 1] + 1.0;
        count += 1;
    }
    all
};

/// κ of the lags from 1 on, as far as they count.
fn kernel(rows: usize, mean_block: f64) -> Vec<f64> {
    let (n, stay) = (rows as f64, 1.0 - 1.0 / mean_block);
    let of_lag = |lag: usize| {
        let (i, wrapped) = (lag as f64, n - lag as f64);
        wrapped / n * stay.powf(i) + i / n * stay.powf(wrapped)
    };
    let mut all: Vec<f64> = (1..rows).map(of_lag).collect();
    let last = all.iter().rposition(|&kernel| kernel > 1e-18).map_or(0, |last| last + 1);
    all.truncate(last);
    all
}

/// ω², the variance of `√n d̄` under the stationary bootstrap.
struct LongRunVariance<'a> {
    differences: &'a [f64],
    mean: f64,
    kernel: &'a [f64],
}

impl NullaryFnOnce for LongRunVariance<'_> {
    type Output = f64;

    #[inline(always)]
    fn call(self) -> f64 {
        let n = self.differences.len() as f64;
        let centred: Vec<f64> = self.differences.iter().map(|d| d - self.mean).collect();
        let mut variance = dot(&centred, &centred) / n;
        for (lag, kernel) in self.kernel.iter().enumerate().filter(|(_, kernel)| **kernel > 1e-18) {
            let (later, earlier) = (&centred[lag + 1..], &centred[..centred.len() - lag - 1]);
            variance += 2.0 * kernel * (dot(later, earlier) / n);
        }
        variance
    }
}

/// In eight running sums, so that it becomes vector instructions.
#[inline(always)]
fn dot(a: &[f64], b: &[f64]) -> f64 {
    let mut sums = [0.0; 8];
    let (a, a_rest) = a.as_chunks::<8>();
    let (b, b_rest) = b.as_chunks::<8>();
    for (a, b) in a.iter().zip(b) {
        for lane in 0..8 {
            sums[lane] += a[lane] * b[lane];
        }
    }
    sums.iter().sum::<f64>() + a_rest.iter().zip(b_rest).map(|(a, b)| a * b).sum::<f64>()
}
