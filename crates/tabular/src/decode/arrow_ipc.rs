//! The Arrow IPC file format.

use std::fs::File;
use std::io::{BufReader, Read, Seek, SeekFrom};
use std::path::Path;

use arrow::error::ArrowError;
use arrow::ipc::reader::{FileReader, read_footer_length};
use arrow::ipc::{Block, root_as_footer};

use super::guard::{guarded, guarded_batches};
use super::opened::{Failure, Opened, open_file};

/// Opens the file; its batches are as long as they were written.
pub(super) fn open(path: &Path) -> Result<Opened, Failure> {
    let mut file = open_file(path)?;
    let reader = guarded(|| {
        check_blocks(&mut file)?;
        Ok(FileReader::try_new(BufReader::new(file), None)?)
    })?;
    let schema = reader.schema();
    let batches = reader.map(|batch| batch.map_err(Failure::from));
    Ok(Opened { schema, batches: guarded_batches(Box::new(batches)), seen: Vec::new() })
}

/// Holds the table of contents against the size of the file: the reader would believe it, and
/// allocate gigabytes for a block that cannot be there.
fn check_blocks(file: &mut File) -> Result<(), Failure> {
    const ENDING: usize = 10; // the length of the footer and the magic bytes
    let size = file.metadata().map_err(ArrowError::from)?.len();
    let ending = u64::try_from(ENDING).ok().and_then(|ending| size.checked_sub(ending));
    let ending = ending.ok_or_else(damaged)?;
    let mut bytes = [0; ENDING];
    file.seek(SeekFrom::Start(ending)).map_err(ArrowError::from)?;
    file.read_exact(&mut bytes).map_err(ArrowError::from)?;
    let length = read_footer_length(bytes)?;
    let start = u64::try_from(length).ok().and_then(|length| ending.checked_sub(length));
    let mut footer = vec![0; start.map_or(0, |_| length)];
    file.seek(SeekFrom::Start(start.ok_or_else(damaged)?)).map_err(ArrowError::from)?;
    file.read_exact(&mut footer).map_err(ArrowError::from)?;
    let footer =
        root_as_footer(&footer).map_err(|error| Failure::Decoder(error.to_string().into()))?;
    let batches = footer.recordBatches().into_iter().flatten();
    let mut blocks = batches.chain(footer.dictionaries().into_iter().flatten());
    if blocks.all(|block| end_of(block).is_some_and(|end| end <= ending)) {
        Ok(())
    } else {
        Err(damaged())
    }
}

fn end_of(block: &Block) -> Option<u64> {
    let start = u64::try_from(block.offset()).ok()?;
    let metadata = u64::try_from(block.metaDataLength()).ok()?;
    let body = u64::try_from(block.bodyLength()).ok()?;
    start.checked_add(metadata)?.checked_add(body)
}

fn damaged() -> Failure {
    Failure::Decoder("its table of contents does not fit its size".into())
}
