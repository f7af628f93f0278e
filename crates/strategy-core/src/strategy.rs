//! What a strategy author writes.

use std::error::Error;
use std::path::PathBuf;

use clap::{Args, Command, Subcommand};

use crate::{
    Console, Input, Intent, Leg, Lookback, Rows, Scope, SideExits, SignalType, Subject, YearMonth,
};

/// A trading strategy: from rows to decisions, and whatever commands of its own it has.
///
/// One method serves batch and live: the strategy keeps its own state between calls, and live is a
/// batch of one row. Five laws follow.
///
/// 1. *Split invariance*: however the rows are cut into batches, the same decisions, bit for bit.
/// 2. *Prefix invariance*: rows after `t` never change the decision at `t` (no look-ahead).
/// 3. *Determinism*: the same rows, the same decisions.
/// 4. *Shape*: the same legs in every decision, finite weights of at most 1 together, and the side is
///    the sign of the first weight.
/// 5. *Start*: a strategy that starts later and is given its [lookback](Self::lookback) decides as one
///    that saw the whole history: exactly, unless it says that rows further back still matter.
pub trait Strategy: Sized + 'static {
    /// The name it is found by on the command line: lower case, words joined by `-`.
    const NAME: &'static str;
    /// What it does, in one line.
    const ABOUT: &'static str;
    /// Whether it decides with an [artifact](Self::artifact) of each month, such as its bins.
    const HAS_ARTIFACTS: bool = false;

    /// Its parameters: flags, and with their defaults the configuration of a bare call.
    type Config: Args;
    /// What it decides for a row.
    type Signal: SignalType;
    /// Its own commands, [`NoCommands`] when it has none.
    type Command: Subcommand;
    /// What can go wrong in it.
    type Error: Error + Send + Sync + 'static;

    /// The columns that it reads when configured so.
    fn inputs(config: &Self::Config) -> Vec<Input>;

    /// What its rows ask for: a position, or one trade each.
    fn intent(config: &Self::Config) -> Intent {
        let _ = config;
        Intent::Position
    }

    /// How its trades end by themselves, unless flags say otherwise.
    ///
    /// # Errors
    /// When `subject` must say so and doesn't.
    fn exits(config: &Self::Config, subject: &Subject) -> Result<SideExits, Self::Error> {
        let _ = (config, subject);
        Ok(SideExits::default())
    }

    /// The instruments that it trades, with a [weight](SignalType::weight) each in every decision.
    /// By default its own alone, by the side of the decision.
    fn legs(config: &Self::Config) -> Vec<Leg> {
        let _ = config;
        Vec::new()
    }

    /// How many earlier rows its first decision needs.
    fn lookback(config: &Self::Config) -> Lookback {
        let _ = config;
        Lookback::default()
    }

    /// The first instant (µs UTC) that it can decide on, where that does not depend on rows: it has
    /// artifacts from then on. A call that names no first row begins there.
    ///
    /// # Errors
    /// When nobody can tell, since the artifacts cannot be looked through.
    fn begins(config: &Self::Config, subject: &Subject) -> Result<Option<i64>, Self::Error> {
        let _ = (config, subject);
        Ok(None)
    }

    /// A strategy at the start of its history, opened for `subject`.
    ///
    /// # Errors
    /// When the configuration is not a usable one.
    fn new(config: Self::Config, subject: &Subject) -> Result<Self, Self::Error>;

    /// Where the artifact of `month` lies. The framework reads it, so that the same decisions can be
    /// made from a store of files and from a journal that kept the bytes.
    ///
    /// # Errors
    /// When nothing says where it should lie.
    fn artifact(&mut self, month: YearMonth) -> Result<PathBuf, Self::Error> {
        let _ = month;
        Ok(PathBuf::new())
    }

    /// Takes the artifact of `month`, before the first of its rows. `None` says that there is none; then it
    /// is looked for again with the next batch.
    ///
    /// # Errors
    /// When the bytes are no such artifact, or no decision can be made without one.
    fn adopt(&mut self, month: YearMonth, bytes: Option<&[u8]>) -> Result<(), Self::Error> {
        let _ = (month, bytes);
        Ok(())
    }

    /// One decision for each of `rows`, which follow all rows of earlier calls.
    ///
    /// A decision at row `t` may use rows up to and including `t`; it is acted on at the next
    /// candle's open.
    ///
    /// # Errors
    /// When the rows lack a declared column or a row cannot be decided on.
    fn decide(&mut self, rows: &Rows<'_>) -> Result<Vec<Self::Signal>, Self::Error>;

    /// What the person should hear about the rows decided on so far, each remark a sentence: rows
    /// that it could not decide on, say.
    fn remarks(&self) -> Vec<String> {
        Vec::new()
    }

    /// How many of the rows decided on so far went through artifacts that were fitted on in-sample
    /// predictions, which flatter them; `None` for a strategy without such artifacts.
    fn in_sample_rows(&self) -> Option<u64> {
        None
    }

    /// Whether its own command `name` is for one configured run, or for each that matches.
    #[must_use]
    fn scope(name: &str) -> Scope {
        let _ = name;
        Scope::OneRun
    }

    /// Carries out one of its own commands. `commands` holds it once for each run that it is meant for:
    /// once, unless its [scope](Self::scope) is every run and several are configured.
    ///
    /// # Errors
    /// Whatever made the command fail.
    fn run(commands: Vec<Self::Command>, console: &mut Console<'_>) -> Result<(), Self::Error> {
        let _ = (commands, console);
        Ok(())
    }

    /// Whether `error` means that the person asked for something that cannot be: the program then
    /// ends with the exit code of wrong usage.
    fn is_usage_error(error: &Self::Error) -> bool {
        let _ = error;
        false
    }
}

/// The commands of a strategy that has none.
#[derive(Debug, Clone, Copy, Subcommand)]
pub enum NoCommands {}

/// The configuration of a bare call: every parameter at its default.
///
/// # Errors
/// When a parameter has no default; a strategy must have one for each.
pub fn default_config<C: Args>() -> Result<C, clap::Error> {
    config_from_flags([])
}

/// The configuration of a call with these flags, as in `["--z-window", "24"]`.
///
/// # Errors
/// As the command line would: a flag that there is not, a value that cannot be.
pub fn config_from_flags<'a, C: Args>(
    flags: impl IntoIterator<Item = &'a str>,
) -> Result<C, clap::Error> {
    let command = C::augment_args(Command::new("config").no_binary_name(true));
    C::from_arg_matches(&command.try_get_matches_from(flags)?)
}
