//! Exposure as one number: the volatility of all positions together.

use super::Rule;
use crate::ask::{Ask, largest};

/// Scales entries so that `√(vᵀΣv)`, `v` the notionals over equity and `Σ` the covariance of log returns a
/// year (EWMA, half-life 168 h), is at most `limit`. Blocks them until one half-life has passed.
#[derive(Debug, Clone)]
pub(crate) struct CorrelatedExposure {
    pub(crate) limit: f64,
}

impl Rule for CorrelatedExposure {
    fn name(&self) -> &'static str {
        "correlated-exposure"
    }

    fn limit(&self, ask: &Ask<'_>, size: f64) -> Option<(f64, String)> {
        if !ask.market.is_warm() {
            let rows = ask.market.rows_to_warm();
            return Some((0.0, format!("blocked: rows until covariances are known: {rows}")));
        }
        let equity = ask.portfolio.equity;
        if equity <= 0.0 {
            return Some((0.0, "there is no equity: blocked".to_owned()));
        }
        let measure = |size: f64| {
            let (held, slopes): (Vec<f64>, Vec<f64>) =
                ask.held(size).map(|held| (held.notional / equity, held.slope / equity)).unzip();
            let value = ask.market.covariance(&held, &held).max(0.0).sqrt();
            let slope =
                if value > 0.0 { ask.market.covariance(&held, &slopes) / value } else { 0.0 };
            (value, slope)
        };
        let allowed = largest(size, self.limit, measure);
        (allowed < size).then(|| {
            let found = measure(size).0 * 100.0;
            let limit = self.limit * 100.0;
            (
                allowed,
                format!("volatility would be {found:.1} % a year, of {limit} % allowed: scaled"),
            )
        })
    }
}
