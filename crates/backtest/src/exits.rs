//! An open trade, and what a candle does to it.

use strategy_core::Exits;

use crate::bar::Candle;
use crate::{ExitReason, GapFill, Tie};

/// An open trade. Prices called signed are times the trade's sign, so that for long and short alike
/// higher is better.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OpenTrade {
    pub(crate) id: u64,
    /// The legs of one decision.
    pub(crate) group: u64,
    pub(crate) instrument: usize,
    /// 1 long, -1 short.
    pub(crate) sign: f64,
    pub(crate) quantity: f64,
    pub(crate) entry_time: i64,
    pub(crate) entry_price: f64,
    pub(crate) entry_reference: f64,
    pub(crate) entry_row: u64,
    pub(crate) fees: f64,
    pub(crate) slippage: f64,
    pub(crate) funding: f64,
    /// The row at whose open it ends; `u64::MAX`: never by time.
    pub(crate) last_row: u64,
    /// It leaves at the next open: why, and which fraction stays.
    pub(crate) leave: Option<(ExitReason, f64)>,
    /// Signed: take profit (∞: none), stop loss and trailing stop (−∞: none).
    take_profit: f64,
    stop_loss: f64,
    trailing_stop: f64,
    /// The trailing stop stands at the best price times this; 0: none.
    trail: f64,
    /// Signed: best and worst price since the entry.
    best: f64,
    worst: f64,
}

/// What ended a trade within a candle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) enum Touch {
    /// An exit at this price (not signed).
    Exit { price: f64, reason: ExitReason, ambiguous: bool },
    /// The liquidation of its instrument's position came first.
    Liquidation { ambiguous: bool },
}

/// A new trade's fill.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Entry {
    pub(crate) id: u64,
    pub(crate) group: u64,
    pub(crate) instrument: usize,
    pub(crate) sign: f64,
    pub(crate) quantity: f64,
    pub(crate) time: i64,
    pub(crate) price: f64,
    pub(crate) reference: f64,
    pub(crate) row: u64,
    pub(crate) fee: f64,
}

impl OpenTrade {
    pub(crate) fn new(entry: Entry, exits: &Exits) -> Self {
        let Entry { id, group, instrument, sign, quantity, time, price, reference, row, fee } =
            entry;
        let signed = sign * price;
        let trail = exits.trailing_stop.map_or(0.0, |fraction| 1.0 - sign * fraction);
        Self {
            id,
            group,
            instrument,
            sign,
            quantity,
            entry_time: time,
            entry_price: price,
            entry_reference: reference,
            entry_row: row,
            fees: fee,
            slippage: sign * quantity * (price - reference),
            funding: 0.0,
            last_row: exits.max_hold.map_or(u64::MAX, |rows| row + u64::from(rows)),
            leave: None,
            take_profit: exits.take_profit.map_or(f64::INFINITY, |f| signed * (1.0 + sign * f)),
            stop_loss: exits.stop_loss.map_or(f64::NEG_INFINITY, |f| signed * (1.0 - sign * f)),
            trailing_stop: if trail == 0.0 { f64::NEG_INFINITY } else { signed * trail },
            trail,
            best: signed,
            worst: signed,
        }
    }

    /// What ends the trade in `candle`, with its opening price looked at first. `liquidation` is the
    /// price that liquidates its instrument's position, if the candle reaches it.
    #[inline]
    pub(crate) fn touch(
        &self,
        candle: &Candle,
        liquidation: Option<f64>,
        tie: Tie,
        gap_fill: GapFill,
    ) -> Option<Touch> {
        let (open, high, low) = self.signed(candle);
        let stop = self.stop_loss.max(self.trailing_stop);
        let liquidation = liquidation.map_or(f64::NEG_INFINITY, |price| self.sign * price);
        let loses = low <= stop || liquidation > f64::NEG_INFINITY;
        let wins = high >= self.take_profit;
        if !loses && !wins {
            return None;
        }
        let exit = |price: f64, reason, ambiguous| {
            Some(Touch::Exit { price: self.sign * price, reason, ambiguous })
        };
        let stopped = if self.trailing_stop >= self.stop_loss {
            ExitReason::TrailingStop
        } else {
            ExitReason::StopLoss
        };
        if open <= stop {
            return exit(open, stopped, false);
        }
        if open >= self.take_profit {
            let price = if gap_fill == GapFill::Open { open } else { self.take_profit };
            return exit(price, ExitReason::TakeProfit, false);
        }
        let ambiguous = loses && wins;
        if wins && (!loses || tie == Tie::Optimistic) {
            return exit(self.take_profit, ExitReason::TakeProfit, ambiguous);
        }
        // Of two prices on the way down, the one nearer to the open comes first.
        if liquidation > stop || low > stop {
            return Some(Touch::Liquidation { ambiguous });
        }
        exit(stop, stopped, ambiguous)
    }

    /// The prices at or beyond which it ends, the lower and the upper one; none where its stop moves with
    /// each candle.
    pub(crate) fn ends(&self) -> Option<[f64; 2]> {
        let ends = if self.sign > 0.0 {
            [self.stop_loss, self.take_profit]
        } else {
            [-self.take_profit, -self.stop_loss]
        };
        (self.trail == 0.0).then_some(ends)
    }

    /// Takes in candles that it has outlived, by their highest and lowest price.
    #[inline]
    pub(crate) fn follow(&mut self, high: f64, low: f64) {
        let (best, worst) = if self.sign > 0.0 { (high, low) } else { (-low, -high) };
        self.best = self.best.max(best);
        self.worst = self.worst.min(worst);
        if self.trail != 0.0 {
            self.trailing_stop = self.trailing_stop.max(self.best * self.trail);
        }
    }

    /// The price that stops it; `None` without a stop.
    pub(crate) fn stop(&self) -> Option<f64> {
        let stop = self.stop_loss.max(self.trailing_stop);
        (stop > f64::NEG_INFINITY).then_some(self.sign * stop)
    }

    /// Worst and best price as fractions of the entry price, of a trade that went on to `price`.
    pub(crate) fn excursions(&self, price: Option<f64>) -> (f64, f64) {
        let (entry, last) = (self.sign * self.entry_price, price.map(|price| self.sign * price));
        let worst = last.map_or(self.worst, |last| self.worst.min(last));
        let best = last.map_or(self.best, |last| self.best.max(last));
        ((worst - entry) / self.entry_price, (best - entry) / self.entry_price)
    }

    #[inline]
    fn signed(&self, candle: &Candle) -> (f64, f64, f64) {
        if self.sign > 0.0 {
            (candle.open, candle.high, candle.low)
        } else {
            (-candle.open, -candle.low, -candle.high)
        }
    }
}
