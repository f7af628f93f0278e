//! Liquidation.

use crate::bar::{Bar, Candle};
use crate::{Account, Events, ExitReason, MarginMode, Sizing};

impl<S: Sizing, E: Events> Account<S, E> {
    /// The price that liquidates the position of an instrument; none where no price does.
    #[inline]
    pub(crate) fn liquidation(&mut self, instrument: usize) -> Option<f64> {
        if !self.liquidates || self.wallet.positions[instrument].quantity == 0.0 {
            return None;
        }
        let shared = self.rules.margin == MarginMode::Cross && self.instruments.len() > 1;
        if self.wallet.positions[instrument].stale || shared {
            self.find_liquidation(instrument);
        }
        let price = self.wallet.positions[instrument].liquidation;
        (!price.is_nan()).then_some(price)
    }

    /// Works out that price anew.
    #[inline(never)]
    fn find_liquidation(&mut self, instrument: usize) {
        let backing = self.backing(instrument);
        let position = &mut self.wallet.positions[instrument];
        let tiers = &self.instruments[instrument].tiers;
        let price = self.rules.liquidation_price(position.quantity, position.entry, backing, tiers);
        (position.liquidation, position.stale) = (price.unwrap_or(f64::NAN), false);
    }

    /// What backs a position: its margin, or with cross margin the balance, what the others have gained or
    /// lost, less their maintenance.
    fn backing(&self, instrument: usize) -> f64 {
        match self.rules.margin {
            MarginMode::Isolated => self.wallet.positions[instrument].margin,
            MarginMode::Cross => {
                let others =
                    self.wallet.positions.iter().enumerate().filter(|(i, _)| *i != instrument);
                let held = others.filter(|(_, position)| position.quantity != 0.0);
                held.fold(self.wallet.balance, |backing, (i, position)| {
                    let price = self.last[i].close;
                    let tiers = &self.instruments[i].tiers;
                    let (quantity, entry) = (position.quantity, position.entry);
                    backing + position.unrealised(price)
                        - self.rules.maintenance_margin(quantity, entry, price, tiers)
                })
            }
        }
    }

    /// The price of liquidation, where `bar` reaches it against trades of `sign`.
    #[inline]
    pub(crate) fn reached(&mut self, bar: &Bar<'_>, instrument: usize, sign: f64) -> Option<f64> {
        if !self.liquidates || self.wallet.positions[instrument].quantity * sign <= 0.0 {
            return None;
        }
        let price = self.liquidation(instrument)?;
        let judged = &bar.marks.unwrap_or(bar.candles)[instrument];
        let worst = if sign > 0.0 { judged.low } else { judged.high };
        (sign * worst <= sign * price).then_some(price)
    }

    /// Liquidates what the bar opens beyond, before anything else.
    #[inline]
    pub(crate) fn liquidate_gaps(&mut self, bar: &Bar<'_>) {
        if !self.liquidates {
            return;
        }
        for instrument in 0..self.instruments.len() {
            let sign = self.wallet.positions[instrument].quantity.signum();
            let Some(price) = self.liquidation(instrument) else { continue };
            let judged = bar.marks.unwrap_or(bar.candles)[instrument].open;
            if sign * judged <= sign * price {
                self.liquidate(instrument, bar.candles[instrument].open);
            }
        }
    }

    /// Liquidates what a price within the bar reached first.
    pub(crate) fn liquidate_reached(&mut self, bar: &Bar<'_>) {
        for instrument in 0..self.instruments.len() {
            let sign = self.wallet.positions[instrument].quantity.signum();
            if let Some(price) = self.reached(bar, instrument, sign) {
                self.liquidate(instrument, price);
            }
        }
    }

    /// With cross margin, all that is held where the equity at the close is below the maintenance of all.
    pub(crate) fn liquidate_at_close(&mut self, bar: &Bar<'_>) {
        let maintenance: f64 = self
            .wallet
            .positions
            .iter()
            .zip(bar.candles)
            .zip(&self.instruments)
            .map(|((position, candle), known)| {
                let (quantity, entry) = (position.quantity, position.entry);
                self.rules.maintenance_margin(quantity, entry, candle.close, &known.tiers)
            })
            .sum();
        let equity = self.wallet.equity(|i| bar.candles[i].close);
        if equity <= maintenance && !self.wallet.is_flat() && maintenance > 0.0 {
            for (instrument, Candle { close, .. }) in bar.candles.iter().enumerate() {
                self.liquidate(instrument, *close);
            }
        }
    }

    /// Ends all trades of an instrument at `price`, with the venue's fee on the netted quantity. An isolated
    /// position costs its margin at most: where that does not pay fee and loss, the price is the one at
    /// which it is gone.
    fn liquidate(&mut self, instrument: usize, price: f64) {
        let position = self.wallet.positions[instrument];
        let (quantity, size) = (position.quantity, position.quantity.abs());
        if size == 0.0 {
            return;
        }
        let most = match self.rules.margin {
            MarginMode::Isolated => position.margin,
            MarginMode::Cross => {
                let others = self.wallet.equity(|i| self.last.get(i).map_or(price, |c| c.close));
                let own = self.last.get(instrument).map_or(0.0, |c| position.unrealised(c.close));
                (others - own).max(0.0)
            }
        };
        let mut price = price;
        let mut fee = self.rules.fees.liquidation * size * price;
        if quantity * (price - position.entry) - fee < -most {
            let left = most + quantity * (price - position.entry);
            fee = left.max(0.0);
            if left < 0.0 {
                price = (position.entry - most / quantity).max(0.0);
            }
        }
        let of = |trade: &crate::exits::OpenTrade| trade.instrument == instrument;
        let traded: f64 = self.trades.iter().filter(|t| of(t)).map(|t| t.quantity).sum();
        while let Some(index) = self.trades.iter().position(of) {
            let trade = self.trades[index];
            let share = fee * trade.quantity / traded;
            self.counts.liquidations += 1;
            let reason = ExitReason::Liquidation;
            self.exit_at(index, trade.quantity, price, price, share, reason);
            if self.instruments.len() > 1 {
                self.leave_group(trade.group, reason);
            }
        }
    }
}
