//! The money: the only place where it changes.

use crate::MarginMode;

/// What is held of one instrument, netted as in the exchange's one-way mode.
#[derive(Debug, Clone, Copy, Default)]
pub(crate) struct Position {
    /// Signed quantity.
    pub(crate) quantity: f64,
    /// Average entry price.
    pub(crate) entry: f64,
    /// Margin set aside: what an isolated position can lose; with cross margin the initial margin. Below 0
    /// where payments have taken more than the margin: then only the profit backs the position.
    pub(crate) margin: f64,
    /// The price of liquidation; `NAN` where there is none.
    pub(crate) liquidation: f64,
    /// Whether `liquidation` must be worked out anew.
    pub(crate) stale: bool,
}

impl Position {
    pub(crate) fn unrealised(&self, price: f64) -> f64 {
        if self.quantity == 0.0 { 0.0 } else { self.quantity * (price - self.entry) }
    }
}

/// The balance of an account and its netted positions. Only fills and payments change them.
#[derive(Debug, Clone)]
pub(crate) struct Wallet {
    /// Cash: capital, realised profits, fees and funding. Margin is part of it.
    pub(crate) balance: f64,
    pub(crate) positions: Vec<Position>,
    mode: MarginMode,
    leverage: f64,
}

impl Wallet {
    pub(crate) fn new(capital: f64, instruments: usize, mode: MarginMode, leverage: f64) -> Self {
        let flat = Position { liquidation: f64::NAN, ..Position::default() };
        Self { balance: capital, positions: vec![flat; instruments], mode, leverage }
    }

    /// Books `quantity` (signed) filled at `price`, and its fee. `flat`: nothing is left of the position.
    #[inline]
    pub(crate) fn fill(
        &mut self,
        instrument: usize,
        quantity: f64,
        price: f64,
        fee: f64,
        flat: bool,
    ) {
        let position = &mut self.positions[instrument];
        let before = position.quantity;
        let opened = if before * quantity >= 0.0 {
            position.entry = if before == 0.0 {
                price
            } else {
                (before * position.entry + quantity * price) / (before + quantity)
            };
            quantity
        } else {
            let closed = quantity.abs().min(before.abs());
            self.balance += before.signum() * closed * (price - position.entry);
            position.margin *= 1.0 - closed / before.abs();
            let opened = before + quantity;
            if opened * before < 0.0 {
                position.entry = price;
                opened
            } else {
                0.0
            }
        };
        position.quantity = before + quantity;
        position.margin += opened.abs() * price / self.leverage;
        if flat {
            (position.quantity, position.margin) = (0.0, 0.0);
        }
        position.stale = true;
        self.pay(instrument, -fee);
    }

    /// Books a payment that `instrument` caused, positive when received. It comes out of free cash, and
    /// out of the instrument's margin only when that is gone.
    #[inline]
    pub(crate) fn pay(&mut self, instrument: usize, amount: f64) {
        self.balance += amount;
        let short = self.margin() - self.balance;
        let position = &mut self.positions[instrument];
        // What unrealised profit alone still backs has a margin below 0.
        if short > 0.0 && self.mode == MarginMode::Isolated && position.quantity != 0.0 {
            position.margin -= short;
            position.stale = true;
        }
        position.stale |= self.mode == MarginMode::Cross;
    }

    /// Margin of all positions.
    pub(crate) fn margin(&self) -> f64 {
        self.positions.iter().map(|position| position.margin).sum()
    }

    /// Cash and unrealised profit at `prices`, one an instrument.
    pub(crate) fn equity(&self, prices: impl Fn(usize) -> f64) -> f64 {
        let unrealised = |(i, position): (usize, &Position)| position.unrealised(prices(i));
        self.balance + self.positions.iter().enumerate().map(unrealised).sum::<f64>()
    }

    /// What new positions can take as margin. Unrealised profit counts with cross margin alone.
    pub(crate) fn free(&self, prices: impl Fn(usize) -> f64) -> f64 {
        let own = match self.mode {
            MarginMode::Isolated => self.balance,
            MarginMode::Cross => self.equity(prices),
        };
        own - self.margin()
    }

    pub(crate) fn is_flat(&self) -> bool {
        self.positions.iter().all(|position| position.quantity == 0.0)
    }
}
