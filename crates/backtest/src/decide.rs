//! From the decision at a row's close to the orders of the next open.

use strategy_core::{Outlook, Side};

use crate::account::copy;
use crate::bar::{Bar, Decision};
use crate::{
    Account, BacktestError, Change, Demand, Events, ExitReason, Intent, LegRequest, Portfolio,
    PositionView, Request, Size, Sizing,
};

impl<S: Sizing, E: Events> Account<S, E> {
    /// Lets sizing and risk see the row, and takes their demands.
    #[inline]
    pub(crate) fn watch(&mut self, bar: &Bar<'_>, equity: f64) {
        self.view();
        let portfolio = portfolio(&self.views, bar, equity, (&self.instruments, &self.rules));
        self.sizing.watch(bar, &portfolio, &mut self.demands);
    }

    /// What is demanded leaves at the next open.
    #[inline(never)]
    pub(crate) fn obey(&mut self, bar: &Bar<'_>) -> Result<(), BacktestError> {
        for demand in self.demands.drain(..) {
            if !(0.0..1.0).contains(&demand.keep) {
                return Err(BacktestError::Size { time: bar.until, found: demand.keep });
            }
            let groups: Vec<u64> = self
                .trades
                .iter()
                .filter(|trade| demand.instrument.is_none_or(|i| i == trade.instrument))
                .map(|trade| trade.group)
                .collect();
            let mut reduced = false;
            for trade in self.trades.iter_mut().filter(|trade| groups.contains(&trade.group)) {
                let smaller = trade.leave.is_none_or(|(_, keep)| demand.keep < keep);
                if smaller {
                    trade.leave = Some((ExitReason::Risk, demand.keep));
                    (reduced, self.leaving) = (true, true);
                }
            }
            if reduced {
                self.counts.risk_demands += 1;
                let Demand { rule, why, keep, .. } = demand;
                let change = Change { time: bar.until, rule, from: 1.0, to: keep, why };
                self.events.change(&change);
            }
        }
        Ok(())
    }

    /// Turns the row's decision into orders.
    #[inline]
    pub(crate) fn decide(
        &mut self,
        bar: &Bar<'_>,
        decision: &Decision<'_>,
        equity: f64,
    ) -> Result<(), BacktestError> {
        // A stop of one leg takes the others with it at the next open: until then nothing is asked.
        let stopped = self.leaving
            && self.trades.iter().any(|trade| {
                trade.leave.is_some_and(|(reason, keep)| keep == 0.0 && reason != ExitReason::Risk)
            });
        self.time_out();
        let outlook = match decision {
            Decision::Silent => {
                self.counts.silent += 1;
                if self.rules.intent != Intent::Position {
                    return Ok(());
                }
                None
            }
            Decision::Weights { weights, outlook } => {
                self.check_weights(bar.time, weights)?;
                copy(&mut self.wanted, weights);
                *outlook
            }
        };
        if stopped {
            return Ok(());
        }
        match self.rules.intent {
            Intent::Entry => self.ask_entry(bar, outlook, equity),
            Intent::Change if self.wanted.iter().all(|&weight| weight == 0.0) => Ok(()),
            Intent::Position | Intent::Change => self.ask_position(bar, outlook, equity),
        }
    }

    #[inline]
    fn check_weights(&self, time: i64, weights: &[f64]) -> Result<(), BacktestError> {
        let sum: f64 = match weights {
            [weight] => weight.abs(),
            weights => weights.iter().map(|weight| weight.abs()).sum(),
        };
        // A sum of fractions such as 1/3 may come out a little above 1. NaN fails too.
        if weights.len() == self.instruments.len() && sum <= 1.0 + 1e-9 {
            return Ok(());
        }
        Err(BacktestError::Weights {
            time,
            found: weights.to_vec(),
            instruments: self.instruments.len(),
        })
    }

    /// Trades that have been held for long enough leave at the next open.
    #[inline]
    fn time_out(&mut self) {
        for trade in &mut self.trades {
            if trade.last_row <= self.row + 1 {
                trade.leave = Some((ExitReason::Time, 0.0));
                self.leaving = true;
            }
        }
    }

    fn ask_entry(
        &mut self,
        bar: &Bar<'_>,
        outlook: Option<&Outlook>,
        equity: f64,
    ) -> Result<(), BacktestError> {
        let side = side_of(self.wanted[0]);
        if side == Side::NoSignal {
            return Ok(());
        }
        let open_trades = self.open_trades();
        if open_trades >= self.rules.max_trades {
            self.counts.ignored += 1;
            return Ok(());
        }
        self.legs.clear();
        self.legs.extend(self.wanted.iter().map(|&weight| LegRequest { weight, held: 0.0 }));
        self.find_held();
        self.request(bar, side, outlook, equity, open_trades)
    }

    fn ask_position(
        &mut self,
        bar: &Bar<'_>,
        outlook: Option<&Outlook>,
        equity: f64,
    ) -> Result<(), BacktestError> {
        let mut opens = false;
        self.legs.clear();
        for instrument in 0..self.wanted.len() {
            let (weight, level) = (self.wanted[instrument], self.level[instrument]);
            let held = self.wallet.positions[instrument].quantity;
            let mut leg = LegRequest { weight: 0.0, held: 0.0 };
            if weight == level {
            } else if weight == 0.0 {
                self.leave_instrument(instrument, ExitReason::Signal, 0.0);
            } else if held * weight < 0.0 {
                self.leave_instrument(instrument, ExitReason::Flip, 0.0);
                (leg.weight, opens) = (weight, true);
            } else if held != 0.0 && weight.abs() < level.abs() {
                self.leave_instrument(instrument, ExitReason::Signal, weight / level);
                self.level[instrument] = weight;
            } else {
                (leg.weight, opens) = (weight, true);
            }
            self.legs.push(leg);
        }
        if !opens {
            return Ok(());
        }
        self.find_held();
        let side = side_of(self.wanted[0]);
        let open_trades = usize::from(!self.trades.is_empty());
        self.request(bar, side, outlook, equity, open_trades)
    }

    fn leave_instrument(&mut self, instrument: usize, reason: ExitReason, keep: f64) {
        for trade in self.trades.iter_mut().filter(|trade| trade.instrument == instrument) {
            if trade.leave.is_none_or(|(_, kept)| keep < kept) {
                trade.leave = Some((reason, keep));
                self.leaving = true;
            }
        }
    }

    /// What of each leg will still be held when the order is filled.
    fn find_held(&mut self) {
        for (instrument, leg) in self.legs.iter_mut().enumerate() {
            let trades = self.trades.iter().filter(|trade| trade.instrument == instrument);
            let stays = trades.map(|trade| {
                trade.sign * trade.quantity * trade.leave.map_or(1.0, |(_, keep)| keep)
            });
            leg.held = stays.sum();
        }
    }

    /// Trades open now; the legs of one decision are one trade.
    fn open_trades(&self) -> usize {
        let first = |(i, trade): &(usize, &crate::exits::OpenTrade)| {
            !self.trades[..*i].iter().any(|earlier| earlier.group == trade.group)
        };
        if self.instruments.len() == 1 {
            self.trades.len()
        } else {
            self.trades.iter().enumerate().filter(first).count()
        }
    }

    /// Asks for the size, and leaves an order for the next open.
    fn request(
        &mut self,
        bar: &Bar<'_>,
        side: Side,
        outlook: Option<&Outlook>,
        equity: f64,
        open_trades: usize,
    ) -> Result<(), BacktestError> {
        self.view();
        let exits = self.rules.exits.of(side);
        let cost = 2.0 * (self.rules.fees.taker + self.rules.slippage.expected());
        let request = Request {
            side,
            intent: self.rules.intent,
            legs: &self.legs,
            exits,
            outlook,
            open_trades,
            max_trades: self.rules.max_trades,
            round_trip_cost: cost,
        };
        let portfolio = portfolio(&self.views, bar, equity, (&self.instruments, &self.rules));
        let size = self.sizing.size(&request, &portfolio, &mut self.changes);
        for mut change in self.changes.drain(..) {
            change.time = bar.until;
            self.events.change(&change);
        }
        let found = match size {
            Size::Zero => 0.0,
            Size::Budget(found) | Size::Notional(found) | Size::Quantity(found) => found,
        };
        if !(found >= 0.0 && found.is_finite()) {
            return Err(BacktestError::Size { time: bar.until, found });
        }
        if found == 0.0 {
            self.counts.sized_to_zero += 1;
            return Ok(());
        }
        let order = &mut self.order;
        (order.pending, order.size, order.exits) = (true, size, exits);
        order.levels = self.rules.intent != Intent::Entry;
        order.legs.clear();
        order.legs.extend(self.legs.iter().map(|leg| leg.weight));
        Ok(())
    }

    /// Brings the view of the positions up to date.
    #[inline]
    pub(crate) fn view(&mut self) {
        for instrument in 0..self.instruments.len() {
            let mark = self.last[instrument].close;
            if self.wallet.positions[instrument].quantity == 0.0 {
                self.views[instrument] = PositionView { mark, ..PositionView::default() };
                continue;
            }
            let liquidation = self.liquidation(instrument);
            let position = &self.wallet.positions[instrument];
            self.views[instrument] = PositionView {
                quantity: position.quantity,
                entry: position.entry,
                mark,
                margin: position.margin,
                liquidation,
            };
        }
    }
}

pub(crate) fn portfolio<'a>(
    positions: &'a [PositionView],
    bar: &'a Bar<'_>,
    equity: f64,
    (instruments, rules): (&'a [crate::Instrument], &'a crate::Rules),
) -> Portfolio<'a> {
    let (row_time, time, candles) = (bar.time, bar.until, bar.candles);
    Portfolio { row_time, time, equity, positions, candles, instruments, rules }
}

fn side_of(weight: f64) -> Side {
    if weight > 0.0 {
        Side::Long
    } else if weight < 0.0 {
        Side::Short
    } else {
        Side::NoSignal
    }
}
