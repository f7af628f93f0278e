//! `evaluate`: pools against their members, out of sample.

use artifacts::{ReportFormat, write_json};
use chrono::TimeDelta;
use clap::{Args, ValueEnum};
use evaluation::{JudgedPool, SignalRule, pool_text, walk_pool};
use label_trades::{CostArgs, Market, money};
use payoffs::{Drawing, Ranked};
use pools::PoolKind;
use scored_labels::{month_range, months_of_members, read_members};
use statistics::Resampling;
use strategy_core::{Console, YearMonth};

use super::fit_args::FitArgs;
use crate::EnsembleError;

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
    rule: SignalRule,

    #[command(flatten)]
    costs: CostArgs,

    /// Rows of a bootstrap's block; a week of hours
    #[arg(long, value_name = "ROWS", default_value = "168")]
    block: usize,

    /// Show each month too
    #[arg(long)]
    by_month: bool,

    /// What is printed
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ReportFormat::Text)]
    format: ReportFormat,
}

impl EvaluateArgs {
    pub(super) fn run(self, console: &mut Console<'_>) -> Result<(), EnsembleError> {
        self.rule.check_alone()?;
        let costs = self.costs.costs()?;
        let (sources, members) = self.fit.sources(console)?;
        let (scores, run) = read_members(&sources, &members)?;
        let lookback = self.fit.lookback_months;
        let choose = |span: &_| month_range(span, lookback, self.from, self.to);
        let months = months_of_members(&scores, lookback, choose)?;
        let rows_of_horizon = usize::try_from(scores.horizon / scores.interval.max(1)).unwrap_or(1);
        let market = Market {
            database: &run.market,
            table: run.candles.as_ref(),
            dataset: &scores.dataset,
            interval: TimeDelta::microseconds(scores.interval),
        };
        // Vote decides by bins; its probability is the equal pool's.
        let all = PoolKind::value_variants().iter().filter(|pool| **pool != PoolKind::Vote);
        let all = if self.pools.is_empty() { all.copied().collect() } else { self.pools };
        let mut judged = Vec::new();
        for pool in all {
            let settings = self.fit.settings(pool);
            let n_bins = settings.n_bins.get();
            let rule = self.rule.check(months[0], n_bins, &[])?;
            let losses = walk_pool(&scores, &months, &settings, rule)?;
            let judgement = losses.judged(self.block, rows_of_horizon.saturating_sub(1))?;
            let rows = (losses.timestamps.as_slice(), losses.sides.as_slice());
            let ranked = Ranked { bins: &losses.bins, n_bins };
            let drawing = Drawing { resampling: Resampling::default(), block: rows_of_horizon };
            let paid = money(&market, &scores.target_key, rows, ranked, &drawing, &costs)?;
            judged.push(JudgedPool { pool, judgement, money: paid.ok() });
        }
        match self.format {
            ReportFormat::Json => write_json(&judged, console.out)?,
            ReportFormat::Text => {
                pool_text::head(console.out, &scores.dataset, &months, &members, self.block)?;
                pool_text::pools(console.out, &judged, self.by_month, self.fit.pooling.pool)?;
            }
        }
        Ok(())
    }
}
