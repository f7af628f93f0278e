//! Tests through the public interface, one program.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::cast_possible_truncation,
    clippy::cast_possible_wrap,
    clippy::unreadable_literal,
    reason = "tests fail by panicking, and their values are what they are"
)]

mod damage;
mod files;
mod fixtures;
mod python;
mod reading;
mod round_trip;
mod text;
mod timestamps;
mod writing;
