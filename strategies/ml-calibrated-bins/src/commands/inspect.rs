//! `inspect`: the bins of a month, and where scores fall in them.

use std::path::PathBuf;

use artifacts::{MonthKey, ReportFile, ReportFormat, Shown, write_json};
use binning::{BinMetadata, MetadataRecord, Scored};
use clap::Args;
use serde::Serialize;
use strategy_core::{Console, Side, YearMonth};

use super::choice::BinsChoice;
use super::sizes::{self, BinSize, sizes};
use crate::month_bins::{checked, in_sample_caution};
use crate::{BinsError, Result, SignalRule, inspection_page};
use terminal::plain;

/// Flags of `inspect`.
#[derive(Debug, Clone, Args)]
pub struct InspectArgs {
    /// Month to look at, as in 2025-11
    #[arg(value_name = "MONTH")]
    month: YearMonth,

    #[command(flatten)]
    bins: BinsChoice,

    /// Raw scores (0 to 1) to put through calibration and bins
    #[arg(long, value_name = "SCORE", num_args = 1.., value_parser = raw_score)]
    test: Vec<f64>,

    #[command(flatten)]
    rule: SignalRule,

    /// Fees and slippage of entry and exit together, as a fraction of the notional: what sizes are
    /// computed after
    #[arg(long, value_name = "FRACTION", default_value_t = 0.0012, value_parser = cost)]
    round_trip_cost: f64,

    /// How to print the report; json has the names of the bin file
    #[arg(long, value_enum, default_value_t = ReportFormat::Text)]
    format: ReportFormat,

    /// Page with charts to write too: one HTML file without network
    #[arg(long, value_name = "FILE.html")]
    report: Option<PathBuf>,

    /// Another month, shown beside the first on the page
    #[arg(long, value_name = "MONTH", requires = "report")]
    compare: Option<YearMonth>,
}

fn cost(text: &str) -> Result<f64, String> {
    let cost = text.parse().ok().filter(|cost| (0.0..0.1).contains(cost));
    cost.ok_or_else(|| "wanted a fraction of the notional, from 0 to below 0.1".to_owned())
}

fn raw_score(text: &str) -> Result<f64, String> {
    let score = text.parse().ok().filter(|score| (0.0..=1.0).contains(score));
    score.ok_or_else(|| "wanted a raw score from 0 to 1".to_owned())
}

/// What becomes of a raw score.
#[derive(Debug, Serialize)]
struct Tested {
    y_pred: f64,
    p_cal: f64,
    q_bin: u16,
    #[serde(serialize_with = "code")]
    signal: Side,
}

fn code<S: serde::Serializer>(side: &Side, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_i8(side.code())
}

pub(super) fn run(args: &InspectArgs, console: &mut Console<'_>) -> Result<()> {
    args.rule.check_alone()?;
    let store = args.bins.store()?;
    args.bins.run.check(&store)?;
    let (dataset, run_name) = args.bins.run.settle(&store)?;
    let metadata = store.load(&MonthKey::new(&dataset, &run_name, args.month)?)?;
    let tested = test(&metadata, &args.test, args.rule)?;
    let sizes = sizes(&metadata, args.round_trip_cost);
    if let Some(path) = &args.report {
        let other = args.compare.map(|month| {
            Ok::<_, BinsError>(store.load(&MonthKey::new(&dataset, &run_name, month)?)?)
        });
        let other = other.transpose()?;
        let months: Vec<&BinMetadata> = std::iter::once(&metadata).chain(&other).collect();
        let of_months: Vec<_> = months.iter().map(|month| store.path(month.key())).collect();
        let file = ReportFile::page(path, &of_months);
        file.check()?;
        let origin = report::origin(std::env::args_os(), env!("CARGO_PKG_VERSION"));
        let page = inspection_page::page(&months, args.rule, origin);
        file.write(page.page().to_html().as_bytes())?;
    }
    match args.format {
        ReportFormat::Json => {
            #[derive(Serialize)]
            struct Document {
                #[serde(flatten)]
                metadata: MetadataRecord,
                #[serde(skip_serializing_if = "Vec::is_empty")]
                tests: Vec<Tested>,
                #[serde(skip_serializing_if = "Vec::is_empty")]
                sizes: Vec<BinSize>,
            }
            let metadata = metadata.to_record();
            Ok(write_json(&Document { metadata, tests: tested, sizes }, console.out)?)
        }
        ReportFormat::Text => {
            metadata.write(console.out)?;
            if let Some(caution) = in_sample_caution(&metadata) {
                writeln!(console.out, "warning: {caution}\n")?;
            }
            if !sizes.is_empty() {
                writeln!(console.out, "{}", sizes::text(&sizes, args.round_trip_cost))?;
            }
            if !tested.is_empty() {
                let header = ["score", "probability", "bin", "signal"];
                writeln!(console.out, "{}", plain(&header, 0, tested.iter().map(row)))?;
            }
            Ok(())
        }
    }
}

fn test(metadata: &BinMetadata, scores: &[f64], rule: SignalRule) -> Result<Vec<Tested>> {
    if scores.is_empty() && rule == SignalRule::default() {
        return Ok(Vec::new());
    }
    let rule = checked(rule, metadata)?;
    let tested = |&y_pred: &f64| {
        let Scored { p_cal, q_bin } = metadata.score(y_pred)?;
        Ok(Tested { y_pred, p_cal, q_bin, signal: rule.side(q_bin) })
    };
    scores.iter().map(tested).collect()
}

fn row(tested: &Tested) -> Vec<String> {
    vec![
        format!("{:?}", tested.y_pred),
        format!("{:.6}", tested.p_cal),
        tested.q_bin.to_string(),
        tested.signal.to_string(),
    ]
}
