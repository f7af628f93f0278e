//! How much history a strategy needs.

/// How many earlier rows a strategy needs before its first decision counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Lookback {
    /// Rows before the first row that is decided on. The framework feeds them unasked.
    pub rows: usize,
    /// Whether rows further back still matter: an average with an infinite window, a held position.
    pub unbounded: bool,
}

impl Lookback {
    /// Decisions depend on the row and on `rows` rows before it, and on nothing else.
    pub fn rows(rows: usize) -> Self {
        Self { rows, unbounded: false }
    }

    /// Decisions need `rows` rows before the first one, and rows further back still matter a little.
    pub fn at_least(rows: usize) -> Self {
        Self { rows, unbounded: true }
    }
}
