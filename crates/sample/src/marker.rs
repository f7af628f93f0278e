//! The file that is written last: it says that the sample is whole, and what made it.

use std::path::Path;

use crate::spec::SampleSpec;

/// Version of the generated values. Raise it with every change that changes one of them: samples
/// of other versions are made anew.
pub const GENERATOR_VERSION: u32 = 3;

/// The text of the marker of a sample made from `spec`.
pub(crate) fn text(spec: &SampleSpec) -> String {
    let SampleSpec { seed, first_month, months, training_months } = spec;
    format!(
        "# Invented prices and predictions, generated for trying things out. Safe to delete:\n\
         # they are made again, the same, when they are needed.\n\
         {}\n\
         seed = {seed}\n\
         first_month = \"{first_month}\"\n\
         months = {months}\n\
         training_months = {training_months}\n",
        version_line()
    )
}

/// Whether the file is the marker of a sample of this version, whatever its seed and months.
pub(crate) fn is_current(path: &Path) -> bool {
    std::fs::read_to_string(path).is_ok_and(|text| text.lines().any(|line| line == version_line()))
}

fn version_line() -> String {
    format!("generator_version = {GENERATOR_VERSION}")
}
