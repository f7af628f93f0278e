//! The strategy of an epoch: fed with its seed, proven by its journalled rows, then asked about new ones.

use std::sync::Arc;

use arrow::array::{ArrayRef, Float64Array, RecordBatch, TimestampMicrosecondArray};
use arrow::datatypes::{DataType, Field, Schema, SchemaRef, TimeUnit};
use strategy_core::{BoxError, ErasedStrategy, YearMonth};

use crate::StreamError;
use crate::artifacts::{Feeding, MissingArtifact, PinnedArtifacts};
use crate::cells;
use crate::journal::{Adoption, Hash, JournalReader, Outcome, Row};

/// Rows of a transaction when replaying.
const REPLAYED_ROWS: i64 = 1_000;

/// A strategy that decides row by row what a batch decides.
pub struct Decider {
    strategy: Box<dyn ErasedStrategy>,
    schema: SchemaRef,
    artifacts: PinnedArtifacts,
    /// The hash of the artifact that the strategy was given last.
    given: Option<Hash>,
}

/// Decisions of rows, or why they have to wait.
pub(crate) enum Decided {
    /// A decision each, with the artifact that it was made with.
    Decisions(Vec<(Vec<u8>, Option<Hash>)>),
    /// The artifact of their month is missing.
    Waits(MissingArtifact),
}

impl Decider {
    /// `strategy` at the start of an epoch whose artifacts are `artifacts`, for rows of the inputs `names`.
    #[must_use]
    pub fn new(
        mut strategy: Box<dyn ErasedStrategy>,
        names: &[String],
        artifacts: PinnedArtifacts,
    ) -> Self {
        strategy.take_artifacts_from(Box::new(artifacts.clone()));
        let micros = DataType::Timestamp(TimeUnit::Microsecond, None);
        let inputs = names.iter().map(|name| Field::new(name, DataType::Float64, false));
        let fields = std::iter::once(Field::new("timestamp", micros, false)).chain(inputs);
        let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
        Self { strategy, schema, artifacts, given: None }
    }

    /// The columns of its decisions.
    ///
    /// # Errors
    /// When the strategy does not say.
    pub fn columns(&mut self) -> Result<Vec<String>, StreamError> {
        let empty = RecordBatch::new_empty(Arc::clone(&self.schema));
        let failed = |source| StreamError::Strategy { first: 0, last: 0, source };
        Ok(cells::decision_columns(&self.strategy.decide_batch(&empty).map_err(failed)?))
    }

    /// What the strategy wants said.
    #[must_use]
    pub fn remarks(&self) -> Vec<String> {
        self.strategy.remarks()
    }

    /// Artifacts that were pinned since the last call.
    pub(crate) fn take_fresh(&self) -> Vec<Adoption> {
        self.artifacts.take_fresh()
    }

    /// Feeds rows before the first that is decided on.
    ///
    /// # Errors
    /// When the strategy refuses them, or cannot do without an artifact.
    pub fn seed(&mut self, rows: &[(i64, Vec<f64>)], replays: bool) -> Result<(), StreamError> {
        let mut left = rows;
        while !left.is_empty() {
            let count = self.of_one_artifact(left);
            let table = self.table(&left[..count], Feeding { replays, seeds: true })?;
            table.map_err(|missing| StreamError::Artifact(missing.to_string()))?;
            left = &left[count..];
        }
        Ok(())
    }

    /// How many of `rows`, from the first, are decided with one artifact: those of one month, up to where
    /// another was adopted.
    pub(crate) fn of_one_artifact(&self, rows: &[(i64, Vec<f64>)]) -> usize {
        let Some(&(first, _)) = rows.first() else { return 0 };
        let next_month = YearMonth::containing_micros(first).plus_months(1).start();
        let change = self.artifacts.next_change(first);
        let end = change.unwrap_or(i64::MAX).min(next_month.timestamp_micros());
        rows.iter().take_while(|(time, _)| *time < end).count().max(1)
    }

    /// Decides on `rows`, which have one artifact.
    pub(crate) fn decide(
        &mut self,
        rows: &[(i64, Vec<f64>)],
        replays: bool,
    ) -> Result<Decided, StreamError> {
        let table = match self.table(rows, Feeding { replays, seeds: false })? {
            Ok(table) => table,
            Err(missing) => return Ok(Decided::Waits(missing)),
        };
        let decisions = (0..rows.len()).map(|row| Ok((cells::encode(&table, row)?, self.given)));
        Ok(Decided::Decisions(decisions.collect::<Result<_, StreamError>>()?))
    }

    /// The table of decisions on `rows`, which have one artifact, or that this is missing.
    fn table(
        &mut self,
        rows: &[(i64, Vec<f64>)],
        feeding: Feeding,
    ) -> Result<Result<RecordBatch, MissingArtifact>, StreamError> {
        let (first, last) = match rows {
            [(first, _), .., (last, _)] => (*first, *last),
            [(only, _)] => (*only, *only),
            [] => (0, 0),
        };
        self.artifacts.begin(first, feeding);
        let hash = self.artifacts.hash(first);
        if hash != self.given {
            // Within a month the strategy would go on with the one that it has.
            self.strategy.take_artifacts_from(Box::new(self.artifacts.clone()));
        }
        let table = match self.strategy.decide_batch(&self.batch(rows)?) {
            Ok(table) => table,
            Err(source) => match self.artifacts.missing() {
                Some(missing) => return Ok(Err(missing)),
                None => return Err(StreamError::Strategy { first, last, source }),
            },
        };
        self.given = self.artifacts.hash(first);
        Ok(Ok(table))
    }

    /// Decides on the journalled rows of the epoch `epoch` as one batch, and gives the tables of its
    /// decided rows to `write`.
    ///
    /// # Errors
    /// As [`replay`](Self::replay), and what `write` gives.
    pub fn batch_of_journal(
        &mut self,
        reader: &JournalReader,
        epoch: i64,
        mut write: impl FnMut(&RecordBatch) -> Result<(), BoxError>,
    ) -> Result<(), BoxError> {
        let rows = |limit| -> Result<Vec<_>, StreamError> {
            let mut rows = reader.rows_after(reader.number_before_epoch(epoch)?, limit)?;
            rows.retain(|row| row.epoch == epoch);
            let inputs = |row: Row| match row.outcome {
                Outcome::Decided { inputs, .. } => Some((row.time, inputs)),
                Outcome::LeftOut(_) => None,
            };
            Ok(rows.into_iter().filter_map(inputs).collect())
        };
        self.seed(&reader.seeds(epoch, i64::MIN, i64::MAX)?, true)?;
        let rows = rows(i64::MAX)?;
        let mut left = rows.as_slice();
        loop {
            let (now, later) = left.split_at(self.of_one_artifact(left));
            let table = self.table(now, Feeding { replays: true, seeds: false })?;
            write(&table.map_err(|missing| StreamError::Artifact(missing.to_string()))?)?;
            left = later;
            if left.is_empty() {
                return Ok(());
            }
        }
    }

    /// The decisions on further `rows`, with the artifacts that are journalled.
    ///
    /// # Errors
    /// When the strategy fails, or one of these is missing.
    pub fn decisions_on(
        &mut self,
        rows: &[(i64, Vec<f64>)],
    ) -> Result<Vec<(i64, Vec<u8>)>, StreamError> {
        let mut all = Vec::with_capacity(rows.len());
        let mut left = rows;
        while !left.is_empty() {
            let (now, later) = left.split_at(self.of_one_artifact(left));
            let decisions = match self.decide(now, true)? {
                Decided::Decisions(decisions) => decisions,
                Decided::Waits(missing) => {
                    return Err(StreamError::Artifact(missing.to_string()));
                }
            };
            all.extend(
                now.iter().zip(decisions).map(|((time, _), (decision, _))| (*time, decision)),
            );
            left = later;
        }
        Ok(all)
    }

    /// `timestamp` and the inputs of `rows`.
    fn batch(&self, rows: &[(i64, Vec<f64>)]) -> Result<RecordBatch, StreamError> {
        let times: ArrayRef = Arc::new(TimestampMicrosecondArray::from_iter_values(
            rows.iter().map(|(time, _)| *time),
        ));
        let inputs = (0..self.schema.fields().len() - 1).map(|place| -> ArrayRef {
            let values = rows.iter().map(|(_, inputs)| inputs.get(place).copied());
            Arc::new(values.collect::<Float64Array>())
        });
        let columns = std::iter::once(times).chain(inputs).collect();
        Ok(RecordBatch::try_new(Arc::clone(&self.schema), columns)?)
    }

    /// Feeds the seed of the epoch `epoch` and decides its journalled rows again; each must be the
    /// decision that is journalled. `alive` is called now and then.
    ///
    /// # Errors
    /// [`Differs`](StreamError::Differs), which names the first row that does.
    pub fn replay(
        &mut self,
        reader: &JournalReader,
        epoch: i64,
        mut alive: impl FnMut(),
    ) -> Result<u64, StreamError> {
        let mut after = i64::MIN;
        loop {
            let seeds = reader.seeds(epoch, after, REPLAYED_ROWS)?;
            let Some(&(last, _)) = seeds.last() else { break };
            self.seed(&seeds, true)?;
            after = last;
            alive();
        }
        let (mut number, mut replayed) = (reader.number_before_epoch(epoch)?, 0);
        loop {
            let mut rows = reader.rows_after(number, REPLAYED_ROWS)?;
            let Some(last) = rows.last() else { return Ok(replayed) };
            number = last.number;
            rows.retain(|row| row.epoch == epoch);
            replayed += self.prove(rows)?;
            alive();
        }
    }

    /// Decides on `rows` again.
    fn prove(&mut self, rows: Vec<Row>) -> Result<u64, StreamError> {
        let mut inputs = Vec::with_capacity(rows.len());
        let mut journalled = Vec::with_capacity(rows.len());
        for row in rows {
            if let Outcome::Decided { inputs: own, decision, artifact } = row.outcome {
                inputs.push((row.time, own));
                journalled.push((row.number, row.epoch, decision, artifact));
            }
        }
        let mut done = 0;
        while done < inputs.len() {
            let count = self.of_one_artifact(&inputs[done..]);
            let decisions = match self.decide(&inputs[done..done + count], true)? {
                Decided::Decisions(decisions) => decisions,
                Decided::Waits(missing) => {
                    return Err(StreamError::Artifact(format!(
                        "the journal lacks the artifact of {}, whose rows it holds",
                        missing.month
                    )));
                }
            };
            for (index, (decision, artifact)) in decisions.into_iter().enumerate() {
                let (number, epoch, wanted, pinned) = &journalled[done + index];
                if decision != *wanted || artifact != *pinned {
                    let told = |bytes: &[u8]| format!("{:?}", cells::decode(bytes));
                    return Err(StreamError::Differs {
                        time: inputs[done + index].0,
                        number: *number,
                        epoch: *epoch,
                        journalled: told(wanted),
                        now: told(&decision),
                    });
                }
            }
            done += count;
        }
        Ok(done as u64)
    }
}
