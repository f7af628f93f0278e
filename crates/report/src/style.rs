//! The style sheet.

/// Written into every page.
pub(crate) const STYLE: &str = include_str!("style.css");
