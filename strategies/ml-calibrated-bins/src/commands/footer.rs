//! The footer of a page.

/// What it says of the program: the command as it was called, and the version.
pub(super) fn origin() -> Vec<(String, String)> {
    report::origin(std::env::args_os(), env!("CARGO_PKG_VERSION"))
}
