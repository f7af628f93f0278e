//! A strategy that never trades, with one fault at a time.

pub(crate) mod faults;

use std::marker::PhantomData;

use clap::{Arg, ArgMatches, Args, Command, FromArgMatches, value_parser};
use strategy_core::{
    Column, Input, NoCommands, Rows, RowsError, Side, SignalColumn, SignalType, Strategy,
};
use thiserror::Error;

/// What may be wrong; nothing, unless overridden.
pub(crate) trait Fault: 'static {
    const NAME: &'static str = "sloppy";
    const ABOUT: &'static str = "Never trades";
    const LEVEL_HAS_A_DEFAULT: bool = true;

    fn inputs(_level: u8) -> Vec<Input> {
        vec![Input::of(Column::Prediction)]
    }
    fn reads(level: u8) -> Vec<Input> {
        Self::inputs(level)
    }
    fn columns(_scores: &[f64]) -> Vec<SignalColumn> {
        Vec::new()
    }
    fn refuses(_rows: usize) -> bool {
        false
    }
}

pub(crate) struct Sloppy<F> {
    level: u8,
    fault: PhantomData<F>,
}

/// One flag, written out so that its default can be left away.
pub(crate) struct Config<F> {
    level: u8,
    fault: PhantomData<F>,
}

pub(crate) struct Decision<F> {
    score: f64,
    fault: PhantomData<F>,
}

#[derive(Debug, Error)]
pub(crate) enum SloppyError {
    #[error("the rows cannot be read")]
    Rows(#[from] RowsError),
    #[error("the level {0} is above 10")]
    Level(u8),
    #[error("{0} rows are refused")]
    Refused(usize),
}

impl<F: Fault> FromArgMatches for Config<F> {
    fn from_arg_matches(matches: &ArgMatches) -> Result<Self, clap::Error> {
        let level = matches.get_one("level").copied().unwrap_or_default();
        Ok(Self { level, fault: PhantomData })
    }
    fn update_from_arg_matches(&mut self, matches: &ArgMatches) -> Result<(), clap::Error> {
        *self = Self::from_arg_matches(matches)?;
        Ok(())
    }
}

impl<F: Fault> Args for Config<F> {
    fn augment_args(command: Command) -> Command {
        let level = Arg::new("level").long("level").value_parser(value_parser!(u8));
        command.arg(if F::LEVEL_HAS_A_DEFAULT {
            level.default_value("1")
        } else {
            level.required(true)
        })
    }
    fn augment_args_for_update(command: Command) -> Command {
        Self::augment_args(command)
    }
}

impl<F: Fault> SignalType for Decision<F> {
    fn side(&self) -> Side {
        Side::NoSignal
    }
    fn columns(signals: &[Self]) -> Vec<SignalColumn> {
        F::columns(&signals.iter().map(|signal| signal.score).collect::<Vec<_>>())
    }
}

impl<F: Fault> Strategy for Sloppy<F> {
    const NAME: &'static str = F::NAME;
    const ABOUT: &'static str = F::ABOUT;
    type Config = Config<F>;
    type Signal = Decision<F>;
    type Command = NoCommands;
    type Error = SloppyError;

    fn inputs(config: &Config<F>) -> Vec<Input> {
        F::inputs(config.level)
    }

    fn new(config: Config<F>, _: &strategy_core::Subject) -> Result<Self, SloppyError> {
        if config.level > 10 {
            return Err(SloppyError::Level(config.level));
        }
        Ok(Self { level: config.level, fault: config.fault })
    }

    fn decide(&mut self, rows: &Rows<'_>) -> Result<Vec<Decision<F>>, SloppyError> {
        if F::refuses(rows.len()) {
            return Err(SloppyError::Refused(rows.len()));
        }
        let mut scores: &[f64] = &[];
        for input in F::reads(self.level) {
            scores = rows.column(&input)?;
        }
        Ok(scores.iter().map(|&score| Decision { score, fault: PhantomData }).collect())
    }
}
