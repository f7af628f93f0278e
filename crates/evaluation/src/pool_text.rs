//! A pool against its members, for people.

use std::io::{self, Write};

use payoffs::Money;
use pools::PoolKind;
use serde::Serialize;
use strategy_core::YearMonth;
use terminal::{counted, plain};

use crate::{AgainstPool, PoolJudgement};

/// A pool, how it compares, and what its signals paid.
#[derive(Debug, Serialize)]
pub struct JudgedPool {
    /// Which.
    pub pool: PoolKind,
    /// Against its members.
    #[serde(flatten)]
    pub judgement: PoolJudgement,
    /// Null where no trade follows from the target.
    pub money: Option<Money>,
}

/// What is compared, and how to read it.
///
/// # Errors
/// When it cannot be written.
pub fn head(
    out: &mut dyn Write,
    dataset: &str,
    months: &[YearMonth],
    members: &[String],
    block: usize,
) -> io::Result<()> {
    let ends = months.first().zip(months.last());
    let span = ends.map_or_else(String::new, |(from, to)| format!(", {from} to {to}"));
    writeln!(out, "Pools on {dataset}{span}, out of sample\n")?;
    for (member, name) in members.iter().enumerate() {
        writeln!(out, "{}  {name}", short(member))?;
    }
    writeln!(
        out,
        "\nLog loss in nats. The difference is the pool's log loss less the other's, in 1e-4 nats: below 0\n\
         the pool is better. Intervals are 95 %, by a paired circular block bootstrap in blocks of {block} rows;\n\
         p is that of Diebold and Mariano's test."
    )?;
    Ok(())
}

/// All of `judged`, each month too if `by_month`; then what trades paid of the only one, or of `shown`: one
/// pool's bins fill a screen.
///
/// # Errors
/// When it cannot be written.
pub fn pools(
    out: &mut dyn Write,
    judged: &[JudgedPool],
    by_month: bool,
    shown: PoolKind,
) -> io::Result<()> {
    for JudgedPool { pool: kind, judgement, .. } in judged {
        pool(out, &kind.to_string(), judgement)?;
        if by_month {
            months(out, judgement)?;
        }
    }
    let found = judged.iter().find(|judged| judged.pool == shown);
    let shown = if let [only] = judged { Some(only) } else { found };
    if let Some(JudgedPool { pool, money: Some(money), .. }) = shown {
        write!(out, "\n{pool}\n{money}")?;
    }
    Ok(())
}

/// A pool against its members, the best member, and itself without each.
fn pool(out: &mut dyn Write, name: &str, judgement: &PoolJudgement) -> io::Result<()> {
    let rows = counted(judgement.rows, "row");
    writeln!(out, "\n{name}: log loss {:.5} over {rows}", judgement.log_loss)?;
    if judgement.fallbacks > 0 {
        let months = counted(judgement.fallbacks, "month");
        writeln!(out, "{months} pooled equally: too few rows in the window")?;
    }
    let members = judgement.members.iter().enumerate().map(|(index, member)| {
        let best = if index == judgement.best_ex_post { ", the best after the fact" } else { "" };
        line(format!("{}{best}", short(index)), member)
    });
    let without = judgement.without.iter().map(|without| {
        let index = judgement.members.iter().position(|member| member.name == without.name);
        line(
            format!("the pool without {}", index.map_or_else(|| without.name.clone(), short)),
            without,
        )
    });
    let past = line("the best of the past".to_owned(), &judgement.past_best);
    let header = ["against", "log loss", "difference", "95 % interval", "p"];
    writeln!(out, "{}", plain(&header, 1, members.chain([past]).chain(without)))?;
    let names: Vec<String> = (0..judgement.members.len()).map(short).collect();
    let header: Vec<&str> =
        ["errors correlate"].into_iter().chain(names.iter().map(String::as_str)).collect();
    let rows = judgement.error_correlation.iter().zip(&names).map(|(row, name)| {
        let row = row.iter().map(|value| format!("{value:.3}"));
        [name.clone()].into_iter().chain(row).collect()
    });
    writeln!(out, "{}", plain(&header, 1, rows))?;
    Ok(())
}

/// Log losses month by month.
fn months(out: &mut dyn Write, judgement: &PoolJudgement) -> io::Result<()> {
    let names: Vec<String> = (0..judgement.members.len()).map(short).collect();
    let header: Vec<&str> = ["month", "rows", "pool"]
        .into_iter()
        .chain(names.iter().map(String::as_str))
        .chain(["past best", "less best after the fact", "less past best"])
        .collect();
    let rows = judgement.months.iter().map(|month| {
        let losses = [month.log_loss].into_iter().chain(month.members.iter().copied());
        let losses = losses.chain([month.past_best.log_loss]).map(|loss| format!("{loss:.5}"));
        let against = [&month.best_ex_post, &month.past_best].map(|other| {
            let [difference, interval, _] = difference(other);
            format!("{difference} {interval}")
        });
        let head = [month.month.to_string(), month.rows.to_string()];
        head.into_iter().chain(losses).chain(against).collect()
    });
    writeln!(out, "{}", plain(&header, 1, rows))?;
    Ok(())
}

/// What a member is called in tables: a run's name is too long.
fn short(member: usize) -> String {
    format!("m{}", member + 1)
}

fn line(other: String, comparison: &AgainstPool) -> Vec<String> {
    let [difference, interval, p] = difference(comparison);
    vec![other, format!("{:.5}", comparison.log_loss), difference, interval, p]
}

fn difference(comparison: &AgainstPool) -> [String; 3] {
    let in_units = |value: f64| value * 1e4;
    let interval = &comparison.paired.interval;
    let test = comparison.test.as_ref();
    [
        format!("{:+.1}", in_units(comparison.paired.mean)),
        format!("[{:+.1}, {:+.1}]", in_units(interval.lower), in_units(interval.upper)),
        test.map_or_else(|| "-".to_owned(), |test| format!("{:.3}", test.p_value)),
    ]
}
