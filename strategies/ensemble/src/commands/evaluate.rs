//! `evaluate`: pools against their members, out of sample.

use clap::{Args, ValueEnum};
use serde::Serialize;
use strategy_core::{Console, YearMonth};

use super::evaluation_text as text;
use super::sources::FitArgs;
use crate::EnsembleError;
use crate::config::PoolKind;
use crate::walk::{Judgement, Walk};

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
        let members: Vec<&str> = judged.first().map_or_else(Vec::new, |first| {
            first.judgement.members.iter().map(|member| member.name.as_str()).collect()
        });
        text::head(console, &scores.dataset, (from, to), &members, self.block)?;
        for Judged { pool, judgement } in &judged {
            text::pool(console, *pool, judgement)?;
            if self.by_month {
                text::months(console, judgement)?;
            }
        }
        Ok(())
    }
}
