//! Funding payments.

use crate::bar::Bar;
use crate::{Account, BacktestError, Events, FundingPayment, FundingRule, Settlement, Sizing};

impl<S: Sizing, E: Events> Account<S, E> {
    /// Charges what is stamped at the bar's open on what was open before it. Gives the number of
    /// settlements that are done with.
    pub(crate) fn settle_at_open(&mut self, bar: &Bar<'_>) -> Result<usize, BacktestError> {
        let at_open = bar.settlements.iter().take_while(|s| s.time <= bar.time).count();
        for settlement in bar.settlements {
            let rate = settlement.rate;
            if !(rate.abs() < 1.0 && settlement.instrument < self.instruments.len()) {
                return Err(BacktestError::Funding { time: settlement.time, rate });
            }
        }
        self.charge(&Bar { settlements: &bar.settlements[..at_open], ..*bar });
        Ok(at_open)
    }

    /// Charges what the bar settles, which is known to be stamped at its open, on what was open before it.
    #[inline]
    pub(crate) fn charge(&mut self, bar: &Bar<'_>) {
        for settlement in bar.settlements {
            self.settle(bar, settlement, |_| true);
        }
    }

    /// Charges what was opened at the bar's open, where the rule says so, and what is stamped inside the
    /// bar on what is open after the fills at its open.
    pub(crate) fn settle_inside(
        &mut self,
        bar: &Bar<'_>,
        done: usize,
    ) -> Result<(), BacktestError> {
        if self.rules.funding == FundingRule::BothEnds {
            for settlement in &bar.settlements[..done] {
                self.settle(bar, settlement, |entry_time| entry_time == bar.time);
            }
        }
        for settlement in &bar.settlements[done..] {
            if settlement.time >= bar.until {
                return Err(BacktestError::Funding {
                    time: settlement.time,
                    rate: settlement.rate,
                });
            }
            let before = self.counts.funding_payments;
            self.settle(bar, settlement, |_| true);
            self.counts.funding_inside_bar += self.counts.funding_payments - before;
        }
        Ok(())
    }

    #[inline]
    fn settle(&mut self, bar: &Bar<'_>, settlement: &Settlement, pays: impl Fn(i64) -> bool) {
        if self.rules.funding == FundingRule::Off {
            return;
        }
        let Settlement { instrument, time, rate, mark } = *settlement;
        let price = mark.unwrap_or(bar.candles[instrument].open);
        for trade in &mut self.trades {
            if trade.instrument == instrument && pays(trade.entry_time) {
                let amount = -rate * price * trade.sign * trade.quantity;
                trade.funding += amount;
                self.wallet.pay(instrument, amount);
                self.counts.funding_payments += 1;
                self.counts.funding_without_mark += u64::from(mark.is_none());
                let trade = trade.id;
                let payment = FundingPayment { time, trade, instrument, rate, mark: price, amount };
                self.events.funding(&payment);
            }
        }
    }
}
