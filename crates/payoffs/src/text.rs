//! What a person reads.

use std::fmt::{self, Display, Formatter};

use strategy_core::Exits;
use terminal::counted;

use crate::{GroupPayoff, Money, SideMoney, Verdict};

impl Display for Money {
    fn fmt(&self, f: &mut Formatter<'_>) -> fmt::Result {
        let [long, short] = &self.exits;
        writeln!(f, "What trades paid, each row its own, from the next open")?;
        writeln!(f, "costs: {}", self.costs)?;
        if long == short {
            writeln!(f, "exits: {}", exits(long))?;
        } else {
            writeln!(f, "exits of longs: {}", exits(long))?;
            writeln!(f, "exits of shorts: {}", exits(short))?;
        }
        if !self.bins.is_empty() {
            writeln!(f, "\n{}", header("bin, side"))?;
            for bin in &self.bins {
                for (name, group) in sides(&bin.money) {
                    writeln!(f, "{}", line(&format!("{} {name}", bin.bin), group))?;
                }
            }
        }
        writeln!(f, "\n{}", header("signals"))?;
        for (name, group) in sides(&self.signals).into_iter().filter(|(_, of)| of.rows > 0) {
            writeln!(f, "{}", line(name, group))?;
        }
        for month in &self.months {
            for (name, group) in sides(&month.money).into_iter().filter(|(_, of)| of.rows > 0) {
                writeln!(f, "{}", line(&format!("{} {name}", month.month), group))?;
            }
        }
        writeln!(f)?;
        for line in self.said() {
            writeln!(f, "{line}")?;
        }
        Ok(())
    }
}

impl Money {
    /// Which bins lose, which sides have no evidence, and what else a person should know.
    #[must_use]
    pub fn said(&self) -> Vec<String> {
        let mut said = Vec::new();
        for (place, name) in [(0, "long"), (1, "short")] {
            let of = |verdict: Verdict| -> Vec<String> {
                let bins = self.bins.iter().map(|bin| (bin.bin, sides(&bin.money)[place].1));
                let found = bins.filter(|(_, group)| group.rows > 0 && group.verdict == verdict);
                found.map(|(bin, _)| bin.to_string()).collect()
            };
            let (loses, earns) = (of(Verdict::LosesMoney), of(Verdict::EarnsMoney));
            if !loses.is_empty() {
                said.push(format!("bins that lose money as a {name}: {}", loses.join(", ")));
            }
            if !earns.is_empty() {
                said.push(format!("bins that earn money as a {name}: {}", earns.join(", ")));
            }
            let group = sides(&self.signals)[place].1;
            said.push(match group.verdict {
                _ if group.rows == 0 => format!("no {name} signal was traded"),
                Verdict::NoEvidence => format!(
                    "{name} signals: NO EVIDENCE that they earn or lose money: the interval holds 0, or there \
                     is none"
                ),
                Verdict::LosesMoney => format!("{name} signals LOSE MONEY: the interval lies below 0"),
                Verdict::EarnsMoney => format!("{name} signals earn money: the interval lies above 0"),
            });
        }
        if self.unknown > 0 {
            said.push(format!(
                "{} left out: candles are missing, or the trade has not ended",
                counted(self.unknown, "signal")
            ));
        }
        said.extend(self.notes.iter().map(|note| format!("note: {note}")));
        said
    }
}

fn sides(money: &SideMoney) -> [(&'static str, &GroupPayoff); 2] {
    [("long", &money.long), ("short", &money.short)]
}

fn header(of: &str) -> String {
    format!(
        "{of:<13}{:>7}{:>10}{:>10}{:>19}{:>14}{:>12}  verdict",
        "rows", "forward", "net", "interval", "take profits", "break-even"
    )
}

fn line(name: &str, group: &GroupPayoff) -> String {
    let fraction =
        |value: Option<f64>| value.map_or("-".to_owned(), |v| format!("{:+.3} %", v * 100.0));
    let share =
        |value: Option<f64>| value.map_or("-".to_owned(), |v| format!("{:.1} %", v * 100.0));
    let interval = group.interval.map_or("-".to_owned(), |found| {
        format!("[{:+.3}, {:+.3}]", found.lower * 100.0, found.upper * 100.0)
    });
    format!(
        "{name:<13}{:>7}{:>10}{:>10}{interval:>19}{:>14}{:>12}  {}",
        group.rows,
        fraction(group.forward_return),
        fraction(group.net_payoff),
        share(group.take_profits),
        share(group.break_even),
        group.verdict
    )
}

fn exits(exits: &Exits) -> String {
    let part = |name: &str, value: Option<f64>| {
        value.map(|value| format!("{name} {} %", (value * 1e4).round() / 1e2))
    };
    let parts = [
        part("take profit", exits.take_profit),
        part("stop loss", exits.stop_loss),
        part("trailing stop", exits.trailing_stop),
        exits.max_hold.map(|rows| format!("after {} at the latest", counted(rows, "row"))),
    ];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}
