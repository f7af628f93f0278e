//! `runner risk`: what positions could lose, and the kill switch.

mod asked;
mod kelly;
mod measured;
mod position;
mod report;

use std::path::PathBuf;

use clap::{Arg, ArgMatches, Command, value_parser};
use strategy_core::{Console, Result};

use crate::{arg, backtest as backtests, kill_switch, output_flags, row_args};

pub(crate) const NAME: &str = "risk";

/// The command.
pub(crate) fn command() -> Command {
    let file = || {
        Arg::new("file")
            .value_name("FILE")
            .required(true)
            .value_parser(value_parser!(PathBuf))
            .help("The switch's file, as --kill-switch names it")
    };
    let why = arg::value("why", "TEXT", "Why").default_value("by hand");
    Command::new(NAME)
        .about(
            "What positions could lose: VaR, CVaR, exposure, liquidation, stress; the \
                 kill switch",
        )
        .subcommand_required(true)
        .arg_required_else_help(true)
        .subcommand(report_command())
        .subcommand(kelly::command())
        .subcommand(
            Command::new("kill")
                .about("Engage a kill switch: accounts that name it close everything and enter nothing")
                .arg(file())
                .arg(why),
        )
        .subcommand(Command::new("arm").about("Re-arm a kill switch").arg(file()))
}

fn report_command() -> Command {
    let command = Command::new("report")
        .args([
            arg::value(
                "position",
                "DATASET=QUANTITY[@ENTRY[/STOP]]",
                "A position: signed quantity, entry price [default: the last close], stop price; \
                 may be repeated",
            )
            .action(clap::ArgAction::Append)
            .value_parser(position::parse),
            arg::path(
                "backtest",
                "FOLDER",
                "The trades still open in the results of a backtest (its -o folder)",
            )
            .conflicts_with("position"),
            arg::value(
                "equity",
                "AMOUNT",
                "The account's equity, in quote currency [default: 10000; the backtest's last]",
            )
            .value_parser(value_parser!(f64)),
            arg::value(
                "leverage",
                "X",
                "Notional over margin of isolated positions; with --backtest that of the backtest",
            )
            .value_parser(value_parser!(f64))
            .default_value("1"),
            arg::flag("margin", "Margin mode; with --backtest that of the backtest")
                .value_parser(["isolated", "cross"])
                .default_value("isolated"),
            output_flags::format("How the report is printed"),
        ])
        .args(backtests::instrument_flags());
    row_args::with_data_flags(command)
        .about("VaR and CVaR of a day, exposure, liquidation distances, stress of given positions")
        .long_about(None)
}

pub(crate) fn run(matches: &ArgMatches, console: &mut Console<'_>) -> Result<()> {
    let file = |matches: &ArgMatches| matches.get_one::<PathBuf>("file").cloned();
    match matches.subcommand() {
        Some(("kill", matches)) => {
            let path = file(matches).ok_or("FILE is missing")?;
            let why = matches.get_one::<String>("why").map_or("", String::as_str);
            kill_switch::kill(&path, why)?;
            writeln!(console.out, "{} is engaged ({why})", path.display())?;
            Ok(())
        }
        Some(("arm", matches)) => {
            let path = file(matches).ok_or("FILE is missing")?;
            kill_switch::arm(&path)?;
            writeln!(console.out, "{} is armed: entries are allowed", path.display())?;
            Ok(())
        }
        Some((kelly::NAME, matches)) => kelly::run(matches, console),
        Some((_, matches)) => report::run(matches, console),
        None => Ok(()),
    }
}
