//! Weighted rows, in the order of their scores.

use super::pooling::{Block, pool_adjacent_violators};
use crate::buckets::sorted_by_score;

/// The blocks of a fit to these rows, all of the same number.
///
/// Rows that ascend are read where they are, once; others are packed into integers, which sort.
pub(super) fn pool_weighted(scores: &[f64], labels: &[bool], weights: &[f64]) -> Vec<Block> {
    if scores.is_sorted() {
        return pool_adjacent_violators(ascending_blocks(scores, labels, weights));
    }
    let rows = scores.iter().zip(labels).zip(weights);
    let keys = sorted_by_score(rows.map(Key::of), Key::score);
    let tied = keys.chunk_by(|a, b| a.score() == b.score());
    pool_adjacent_violators(
        tied.filter_map(|tied| {
            pooled(tied[0].score(), tied.iter().map(|key| key.label_and_weight()))
        }),
    )
}

/// A row as an integer: its score, label and weight, in this order.
///
/// The bits of a number that is not negative order as the number does, and those of −0, as a signed
/// integer, come before all. Without the sign, which it does not have, a weight leaves one of its 64
/// bits to the label.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
struct Key(i128);

impl Key {
    fn of(((&score, &label), &weight): ((&f64, &bool), &f64)) -> Self {
        // Adding zero turns a weight of −0 into 0.
        let row = u64::from(label) << 63 | (weight + 0.0).to_bits();
        Self(i128::from(score.to_bits().cast_signed()) << 64 | i128::from(row))
    }

    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "one half of the bits"
    )]
    fn score(self) -> f64 {
        f64::from_bits((self.0 >> 64) as u64)
    }

    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "one half of the bits"
    )]
    fn label_and_weight(self) -> (bool, f64) {
        let row = self.0 as u64;
        (row >> 63 == 1, f64::from_bits(row << 1 >> 1))
    }
}

/// One block for each score that occurs.
fn ascending_blocks<'a>(
    scores: &'a [f64],
    labels: &'a [bool],
    weights: &'a [f64],
) -> impl Iterator<Item = Block> + 'a {
    let mut ahead = labels.iter().zip(weights);
    let mut keys = Vec::new();
    scores.chunk_by(|a, b| a == b).filter_map(move |tied| {
        let rows = ahead.by_ref().take(tied.len());
        if tied.len() <= 2 {
            // The sum of two is the same in either order.
            return pooled(tied[0], rows.map(|(&label, &weight)| (label, weight)));
        }
        keys.clear();
        keys.extend(
            tied.iter().zip(rows).map(|(score, (label, weight))| Key::of(((score, label), weight))),
        );
        keys.sort_unstable();
        pooled(tied[0], keys.iter().map(|key| key.label_and_weight()))
    })
}

/// The block of rows of one score. `None` if their weights are zero: they do not count.
///
/// The order of additions, and with it the rounding, is that of the rows: by label as in
/// scikit-learn, then by weight, so that it depends on nothing but the rows themselves.
#[inline]
fn pooled(score: f64, rows: impl Iterator<Item = (bool, f64)>) -> Option<Block> {
    let (mut moment, mut weight) = (0.0, 0.0);
    for (label, row_weight) in rows {
        moment += if label { row_weight } else { 0.0 };
        weight += row_weight;
    }
    // Adding zero turns a score of −0 into 0.
    let score = score + 0.0;
    (weight > 0.0).then(|| Block { first: score, last: score, mean: moment / weight, weight })
}
