//! The account: a state machine over rows.

use crate::bar::{Bar, Candle, Row};
use crate::exits::OpenTrade;
use crate::order::Order;
use crate::wallet::Wallet;
use crate::{
    BacktestError, Change, Close, Counts, Demand, Events, ExitReason, Gaps, Instrument, LegRequest,
    MarginMode, PositionView, Rules, Sizing,
};

/// An account that trades one or several instruments by the decisions of rows.
///
/// Rows are fed one by one, in order of time. `S` sizes orders, `E` takes down what happens.
#[derive(Debug)]
pub struct Account<S, E> {
    pub(crate) rules: Rules,
    pub(crate) instruments: Vec<Instrument>,
    /// Whether an instrument has tiers of maintenance margin, so that prices can liquidate.
    pub(crate) liquidates: bool,
    pub(crate) wallet: Wallet,
    pub(crate) trades: Vec<OpenTrade>,
    pub(crate) order: Order,
    /// Whether a trade leaves at the next open.
    pub(crate) leaving: bool,
    /// Highest equity, the capital included.
    pub(crate) peak: f64,
    /// The number of the row that runs, counted by decisions.
    pub(crate) row: u64,
    /// Whether the last row carried a decision, so that the next one has the next number.
    pub(crate) decided: bool,
    pub(crate) next_trade: u64,
    pub(crate) next_group: u64,
    /// The open time and the candles of the last bar.
    pub(crate) time: i64,
    pub(crate) last: Vec<Candle>,
    pub(crate) until: Option<i64>,
    /// The last weights that were no silence, and those that were acted on.
    pub(crate) wanted: Vec<f64>,
    pub(crate) level: Vec<f64>,
    pub(crate) counts: Counts,
    pub(crate) sizing: S,
    pub(crate) events: E,
    // Kept between rows, so that none allocates.
    pub(crate) views: Vec<PositionView>,
    pub(crate) legs: Vec<LegRequest>,
    pub(crate) changes: Vec<Change>,
    pub(crate) demands: Vec<Demand>,
}

impl<S: Sizing, E: Events> Account<S, E> {
    /// An account with nothing but its capital.
    ///
    /// # Errors
    /// When a rule cannot be, or cannot be meant.
    pub fn new(
        rules: Rules,
        instruments: Vec<Instrument>,
        sizing: S,
        events: E,
    ) -> Result<Self, BacktestError> {
        rules.check_for(&instruments)?;
        let count = instruments.len();
        Ok(Self {
            liquidates: instruments.iter().any(|known| !known.tiers.as_slice().is_empty()),
            wallet: Wallet::new(rules.capital, count, rules.margin, rules.leverage),
            trades: Vec::new(),
            order: Order::default(),
            leaving: false,
            peak: rules.capital,
            row: 0,
            decided: false,
            next_trade: 0,
            next_group: 0,
            time: 0,
            // Until the first bar nothing is held, and nothing valued.
            last: vec![Candle { open: 0.0, high: 0.0, low: 0.0, close: 0.0 }; count],
            until: None,
            wanted: vec![0.0; count],
            level: vec![0.0; count],
            counts: Counts::default(),
            sizing,
            events,
            views: vec![PositionView::default(); count],
            legs: Vec::with_capacity(count),
            changes: Vec::new(),
            demands: Vec::new(),
            rules,
            instruments,
        })
    }

    /// Takes the next row: what happens in it, then its decision.
    ///
    /// # Errors
    /// When the row does not follow the one before it, its candles, weights or rates cannot be used, or
    /// candles are missing under an open position.
    #[inline]
    pub fn row(&mut self, row: &Row<'_>) -> Result<(), BacktestError> {
        self.check(&row.bar)?;
        self.row += u64::from(self.decided);
        if row.detail.is_empty() {
            self.bar(&row.bar)?;
        } else if covers(row) {
            within(row)?;
            for bar in row.detail {
                self.bar(bar)?;
            }
        } else {
            self.counts.incomplete_detail += 1;
            self.bar(&row.bar)?;
        }
        self.close(row)
    }

    /// Ends the account. Open trades are told as they stand, or closed at the last close first
    /// (`close_open`); then the equity of the last row is told again.
    pub fn finish(mut self, close_open: bool) -> (E, Counts) {
        self.end(close_open);
        (self.events, self.counts)
    }

    /// What happened so far, in numbers.
    pub fn counts(&self) -> &Counts {
        &self.counts
    }

    /// What sizes its trades.
    pub fn sizing(&self) -> &S {
        &self.sizing
    }

    /// Takes down what happens.
    pub fn events(&mut self) -> &mut E {
        &mut self.events
    }

    /// Cash and unrealised profit at the last close, in quote currency.
    pub fn equity(&self) -> f64 {
        self.wallet.equity(|i| self.last.get(i).map_or(0.0, |candle| candle.close))
    }

    fn check(&mut self, bar: &Bar<'_>) -> Result<(), BacktestError> {
        let wanted = self.instruments.len();
        let found = bar.candles.len().min(bar.marks.map_or(wanted, <[Candle]>::len));
        if found != wanted || bar.candles.len() != wanted {
            return Err(BacktestError::Instruments { time: bar.time, found, wanted });
        }
        match self.until.replace(bar.until) {
            Some(until) if bar.time < until => {
                return Err(BacktestError::Order { time: bar.time, until });
            }
            Some(until) if bar.time > until && !self.trades.is_empty() => match self.rules.gaps {
                Gaps::Refuse => return Err(BacktestError::Gap { from: until, to: bar.time }),
                Gaps::Hold => self.counts.gaps_held += 1,
            },
            _ => {}
        }
        if bar.until <= bar.time {
            return Err(BacktestError::Order { time: bar.until, until: bar.time });
        }
        Ok(())
    }

    /// The events of one bar, in the order of `docs/backtest.md`.
    #[inline]
    fn bar(&mut self, bar: &Bar<'_>) -> Result<(), BacktestError> {
        self.time = bar.time;
        let mut settled = 0;
        if !bar.settlements.is_empty() {
            settled = self.settle_at_open(bar)?;
        }
        if !self.trades.is_empty() || self.order.pending {
            self.liquidate_gaps(bar);
            if self.leaving {
                self.leave(bar);
            }
            if self.order.pending {
                self.enter(bar);
            }
            if !bar.settlements.is_empty() {
                self.settle_inside(bar, settled)?;
            }
            self.within(bar);
        }
        copy(&mut self.last, bar.candles);
        Ok(())
    }

    /// The row's close: its equity, what risk demands, its decision.
    #[inline]
    fn close(&mut self, row: &Row<'_>) -> Result<(), BacktestError> {
        self.counts.rows += 1;
        if self.rules.margin == MarginMode::Cross && self.instruments.len() > 1 {
            self.liquidate_at_close(&row.bar);
        }
        let equity = self.mark(row.bar.time);
        if self.sizing.watches() {
            self.watch(&row.bar, equity);
        }
        self.heed(row, equity)
    }

    /// What follows from what risk demanded, and from the row's decision.
    #[inline]
    pub(crate) fn heed(&mut self, row: &Row<'_>, equity: f64) -> Result<(), BacktestError> {
        if !self.demands.is_empty() {
            self.obey(&row.bar)?;
        }
        if let Some(decision) = &row.decision {
            self.counts.decisions += 1;
            self.decide(&row.bar, decision, equity)?;
        }
        self.decided = row.decision.is_some();
        Ok(())
    }

    /// Values what is held at the last closes.
    #[inline]
    pub(crate) fn mark(&mut self, time: i64) -> f64 {
        let (mut equity, mut gross, mut net) = (self.wallet.balance, 0.0, 0.0);
        let held = if self.trades.is_empty() { &[] } else { &self.wallet.positions[..] };
        for (position, candle) in held.iter().zip(&self.last) {
            if position.quantity != 0.0 {
                let notional = position.quantity * candle.close;
                equity += position.quantity * (candle.close - position.entry);
                gross += notional.abs();
                net += notional;
            }
        }
        self.peak = self.peak.max(equity);
        self.events.close(&Close { time, equity, peak: self.peak, gross, net });
        equity
    }

    fn end(&mut self, close_open: bool) {
        let candles = std::mem::take(&mut self.last);
        if close_open && !self.trades.is_empty() {
            while let Some(trade) = self.trades.first() {
                let candle = candles[trade.instrument];
                self.exit(0, &candle, candle.close, ExitReason::End, 0.0);
            }
            self.last.clone_from(&candles);
            self.mark(self.time);
        }
        for index in 0..self.trades.len() {
            let trade = self.trades[index];
            self.tell(&trade, trade.quantity, None);
        }
        self.last = candles;
    }
}

/// Copies a few values, of one instrument without a call.
#[inline]
pub(crate) fn copy<T: Copy>(into: &mut [T], from: &[T]) {
    match (into, from) {
        ([into], [from]) => *into = *from,
        (into, from) => into.copy_from_slice(from),
    }
}

/// Whether the finer bars cover the row without a hole.
fn covers(row: &Row<'_>) -> bool {
    let mut until = row.bar.time;
    for bar in row.detail {
        if bar.time != until || bar.candles.len() != row.bar.candles.len() {
            return false;
        }
        until = bar.until;
    }
    until == row.bar.until
}

/// Finer candles lie within their row's, up to what two feeds of one market differ by.
fn within(row: &Row<'_>) -> Result<(), BacktestError> {
    const TOLERANCE: f64 = 0.01;
    for bar in row.detail {
        for (fine, own) in bar.candles.iter().zip(row.bar.candles) {
            if fine.low < own.low * (1.0 - TOLERANCE) || fine.high > own.high * (1.0 + TOLERANCE) {
                return Err(BacktestError::Detail {
                    time: bar.time,
                    low: fine.low,
                    high: fine.high,
                    row_low: own.low,
                    row_high: own.high,
                });
            }
        }
    }
    Ok(())
}
