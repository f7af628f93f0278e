//! The flags of an account, and what they come to.

use std::path::PathBuf;

use backtest::{
    FundingGaps, FundingRule, GapFill, Gaps, InstrumentTable, Intent, MarginMode, Rules, Slippage,
    Tie, Venue,
};
use chrono::TimeDelta;
use clap::builder::PossibleValuesParser;
use clap::{Arg, ArgAction, ArgMatches, Command, value_parser};
use strategy_core::registry::{UsageError, usage};
use strategy_core::{Exits, Result, SideExits};

use super::decisions::Asked;
use super::sizing_args::{self, SizingSettings};
use crate::arg;

const BASIS_POINT: f64 = 0.0001;

/// What the flags come to.
pub(crate) struct Settings {
    pub(crate) venue: &'static Venue,
    pub(crate) table: InstrumentTable,
    /// Those of the tie rule that was asked for.
    pub(crate) rules: Rules,
    pub(crate) sizing: SizingSettings,
    pub(crate) funding_gaps: FundingGaps,
    pub(crate) close_at_end: bool,
    pub(crate) detail: Besides,
    pub(crate) marks: Besides,
}

/// A file of further candles of one instrument: the strategy's own where no dataset is named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Beside {
    pub(crate) dataset: Option<String>,
    pub(crate) path: PathBuf,
}

/// Further candles, of one kind.
#[derive(Debug, Clone, Default)]
pub(crate) struct Besides {
    pub(crate) files: Vec<Beside>,
    /// The table in the file of the strategy's own instrument.
    pub(crate) table: Option<String>,
}

impl Beside {
    fn parse(text: &str) -> Result<Self, String> {
        let named = text.split_once('=').filter(|(name, path)| {
            let plain = |c: char| c.is_alphanumeric() || "_-.".contains(c);
            !name.is_empty() && !path.is_empty() && name.chars().all(plain)
        });
        let (dataset, path) = match named {
            Some((name, path)) => (Some(name.to_owned()), path),
            None => (None, text),
        };
        Ok(Self { dataset, path: crate::home::expand(PathBuf::from(path))? })
    }
}

impl Besides {
    fn of(matches: &ArgMatches, files: &str, table: &str) -> Self {
        let given = matches.try_get_many::<Beside>(files).ok().flatten();
        Self { files: given.into_iter().flatten().cloned().collect(), table: one(matches, table) }
    }
}

/// The value of a flag, where the command has it.
fn one<T: Clone + Send + Sync + 'static>(matches: &ArgMatches, name: &str) -> Option<T> {
    matches.try_get_one::<T>(name).ok().flatten().cloned()
}

/// A flag and the variable that sets it, in the environment and, by its key, in `runner.toml`.
fn flag(name: &'static str) -> Arg {
    Arg::new(name).long(name).env(arg::variable(name))
}

fn number(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    plain_number(name, value, help).env(arg::variable(name))
}

/// A number that no variable sets.
fn plain_number(name: &'static str, value: &'static str, help: &'static str) -> Arg {
    arg::value(name, value, help).allow_negative_numbers(true).value_parser(value_parser!(f64))
}

fn choice(name: &'static str, values: &'static [&'static str], help: &'static str) -> Arg {
    flag(name).value_parser(PossibleValuesParser::new(values)).help(help)
}

/// `command` with the flags of an account.
pub(crate) fn with_flags(command: Command) -> Command {
    sizing_args::with_flags(with_account_flags(command))
}

fn with_account_flags(command: Command) -> Command {
    command
        .next_help_heading("Trades")
        .args([
            choice("intent", &["position", "change", "entry"],
                "What a signal asks for: a position; a change of it (0 changes nothing); one new \
                 trade [default: the strategy's; position for a file]"),
            number("take-profit", "FRACTION", "End a trade this far in its favour: 0.04 is 4 %"),
            number("stop-loss", "FRACTION", "End a trade this far against it"),
            number("trailing-stop", "FRACTION", "End a trade this far from its best price"),
            flag("max-hold").value_name("ROWS").value_parser(value_parser!(u32))
                .help("End a trade at the open this many rows after its entry's"),
            flag("max-trades").value_name("N").value_parser(value_parser!(usize))
                .default_value("1").help("Trades of the intent entry that may be open at once"),
            choice("tie", &["pessimistic", "optimistic"],
                "First event in a candle that reaches stop and take profit; the other rule's result \
                 stands beside it").default_value("pessimistic"),
            choice("gap-fill", &["open", "limit"],
                "Fill of a take profit when a candle opens beyond it").default_value("open"),
            choice("gaps", &["refuse", "hold"],
                "Missing candles while a position is open").default_value("refuse"),
            flag("close-at-end").action(ArgAction::SetTrue)
                .help("Close open positions at the last close, at its cost"),
            Arg::new("detail-ohlcv").long("detail-ohlcv").value_name("[DATASET=]FILE").action(ArgAction::Append)
                .value_parser(Beside::parse)
                .help("DuckDB file or Parquet file of finer candles, to decide what came first; \
                       DATASET=FILE for another leg; may be repeated"),
            Arg::new("detail-table").long("detail-table").value_name("TABLE").requires("detail-ohlcv")
                .help("Table of finer candles, if that file has several"),
            Arg::new("mark-ohlcv").long("mark-ohlcv").value_name("[DATASET=]FILE").action(ArgAction::Append)
                .value_parser(Beside::parse)
                .help("DuckDB file or Parquet file of candles of the mark price, as fine as the \
                       finest other candles, for liquidation and funding; may be repeated"),
            Arg::new("mark-table").long("mark-table").value_name("TABLE").requires("mark-ohlcv")
                .help("Table of mark candles, if that file has several"),
        ])
        .next_help_heading("Account")
        .args([
            number("capital", "AMOUNT", "Equity at the start, in quote currency").default_value("10000"),
            number("quantity", "AMOUNT", "Trade this quantity each time, in base currency [default: the \
                   equity over --max-trades]"),
            number("leverage", "X", "Notional over margin").default_value("1"),
            choice("margin", &["isolated", "cross"], "Margin mode").default_value("isolated"),
            number("fee-maker", "FRACTION", "Fee of take profits [default: the venue's base tier]"),
            number("fee-taker", "FRACTION", "Fee of all other fills [default: the venue's base tier]"),
            number("slippage", "FRACTION", "Loss of market orders against the price").default_value("0.0001"),
            plain_number("slippage-range", "FRACTION", "The same as a fraction of the candle's range")
                .conflicts_with("slippage"),
            choice("funding", &["charge", "both-ends", "off"],
                "Who pays funding stamped at the time of a fill: positions held before; also those \
                 opened then; none").default_value("charge"),
            choice("funding-gaps", &["refuse", "zero"],
                "Missing funding rates").default_value("refuse"),
        ])
        .args(instrument_flags())
}

/// `command` with those flags of an account that say how a trade ends and what it costs.
pub(crate) fn with_trade_flags(mut command: Command) -> Command {
    const FLAGS: [&str; 13] = [
        "take-profit",
        "stop-loss",
        "trailing-stop",
        "max-hold",
        "tie",
        "gap-fill",
        "fee-maker",
        "fee-taker",
        "slippage",
        "slippage-range",
        "funding",
        "funding-gaps",
        "venue",
    ];
    let all = with_account_flags(Command::new("account"));
    for name in FLAGS {
        if let Some(flag) = all.get_arguments().find(|flag| flag.get_id() == name) {
            command = command.arg(flag.clone());
        }
    }
    command
}

/// The flags that choose a venue and its instruments.
pub(crate) fn instrument_flags() -> [Arg; 2] {
    [
        Arg::new("venue")
            .long("venue")
            .value_name("NAME")
            .env("RUNNER_VENUE")
            .default_value("binance-usdm")
            .help("Venue of fees and funding hours: binance-usdm, bybit, okx, hyperliquid"),
        Arg::new("instruments")
            .long("instruments")
            .value_name("FILE")
            .env("RUNNER_INSTRUMENTS")
            .value_delimiter(',')
            .action(ArgAction::Append)
            .value_parser(value_parser!(PathBuf))
            .help("The exchange's own exchangeInfo or leverageBracket JSON; may be repeated"),
    ]
}

/// The venue that is asked for.
pub(crate) fn venue(matches: &ArgMatches) -> Result<&'static Venue, UsageError> {
    let name = matches.get_one::<String>("venue").map_or("binance-usdm", String::as_str);
    Venue::find(name).map_err(|error| UsageError::new(error.into()))
}

/// The table of instruments that is in force.
pub(crate) fn instrument_table(matches: &ArgMatches) -> Result<InstrumentTable> {
    let mut table = InstrumentTable::shipped();
    let files = matches.try_get_many::<PathBuf>("instruments").ok().flatten();
    for path in files.into_iter().flatten() {
        let name = path.display().to_string();
        let text = std::fs::read_to_string(path)
            .map_err(|error| format!("--instruments {name} cannot be read: {error}"))?;
        table.read(&name, &text)?;
    }
    Ok(table)
}

/// An interval as in `1h`.
pub(crate) fn interval(text: &str) -> Result<TimeDelta, String> {
    market_data::parse_interval(text)
        .ok_or_else(|| "wanted an interval as 1m, 5m, 1h or 1d".to_owned())
}

impl Settings {
    /// The settings of `matches` for what is asked.
    pub(crate) fn of(matches: &ArgMatches, asked: &Asked) -> Result<Self> {
        let quantity = one::<f64>(matches, "quantity");
        if quantity.is_some_and(|quantity| !(quantity > 0.0 && quantity.is_finite())) {
            return Err(usage("--quantity must be a number above 0"));
        }
        if quantity.is_some() && asked.legs.len() > 1 {
            return Err(usage(
                "--quantity is for strategies of one instrument: this one has several legs",
            ));
        }
        let sizing = sizing_args::settings(matches, quantity)?;
        let settings = Self::of_trades(matches, asked)?;
        let exits = &settings.rules.exits;
        if settings.rules.intent == Intent::Entry
            && (exits.long.is_empty() || exits.short.is_empty())
        {
            return Err(usage(
                "trades of the intent entry end by their exits alone, and none is set: pass \
                         --take-profit, --stop-loss, --trailing-stop or --max-hold",
            ));
        }
        Ok(Self { sizing, ..settings })
    }

    /// Those that say how a trade ends and what it costs; flags that the command has not are at their
    /// defaults.
    pub(crate) fn of_trades(matches: &ArgMatches, asked: &Asked) -> Result<Self> {
        let venue = venue(matches)?;
        let given = |name: &str| one::<f64>(matches, name);
        let text = |name: &str| one::<String>(matches, name).unwrap_or_default();
        let mut fees = venue.fees;
        fees.maker = given("fee-maker").unwrap_or(fees.maker);
        fees.taker = given("fee-taker").unwrap_or(fees.taker);
        let overridden = |exits: Exits| Exits {
            take_profit: given("take-profit").or(exits.take_profit),
            stop_loss: given("stop-loss").or(exits.stop_loss),
            trailing_stop: given("trailing-stop").or(exits.trailing_stop),
            max_hold: one(matches, "max-hold").or(exits.max_hold),
        };
        let intent = match text("intent").as_str() {
            "position" => Intent::Position,
            "change" => Intent::Change,
            "entry" => Intent::Entry,
            _ => asked.intent,
        };
        let exits =
            SideExits { long: overridden(asked.exits.long), short: overridden(asked.exits.short) };
        let is = |name: &str, value: &str| text(name) == value;
        let defaults = Rules::default();
        let rules = Rules {
            capital: given("capital").unwrap_or(defaults.capital),
            intent,
            exits,
            max_trades: one(matches, "max-trades").unwrap_or(1),
            leverage: given("leverage").unwrap_or(1.0),
            maintenance: venue.maintenance,
            margin: if is("margin", "cross") { MarginMode::Cross } else { MarginMode::Isolated },
            fees,
            slippage: given("slippage-range").map_or_else(
                || Slippage::OfPrice(given("slippage").unwrap_or(BASIS_POINT)),
                Slippage::OfRange,
            ),
            funding: match text("funding").as_str() {
                "both-ends" => FundingRule::BothEnds,
                "off" => FundingRule::Off,
                _ => FundingRule::Charge,
            },
            tie: if is("tie", "optimistic") { Tie::Optimistic } else { Tie::Pessimistic },
            gap_fill: if is("gap-fill", "limit") { GapFill::Limit } else { GapFill::Open },
            gaps: if is("gaps", "hold") { Gaps::Hold } else { Gaps::Refuse },
        };
        let funding_gaps =
            if is("funding-gaps", "zero") { FundingGaps::Zero } else { FundingGaps::Refuse };
        Ok(Self {
            venue,
            table: instrument_table(matches)?,
            rules,
            sizing: SizingSettings::none(),
            funding_gaps,
            close_at_end: one(matches, "close-at-end").unwrap_or(false),
            detail: Besides::of(matches, "detail-ohlcv", "detail-table"),
            marks: Besides::of(matches, "mark-ohlcv", "mark-table"),
        })
    }
}
