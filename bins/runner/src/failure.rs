//! How a failure is told, and the exit code it gives: 1 failed, 2 wrong usage.

use std::io::{self, ErrorKind, Write};
use std::process::ExitCode;

use strategy_core::registry::RegistryError;

/// Writes the error and its causes to `err`; the exit code says what kind it was.
pub(crate) fn report(error: &anyhow::Error, err: &mut dyn Write) -> ExitCode {
    if let Some(usage) = error.downcast_ref::<clap::Error>() {
        // Help and version come this way too, on standard output with code 0.
        let _ = usage.print();
        return u8::try_from(usage.exit_code()).map_or(ExitCode::FAILURE, ExitCode::from);
    }
    // The reader went away (`| head`): it has what it wanted.
    let broken_pipe = |cause: &(dyn std::error::Error + 'static)| {
        cause.downcast_ref::<io::Error>().is_some_and(|e| e.kind() == ErrorKind::BrokenPipe)
    };
    if error.chain().any(broken_pipe) {
        return ExitCode::SUCCESS;
    }
    let _ = writeln!(err, "error: {error}");
    for cause in error.chain().skip(1) {
        let _ = writeln!(err, "  because: {cause}");
    }
    if error.is::<RegistryError>() {
        let _ = writeln!(err, "Beside the strategies there is the command `list`; see --help.");
        return ExitCode::from(2);
    }
    ExitCode::FAILURE
}
