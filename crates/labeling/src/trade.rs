//! How the trades that a label speaks of ended: a long one and a short one for each candle.

use rayon::prelude::*;

use crate::extremes::Extremes;
use crate::group::{GROUP, larger, smaller};
use crate::touch::{Barriers, Touches, is_nearer};
use crate::window::Window;
use crate::{BarrierRule, CandleSeries, LabelError, TiePolicy};

/// What ended a trade.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Ending {
    /// The barrier in the trade's favour.
    TakeProfit,
    /// The barrier against it.
    StopLoss,
    /// Neither within the horizon: the close of the last candle.
    Time,
}

/// How one trade ended.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TradeEnd {
    /// What ended it.
    pub ending: Ending,
    /// Candles held: 1 when it ended in the candle after its entry, at most those of the horizon.
    pub rows: u32,
    /// Gross payoff as a fraction of the entry price, positive in the trade's favour. A barrier pays
    /// its own price, also where a candle opened beyond it.
    pub payoff: f64,
}

/// The two trades from one candle's close: a long one with the rule's barriers, and a short one that
/// takes its profit where the long one is stopped (`close·(1−d)`) and is stopped where the long one takes
/// its profit (`close·(1+u)`).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TradeEnds {
    /// The long trade.
    pub long: TradeEnd,
    /// The short trade. It ends in the same candle, with the opposite payoff, except in a candle that
    /// touches both barriers under [`TiePolicy::Conservative`]: there both lose.
    pub short: TradeEnd,
}

/// How the trades from each candle's close ended: `None` where the [`Outcome`](crate::Outcome) is
/// incomplete or lies over a gap.
///
/// With `H = horizon / interval`: a trade ends in the first of the next `H` candles that touches a
/// barrier, or at the close of the `H`-th. The long one ends by [`Ending::TakeProfit`] exactly where the
/// label is 1.
///
/// O(n log H) time, O(n log H) memory for n candles.
///
/// # Errors
/// [`LabelError::HorizonNotMultiple`] when the rule's horizon is not a whole number of candles.
///
/// ```
/// use chrono::TimeDelta;
/// use labeling::{BarrierRule, CandleSeries, Ending, TiePolicy, trade_ends};
///
/// let hour = TimeDelta::hours(1);
/// let times: Vec<i64> = (0..3).map(|k| k * 3_600_000_000).collect();
/// let (open, high) = ([100.0, 100.0, 101.0], [100.0, 101.0, 103.0]);
/// let (low, close) = ([100.0, 99.0, 97.0], [100.0, 101.0, 99.0]);
/// let candles = CandleSeries::new(&times, &open, &high, &low, &close, hour)?;
/// let rule = BarrierRule::new(0.04, 0.02, hour * 2, TiePolicy::Conservative)?;
/// let ends = trade_ends(&candles, &rule)?[0].unwrap();
/// assert_eq!((ends.long.ending, ends.long.rows, ends.long.payoff), (Ending::StopLoss, 2, -0.02));
/// assert_eq!((ends.short.ending, ends.short.payoff), (Ending::TakeProfit, 0.02));
/// # Ok::<(), labeling::LabelError>(())
/// ```
pub fn trade_ends(
    candles: &CandleSeries<'_>,
    rule: &BarrierRule,
) -> Result<Vec<Option<TradeEnds>>, LabelError> {
    let window = Window::new(candles, rule)?;
    let mut ends = vec![None; candles.len()];
    if window.candles >= candles.len() {
        // No window has all its candles.
        return Ok(ends);
    }
    let known = window.complete_entries();
    let longest = window.candles / GROUP + 2;
    let highest = Extremes::new(candles.high, longest, f64::NEG_INFINITY, larger);
    let lowest = Extremes::new(candles.low, longest, f64::INFINITY, smaller);
    let touches = Touches { highest: &highest, lowest: &lowest };
    let search = Search { candles, rule, window: &window, touches };
    let groups = ends[..known].par_chunks_mut(GROUP).with_min_len(1 << 10).enumerate();
    groups.for_each(|(group, ends)| search.group(group, ends));
    Ok(ends)
}

struct Search<'a> {
    candles: &'a CandleSeries<'a>,
    rule: &'a BarrierRule,
    window: &'a Window<'a>,
    touches: Touches<'a>,
}

impl Search<'_> {
    /// The entries of one group of candles.
    fn group(&self, group: usize, ends: &mut [Option<TradeEnds>]) {
        let first = group * GROUP;
        let close = self.candles.close;
        let mut barriers = Barriers { up: [f64::INFINITY; GROUP], down: [0.0; GROUP] };
        for (lane, close) in close[first..first + ends.len()].iter().enumerate() {
            barriers.up[lane] = close * (1.0 + self.rule.take_profit());
            barriers.down[lane] = close * (1.0 - self.rule.stop_loss());
        }
        let later = self.touches.first_group([group + 1; GROUP], &barriers);
        for (lane, end) in ends.iter_mut().enumerate() {
            let entry = first + lane;
            if !self.window.is_whole(entry) {
                continue;
            }
            let barriers = Barriers { up: barriers.up[lane], down: barriers.down[lane] };
            let touches = |&row: &usize| {
                self.candles.high[row] >= barriers.up || self.candles.low[row] <= barriers.down
            };
            let own_group = close.len().min(first + GROUP);
            let touched = (entry + 1..own_group)
                .find(touches)
                .unwrap_or_else(|| self.touches.first_in_group(later[lane], barriers));
            *end = Some(self.ends(entry, touched, barriers));
        }
    }

    /// The trades from the close of `entry`, whose barriers no candle before `touched` reaches.
    fn ends(&self, entry: usize, touched: usize, barriers: Barriers<f64>) -> TradeEnds {
        let last = entry + self.window.candles;
        let (u, d) = (self.rule.take_profit(), self.rule.stop_loss());
        let end = |ending, payoff| TradeEnd { ending, rows: 0, payoff };
        let mut ends = if touched > last {
            let payoff = self.candles.close[last] / self.candles.close[entry] - 1.0;
            TradeEnds { long: end(Ending::Time, payoff), short: end(Ending::Time, -payoff) }
        } else {
            let up = self.candles.high[touched] >= barriers.up;
            let down = self.candles.low[touched] <= barriers.down;
            let open = self.candles.open[touched];
            let (long_wins, short_wins) = match (up, down, self.rule.tie_policy()) {
                (true, true, TiePolicy::Conservative) => (false, false),
                (true, true, TiePolicy::ProximityToOpen) => {
                    let mirrored = (open - barriers.down).abs() < (barriers.up - open).abs();
                    (is_nearer(open, barriers), mirrored)
                }
                (up, _, _) => (up, !up),
            };
            let side = |wins, profit: f64, loss: f64| {
                if wins { end(Ending::TakeProfit, profit) } else { end(Ending::StopLoss, -loss) }
            };
            TradeEnds { long: side(long_wins, u, d), short: side(short_wins, d, u) }
        };
        let rows = u32::try_from(touched.min(last) - entry).unwrap_or(u32::MAX);
        (ends.long.rows, ends.short.rows) = (rows, rows);
        ends
    }
}
