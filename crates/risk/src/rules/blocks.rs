//! Rules that block entries for a time: daily loss, cooldown, stop guard, kill switch.

use std::collections::VecDeque;

use backtest::{Demand, ExitReason, Portfolio, Trade};

use super::{Rule, close_all};
use crate::ask::Ask;
use crate::limits::Guard;

const HOUR: i64 = 3_600_000_000;
const DAY: i64 = 24 * HOUR;

/// Blocks entries until midnight UTC once the account's equity has lost a fraction since 00:00 UTC.
#[derive(Debug, Clone)]
pub(crate) struct DailyLoss {
    limit: f64,
    /// When the day that runs is over, µs UTC; none before the first row.
    midnight: Option<i64>,
    start: f64,
    /// The equity at which entries are blocked.
    floor: f64,
    last: f64,
    locked: bool,
}

impl DailyLoss {
    pub(crate) fn new(limit: f64) -> Self {
        Self { limit, midnight: None, start: 0.0, floor: 0.0, last: 0.0, locked: false }
    }

    #[inline]
    pub(crate) fn row(&mut self, portfolio: &Portfolio<'_>) {
        let Portfolio { time, equity, .. } = *portfolio;
        if self.midnight.is_none_or(|midnight| time >= midnight) {
            self.begin(time, equity, portfolio.rules.capital);
        }
        self.locked |= equity <= self.floor;
        self.last = equity;
    }

    /// Begins a day.
    #[cold]
    fn begin(&mut self, time: i64, equity: f64, capital: f64) {
        let before = if self.midnight.is_none() { capital } else { self.last };
        // A row that closes at midnight is the new day's start itself.
        self.start = if time.rem_euclid(DAY) == 0 { equity } else { before };
        self.floor = self.start * (1.0 - self.limit);
        self.midnight = Some((time.div_euclid(DAY) + 1) * DAY);
        self.locked = false;
    }
}

impl Rule for DailyLoss {
    fn name(&self) -> &'static str {
        "daily-loss"
    }

    fn limit(&self, _: &Ask<'_>, _: f64) -> Option<(f64, String)> {
        self.locked.then(|| {
            let (loss, limit) = ((1.0 - self.last / self.start) * 100.0, self.limit * 100.0);
            (0.0, format!("equity is {loss:.2} % below 00:00 UTC, reached {limit} %: blocked until midnight"))
        })
    }
}

/// Blocks entries of an instrument for a number of rows after one of its trades has ended, the
/// row that it ended in being the first.
#[derive(Debug, Clone)]
pub(crate) struct Cooldown {
    rows: u64,
    row: u64,
    ended: Vec<usize>,
    until: Vec<u64>,
}

impl Cooldown {
    pub(crate) fn new(rows: u32, instruments: usize) -> Self {
        Self { rows: rows.into(), row: 0, ended: Vec::new(), until: vec![0; instruments] }
    }

    pub(crate) fn closed(&mut self, trade: &Trade) {
        self.ended.push(trade.instrument);
    }

    #[inline]
    pub(crate) fn row(&mut self) {
        self.row += 1;
        if !self.ended.is_empty() {
            self.begin();
        }
    }

    #[inline(never)]
    fn begin(&mut self) {
        for instrument in self.ended.drain(..) {
            self.until[instrument] = self.row + self.rows;
        }
    }
}

impl Rule for Cooldown {
    fn name(&self) -> &'static str {
        "cooldown"
    }

    fn limit(&self, ask: &Ask<'_>, _: f64) -> Option<(f64, String)> {
        let legs = ask.request.legs.iter().zip(&self.until);
        let until = legs.filter(|(leg, _)| leg.weight != 0.0).map(|(_, &until)| until).max()?;
        (self.row < until).then(|| {
            (0.0, format!("a trade has just ended: blocked for {} more rows", until - self.row))
        })
    }
}

/// Blocks entries for some hours after a number of stops within some hours. Stop losses, trailing stops and
/// liquidations count.
#[derive(Debug, Clone)]
pub(crate) struct StopGuard {
    guard: Guard,
    fresh: u32,
    stops: VecDeque<i64>,
    until: i64,
    now: i64,
}

impl StopGuard {
    pub(crate) fn new(guard: Guard) -> Self {
        Self { guard, fresh: 0, stops: VecDeque::new(), until: i64::MIN, now: i64::MIN }
    }

    pub(crate) fn closed(&mut self, trade: &Trade) {
        use ExitReason::{Liquidation, StopLoss, TrailingStop};
        let reason = trade.exit.map(|exit| exit.reason);
        self.fresh += u32::from(matches!(reason, Some(StopLoss | TrailingStop | Liquidation)));
    }

    #[inline]
    pub(crate) fn row(&mut self, now: i64) {
        self.now = now;
        if self.fresh > 0 || !self.stops.is_empty() {
            self.count();
        }
    }

    #[inline(never)]
    fn count(&mut self) {
        for _ in 0..std::mem::take(&mut self.fresh) {
            self.stops.push_back(self.now);
        }
        let oldest = self.now - i64::from(self.guard.within_hours) * HOUR;
        while self.stops.front().is_some_and(|&stop| stop <= oldest) {
            self.stops.pop_front();
        }
        if self.stops.len() >= self.guard.stops as usize {
            self.until = self.now + i64::from(self.guard.lock_hours) * HOUR;
            self.stops.clear();
        }
    }
}

impl Rule for StopGuard {
    fn name(&self) -> &'static str {
        "stop-guard"
    }

    fn limit(&self, _: &Ask<'_>, _: f64) -> Option<(f64, String)> {
        let Guard { stops, within_hours, .. } = self.guard;
        (self.now < self.until).then(|| {
            let hours = (self.until - self.now) as f64 / HOUR as f64;
            (
                0.0,
                format!("{stops} stops within {within_hours} h: blocked for {hours:.1} more hours"),
            )
        })
    }
}

/// Closes everything and blocks entries. It stays engaged until it is re-armed from outside.
#[derive(Debug, Clone)]
pub(crate) struct KillSwitch {
    pub(crate) reason: String,
}

impl KillSwitch {
    pub(crate) fn row(&self, portfolio: &Portfolio<'_>, demands: &mut Vec<Demand>) {
        close_all(portfolio, demands, self.name(), || self.reason.clone());
    }
}

impl Rule for KillSwitch {
    fn name(&self) -> &'static str {
        "kill-switch"
    }

    fn limit(&self, _: &Ask<'_>, _: f64) -> Option<(f64, String)> {
        Some((0.0, self.reason.clone()))
    }
}
