//! `runner <strategy> check`: the laws of every strategy, on the person's own rows.

use arrow::compute::concat_batches;
use clap::{ArgMatches, Command};
use strategy_core::registry::Entry;
use strategy_core::{Console, Result, laws};
use terminal::counted;

use crate::{output_flags, row_args};

pub(crate) const NAME: &str = "check";

/// The command, with the flags of the strategy.
pub(crate) fn command(entry: &Entry) -> Command {
    let seed = output_flags::seed("Seed of the cuts and changes");
    // What it is about comes last: groups of flags bring descriptions of their own.
    row_args::with_flags(Command::new(NAME).arg(seed), entry)
        .about("Test on your rows that decisions never look ahead and do not depend on batches")
        .long_about(
            "Runs the strategy over the rows many times: whole, cut into batches in several ways, \
             and with later rows taken away or changed. A decision must not change by how rows are \
             cut (split invariance), by what comes after them (prefix invariance: no look-ahead) or \
             from run to run (determinism). Its weights must have the declared shape, and a later start \
             after the declared lookback must lead to the decisions of the whole history; where memory \
             has no end, it says how far they differ. Names the first row that breaks a law.",
        )
}

pub(crate) fn run(entry: &Entry, matches: &ArgMatches, console: &mut Console<'_>) -> Result<()> {
    let chosen = row_args::choose(entry, matches, console)?;
    let batches = chosen.source.rows(chosen.range)?.collect::<Result<Vec<_>, _>>()?;
    let rows = concat_batches(&chosen.source.schema(), &batches)?;
    let seed = matches.get_one("seed").copied().unwrap_or(1);
    let checked = laws::check(&|| entry.open(matches, &chosen.subject), &rows, seed)?;
    writeln!(
        console.out,
        "{} keeps the laws on {}: determinism, split invariance, prefix invariance, shape, start ({})",
        entry.name(),
        counted(checked.rows, "row"),
        counted(checked.rounds, "round")
    )?;
    let starts = checked.starts;
    if starts.compared == 0 {
        writeln!(console.out, "start was not tried: there are fewer rows than the lookback needs")?;
    } else if entry.lookback(matches)?.unbounded {
        writeln!(
            console.out,
            "memory has no end: of {} decisions after later starts, {} have another side or weight \
             than those of the whole history{}",
            starts.compared,
            starts.differing,
            starts.last_differing.map_or_else(String::new, |rows| format!(
                "; the last one {} after its start",
                counted(rows, "row")
            ))
        )?;
    }
    if checked.refused > 0 {
        writeln!(
            console.out,
            "{} of the comparisons had no result, since the strategy refused the changed values",
            checked.refused
        )?;
    }
    Ok(())
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use std::collections::HashMap;

    use strategy_core::laws::{Law, LawError};
    use strategy_core::{
        Column, Input, NoCommands, Rows, RowsError, Side, Strategy, Subject, register_strategy,
    };

    use super::*;

    #[derive(clap::Args)]
    struct Nothing {}

    /// A strategy over closes; how it cheats is `decide`.
    macro_rules! cheater {
        ($type:ident, $name:literal, $decide:expr) => {
            #[derive(Default)]
            struct $type {
                rows_seen: usize,
            }

            impl Strategy for $type {
                const NAME: &'static str = $name;
                const ABOUT: &'static str = "Cheats";
                type Config = Nothing;
                type Signal = Side;
                type Command = NoCommands;
                type Error = RowsError;

                fn inputs(_: &Nothing) -> Vec<Input> {
                    vec![Input::of(Column::Close)]
                }
                fn new(_: Nothing, _: &Subject) -> Result<Self, RowsError> {
                    Ok(Self::default())
                }
                fn decide(&mut self, rows: &Rows<'_>) -> Result<Vec<Side>, RowsError> {
                    let closes = rows.column(&Input::of(Column::Close))?;
                    let decide: fn(&[f64], usize, usize) -> Side = $decide;
                    let sides = (0..closes.len()).map(|row| decide(closes, row, self.rows_seen));
                    let sides = sides.collect();
                    self.rows_seen += closes.len();
                    Ok(sides)
                }
            }

            register_strategy!($type);
        };
    }

    cheater!(Honest, "honest", |closes, row, _| {
        if closes[row] > 30_000.0 { Side::Long } else { Side::Short }
    });
    cheater!(Peeker, "peeker", |closes, row, _| match closes.get(row + 1) {
        Some(next) if *next > closes[row] => Side::Long,
        _ => Side::Short,
    });
    cheater!(Forgetful, "forgetful", |_, row, _| {
        // Counts from the start of the batch instead of from the start of history.
        if row % 7 == 0 { Side::Long } else { Side::NoSignal }
    });
    cheater!(Hasty, "hasty", |closes, row, _| {
        let by_place: HashMap<usize, f64> = closes[..=row].iter().copied().enumerate().collect();
        let first = by_place.values().next().copied().unwrap_or_default();
        if first > closes[row] { Side::Long } else { Side::Short }
    });

    /// Reads the closes of two instruments.
    struct Pair;

    impl Strategy for Pair {
        const NAME: &'static str = "pair";
        const ABOUT: &'static str = "Compares two instruments";
        type Config = Nothing;
        type Signal = Side;
        type Command = NoCommands;
        type Error = RowsError;

        fn inputs(_: &Nothing) -> Vec<Input> {
            let other = Input::of_dataset(Column::Close, "sample_ethusdt_perp_1h");
            vec![Input::of(Column::Close), other]
        }
        fn new(_: Nothing, subject: &Subject) -> Result<Self, RowsError> {
            assert_eq!(subject.dataset.as_deref(), Some("sample_btcusdt_perp_1h"));
            Ok(Self)
        }
        fn decide(&mut self, rows: &Rows<'_>) -> Result<Vec<Side>, RowsError> {
            let [own, other] =
                Self::inputs(&Nothing {}).try_into().unwrap_or_else(|_| unreachable!());
            let closes = rows.column(&own)?.iter().zip(rows.column(&other)?);
            let side = |(own, other): (&f64, &f64)| {
                if own / other > 20.0 { Side::Short } else { Side::Long }
            };
            Ok(closes.map(side).collect())
        }
    }

    register_strategy!(Pair);

    #[test]
    fn a_second_instrument_is_found_in_the_sample() {
        assert!(check("pair").unwrap().contains("keeps the laws on 120 rows"));
    }

    fn check(name: &str) -> Result<String> {
        let folder = tempfile::tempdir().unwrap();
        let sample = folder.path().join("sample").display().to_string();
        let strategies = strategy_core::registry::registered().unwrap();
        let entry = strategies.find(name).unwrap();
        let flags =
            ["check", "--start", "2025-11-01", "--end", "2025-11-05", "--sample-dir", &sample];
        let matches = command(entry).try_get_matches_from(flags).unwrap();
        let (mut out, mut err) = (Vec::new(), Vec::new());
        let mut console = Console {
            out: &mut out,
            err: &mut err,
            out_is_terminal: false,
            err_is_terminal: false,
            on_interrupt: strategy_core::Interrupt::default,
        };
        run(entry, &matches, &mut console)?;
        Ok(String::from_utf8(out).unwrap())
    }

    fn caught(name: &str, law: Law) {
        let error = check(name).unwrap_err();
        match error.downcast_ref::<LawError>() {
            Some(LawError::Violated(violation)) => {
                assert_eq!(violation.law, law, "{name}: {error}");
                assert!(error.to_string().contains("2025-11-0"), "no row is named: {error}");
            }
            other => unreachable!("{name}: {other:?}"),
        }
    }

    #[test]
    fn honest_strategies_pass_and_cheaters_break_the_right_law() {
        assert!(check("honest").unwrap().contains("keeps the laws on 120 rows"));
        caught("peeker", Law::PrefixInvariance);
        caught("forgetful", Law::SplitInvariance);
        caught("hasty", Law::Determinism);
    }
}
