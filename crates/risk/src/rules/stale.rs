//! Candles that have stopped coming, or that only repeat the last price.

use backtest::{Bar, Demand, Portfolio};

use super::{Rule, close_all};
use crate::ask::Ask;
use crate::limits::Stale;

/// Blocks entries once no fresh candle has come for a time, and closes everything after a longer one. A
/// candle without any movement from the close before it is not fresh: exchanges write such candles while
/// they do not trade. After a hole the first fresh row blocks entries if the hole was that long.
#[derive(Debug, Clone)]
pub(crate) struct StaleData {
    stale: Stale,
    /// For each instrument when its last fresh candle closed, and at what price.
    fresh: Vec<Option<(i64, f64)>>,
    /// How long none had come, µs.
    age: i64,
}

impl StaleData {
    pub(crate) fn new(stale: Stale, instruments: usize) -> Self {
        Self { stale, fresh: vec![None; instruments], age: 0 }
    }

    fn hours(&self) -> f64 {
        self.age as f64 / 3_600_000_000.0
    }

    #[inline]
    pub(crate) fn row(
        &mut self,
        row: &Bar<'_>,
        portfolio: &Portfolio<'_>,
        demands: &mut Vec<Demand>,
    ) {
        if let ([candle], [Some(fresh)]) = (row.candles, &mut self.fresh[..])
            && candle.high() > candle.low()
        {
            self.age = (row.time - fresh.0).max(0);
            *fresh = (row.until, candle.close());
        } else {
            self.look(row, portfolio, demands);
        }
    }

    #[inline(never)]
    fn look(&mut self, row: &Bar<'_>, portfolio: &Portfolio<'_>, demands: &mut Vec<Demand>) {
        let mut oldest = 0_i64;
        let mut frozen = false;
        for (candle, fresh) in row.candles.iter().zip(&mut self.fresh) {
            let moves = candle.high() > candle.low()
                || fresh.is_none_or(|(_, close)| candle.close() != close);
            if moves {
                // How long nothing had come before this candle.
                oldest = oldest.max(fresh.map_or(0, |(since, _)| row.time - since));
                *fresh = Some((row.until, candle.close()));
            } else {
                frozen = true;
                oldest = oldest.max(fresh.map_or(0, |(since, _)| row.until - since));
            }
        }
        self.age = oldest;
        if frozen && self.hours() >= self.stale.flat_hours {
            let hours = self.hours();
            close_all(portfolio, demands, self.name(), || {
                format!("no fresh candle for {hours:.1} h: flat")
            });
        }
    }
}

impl Rule for StaleData {
    fn name(&self) -> &'static str {
        "stale-data"
    }

    fn limit(&self, _: &Ask<'_>, _: f64) -> Option<(f64, String)> {
        let hours = self.hours();
        (hours >= self.stale.entries_hours)
            .then(|| (0.0, format!("no fresh candle for {hours:.1} h: blocked")))
    }
}
