//! What to say of a flag that a command does not have: the one that does what was meant, where clap would
//! suggest the one that is spelled alike.

use clap::error::{ContextKind, ContextValue, ErrorKind};

/// Commands, a flag that people try with them, and what they want.
const TIPS: &[(&[&str], &[&str], &str)] = &[
    (&["inspect"], &["--bin-month", "--month"], "the month stands alone, as in `inspect 2025-11`"),
    (
        &["signals", "check"],
        &["--from"],
        "the first row is chosen by `--start`, as in `--start 2025-11`",
    ),
    (&["signals", "check"], &["--to"], "the last row is chosen by `--end`, as in `--end 2025-11`"),
    (
        &["signals", "check"],
        &["--bin-month"],
        "each row takes the bins of its month; `--start` and `--end` choose rows, `--bins-for` other bins",
    ),
    (
        &["score"],
        &["--start", "--end", "--from", "--to"],
        "the rows are those of the file, or of --pred-duckdb; `signals` takes `--start` and `--end`",
    ),
    (
        &["rebuild", "evaluate", "list", "verify"],
        &["--start"],
        "the first month is chosen by `--from`",
    ),
    (&["rebuild", "evaluate", "list", "verify"], &["--end"], "the last month is chosen by `--to`"),
    (
        &["evaluate", "list", "verify"],
        &["--bin-month", "--month"],
        "months are chosen by `--from` and `--to`",
    ),
    (&["rebuild"], &["--month"], "months are chosen by `--bin-month`, or `--from` and `--to`"),
];

/// `error`, with the right tip if it is about a flag that `command` does not have.
pub(crate) fn improved(mut error: clap::Error, arguments: &[String]) -> clap::Error {
    if error.kind() != ErrorKind::UnknownArgument {
        return error;
    }
    let Some(ContextValue::String(flag)) = error.get(ContextKind::InvalidArg) else { return error };
    let has_tip = |(commands, flags, _): &&(&[&str], &[&str], &str)| {
        let is_of = |argument: &String| commands.contains(&argument.as_str());
        flags.contains(&flag.as_str()) && arguments.iter().any(is_of)
    };
    if let Some((_, _, tip)) = TIPS.iter().find(has_tip) {
        error.remove(ContextKind::SuggestedArg);
        error.remove(ContextKind::TrailingArg);
        error.insert(ContextKind::Suggested, ContextValue::StyledStrs(vec![(*tip).into()]));
    }
    error
}
