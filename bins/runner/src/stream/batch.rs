//! `signals --journal`: the batch over the rows of a journal, which must be what the stream decided.

use std::path::Path;

use clap::{ArgMatches, Command};
use strategy_core::registry::{Entry, usage};
use strategy_core::{Console, Result, Subject};
use streaming::journal::{Epoch, Identity};
use streaming::{Decider, JournalReader, PinnedArtifacts};
use tabular::{BatchWriter, Format};

use crate::output_place::destination;

/// Writes the decisions on the rows of `journal`, epoch by epoch, each configured as it was.
pub(crate) fn write_batch(
    entry: &Entry,
    journal: &Path,
    matches: &ArgMatches,
    format: Format,
    console: &mut Console<'_>,
) -> Result<()> {
    let reader = JournalReader::open(journal)?;
    let Some(identity) = reader.identity()? else {
        return Err(format!("{} holds nothing yet", journal.display()).into());
    };
    if identity.strategy != entry.name() {
        return Err(usage(format!(
            "{} is the journal of {}",
            journal.display(),
            identity.strategy
        )));
    }
    let subject = subject_of(&identity);
    let mut writer: Option<BatchWriter<'_>> = None;
    let mut opened = Some(console);
    for epoch in reader.epochs()? {
        let artifacts = PinnedArtifacts::of_epoch(epoch.number, reader.adoptions(epoch.number)?);
        let strategy = entry.open(&configured(entry, &epoch)?, &subject)?;
        let mut decider = Decider::new(strategy, &epoch.inputs, artifacts);
        decider.batch_of_journal(&reader, epoch.number, |table| {
            if let Some(console) = opened.take() {
                let destination = destination(matches, vec![journal.to_owned()], &mut *console.out);
                writer = Some(BatchWriter::new(destination, format, table.schema())?);
            }
            if let Some(writer) = &mut writer {
                writer.write(table)?;
            }
            Ok(())
        })?;
    }
    if let Some(writer) = writer {
        writer.finish()?;
    }
    Ok(())
}

/// What a strategy is opened for, to decide on the rows of a journal again.
pub(super) fn subject_of(identity: &Identity) -> Subject {
    let given = |text: &String| (!text.is_empty()).then(|| text.clone());
    Subject {
        dataset: given(&identity.dataset),
        run_name: given(&identity.run_name),
        model_path: None,
    }
}

/// The strategy's flags as they were when the epoch began.
pub(super) fn configured(entry: &Entry, epoch: &Epoch) -> Result<ArgMatches> {
    let values: serde_json::Map<String, serde_json::Value> =
        serde_json::from_str(&epoch.configuration)?;
    let words = entry.parameters().flags(&values)?;
    let command = entry.with_flags(Command::new("parameters").no_binary_name(true));
    Ok(command.try_get_matches_from(words)?)
}
