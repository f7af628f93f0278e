//! `cargo xtask pictures`: the pictures of reports in README and docs, made anew from the sample.
//!
//! `pages.txt` beside them has a checksum of each page that was pictured: `--check` makes the pages anew and
//! says which picture is of another one.

use std::ffi::OsString;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;
use std::process::{Command, ExitCode};

use anyhow::{Context, Result, ensure};
use clap::Args;

use crate::command::{self, root, say, status};

/// Flags of `pictures`.
#[derive(Debug, Args)]
pub(crate) struct PicturesArgs {
    /// A runner that is built already, instead of `cargo run -p runner`
    #[arg(long, value_name = "PROGRAM", env = "RUNNER_PROGRAM")]
    runner: Option<OsString>,

    /// The browser
    #[arg(long, value_name = "PROGRAM", default_value = "chromium")]
    chromium: OsString,

    /// Folder for pages and pictures [default: docs/pictures; pages are not kept there]
    #[arg(long, value_name = "FOLDER")]
    out: Option<std::path::PathBuf>,

    /// Only say whether the pictures are of the pages as they are today; needs no browser
    #[arg(long)]
    check: bool,
}

/// The file of checksums.
const SUMS: &str = "pages.txt";

/// A page, the command that writes it, and its picture's height.
const PAGES: &[(&str, &str, u32)] = &[
    ("evaluation", "ml-calibrated-bins evaluate", 2_060),
    ("backtest", "ml-calibrated-bins backtest --start 2025-10-01", 2_400),
    (
        "sweep",
        "mean-reversion sweep --set entry-z=1:3:0.25 --set stop-loss=0.01,0.02,0.05 --walk-forward 6:1",
        2_300,
    ),
    ("monitor", "monitor --from-data --start 2025-01-01", 1_500),
    ("inspection", "ml-calibrated-bins inspect 2025-11 --compare 2025-10", 1_500),
];

/// What must be there before; pages show when bins were made.
const BEFORE: &str = "ml-calibrated-bins rebuild --from 2025-01 --to 2025-11 --created-at 0";

pub(crate) fn run(args: &PicturesArgs) -> Result<ExitCode> {
    let work = std::env::temp_dir().join(format!("pictures-{}", std::process::id()));
    fs::create_dir_all(&work).context("cannot make a folder for the pages")?;
    let result = make(args, &work);
    fs::remove_dir_all(&work).context("cannot remove the folder of the pages")?;
    result
}

fn make(args: &PicturesArgs, work: &Path) -> Result<ExitCode> {
    let out = args.out.clone().unwrap_or_else(|| root().join("docs/pictures"));
    fs::create_dir_all(&out).with_context(|| format!("cannot make {}", out.display()))?;
    runner(args, work, BEFORE)?;
    let mut sums = String::new();
    for (name, command, height) in PAGES {
        let file = format!("{name}.html");
        let page = work.join(&file);
        runner(args, work, &format!("{command} --report {file}"))?;
        let text = fs::read_to_string(&page).with_context(|| format!("{name} has no page"))?;
        let _ = writeln!(sums, "{name} {:016x}", checksum(&text));
        if args.check {
            continue;
        }
        let picture = out.join(format!("{name}.png"));
        let mut browser = Command::new(&args.chromium);
        browser.args([
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--no-first-run",
            "--disable-background-networking",
            "--disable-component-update",
            "--disable-sync",
            "--hide-scrollbars",
        ]);
        browser.arg(format!("--user-data-dir={}", work.join("browser").display()));
        browser.arg(format!("--window-size=1400,{height}"));
        browser.arg(format!("--screenshot={}", picture.display()));
        browser.arg(format!("file://{}", page.display()));
        let made = status(browser.stderr(std::process::Stdio::null())).context(
            "the pictures need a browser: Debian's chromium, or name one with --chromium",
        )?;
        ensure!(made.success() && picture.is_file(), "{} was not made", picture.display());
        say(&format!("made {}", picture.display()));
    }
    let path = out.join(SUMS);
    if !args.check {
        fs::write(&path, sums).with_context(|| format!("cannot write {}", path.display()))?;
        return Ok(ExitCode::SUCCESS);
    }
    let known =
        fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
    let stale: Vec<&str> = sums.lines().filter(|line| !known.lines().any(|k| k == *line)).collect();
    if stale.is_empty() {
        say("the pictures are of the pages as they are");
        return Ok(ExitCode::SUCCESS);
    }
    for line in stale {
        let name = line.split(' ').next().unwrap_or_default();
        say(&format!("{name}.png is of another page: run `cargo xtask pictures`"));
    }
    Ok(ExitCode::FAILURE)
}

/// 64-bit FNV-1a.
fn checksum(page: &str) -> u64 {
    page.bytes().fold(0xcbf2_9ce4_8422_2325, |sum, byte| {
        (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3)
    })
}

/// Runs the runner in an empty folder, where nothing is configured, so that it uses the sample.
fn runner(args: &PicturesArgs, work: &Path, arguments: &str) -> Result<()> {
    let mut command = command::runner(args.runner.as_ref());
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("RUNNER_") {
            command.env_remove(name);
        }
    }
    command.current_dir(work).args(arguments.split(' ')).stdout(std::process::Stdio::null());
    let done = status(&mut command)?;
    ensure!(done.success(), "the runner failed");
    Ok(())
}
