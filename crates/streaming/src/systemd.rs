//! What systemd is told: that the service is up, and that it is alive.

use std::time::{Duration, Instant};

use sd_notify::NotifyState;

/// Tells the service manager, where there is one, that the process is alive: at most every second.
#[derive(Debug, Default)]
pub struct ServiceManager {
    fed: Option<Instant>,
}

impl ServiceManager {
    /// The service is up, and does `what`.
    pub fn ready(what: &str) {
        // Where nobody listens, nobody is missing it.
        let _unheard = sd_notify::notify(&[NotifyState::Ready, NotifyState::Status(what)]);
    }

    /// It is alive.
    pub fn alive(&mut self) {
        if self.fed.is_none_or(|fed| fed.elapsed() >= Duration::from_secs(1)) {
            let _unheard = sd_notify::notify(&[NotifyState::Watchdog]);
            self.fed = Some(Instant::now());
        }
    }
}
