//! Ctrl-C and the signal of a service manager, for commands that stop at a place of their own.

use std::io;
use std::process::ExitCode;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};

use signal_hook::consts::{SIGINT, SIGTERM};
use signal_hook::flag;
use strategy_core::Interrupt;
use tracing::warn;

/// The signal that came, once somebody watches for one.
static SIGNAL: OnceLock<Arc<AtomicUsize>> = OnceLock::new();

/// From now on the first signal is noted and the second ends the program.
pub(crate) fn watch() -> Interrupt {
    let signal = SIGNAL.get_or_init(|| {
        let signal = Arc::default();
        if let Err(error) = register(&signal) {
            warn!(%error, "signals are not caught: Ctrl-C ends the program at once");
        }
        signal
    });
    Interrupt::new(Arc::clone(signal))
}

fn register(signal: &Arc<AtomicUsize>) -> io::Result<()> {
    let asked = Arc::new(AtomicBool::new(false));
    for number in [SIGINT, SIGTERM] {
        // In this order: the first signal finds `asked` false, sets it, and does not end the program.
        flag::register_conditional_shutdown(number, 128 + number, Arc::clone(&asked))?;
        flag::register(number, Arc::clone(&asked))?;
        flag::register_usize(number, Arc::clone(signal), usize::try_from(number).unwrap_or(1))?;
    }
    Ok(())
}

/// 128 and the signal's number, as shells have it, if a command that watched was asked to stop.
pub(crate) fn exit_code() -> Option<ExitCode> {
    let number = SIGNAL.get()?.load(Ordering::SeqCst);
    if number == 0 {
        return None;
    }
    u8::try_from(128 + number).ok().map(ExitCode::from)
}
