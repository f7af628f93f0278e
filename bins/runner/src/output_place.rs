//! Where a table of signals is written.

use std::io::Write;
use std::path::PathBuf;

use clap::ArgMatches;
use tabular::Destination;

/// Where signals are written: to none of `inputs`.
pub(crate) fn destination<'o>(
    matches: &ArgMatches,
    inputs: Vec<PathBuf>,
    out: &'o mut dyn Write,
) -> Destination<'o> {
    match matches.get_one::<PathBuf>("output") {
        Some(path) => {
            let overwrite = matches.get_flag("overwrite");
            Destination::File { path: path.clone(), overwrite, inputs }
        }
        None => Destination::Stream(out),
    }
}
