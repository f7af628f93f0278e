//! Gross, net and instrument exposure.

use super::Rule;
use crate::ask::{Ask, Held, largest};

/// What is added up.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Measure {
    /// The sizes of all notionals.
    Gross,
    /// The size of the sum of the signed notionals.
    Net,
    /// The largest notional of one instrument.
    Instrument,
}

/// Scales entries so that the exposure after them is at most `limit` × equity.
#[derive(Debug, Clone)]
pub(crate) struct Exposure {
    pub(crate) measure: Measure,
    pub(crate) limit: f64,
}

impl Exposure {
    fn of(&self, held: impl Iterator<Item = Held>) -> (f64, f64) {
        match self.measure {
            Measure::Gross => held.fold((0.0, 0.0), |(value, slope), held| {
                (value + held.notional.abs(), slope + held.slope * held.notional.signum())
            }),
            Measure::Net => {
                let (value, slope) = held.fold((0.0_f64, 0.0), |(value, slope), held| {
                    (value + held.notional, slope + held.slope)
                });
                (value.abs(), slope * value.signum())
            }
            Measure::Instrument => held.fold((0.0, 0.0), |worst: (f64, f64), held| {
                let size = held.notional.abs();
                if size > worst.0 { (size, held.slope * held.notional.signum()) } else { worst }
            }),
        }
    }
}

impl Rule for Exposure {
    fn name(&self) -> &'static str {
        match self.measure {
            Measure::Gross => "gross-exposure",
            Measure::Net => "net-exposure",
            Measure::Instrument => "instrument-exposure",
        }
    }

    fn limit(&self, ask: &Ask<'_>, size: f64) -> Option<(f64, String)> {
        let equity = ask.portfolio.equity.max(0.0);
        let allowed = largest(size, self.limit * equity, |size| self.of(ask.held(size)));
        (allowed < size).then(|| {
            let found = self.of(ask.held(size)).0 / equity;
            (allowed, format!("it would be {found:.3} × equity, of {} allowed: scaled", self.limit))
        })
    }
}
