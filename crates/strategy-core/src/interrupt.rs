//! Asked to stop: Ctrl-C, or a service manager's signal.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Whether somebody asked the program to stop, for work that ends at a place of its own choosing.
///
/// The default is never asked. Clones share what they know.
#[derive(Debug, Clone, Default)]
pub struct Interrupt {
    signal: Arc<AtomicUsize>,
}

impl Interrupt {
    /// One that whoever catches signals writes their number into; 0 means none came.
    pub fn new(signal: Arc<AtomicUsize>) -> Self {
        Self { signal }
    }

    /// Whether somebody asked.
    pub fn is_set(&self) -> bool {
        self.signal.load(Ordering::SeqCst) != 0
    }
}
