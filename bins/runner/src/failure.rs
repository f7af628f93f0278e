//! How a failure is told, and the exit code it gives: 1 failed, 2 wrong usage, 75 try again later.

use std::error::Error;
use std::io::{self, ErrorKind, IsTerminal, Write};
use std::process::ExitCode;

use backtest::BacktestError;
use files::OutputError;
use market_data::MarketDataError;
use sample::SampleError;
use strategy_core::registry::{RegistryError, UsageError};
use streaming::StreamError;
use tabular::TabularError;

use crate::config::ConfigError;
use crate::interrupt;
use crate::logging::{LogFormat, json_line};
use crate::monitor::Firing;
use crate::runs::RunsError;

const WRONG_USAGE: u8 = 2;

/// What cron and service managers know as a temporary failure (`EX_TEMPFAIL`).
const TRY_LATER: u8 = 75;

/// Writes the error and its causes to `err`; the exit code says what kind it was.
pub(crate) fn report(
    error: &(dyn Error + 'static),
    format: LogFormat,
    err: &mut dyn Write,
) -> ExitCode {
    if let Some(usage) = error.downcast_ref::<clap::Error>() {
        // Help and version come this way too, on standard output with code 0.
        if usage.use_stderr() && format == LogFormat::Json {
            let _ = writeln!(err, "{}", json_line(usage.render().to_string().trim_end(), &[]));
        } else if usage.use_stderr() && io::stderr().is_terminal() {
            let _ = write!(err, "{}", usage.render().ansi());
        } else {
            let _ = usage.print();
        }
        return u8::try_from(usage.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from);
    }
    // What a monitor found is no failure; it has been told.
    if let Some(firing) = error.downcast_ref::<Firing>() {
        return ExitCode::from(firing.code);
    }
    let causes = || std::iter::successors(error.source(), |&cause| cause.source());
    // The reader went away (`| head`): it has what it wanted.
    if is_broken_pipe(error) || causes().any(is_broken_pipe) {
        return ExitCode::SUCCESS;
    }
    if format == LogFormat::Json {
        let causes: Vec<String> = causes().map(ToString::to_string).collect();
        let _ = writeln!(err, "{}", json_line(&format!("error: {error}"), &causes));
    } else {
        tell(error, err);
    }
    if let Some(code) = interrupt::exit_code() {
        return code;
    }
    if matches!(error.downcast_ref(), Some(StreamError::Held { .. })) {
        return ExitCode::from(TRY_LATER);
    }
    let of_usage = |cause: &(dyn Error + 'static)| {
        cause.is::<RegistryError>()
            || cause.is::<UsageError>()
            || cause.is::<ConfigError>()
            || cause.is::<RunsError>()
            || matches!(cause.downcast_ref(), Some(SampleError::NotAsked { .. }))
            || cause.downcast_ref().is_some_and(BacktestError::is_usage)
            || cause.downcast_ref().is_some_and(MarketDataError::is_usage)
            || is_refused_output(cause)
    };
    if of_usage(error) || causes().any(of_usage) {
        return ExitCode::from(WRONG_USAGE);
    }
    ExitCode::FAILURE
}

/// Whether an output was refused, whatever the disk says: it is an input, or of another kind.
fn is_refused_output(cause: &(dyn Error + 'static)) -> bool {
    let of_rows = match cause.downcast_ref::<TabularError>() {
        Some(TabularError::Output(output)) => Some(output),
        _ => None,
    };
    of_rows.or_else(|| cause.downcast_ref()).is_some_and(OutputError::is_usage)
}

fn tell(error: &(dyn Error + 'static), err: &mut dyn Write) {
    let _ = writeln!(err, "error: {error}");
    for cause in std::iter::successors(error.source(), |&cause| cause.source()) {
        let _ = writeln!(err, "  because: {cause}");
    }
    if error.is::<RegistryError>() {
        let _ = writeln!(
            err,
            "Beside the strategies there are the commands `list`, `data`, `completions` and `man`; \
             see --help."
        );
    }
}

fn is_broken_pipe(cause: &(dyn Error + 'static)) -> bool {
    let plain = cause.downcast_ref::<io::Error>().map(io::Error::kind);
    let json = cause.downcast_ref::<serde_json::Error>().and_then(serde_json::Error::io_error_kind);
    plain.or(json) == Some(ErrorKind::BrokenPipe)
}
