//! Where a strategy's own commands write.

use std::fmt;
use std::io::Write;

use crate::Interrupt;

/// The two streams of a command line program: data goes to `out`, everything else to `err`.
///
/// Handed in rather than taken from the process, so that a command can be tested and embedded.
pub struct Console<'a> {
    /// Data: tables, JSON, paths.
    pub out: &'a mut dyn Write,
    /// What is said to the person: notices, progress, errors.
    pub err: &'a mut dyn Write,
    /// Whether `out` is a terminal: then tables are drawn, otherwise CSV is written.
    pub out_is_terminal: bool,
    /// Whether `err` is a terminal that nobody but a person reads: then progress may be drawn.
    pub err_is_terminal: bool,
    /// From this call on Ctrl-C asks the command to stop instead of ending the program. For commands
    /// that then do stop, after what must not be torn.
    pub on_interrupt: fn() -> Interrupt,
}

impl fmt::Debug for Console<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Console")
            .field("out_is_terminal", &self.out_is_terminal)
            .field("err_is_terminal", &self.err_is_terminal)
            .finish_non_exhaustive()
    }
}
