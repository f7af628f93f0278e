//! What is said about bins: to people, and to programs ([`json`]).

pub(crate) mod evaluation_page;
pub(crate) mod file;
pub(crate) mod inspection_page;
pub(crate) mod json;
