//! Stretches of rows in which nothing happens but time.

use crate::bar::{Bar, Decision, Row, Settlement};
use crate::decide::portfolio;
use crate::{Account, BacktestError, Close, Events, Intent, Sizing};

/// A row that is more than calm, and its equity if all is done for it that comes before what
/// [`heed`](Account::heed) does.
type Break<'a> = Option<(Row<'a>, Option<f64>)>;

/// What a decision does where nothing waits.
enum Effect {
    Nothing,
    /// The trades that there may be are open.
    Ignored,
    Something,
}

impl<S: Sizing, E: Events> Account<S, E> {
    /// Takes rows, each as [`row`](Self::row) does, to the bit. Most rows of an account of one instrument only
    /// value what is held: those are walked through at once, in a fraction of the time.
    ///
    /// # Errors
    /// The first error among `rows`, or of [`row`](Self::row).
    #[inline]
    pub fn rows<'a, F: From<BacktestError>>(
        &mut self,
        rows: impl IntoIterator<Item = Result<Row<'a>, F>>,
    ) -> Result<(), F> {
        let mut rows = rows.into_iter();
        while let Some((row, marked)) = self.calm(&mut rows)? {
            match marked {
                None => self.row(&row)?,
                Some(equity) => self.heed(&row, equity)?,
            }
        }
        Ok(())
    }

    /// Takes rows until one is more than calm.
    #[inline]
    fn calm<'a, F>(
        &mut self,
        rows: &mut impl Iterator<Item = Result<Row<'a>, F>>,
    ) -> Result<Break<'a>, F> {
        let Some((mut above, mut below)) = self.bounds() else {
            return Ok(rows.next().transpose()?.map(|row| (row, None)));
        };
        let watches = self.sizing.watches();
        if watches {
            self.view();
        }
        let position = self.wallet.positions[0];
        let last_row = self.trades.first().map_or(u64::MAX, |trade| trade.last_row);
        let full = self.trades.len() >= self.rules.max_trades;
        let (mut until, mut wanted) = (self.until, self.wanted[0]);
        let (mut number, mut decided) = (self.row, self.decided);
        let (mut time, mut last, mut peak) = (self.time, self.last[0], self.peak);
        let (mut highest, mut lowest) = (f64::NEG_INFINITY, f64::INFINITY);
        let (mut taken, mut decisions, mut silent, mut ignored) = (0, 0, 0, 0);
        let found = loop {
            let mut row = match rows.next() {
                None => break Ok(None),
                Some(Err(error)) => break Err(error),
                Some(Ok(row)) => row,
            };
            let ([candle], None, []) = (row.bar.candles, row.bar.marks, row.detail) else {
                break Ok(Some((row, None)));
            };
            let next = number + u64::from(decided);
            let (opens, closes) = (row.bar.time, row.bar.until);
            if !(until == Some(opens) && closes > opens && last_row > next + 1) {
                break Ok(Some((row, None)));
            }
            if !row.bar.settlements.is_empty() {
                // What watches sees the settlements too, with all of their row.
                let bar = row.bar;
                match if watches { None } else { self.settle_calmly(&bar) } {
                    Some(bounds) => (above, below) = bounds,
                    None => break Ok(Some((row, None))),
                }
                row.bar.settlements = &[];
            }
            if !(candle.low > above && candle.high < below) {
                break Ok(Some((row, None)));
            }
            let mut asks = (wanted, Effect::Nothing);
            if let Some(decision) = &row.decision {
                asks = self.effect(decision, wanted, full);
            }
            if matches!(asks.1, Effect::Something) {
                break Ok(Some((row, None)));
            }
            (time, until, number, last) = (opens, Some(closes), next, *candle);
            highest = if candle.high > highest { candle.high } else { highest };
            lowest = if candle.low < lowest { candle.low } else { lowest };
            taken += 1;
            let notional = position.quantity * candle.close;
            let equity = self.wallet.balance + position.quantity * (candle.close - position.entry);
            peak = if equity > peak { equity } else { peak };
            let (gross, net) = (notional.abs(), notional);
            self.events.close(&Close { time: opens, equity, peak, gross, net });
            if watches {
                self.views[0].mark = candle.close;
                let (bar, known) = (row.bar, (&self.instruments[..], &self.rules));
                let portfolio = portfolio(&self.views, &bar, equity, known);
                self.sizing.watch(&bar, &portfolio, &mut self.demands);
                if !self.demands.is_empty() {
                    break Ok(Some((row, Some(equity))));
                }
            }
            decided = row.decision.is_some();
            decisions += u64::from(decided);
            silent += u64::from(matches!(row.decision, Some(Decision::Silent)));
            ignored += u64::from(matches!(asks.1, Effect::Ignored));
            wanted = asks.0;
        };
        (self.until, self.wanted[0], self.peak) = (until, wanted, peak);
        (self.row, self.decided, self.time, self.last[0]) = (number, decided, time, last);
        self.counts.rows += taken;
        self.counts.decisions += decisions;
        self.counts.silent += silent;
        self.counts.ignored += ignored;
        if let (Some(trade), true) = (self.trades.first_mut(), highest >= lowest) {
            trade.follow(highest, lowest);
        }
        found
    }

    /// Charges what is stamped at the bar's open, and gives the [`bounds`](Self::bounds) after that. None, and
    /// nothing is charged, where more is to do.
    #[inline(never)]
    fn settle_calmly(&mut self, bar: &Bar<'_>) -> Option<(f64, f64)> {
        let plain = |s: &Settlement| s.time <= bar.time && s.instrument == 0 && s.rate.abs() < 1.0;
        if !bar.settlements.iter().all(plain) {
            return None;
        }
        self.settle_at_open(bar).ok()?;
        Some(self.bounds().unwrap_or((f64::INFINITY, f64::NEG_INFINITY)))
    }

    /// Between which prices a candle changes nothing; none where something waits, and with more than one
    /// instrument or trade.
    fn bounds(&mut self) -> Option<(f64, f64)> {
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
        Some((above, below))
    }

    /// The weight that is wanted after a decision, and what it does.
    #[inline]
    fn effect(&self, decision: &Decision<'_>, wanted: f64, full: bool) -> (f64, Effect) {
        let (weight, silent) = match decision {
            Decision::Silent => (wanted, true),
            Decision::Weights { weights: [weight], .. } if weight.abs() <= 1.0 => (*weight, false),
            Decision::Weights { .. } => return (wanted, Effect::Something),
        };
        let quiet = weight == 0.0 || silent;
        let effect = match self.rules.intent {
            Intent::Entry | Intent::Change if quiet => Effect::Nothing,
            Intent::Entry if full => Effect::Ignored,
            Intent::Position | Intent::Change if weight == self.level[0] => Effect::Nothing,
            _ => Effect::Something,
        };
        (weight, effect)
    }
}
