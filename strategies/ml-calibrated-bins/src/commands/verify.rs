//! `verify`: is every file of bins whole, and does the data still give it?

use artifacts::{MonthFilter, Proof, ReportFormat, RunChoice};
use binning::{BinMetadata, BinStore};
use clap::Args;
use strategy_core::{Console, YearMonth};

use super::choice::BinsChoice;
use super::source_args::SourceArgs;
use crate::Result;
use crate::reproduce::reproduce;

/// Flags of `verify`.
///
/// Reads every file of bins and checks its checksum, version and contents. Exits with 1 if one is not
/// whole, not where it belongs or, with --rebuild, not what the data gives.
#[derive(Debug, Clone, Args)]
pub struct VerifyArgs {
    #[command(flatten)]
    sources: SourceArgs,

    #[command(flatten)]
    bins: BinsChoice,

    /// Only months from this one on
    #[arg(long, value_name = "MONTH")]
    from: Option<YearMonth>,

    /// Only months up to this one
    #[arg(long, value_name = "MONTH")]
    to: Option<YearMonth>,

    /// Rebuild every file from the data with its recorded settings, and compare bit for bit (except
    /// time of creation and version)
    #[arg(long)]
    rebuild: bool,

    /// How to print the report
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    format: ReportFormat,
}

impl VerifyArgs {
    /// The files that are meant, and where they are.
    fn place(&self) -> Result<(BinStore, MonthFilter)> {
        let store = self.bins.store()?;
        let filter = self.bins.run.filter(&store)?;
        Ok((store, MonthFilter { from: self.from, to: self.to, ..filter }))
    }
}

/// Verifies the files that `runs` mean, each once, and proves them from their run's data.
pub(super) fn run(runs: &[VerifyArgs], console: &mut Console<'_>) -> Result<()> {
    let Some(first) = runs.first() else { return Ok(()) };
    let places = runs.iter().map(VerifyArgs::place);
    let mut proof = Proof::of(&places.collect::<Result<Vec<_>>>()?)?;
    if first.rebuild {
        for args in runs {
            prove(args, &mut proof, console)?;
        }
        proof.refuse_unproven();
    }
    match proof.report(first.format, console)? {
        0 => {
            let store = first.bins.store()?;
            first.bins.run.check(&store)?;
            Err(first.bins.run.no_files(&store).into())
        }
        _ => Ok(()),
    }
}

/// Makes anew the files of the run that `args` mean: that of the flags, or else the only one of the
/// data.
fn prove(
    args: &VerifyArgs,
    proof: &mut Proof<BinMetadata>,
    console: &mut Console<'_>,
) -> Result<()> {
    let (store, MonthFilter { dataset, run_name, .. }) = args.place()?;
    let sources = args.sources.sources(&RunChoice { dataset, run_name }, console)?;
    let (dataset, run_name) = (sources.dataset.as_deref(), sources.run_name.as_deref());
    for (place, result) in reproduce(&sources, proof.unproven(store.root(), dataset, run_name)) {
        proof.settle(place, result);
    }
    Ok(())
}
