//! What is refused.

use thiserror::Error;

/// Why an account cannot be opened, or a row not be taken. Times are µs UTC, of a candle its open.
#[derive(Debug, Clone, PartialEq, Error)]
#[non_exhaustive]
#[allow(missing_docs, reason = "the messages say what the fields are")]
pub enum BacktestError {
    /// A setting that cannot be, or cannot be meant.
    #[error("{setting} is {found}: wanted {wanted}{hint}")]
    Setting { setting: &'static str, found: f64, wanted: &'static str, hint: String },
    /// The leverage is above what the venue lends on the smallest position.
    #[error(
        "a leverage of {found} on {instrument} is above the {largest} that its first tier allows: \
         lower --leverage, or give the exchange's own brackets with --instruments"
    )]
    Leverage { instrument: String, found: f64, largest: f64 },
    /// A number of trades was given for what holds one position.
    #[error(
        "--max-trades {found} is for entries: a position is one trade at a time (see --intent)"
    )]
    Slots { found: usize },
    /// There is nothing to trade.
    #[error("an account needs at least one instrument")]
    NoInstrument,
    /// Tiers that do not follow each other.
    #[error("the maintenance tiers of {instrument} are wrong at the tier from {floor}: {wanted}")]
    Tiers { instrument: String, floor: f64, wanted: &'static str },
    /// A candle whose prices cannot be.
    #[error(
        "the candle at {} has open {open}, high {high}, low {low}, close {close}: prices must be \
         positive and finite, and lie between low and high", instant(*time)
    )]
    Candle { time: i64, open: f64, high: f64, low: f64, close: f64 },
    /// A row that is not later than the one before it.
    #[error(
        "the row at {} begins before the one before it ends, at {}: rows must ascend",
        instant(*time), instant(*until)
    )]
    Order { time: i64, until: i64 },
    /// Rows with more or fewer decisions than there are of them.
    #[error("{found} decisions for {wanted} rows: wanted one each, `None` where a row has none")]
    Decisions { found: usize, wanted: usize },
    /// More rows, or settlements in them, than can be laid out.
    #[error("{found} rows with their settlements are too many: wanted less than {most} of each")]
    TooManyRows { found: usize, most: usize },
    /// A row whose candles are not one an instrument.
    #[error("the row at {} has {found} candles for {wanted} instruments", instant(*time))]
    Instruments { time: i64, found: usize, wanted: usize },
    /// Candles are missing while something is held.
    #[error(
        "candles are missing from {} to {} while a position is open: nobody knows whether a stop was \
         hit then; fill the gap, or hold through it with --gaps hold", instant(*from), instant(*to)
    )]
    Gap { from: i64, to: i64 },
    /// Detail that is not of the row's instrument.
    #[error(
        "the finer candle at {} goes from {low} to {high}, but its row only from {row_low} to \
         {row_high}: are the finer candles of another instrument?", instant(*time)
    )]
    Detail { time: i64, low: f64, high: f64, row_low: f64, row_high: f64 },
    /// Weights that are no weights.
    #[error(
        "the decision at {} has the weights {found:?}: wanted {instruments} finite numbers whose sizes \
         sum to 1 at most", instant(*time)
    )]
    Weights { time: i64, found: Vec<f64>, instruments: usize },
    /// A settlement that is no rate of an instrument.
    #[error("the funding rate at {} is {rate}: wanted a finite fraction below 1 in size", instant(*time))]
    Funding { time: i64, rate: f64 },
    /// A hole between two settlements.
    #[error(
        "there is no funding rate between {} and {}, longer than the venue's longest interval of \
         {} hours: fill the hole, or charge nothing there with --funding-gaps zero",
        instant(*after), instant(*before), longest / 3_600_000_000
    )]
    FundingHole { after: i64, before: i64, longest: i64 },
    /// A size that is none.
    #[error("the sizing at {} gave {found}: wanted a finite number that is not negative", instant(*time))]
    Size { time: i64, found: f64 },
    /// An instrument table that cannot be used.
    #[error("{table}: {reason}")]
    Table { table: String, reason: String },
}

impl BacktestError {
    /// Whether a setting is wrong, and not what was traded.
    #[must_use]
    pub const fn is_usage(&self) -> bool {
        matches!(self, Self::Setting { .. } | Self::Leverage { .. } | Self::Slots { .. })
    }
}

/// `2025-11-01 05:00` for µs UTC, without a calendar crate: days to a civil date by Howard Hinnant's
/// method.
pub(crate) fn instant(micros: i64) -> String {
    let minutes = micros.div_euclid(60_000_000);
    let (days, minute) = (minutes.div_euclid(1440), minutes.rem_euclid(1440));
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let of_era = shifted.rem_euclid(146_097);
    let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * of_year + 2) / 153;
    let day = of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{year:04}-{month:02}-{day:02} {:02}:{:02} UTC", minute / 60, minute % 60)
}

#[cfg(test)]
mod tests {
    use super::instant;

    #[test]
    fn instants_are_civil_dates() {
        assert_eq!(instant(0), "1970-01-01 00:00 UTC");
        assert_eq!(instant(1_761_973_200_000_000), "2025-11-01 05:00 UTC");
        assert_eq!(instant(1_709_251_140_000_000), "2024-02-29 23:59 UTC");
        assert_eq!(instant(-60_000_000), "1969-12-31 23:59 UTC");
    }
}
