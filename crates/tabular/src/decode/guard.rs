//! Decoders that panic.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use super::opened::{Batches, Failure};

/// Runs a step of a decoder and turns a panic into an error.
///
/// Files that are cut off are refused by the decoders of Parquet and Arrow as they should be, but a
/// changed byte in the midst can make them panic (version 60.1 checks no checksums). A damaged file is
/// the user's everyday, not a bug of the program that reads it. What the decoder was at is given up
/// afterwards, so it does not matter in which state the panic left it.
pub(super) fn guarded<T>(step: impl FnOnce() -> Result<T, Failure>) -> Result<T, Failure> {
    catch_unwind(AssertUnwindSafe(step)).unwrap_or_else(|panic| {
        Err(Failure::Decoder(format!("the decoder gave up: {}", message(&*panic)).into()))
    })
}

/// The same for every step of an iterator.
pub(super) fn guarded_batches(mut batches: Batches) -> Batches {
    Box::new(std::iter::from_fn(move || guarded(|| batches.next().transpose()).transpose()))
}

fn message(panic: &(dyn Any + Send)) -> &str {
    panic
        .downcast_ref::<String>()
        .map(String::as_str)
        .or_else(|| panic.downcast_ref::<&str>().copied())
        .unwrap_or("it does not say why")
}
