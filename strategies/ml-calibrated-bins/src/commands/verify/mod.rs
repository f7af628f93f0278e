//! `verify`: is every file of bins whole, and does the data still give it?

mod report;

use std::collections::{BTreeMap, BTreeSet};

use artifacts::{MonthFilter, Stray, Verified};
use binning::BinMetadata;
use clap::Args;
use strategy_core::{Console, YearMonth};

use super::RunChoice;
use super::rebuild::ReportFormat;
use super::source_args::SourceArgs;
use crate::reproduce::{Reproduced, reproduce};
use crate::{BinsError, Difference};
use terminal::error_chain;

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
    verified: Verified<BinMetadata>,
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

    /// How much is known: of what the data of several runs say of one file, the most counts.
    fn weight(&self) -> u8 {
        match self {
            Self::Whole => 0,
            Self::NotReproduced(_) => 1,
            Self::Different(_) => 2,
            Self::Reproduced | Self::Damaged(_) => 3,
        }
    }

    fn is_bad(&self) -> bool {
        !matches!(self, Self::Whole | Self::Reproduced)
    }
}

impl VerifyArgs {
    fn filter(&self) -> MonthFilter {
        MonthFilter { from: self.from, to: self.to, ..self.run.filter() }
    }
}

/// Verifies the files that `runs` mean, each once, and proves them from their run's data.
pub(super) fn run(runs: &[VerifyArgs], console: &mut Console<'_>) -> Result<(), BinsError> {
    let Some(first) = runs.first() else { return Ok(()) };
    let mut files = BTreeMap::new();
    let mut strays = BTreeSet::new();
    let mut all = BTreeSet::new();
    for args in runs {
        let store = args.run.store()?;
        for verified in store.verify(&args.filter())? {
            files.entry(verified.path.clone()).or_insert(verified);
        }
        strays.extend(store.strays()?);
        all.extend(store.list(&MonthFilter::default())?.iter().map(|key| store.path(key)));
    }
    // What has been read is told with its contents: misplaced files, unless only some were asked for.
    strays.retain(|stray: &Stray| !files.contains_key(&stray.path));
    let not_read = all.iter().filter(|path| !files.contains_key(*path)).count();
    let mut judged: Vec<Judged> = files.into_values().map(Judged::of).collect();
    if first.rebuild {
        for args in runs {
            prove(args, &mut judged, console)?;
        }
        refuse_unproven(&mut judged);
    }
    match first.format {
        ReportFormat::Text => report::text(&judged, &strays, console.out)?,
        ReportFormat::Json => report::json(&judged, &strays, not_read, console.out)?,
    }
    if not_read > 0 {
        writeln!(
            console.err,
            "{not_read} more files of bins were not read: they are of other datasets, runs or months \
             than those asked for or configured"
        )?;
    }
    let bad = judged.iter().filter(|judged| judged.verdict.is_bad()).count();
    match (judged.len(), bad) {
        (0, _) => Err(first.run.no_bins()),
        (_, 0) => Ok(()),
        (files, bad) => Err(BinsError::NotVerified { bad, files }),
    }
}

impl Judged {
    fn of(verified: Verified<BinMetadata>) -> Self {
        let verdict = match &verified.result {
            Ok(_) => Verdict::Whole,
            Err(error) => Verdict::Damaged(error_chain(error)),
        };
        Self { verified, verdict }
    }

    /// The bins, if nobody has proven them yet.
    fn unproven(&self) -> Option<&BinMetadata> {
        match self.verdict {
            Verdict::Reproduced | Verdict::Damaged(_) => None,
            _ => self.verified.result.as_ref().ok(),
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
    let store = args.run.store()?;
    let meant = |judged: &Judged| {
        let fits =
            |wanted: &Option<String>, found: &str| wanted.as_deref().is_none_or(|w| w == found);
        judged.verified.path.starts_with(store.root())
            && judged.unproven().is_some_and(|metadata| {
                fits(&sources.dataset, metadata.key().dataset())
                    && fits(&sources.run_name, metadata.key().run_name())
            })
    };
    let places: Vec<usize> = (0..judged.len()).filter(|&place| meant(&judged[place])).collect();
    let bins: Vec<&BinMetadata> =
        places.iter().filter_map(|&place| judged[place].unproven()).collect();
    for (nth, result) in reproduce(&sources, &bins) {
        let verdict = match result {
            Ok(Reproduced::Same) => Verdict::Reproduced,
            Ok(Reproduced::Different(differences)) => Verdict::Different(differences),
            Err(reason) => Verdict::NotReproduced(reason),
        };
        let judged = &mut judged[places[nth]];
        if verdict.weight() > judged.verdict.weight() {
            judged.verdict = verdict;
        }
    }
    Ok(())
}

/// A proof was asked for: files of runs whose data nobody named have none.
fn refuse_unproven(judged: &mut [Judged]) {
    for judged in judged.iter_mut().filter(|judged| matches!(judged.verdict, Verdict::Whole)) {
        judged.verdict = Verdict::NotReproduced("no data is configured for its run".to_owned());
    }
}
