//! The sample is what it promises to be.

mod further;
mod realism;
mod written;
