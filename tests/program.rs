//! Calling the program and looking at what it did.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;

/// The top of the workspace. Cargo says it at run time; what was compiled may have been compiled in
/// another checkout that shares the target folder.
pub(crate) fn workspace() -> PathBuf {
    Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("../..")
}

/// The runner, in the folder `folder` and with nothing configured.
pub(crate) fn runner(folder: &Path, arguments: &str) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_runner"));
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("RUNNER_") || name == "SOURCE_DATE_EPOCH" {
            command.env_remove(name);
        }
    }
    command.current_dir(folder).args(arguments.split_whitespace());
    command
}

/// What a run of the program left.
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

/// Runs the program to its end.
pub(crate) fn run(folder: &Path, arguments: &str) -> Ran {
    let Output { status, stdout, stderr } = runner(folder, arguments).output().unwrap();
    Ran {
        code: status.code().unwrap_or(-1),
        out: String::from_utf8(stdout).unwrap(),
        err: String::from_utf8(stderr).unwrap(),
    }
}

/// Runs `command` to its end, or for three minutes: a service that waits for rows to come does not end.
pub(crate) fn bounded(command: &mut Command) -> Ran {
    bounded_by(command, Duration::from_mins(3))
}

/// Runs `command` to its end, or for so long.
pub(crate) fn bounded_by(command: &mut Command, longest: Duration) -> Ran {
    let folder = tempfile::tempdir().unwrap();
    let [out, err] = ["out", "err"].map(|name| folder.path().join(name));
    command.stdin(Stdio::null());
    command.stdout(File::create(&out).unwrap()).stderr(File::create(&err).unwrap());
    let mut child = command.spawn().unwrap();
    let begun = Instant::now();
    let code = loop {
        match child.try_wait().unwrap() {
            Some(status) => break status.code().unwrap_or(-1),
            None if begun.elapsed() > longest => {
                child.kill().unwrap();
                child.wait().unwrap();
                break -1;
            }
            None => std::thread::sleep(Duration::from_millis(2)),
        }
    };
    let text = |path| String::from_utf8_lossy(&fs::read(path).unwrap()).into_owned();
    Ran { code, out: text(out), err: text(err) }
}

/// Runs the program, which must succeed; gives its standard output.
pub(crate) fn ok(folder: &Path, arguments: &str) -> String {
    let ran = run(folder, arguments);
    assert_eq!(ran.code, 0, "`{arguments}` failed:\n{}", ran.err);
    ran.out
}

/// Runs the program, which must succeed; gives its standard output as JSON.
pub(crate) fn json(folder: &Path, arguments: &str) -> Value {
    serde_json::from_str(&ok(folder, arguments)).unwrap()
}

/// Runs the program, which must fail with `code`, data nothing on standard output, and an error that
/// holds each of `parts`.
pub(crate) fn fails(folder: &Path, arguments: &str, code: i32, parts: &[&str]) {
    let ran = run(folder, arguments);
    assert_eq!(ran.code, code, "`{arguments}` said:\n{}{}", ran.out, ran.err);
    assert_eq!(ran.out, "", "`{arguments}` wrote data although it failed");
    for part in parts {
        assert!(ran.err.contains(part), "`{arguments}` does not say `{part}`:\n{}", ran.err);
    }
    assert!(!ran.err.contains("panicked"), "`{arguments}`:\n{}", ran.err);
}
