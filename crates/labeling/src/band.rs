//! The barriers of a group of entries taken together, and what that tells of all of them at once.
#![allow(
    clippy::inline_always,
    clippy::needless_bitwise_bool,
    reason = "a loop is compiled for each instruction set only with all that it calls inside it, and \
              becomes vector instructions only without branches"
)]

use std::array;

use crate::group::{GROUP, Lanes, extreme, larger, smaller};
use crate::touch::{Barriers, Touches};

/// The barriers of a group of entries. These closed at nearly the same price, so the barriers lie
/// in two narrow bands, and mostly the price passes right through one before it reaches the other.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Band {
    pub(crate) group: usize,
    /// The lowest take profit and the highest stop loss: before them, no entry is touched.
    pub(crate) near: Barriers<f64>,
    /// The highest take profit and the lowest stop loss: behind either, every entry is touched.
    pub(crate) far: Barriers<f64>,
}

impl Band {
    /// That of entries at these closes; `factors` are the barriers of an entry at 1.
    #[inline(always)]
    pub(crate) fn new(group: usize, close: &Lanes<f64>, factors: Barriers<f64>) -> Self {
        let (cheapest, dearest) = (extreme(close, smaller), extreme(close, larger));
        // Rounding keeps the order, so these are barriers of entries, to the bit.
        let near = Barriers { up: cheapest * factors.up, down: dearest * factors.down };
        let far = Barriers { up: dearest * factors.up, down: cheapest * factors.down };
        Self { group, near, far }
    }
}

/// How far the windows of a group's entries reach, in groups after their own.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Reach {
    /// Groups in the windows of all entries.
    pub(crate) all: usize,
    /// Groups that any window touches.
    pub(crate) any: usize,
}

impl Reach {
    /// The band of windows of this number of candles.
    pub(crate) fn new(horizon: usize) -> Self {
        // Every window ends at least `horizon` candles after the group's first one, and at most so
        // many after its last one.
        Self { all: ((horizon + 1) / GROUP).saturating_sub(1), any: horizon.div_ceil(GROUP) }
    }
}

/// What is known of the entries of a group.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Verdict {
    /// All reach their take profit first.
    Profit,
    /// None does.
    NoProfit,
    /// They differ, or are too near the horizon. None is touched before this group of candles.
    Unclear(usize),
}

/// The verdicts on up to sixteen groups whose entries are not touched in their own group.
///
/// Two searches for sixteen groups stand for one search for each of 256 entries.
#[inline(always)]
pub(crate) fn verdicts(bands: &[Band], touches: &Touches<'_>, reach: Reach) -> Lanes<Verdict> {
    let unreachable = Barriers { up: f64::MAX, down: 0.0 };
    let mut lanes = [Band { group: 0, near: unreachable, far: unreachable }; GROUP];
    lanes[..bands.len()].copy_from_slice(bands);
    let (highest, lowest) = (touches.highest.level(0), touches.lowest.level(0));

    // Where the price enters a band.
    let near =
        Barriers { up: lanes.map(|band| band.near.up), down: lanes.map(|band| band.near.down) };
    let enters = touches.first_group(lanes.map(|band| band.group + 1), &near);
    let falls: Lanes<bool> = array::from_fn(|lane| highest[enters[lane]] < near.up[lane]);

    // Where it has passed through that band, or enters the other.
    let choose = |falls: bool, yes: f64, no: f64| if falls { yes } else { no };
    let next = Barriers {
        up: array::from_fn(|lane| choose(falls[lane], lanes[lane].near.up, lanes[lane].far.up)),
        down: array::from_fn(|lane| {
            choose(falls[lane], lanes[lane].far.down, lanes[lane].near.down)
        }),
    };
    // Where nothing is entered, it does not matter where this search begins.
    let leaves = touches.first_group(enters.map(|at| at.min(touches.highest.groups.len())), &next);

    array::from_fn(|lane| {
        let Band { group, near, .. } = lanes[lane];
        let (enters, leaves, falls) = (enters[lane], leaves[lane], falls[lane]);
        let (last_of_all, last_of_any) = (group + reach.all, group + reach.any);
        let stopped = falls & ((highest[leaves] < near.up) | (leaves > last_of_any));
        let rises = !falls & (lowest[leaves] > near.down);
        if stopped | (enters > last_of_any) {
            Verdict::NoProfit
        } else if rises & (leaves <= last_of_all) {
            Verdict::Profit
        } else {
            Verdict::Unclear(enters)
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reach_counts_the_groups_of_all_and_of_any_windows() {
        for horizon in 1..200 {
            // The windows of the entries in rows 0..16, as rows.
            let in_all =
                |group: usize| (0..GROUP).all(|entry| group * GROUP + GROUP - 1 <= entry + horizon);
            let in_any = |group: usize| (0..GROUP).any(|entry| group * GROUP <= entry + horizon);
            let count =
                |holds: &dyn Fn(usize) -> bool| (1..=horizon).take_while(|&g| holds(g)).count();
            let reach = Reach::new(horizon);
            assert_eq!((reach.all, reach.any), (count(&in_all), count(&in_any)), "{horizon}");
        }
    }
}
