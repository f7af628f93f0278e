//! `verify`: is every file of bins whole, and does the data still give it?

mod report;

use std::collections::BTreeMap;

use binning::{BinFilter, BinMetadata, BinStore, Stray, StrayKind, Verified};
use clap::Args;
use strategy_core::{Console, YearMonth};

use super::RunChoice;
use super::rebuild::ReportFormat;
use super::source_args::SourceArgs;
use crate::report::error_chain;
use crate::reproduce::{Reproduced, reproduce};
use crate::{BinsError, Difference};

/// Flags of `verify`.
///
/// Reads every file of bins and checks its checksum, version and contents. Exits with 1 if one is not
/// whole, not where it belongs or, with --rebuild, not what the data gives.
#[derive(Debug, Clone, Args)]
pub struct VerifyArgs {
    #[command(flatten)]
    sources: SourceArgs,

    #[command(flatten)]
    run: RunChoice,

    /// Only months from this one on
    #[arg(long, value_name = "MONTH")]
    from: Option<YearMonth>,

    /// Only months up to this one
    #[arg(long, value_name = "MONTH")]
    to: Option<YearMonth>,

    /// Make the bins of every file anew from the data, with the settings recorded in it, and compare
    /// bit for bit (but for the time of creation and the software's version)
    #[arg(long)]
    rebuild: bool,

    /// How to print the report
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    format: ReportFormat,
}

/// One file and what is known of it.
#[derive(Debug)]
struct Judged {
    verified: Verified,
    verdict: Verdict,
}

/// What is known of a file.
#[derive(Debug)]
enum Verdict {
    /// It is what its place says.
    Whole,
    /// The data gives the same file.
    Reproduced,
    /// It cannot be used.
    Damaged(String),
    /// The data gives another file.
    Different(Vec<Difference>),
    /// It could not be made anew.
    NotReproduced(String),
}

impl Verdict {
    /// `whole`, `reproduced`, `damaged`, `different` or `not_reproduced`.
    fn word(&self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Reproduced => "reproduced",
            Self::Damaged(_) => "damaged",
            Self::Different(_) => "different",
            Self::NotReproduced(_) => "not_reproduced",
        }
    }

    fn is_bad(&self) -> bool {
        !matches!(self, Self::Whole | Self::Reproduced)
    }
}

impl VerifyArgs {
    fn filter(&self) -> BinFilter {
        BinFilter { from: self.from, to: self.to, ..self.run.filter() }
    }
}

/// Verifies the files that `runs` mean, each once, and proves them from their run's data.
pub(super) fn run(runs: &[VerifyArgs], console: &mut Console<'_>) -> Result<(), BinsError> {
    let Some(first) = runs.first() else { return Ok(()) };
    let mut files = BTreeMap::new();
    let mut strays: Vec<Stray> = Vec::new();
    for args in runs {
        let store = BinStore::new(&args.run.root.bins_root);
        for verified in store.verify(&args.filter())? {
            files.entry(verified.path.clone()).or_insert(verified);
        }
        // Misplaced files are among those verified, where their contents are told.
        let other = store.strays()?.into_iter().filter(|s| s.kind != StrayKind::Misplaced);
        strays.extend(other);
    }
    strays.sort();
    strays.dedup();
    let mut judged: Vec<Judged> = files.into_values().map(Judged::of).collect();
    if first.rebuild {
        for args in runs {
            prove(args, &mut judged, console)?;
        }
        refuse_unproven(&mut judged);
    }
    match first.format {
        ReportFormat::Text => report::text(&judged, &strays, console.out)?,
        ReportFormat::Json => report::json(&judged, &strays, console.out)?,
    }
    let bad = judged.iter().filter(|judged| judged.verdict.is_bad()).count();
    match (judged.len(), bad) {
        (0, _) => Err(first.run.no_bins()),
        (_, 0) => Ok(()),
        (files, bad) => Err(BinsError::NotVerified { bad, files }),
    }
}

impl Judged {
    fn of(verified: Verified) -> Self {
        let verdict = match &verified.result {
            Ok(_) => Verdict::Whole,
            Err(error) => Verdict::Damaged(error_chain(error)),
        };
        Self { verified, verdict }
    }

    /// The bins, if nobody has proven or refuted them yet.
    fn unproven(&self) -> Option<&BinMetadata> {
        match self.verdict {
            Verdict::Whole => self.verified.result.as_ref().ok(),
            _ => None,
        }
    }
}

/// Makes anew the files of the run that `args` mean: that of the flags, or else the only one of the
/// data.
fn prove(
    args: &VerifyArgs,
    judged: &mut [Judged],
    console: &mut Console<'_>,
) -> Result<(), BinsError> {
    let RunChoice { dataset, run_name, .. } = &args.run;
    let sources = args.sources.sources(dataset.as_deref(), run_name.as_deref(), console)?;
    let meant = |metadata: &BinMetadata| {
        let fits =
            |wanted: &Option<String>, found: &str| wanted.as_deref().is_none_or(|w| w == found);
        fits(&sources.dataset, metadata.key().dataset())
            && fits(&sources.run_name, metadata.key().run_name())
    };
    let bins: Vec<BinMetadata> = judged
        .iter()
        .filter_map(Judged::unproven)
        .filter(|metadata| meant(metadata))
        .cloned()
        .collect();
    let mut results = reproduce(&sources, &bins);
    for judged in judged {
        let Some(key) = judged.unproven().map(|metadata| metadata.key().clone()) else { continue };
        let Some(result) = results.remove(&key) else { continue };
        judged.verdict = match result {
            Ok(Reproduced::Same) => Verdict::Reproduced,
            Ok(Reproduced::Different(differences)) => Verdict::Different(differences),
            Err(reason) => Verdict::NotReproduced(reason),
        };
    }
    Ok(())
}

/// A proof was asked for: files of runs whose data nobody named have none.
fn refuse_unproven(judged: &mut [Judged]) {
    for judged in judged.iter_mut().filter(|judged| judged.unproven().is_some()) {
        judged.verdict = Verdict::NotReproduced("no data is configured for its run".to_owned());
    }
}
