//! Running the page's commands.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;

/// Where the page's commands run.
pub(crate) struct Shell<'a> {
    /// The copy of the workspace.
    pub(crate) folder: &'a Path,
    /// Where cargo keeps what it has compiled.
    pub(crate) build: PathBuf,
}

impl Shell<'_> {
    /// Runs a command, which must succeed; gives its standard output.
    pub(crate) fn run(&self, line: &str) -> String {
        let words = words(line);
        let (program, arguments) = words.split_first().unwrap();
        assert_eq!(program, "cargo", "`{line}`: only cargo can be run");
        let mut command = Command::new(env!("CARGO"));
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("RUNNER_") {
                command.env_remove(name);
            }
        }
        let output = command
            .args(arguments)
            .current_dir(self.folder)
            // DuckDB and other people's crates are compiled already and are used from there. The
            // programs go elsewhere: ours must not take the place of the workspace's own `runner`.
            .env("CARGO_BUILD_BUILD_DIR", &self.build)
            .env("CARGO_TARGET_DIR", self.folder.join("target"))
            // Nothing that the page does needs a network.
            .env("CARGO_NET_OFFLINE", "true")
            .output()
            .unwrap();
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let (out, err) = (text(&output.stdout), text(&output.stderr));
        assert!(output.status.success(), "`{line}` failed:\n{out}{err}");
        out
    }
}

/// The words of a command line, of which some may stand in double quotes.
fn words(line: &str) -> Vec<String> {
    let quoted = line.split('"').enumerate();
    quoted
        .flat_map(|(part, text)| match part % 2 {
            0 => text.split_whitespace().map(str::to_owned).collect(),
            _ => vec![text.to_owned()],
        })
        .collect()
}

/// Where cargo keeps what it compiles for the workspace at `root`.
pub(crate) fn build_folder(root: &Path) -> PathBuf {
    let output = Command::new(env!("CARGO"))
        .args(["metadata", "--no-deps", "--format-version", "1", "--offline"])
        .current_dir(root)
        .output()
        .unwrap();
    let metadata: Value = serde_json::from_slice(&output.stdout).unwrap();
    let folder = |key: &str| metadata[key].as_str().map(PathBuf::from);
    folder("build_directory").or_else(|| folder("target_directory")).unwrap()
}

/// Whether DuckDB was compiled there for `cargo run`: its build script leaves a library.
pub(crate) fn duckdb_is_built(build: &Path) -> bool {
    let scripts = fs::read_dir(build.join("debug/build")).into_iter().flatten().flatten();
    scripts.filter(|script| script.file_name().to_string_lossy().starts_with("libduckdb-sys-")).any(
        |script| {
            let library = if cfg!(windows) { "duckdb.lib" } else { "libduckdb.a" };
            script.path().join("out").join(library).is_file()
        },
    )
}

#[test]
fn quotes_hold_words_together() {
    assert_eq!(words("cargo x --about \"a b\" c"), ["cargo", "x", "--about", "a b", "c"]);
}
