//! A dialogue in lines, so that both sides of a comparison can be asked in turn while neither has to
//! load its data again.

use std::io::{BufRead, Write};
use std::path::Path;
use std::time::Instant;

use crate::answer;
use crate::error::BenchError;
use crate::kernel::Kernel;

/// Answers `run` with the nanoseconds of one call, `peak` with the most memory so far in KiB, and
/// `answer FILE` by writing what the last call found and saying how many numbers that are.
pub(crate) fn serve(
    kernel: &mut dyn Kernel,
    questions: impl BufRead,
    answers: &mut impl Write,
) -> Result<(), BenchError> {
    for line in questions.lines() {
        let line = line?;
        let reply = match line.split_once(' ') {
            None if line == "run" => {
                let begin = Instant::now();
                kernel.call()?;
                begin.elapsed().as_nanos().to_string()
            }
            None if line == "peak" => answer::peak_kib().unwrap_or_default().to_string(),
            Some(("answer", path)) => {
                let numbers = kernel.answer();
                answer::write(Path::new(path), &numbers)?;
                numbers.len().to_string()
            }
            _ => return Err(BenchError::Question { line }),
        };
        writeln!(answers, "{reply}")?;
        answers.flush()?;
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;
    use crate::case::Case;

    #[test]
    fn questions_are_answered_in_turn() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("edges");
        let scores: Vec<f64> = (1..100_u8).map(|k| f64::from(k) / 100.0).collect();
        answer::write(&folder.path().join("scores.f64"), &scores).unwrap();
        let mut kernel = Case::Edges.read(folder.path()).unwrap();
        let mut out = Vec::new();
        let questions = format!("run\nanswer {}\npeak\n", file.display());
        serve(&mut *kernel, questions.as_bytes(), &mut out).unwrap();
        let out = String::from_utf8(out).unwrap();
        let lines: Vec<&str> = out.lines().collect();
        assert_eq!((lines.len(), lines[1]), (3, "19"));
        assert_eq!(std::fs::read(file).unwrap().len(), 19 * 8);
        let wrong = serve(&mut *kernel, "walk\n".as_bytes(), &mut Vec::new());
        assert!(matches!(wrong, Err(BenchError::Question { line }) if line == "walk"));
    }
}
