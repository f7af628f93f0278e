//! Laying out code as the workspace does.

use std::io::Write as _;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Once;

use crate::command::say;

/// `code` as rustfmt writes it with the settings of the workspace at `root`. Without rustfmt, as it is:
/// a layout is no reason to fail.
pub(super) fn formatted(root: &Path, code: &str) -> String {
    match run(root, code) {
        Ok(formatted) => formatted,
        Err(error) => {
            static SAID: Once = Once::new();
            SAID.call_once(|| {
                say(&format!(
                    "warning: rustfmt did not lay the code out ({error}): run `cargo fmt`"
                ));
            });
            code.to_owned()
        }
    }
}

fn run(root: &Path, code: &str) -> anyhow::Result<String> {
    let mut child = Command::new("rustfmt")
        .args(["--edition", "2024", "--config-path"])
        .arg(root)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()?;
    // Dropped after writing, so that rustfmt sees the end. It reads all before it writes.
    if let Some(mut input) = child.stdin.take() {
        input.write_all(code.as_bytes())?;
    }
    let output = child.wait_with_output()?;
    if !output.status.success() {
        anyhow::bail!("{}", String::from_utf8_lossy(&output.stderr).trim());
    }
    Ok(String::from_utf8(output.stdout)?)
}
