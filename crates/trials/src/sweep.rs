//! Running a plan: chunk by chunk, on all cores, going on where it was stopped.

use crate::parts::CHUNK;
use crate::{Outcome, Plan, ResultsFolder, TrialsError};

/// Evaluates the settings of `plan` that `results` lacks, and completes them.
///
/// `evaluate` gets the numbers of up to [`CHUNK`] settings and gives their outcomes in that order; it may
/// use all cores. Since chunks are always the same, so are the results, however often the sweep was
/// stopped. Before each chunk `next` hears how many settings are done, and stops the sweep by `false`;
/// then this is `false` too. A chunk is written while the next one is evaluated.
///
/// # Errors
/// Those of `evaluate`, and if the results cannot be written.
pub fn sweep<E: From<TrialsError> + Send>(
    plan: &Plan,
    results: &ResultsFolder,
    mut evaluate: impl FnMut(&[usize]) -> Result<Vec<Outcome>, E> + Send,
    mut next: impl FnMut(usize) -> bool,
) -> Result<bool, E> {
    if results.is_complete() {
        return Ok(true);
    }
    let settings: Vec<usize> = (0..plan.settings.len()).collect();
    let chunks = settings.chunks(CHUNK);
    let count = chunks.len();
    let write =
        |(index, outcomes): (usize, Vec<Outcome>)| results.write_part(plan, index, &outcomes);
    let mut evaluated = None;
    for (index, chunk) in chunks.enumerate() {
        if results.has_part(index) {
            continue;
        }
        if !next(index * CHUNK) {
            evaluated.map_or(Ok(()), write)?;
            return Ok(false);
        }
        let before = evaluated.take();
        let (written, outcomes) = rayon::join(|| before.map_or(Ok(()), write), || evaluate(chunk));
        written?;
        evaluated = Some((index, outcomes?));
    }
    evaluated.map_or(Ok(()), write)?;
    results.complete(count)?;
    Ok(true)
}
