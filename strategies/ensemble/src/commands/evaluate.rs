//! `evaluate`: pools against their members, out of sample.

use chrono::TimeDelta;
use clap::{Args, ValueEnum};
use evaluation::{PoolJudgement, pool_text};
use label_trades::{CostArgs, Market};
use market_data::{Database, TimeRange, candle_table_of};
use payoffs::{Drawing, Money, Ranked};
use scored_labels::{MemberScores, month_range};
use serde::Serialize;
use statistics::Resampling;
use strategy_core::{Console, YearMonth};

use super::sources::FitArgs;
use crate::EnsembleError;
use crate::config::{PoolKind, Thresholds};
use crate::walk::walk;

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

    #[command(flatten)]
    thresholds: Thresholds,

    #[command(flatten)]
    costs: CostArgs,

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
    judgement: PoolJudgement,
    /// Null where no trade follows from the target.
    money: Option<Money>,
}

impl EvaluateArgs {
    pub(super) fn run(self, console: &mut Console<'_>) -> Result<(), EnsembleError> {
        let costs = self.costs.costs()?;
        let (sources, members) = self.fit.sources(console)?;
        let scores = MemberScores::read(&sources, &members, TimeRange::ALL)?;
        let (from, to) = self.months(&scores)?;
        let rows_of_horizon = usize::try_from(scores.horizon / scores.interval.max(1)).unwrap_or(1);
        // Vote decides by bins; its probability is the equal pool's.
        let all = || PoolKind::ALL.into_iter().filter(|pool| *pool != PoolKind::Vote).collect();
        let pools: Vec<PoolKind> = if self.pools.is_empty() { all() } else { self.pools.clone() };
        let database = Database::open(&sources.candles, sources.lock_timeout)?;
        let table =
            candle_table_of(&database, sources.candle_table.as_deref(), Some(&scores.dataset))?;
        let market = Market {
            database: &database,
            table: Some(&table),
            dataset: &scores.dataset,
            interval: TimeDelta::microseconds(scores.interval),
        };
        let mut judged = Vec::new();
        for pool in pools {
            let settings = self.fit.settings(pool);
            let losses = walk(&scores, from, to, &settings, self.thresholds)?;
            let judgement = losses.judged(self.block, rows_of_horizon.saturating_sub(1))?;
            let rows = (losses.timestamps.as_slice(), losses.sides.as_slice());
            let ranked = Ranked { bins: &losses.bins, n_bins: settings.n_bins.get() };
            let drawing = Drawing { resampling: Resampling::default(), block: rows_of_horizon };
            let paid =
                label_trades::money(&market, &scores.target_key, rows, ranked, &drawing, &costs)?;
            judged.push(Judged { pool, judgement, money: paid.ok() });
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
        pool_text::head(console.out, &scores.dataset, (from, to), &members, self.block)?;
        for Judged { pool, judgement, .. } in &judged {
            pool_text::pool(console.out, &pool.to_string(), judgement)?;
            if self.by_month {
                pool_text::months(console.out, judgement)?;
            }
        }
        // One pool's bins fill a screen: of several, that of --pool.
        let shown = match judged.as_slice() {
            [only] => Some(only),
            several => several.iter().find(|judged| judged.pool == self.fit.pooling.pool),
        };
        if let Some(Judged { pool, money: Some(money), .. }) = shown {
            write!(console.out, "\n{pool}\n{money}")?;
        }
        Ok(())
    }

    /// The first and the last month, within what was asked for.
    fn months(&self, scores: &MemberScores) -> Result<(YearMonth, YearMonth), EnsembleError> {
        let lookback_months = self.fit.lookback_months;
        let months = match FitArgs::span(scores) {
            Some(span) => month_range(&span, lookback_months, self.from, self.to)?,
            None => Vec::new(),
        };
        let ends = months.first().copied().zip(months.last().copied());
        ends.ok_or(EnsembleError::NoFullWindow { lookback_months })
    }
}
