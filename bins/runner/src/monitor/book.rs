//! What is kept between calls: the monitors, and which alerts fire.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};

use chrono::{SecondsFormat, Utc};
use clap::{Arg, ArgMatches, Command};
use monitoring::{AlertBook, Monitor};
use serde::{Deserialize, Serialize};
use strategy_core::registry::usage;
use strategy_core::{Console, Result};

use crate::arg;
use crate::whole_file;

pub(super) const ACKNOWLEDGE: &str = "acknowledge";

/// Version of the state's file.
const VERSION: u32 = 1;

/// The state's file.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct StateFile {
    version: u32,
    pub(super) monitors: BTreeMap<String, Monitor>,
    pub(super) book: AlertBook,
}

impl Default for StateFile {
    fn default() -> Self {
        Self { version: VERSION, monitors: BTreeMap::new(), book: AlertBook::default() }
    }
}

impl StateFile {
    /// The state at `path`, or that of a monitor that has seen nothing.
    pub(super) fn read(path: &Path) -> Result<Self> {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Self::default()),
            Err(error) => return Err(format!("cannot read {}: {error}", path.display()).into()),
        };
        let state: Self = serde_json::from_str(&text)
            .map_err(|error| format!("{} is no state of a monitor: {error}", path.display()))?;
        if state.version != VERSION {
            let found = state.version;
            let error =
                format!("{} has version {found}, this program knows {VERSION}", path.display());
            return Err(error.into());
        }
        Ok(state)
    }

    pub(super) fn write(&self, path: &Path) -> Result<()> {
        whole_file::write(path, &serde_json::to_vec(self)?)
    }

    /// Waits until nobody else reads the state at `path` and writes it anew: an acknowledgement in the
    /// middle of a look would be lost. Held until it is dropped.
    pub(super) fn lock(path: &Path) -> Result<File> {
        let mut name = path.file_name().unwrap_or_default().to_owned();
        name.push(".lock");
        let beside = path.with_file_name(name);
        let folder = beside.parent().filter(|folder| !folder.as_os_str().is_empty());
        if let Some(folder) = folder.filter(|folder| !folder.is_dir()) {
            let error = format!(
                "cannot create {}: there is no folder {}",
                path.display(),
                folder.display()
            );
            return Err(error.into());
        }
        // Whatever lies there keeps its bytes.
        let opened = File::options().create(true).truncate(false).write(true).open(&beside);
        let locked = opened.and_then(|file| file.lock().map(|()| file));
        locked.map_err(|error| format!("cannot lock {}: {error}", beside.display()).into())
    }
}

/// All alerts as Alertmanager sends them to a webhook, version 4.
pub(super) fn webhook(book: &AlertBook) -> Result<Vec<u8>> {
    let alerts = book.outbox();
    let firing = alerts.iter().any(|alert| alert.status == "firing");
    let document = serde_json::json!({
        "version": "4",
        "groupKey": "{}:{monitor=\"runner\"}",
        "truncatedAlerts": 0,
        "status": if firing { "firing" } else { "resolved" },
        "receiver": "webhook",
        "groupLabels": {},
        "commonLabels": {},
        "commonAnnotations": {},
        "externalURL": "",
        "alerts": alerts,
    });
    let mut bytes = serde_json::to_vec_pretty(&document)?;
    bytes.push(b'\n');
    Ok(bytes)
}

pub(super) fn acknowledge_command() -> Command {
    Command::new(ACKNOWLEDGE)
        .about("End alerts that fire: they are told as resolved once")
        .arg(
            Arg::new("fingerprint")
                .value_name("FINGERPRINT")
                .required(true)
                .num_args(1..)
                .help("Fingerprints of alerts, as the monitor prints them"),
        )
        .arg(arg::path("state", "FILE", "The monitor's file").required(true))
}

pub(super) fn acknowledge(matches: &ArgMatches, console: &mut Console<'_>) -> Result<()> {
    let Some(path) = matches.get_one::<PathBuf>("state") else { return Ok(()) };
    if !path.exists() {
        return Err(usage(format!(
            "there is no {}: name the file that the monitor's --state names",
            path.display()
        )));
    }
    let _lock = StateFile::lock(path)?;
    let mut state = StateFile::read(path)?;
    let now = Utc::now().to_rfc3339_opts(SecondsFormat::Secs, true);
    let named = || matches.get_many::<String>("fingerprint").into_iter().flatten();
    for fingerprint in named() {
        if !state.book.acknowledge(fingerprint, &now) {
            return Err(usage(format!(
                "{}: no alert {fingerprint} fires: `monitor` prints those that do, and \
                 nothing was changed",
                path.display()
            )));
        }
    }
    state.write(path)?;
    for fingerprint in named() {
        writeln!(console.out, "acknowledged {fingerprint}")?;
    }
    Ok(())
}
