//! `score`: probability and bin for the scores of a file, or of DuckDB.

use std::io;
use std::path::{Path, PathBuf};

use arrow::array::RecordBatch;
use clap::Args;
use files::{Output, OutputError};
use market_data::{DataFlags, PredictionFile, RowSource, TimeRange};
use strategy_core::{Console, Subject, YearMonth};
use tabular::{
    BatchReader, BatchWriter, Destination, Format, Spooled, TabularError, TimeError, Wanted,
};

use super::BinsRoot;
use super::choice::BinsChoice;
use crate::month_bins::BinsSource;
use crate::predictions::predictions;
use crate::score::Scorer;
use crate::{BinsError, BinsOverride, MissingMonth, MonthBins, Result, ScoreError, SignalRule};
use terminal::{collapse, counted};

/// Rows in memory at a time.
const BATCH_ROWS: usize = 65_536;

/// Flags of `score`.
#[derive(Debug, Clone, Args)]
pub struct ScoreArgs {
    /// File with the columns `timestamp` and `y_pred` (.csv .parquet .arrow .json .jsonl), or - for
    /// standard input, whose first bytes tell the format
    /// [default: the predictions in --pred-duckdb]
    #[arg(value_name = "FILE")]
    input: Option<PathBuf>,

    /// File to write; its ending chooses the format (.csv .parquet .arrow .json .jsonl)
    #[arg(long, short, value_name = "FILE")]
    output: Option<PathBuf>,

    /// Replace the file if it exists
    #[arg(long, requires = "output")]
    overwrite: bool,

    /// table, csv, parquet, arrow, json or jsonl [default: by the file's ending; table on a
    /// terminal, otherwise csv]
    #[arg(long, value_name = "FORMAT", value_parser = |text: &str| text.parse::<Format>().map_err(|error| error.to_string()))]
    format: Option<Format>,

    /// Add the column `signal` too: 1 long, 0 none, -1 short
    #[arg(long)]
    signal: bool,

    #[command(flatten)]
    rule: SignalRule,

    /// Bins for all rows, as in 2025-11 [default: those of each row's month in UTC]
    #[arg(long, value_name = "MONTH")]
    bin_month: Option<YearMonth>,

    #[command(flatten)]
    bins: BinsChoice,

    /// Rows of a month without bins
    #[arg(long, value_name = "WHAT", env = "RUNNER_MISSING_MONTH", value_enum, default_value_t)]
    missing_month: MissingMonth,

    /// Other bins for a month: of another month, as 2025-03=2025-02, or of a file, as
    /// 2025-03=file.msgpack
    #[arg(long, value_name = "MONTH=BINS", env = "RUNNER_BINS_FOR", value_delimiter = ',')]
    bins_for: Vec<BinsOverride>,

    #[command(flatten)]
    data: DataFlags,
}

pub(super) fn run(args: &ScoreArgs, console: &mut Console<'_>) -> Result<()> {
    args.rule.check_alone()?;
    args.refuse_input_as_output()?;
    let format = Format::of_output(args.format, args.output.as_deref(), console.out_is_terminal)
        .map_err(ScoreError::from)?;
    let piped = match &args.input {
        Some(path) if path == Path::new("-") => {
            Some(Spooled::new(&mut io::stdin().lock()).map_err(ScoreError::from)?)
        }
        _ => None,
    };
    if let Some(path) = piped.as_ref().map(Spooled::path).or(args.input.as_deref()) {
        let subject = Subject {
            dataset: args.bins.run.dataset.clone(),
            run_name: args.bins.run.run_name.clone(),
            model_path: None,
        };
        let rows = open(path, format, console)?.map(|batch| Ok(batch.map_err(ScoreError::from)?));
        args.score(rows, &subject, format, console).map_err(|error| in_file(error, path))
    } else {
        if args.overwrite {
            sample::refuse_for(&args.data, "--overwrite")?;
        }
        let (source, subject) = args.predictions(console)?;
        let rows = source.rows(TimeRange::ALL)?.map(|batch| Ok(batch?));
        args.score(rows, &subject, format, console)
    }
}

/// The rows of a file that has the two columns.
fn open(path: &Path, output: Format, console: &mut Console<'_>) -> Result<BatchReader, ScoreError> {
    let reader = match output {
        // From text to text, what is not asked for stays as it was.
        Format::Csv | Format::Table => {
            tabular::read_as_written(path, BATCH_ROWS, &["timestamp", "y_pred"])?
        }
        _ => tabular::read(path, BATCH_ROWS)?,
    };
    let timestamp = reader.require("timestamp", Wanted::Timestamp)?;
    reader.require("y_pred", Wanted::Number)?;
    let schema = reader.schema();
    if let Some(zone) = tabular::foreign_zone(schema.field(timestamp).data_type()) {
        // Whoever closed standard error does not want to hear it.
        let _ = writeln!(
            console.err,
            "The timestamps of {} have the zone {zone}: they are converted to UTC to find each \
             row's month.",
            path.display()
        );
    }
    Ok(reader)
}

/// Names the file that the rows are of, in errors about rows.
fn in_file(error: BinsError, path: &Path) -> BinsError {
    let BinsError::ScoreRows(source) = error else { return error };
    match source {
        // What is wrong with a whole file, this one or the output, names it already.
        ScoreError::Tabular(TabularError::Time(
            TimeError::BelowMicrosecond { .. } | TimeError::TimestampRange { .. },
        )) => BinsError::ScoreFile { file: path.to_owned(), source },
        ScoreError::Tabular(_) => BinsError::ScoreRows(source),
        _ => BinsError::ScoreFile { file: path.to_owned(), source },
    }
}

impl ScoreArgs {
    fn score(
        &self,
        mut rows: impl Iterator<Item = Result<RecordBatch>>,
        subject: &Subject,
        format: Format,
        console: &mut Console<'_>,
    ) -> Result<()> {
        // Bins that are named are wanted.
        let missing = self.bin_month.map_or(self.missing_month, |_| MissingMonth::Error);
        let mut bins = MonthBins::new(&self.root(), subject);
        bins.missing = missing;
        bins.overrides.clone_from(&self.bins_for);
        bins.rule = self.signal.then_some(self.rule);
        let mut scorer = Scorer::new(&mut bins);
        if let Some(month) = self.bin_month {
            scorer = scorer.with_month(month);
        }

        // Scored before the output is opened: what fails at once writes nothing.
        let first = rows.next().ok_or(ScoreError::Empty)??;
        let first = scorer.score(&first)?;
        let destination = match &self.output {
            Some(path) => Destination::File {
                path: path.clone(),
                overwrite: self.overwrite,
                inputs: self.inputs(),
            },
            None => Destination::Stream(&mut *console.out),
        };
        let mut writer =
            BatchWriter::new(destination, format, first.schema()).map_err(ScoreError::from)?;
        writer.write(&first).map_err(ScoreError::from)?;
        for batch in rows {
            writer.write(&scorer.score(&batch?)?).map_err(ScoreError::from)?;
        }
        writer.finish().map_err(ScoreError::from)?;

        let skipped = std::mem::take(&mut scorer.skipped);
        // A file does not say which model its scores are of: so the person should see whose bins these are.
        let named = self.bins.run.dataset.is_some() && self.bins.run.run_name.is_some();
        if let (true, false, Some((dataset, run_name))) = (self.input.is_some(), named, bins.run())
        {
            let _ = writeln!(console.err, "Scored with the bins of {dataset}, run {run_name}.");
        }
        let skipped = skipped.iter().map(|(month, rows)| {
            let rows = counted(*rows, "row");
            format!("{rows} of {month} without p_cal and q_bin: there are no bins for that month")
        });
        for caution in collapse(bins.cautions.iter().cloned().chain(skipped)) {
            let _ = writeln!(console.err, "warning: {caution}");
        }
        Ok(())
    }

    /// The files that are read, those of the sample aside.
    fn inputs(&self) -> Vec<PathBuf> {
        let bins = self.bins_for.iter().filter_map(|other| match &other.bins {
            BinsSource::File(path) => Some(path),
            BinsSource::Month(_) => None,
        });
        self.input.iter().chain(&self.data.pred_duckdb).chain(bins).cloned().collect()
    }

    /// Where bins are: with --sample those of the sample, whatever the file says of its dataset.
    fn root(&self) -> BinsRoot {
        match &self.bins.root.bins_root {
            None if self.data.sample => BinsRoot::of_sample(),
            _ => self.bins.root.clone(),
        }
    }

    /// Told before anything is read: what is read may be wrong in other ways too.
    fn refuse_input_as_output(&self) -> Result<()> {
        let Some(path) = &self.output else { return Ok(()) };
        let guarded = Output::new(path, "", &|_| true).overwrite(true).reads(self.inputs());
        match guarded.check() {
            Err(error @ OutputError::IsInput { .. }) => {
                Err(ScoreError::from(TabularError::Output(error)).into())
            }
            _ => Ok(()),
        }
    }

    fn predictions(&self, console: &mut Console<'_>) -> Result<(RowSource, Subject)> {
        let mut dataset = self.bins.run.dataset.clone();
        let configured = self.data.pred_duckdb.as_ref().filter(|_| !self.data.sample);
        let path = if let Some(path) = configured {
            path.clone()
        } else {
            let sample = sample::stand_in(&self.data, dataset.as_deref(), console.err)?;
            let sample = sample.ok_or(ScoreError::NoInput)?;
            dataset = Some(sample.dataset);
            sample.predictions
        };
        let file = PredictionFile {
            path,
            model_path: self.data.model_path.clone(),
            feature_key: self.data.feature_key.clone(),
        };
        let run_name = self.bins.run.run_name.as_deref();
        predictions(file, dataset.as_deref(), run_name, self.data.lock_timeout)
    }
}
