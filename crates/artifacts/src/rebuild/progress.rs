//! How far a backfill is: a bar on a terminal, otherwise a line for each month.

use std::io::Write;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use terminal::error_chain;

use super::month_report::RunName;
use crate::{MonthDone, MonthOutcome, Recipe};

const BAR: &str = "{prefix}{wide_bar} {pos} of {len} months, {msg}, {eta} to go";

/// Tells of each month as it is done.
#[derive(Debug)]
pub(super) struct Progress {
    how: How,
    runs: usize,
    /// The run that is worked on, from 1.
    run: usize,
    /// Months of this run that are done, and that were to be made.
    done: u64,
    of: u64,
    /// Months that failed, of all runs.
    failed: u64,
}

#[derive(Debug)]
enum How {
    Bar(ProgressBar),
    Lines,
    Nothing,
}

impl Progress {
    pub(super) fn new(quiet: bool, terminal: bool, runs: usize) -> Self {
        let how = if quiet {
            How::Nothing
        } else if terminal {
            let bar = ProgressBar::with_draw_target(Some(0), ProgressDrawTarget::stderr());
            // A template that does not parse would be a mistake of ours; the default bar serves too.
            How::Bar(match ProgressStyle::with_template(BAR) {
                Ok(style) => bar.with_style(style),
                Err(_) => bar,
            })
        } else {
            How::Lines
        };
        Self { how, runs, run: 0, done: 0, of: 0, failed: 0 }
    }

    /// Run number `run` begins, with its number of months. How many the next runs have, nobody knows before
    /// their files are open, so each run is counted by itself.
    pub(super) fn begin(&mut self, run: usize, months: usize) {
        (self.run, self.done, self.of) = (run, 0, months as u64);
        if let How::Bar(bar) = &self.how {
            // Texts first: each call draws the bar.
            bar.set_message(self.counts());
            if self.runs > 1 {
                bar.set_prefix(format!("run {run} of {}: ", self.runs));
            }
            bar.set_length(self.of);
            bar.reset();
        }
    }

    fn counts(&self) -> String {
        format!("{} left, {} failed", self.of.saturating_sub(self.done), self.failed)
    }

    /// One month is done.
    pub(super) fn month<R: Recipe>(
        &mut self,
        run: &RunName,
        done: &MonthDone<R>,
        err: &mut dyn Write,
    ) {
        if matches!(done.outcome, MonthOutcome::NotBegun) {
            return;
        }
        self.done += 1;
        self.failed += u64::from(done.outcome.failure().is_some());
        match &self.how {
            How::Bar(bar) => {
                bar.set_message(self.counts());
                bar.set_position(self.done);
            }
            // One month of one run says all it has to say at the end.
            How::Lines if self.of > 1 || self.runs > 1 => {
                let (RunName { dataset, run_name }, month) = (run, done.month);
                let (word, number, of) = (done.outcome.word(), self.done, self.of);
                // Whoever closed standard error does not want to hear it.
                let _ = writeln!(err, "{number}/{of} {dataset} {run_name} {month} {word}");
            }
            How::Lines | How::Nothing => {}
        }
    }

    /// Tells why a month failed, while the others go on.
    pub(super) fn failure<R: Recipe>(
        &self,
        run: &RunName,
        done: &MonthDone<R>,
        err: &mut dyn Write,
    ) {
        if let Some(error) = done.outcome.failure() {
            let RunName { dataset, run_name } = run;
            let text =
                format!("error: {dataset} {run_name} {}: {}", done.month, error_chain(error));
            self.say(&text, err);
        }
    }

    /// A line that must not tear the bar.
    pub(super) fn say(&self, text: &str, err: &mut dyn Write) {
        let mut write = || {
            let _ = writeln!(err, "{text}");
        };
        match &self.how {
            How::Bar(bar) => bar.suspend(write),
            How::Lines | How::Nothing => write(),
        }
    }

    pub(super) fn finish(&self) {
        if let How::Bar(bar) = &self.how {
            bar.finish_and_clear();
        }
    }
}
