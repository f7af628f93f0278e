//! Programs that have loaded their data and are asked in turn, line by line: `kernel-bench serve` and
//! `peers/kernels.py`.

use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, bail};

/// Before each call. The threads of OpenBLAS and OpenMP wait for more work on a busy core for some tens
/// of milliseconds; whoever comes next would be measured beside them.
const PAUSE: Duration = Duration::from_millis(200);

/// A program that answers.
pub(crate) struct Partner {
    name: String,
    child: Child,
    questions: ChildStdin,
    answers: BufReader<ChildStdout>,
}

impl Partner {
    /// Starts it; `command` has its arguments.
    pub(crate) fn start(name: &str, mut command: Command) -> Result<Self> {
        let piped = command.stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = piped.spawn().with_context(|| format!("cannot start {name}"))?;
        let (Some(questions), Some(answers)) = (child.stdin.take(), child.stdout.take()) else {
            bail!("{name} has no pipes");
        };
        Ok(Self { name: name.to_owned(), child, questions, answers: BufReader::new(answers) })
    }

    fn ask(&mut self, question: &str) -> Result<f64> {
        let mut answer = String::new();
        let asked = writeln!(self.questions, "{question}").and_then(|()| self.questions.flush());
        let read = asked.and_then(|()| self.answers.read_line(&mut answer));
        if read.is_err() || answer.is_empty() {
            bail!("{} ended at `{question}`; its message is above", self.name);
        }
        let answer = answer.trim();
        answer.parse().with_context(|| format!("{} says `{answer}` to `{question}`", self.name))
    }

    /// Seconds of one call, after a pause.
    pub(crate) fn run(&mut self) -> Result<f64> {
        thread::sleep(PAUSE);
        Ok(self.ask("run")? / 1e9)
    }

    /// The most memory that the whole process had so far, its data included, in KiB.
    pub(crate) fn peak_kib(&mut self) -> Result<f64> {
        self.ask("peak")
    }

    /// What the last call found, by way of `file`.
    pub(crate) fn answer(&mut self, file: &Path) -> Result<Vec<f64>> {
        let count = self.ask(&format!("answer {}", file.display()))?;
        let numbers = numbers(&fs::read(file)?);
        if numbers.len() as f64 != count {
            bail!("{} says it wrote {count} numbers, and wrote {}", self.name, numbers.len());
        }
        Ok(numbers)
    }

    /// Lets it end.
    pub(crate) fn end(mut self) -> Result<()> {
        drop(self.questions);
        if !self.child.wait()?.success() {
            bail!("{} ended with an error", self.name);
        }
        Ok(())
    }
}

fn numbers(bytes: &[u8]) -> Vec<f64> {
    bytes.as_chunks::<8>().0.iter().map(|&bytes| f64::from_le_bytes(bytes)).collect()
}

#[cfg(all(test, unix))]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    fn shell(script: &str) -> Partner {
        let mut command = Command::new("sh");
        command.args(["-c", script]);
        Partner::start("the partner", command).unwrap()
    }

    #[test]
    fn answers_are_read_line_by_line() {
        let mut partner = shell("while read line; do echo 1500000000; done");
        assert_eq!(partner.run().unwrap(), 1.5);
        assert_eq!(partner.peak_kib().unwrap(), 1.5e9);
        partner.end().unwrap();
    }

    #[test]
    fn a_partner_that_ends_is_named() {
        let error = shell("exit 3").run().unwrap_err();
        assert!(error.to_string().contains("the partner ended"), "{error}");
    }
}
