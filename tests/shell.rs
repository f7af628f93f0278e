//! `runner completions` and `runner man`.

use std::fs;
use std::path::Path;

use crate::program::{fails, ok};

#[test]
fn every_shell_has_completions() {
    let here = Path::new(".");
    for shell in ["bash", "zsh", "fish", "elvish", "powershell"] {
        let script = ok(here, &format!("completions {shell}"));
        for name in ["ml-calibrated-bins", "rebuild", "signals", "status", "lookback-months"] {
            assert!(script.contains(name), "{shell} cannot complete `{name}`");
        }
    }
    fails(here, "completions tcsh", 2, &["invalid value 'tcsh'", "powershell"]);
}

#[test]
fn every_command_has_a_manual_page() {
    let folder = tempfile::tempdir().unwrap();
    assert_eq!(ok(folder.path(), "man --out-dir new/man"), "");
    let page = |name: &str| {
        let path = folder.path().join("new/man").join(format!("runner{name}.1"));
        fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
    };
    for name in [
        "",
        "-list",
        "-data",
        "-data-status",
        "-data-sample",
        "-completions",
        "-man",
        "-ml-calibrated-bins",
        "-ml-calibrated-bins-rebuild",
        "-ml-calibrated-bins-inspect",
        "-ml-calibrated-bins-list",
        "-ml-calibrated-bins-signals",
        "-ml-calibrated-bins-check",
    ] {
        let (page, title) = (page(name), format!("runner{name}"));
        assert!(page.contains(".SH NAME"), "{title}:\n{page}");
        // A hyphen is escaped in such pages.
        assert!(page.replace('\\', "").contains(&title), "{title}:\n{page}");
    }
    assert!(page("-data-status").replace('\\', "").contains("--bins-root"));

    fs::write(folder.path().join("file"), "").unwrap();
    fails(
        folder.path(),
        "man --out-dir file",
        1,
        &["cannot write manual pages to the folder file"],
    );
}
