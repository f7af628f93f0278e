//! Volatility that has just risen.

use super::Rule;
use crate::ask::Ask;

/// Scales entries by `factor` while the volatility of the last 6 hours is more than `ratio` × that of the
/// last 168 hours, for any instrument that is asked for. Volatility is the root mean squared log return.
#[derive(Debug, Clone)]
pub(crate) struct VolatilityShock {
    pub(crate) ratio: f64,
    pub(crate) factor: f64,
}

impl Rule for VolatilityShock {
    fn name(&self) -> &'static str {
        "volatility-shock"
    }

    fn limit(&self, ask: &Ask<'_>, size: f64) -> Option<(f64, String)> {
        let legs = ask.request.legs.iter().zip(&ask.market.ratios);
        let ratios = legs.filter(|(leg, _)| leg.weight != 0.0).filter_map(|(_, ratio)| ratio.get());
        let worst = ratios.fold(0.0, f64::max);
        (worst > self.ratio).then(|| {
            let why = format!(
                "volatility of 6 h is {worst:.2} × that of 168 h, above {}: entries × {}",
                self.ratio, self.factor
            );
            (size * self.factor, why)
        })
    }
}
