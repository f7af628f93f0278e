//! `evaluate`: how good calibration, bins and signals were out of sample.

#![allow(clippy::doc_markdown, reason = "the comments are help texts, shown as they stand")]

use std::path::PathBuf;

use ::payoffs::{Drawing, Money, Ranked};
use artifacts::{ReportFile, ReportFormat, RunChoice, write_json};
use binning::BinCount;
use calibration::CalibrationMethod;
use clap::Args;
use evaluation::{Evaluated, Evaluation, Judging, page};
use label_trades::{CostArgs, Costs, Market};
use labeling::{TargetKey, TiePolicy};
use scored_labels::{Inputs, Run, WindowSettings};
use serde::Serialize;
use statistics::Resampling;
use strategy_core::{Console, YearMonth};

use super::source_args::SourceArgs;
use crate::{EvaluationSettings, Result, Settings, SignalRule, evaluate};
use terminal::collapse;

/// Flags of `evaluate`.
///
/// Each month's predictions are scored by calibrators and bins made of the months before it, with
/// the labels known when it began, and held against the labels that came later. Everything is done
/// in memory: files of bins are neither read nor written.
#[derive(Debug, Clone, Args)]
pub struct EvaluateArgs {
    #[command(flatten)]
    sources: SourceArgs,

    #[command(flatten)]
    run: RunChoice,

    /// First month to evaluate [default: the first with a full window]
    #[arg(long, value_name = "MONTH")]
    from: Option<YearMonth>,

    /// Last month to evaluate [default: the month of the newest prediction]
    #[arg(long, value_name = "MONTH")]
    to: Option<YearMonth>,

    /// Months of history to calibrate each month on
    #[arg(long, value_name = "N", env = "RUNNER_LOOKBACK_MONTHS", default_value_t = 12, value_parser = clap::value_parser!(u16).range(1..=1200))]
    lookback_months: u16,

    /// Number of quantile bins
    #[arg(long, value_name = "N", env = "RUNNER_N_BINS", default_value = "20")]
    n_bins: BinCount,

    /// Method of the bins and signals: platt or isotonic; both are compared by their probabilities
    #[arg(long, env = "RUNNER_METHOD", default_value = "platt")]
    method: CalibrationMethod,

    #[command(flatten)]
    rule: SignalRule,

    #[command(flatten)]
    costs: CostArgs,

    #[command(flatten)]
    judging: Judging,

    /// How to print the report
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    format: ReportFormat,

    /// Page with charts to write too: one HTML file without network
    #[arg(long, value_name = "FILE.html")]
    report: Option<PathBuf>,
}

impl EvaluateArgs {
    fn settings(&self) -> EvaluationSettings {
        EvaluationSettings {
            bins: Settings {
                window: WindowSettings {
                    lookback_months: self.lookback_months,
                    ..WindowSettings::default()
                },
                n_bins: self.n_bins,
                method: self.method,
                ..Settings::default()
            },
            rule: self.rule,
            judging: self.judging,
        }
    }
}

/// What `--format json` prints.
#[derive(Serialize)]
struct InMoney<'a> {
    #[serde(flatten)]
    evaluation: &'a Evaluation,
    /// Null where no trade follows from the label, or there are no candles.
    money: Option<Money>,
}

pub(super) fn run(args: &EvaluateArgs, console: &mut Console<'_>) -> Result<()> {
    let settings = args.settings();
    args.rule.over(args.n_bins.get())?;
    let costs = args.costs.costs()?;
    let sources = args.sources.sources(&args.run, console)?;
    let data = [sources.predictions.clone(), sources.candles.clone()];
    let report = args.report.as_ref().map(|path| ReportFile::page(path, &data));
    if let Some(report) = &report {
        report.check()?;
    }
    let mut run = Run::open(&sources)?;
    let months = run.month_range(&settings.bins.window, args.from, args.to)?;
    let inputs = run.load_with_outcomes(&months, &settings.bins.window)?;
    let evaluated_rows = evaluate(&inputs, &months, &settings)?;
    let evaluated = &evaluated_rows.evaluation;
    for warning in collapse(evaluated.warnings.iter().cloned()) {
        // Whoever closed standard error does not want to hear it.
        let _ = writeln!(console.err, "warning: {warning}");
    }
    let money = money(&run, &inputs, &evaluated_rows, settings.judging.seed, &costs)?;
    if let Some(report) = &report {
        let paid = money.as_ref().map_err(String::as_str);
        let key = TargetKey::find_in_run_name(&evaluated.judged.target_key).ok();
        let even = key.map(|key| costs.break_even(&key.rule(TiePolicy::Conservative)));
        let origin = report::origin(std::env::args_os(), env!("CARGO_PKG_VERSION"));
        let page = page::page(&evaluated_rows, inputs.horizon_rows(), paid, even, origin);
        report.write(page.page().to_html().as_bytes())?;
    }
    match args.format {
        ReportFormat::Text => {
            evaluation::text::write(evaluated, console.out)?;
            match money {
                Ok(money) => write!(console.out, "\n{money}")?,
                Err(why) => writeln!(console.out, "\nNo payoffs in money: {why}")?,
            }
        }
        ReportFormat::Json => {
            write_json(&InMoney { evaluation: evaluated, money: money.ok() }, console.out)?;
        }
    }
    Ok(())
}

/// What the rows' trades paid; `Err` with the reason where none follow from them.
fn money(
    run: &Run,
    inputs: &Inputs,
    evaluated: &Evaluated,
    seed: u64,
    costs: &Costs,
) -> Result<Result<Money, String>> {
    let Evaluated { evaluation, rows, .. } = evaluated;
    let market = Market {
        database: &run.market,
        table: run.candles.as_ref(),
        dataset: &run.dataset,
        interval: inputs.interval,
    };
    let n_bins = u16::try_from(evaluation.bins.len()).unwrap_or(u16::MAX);
    let ranked = Ranked { bins: &rows.bins, n_bins };
    let resampling =
        Resampling { resamples: evaluation.resamples, confidence: evaluation.confidence, seed };
    let block = usize::try_from(evaluation.block_rows).unwrap_or(usize::MAX);
    let judged = (rows.timestamps.as_slice(), rows.sides.as_slice());
    let key = &evaluation.judged.target_key;
    let drawing = Drawing { resampling, block };
    Ok(label_trades::money(&market, key, judged, ranked, &drawing, costs)?)
}
