//! The time, from outside.

use std::fs;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Where the time comes from; tests bring their own.
pub trait Clock {
    /// The time since the machine started, which never goes back.
    fn since_boot(&self) -> Duration;

    /// Which start of the machine that counts from; empty where nothing tells.
    fn boot(&self) -> &str;

    /// What the clock says, µs UTC. It may be wrong and step back: no decision depends on it.
    fn now(&self) -> i64;
}

/// The machine's clocks.
#[derive(Debug)]
pub struct SystemClock {
    boot: String,
    started: Instant,
}

impl Default for SystemClock {
    fn default() -> Self {
        let boot = fs::read_to_string("/proc/sys/kernel/random/boot_id").unwrap_or_default();
        Self { boot: boot.trim().to_owned(), started: Instant::now() }
    }
}

impl Clock for SystemClock {
    fn since_boot(&self) -> Duration {
        let uptime = fs::read_to_string("/proc/uptime").ok();
        let seconds = uptime.and_then(|text| text.split(' ').next()?.parse().ok());
        seconds
            .and_then(|seconds| Duration::try_from_secs_f64(seconds).ok())
            .unwrap_or_else(|| self.started.elapsed())
    }

    fn boot(&self) -> &str {
        &self.boot
    }

    fn now(&self) -> i64 {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        i64::try_from(since.as_micros()).unwrap_or(i64::MAX)
    }
}
