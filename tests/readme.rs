//! What README says a person will see.

use std::fs;

use crate::program::{ok, workspace};

/// The command that README gives for making bins, and below it the output that it shows.
#[test]
fn the_first_command_prints_what_readme_shows() {
    let root = workspace();
    let readme = fs::read_to_string(root.join("README.md")).unwrap();
    let command = "cargo run -p runner -- ml-calibrated-bins rebuild";
    assert!(readme.lines().any(|line| line == command), "README must give `{command}`");

    let folder = tempfile::tempdir().unwrap();
    let printed = ok(folder.path(), "ml-calibrated-bins rebuild");
    let shown = readme
        .split("```text\n")
        .skip(1)
        .filter_map(|block| block.split("```").next())
        .find(|block| block.starts_with("Calibrated bins of"))
        .unwrap_or_else(|| panic!("README shows no report; it should show\n{printed}"));
    // A line `…` stands for bins that README leaves out.
    let (begin, end) = shown.split_once("…\n").unwrap();
    let (begin, end, printed) = (stable(begin), stable(end), stable(&printed));
    assert!(begin.len() > 15 && end.len() > 2);
    assert_eq!(begin, printed[..begin.len()], "README shows the begin of another report");
    assert_eq!(end, printed[printed.len() - end.len()..], "README shows the end of another report");
}

/// The lines without the one that differs from run to run: when and by which version it was made.
fn stable(report: &str) -> Vec<String> {
    report
        .lines()
        .filter(|line| !line.starts_with("made "))
        .map(|line| line.trim_end().to_owned())
        .collect()
}
