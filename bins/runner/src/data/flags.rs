//! Flags of files.

use clap::{Arg, Args, Command};
use market_data::DataFlags;

/// Those flags of [`DataFlags`] that are named: what chooses a table or a model means nothing here.
pub(super) fn data_flags(names: &[&str]) -> Vec<Arg> {
    DataFlags::augment_args(Command::new("data"))
        .get_arguments()
        .filter(|flag| names.contains(&flag.get_id().as_str()))
        .cloned()
        .collect()
}
