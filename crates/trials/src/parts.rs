//! Results of a sweep on disk: one file for each chunk of settings, then one for all.

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow::array::{
    Array, ArrayRef, AsArray, Float64Array, Float64Builder, ListBuilder, RecordBatch, StringArray,
    UInt64Array,
};
use arrow::datatypes::{Float64Type, UInt64Type};
use parquet::arrow::arrow_reader::ParquetRecordBatchReaderBuilder;
use parquet::column::writer::ColumnCloseResult;
use parquet::errors::ParquetError;
use parquet::file::metadata::{ParquetMetaData, ParquetMetaDataReader};
use parquet::file::properties::WriterProperties;
use parquet::file::writer::SerializedFileWriter;
use tabular::{BatchWriter, Destination, Format};

use crate::{Evaluated, Outcome, Plan, TrialsError};

/// Settings that are evaluated together and written as one file. A killed sweep loses those that it
/// evaluates, and those that it writes meanwhile.
pub const CHUNK: usize = 256;

/// The file that all parts become.
type Joined = SerializedFileWriter<BufWriter<File>>;

/// The folder of a sweep's results.
///
/// `plan.json` says what is swept. `parts/00000.parquet` and so on hold [`CHUNK`] settings each, in the
/// order of the plan; each is there whole or not at all, so that a killed sweep leaves readable files.
/// When all are there they become `settings.parquet`.
#[derive(Debug, Clone)]
pub struct ResultsFolder {
    folder: PathBuf,
}

/// The name of the columns that all results have; those of the keys stand between them and `setting`.
const COLUMNS: [&str; 9] = [
    "sharpe",
    "total_return",
    "max_drawdown",
    "trades",
    "wins",
    "days",
    "daily_sharpe",
    "refused",
    "daily_returns",
];

impl ResultsFolder {
    /// The results in `folder` of the sweep that `identity` describes: the plan, and all else that the
    /// results depend on.
    ///
    /// With `resume`, what is there is kept; otherwise the folder must not hold a sweep.
    ///
    /// # Errors
    /// If the folder holds another sweep, or one and `resume` is false, or it cannot be written.
    pub fn open(
        folder: &Path,
        identity: &serde_json::Value,
        resume: bool,
    ) -> Result<Self, TrialsError> {
        let results = Self { folder: folder.to_owned() };
        let path = folder.join("plan.json");
        let text = format!("{identity:#}\n");
        let found = match fs::read_to_string(&path) {
            Ok(found) => Some(found),
            Err(error) if error.kind() == io::ErrorKind::NotFound => None,
            Err(source) => return Err(file_error(&path, "read", source)),
        };
        match found {
            Some(_) if !resume => {
                return Err(TrialsError::SweepExists { folder: folder.to_owned() });
            }
            Some(found) if found != text => {
                let found: serde_json::Value = serde_json::from_str(&found).unwrap_or_default();
                let differs = difference(&found, identity);
                return Err(TrialsError::OtherSweep { folder: folder.to_owned(), differs });
            }
            Some(_) => {}
            None => {
                let parts = results.parts();
                fs::create_dir_all(&parts).map_err(|e| file_error(&parts, "create", e))?;
                // By rename: whoever is killed leaves a whole plan or none.
                let whole = folder.join("plan.json.new");
                fs::write(&whole, text)
                    .and_then(|()| fs::rename(&whole, &path))
                    .map_err(|source| file_error(&path, "write", source))?;
            }
        }
        Ok(results)
    }

    fn parts(&self) -> PathBuf {
        self.folder.join("parts")
    }

    /// The file of chunk `index`.
    fn part(&self, index: usize) -> PathBuf {
        self.parts().join(format!("{index:05}.parquet"))
    }

    /// The file of all settings.
    #[must_use]
    pub fn settings(&self) -> PathBuf {
        self.folder.join("settings.parquet")
    }

    /// Whether all settings are evaluated.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.settings().exists()
    }

    /// Whether chunk `index` is.
    #[must_use]
    pub fn has_part(&self, index: usize) -> bool {
        self.part(index).exists()
    }

    /// Writes the outcomes of chunk `index` of the plan.
    ///
    /// # Errors
    /// If the file cannot be written.
    pub(crate) fn write_part(
        &self,
        plan: &Plan,
        index: usize,
        outcomes: &[Outcome],
    ) -> Result<(), TrialsError> {
        let batch = batch(plan, index * CHUNK, outcomes)?;
        write(&self.part(index), &batch)
    }

    /// Joins all parts to one file, in order, and removes them. What they hold is copied as it stands.
    ///
    /// # Errors
    /// If a part is missing or damaged, or the file cannot be written.
    pub fn complete(&self, chunks: usize) -> Result<(), TrialsError> {
        let (path, whole) = (self.settings(), self.folder.join("settings.parquet.new"));
        self.join(chunks, &whole).inspect_err(|_| {
            let _ = fs::remove_file(&whole);
        })?;
        // By rename: whoever is killed leaves a whole file or none.
        fs::rename(&whole, &path).map_err(|source| file_error(&path, "write", source))?;
        let parts = self.parts();
        fs::remove_dir_all(&parts).map_err(|source| file_error(&parts, "remove", source))
    }

    fn join(&self, chunks: usize, whole: &Path) -> Result<(), TrialsError> {
        let failed = |source: io::Error| file_error(whole, "write", source);
        let mut joined = None;
        for index in 0..chunks {
            let path = self.part(index);
            let part = File::open(&path).map_err(|source| file_error(&path, "read", source))?;
            let found = ParquetMetaDataReader::new().parse_and_finish(&part);
            let found = found.map_err(|_| damaged(&path))?;
            let writer = if let Some(writer) = &mut joined {
                writer
            } else {
                let file = BufWriter::new(File::create(whole).map_err(failed)?);
                joined.insert(begin(file, &found).map_err(|e| failed(io::Error::other(e)))?)
            };
            copy(&part, &found, writer).map_err(|error| failed(io::Error::other(error)))?;
        }
        let writer = joined.ok_or_else(|| damaged(whole))?;
        let file = writer.into_inner().map_err(|error| failed(io::Error::other(error)))?;
        let file = file.into_inner().map_err(|error| failed(error.into_error()))?;
        file.sync_all().map_err(failed)
    }

    /// Every outcome, in the order of the plan, a batch of some hundred at a time.
    ///
    /// # Errors
    /// If the file cannot be read.
    pub fn outcomes(
        &self,
    ) -> Result<impl Iterator<Item = Result<Vec<Outcome>, TrialsError>>, TrialsError> {
        let path = self.settings();
        let read = batches(&path)?;
        Ok(read.map(move |batch| outcomes(&batch?).ok_or_else(|| damaged(&path))))
    }

    /// Gives all [`outcomes`](Self::outcomes) to `take`, while the next ones are read.
    pub(crate) fn each_batch(
        &self,
        mut take: impl FnMut(Vec<Outcome>) -> Result<(), TrialsError> + Send,
    ) -> Result<(), TrialsError> {
        let mut batches = self.outcomes()?;
        let mut next = batches.next();
        while let Some(batch) = next.take() {
            let batch = batch?;
            let taken;
            (taken, next) = rayon::join(|| take(batch), || batches.next());
            taken?;
        }
        Ok(())
    }
}

/// The first name whose values differ.
fn difference(found: &serde_json::Value, wanted: &serde_json::Value) -> String {
    let names = wanted.as_object().into_iter().flatten().map(|(name, _)| name);
    let mut differing = names.filter(|name| found.get(name.as_str()) != wanted.get(name.as_str()));
    differing.next().cloned().unwrap_or_else(|| "plan.json".to_owned())
}

fn file_error(path: &Path, action: &'static str, source: io::Error) -> TrialsError {
    TrialsError::Results { path: path.to_owned(), action, source }
}

fn damaged(path: &Path) -> TrialsError {
    TrialsError::Damaged { path: path.to_owned() }
}

fn batches(
    path: &Path,
) -> Result<impl Iterator<Item = Result<RecordBatch, TrialsError>> + use<>, TrialsError> {
    let file = File::open(path).map_err(|source| file_error(path, "read", source))?;
    let reader = ParquetRecordBatchReaderBuilder::try_new(file)
        .and_then(|builder| builder.with_batch_size(CHUNK).build())
        .map_err(|_| damaged(path))?;
    let path = path.to_owned();
    Ok(reader.map(move |batch| batch.map_err(|_| damaged(&path))))
}

fn write(path: &Path, batch: &RecordBatch) -> Result<(), TrialsError> {
    let (path, inputs) = (path.to_owned(), Vec::new());
    let destination = Destination::File { path, overwrite: true, inputs };
    let mut writer = BatchWriter::new(destination, Format::Parquet, batch.schema())?;
    writer.write(batch)?;
    writer.finish()?;
    Ok(())
}

/// Begins a file with the columns of `part`.
fn begin(file: BufWriter<File>, part: &ParquetMetaData) -> Result<Joined, ParquetError> {
    let of_part = part.file_metadata();
    let properties =
        WriterProperties::builder().set_key_value_metadata(of_part.key_value_metadata().cloned());
    let schema = of_part.schema_descr().root_schema_ptr();
    SerializedFileWriter::new(file, schema, Arc::new(properties.build()))
}

/// Copies the row groups of `part`, encoded as they are.
fn copy(part: &File, found: &ParquetMetaData, joined: &mut Joined) -> Result<(), ParquetError> {
    for group in found.row_groups() {
        let mut copied = joined.next_row_group()?;
        for column in group.columns() {
            let closed = ColumnCloseResult {
                bytes_written: u64::try_from(column.compressed_size())?,
                rows_written: u64::try_from(group.num_rows())?,
                metadata: column.clone(),
                bloom_filter: None,
                column_index: None,
                offset_index: None,
            };
            copied.append_column(part, closed)?;
        }
        copied.close()?;
    }
    Ok(())
}

fn batch(plan: &Plan, first: usize, outcomes: &[Outcome]) -> Result<RecordBatch, TrialsError> {
    let evaluated: Vec<Option<&Evaluated>> = outcomes
        .iter()
        .map(|outcome| match outcome {
            Outcome::Evaluated(evaluated) => Some(evaluated),
            Outcome::Refused(_) => None,
        })
        .collect();
    let float = |of: &dyn Fn(&Evaluated) -> Option<f64>| -> ArrayRef {
        Arc::new(evaluated.iter().map(|one| one.and_then(of)).collect::<Float64Array>())
    };
    let count = |of: fn(&Evaluated) -> u64| -> ArrayRef {
        Arc::new(evaluated.iter().map(|one| one.map(of)).collect::<UInt64Array>())
    };
    let refused: StringArray = outcomes
        .iter()
        .map(|outcome| match outcome {
            Outcome::Evaluated(_) => None,
            Outcome::Refused(why) => Some(why.as_str()),
        })
        .collect();
    let mut returns = ListBuilder::new(Float64Builder::new());
    for one in &evaluated {
        match one {
            Some(one) => {
                returns.values().append_slice(&one.returns);
                returns.append(true);
            }
            None => returns.append(false),
        }
    }
    let own: [ArrayRef; 9] = [
        float(&Evaluated::sharpe),
        float(&|one| Some(one.total_return)),
        float(&|one| Some(one.max_drawdown)),
        count(|one| one.trades),
        count(|one| one.wins),
        count(|one| one.returns.len() as u64),
        float(&|one| one.daily.as_ref().map(statistics::Moments::sharpe)),
        Arc::new(refused),
        Arc::new(returns.finish()),
    ];
    let numbers: UInt64Array = (first as u64..).take(outcomes.len()).collect::<Vec<_>>().into();
    let key = |(column, name): (usize, &String)| {
        let values = plan.settings[first..first + outcomes.len()].iter();
        let values: StringArray = values.map(|setting| Some(setting[column].as_str())).collect();
        (name.clone(), Arc::new(values) as ArrayRef, false)
    };
    let columns = std::iter::once(("setting".to_owned(), Arc::new(numbers) as ArrayRef, false))
        .chain(plan.keys.iter().enumerate().map(key))
        .chain(COLUMNS.iter().zip(own).map(|(name, values)| ((*name).to_owned(), values, true)));
    Ok(RecordBatch::try_from_iter_with_nullable(columns)?)
}

/// None if a column is missing or of another type.
fn outcomes(batch: &RecordBatch) -> Option<Vec<Outcome>> {
    let column = |name: &str| batch.column_by_name(name);
    let float = |name: &str| column(name)?.as_primitive_opt::<Float64Type>();
    let count = |name: &str| column(name)?.as_primitive_opt::<UInt64Type>();
    let (total, drawdown) = (float("total_return")?, float("max_drawdown")?);
    let (trades, wins) = (count("trades")?, count("wins")?);
    let refused = column("refused")?.as_string_opt::<i32>()?;
    let returns = column("daily_returns")?.as_list_opt::<i32>()?;
    (0..batch.num_rows())
        .map(|row| {
            if refused.is_valid(row) {
                return Some(Outcome::Refused(refused.value(row).to_owned()));
            }
            let returns = returns.value(row);
            let returns = returns.as_primitive_opt::<Float64Type>()?.values().to_vec();
            Some(Outcome::Evaluated(Evaluated {
                daily: statistics::Moments::of(&returns).ok(),
                returns,
                total_return: total.value(row),
                max_drawdown: drawdown.value(row),
                trades: trades.value(row),
                wins: wins.value(row),
            }))
        })
        .collect()
}
