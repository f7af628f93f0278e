//! `rebuild`: fit months and store them.

use clap::Args;
use rayon::prelude::*;
use strategy_core::{Console, YearMonth};

use super::sources::FitArgs;
use crate::fit::fit;
use crate::{EnsembleError, MonthEnsemble};

/// Flags of `rebuild`.
#[derive(Debug, Clone, Args)]
pub struct RebuildArgs {
    #[command(flatten)]
    fit: FitArgs,

    /// Months to fit, as in 2025-11 [default: the month of the newest prediction]
    #[arg(long, value_name = "MONTH", num_args = 1.., conflicts_with_all = ["from", "to"])]
    bin_month: Vec<YearMonth>,

    /// First of a range of months
    #[arg(long, value_name = "MONTH")]
    from: Option<YearMonth>,

    /// Last of a range of months
    #[arg(long, value_name = "MONTH")]
    to: Option<YearMonth>,

    /// Replace files that exist
    #[arg(long, conflicts_with = "skip_existing")]
    overwrite: bool,

    /// Keep files that exist and make only the others
    #[arg(long)]
    skip_existing: bool,
}

impl RebuildArgs {
    pub(super) fn run(self, console: &mut Console<'_>) -> Result<(), EnsembleError> {
        let scores = self.fit.read(console)?;
        let store = self.fit.store(&scores.dataset)?;
        let (first, last) = self.fit.months(&scores, self.from, self.to);
        let mut months = match (self.bin_month.is_empty(), self.from, self.to) {
            (false, _, _) => self.bin_month.clone(),
            (true, None, None) => vec![last],
            _ => first.through(last).collect(),
        };
        if self.skip_existing {
            months.retain(|&month| !store.path(month).exists());
        }
        let settings = self.fit.settings(self.fit.pooling.pool);
        let fitted: Vec<MonthEnsemble> = months
            .par_iter()
            .map(|&month| fit(&scores, month, &settings))
            .collect::<Result<_, _>>()?;
        for month in &fitted {
            let path = store.save(month, self.overwrite)?;
            writeln!(console.out, "{}", path.display())?;
            for subset in &month.subsets {
                if let (true, Some(why)) =
                    (subset.members.len() == month.members.len(), &subset.fallback)
                {
                    let _ =
                        writeln!(console.err, "warning: {}: pooled equally: {why}", month.month);
                }
            }
            for member in month.members.iter().filter(|member| member.calibrator.is_none()) {
                let _ = writeln!(
                    console.err,
                    "warning: {}: {} is left out: {} labelled rows in the window, or one class",
                    month.month, member.run_name, member.rows
                );
            }
        }
        Ok(())
    }
}
