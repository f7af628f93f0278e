//! `list`, `inspect`, `verify`: the files of months.

use artifacts::{MonthFilter, MonthStore, Proof, ReportFormat, Shown, TableFormat};
use clap::Args;
use rayon::prelude::*;
use serde_json::json;
use strategy_core::{Console, YearMonth};
use terminal::plain;

use super::sources::FitArgs;
use crate::config::PoolArgs;
use crate::fit::fit;
use crate::recipe::reproduced;
use crate::shown::{weights, whole};
use crate::store::EnsembleStore;
use crate::{EnsembleError, MonthEnsemble};

/// Which ensemble's files.
#[derive(Debug, Clone, Args)]
struct StoreArgs {
    #[command(flatten)]
    pooling: PoolArgs,

    /// Dataset [default: the sample's first]
    #[arg(long, value_name = "NAME", env = "RUNNER_DATASET", default_value_t = sample::Instrument::Btc.dataset())]
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

    /// How to print [default: a table on a terminal, otherwise csv]
    #[arg(long, value_enum)]
    format: Option<TableFormat>,
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

    /// How to print the report
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    format: ReportFormat,
}

impl ListArgs {
    pub(super) fn run(self, console: &mut Console<'_>) -> Result<(), EnsembleError> {
        let store = self.store.store()?;
        let months = store.months()?.into_iter().map(|month| store.load(month));
        let months = months.collect::<Result<Vec<_>, _>>()?;
        match TableFormat::chosen(self.format, console) {
            TableFormat::Table => {
                let header: Vec<&str> = std::iter::once("month")
                    .chain(MonthEnsemble::COLUMNS.iter().copied())
                    .collect();
                let row = |of: &MonthEnsemble| {
                    std::iter::once(of.month.to_string()).chain(of.cells()).collect()
                };
                writeln!(console.out, "{}", plain(&header, 1, months.iter().map(row)))?;
            }
            TableFormat::Csv => {
                writeln!(console.out, "month,members,rows,log_loss,weights")?;
                for of in &months {
                    let (members, all) = (of.members.len(), whole(of));
                    let rows = all.map_or(0, |all| all.rows);
                    let loss = all.map_or_else(String::new, |all| all.log_loss.to_string());
                    let weights = all.map_or_else(String::new, |all| weights(all.fitted.weights()));
                    writeln!(console.out, "{},{members},{rows},{loss},{weights}", of.month)?;
                }
            }
            TableFormat::Json => {
                let object = |of: &MonthEnsemble| {
                    let all = whole(of);
                    json!({
                        "month": of.month,
                        "members": of.members.len(),
                        "rows": all.map_or(0, |all| all.rows),
                        "log_loss": all.map(|all| all.log_loss),
                        "weights": all.map(|all| all.fitted.weights()),
                    })
                };
                let objects: Vec<_> = months.iter().map(object).collect();
                writeln!(console.out, "{}", serde_json::Value::from(objects))?;
            }
        }
        Ok(())
    }
}

impl InspectArgs {
    pub(super) fn run(self, console: &mut Console<'_>) -> Result<(), EnsembleError> {
        let store = self.store.store()?;
        let newest = store.months()?.last().copied();
        let Some(month) = self.bin_month.or(newest) else {
            let month = YearMonth::containing_micros(0);
            return Err(EnsembleError::Missing { month, path: store.path(month)? });
        };
        let ensemble = store.load(month)?;
        Ok(ensemble.write(console.out)?)
    }
}

impl VerifyArgs {
    pub(super) fn run(self, console: &mut Console<'_>) -> Result<(), EnsembleError> {
        let scores = self.fit.read(console)?;
        let (dataset, name) = (&scores.dataset, self.fit.pooling.name()?);
        let root = &self.fit.pooling.ensemble_root;
        let filter = MonthFilter {
            dataset: Some(dataset.clone()),
            run_name: Some(name.clone()),
            ..MonthFilter::default()
        };
        let mut proof = Proof::of(&[(MonthStore::<MonthEnsemble>::new(root), filter)])?;
        let settings = self.fit.settings(self.fit.pooling.pool);
        let stored = proof.unproven(root, Some(dataset), Some(&name));
        let again = |(place, stored): (usize, &MonthEnsemble)| {
            let made = fit(&scores, stored.month, &settings);
            let compared = made.and_then(|made| reproduced(stored, made));
            (place, compared.map_err(|error| terminal::error_chain(&error)))
        };
        let results: Vec<_> = stored.into_par_iter().map(again).collect();
        for (place, result) in results {
            proof.settle(place, result);
        }
        proof.report(self.format, console)?;
        Ok(())
    }
}
