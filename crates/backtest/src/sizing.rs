//! The seam between a decision and its order: how large the trade may be, and what must be reduced.

use strategy_core::{Exits, Outlook, Side};

use crate::bar::{Bar, Candle};
use crate::{Instrument, Intent, Rules, Trade};

/// Sizes orders, and watches what is held. Sizers and risk rules stand behind it.
///
/// The account asks at a row's close, in this order: [`watch`](Self::watch) once, then
/// [`size`](Self::size) if the row's decision opens a trade, turns a position round or makes it larger.
/// What only reduces or closes is not asked for: that is always allowed. The order is filled at the next
/// open, a demand too. A state machine: the same calls, the same answers.
pub trait Sizing {
    /// How large the trade that `request` asks for may be. What a rule changed goes into `changes`, in the
    /// order in which the rules were applied.
    fn size(
        &mut self,
        request: &Request<'_>,
        portfolio: &Portfolio<'_>,
        changes: &mut Vec<Change>,
    ) -> Size;

    /// Whether [`watch`](Self::watch) wants to be called. An account is faster without.
    fn watches(&self) -> bool {
        false
    }

    /// Sees a row after its events, before its decision, and demands what must be reduced or closed at the
    /// next open; such an exit's reason is `risk`. `row` is the row's own bar, also where finer ones decided.
    fn watch(&mut self, row: &Bar<'_>, portfolio: &Portfolio<'_>, demands: &mut Vec<Demand>) {
        let _ = (row, portfolio, demands);
    }

    /// Sees each trade, or part of one, that has ended, before the row's [`watch`](Self::watch).
    fn closed(&mut self, trade: &Trade) {
        let _ = trade;
    }
}

impl<S: Sizing + ?Sized> Sizing for Box<S> {
    fn size(
        &mut self,
        request: &Request<'_>,
        portfolio: &Portfolio<'_>,
        changes: &mut Vec<Change>,
    ) -> Size {
        (**self).size(request, portfolio, changes)
    }
    fn watches(&self) -> bool {
        (**self).watches()
    }
    fn watch(&mut self, row: &Bar<'_>, portfolio: &Portfolio<'_>, demands: &mut Vec<Demand>) {
        (**self).watch(row, portfolio, demands);
    }
    fn closed(&mut self, trade: &Trade) {
        (**self).closed(trade);
    }
}

/// What a decision asks for. Its legs are one group: one size is for all of them.
#[derive(Debug, Clone, Copy)]
pub struct Request<'a> {
    /// The side: the sign of the first leg's weight.
    pub side: Side,
    /// What the weights ask for.
    pub intent: Intent,
    /// The weights wanted and what is held, one an instrument.
    pub legs: &'a [LegRequest],
    /// How the trade will end by itself; the stop's distance is its `stop_loss` or `trailing_stop`.
    pub exits: Exits,
    /// What the decision knows of the trade.
    pub outlook: Option<&'a Outlook>,
    /// Trades open now, of how many there may be.
    pub open_trades: usize,
    /// How many trades there may be at once; 1 for positions.
    pub max_trades: usize,
    /// What entry and exit at market are expected to cost, as a fraction of the notional: taker fees and
    /// slippage of both.
    pub round_trip_cost: f64,
}

/// What is wanted of one instrument.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LegRequest {
    /// The signed weight wanted: notional as a fraction of the size. 0: nothing of this leg is asked for.
    pub weight: f64,
    /// Signed quantity held now that will still be held when the order is filled: 0 where it turns round.
    pub held: f64,
}

/// How large a trade may be. A leg gets its weight's part of it.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub enum Size {
    /// Nothing.
    #[default]
    Zero,
    /// Margin and entry fees together, in quote currency: notional × (1 / leverage + fee) is at most this.
    /// Made smaller where the free cash has become less by the time of the fill.
    Budget(f64),
    /// Notional at the fill price, in quote currency. An order that the free cash does not carry is
    /// rejected.
    Notional(f64),
    /// Quantity, in base currency. Rejected as above.
    Quantity(f64),
}

/// A change that a rule made to a size.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// When: the row's close, µs UTC. The account fills it in.
    pub time: i64,
    /// The rule's name, as in `gross-exposure`.
    pub rule: &'static str,
    /// Size before, in the unit that the rule works in.
    pub from: f64,
    /// Size after.
    pub to: f64,
    /// Why, as a clause: `the gross exposure would be 2.4 × equity, of 2 allowed`.
    pub why: String,
}

/// Something held that must become smaller at the next open.
#[derive(Debug, Clone, PartialEq)]
pub struct Demand {
    /// Of which instrument; `None`: of all. The other legs of its trades are reduced alike.
    pub instrument: Option<usize>,
    /// The fraction to keep, from 0 (close) to below 1.
    pub keep: f64,
    /// The rule's name.
    pub rule: &'static str,
    /// Why, as a clause.
    pub why: String,
}

/// The account as it stands at a row's close.
#[derive(Debug, Clone, Copy)]
pub struct Portfolio<'a> {
    /// The row's open time, µs UTC.
    pub row_time: i64,
    /// The moment that is described: the row's close, µs UTC.
    pub time: i64,
    /// Cash and unrealised profit, in quote currency.
    pub equity: f64,
    /// One an instrument; quantity 0 where nothing is held.
    pub positions: &'a [PositionView],
    /// The row's candles, one an instrument; their closes are the last prices.
    pub candles: &'a [Candle],
    /// The instruments.
    pub instruments: &'a [Instrument],
    /// The account's rules.
    pub rules: &'a Rules,
}

/// What is held of one instrument, netted as the exchange does in one-way mode.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub struct PositionView {
    /// Signed quantity, in base currency.
    pub quantity: f64,
    /// Average entry price.
    pub entry: f64,
    /// The price that it is valued at: the last close.
    pub mark: f64,
    /// Its margin, in quote currency.
    pub margin: f64,
    /// The price that liquidates it; none where no price does.
    pub liquidation: Option<f64>,
}

impl PositionView {
    /// Signed notional at the last price.
    #[must_use]
    pub fn notional(&self) -> f64 {
        self.quantity * self.mark
    }
}

/// The default: a trade takes the equity over the number of trades that there may be at once, so that its
/// margin and its entry fee fit it. Without leverage that is its notional and entry fee.
#[derive(Debug, Clone, Copy, Default)]
pub struct EqualParts;

impl Sizing for EqualParts {
    #[inline]
    fn size(
        &mut self,
        request: &Request<'_>,
        portfolio: &Portfolio<'_>,
        _: &mut Vec<Change>,
    ) -> Size {
        // Fees can take the last of it, and the noise of sums a little more.
        Size::Budget(portfolio.equity.max(0.0) / request.max_trades as f64)
    }
}

/// The same quantity each time.
#[derive(Debug, Clone, Copy)]
pub struct FixedQuantity(
    /// In base currency, for a weight of 1.
    pub f64,
);

impl Sizing for FixedQuantity {
    #[inline]
    fn size(&mut self, _: &Request<'_>, _: &Portfolio<'_>, _: &mut Vec<Change>) -> Size {
        Size::Quantity(self.0)
    }
}
