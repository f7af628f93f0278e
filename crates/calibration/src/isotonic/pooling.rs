//! Pool adjacent violators.

use crate::ties::Ties;

/// Rows next to each other in score that share one value.
#[derive(Debug, Clone, Copy)]
pub(super) struct Block {
    pub(super) first: f64,
    pub(super) last: f64,
    pub(super) mean: f64,
    pub(super) weight: f64,
}

impl From<Ties> for Block {
    fn from(ties: Ties) -> Self {
        let (first, last) = (ties.p, ties.p);
        // Counts are exact, so the order of rows is of no account here.
        Self { first, last, mean: ties.hit_rate(), weight: ties.rows as f64 }
    }
}

/// `Σ s y` and `Σ s` of blocks being joined.
///
/// The two sums are formed in the same order and no mean exceeds 1, so by the monotonicity of
/// rounding no quotient does: there is nothing to clip to `[0, 1]`.
struct Pool {
    moment: f64,
    block: Block,
}

impl Pool {
    fn new(block: Block) -> Self {
        Self { moment: block.mean * block.weight, block }
    }

    fn join(&mut self, other: &Block) {
        self.moment += other.mean * other.weight;
        self.block.weight += other.weight;
        self.block.mean = self.moment / self.block.weight;
        self.block.first = self.block.first.min(other.first);
        self.block.last = self.block.last.max(other.last);
    }
}

/// Scores nearer than this to the first of a group are its score.
const NEAR: f64 = 1e-15;

/// Makes one score of those that differ by less than rounding in their last digits: the lowest of them.
fn near_as_one(blocks: impl Iterator<Item = Block>) -> impl Iterator<Item = Block> {
    let mut ahead = blocks.peekable();
    std::iter::from_fn(move || {
        let first = ahead.next()?;
        let mut pool = None;
        while let Some(near) = ahead.next_if(|next| next.first - first.first < NEAR) {
            pool.get_or_insert_with(|| Pool::new(first)).join(&near);
        }
        let mean = pool.map_or(first, |pool| pool.block);
        Some(Block { last: first.first, ..mean })
    })
}

/// Joins neighbours until the means ascend strictly.
///
/// Every block is pushed once and joined at most once, so the time is linear. The order in which
/// sums are formed is that of SciPy (which scikit-learn calls): where two means are equal but for
/// rounding, the same blocks are joined.
pub(super) fn pool_adjacent_violators(blocks: impl Iterator<Item = Block>) -> Vec<Block> {
    let mut done: Vec<Block> = Vec::new();
    let mut ahead = near_as_one(blocks).peekable();
    while let Some(block) = ahead.next() {
        let Some(violated) = done.pop_if(|last| last.mean >= block.mean) else {
            done.push(block);
            continue;
        };
        let mut pool = Pool::new(violated);
        pool.join(&block);
        while let Some(next) = ahead.next_if(|next| pool.block.mean >= next.mean) {
            pool.join(&next);
        }
        while let Some(last) = done.pop_if(|last| last.mean >= pool.block.mean) {
            pool.join(&last);
        }
        done.push(pool.block);
    }
    done
}
