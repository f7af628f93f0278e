//! `list`, `inspect`, `verify`: the files of months.

use binning::BinEdges;
use clap::Args;
use rayon::prelude::*;
use strategy_core::{Console, YearMonth};

use super::sources::FitArgs;
use crate::config::PoolArgs;
use crate::fit::fit;
use crate::store::EnsembleStore;
use crate::{EnsembleError, MonthEnsemble};

/// Which ensemble's files.
#[derive(Debug, Clone, Args)]
struct StoreArgs {
    #[command(flatten)]
    pooling: PoolArgs,

    /// Dataset [default: the sample's first]
    #[arg(long, value_name = "NAME", env = "RUNNER_DATASET", default_value_t = market_data::sample::Instrument::Btc.dataset())]
    dataset: String,
}

impl StoreArgs {
    fn store(&self) -> Result<EnsembleStore, EnsembleError> {
        let name = self.pooling.name()?;
        Ok(EnsembleStore::new(&self.pooling.ensemble_root, &self.dataset, &name))
    }
}

/// Flags of `list`.
#[derive(Debug, Clone, Args)]
pub struct ListArgs {
    #[command(flatten)]
    store: StoreArgs,
}

/// Flags of `inspect`.
#[derive(Debug, Clone, Args)]
pub struct InspectArgs {
    #[command(flatten)]
    store: StoreArgs,

    /// Month to show [default: the newest]
    #[arg(long, value_name = "MONTH")]
    bin_month: Option<YearMonth>,
}

/// Flags of `verify`.
#[derive(Debug, Clone, Args)]
pub struct VerifyArgs {
    #[command(flatten)]
    fit: FitArgs,
}

impl ListArgs {
    pub(super) fn run(self, console: &mut Console<'_>) -> Result<(), EnsembleError> {
        let store = self.store.store()?;
        writeln!(console.out, "month,members,rows,log_loss,weights")?;
        for month in store.months()? {
            let ensemble = store.load(month)?;
            let all = whole(&ensemble);
            writeln!(
                console.out,
                "{month},{},{},{},{}",
                ensemble.members.len(),
                all.map_or(0, |subset| subset.rows),
                all.map_or_else(String::new, |subset| subset.log_loss.to_string()),
                all.map_or_else(String::new, |subset| weights(subset.fitted.weights())),
            )?;
        }
        Ok(())
    }
}

/// The pool of all members.
fn whole(ensemble: &MonthEnsemble) -> Option<&crate::Subset> {
    ensemble.subsets.iter().max_by_key(|subset| subset.members.len())
}

fn weights(weights: &[f64]) -> String {
    weights.iter().map(|weight| format!("{weight:.4}")).collect::<Vec<_>>().join(" ")
}

impl InspectArgs {
    pub(super) fn run(self, console: &mut Console<'_>) -> Result<(), EnsembleError> {
        let store = self.store.store()?;
        let newest = store.months()?.last().copied();
        let month = self.bin_month.or(newest).ok_or_else(|| {
            let month = YearMonth::containing_micros(0);
            EnsembleError::Missing { month, path: store.path(month) }
        })?;
        let ensemble = store.load(month)?;
        let out = &mut *console.out;
        writeln!(out, "{} of {}, {month}", ensemble.pool, ensemble.dataset)?;
        writeln!(out, "target {}", ensemble.target_key)?;
        writeln!(out, "window from {}", ensemble.window_start.format("%Y-%m-%d"))?;
        for member in &ensemble.members {
            let loss = member.log_loss.map_or_else(|| "left out".to_owned(), |l| format!("{l:.4}"));
            writeln!(out, "member {}: {} rows, log loss {loss}", member.run_name, member.rows)?;
        }
        for subset in &ensemble.subsets {
            let named: Vec<String> = subset.members.iter().map(|k| (k + 1).to_string()).collect();
            writeln!(
                out,
                "pool of {}: {} rows, log loss {:.4}, weights {}{}",
                named.join("+"),
                subset.rows,
                subset.log_loss,
                weights(subset.fitted.weights()),
                subset.fallback.as_ref().map_or_else(String::new, |why| format!(" (equal: {why})")),
            )?;
        }
        if let Some(all) = whole(&ensemble) {
            let edges = BinEdges::from_vec(all.edges.clone())
                .map_err(|source| EnsembleError::Binning { month, source })?;
            for bin in edges.bins() {
                let (low, high) = edges.bounds(bin);
                let bound =
                    |value: Option<f64>| value.map_or_else(String::new, |v| format!("{v:.4}"));
                writeln!(out, "bin {bin}: {} to {}", bound(low), bound(high))?;
            }
        }
        Ok(())
    }
}

impl VerifyArgs {
    pub(super) fn run(self, console: &mut Console<'_>) -> Result<(), EnsembleError> {
        let scores = self.fit.read(console)?;
        let store = self.fit.store(&scores.dataset)?;
        let settings = self.fit.settings(self.fit.pooling.pool);
        let months = store.months()?;
        let compare = |&month: &YearMonth| {
            let stored = store.load(month)?;
            let made = fit(&scores, month, &settings)?;
            Ok::<bool, EnsembleError>(made.to_bytes()? == stored.to_bytes()?)
        };
        let compared: Vec<_> = months.par_iter().map(compare).collect();
        let mut differing = 0;
        for (month, same) in months.iter().zip(compared) {
            let told = match same {
                Ok(true) => "same".to_owned(),
                Ok(false) => "differs from what the data give now".to_owned(),
                Err(error) => error.to_string(),
            };
            differing += usize::from(told != "same");
            writeln!(console.out, "{month} {told}")?;
        }
        if differing > 0 {
            return Err(EnsembleError::Differs { differing, checked: months.len() });
        }
        Ok(())
    }
}
