//! Laws of labelling, over random series with gaps, equal prices and exact touches.
#![allow(clippy::unwrap_used, reason = "tests fail by panicking")]

use std::collections::BTreeMap;

use chrono::TimeDelta;
use labeling::{
    BarrierRule, CandleSeries, Ending, Outcome, TiePolicy, TradeEnd, TradeEnds, label_candles,
    trade_ends,
};
use proptest::collection::vec;
use proptest::prelude::*;

const MINUTE: i64 = 60_000_000;

#[derive(Debug, Clone, Default)]
struct Candles {
    timestamps: Vec<i64>,
    open: Vec<f64>,
    high: Vec<f64>,
    low: Vec<f64>,
    close: Vec<f64>,
}

impl Candles {
    fn label(&self, rule: &BarrierRule) -> Vec<Outcome> {
        let Self { timestamps, open, high, low, close } = self;
        let interval = TimeDelta::minutes(1);
        let series = CandleSeries::new(timestamps, open, high, low, close, interval).unwrap();
        label_candles(&series, rule).unwrap()
    }

    fn trades(&self, rule: &BarrierRule) -> Vec<Option<TradeEnds>> {
        let Self { timestamps, open, high, low, close } = self;
        let interval = TimeDelta::minutes(1);
        let series = CandleSeries::new(timestamps, open, high, low, close, interval).unwrap();
        trade_ends(&series, rule).unwrap()
    }

    fn push(&mut self, timestamp: i64, [open, close, a, b]: [f64; 4]) {
        self.timestamps.push(timestamp);
        self.open.push(open);
        self.close.push(close);
        self.high.push(open.max(close).max(a).max(b));
        self.low.push(open.min(close).min(a).min(b));
    }

    /// Rows `from..to`, every price multiplied by `scale`.
    fn part(&self, from: usize, to: usize, scale: f64) -> Self {
        let prices = |of: &[f64]| of[from..to].iter().map(|price| price * scale).collect();
        Self {
            timestamps: self.timestamps[from..to].to_vec(),
            open: prices(&self.open),
            high: prices(&self.high),
            low: prices(&self.low),
            close: prices(&self.close),
        }
    }

    fn extended(mut self, other: &Self) -> Self {
        self.timestamps.extend(&other.timestamps);
        self.open.extend(&other.open);
        self.high.extend(&other.high);
        self.low.extend(&other.low);
        self.close.extend(&other.close);
        self
    }

    fn len(&self) -> usize {
        self.timestamps.len()
    }
}

/// The rule word for word: for every candle, one step of time after the other.
fn reference(candles: &Candles, rule: &BarrierRule) -> Vec<Outcome> {
    let row_at: BTreeMap<i64, usize> =
        candles.timestamps.iter().enumerate().map(|(row, &time)| (time, row)).collect();
    let horizon = rule.horizon().num_microseconds().unwrap();
    let label = |(entry, &time): (usize, &i64)| {
        if candles.timestamps.last().is_some_and(|&last| last < time + horizon) {
            return Outcome::Incomplete;
        }
        let steps = (1..=horizon / MINUTE).map(|step| row_at.get(&(time + step * MINUTE)));
        let Some(window) = steps.collect::<Option<Vec<_>>>() else {
            return Outcome::Gap;
        };
        let up = candles.close[entry] * (1.0 + rule.take_profit());
        let down = candles.close[entry] * (1.0 - rule.stop_loss());
        for &row in window {
            match (candles.high[row] >= up, candles.low[row] <= down) {
                (false, false) => {}
                (true, false) => return Outcome::TakeProfit,
                (false, true) => return Outcome::NoTakeProfit,
                (true, true) => {
                    let open = candles.open[row];
                    let nearer = (up - open).abs() < (open - down).abs();
                    let wins = nearer && rule.tie_policy() == TiePolicy::ProximityToOpen;
                    return if wins { Outcome::TakeProfit } else { Outcome::NoTakeProfit };
                }
            }
        }
        Outcome::NoTakeProfit
    };
    candles.timestamps.iter().enumerate().map(label).collect()
}

/// The trades of every candle, one candle after the other: those of [`reference`] with when and what.
fn reference_trades(candles: &Candles, rule: &BarrierRule) -> Vec<Option<TradeEnds>> {
    let (u, d) = (rule.take_profit(), rule.stop_loss());
    let horizon = usize::try_from(rule.horizon().num_minutes()).unwrap();
    let trade = |(entry, outcome): (usize, Outcome)| {
        outcome.label()?;
        let close = candles.close[entry];
        let (up, down) = (close * (1.0 + u), close * (1.0 - d));
        for row in entry + 1..=entry + horizon {
            let (high, low) = (candles.high[row] >= up, candles.low[row] <= down);
            if !high && !low {
                continue;
            }
            let (above, below) = ((up - candles.open[row]).abs(), (candles.open[row] - down).abs());
            let near = rule.tie_policy() == TiePolicy::ProximityToOpen;
            let (long, short) = if high && low {
                (near && above < below, near && below < above)
            } else {
                (high, low)
            };
            let end = |wins: bool, profit: f64, loss: f64| TradeEnd {
                ending: if wins { Ending::TakeProfit } else { Ending::StopLoss },
                rows: u32::try_from(row - entry).unwrap(),
                payoff: if wins { profit } else { -loss },
            };
            return Some(TradeEnds { long: end(long, u, d), short: end(short, d, u) });
        }
        let change = candles.close[entry + horizon] / close - 1.0;
        let end = |payoff| TradeEnd {
            ending: Ending::Time,
            rows: u32::try_from(horizon).unwrap(),
            payoff,
        };
        Some(TradeEnds { long: end(change), short: end(-change) })
    };
    reference(candles, rule).into_iter().enumerate().map(trade).collect()
}

/// Prices on a coarse lattice on which barriers lie too (sixteenths of a close of 64 are whole):
/// ties, exact touches and equal distances are frequent.
fn lattice() -> impl Strategy<Value = [f64; 4]> {
    [56u8..=72, 62u8..=66, 56u8..=72, 56u8..=72].prop_map(|prices| prices.map(f64::from))
}

/// Prices with all their digits.
fn continuous() -> impl Strategy<Value = [f64; 4]> {
    [90.0..110.0, 90.0..110.0, 90.0..110.0, 90.0..110.0]
}

fn series(prices: impl Strategy<Value = [f64; 4]>) -> impl Strategy<Value = Candles> {
    let step = prop_oneof![30 => Just(1i64), 1 => 2i64..5];
    vec((step, prices), 0..160).prop_map(|rows| {
        let mut candles = Candles::default();
        let mut timestamp = 1_761_973_200_000_000;
        for (step, prices) in rows {
            timestamp += step * MINUTE;
            candles.push(timestamp, prices);
        }
        candles
    })
}

fn candles() -> impl Strategy<Value = Candles> {
    prop_oneof![series(lattice()), series(continuous())]
}

/// A walk: barriers are many candles away, neighbours have nearly the same ones, and the price often
/// turns back in between. On a lattice it meets barriers of eighths exactly.
fn walk() -> impl Strategy<Value = Candles> {
    let step = prop_oneof![300 => Just(1i64), 1 => 2i64..5];
    let moves = [-1.0_f64..1.0, 0.0..1.0, 0.0..1.0];
    let size = proptest::sample::select(&[0.5, 2.0, 6.0][..]);
    (any::<bool>(), size, vec((step, moves), 0..300)).prop_map(|(on_lattice, size, rows)| {
        let mut candles = Candles::default();
        let (mut timestamp, mut open) = (1_761_973_200_000_000, 128.0_f64);
        for (step, moves) in rows {
            let [change, above, below] = moves.map(|by| by * size);
            let mut close = (open + change).max(16.0);
            let (mut high, mut low) = (open.max(close) + above, open.min(close) - below);
            if on_lattice {
                close = close.round();
                [high, low] = [high, low].map(|price| (price * 8.0).round() / 8.0);
            }
            timestamp += step * MINUTE;
            candles.push(timestamp, [open, close, high, low]);
            open = close;
        }
        candles
    })
}

/// Barriers and horizons for it.
fn rule_for_walks() -> impl Strategy<Value = BarrierRule> {
    let fraction = || prop_oneof![(1u8..=2).prop_map(|k| f64::from(k) / 8.0), 0.01..0.2];
    let horizon = prop_oneof![1i64..=64, 1i64..=200];
    (fraction(), fraction(), horizon, proptest::sample::select(&TiePolicy::ALL[..])).prop_map(
        |(u, d, candles, tie)| BarrierRule::new(u, d, TimeDelta::minutes(candles), tie).unwrap(),
    )
}

fn rule() -> impl Strategy<Value = BarrierRule> {
    let fraction = || prop_oneof![(1u8..=12).prop_map(|k| f64::from(k) / 64.0), 0.001..0.2];
    let horizon = prop_oneof![1i64..=8, 1i64..=50];
    (fraction(), fraction(), horizon, proptest::sample::select(&TiePolicy::ALL[..])).prop_map(
        |(u, d, candles, tie)| BarrierRule::new(u, d, TimeDelta::minutes(candles), tie).unwrap(),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1_000))]

    #[test]
    fn equals_the_rule_read_word_for_word(candles in candles(), rule in rule()) {
        prop_assert_eq!(candles.label(&rule), reference(&candles, &rule));
    }

    #[test]
    fn trades_end_as_the_rule_says(candles in candles(), rule in rule()) {
        let trades = candles.trades(&rule);
        prop_assert_eq!(&trades, &reference_trades(&candles, &rule));
        for (outcome, trade) in candles.label(&rule).into_iter().zip(trades) {
            prop_assert_eq!(outcome.label().is_some(), trade.is_some());
            let profit = trade.is_some_and(|ends| ends.long.ending == Ending::TakeProfit);
            prop_assert_eq!(profit, outcome == Outcome::TakeProfit);
        }
    }

    #[test]
    fn what_comes_after_the_horizon_changes_nothing(
        candles in candles(),
        other in vec(continuous(), 160),
        rule in rule(),
        at in any::<prop::sample::Index>(),
    ) {
        prop_assume!(candles.len() > 0);
        let entry = at.index(candles.len());
        let end = candles.timestamps[entry] + rule.horizon().num_microseconds().unwrap();
        let known = candles.timestamps.partition_point(|&time| time <= end);
        let mut changed = candles.part(0, known, 1.0);
        for (row, prices) in (known..candles.len()).zip(other) {
            changed.push(candles.timestamps[row], prices);
        }
        prop_assert_eq!(&changed.label(&rule)[..=entry], &candles.label(&rule)[..=entry]);
    }

    #[test]
    fn what_comes_before_the_entry_changes_nothing(
        candles in candles(), rule in rule(), at in any::<prop::sample::Index>(),
    ) {
        let from = at.index(candles.len() + 1);
        let later = candles.part(from, candles.len(), 1.0);
        prop_assert_eq!(&later.label(&rule)[..], &candles.label(&rule)[from..]);
    }

    #[test]
    fn appending_candles_never_changes_what_was_known(
        candles in candles(), rule in rule(), at in any::<prop::sample::Index>(),
    ) {
        let shorter = candles.part(0, at.index(candles.len() + 1), 1.0);
        for (early, late) in shorter.label(&rule).into_iter().zip(candles.label(&rule)) {
            prop_assert!(early == late || early == Outcome::Incomplete, "{early:?} → {late:?}");
        }
    }

    #[test]
    fn the_unit_of_price_does_not_matter(candles in candles(), rule in rule(), power in -40i32..=40) {
        let scaled = candles.part(0, candles.len(), 2.0_f64.powi(power));
        prop_assert_eq!(scaled.label(&rule), candles.label(&rule));
    }

    #[test]
    fn the_series_end_alone_makes_incomplete(candles in candles(), rule in rule()) {
        let horizon = rule.horizon().num_microseconds().unwrap();
        let last = candles.timestamps.last().copied().unwrap_or_default();
        for (outcome, time) in candles.label(&rule).into_iter().zip(&candles.timestamps) {
            prop_assert_eq!(outcome == Outcome::Incomplete, time + horizon > last);
        }
    }

    #[test]
    fn tie_policies_differ_only_in_favour_of_the_take_profit(candles in candles(), rule in rule()) {
        let stop = candles.label(&rule.with_tie_policy(TiePolicy::Conservative));
        let near = candles.label(&rule.with_tie_policy(TiePolicy::ProximityToOpen));
        for (stop, near) in stop.into_iter().zip(near) {
            let won = (stop, near) == (Outcome::NoTakeProfit, Outcome::TakeProfit);
            prop_assert!(stop == near || won);
        }
    }

    #[test]
    fn neighbouring_series_do_not_leak(
        left in series(lattice()), right in series(lattice()), rule in rule(),
    ) {
        // Behind a gap longer than the horizon, the right series is labelled as if alone.
        prop_assume!(left.len() > 0);
        let mut moved = right;
        let shift = 1_000 * MINUTE + left.timestamps[left.len() - 1];
        let begin = moved.timestamps.first().copied().unwrap_or_default();
        moved.timestamps.iter_mut().for_each(|time| *time += shift - begin);
        let alone = moved.label(&rule);
        let both = left.clone().extended(&moved).label(&rule);
        prop_assert_eq!(&both[left.len()..], &alone[..]);
    }
}

proptest! {
    // Whole groups of entries are settled at once; what differs within one has to come up.
    #![proptest_config(ProptestConfig::with_cases(6_000))]

    #[test]
    fn equals_the_rule_where_barriers_are_far(candles in walk(), rule in rule_for_walks()) {
        prop_assert_eq!(candles.label(&rule), reference(&candles, &rule));
        prop_assert_eq!(candles.trades(&rule), reference_trades(&candles, &rule));
    }
}
