//! Fills: entries and exits, at an open or within a bar.

use strategy_core::{Exits, Side};

use crate::bar::{Bar, Candle};
use crate::exits::{Entry, OpenTrade, Touch};
use crate::trade::Exit;
use crate::{Account, Events, ExitReason, Fill, FillKind, Size, Sizing, Trade};

/// Free cash is compared with this much room, for the noise of sums.
const ROOM: f64 = 1e-12;

impl<S: Sizing, E: Events> Account<S, E> {
    /// Exits at the open that were decided at an earlier close, or that follow the stop of another leg.
    pub(crate) fn leave(&mut self, bar: &Bar<'_>) {
        self.leaving = false;
        let mut index = 0;
        while let Some(trade) = self.trades.get_mut(index) {
            let candle = &bar.candles[trade.instrument];
            match trade.leave.take() {
                // A whole exit takes the trade out of the list.
                Some((reason, keep)) if self.exit(index, candle, candle.open, reason, keep) => {}
                _ => index += 1,
            }
        }
    }

    /// What was decided at the last close is filled at the open: all legs, or none.
    pub(crate) fn enter(&mut self, bar: &Bar<'_>) {
        self.order.pending = false;
        if !self.fits(bar) {
            return;
        }
        let (group, exits) = (self.next_group, self.order.exits);
        self.next_group += 1;
        for instrument in 0..self.order.legs.len() {
            let weight = self.order.legs[instrument];
            if weight == 0.0 {
                continue;
            }
            self.level[instrument] = weight;
            if self.order.quantities[instrument] > 0.0 {
                self.open_trade(bar, instrument, group, &exits);
            }
        }
    }

    fn open_trade(&mut self, bar: &Bar<'_>, instrument: usize, group: u64, exits: &Exits) {
        let candle = &bar.candles[instrument];
        let sign = self.order.legs[instrument].signum();
        let (quantity, price) = (self.order.quantities[instrument], self.order.prices[instrument]);
        let fee = self.rules.fees.taker * quantity * price;
        let fill = Fill {
            time: bar.time,
            trade: self.next_trade,
            instrument,
            quantity: sign * quantity,
            reference: candle.open,
            price,
            fee,
            maker: false,
            kind: FillKind::Entry,
        };
        self.wallet.fill(instrument, fill.quantity, price, fee, false);
        self.events.fill(&fill);
        let entry = Entry {
            id: self.next_trade,
            group,
            instrument,
            sign,
            quantity,
            time: bar.time,
            price,
            reference: candle.open,
            row: self.row,
            fee,
        };
        self.trades.push(OpenTrade::new(entry, exits));
        self.next_trade += 1;
    }

    /// Works out the quantities of the order's legs at the open, made smaller where the free cash is less.
    /// Whether the order can be filled; if not, that is counted.
    fn fits(&mut self, bar: &Bar<'_>) -> bool {
        let (taker, leverage) = (self.rules.fees.taker, self.rules.leverage);
        let (mut needed, mut any) = (0.0, false);
        self.order.quantities.clear();
        self.order.prices.clear();
        for (instrument, &weight) in self.order.legs.iter().enumerate() {
            let candle = &bar.candles[instrument];
            let price = self.market_price(instrument, candle, candle.open, weight.signum());
            let whole = match self.order.size {
                Size::Zero => 0.0,
                Size::Budget(budget) => budget / (price * (1.0 / leverage + taker)),
                Size::Notional(notional) => notional / price,
                Size::Quantity(quantity) => quantity,
            };
            let held = self.wallet.positions[instrument].quantity;
            let held = if self.order.levels && held * weight > 0.0 { held.abs() } else { 0.0 };
            let quantity = (weight.abs() * whole - held).max(0.0);
            needed += quantity * price * (1.0 / leverage + taker);
            any |= quantity > 0.0;
            self.order.quantities.push(quantity);
            self.order.prices.push(price);
        }
        let free = self.wallet.free(|i| bar.candles[i].open);
        let mut scale = 1.0;
        if needed > free * (1.0 + ROOM) {
            if !matches!(self.order.size, Size::Budget(_)) || free <= 0.0 {
                self.counts.insufficient_margin += 1;
                return false;
            }
            scale = free / needed;
            self.counts.clipped += 1;
        }
        if !any {
            self.counts.below_step += 1;
            return false;
        }
        for (instrument, &weight) in self.order.legs.iter().enumerate() {
            let known = &self.instruments[instrument];
            let wanted = self.order.quantities[instrument] * scale;
            if weight == 0.0 || wanted == 0.0 {
                continue;
            }
            let quantity = known.quantity(wanted);
            let notional = quantity * bar.candles[instrument].open;
            let held =
                (self.wallet.positions[instrument].quantity * bar.candles[instrument].open).abs();
            let lent =
                known.tiers.of(notional + held).map_or(f64::INFINITY, |tier| tier.max_leverage);
            self.order.quantities[instrument] = quantity;
            if quantity <= 0.0 {
                self.counts.below_step += 1;
                return false;
            }
            if notional < known.min_notional {
                self.counts.below_min_notional += 1;
                return false;
            }
            if leverage > lent {
                self.counts.above_tier_leverage += 1;
                return false;
            }
        }
        true
    }

    /// Stops, take profits and liquidations within a bar, its open looked at first.
    #[inline]
    pub(crate) fn within(&mut self, bar: &Bar<'_>) {
        let mut liquidated = false;
        let mut index = 0;
        while let Some(trade) = self.trades.get(index) {
            let instrument = trade.instrument;
            let candle = &bar.candles[instrument];
            let liquidation = self.reached(bar, instrument, trade.sign);
            let trade = &mut self.trades[index];
            match trade.touch(candle, liquidation, self.rules.tie, self.rules.gap_fill) {
                None => {
                    trade.follow(candle.high, candle.low);
                    index += 1;
                }
                Some(Touch::Liquidation { ambiguous }) => {
                    self.counts.ambiguous += u64::from(ambiguous);
                    liquidated = true;
                    index += 1;
                }
                Some(Touch::Exit { price, reason, ambiguous }) => {
                    self.counts.ambiguous += u64::from(ambiguous);
                    let group = trade.group;
                    self.exit(index, candle, price, reason, 0.0);
                    if self.instruments.len() > 1 {
                        self.leave_group(group, reason);
                    }
                }
            }
        }
        if liquidated {
            self.liquidate_reached(bar);
        }
    }

    /// The other legs of a trade that has ended leave at the next open.
    pub(crate) fn leave_group(&mut self, group: u64, reason: ExitReason) {
        for trade in self.trades.iter_mut().filter(|trade| trade.group == group) {
            trade.leave = Some((reason, 0.0));
            self.leaving = true;
        }
    }

    /// What a market order pays or gets.
    #[inline]
    pub(crate) fn market_price(
        &self,
        instrument: usize,
        candle: &Candle,
        reference: f64,
        direction: f64,
    ) -> f64 {
        let slipped = self.rules.slippage.fill(reference, direction, candle);
        self.instruments[instrument].price(slipped, direction).max(0.0)
    }

    /// Ends a trade at the price `reference`, before slippage, all but the fraction `keep` of it. Whether
    /// nothing is left of it.
    #[inline]
    pub(crate) fn exit(
        &mut self,
        index: usize,
        candle: &Candle,
        reference: f64,
        reason: ExitReason,
        keep: f64,
    ) -> bool {
        let trade = &self.trades[index];
        let direction = -trade.sign;
        let maker = reason == ExitReason::TakeProfit;
        let (price, rate) = if maker {
            (self.instruments[trade.instrument].price(reference, direction), self.rules.fees.maker)
        } else {
            let price = self.market_price(trade.instrument, candle, reference, direction);
            (price, self.rules.fees.taker)
        };
        let quantity = if keep > 0.0 {
            self.instruments[trade.instrument].quantity(trade.quantity * (1.0 - keep))
        } else {
            trade.quantity
        };
        self.exit_at(index, quantity, reference, price, rate * quantity * price, reason)
    }

    /// Ends `quantity` of a trade at a price and fee that are known. Whether nothing is left of it.
    pub(crate) fn exit_at(
        &mut self,
        index: usize,
        quantity: f64,
        reference: f64,
        price: f64,
        fee: f64,
        reason: ExitReason,
    ) -> bool {
        if quantity <= 0.0 {
            return false;
        }
        let mut part = self.trades[index];
        let (instrument, share) = (part.instrument, quantity / part.quantity);
        let whole = quantity == part.quantity;
        if whole {
            self.trades.remove(index);
        } else {
            let rest = &mut self.trades[index];
            part.fees *= share;
            part.slippage *= share;
            part.funding *= share;
            part.quantity = quantity;
            rest.quantity -= quantity;
            rest.fees -= part.fees;
            rest.slippage -= part.slippage;
            rest.funding -= part.funding;
        }
        let fill = Fill {
            time: self.time,
            trade: part.id,
            instrument,
            quantity: -part.sign * quantity,
            reference,
            price,
            fee,
            maker: reason == ExitReason::TakeProfit,
            kind: FillKind::Exit(reason),
        };
        let flat = !self.trades.iter().any(|trade| trade.instrument == instrument);
        self.wallet.fill(instrument, fill.quantity, price, fee, flat);
        if flat {
            self.level[instrument] = 0.0;
        }
        self.events.fill(&fill);
        part.fees += fee;
        part.slippage += fill.slippage();
        let gross_pnl = part.sign * quantity * (reference - part.entry_reference);
        let net_pnl = gross_pnl - part.slippage - part.fees + part.funding;
        let exit = Exit { time: self.time, price, reason, gross_pnl, net_pnl };
        let trade = self.tell(&part, quantity, Some((exit, reference)));
        self.sizing.closed(&trade);
        whole
    }

    /// Tells of a trade that has ended, or is open at the end.
    pub(crate) fn tell(
        &mut self,
        trade: &OpenTrade,
        quantity: f64,
        exit: Option<(Exit, f64)>,
    ) -> Trade {
        let (mae, mfe) = trade.excursions(exit.map(|(_, reference)| reference));
        let told = Trade {
            trade: trade.id,
            instrument: trade.instrument,
            side: if trade.sign > 0.0 { Side::Long } else { Side::Short },
            quantity,
            entry_time: trade.entry_time,
            entry_price: trade.entry_price,
            exit: exit.map(|(exit, _)| exit),
            fees: trade.fees,
            slippage: trade.slippage,
            funding: trade.funding,
            mae,
            mfe,
            rows_held: self.row.saturating_sub(trade.entry_row),
            stop: trade.stop(),
        };
        self.events.trade(&told);
        told
    }
}
