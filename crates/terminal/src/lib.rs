//! What commands print for people.
//!
//! - [`plain`], [`wrapped`]: tables of aligned columns
//! - [`count`], [`counted`], [`probability`], [`per_cent`]: numbers
//! - [`Folded`]: long lines broken for a terminal
//! - [`collapse`], [`error_chain`], [`listed`]: many sentences as one

mod collapse;
mod folded;
mod number;
mod table;

use std::error::Error;

pub use collapse::collapse;
pub use folded::Folded;
pub use number::{count, counted, per_cent, probability};
pub use table::{plain, wrapped};

/// An error and its causes in one line.
pub fn error_chain(error: &(dyn Error + 'static)) -> String {
    let causes = std::iter::successors(Some(error), |&error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

/// The texts of `things`, put together.
pub fn listed(things: &[impl ToString], between: &str) -> String {
    things.iter().map(ToString::to_string).collect::<Vec<_>>().join(between)
}
