//! What is timed.

use crate::error::BenchError;

/// A kernel with its input loaded and, where the library writes into memory that it is given, that
/// memory.
pub(crate) trait Kernel {
    /// What is timed: the check of the input, and the work.
    fn call(&mut self) -> Result<(), BenchError>;

    /// What the last call found, as numbers that a peer's can be compared with.
    fn answer(&self) -> Vec<f64>;
}
