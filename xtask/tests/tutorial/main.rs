//! Does what the pages about adding a strategy say, one after the other, in a copy of the workspace: every
//! command is run, every block of code written to the file that its caption names, and output that is
//! shown is compared.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::print_stderr,
    reason = "tests fail by panicking and say what they skip"
)]

mod copy;
mod page;
mod shell;

use std::collections::BTreeMap;
use std::fs;
use std::path::PathBuf;
use std::time::Instant;

use page::Step;
use shell::Shell;

const PAGES: [&str; 3] = [
    "docs/adding-a-strategy.md",
    "docs/adding-a-strategy-with-legs.md",
    "docs/adding-a-strategy-with-models.md",
];

#[test]
fn every_command_and_block_of_the_pages_works() {
    // At run time: a checkout that shares the target folder may have compiled this.
    let own = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").unwrap());
    let root = own.parent().unwrap();
    let build = shell::build_folder(root);
    if !shell::duckdb_is_built(&build) {
        eprintln!(
            "skipped: the pages run the runner, and DuckDB is not compiled in {}, which takes twenty \
             minutes; `cargo test --workspace` does it first",
            build.display()
        );
        return;
    }
    // Always the same folder: what was compiled for it the last time need not be compiled again.
    let copy = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("adding-a-strategy");
    let _lock = copy::locked(&copy);
    copy::refresh(root, &copy);

    let shell = Shell { folder: &copy, build };
    for page in PAGES {
        follow(page, &fs::read_to_string(root.join(page)).unwrap(), &shell);
    }
}

/// Before a strategy could have legs or several models, this page had 481 lines, 10 commands and 8 files.
#[test]
fn a_plain_strategy_takes_no_more_than_before_there_were_legs() {
    let own = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").unwrap());
    let text = fs::read_to_string(own.parent().unwrap().join(PAGES[0])).unwrap();
    let (files, commands): (Vec<Step>, Vec<Step>) =
        page::steps(&text).into_iter().partition(|step| matches!(step, Step::File { .. }));
    let found = (text.lines().count(), commands.len(), files.len());
    assert!(found.0 <= 481 && found.1 <= 10 && found.2 <= 8, "{found:?}");
}

/// The strategy with legs, and the one with a model and a second run.
#[test]
fn the_strategies_of_the_pages_have_fewer_than_150_lines() {
    let own = PathBuf::from(std::env::var("CARGO_MANIFEST_DIR").unwrap());
    for page in &PAGES[1..] {
        let text = fs::read_to_string(own.parent().unwrap().join(page)).unwrap();
        let files = page::steps(&text).into_iter().filter_map(|step| match step {
            Step::File { path, text } if path.contains("/src/") => Some((path, text)),
            _ => None,
        });
        // A file that a page changes later counts as it is in the end.
        let files: BTreeMap<String, String> = files.collect();
        let lines: usize = files.values().map(|text| text.lines().count()).sum();
        assert!((20..150).contains(&lines), "{page}: {lines} lines");
    }
}

fn follow(page: &str, text: &str, shell: &Shell<'_>) {
    for step in page::steps(text) {
        match step {
            Step::File { path, text } => fs::write(shell.folder.join(path), text).unwrap(),
            Step::Command { line, shown } => {
                let start = Instant::now();
                let printed = shell.run(&line);
                eprintln!("{:5.1} s  {line}", start.elapsed().as_secs_f64());
                assert!(
                    shown.is_empty() || page::agrees(&shown, &printed),
                    "{page}: `{line}` is shown to print\n{shown}\nbut prints\n{printed}"
                );
            }
        }
    }
}
