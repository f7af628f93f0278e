//! What an account tells.

use crate::{Candle, Change, Fill, Trade};

/// Funding paid or received by one trade at one settlement.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct FundingPayment {
    /// When it was settled, µs UTC.
    pub time: i64,
    /// The trade's number.
    pub trade: u64,
    /// The instrument's number.
    pub instrument: usize,
    /// The rate.
    pub rate: f64,
    /// The price that the notional was taken at.
    pub mark: f64,
    /// In quote currency, positive when received.
    pub amount: f64,
}

/// The account at the close of a row.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct EquityRow {
    /// The row's open time, µs UTC; what stands here is as of its close.
    pub time: i64,
    /// Cash and unrealised profit, in quote currency.
    pub equity: f64,
    /// Equity over its peak so far, the capital included, less 1: 0 or negative.
    pub drawdown: f64,
    /// Sum of the sizes of all notionals, over the equity.
    pub gross_exposure: f64,
    /// Sum of the signed notionals, over the equity.
    pub net_exposure: f64,
}

/// The account at the close of a row, nothing divided yet. Amounts are in quote currency.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Close {
    /// The row's open time, µs UTC.
    pub time: i64,
    /// Cash and unrealised profit.
    pub equity: f64,
    /// Highest equity so far, the capital included.
    pub peak: f64,
    /// Sum of the sizes of all notionals.
    pub gross: f64,
    /// Sum of the signed notionals.
    pub net: f64,
}

impl Close {
    /// With drawdown and exposures.
    #[must_use]
    pub fn row(&self) -> EquityRow {
        let of_equity =
            |notional: f64| if self.equity > 0.0 { notional / self.equity } else { 0.0 };
        EquityRow {
            time: self.time,
            equity: self.equity,
            drawdown: self.equity / self.peak - 1.0,
            gross_exposure: of_equity(self.gross),
            net_exposure: of_equity(self.net),
        }
    }
}

/// The account at the closes of rows that follow each other, through which it held the same.
#[derive(Debug, Clone, Copy)]
pub struct Closes<'a> {
    pub(crate) times: &'a [i64],
    pub(crate) candles: &'a [Candle],
    pub(crate) balance: f64,
    /// Held, signed, and at which average price.
    pub(crate) quantity: f64,
    pub(crate) entry: f64,
    /// Highest equity before them.
    pub(crate) peak: f64,
    /// Lowest and highest close.
    pub(crate) range: [f64; 2],
}

impl<'a> Closes<'a> {
    /// The rows' open times, µs UTC.
    #[must_use]
    pub fn times(&self) -> &'a [i64] {
        self.times
    }

    /// The number of rows.
    #[inline]
    #[must_use]
    pub fn count(&self) -> usize {
        self.candles.len()
    }

    /// Cash and unrealised profit at the close of the row of this number, from 0.
    #[inline]
    #[must_use]
    pub fn equity_of(&self, row: usize) -> f64 {
        self.equity(self.candles[row].close)
    }

    /// The lowest and the highest of them: without looking at each.
    #[inline]
    #[must_use]
    pub fn range(&self) -> [f64; 2] {
        if self.quantity == 0.0 {
            return [self.balance; 2];
        }
        // Rounding keeps the order of closes, and a short position turns it round.
        let [one, other] = self.range.map(|close| self.equity(close));
        if self.quantity > 0.0 { [one, other] } else { [other, one] }
    }

    /// Cash and unrealised profit at each close, in quote currency.
    #[inline]
    #[must_use]
    pub fn equities(self) -> impl ExactSizeIterator<Item = f64> + use<'a> {
        self.candles.iter().map(move |candle| self.equity(candle.close))
    }

    /// One by one.
    #[inline]
    #[must_use]
    pub fn rows(self) -> impl ExactSizeIterator<Item = Close> + use<'a> {
        let mut peak = self.peak;
        self.times.iter().zip(self.candles).map(move |(&time, candle)| {
            let (equity, net) = (self.equity(candle.close), self.quantity * candle.close);
            peak = if equity > peak { equity } else { peak };
            Close { time, equity, peak, gross: net.abs(), net }
        })
    }

    #[inline]
    pub(crate) fn equity(&self, close: f64) -> f64 {
        self.balance + self.quantity * (close - self.entry)
    }
}

/// Takes down what an account does. Each method is called as it happens.
pub trait Events {
    /// A fill.
    fn fill(&mut self, fill: &Fill) {
        let _ = fill;
    }
    /// A trade, or a part of one, that has ended; at the end also those that are open.
    fn trade(&mut self, trade: &Trade) {
        let _ = trade;
    }
    /// A funding payment.
    fn funding(&mut self, payment: &FundingPayment) {
        let _ = payment;
    }
    /// A change that sizing or risk made. A demand is one too: from 1 to the fraction kept.
    fn change(&mut self, change: &Change) {
        let _ = change;
    }
    /// The close of a row, as it comes: one that keeps no rows saves the divisions of
    /// [`equity`](Self::equity), which it calls otherwise.
    #[inline]
    fn close(&mut self, close: &Close) {
        self.equity(&close.row());
    }
    /// Closes of rows in which nothing else happened, where [`Account::rows`](crate::Account::rows) takes many at
    /// once.
    #[inline]
    fn closes(&mut self, closes: &Closes<'_>) {
        closes.rows().for_each(|close| self.close(&close));
    }
    /// The close of a row. The last one is told again if open trades are closed at the end.
    fn equity(&mut self, row: &EquityRow) {
        let _ = row;
    }
}

/// Takes down nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct NoEvents;

impl Events for NoEvents {}

/// Keeps everything, in order.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Results {
    /// Trades in order of their ends, the open ones last.
    pub trades: Vec<Trade>,
    /// Fills.
    pub fills: Vec<Fill>,
    /// Funding payments.
    pub funding: Vec<FundingPayment>,
    /// Changes by sizing and risk.
    pub changes: Vec<Change>,
    /// One for each row.
    pub equity: Vec<EquityRow>,
}

impl Events for Results {
    fn fill(&mut self, fill: &Fill) {
        self.fills.push(*fill);
    }
    fn trade(&mut self, trade: &Trade) {
        self.trades.push(*trade);
    }
    fn funding(&mut self, payment: &FundingPayment) {
        self.funding.push(*payment);
    }
    fn change(&mut self, change: &Change) {
        self.changes.push(change.clone());
    }
    fn equity(&mut self, row: &EquityRow) {
        // The last row is told again when the account ends by closing what is open.
        self.equity.pop_if(|last| last.time == row.time);
        self.equity.push(*row);
    }
}
