//! The search for entries that reach their take profit.
#![allow(
    clippy::inline_always,
    reason = "a loop is compiled for each instruction set only with all that it calls inside it"
)]

use std::ops::Range;

use pulp::NullaryFnOnce;

use crate::Outcome;
use crate::band::{Band, Reach, Verdict, verdicts};
use crate::chunk::Chunk;
use crate::extremes::Extremes;
use crate::group::{GROUP, Groups, Lanes, extreme, larger, smaller};
use crate::touch::{Barriers, NO_CANDLE, Touches};

/// The entries of a chunk. `highs` and `lows` are those of all candles of their windows; `outcomes`
/// begin as [`Outcome::NoTakeProfit`], or [`Outcome::Gap`], which stays.
///
/// Sixteen neighbours are a group. Most groups are settled by a comparison or two: the highest high
/// of their windows is below all their take profits, or the lowest low above all their stop losses.
/// For most others it is enough to know where the price comes to either first. The entries of a
/// group are looked at one by one only where the price turns back among their barriers, or where
/// these are so near that the group itself touches them.
///
/// It is compiled for each instruction set: comparisons and products, whose results are the same on
/// all.
pub(crate) struct Search<'a> {
    pub(crate) chunk: &'a Chunk<'a>,
    pub(crate) highs: &'a [f64],
    pub(crate) lows: &'a [f64],
    pub(crate) outcomes: &'a mut [Outcome],
}

impl NullaryFnOnce for Search<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { chunk, highs, lows, outcomes } = self;
        let reach = Reach::new(chunk.window.candles);
        let rule = chunk.rule;
        let factors = Barriers { up: 1.0 + rule.take_profit(), down: 1.0 - rule.stop_loss() };
        let close = &chunk.candles.close[chunk.first..chunk.first + outcomes.len()];
        // Filled up with one of them, the last entries keep their band.
        let close = Groups::new(close, close.last().copied().unwrap_or_default());

        let highest = Extremes::new(highs, reach.any + 1, f64::NEG_INFINITY, larger);
        let hopeful = hopeful(&close, factors, reach, &highest);
        if hopeful.is_empty() {
            return;
        }
        let lowest = Extremes::new(lows, reach.any + 1, f64::INFINITY, smaller);
        let touches = Touches { highest: &highest, lowest: &lowest };
        let mut entries = Entries { chunk, reach, factors, close, touches, outcomes };
        let mut contested = Vec::new();
        for band in hopeful {
            if entries.touches.in_group(band.group, band.near) {
                entries.label_each(band.group, band.group);
            } else if lowest.of_run(band.group + 1, reach.any, smaller) > band.near.down {
                entries.label_unstopped(&band);
            } else {
                contested.push(band);
            }
        }
        for bands in contested.chunks(GROUP) {
            let verdicts = verdicts(bands, &entries.touches, reach);
            for (band, verdict) in bands.iter().zip(verdicts) {
                match verdict {
                    Verdict::NoProfit => {}
                    Verdict::Profit => entries.take_profit(band.group),
                    Verdict::Unclear(from) => entries.label_each(band.group, from),
                }
            }
        }
    }
}

/// The groups of entries of which one at least may see its take profit.
#[inline(always)]
fn hopeful(
    close: &Groups<'_>,
    factors: Barriers<f64>,
    reach: Reach,
    highest: &Extremes<'_>,
) -> Vec<Band> {
    let mut hopeful = Vec::new();
    for (group, close) in close.whole.iter().enumerate() {
        if is_hopeful(group, close, factors, reach, highest) {
            hopeful.push(Band::new(group, close, factors));
        }
    }
    let rest = close.whole.len();
    if close.has_rest && is_hopeful(rest, &close.last, factors, reach, highest) {
        hopeful.push(Band::new(rest, &close.last, factors));
    }
    hopeful
}

#[inline(always)]
fn is_hopeful(
    group: usize,
    close: &Lanes<f64>,
    factors: Barriers<f64>,
    reach: Reach,
    highest: &Extremes<'_>,
) -> bool {
    // The cheapest entry has the nearest take profit: rounding keeps the order.
    extreme(close, smaller) * factors.up <= highest.of_run(group, reach.any + 1, larger)
}

/// The entries that are left, and what is known of the candles.
struct Entries<'a> {
    chunk: &'a Chunk<'a>,
    reach: Reach,
    factors: Barriers<f64>,
    close: Groups<'a>,
    touches: Touches<'a>,
    outcomes: &'a mut [Outcome],
}

impl Entries<'_> {
    /// A group whose entries all reach their take profit first.
    #[inline(always)]
    fn take_profit(&mut self, group: usize) {
        let rows = self.rows(group);
        for outcome in &mut self.outcomes[rows] {
            let keep = *outcome == Outcome::Gap;
            *outcome = if keep { Outcome::Gap } else { Outcome::TakeProfit };
        }
    }

    /// A group of entries that are not touched in it, nor stopped within their windows: whether
    /// they reach the take profit is all that matters.
    #[inline(always)]
    fn label_unstopped(&mut self, band: &Band) {
        let (first, highest) = (band.group + 1, self.touches.highest);
        let in_all = match self.reach.all {
            0 => f64::NEG_INFINITY,
            all => highest.of_run(first, all, larger),
        };
        if band.far.up <= in_all {
            return self.take_profit(band.group);
        }
        let in_any = highest.of_run(first, self.reach.any, larger);
        for (entry, up) in self.rows(band.group).zip(self.barriers(band.group).up) {
            if self.outcomes[entry] == Outcome::NoTakeProfit && up <= in_any {
                let last = entry + self.chunk.window.candles;
                // What only some windows hold is looked at candle by candle.
                let end = ((first + self.reach.all) * GROUP).min(last + 1);
                let highs = &self.chunk.candles.high[self.chunk.first..];
                if up <= in_all || highs[end..=last].iter().any(|&high| high >= up) {
                    self.outcomes[entry] = Outcome::TakeProfit;
                }
            }
        }
    }

    /// A group whose entries are not touched before group `from`, which may be their own.
    #[inline(always)]
    fn label_each(&mut self, group: usize, from: usize) {
        let barriers = self.barriers(group);
        let candles = if from == group {
            self.touches.first_in_own_group(group, &barriers)
        } else {
            [NO_CANDLE; GROUP]
        };
        let groups = self.touches.first_group([from.max(group + 1); GROUP], &barriers);
        for (lane, entry) in self.rows(group).enumerate() {
            let barriers = Barriers { up: barriers.up[lane], down: barriers.down[lane] };
            if self.outcomes[entry] == Outcome::NoTakeProfit
                && self.is_profit(entry, candles[lane], groups[lane], barriers)
            {
                self.outcomes[entry] = Outcome::TakeProfit;
            }
        }
    }

    /// Whether an entry sees its take profit first. The first candle to touch a barrier is `own`,
    /// or, where that is [`NO_CANDLE`], in `group` if anywhere.
    #[inline(always)]
    fn is_profit(&self, entry: usize, own: usize, group: usize, barriers: Barriers<f64>) -> bool {
        let last = entry + self.chunk.window.candles;
        let candle = if own == NO_CANDLE {
            // Mostly the extremes of the group settle it.
            if self.touches.highest.level(0)[group] < barriers.up {
                return false;
            }
            let stops = self.touches.lowest.level(0)[group] <= barriers.down;
            if !stops && (group + 1) * GROUP <= last + 1 {
                return true;
            }
            self.touches.first_in_group(group, barriers)
        } else {
            own
        };
        candle <= last && self.chunk.is_profit(self.chunk.first + candle, barriers)
    }

    /// The entries of a group.
    #[inline(always)]
    fn rows(&self, group: usize) -> Range<usize> {
        group * GROUP..self.outcomes.len().min((group + 1) * GROUP)
    }

    /// The barriers of a group's entries.
    #[inline(always)]
    fn barriers(&self, group: usize) -> Barriers<Lanes<f64>> {
        let close = self.close.get(group);
        Barriers {
            up: close.map(|close| close * self.factors.up),
            down: close.map(|close| close * self.factors.down),
        }
    }
}
