//! `evaluate`: pools against their members, out of sample.

use clap::{Args, ValueEnum};
use serde::Serialize;
use strategy_core::{Console, YearMonth};

use super::sources::FitArgs;
use crate::EnsembleError;
use crate::config::PoolKind;
use crate::walk::{Comparison, Judgement, Walk};

/// Flags of `evaluate`.
#[derive(Debug, Clone, Args)]
pub struct EvaluateArgs {
    #[command(flatten)]
    fit: FitArgs,

    /// First month [default: the first whose whole window is predicted]
    #[arg(long, value_name = "MONTH")]
    from: Option<YearMonth>,

    /// Last month [default: that of the newest prediction]
    #[arg(long, value_name = "MONTH")]
    to: Option<YearMonth>,

    /// Pools to judge [default: all]
    #[arg(long, value_enum, value_name = "POOL", num_args = 1.., value_delimiter = ',')]
    pools: Vec<PoolKind>,

    /// Rows of a bootstrap's block; a week of hours
    #[arg(long, value_name = "ROWS", default_value = "168")]
    block: usize,

    /// Show each month too
    #[arg(long)]
    by_month: bool,

    /// What is printed
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, ValueEnum)]
enum Format {
    /// Lines for a person
    #[default]
    Text,
    /// One JSON document
    Json,
}

#[derive(Serialize)]
struct Judged {
    pool: PoolKind,
    #[serde(flatten)]
    judgement: Judgement,
}

impl EvaluateArgs {
    pub(super) fn run(self, console: &mut Console<'_>) -> Result<(), EnsembleError> {
        let scores = self.fit.read(console)?;
        let (from, to) = self.fit.months(&scores, self.from, self.to);
        let rows_of_horizon = usize::try_from(scores.horizon / scores.interval.max(1)).unwrap_or(1);
        // Vote decides by bins; its probability is the equal pool's.
        let all = || PoolKind::ALL.into_iter().filter(|pool| *pool != PoolKind::Vote).collect();
        let pools: Vec<PoolKind> = if self.pools.is_empty() { all() } else { self.pools.clone() };
        let mut judged = Vec::new();
        for pool in pools {
            let walk = Walk::over(&scores, from, to, &self.fit.settings(pool))?;
            let judgement = walk.judged(self.block, rows_of_horizon.saturating_sub(1))?;
            judged.push(Judged { pool, judgement });
        }
        if self.format == Format::Json {
            let text = serde_json::to_string_pretty(&judged)
                .map_err(|source| EnsembleError::Encode { month: from, source })?;
            writeln!(console.out, "{text}")?;
            return Ok(());
        }
        writeln!(
            console.out,
            "{} from {from} to {to}, log loss out of sample in nats; differences are the pool's less \
             the other's, in 1e-4 nats: below 0 the pool is better [95 % of a paired circular block \
             bootstrap, blocks of {} rows], p of Diebold and Mariano's test",
            scores.dataset, self.block
        )?;
        for Judged { pool, judgement } in &judged {
            write(console, *pool, judgement)?;
            if self.by_month {
                write_months(console, judgement)?;
            }
        }
        Ok(())
    }
}

fn write(
    console: &mut Console<'_>,
    pool: PoolKind,
    judgement: &Judgement,
) -> Result<(), EnsembleError> {
    let out = &mut *console.out;
    writeln!(out, "\n{pool}: log loss {:.5} over {} rows", judgement.log_loss, judgement.rows)?;
    if judgement.fallbacks > 0 {
        writeln!(
            out,
            "  {} months are pooled equally: their windows say too little",
            judgement.fallbacks
        )?;
    }
    for (index, member) in judgement.members.iter().enumerate() {
        let mark = if index == judgement.best_ex_post { ", the best after the fact" } else { "" };
        writeln!(out, "  against {}{mark}: {}", member.name, line(member))?;
    }
    let past = &judgement.past_best;
    writeln!(out, "  against the {}: {}", past.name, line(past))?;
    for without in &judgement.without {
        writeln!(out, "  against the pool without {}: {}", without.name, line(without))?;
    }
    for (row, member) in judgement.error_correlation.iter().zip(&judgement.members) {
        let row: Vec<String> = row.iter().map(|value| format!("{value:.3}")).collect();
        writeln!(out, "  correlation of errors, {}: {}", member.name, row.join(" "))?;
    }
    Ok(())
}

fn write_months(console: &mut Console<'_>, judgement: &Judgement) -> Result<(), EnsembleError> {
    let out = &mut *console.out;
    let members: Vec<&str> = judgement.members.iter().map(|member| member.name.as_str()).collect();
    writeln!(
        out,
        "  month, rows, log losses of the pool, {}, the best of the past",
        members.join(", ")
    )?;
    for month in &judgement.months {
        let losses = month.members.iter().chain([&month.past_best.log_loss]);
        let losses: Vec<String> = losses.map(|loss| format!("{loss:.5}")).collect();
        writeln!(
            out,
            "  {} {} {:.5} {}; against the best after the fact {}; against the best of the past {}",
            month.month,
            month.rows,
            month.log_loss,
            losses.join(" "),
            difference(&month.best_ex_post),
            difference(&month.past_best),
        )?;
    }
    Ok(())
}

fn line(comparison: &Comparison) -> String {
    format!("{}; their log loss {:.5}", difference(comparison), comparison.log_loss)
}

fn difference(comparison: &Comparison) -> String {
    let in_units = |value: f64| value * 1e4;
    let interval = &comparison.paired.interval;
    let p = comparison.test.as_ref().map_or_else(
        || "no difference to test".to_owned(),
        |test| format!("p = {:.3}", test.p_value),
    );
    format!(
        "{:+.1} [{:+.1}, {:+.1}], {p}",
        in_units(comparison.paired.mean),
        in_units(interval.lower),
        in_units(interval.upper),
    )
}
