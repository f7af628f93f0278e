//! How often the best of the past is below the median of the future.

use std::cmp::Ordering;

use rayon::prelude::*;
use serde::Serialize;

use crate::StatisticsError;
use crate::check::{check_count, check_finite};

/// Most blocks: of 24 there are 2.7 million splits.
const MAX_BLOCKS: usize = 24;

/// The returns of one setting, as sums over equal blocks of time: all that
/// [`backtest_overfitting`] needs of them.
#[derive(Debug, Clone, PartialEq)]
pub struct BlockSums {
    /// Rows in a block.
    rows: usize,
    /// Sum of returns and of their squares, a block.
    sums: Vec<(f64, f64)>,
}

impl BlockSums {
    /// Of `returns` (shape `n`, one a period, in order of time): the last `blocks · ⌊n / blocks⌋` of
    /// them.
    ///
    /// # Errors
    /// If `blocks` is odd, 0 or above 24, there are fewer than two returns a block, or one is not
    /// finite.
    pub fn of(returns: &[f64], blocks: usize) -> Result<Self, StatisticsError> {
        if blocks == 0 || blocks % 2 == 1 || blocks > MAX_BLOCKS {
            let (name, wanted) = ("the number of blocks", "an even number from 2 to 24, e.g. 16");
            return Err(StatisticsError::InvalidArgument { name, value: blocks as f64, wanted });
        }
        check_count("returns", returns.len(), 2 * blocks)?;
        check_finite("returns", returns)?;
        let rows = returns.len() / blocks;
        let used = &returns[returns.len() - rows * blocks..];
        let sum = |block: &[f64]| block.iter().fold((0.0, 0.0), |(s, q), r| (s + r, q + r * r));
        Ok(Self { rows, sums: used.chunks(rows).map(sum).collect() })
    }
}

/// A setting's sums over each choice of its first blocks, and of its last ones: two additions give those of a
/// half.
struct Halves {
    /// Blocks of the first table.
    low: usize,
    tables: [Vec<(f64, f64)>; 2],
    /// Returns of a half.
    n: f64,
    /// `1/n` and `(n − 1)/n²`.
    parts: [f64; 2],
}

/// A Sharpe ratio, and its square with its sign.
#[derive(Clone, Copy)]
struct Ratio {
    value: f64,
    square: f64,
}

impl Ratio {
    fn of(value: f64) -> Self {
        Self { value, square: value * value.abs() }
    }
}

impl Halves {
    fn of(setting: &BlockSums) -> Self {
        let low = setting.sums.len() / 2;
        let table = |blocks: &[(f64, f64)]| {
            let mut sums = vec![(0.0, 0.0)];
            for &(sum, squares) in blocks {
                for chosen in 0..sums.len() {
                    let (s, q) = sums[chosen];
                    sums.push((s + sum, q + squares));
                }
            }
            sums
        };
        let (first, last) = setting.sums.split_at(low);
        let n = (setting.rows * setting.sums.len() / 2) as f64;
        Self { low, tables: [table(first), table(last)], n, parts: [1.0 / n, (n - 1.0) / (n * n)] }
    }

    /// Sum and sum of squares of the blocks whose bit is set.
    fn sums(&self, chosen: u32) -> (f64, f64) {
        let [first, last] = &self.tables;
        let (a, b) =
            (first[chosen as usize & (first.len() - 1)], last[chosen as usize >> self.low]);
        (a.0 + b.0, a.1 + b.1)
    }

    /// How [`sharpe`](Self::sharpe) compares with another ratio. Most are so far apart that their squares
    /// tell without a division or a root.
    fn compare(&self, chosen: u32, other: Ratio) -> Option<Ordering> {
        let (sum, squares) = self.sums(chosen);
        let [one, most] = self.parts;
        let variance = squares - sum * sum * one;
        let (left, right) = (sum * sum.abs() * most, other.square * variance);
        if variance > 1e-5 * squares && (left - right).abs() > 1e-9 * (left.abs() + right.abs()) {
            return left.partial_cmp(&right);
        }
        self.sharpe(chosen).partial_cmp(&other.value)
    }

    /// Sharpe ratio of a period over the blocks whose bit is set.
    fn sharpe(&self, chosen: u32) -> f64 {
        let (sum, squares) = self.sums(chosen);
        let mean = sum / self.n;
        let variance = (squares - sum * mean) / (self.n - 1.0);
        // No trade in half the time: nothing earned, nothing risked. (What is left of a constant
        // return after rounding is no variance.)
        if variance <= 1e-14 * squares / self.n { 0.0 } else { mean / variance.sqrt() }
    }
}

/// Result of [`backtest_overfitting`].
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Overfitting {
    /// Ways to split the blocks in half.
    pub combinations: usize,
    /// Probability of backtest overfitting: share of splits in which the setting that was best in one
    /// half is at or below the median in the other, `logit ≤ 0`.
    pub probability: f64,
    /// Share of splits in which the chosen setting's Sharpe ratio in the other half is negative.
    pub loss_probability: f64,
    /// Slope of the chosen settings' ratios in the other half on those in their own: negative if the
    /// better choice does worse. None if those in their own half are all equal.
    pub slope: Option<f64>,
    /// The line's ratio at 0.
    pub intercept: Option<f64>,
    /// Correlation of the two; none if either does not vary.
    pub correlation: Option<f64>,
    /// `ln(ω / (1 − ω))` a split, ω the chosen setting's rank in the other half over `N + 1`; splits in
    /// lexicographic order of the first half's blocks.
    #[serde(skip)]
    pub logits: Vec<f64>,
}

/// Probability of backtest overfitting by combinatorially symmetric cross-validation: of `S` blocks of
/// time every half is once the past in which the setting with the best Sharpe ratio is chosen (the first
/// of equals), and the other half the future in which it is ranked among all.
///
/// Near 0: what was best stays good. Near ½: the choice is worth nothing. A setting that does not trade
/// in a half has a ratio of 0 there. Ties share their mean rank. Rayon's threads are used.
///
/// D. Bailey, J. Borwein, M. López de Prado and Q. Zhu, "The probability of backtest overfitting",
/// *Journal of Computational Finance* 20 (2016), 39–69.
///
/// # Errors
/// If there are fewer than two settings, or they have not the same number of rows and blocks.
pub fn backtest_overfitting(settings: &[BlockSums]) -> Result<Overfitting, StatisticsError> {
    check_count("settings", settings.len(), 2)?;
    let shape = |of: &BlockSums| (of.rows, of.sums.len());
    let (rows, blocks) = shape(&settings[0]);
    if let Some(other) = settings.iter().find(|other| shape(other) != (rows, blocks)) {
        let (name, found) = ("returns of a setting", other.rows * other.sums.len());
        return Err(StatisticsError::LengthMismatch { name, found, wanted: rows * blocks });
    }
    let splits: Vec<(f64, f64, f64)> =
        halves(blocks).par_chunks(2_048).flat_map_iter(|chosen| split(settings, chosen)).collect();
    let n = splits.len() as f64;
    let share =
        |of: fn(&(f64, f64, f64)) -> bool| splits.iter().filter(|s| of(s)).count() as f64 / n;
    let line = Line::of(&splits);
    Ok(Overfitting {
        combinations: splits.len(),
        probability: share(|split| split.2 <= 0.0),
        loss_probability: share(|split| split.1 < 0.0),
        slope: line.as_ref().map(|line| line.slope),
        intercept: line.as_ref().map(|line| line.intercept),
        correlation: line.and_then(|line| line.correlation),
        logits: splits.into_iter().map(|split| split.2).collect(),
    })
}

/// For each choice the ratio of the best setting in the chosen half, its ratio in the other, and the logit of
/// its rank. Settings are gone through twice, so that no ratios are kept.
fn split(settings: &[BlockSums], chosen: &[u32]) -> Vec<(f64, f64, f64)> {
    let all = (1_u32 << settings[0].sums.len()) - 1;
    let mut best = vec![(0, Ratio::of(f64::NEG_INFINITY)); chosen.len()];
    for (index, setting) in settings.iter().enumerate() {
        let halves = Halves::of(setting);
        for (best, &chosen) in best.iter_mut().zip(chosen) {
            if halves.compare(chosen, best.1) == Some(Ordering::Greater) {
                *best = (index, Ratio::of(halves.sharpe(chosen)));
            }
        }
    }
    let of_best = |(&(best, _), &chosen): (&(usize, Ratio), &u32)| {
        Ratio::of(Halves::of(&settings[best]).sharpe(all & !chosen))
    };
    let of_best: Vec<Ratio> = best.iter().zip(chosen).map(of_best).collect();
    let mut ranks = vec![(0_u32, 0_u32); chosen.len()];
    for setting in settings {
        let halves = Halves::of(setting);
        for (((below, equal), &of_best), &chosen) in ranks.iter_mut().zip(&of_best).zip(chosen) {
            let other = halves.compare(all & !chosen, of_best);
            *below += u32::from(other == Some(Ordering::Less));
            *equal += u32::from(other == Some(Ordering::Equal));
        }
    }
    let found = best.iter().zip(of_best).zip(ranks).map(|((best, of_best), (below, equal))| {
        let rank = f64::from(below) + 0.5 * (f64::from(equal) + 1.0);
        let omega = rank / (settings.len() as f64 + 1.0);
        (best.1.value, of_best.value, (omega / (1.0 - omega)).ln())
    });
    found.collect()
}

/// Every choice of half the blocks as bits, in lexicographic order of the chosen blocks.
fn halves(blocks: usize) -> Vec<u32> {
    let mut all: Vec<u32> =
        (0..1_u32 << blocks).filter(|bits| bits.count_ones() as usize == blocks / 2).collect();
    // Of two choices that is first which has the earlier block where they differ.
    all.sort_unstable_by_key(|bits| std::cmp::Reverse(bits.reverse_bits()));
    all
}

struct Line {
    slope: f64,
    intercept: f64,
    correlation: Option<f64>,
}

impl Line {
    fn of(points: &[(f64, f64, f64)]) -> Option<Self> {
        let n = points.len() as f64;
        let (x, y) = points.iter().fold((0.0, 0.0), |(x, y), p| (x + p.0 / n, y + p.1 / n));
        let (mut xx, mut xy, mut yy) = (0.0, 0.0, 0.0);
        for p in points {
            xx += (p.0 - x) * (p.0 - x);
            xy += (p.0 - x) * (p.1 - y);
            yy += (p.1 - y) * (p.1 - y);
        }
        (xx > 0.0).then(|| Self {
            slope: xy / xx,
            intercept: y - xy / xx * x,
            correlation: (yy > 0.0).then(|| xy / (xx * yy).sqrt()),
        })
    }
}
