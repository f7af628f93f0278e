//! The distance to liquidation.

use backtest::MarginMode;

use super::Rule;
use crate::ask::Ask;
use crate::limits::Distance;

/// Scales entries so that the price that liquidates a position lies far enough: at least `stops` × the
/// stop's distance and at least `least`, as fractions of the price. An entry that no size makes safe is
/// blocked.
#[derive(Debug, Clone)]
pub(crate) struct LiquidationDistance {
    pub(crate) distance: Distance,
}

impl LiquidationDistance {
    fn wanted(&self, ask: &Ask<'_>) -> f64 {
        (self.distance.stops * ask.stop().unwrap_or(0.0)).max(self.distance.least)
    }
}

/// The nearest liquidation of the legs at a size, as a fraction of the price; none where nothing liquidates.
fn nearest(ask: &Ask<'_>, size: f64) -> Option<f64> {
    let rules = ask.portfolio.rules;
    let of = |(instrument, held): (usize, crate::ask::Held)| {
        let price = ask.price(instrument);
        let notional = held.notional;
        let backing = match rules.margin {
            MarginMode::Isolated => notional.abs() / rules.leverage,
            MarginMode::Cross => ask.portfolio.equity,
        };
        let tiers = &ask.portfolio.instruments.get(instrument)?.tiers;
        let asked = ask.request.legs.get(instrument).is_some_and(|leg| leg.weight != 0.0);
        if !asked || notional == 0.0 {
            return None;
        }
        let liquidation = rules.liquidation_price(notional / price, price, backing, tiers)?;
        Some((liquidation / price - 1.0).abs())
    };
    ask.held(size).enumerate().filter_map(of).reduce(f64::min)
}

impl Rule for LiquidationDistance {
    fn name(&self) -> &'static str {
        "liquidation-distance"
    }

    fn limit(&self, ask: &Ask<'_>, size: f64) -> Option<(f64, String)> {
        let wanted = self.wanted(ask);
        let found = nearest(ask, size).filter(|&found| found < wanted)?;
        let (mut low, mut high) = (0.0, size);
        for _ in 0..40 {
            let middle = 0.5 * (low + high);
            if nearest(ask, middle).is_none_or(|found| found >= wanted) {
                low = middle;
            } else {
                high = middle;
            }
        }
        let allowed = if low < 1e-9 * size { 0.0 } else { low };
        let did =
            if allowed == 0.0 { "no size is safe at this leverage: blocked" } else { "scaled" };
        let (found, wanted) = (found * 100.0, wanted * 100.0);
        Some((
            allowed,
            format!("liquidation would be {found:.2} % away, of {wanted:.2} % wanted: {did}"),
        ))
    }
}
