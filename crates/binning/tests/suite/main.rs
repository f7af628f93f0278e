//! Tests through the public interface, one program.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

mod damage;
mod edges;
mod fixtures;
mod golden;
mod metadata;
mod payoffs;
mod sample;
