//! How often the best of the past is below the median of the future.
#![allow(
    clippy::inline_always,
    clippy::needless_bitwise_bool,
    reason = "a loop is compiled for each instruction set only with all that it calls inside it, and becomes \
              vector instructions only without branches"
)]

use std::cmp::Ordering;
use std::ops::Range;

use pulp::NullaryFnOnce;
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

/// The choices of half the blocks, in an order in which ratios are worked out side by side: by the last blocks
/// that are chosen, then by the first.
struct Choices {
    /// The first half of the blocks: every choice of them, those of equally many side by side.
    first: Vec<usize>,
    runs: Vec<Run>,
}

/// Choices with the same last blocks, and the same number of first ones.
struct Run {
    last: usize,
    /// Positions in the order of first choices.
    first: Range<usize>,
}

impl Choices {
    fn of(blocks: usize) -> Self {
        let count = |chosen: &usize| chosen.count_ones() as usize;
        let mut first: Vec<usize> = (0..1 << (blocks / 2)).collect();
        first.sort_by_key(count);
        let runs = (0..1 << (blocks / 2)).map(|last| {
            let wanted = blocks / 2 - count(&last);
            let start = first.partition_point(|chosen| count(chosen) < wanted);
            Run { last, first: start..first.partition_point(|chosen| count(chosen) <= wanted) }
        });
        Self { runs: runs.collect(), first }
    }
}

/// A setting's sums over each choice of its first blocks, and of its last ones: two additions give those of a
/// half.
struct Halves {
    /// In the order of [`Choices::first`]: sums, and sums of squares.
    first: [Vec<f64>; 2],
    last: Vec<(f64, f64)>,
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
    fn of(setting: &BlockSums, choices: &Choices) -> Self {
        let table = |blocks: &[(f64, f64)]| {
            let mut sums = Vec::with_capacity(1 << blocks.len());
            sums.push((0.0, 0.0));
            for &(sum, squares) in blocks {
                for chosen in 0..sums.len() {
                    let (s, q) = sums[chosen];
                    sums.push((s + sum, q + squares));
                }
            }
            sums
        };
        let (first, last) = setting.sums.split_at(setting.sums.len() / 2);
        let (first, last) = (table(first), table(last));
        let n = (setting.rows * setting.sums.len() / 2) as f64;
        let sorted = [
            choices.first.iter().map(|&chosen| first[chosen].0).collect(),
            choices.first.iter().map(|&chosen| first[chosen].1).collect(),
        ];
        Self { first: sorted, last, n, parts: [1.0 / n, (n - 1.0) / (n * n)] }
    }

    /// Sharpe ratio of a period over the blocks of a choice.
    fn sharpe(&self, (last, first): (usize, usize)) -> f64 {
        let [sums, squares] = &self.first;
        let (sum, squares) = (sums[first] + self.last[last].0, squares[first] + self.last[last].1);
        let mean = sum / self.n;
        let variance = (squares - sum * mean) / (self.n - 1.0);
        // No trade in half the time: nothing earned, nothing risked. (What is left of a constant
        // return after rounding is no variance.)
        if variance <= 1e-14 * squares / self.n { 0.0 } else { mean / variance.sqrt() }
    }
}

/// Choices whose ratios are compared together.
const LANES: usize = 64;

/// Sums over choices, and of squares.
type Laid = [Vec<f64>; 2];

/// Compares a setting's ratios with `others`, a choice of `runs`. Most are so far apart that their squares tell
/// without a division or a root; `near` gets the numbers of the others.
struct Comparison<'a> {
    halves: &'a Halves,
    runs: &'a [Run],
    others: &'a [f64],
    /// Whether `near` gets those that are higher, too.
    with_higher: bool,
    /// Counts those that are lower.
    lower: &'a mut [u64],
    near: &'a mut Vec<usize>,
    /// The sums of all choices, one after another: so that few are left over when vectors are full.
    laid: &'a mut Laid,
}

impl Comparison<'_> {
    fn dispatch(self) {
        pulp::Arch::new().dispatch(self);
    }
}

impl NullaryFnOnce for Comparison<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let [sums, squares] = self.laid;
        sums.clear();
        squares.clear();
        for run in self.runs {
            let (last_sum, last_squares) = self.halves.last[run.last];
            let [first, first_squares] = &self.halves.first;
            sums.extend(first[run.first.clone()].iter().map(|sum| sum + last_sum));
            squares.extend(first_squares[run.first.clone()].iter().map(|sum| sum + last_squares));
        }
        let (whole, rest) = (sums.len() / LANES * LANES, sums.len() % LANES);
        let (lower, last) = self.lower.split_at_mut(whole);
        let blocks =
            sums.as_chunks().0.iter().zip(squares.as_chunks().0).zip(self.others.as_chunks().0);
        let parts = (self.halves.parts, self.with_higher);
        for (block, (of, lower)) in blocks.zip(lower.as_chunks_mut().0).enumerate() {
            compare(parts, of, lower, block * LANES, self.near);
        }
        if rest > 0 {
            // Filled up with choices that are lower for sure.
            let (mut own, mut own_squares, mut others) =
                ([0.0; LANES], [1.0; LANES], [1e300; LANES]);
            own[..rest].copy_from_slice(&sums[whole..]);
            own_squares[..rest].copy_from_slice(&squares[whole..]);
            others[..rest].copy_from_slice(&self.others[whole..]);
            let mut counts = [0; LANES];
            compare(parts, ((&own, &own_squares), &others), &mut counts, whole, self.near);
            last.iter_mut().zip(counts).for_each(|(last, count)| *last += count);
        }
    }
}

/// Sums of a block, of squares, and the squared ratios of the others.
type Block<'a> = ((&'a [f64; LANES], &'a [f64; LANES]), &'a [f64; LANES]);

/// Compares the choices of a block, which are those from the number `from` on.
#[inline(always)]
fn compare(
    ([one, most], with_higher): ([f64; 2], bool),
    ((sums, squares), others): Block<'_>,
    lower: &mut [u64; LANES],
    from: usize,
    near: &mut Vec<usize>,
) {
    let (mut found, mut any) = ([0_u64; LANES], 0);
    for lane in 0..LANES {
        let (sum, squares) = (sums[lane], squares[lane]);
        let variance = squares - sum * sum * one;
        let (left, right) = (sum * sum.abs() * most, others[lane] * variance);
        let apart = (left - right).abs() > 1e-9 * (left.abs() + right.abs());
        let is_sure = (variance > 1e-5 * squares) & apart;
        let is_lower = is_sure & (left < right);
        lower[lane] += u64::from(is_lower);
        found[lane] = u64::from(!is_lower & (with_higher | !is_sure));
        any |= found[lane];
    }
    if any != 0 {
        let found = found.iter().enumerate().filter(|(_, near)| **near != 0);
        near.extend(found.map(|(lane, _)| from + lane));
    }
}

/// The last and first blocks of each choice of `runs`.
fn places(runs: &[Run]) -> Vec<(usize, usize)> {
    runs.iter().flat_map(|run| run.first.clone().map(|first| (run.last, first))).collect()
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
    let splits = splits(settings);
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

/// For each choice of half the blocks, in lexicographic order, the ratio of the best setting in the chosen half,
/// its ratio in the other, and the logit of its rank. Settings are gone through twice, so that no ratios are kept.
fn splits(settings: &[BlockSums]) -> Vec<(f64, f64, f64)> {
    let blocks = settings[0].sums.len();
    let choices = Choices::of(blocks);
    let parts = choices.runs.chunks(choices.runs.len().div_ceil(rayon::current_num_threads()));
    let parts: Vec<&[Run]> = parts.collect();
    let best: Vec<(usize, Ratio)> =
        parts.par_iter().flat_map_iter(|runs| best(settings, &choices, runs)).collect();
    // The other half of a choice is the one as far from the end.
    let others: Vec<usize> = best.iter().rev().map(|(setting, _)| *setting).collect();
    let mut starts = vec![0];
    starts.extend(parts.iter().scan(0, |at, runs| {
        *at += runs.iter().map(|run| run.first.len()).sum::<usize>();
        Some(*at)
    }));
    let ranked: Vec<(f64, f64)> = parts
        .par_iter()
        .zip(&starts)
        .flat_map_iter(|(runs, &start)| ranks(settings, &choices, runs, &others[start..]))
        .collect();
    let chosen = choices.runs.iter().flat_map(|run| {
        choices.first[run.first.clone()].iter().map(move |first| run.last << (blocks / 2) | first)
    });
    let found = best.iter().zip(ranked.iter().rev()).map(|((_, best), (of_best, rank))| {
        let omega = rank / (settings.len() as f64 + 1.0);
        (best.value, *of_best, (omega / (1.0 - omega)).ln())
    });
    let mut all: Vec<(usize, (f64, f64, f64))> = chosen.zip(found).collect();
    // Of two choices that is first which has the earlier block where they differ.
    all.sort_unstable_by_key(|(chosen, _)| std::cmp::Reverse(chosen.reverse_bits()));
    all.into_iter().map(|(_, split)| split).collect()
}

/// The setting with the highest ratio of each choice of `runs`, the first of equals, and that ratio.
fn best(settings: &[BlockSums], choices: &Choices, runs: &[Run]) -> Vec<(usize, Ratio)> {
    let places = places(runs);
    let mut best = vec![(0, Ratio::of(f64::NEG_INFINITY)); places.len()];
    let mut others = vec![f64::NEG_INFINITY; places.len()];
    let (mut lower, mut near, mut laid) = (vec![0; places.len()], Vec::new(), Laid::default());
    for (setting, sums) in settings.iter().enumerate() {
        let halves = Halves::of(sums, choices);
        Comparison {
            halves: &halves,
            runs,
            others: &others,
            with_higher: true,
            lower: &mut lower,
            near: &mut near,
            laid: &mut laid,
        }
        .dispatch();
        for choice in near.drain(..) {
            let ratio = halves.sharpe(places[choice]);
            if ratio > best[choice].1.value {
                best[choice] = (setting, Ratio::of(ratio));
                others[choice] = best[choice].1.square;
            }
        }
    }
    best
}

/// The ratio of the setting at each place of `chosen` over a choice of `runs`, and its rank among all there.
fn ranks(
    settings: &[BlockSums],
    choices: &Choices,
    runs: &[Run],
    chosen: &[usize],
) -> Vec<(f64, f64)> {
    let places = places(runs);
    let ratios = places
        .iter()
        .zip(chosen)
        .map(|(&place, &chosen)| Ratio::of(Halves::of(&settings[chosen], choices).sharpe(place)));
    let ratios: Vec<Ratio> = ratios.collect();
    let others: Vec<f64> = ratios.iter().map(|ratio| ratio.square).collect();
    let (mut lower, mut equal) = (vec![0_u64; ratios.len()], vec![0_u64; ratios.len()]);
    let (mut near, mut laid) = (Vec::new(), Laid::default());
    for sums in settings {
        let halves = Halves::of(sums, choices);
        Comparison {
            halves: &halves,
            runs,
            others: &others,
            with_higher: false,
            lower: &mut lower,
            near: &mut near,
            laid: &mut laid,
        }
        .dispatch();
        for choice in near.drain(..) {
            let other = halves.sharpe(places[choice]).partial_cmp(&ratios[choice].value);
            lower[choice] += u64::from(other == Some(Ordering::Less));
            equal[choice] += u64::from(other == Some(Ordering::Equal));
        }
    }
    let rank = |(lower, equal): (u64, u64)| lower as f64 + 0.5 * (equal as f64 + 1.0);
    let ranks = lower.into_iter().zip(equal).map(rank);
    ratios.into_iter().map(|ratio| ratio.value).zip(ranks).collect()
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
