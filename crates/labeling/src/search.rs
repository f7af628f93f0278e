//! The search for entries that reach their take profit.
#![allow(
    clippy::inline_always,
    reason = "a loop is compiled for each instruction set only with all that it calls inside it"
)]

use pulp::NullaryFnOnce;

use crate::Outcome;
use crate::ahead::{Ahead, NEAR};
use crate::band::{Band, Reach, Verdict, verdicts};
use crate::chunk::Chunk;
use crate::entries::Entries;
use crate::extremes::Extremes;
use crate::far::Far;
use crate::group::{GROUP, Groups, extreme, larger, smaller};
use crate::touch::{Barriers, Touches};

impl Chunk<'_> {
    /// Writes the outcomes of the entries from `first` on.
    pub(crate) fn label(&self, outcomes: &mut [Outcome]) {
        let horizon = self.window.candles;
        let all = self.candles.len();
        if horizon >= all {
            // The windows end within the series, which has fewer candles than they should.
            outcomes.fill(Outcome::Gap);
            return;
        }
        // The candles of these windows, their entries included.
        let rows = self.first..all.min(self.first + outcomes.len() + horizon);
        self.mark_gaps(rows.end - 1, outcomes);
        let ahead = Ahead {
            open: &self.candles.open[rows.clone()],
            high: &self.candles.high[rows.clone()],
            low: &self.candles.low[rows],
            tie_policy: self.rule.tie_policy(),
        };
        pulp::Arch::new().dispatch(Search { chunk: self, ahead, outcomes });
    }

    /// [`Outcome::Gap`] where a window lacks a candle, [`Outcome::NoTakeProfit`] elsewhere.
    fn mark_gaps(&self, last_row: usize, outcomes: &mut [Outcome]) {
        outcomes.fill(Outcome::NoTakeProfit);
        if self.window.is_gapless(self.first, last_row) {
            return;
        }
        for (entry, outcome) in (self.first..).zip(outcomes) {
            if !self.window.is_whole(entry) {
                *outcome = Outcome::Gap;
            }
        }
    }
}

/// The entries of a chunk. `ahead` has all candles of their windows; `outcomes` begin as
/// [`Outcome::NoTakeProfit`], or [`Outcome::Gap`], which stays.
///
/// Sixteen neighbours are a group. Most groups are settled by a comparison or two: the highest high
/// of their windows is below all their take profits, or the lowest low above all their stop losses.
/// For most others it is enough to know where the price comes to either first. The entries of a
/// group are searched for one by one only where the price turns back among their barriers. Where
/// these are so near that the group itself touches them, or the windows are short, the next few
/// candles are compared with all its entries.
///
/// It is compiled for each instruction set: comparisons and products, whose results are the same on
/// all.
pub(crate) struct Search<'a> {
    pub(crate) chunk: &'a Chunk<'a>,
    pub(crate) ahead: Ahead<'a>,
    pub(crate) outcomes: &'a mut [Outcome],
}

impl NullaryFnOnce for Search<'_> {
    type Output = ();

    #[inline(always)]
    fn call(self) {
        let Self { chunk, ahead, outcomes } = self;
        let reach = Reach::new(chunk.window.candles);
        let rule = chunk.rule;
        let factors = Barriers { up: 1.0 + rule.take_profit(), down: 1.0 - rule.stop_loss() };
        let close = &chunk.candles.close[chunk.first..chunk.first + outcomes.len()];
        // Filled up with one of them, the last entries keep their band.
        let close = Groups::new(close, close.last().copied().unwrap_or_default());

        // High and close side by side: memory is read faster so than one column after the other.
        let mut cheapest = Vec::with_capacity(close.len());
        let highest =
            Extremes::new(ahead.high, reach.any + 1, f64::NEG_INFINITY, larger, |group| {
                if let Some(close) = close.whole.get(group) {
                    cheapest.push(extreme(close, smaller));
                }
            });
        let hopeful = hopeful(&close, &cheapest, factors, reach, &highest);
        if hopeful.is_empty() {
            return;
        }
        let mut entries = Entries { chunk, factors, close, ahead, outcomes };
        if chunk.window.candles <= NEAR {
            for band in hopeful {
                entries.label_short(band.group);
            }
            return;
        }
        let lowest = Extremes::new(ahead.low, reach.any + 1, f64::INFINITY, smaller, |_| ());
        let touches = Touches { highest: &highest, lowest: &lowest };
        let mut search = Far { entries, reach, touches };
        let mut contested = Vec::new();
        for band in hopeful {
            if search.touches.in_group(band.group, band.near) {
                search.label_near(band.group);
            } else if lowest.of_run(band.group + 1, reach.any, smaller) > band.near.down {
                search.label_unstopped(&band);
            } else {
                contested.push(band);
            }
        }
        for bands in contested.chunks(GROUP) {
            let verdicts = verdicts(bands, &search.touches, reach);
            for (band, verdict) in bands.iter().zip(verdicts) {
                match verdict {
                    Verdict::NoProfit => {}
                    Verdict::Profit => search.entries.take_profit(band.group),
                    Verdict::Unclear(from) => search.label_each(band.group, from),
                }
            }
        }
    }
}

/// The groups of entries of which one at least may see its take profit. `cheapest` is the lowest
/// close of each whole group.
#[inline(always)]
fn hopeful(
    close: &Groups<'_>,
    cheapest: &[f64],
    factors: Barriers<f64>,
    reach: Reach,
    highest: &Extremes<'_>,
) -> Vec<Band> {
    // The cheapest entry has the nearest take profit: rounding keeps the order.
    let is_hopeful = |group: usize, cheapest: f64| {
        cheapest * factors.up <= highest.of_run(group, reach.any + 1, larger)
    };
    let mut hopeful = Vec::new();
    for (group, (close, &cheapest)) in close.whole.iter().zip(cheapest).enumerate() {
        if is_hopeful(group, cheapest) {
            hopeful.push(Band::new(group, close, factors));
        }
    }
    let rest = close.whole.len();
    if close.has_rest && is_hopeful(rest, extreme(&close.last, smaller)) {
        hopeful.push(Band::new(rest, &close.last, factors));
    }
    hopeful
}
