//! What the trades of a window paid, by bin and side.

use labeling::{Concurrency, Ending, TradeEnd, TradeEnds};
use serde::{Deserialize, Serialize};
use strategy_core::{Outlook, Side};

use crate::list::list;
use crate::{BinEdges, BinningError};

/// What the trades from a window's rows paid: a long one and a short one from each row's close, gross,
/// out-of-sample predictions only. With in-sample ones the top bins promise what they never earn.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Payoffs {
    /// Rows that took part.
    pub rows: u64,
    /// Long trades, one record a bin, from bin 1 on.
    #[serde(deserialize_with = "list")]
    pub long: Vec<BinPayoffs>,
    /// Short trades, one record a bin, from bin 1 on.
    #[serde(deserialize_with = "list")]
    pub short: Vec<BinPayoffs>,
}

/// The trades of one bin and side.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BinPayoffs {
    /// Its number, from 1.
    pub bin: u16,
    /// Those that ended at their take profit.
    pub take_profit: PayoffTally,
    /// Those that ended at their stop loss.
    pub stop_loss: PayoffTally,
    /// Those that ended by time.
    pub time: PayoffTally,
    /// Effective number of observations: the sum of average uniqueness, where the concurrency counts
    /// the trades of all rows of the window, whatever their bin. Counting the bin's own rows alone
    /// overstates it several times over.
    pub effective_n: f64,
    /// Σ over calendar blocks of one horizon of `(S − μ·N)²`: `S` the sum and `N` the number of the
    /// bin's payoffs in the block, `μ` the bin's mean. The standard error of the mean is its square
    /// root ÷ n.
    pub block_squares: f64,
}

/// What is known of the trades from a bin.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct BinOutlook {
    /// Of long ones.
    pub long: Option<Outlook>,
    /// Of short ones.
    pub short: Option<Outlook>,
}

impl BinOutlook {
    /// What `bins`, from bin 1 on, know of a trade on `side` from a row in `q_bin`.
    #[must_use]
    pub fn find(bins: &[Self], q_bin: u16, side: Side) -> Option<Outlook> {
        let bin = bins.get(usize::from(q_bin).checked_sub(1)?)?;
        match side {
            Side::Long => bin.long,
            Side::Short => bin.short,
            Side::NoSignal => None,
        }
    }
}

/// Trades of one kind of exit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PayoffTally {
    /// How many.
    pub n: u64,
    /// Sum of their payoffs, fractions of the entry price.
    pub sum: f64,
    /// Sum of their squared payoffs.
    pub sum_of_squares: f64,
    /// Sum of the candles that they were held.
    pub duration: u64,
}

/// A row whose trades count.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct PayoffRow {
    /// Its place on the grid of candles, gaps included: rows of the same hour count share it.
    pub position: u64,
    /// The calendar block of one horizon that it lies in.
    pub block: i64,
    /// Its bin, from 1.
    pub q_bin: u16,
    /// How its trades ended.
    pub ends: TradeEnds,
}

impl PayoffTally {
    fn add(&mut self, trade: &TradeEnd) {
        self.n += 1;
        self.sum += trade.payoff;
        self.sum_of_squares += trade.payoff * trade.payoff;
        self.duration += u64::from(trade.rows);
    }
}

impl BinPayoffs {
    /// The three kinds of exit: take profit, stop loss, time.
    #[must_use]
    pub fn tallies(&self) -> [PayoffTally; 3] {
        [self.take_profit, self.stop_loss, self.time]
    }

    /// All kinds of exit together.
    #[must_use]
    pub fn total(&self) -> PayoffTally {
        let mut total = PayoffTally::default();
        for tally in self.tallies() {
            total.n += tally.n;
            total.sum += tally.sum;
            total.sum_of_squares += tally.sum_of_squares;
            total.duration += tally.duration;
        }
        total
    }
}

impl Payoffs {
    /// The payoffs of `rows`, which ascend by position, in `n_bins` bins.
    ///
    /// # Errors
    /// [`BinningError::Inconsistent`] for a row whose bin is not one of them.
    pub fn over(rows: &[PayoffRow], n_bins: u16) -> Result<Self, BinningError> {
        let outside = rows.iter().find(|row| row.q_bin == 0 || row.q_bin > n_bins);
        if let Some(row) = outside {
            let reason = format!("a row is in bin {} of {n_bins}", row.q_bin);
            return Err(BinningError::Inconsistent { field: "payoffs", reason });
        }
        let long = side_payoffs(rows, n_bins, |ends| &ends.long);
        let short = side_payoffs(rows, n_bins, |ends| &ends.short);
        Ok(Self { rows: rows.len() as u64, long, short })
    }

    /// The payoffs of rows, ascending: each its time, its probability, whose bin `edges` tell, and how its trades
    /// ended, if it takes part. `interval`, a candle's, and `horizon`, the label's, are in µs, as times are.
    ///
    /// # Errors
    /// [`BinningError::NotANumber`] for a probability that is none.
    pub fn of_trades(
        rows: impl Iterator<Item = (i64, f64, Option<TradeEnds>)>,
        edges: &BinEdges,
        interval: i64,
        horizon: i64,
    ) -> Result<Self, BinningError> {
        let mut rows = rows.peekable();
        let first = rows.peek().map_or(0, |row| row.0);
        let mut traded = Vec::with_capacity(rows.size_hint().0);
        for (time, p, ends) in rows {
            let Some(ends) = ends else { continue };
            traded.push(PayoffRow {
                position: time.abs_diff(first) / interval.max(1).unsigned_abs(),
                block: time.div_euclid(horizon.max(1)),
                q_bin: edges.assign(p)?,
                ends,
            });
        }
        Self::over(&traded, edges.n_bins().get())
    }

    /// The trades of a side.
    #[must_use]
    pub fn of(&self, side: Side) -> Option<&[BinPayoffs]> {
        match side {
            Side::Long => Some(&self.long),
            Side::Short => Some(&self.short),
            Side::NoSignal => None,
        }
    }

    /// What is known of the trades from each bin, from bin 1 on.
    #[must_use]
    pub fn outlooks(&self) -> Vec<BinOutlook> {
        let of = |bin, side| self.outlook(bin, side);
        let bins = (1..).zip(&self.long).map(|(bin, _)| bin);
        let outlook = |bin| BinOutlook { long: of(bin, Side::Long), short: of(bin, Side::Short) };
        bins.map(outlook).collect()
    }

    /// What is known of a trade on `side` from a row in `q_bin`; `None` where the bin has no trades.
    #[must_use]
    pub fn outlook(&self, q_bin: u16, side: Side) -> Option<Outlook> {
        let bins = self.of(side)?;
        let bin = bins.get(usize::from(q_bin).checked_sub(1)?)?;
        let total = bin.total();
        if total.n == 0 {
            return None;
        }
        let n = total.n as f64;
        let (sum, count) = bins
            .iter()
            .map(BinPayoffs::total)
            .fold((0.0, 0_u64), |(sum, count), bin| (sum + bin.sum, count + bin.n));
        Some(Outlook {
            mean: total.sum / n,
            second_moment: total.sum_of_squares / n,
            standard_error: bin.block_squares.sqrt() / n,
            effective_n: bin.effective_n,
            side_mean: sum / count as f64,
            mean_duration: total.duration as f64 / n,
        })
    }
}

fn side_payoffs(
    rows: &[PayoffRow],
    n_bins: u16,
    of: impl Fn(&TradeEnds) -> &TradeEnd + Copy,
) -> Vec<BinPayoffs> {
    let first = rows.first().map_or(0, |row| row.position);
    // Positions within a window are at most its candles.
    let span = |row: &PayoffRow| {
        let start = usize::try_from(row.position.saturating_sub(first)).unwrap_or(usize::MAX >> 1);
        (start, start + of(&row.ends).rows as usize)
    };
    let concurrency = Concurrency::of(rows.iter().map(span));
    let numbered = (1..=n_bins).map(|bin| BinPayoffs { bin, ..BinPayoffs::default() });
    let mut bins: Vec<_> = numbered.collect();
    for row in rows {
        let bin = &mut bins[usize::from(row.q_bin) - 1];
        let trade = of(&row.ends);
        let tally = match trade.ending {
            Ending::TakeProfit => &mut bin.take_profit,
            Ending::StopLoss => &mut bin.stop_loss,
            Ending::Time => &mut bin.time,
        };
        tally.add(trade);
        let (start, end) = span(row);
        bin.effective_n += concurrency.uniqueness(start, end);
    }
    add_block_squares(&mut bins, rows, of);
    bins
}

fn add_block_squares(
    bins: &mut [BinPayoffs],
    rows: &[PayoffRow],
    of: impl Fn(&TradeEnds) -> &TradeEnd,
) {
    let means: Vec<f64> = bins
        .iter()
        .map(BinPayoffs::total)
        .map(|total| if total.n == 0 { 0.0 } else { total.sum / total.n as f64 })
        .collect();
    let mut deviations = vec![0.0; bins.len()];
    for block in rows.chunk_by(|a, b| a.block == b.block) {
        deviations.fill(0.0);
        for row in block {
            let bin = usize::from(row.q_bin) - 1;
            deviations[bin] += of(&row.ends).payoff - means[bin];
        }
        for (bin, deviation) in bins.iter_mut().zip(&deviations) {
            bin.block_squares += deviation * deviation;
        }
    }
}
