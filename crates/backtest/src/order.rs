//! What a decision leaves for the next open.

use strategy_core::Exits;

use crate::Size;

/// The entry that is filled at the next open.
#[derive(Debug, Default)]
pub(crate) struct Order {
    pub(crate) pending: bool,
    pub(crate) size: Size,
    /// Weights wanted, one an instrument; 0: nothing of this one.
    pub(crate) legs: Vec<f64>,
    /// Whether weights are levels, so that what is held already counts.
    pub(crate) levels: bool,
    pub(crate) exits: Exits,
    /// Worked out at the fill: quantities, and what they are bought or sold at.
    pub(crate) quantities: Vec<f64>,
    pub(crate) prices: Vec<f64>,
}
