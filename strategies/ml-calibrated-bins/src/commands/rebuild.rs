//! `rebuild`: calibrate months and store their bins.

use binning::{BinCount, BinKey, BinStore, BinningError, LabelCutoff, OnExisting, Saved};
use calibration::CalibrationMethod;
use clap::{Args, ValueEnum};
use strategy_core::{Console, YearMonth};

use super::RunChoice;
use super::source_args::SourceArgs;
use crate::report::{MonthReport, Printer, Style};
use crate::{BinsError, MonthChoice, Run, Settings, Warning, rebuild};

/// Flags of `rebuild`.
#[derive(Debug, Clone, Args)]
pub struct RebuildArgs {
    #[command(flatten)]
    sources: SourceArgs,

    #[command(flatten)]
    run: RunChoice,

    /// Months to make bins for, as in 2025-11; `latest` is the month of the newest prediction, `all`
    /// every month whose whole window has out-of-sample predictions
    #[arg(long, value_name = "MONTH", num_args = 1.., default_value = "latest", conflicts_with_all = ["from", "to"])]
    bin_month: Vec<MonthChoice>,

    /// First of a range of months [default: the first with a full window]
    #[arg(long, value_name = "MONTH")]
    from: Option<YearMonth>,

    /// Last of a range of months [default: the month of the newest prediction]
    #[arg(long, value_name = "MONTH")]
    to: Option<YearMonth>,

    /// Months of history to calibrate on
    #[arg(long, value_name = "N", env = "RUNNER_LOOKBACK_MONTHS", default_value_t = 12, value_parser = clap::value_parser!(u16).range(1..=1200))]
    lookback_months: u16,

    /// Number of quantile bins
    #[arg(long, value_name = "N", env = "RUNNER_N_BINS", default_value = "20", value_parser = bin_count)]
    n_bins: BinCount,

    /// How raw scores become probabilities: platt or isotonic
    #[arg(long, env = "RUNNER_METHOD", default_value = "platt")]
    method: CalibrationMethod,

    /// Labels that count: `month-start`, those known when the month began, or `none`, all there are
    /// now (to compare with calibrations made that way)
    #[arg(long, value_name = "CUTOFF", env = "RUNNER_LABEL_CUTOFF", default_value = "month-start")]
    label_cutoff: LabelCutoff,

    /// Replace bins that exist
    #[arg(long, conflicts_with = "skip_existing")]
    overwrite: bool,

    /// Keep bins that exist and make only the others
    #[arg(long)]
    skip_existing: bool,

    /// Print only the paths of the files
    #[arg(long, conflicts_with = "format")]
    quiet: bool,

    /// How to print the report
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    format: ReportFormat,
}

/// How a report is printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ReportFormat {
    /// For people
    Text,
    /// For programs
    Json,
}

pub(super) fn bin_count(text: &str) -> Result<BinCount, String> {
    let number: u32 =
        text.parse().map_err(|_| "wanted a whole number of bins, as in 20".to_owned())?;
    BinCount::try_from(number).map_err(|error| error.to_string())
}

impl RebuildArgs {
    fn settings(&self) -> Settings {
        Settings {
            lookback_months: self.lookback_months,
            n_bins: self.n_bins,
            method: self.method,
            label_cutoff: self.label_cutoff,
        }
    }

    fn on_existing(&self) -> OnExisting {
        match (self.overwrite, self.skip_existing) {
            (true, _) => OnExisting::Overwrite,
            (_, true) => OnExisting::Skip,
            _ => OnExisting::Refuse,
        }
    }

    fn months(&self, run: &Run, settings: &Settings) -> Result<Vec<YearMonth>, BinsError> {
        if self.from.is_none() && self.to.is_none() {
            return run.months(&self.bin_month, settings);
        }
        month_range(run, settings, self.from, self.to)
    }
}

/// The months from the first one, if none is given the first with a full window, to the last one,
/// if none is given that of the newest prediction.
pub(super) fn month_range(
    run: &Run,
    settings: &Settings,
    from: Option<YearMonth>,
    to: Option<YearMonth>,
) -> Result<Vec<YearMonth>, BinsError> {
    let edge = |given: Option<YearMonth>, choice| match given {
        Some(month) => Ok(vec![month]),
        None => run.months(&[choice], settings),
    };
    // Both lists have at least one month: `months` refuses an empty choice.
    let from = edge(from, MonthChoice::All)?[0];
    let to = edge(to, MonthChoice::Latest)?[0];
    if from > to {
        return Err(BinsError::MonthsReversed { from, to });
    }
    Ok(from.through(to).collect())
}

/// Makes the bins of every month asked for, in order, and stops at the first that fails; those made
/// before it stay and are reported.
pub(super) fn run(args: &RebuildArgs, console: &mut Console<'_>) -> Result<(), BinsError> {
    let settings = args.settings();
    let sources =
        args.sources.sources(args.run.dataset.as_deref(), args.run.run_name.as_deref(), console)?;
    let run = Run::open(&sources)?;
    let months = args.months(&run, &settings)?;
    let style = match args.format {
        _ if args.quiet => Style::Paths,
        ReportFormat::Text => Style::Text,
        ReportFormat::Json => Style::Json,
    };
    let mut printer = Printer::new(style, console);
    let made = make(args, &run, &months, &settings, &mut printer);
    let printed = printer.finish();
    made.and(printed)
}

fn make(
    args: &RebuildArgs,
    run: &Run,
    months: &[YearMonth],
    settings: &Settings,
    printer: &mut Printer<'_, '_>,
) -> Result<(), BinsError> {
    let store = BinStore::new(&args.run.root.bins_root);
    let (existing, wanted) = divide(run, &store, months, settings, args.on_existing())?;
    for report in existing {
        printer.month(report);
    }
    if wanted.is_empty() {
        return Ok(());
    }
    let inputs = run.load(&wanted, settings)?;
    for month in wanted {
        let rebuilt = rebuild(&inputs, month, settings)?;
        printer.month(match store.save(&rebuilt.metadata, args.on_existing())? {
            Saved::Written(path) => MonthReport::written(rebuilt, path),
            // Another process made it meanwhile.
            Saved::Skipped(_) => kept(run, &store, month, settings)?,
        });
    }
    Ok(())
}

/// The months whose bins exist and are kept, and those to be made. Looked up before any data is
/// read, so that a refusal comes at once.
fn divide(
    run: &Run,
    store: &BinStore,
    months: &[YearMonth],
    settings: &Settings,
    on_existing: OnExisting,
) -> Result<(Vec<MonthReport>, Vec<YearMonth>), BinsError> {
    let mut existing = Vec::new();
    let mut wanted = Vec::new();
    for &month in months {
        let key = BinKey::new(run.dataset(), run.run_name(), month)?;
        match (on_existing, store.exists(&key)) {
            (OnExisting::Refuse, true) => {
                return Err(BinningError::Exists { path: store.path(&key) }.into());
            }
            (OnExisting::Skip, true) => existing.push(kept(run, store, month, settings)?),
            _ => wanted.push(month),
        }
    }
    Ok((existing, wanted))
}

/// What to say of bins that are kept. They are read, since a damaged file is nothing to keep, and
/// held against what was asked for.
fn kept(
    run: &Run,
    store: &BinStore,
    month: YearMonth,
    settings: &Settings,
) -> Result<MonthReport, BinsError> {
    let key = BinKey::new(run.dataset(), run.run_name(), month)?;
    let metadata = store.load(&key)?;
    let parts = metadata.parts();
    let [found, wanted] = [
        [
            ("method", parts.calibrator.method().to_string()),
            ("number of bins", parts.edges.n_bins().to_string()),
            ("window from", parts.cal_window_start.date_naive().to_string()),
            ("label cutoff", parts.label.cutoff.to_string()),
            ("label", parts.label.target_key.clone()),
        ],
        [
            ("method", settings.method.to_string()),
            ("number of bins", settings.n_bins.to_string()),
            ("window from", settings.window(month).start.date_naive().to_string()),
            ("label cutoff", settings.label_cutoff.to_string()),
            ("label", run.target_key().to_owned()),
        ],
    ];
    let differences: Vec<String> = found
        .into_iter()
        .zip(wanted)
        .filter(|(found, wanted)| found != wanted)
        .map(|((name, found), (_, wanted))| format!("{name} {found} instead of {wanted}"))
        .collect();
    let warnings = if differences.is_empty() {
        Vec::new()
    } else {
        vec![Warning::KeptDiffers { differences }]
    };
    Ok(MonthReport::kept(month, store.path(&key), warnings))
}
