//! A size that is asked for, and what would be held with it.

use backtest::{Intent, Portfolio, Request};

use crate::market::Market;

/// What the rules judge: a request at a size of `notional` for weights that add up to 1.
pub(crate) struct Ask<'a> {
    pub(crate) request: &'a Request<'a>,
    pub(crate) portfolio: &'a Portfolio<'a>,
    pub(crate) market: &'a Market,
}

/// The signed notional of one instrument at a size, and how fast it grows with the size.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Held {
    pub(crate) notional: f64,
    pub(crate) slope: f64,
}

impl Ask<'_> {
    /// What would be held of each instrument with a size of `size`: held before and wanted together for
    /// entries, the larger of both for positions, whose weights are levels.
    pub(crate) fn held(&self, size: f64) -> impl Iterator<Item = Held> {
        let entry = self.request.intent == Intent::Entry;
        self.portfolio.positions.iter().enumerate().map(move |(instrument, position)| {
            let Some(leg) = self.request.legs.get(instrument) else {
                return Held { notional: position.notional(), slope: 0.0 };
            };
            let before = leg.held * self.price(instrument);
            let wanted = leg.weight * size;
            if entry {
                Held { notional: before + wanted, slope: leg.weight }
            } else if before * wanted < 0.0 || wanted.abs() > before.abs() {
                Held { notional: wanted, slope: leg.weight }
            } else {
                Held { notional: before, slope: 0.0 }
            }
        })
    }

    /// The last close.
    pub(crate) fn price(&self, instrument: usize) -> f64 {
        self.portfolio.candles.get(instrument).map_or(0.0, backtest::Candle::close)
    }

    /// The distance of the stop as a fraction of the price; none without a stop.
    pub(crate) fn stop(&self) -> Option<f64> {
        let exits = self.request.exits;
        match (exits.stop_loss, exits.trailing_stop) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        }
    }
}

/// The largest size up to `from` whose `measure` is within `limit`, or no larger than without the trade:
/// whatever does not add to what is measured passes. `measure` gives value and slope and is convex.
pub(crate) fn largest(from: f64, limit: f64, measure: impl Fn(f64) -> (f64, f64)) -> f64 {
    let (value, _) = measure(from);
    if value <= limit {
        return from;
    }
    let bound = limit.max(measure(0.0).0);
    let mut size = from;
    // Newton's steps from above never pass the root of a convex function.
    for _ in 0..60 {
        let (value, slope) = measure(size);
        if value <= bound * (1.0 + 1e-12) {
            return size;
        }
        let next = if slope > 0.0 { size - (value - bound) / slope } else { 0.0 };
        if next >= size || next <= 0.0 {
            return if next >= size { size } else { 0.0 };
        }
        size = next;
    }
    size
}
