//! Tests through the public interface, one program.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod backfill;
mod locking;
mod note;
mod processes;
mod store;
mod verify;
