//! How the trades of a label end.

use chrono::TimeDelta;
use labeling::{TargetKey, TiePolicy};
use strategy_core::{Exits, SideExits};

/// The exits of trades on predictions of the target `u d H`, where a row lasts `row`: a long ends at +u, −d or
/// after H; a short, which bets that the stop is hit first, at −d, +u or after H. `None` where H is shorter
/// than a row.
#[must_use]
pub fn exits_of_target(key: &TargetKey, row: TimeDelta) -> Option<SideExits> {
    let rule = key.rule(TiePolicy::default());
    let row = row.num_microseconds().filter(|row| *row > 0)?;
    let rows =
        u32::try_from(rule.horizon().num_microseconds()? / row).ok().filter(|rows| *rows > 0)?;
    let exits = |take_profit, stop_loss| Exits {
        take_profit: Some(take_profit),
        stop_loss: Some(stop_loss),
        trailing_stop: None,
        max_hold: Some(rows),
    };
    let (up, down) = (rule.take_profit(), rule.stop_loss());
    Some(SideExits { long: exits(up, down), short: exits(down, up) })
}
