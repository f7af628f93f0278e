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

/// A kernel of two functions: what is timed, and the numbers of what it found.
struct Timed<I, T> {
    input: I,
    found: Option<T>,
    call: fn(&mut I) -> Result<T, BenchError>,
    numbers: fn(&I, &T) -> Vec<f64>,
}

/// The kernel that calls `call` on `input`.
pub(crate) fn timed<I: 'static, T: 'static>(
    input: I,
    call: fn(&mut I) -> Result<T, BenchError>,
    numbers: fn(&I, &T) -> Vec<f64>,
) -> Box<dyn Kernel> {
    Box::new(Timed { input, found: None, call, numbers })
}

impl<I, T> Kernel for Timed<I, T> {
    fn call(&mut self) -> Result<(), BenchError> {
        self.found = Some((self.call)(&mut self.input)?);
        Ok(())
    }

    fn answer(&self) -> Vec<f64> {
        self.found.iter().flat_map(|found| (self.numbers)(&self.input, found)).collect()
    }
}
