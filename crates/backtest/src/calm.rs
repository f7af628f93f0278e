//! Stretches of rows in which nothing happens but time.

use std::ops::Range;

use crate::bar::{Bar, Candle};
use crate::decide::portfolio;
use crate::row_table::RowTable;
use crate::{Account, BacktestError, Closes, Events, Intent, Sizing};

/// Candles that are looked at together.
const BLOCK: usize = 8;

/// Between which prices a candle changes nothing.
#[derive(Clone, Copy)]
struct Bounds {
    above: f64,
    below: f64,
}

/// What a number of rows reached: highest and lowest price, highest and lowest close.
#[derive(Clone, Copy)]
struct Reach {
    rows: usize,
    high: f64,
    low: f64,
    best: f64,
    worst: f64,
}

impl<S: Sizing, E: Events> Account<S, E> {
    /// Takes rows of a table, each as [`row`](Self::row) does, to the bit. Most rows of an account of one instrument
    /// only value what is held: those are passed by together, in a fraction of the time.
    ///
    /// # Errors
    /// Those of [`row`](Self::row).
    pub fn rows(&mut self, table: &RowTable<'_>, rows: Range<usize>) -> Result<(), BacktestError> {
        let end = rows.end.min(table.len());
        let mut at = rows.start;
        while at < end {
            let charged;
            (at, charged) = self.calm(table, at, end)?;
            if at >= end {
                break;
            }
            self.row(&table.row(at, charged))?;
            at += 1;
        }
        Ok(())
    }

    /// Passes by rows from `at` on, until one is more than calm. Gives its number, and whether what is settled at
    /// its open is charged already.
    fn calm(
        &mut self,
        table: &RowTable<'_>,
        at: usize,
        end: usize,
    ) -> Result<(usize, bool), BacktestError> {
        let Some(bounds) = self.bounds() else { return Ok((at, false)) };
        let until = self.quiet(table, at).min(end);
        if until > at { self.pass(table, at..until, bounds) } else { Ok((at, false)) }
    }

    /// The row from which on something may come of what rows ask for, of the time held, or of the row itself.
    fn quiet(&self, table: &RowTable<'_>, at: usize) -> usize {
        let own = table.ahead(at);
        if self.until != Some(table.history.times()[at]) {
            return at;
        }
        let full = self.trades.len() >= self.rules.max_trades;
        let until = if self.rules.intent == Intent::Entry && full {
            own.apart
        } else {
            own.apart.min(own.differs)
        };
        if until <= at {
            return at;
        }
        let (next, last) = (table.ahead(until), table.ahead(until - 1));
        let silent = next.silent > own.silent;
        let asked = next.decided - own.decided > next.silent - own.silent;
        let (weight, level) = (last.weight, self.level[0]);
        let something = match self.rules.intent {
            Intent::Entry => asked && !full && weight != 0.0,
            Intent::Change => asked && weight != 0.0 && weight != level,
            Intent::Position => {
                asked && weight != level || silent && !asked && self.wanted[0] != level
            }
        };
        if something {
            return at;
        }
        // The last row of a trade is taken by itself.
        let now = self.row + u64::from(self.decided);
        let last_row = self.trades.first().map_or(u64::MAX, |trade| trade.last_row);
        let left = last_row.saturating_sub(now + 1);
        let left = usize::try_from(left).unwrap_or(usize::MAX);
        if last.decided - own.decided < left {
            return until;
        }
        table.decided(own.decided + left, at..until)
    }

    /// Passes by `rows`, which follow each other and ask for nothing, until a candle leaves the bounds. What is
    /// settled at their opens is charged. Gives the row reached, and whether that was charged already.
    fn pass(
        &mut self,
        table: &RowTable<'_>,
        rows: Range<usize>,
        mut bounds: Bounds,
    ) -> Result<(usize, bool), BacktestError> {
        let (times, candles) = (table.history.times(), table.history.candles());
        let (held, watches) = (!self.trades.is_empty(), self.sizing.watches());
        if watches {
            self.view();
        }
        let mut all = Reach::none(0);
        let (mut at, mut charged) = (rows.start, false);
        while at < rows.end && self.demands.is_empty() {
            let mut to = if watches { at + 1 } else { rows.end };
            if held {
                charged = table.ahead(at).charged == at;
                if charged && watches {
                    // What watches sees the settlements too, with all of their row.
                    charged = false;
                    break;
                }
                if charged {
                    self.charge(&table.bar(at));
                    if self.liquidates && self.wallet.positions[0].stale {
                        bounds = self.bounds().unwrap_or(Bounds::NONE);
                    }
                }
                to = to.min(table.ahead(at + 1).charged);
            }
            let reach = if held { bounds.reach(&candles[at..to]) } else { Reach::none(to - at) };
            if reach.rows == 0 {
                break;
            }
            charged = false;
            let passed = at..at + reach.rows;
            let position = &self.wallet.positions[0];
            let closes = Closes {
                times: &times[passed.clone()],
                candles: &candles[passed.clone()],
                balance: self.wallet.balance,
                quantity: position.quantity,
                entry: position.entry,
                peak: self.peak,
                range: [reach.worst, reach.best],
            };
            self.events.closes(&closes);
            let [_, highest] = closes.range();
            self.peak = higher(highest, self.peak);
            all = all.and(reach);
            at = passed.end;
            if watches {
                // It watches one row at a time.
                self.watch_calmly(&table.bar(at - 1), highest);
            }
            if at < to {
                break;
            }
        }
        self.passed(table, rows.start..at);
        if let (Some(trade), true) = (self.trades.first_mut(), all.high >= all.low) {
            trade.follow(all.high, all.low);
        }
        if !self.demands.is_empty() {
            self.obey(&table.bar(at - 1))?;
        }
        Ok((at, charged))
    }

    /// Lets sizing and risk see a row in which only the price of what is held has changed.
    fn watch_calmly(&mut self, bar: &Bar<'_>, equity: f64) {
        self.views[0].mark = bar.candles[0].close;
        let known = (&self.instruments[..], &self.rules);
        self.sizing.watch(bar, &portfolio(&self.views, bar, equity, known), &mut self.demands);
    }

    /// Stands where `rows` have been passed by.
    fn passed(&mut self, table: &RowTable<'_>, rows: Range<usize>) {
        if rows.is_empty() {
            return;
        }
        let (first, next) = (table.ahead(rows.start), table.ahead(rows.end));
        let (bar, last) = (table.bar(rows.end - 1), table.ahead(rows.end - 1));
        self.row += u64::from(self.decided) + (last.decided - first.decided) as u64;
        self.decided = next.decided > last.decided;
        (self.until, self.time, self.last[0]) = (Some(bar.until), bar.time, bar.candles[0]);
        let (decisions, silent) = (next.decided - first.decided, next.silent - first.silent);
        if decisions > silent {
            self.wanted[0] = last.weight;
        }
        self.counts.rows += rows.len() as u64;
        self.counts.decisions += decisions as u64;
        self.counts.silent += silent as u64;
        if self.rules.intent == Intent::Entry {
            self.counts.ignored += (next.asking - first.asking) as u64;
        }
    }

    /// Between which prices a candle changes nothing; none where something waits, and with more than one
    /// instrument or trade.
    fn bounds(&mut self) -> Option<Bounds> {
        if self.instruments.len() > 1 || self.order.pending || self.leaving {
            return None;
        }
        let [mut above, mut below] = match &self.trades[..] {
            [] => [f64::NEG_INFINITY, f64::INFINITY],
            [trade] => trade.ends()?,
            _ => return None,
        };
        if let Some(price) = self.liquidation(0) {
            if self.wallet.positions[0].quantity > 0.0 {
                above = above.max(price);
            } else {
                below = below.min(price);
            }
        }
        Some(Bounds { above, below })
    }
}

impl Bounds {
    /// No candle lies between them.
    const NONE: Self = Self { above: f64::INFINITY, below: f64::NEG_INFINITY };

    /// What the candles up to the first that leaves the bounds reached.
    #[inline]
    fn reach(self, candles: &[Candle]) -> Reach {
        let mut all = Reach::none(0);
        for block in candles.chunks(BLOCK) {
            let reach = Reach::of(block);
            if self.hold(reach.low, reach.high) {
                all = all.and(reach);
                continue;
            }
            let inside = block.iter().take_while(|candle| self.hold(candle.low, candle.high));
            return all.and(Reach::of(&block[..inside.count()]));
        }
        all
    }

    fn hold(self, low: f64, high: f64) -> bool {
        low > self.above && high < self.below
    }
}

impl Reach {
    /// Of rows that are not looked at.
    const fn none(rows: usize) -> Self {
        let (low, high) = (f64::INFINITY, f64::NEG_INFINITY);
        Self { rows, high, low, best: high, worst: low }
    }

    #[inline]
    fn of(candles: &[Candle]) -> Self {
        let mut all = Self::none(candles.len());
        for candle in candles {
            all.high = higher(candle.high, all.high);
            all.low = lower(candle.low, all.low);
            all.best = higher(candle.close, all.best);
            all.worst = lower(candle.close, all.worst);
        }
        all
    }

    #[inline]
    fn and(self, later: Self) -> Self {
        Self {
            rows: self.rows + later.rows,
            high: higher(later.high, self.high),
            low: lower(later.low, self.low),
            best: higher(later.best, self.best),
            worst: lower(later.worst, self.worst),
        }
    }
}

/// The higher of two prices, neither of which is NaN: one instruction.
#[inline]
fn higher(a: f64, b: f64) -> f64 {
    if a > b { a } else { b }
}

/// The lower of two prices.
#[inline]
fn lower(a: f64, b: f64) -> f64 {
    if a < b { a } else { b }
}
