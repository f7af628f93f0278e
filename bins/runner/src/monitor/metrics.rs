//! What Prometheus gets.

use std::sync::{Arc, Mutex, PoisonError};

use clap::ArgMatches;
use monitoring::metrics::{self, Family};
use monitoring::{Detector, Lateness, Monitor, MonthReport};
use strategy_core::Result;
#[cfg(feature = "listen")]
use strategy_core::registry::usage;

use super::output::Watched;

/// The figures of the last look, for whoever asks over HTTP.
#[derive(Debug, Clone, Default)]
pub(super) struct Shared(Arc<Mutex<String>>);

impl Shared {
    pub(super) fn set(&self, text: String) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = text;
    }

    #[cfg(feature = "listen")]
    fn get(&self) -> String {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Answers `/metrics` where `--listen` says, with the figures of the last look.
#[cfg(feature = "listen")]
pub(super) fn listen(matches: &ArgMatches, shared: &Shared) -> Result<()> {
    let Some(&address) = matches.get_one::<std::net::SocketAddr>("listen") else { return Ok(()) };
    if !address.ip().is_loopback() {
        return Err(usage(format!(
            "--listen {address} is an address of other machines: name one of 127.0.0.1"
        )));
    }
    let shared = shared.clone();
    streaming::serve(address, move |path| {
        let content = "text/plain; version=0.0.4; charset=utf-8";
        (path == "/metrics").then(|| streaming::Page { status: 200, content, text: shared.get() })
    })?;
    Ok(())
}

/// Without the feature `listen` there is nothing to listen with.
#[cfg(not(feature = "listen"))]
pub(super) fn listen(_: &ArgMatches, _: &Shared) -> Result<()> {
    Ok(())
}

/// The figures of all that is watched; those of one name stand together.
pub(super) fn text(watched: &[Watched<'_>]) -> String {
    let mut families = Vec::<Family>::new();
    let of_all = watched.iter().flat_map(|of| {
        let rows = of.monitor.map(|monitor| of_monitor(&of.source.name, monitor, &of.months));
        let late = of.lateness.map(|late| of_lateness(&of.source.name, late));
        let gauges = of.source.found.gauges.iter().cloned();
        rows.unwrap_or_default().into_iter().chain(late.unwrap_or_default()).chain(gauges)
    });
    for family in of_all {
        match families.iter_mut().find(|known| known.name == family.name) {
            Some(known) => known.samples.extend(family.samples),
            None => families.push(family),
        }
    }
    metrics::text(&families)
}

fn one(journal: &str, name: &'static str, help: &'static str, value: f64) -> Family {
    Family { name, help, samples: vec![(vec![("journal", journal.to_owned())], value)] }
}

fn of_lateness(journal: &str, late: Lateness) -> Vec<Family> {
    vec![
        one(
            journal,
            "runner_monitor_row_age_seconds",
            "Seconds since the newest row closed.",
            late.age as f64,
        ),
        one(
            journal,
            "runner_monitor_rows_stale",
            "1 if the next row is overdue.",
            f64::from(u8::from(late.stale)),
        ),
    ]
}

fn of_monitor(journal: &str, monitor: &Monitor, months: &[MonthReport]) -> Vec<Family> {
    let one = |name, help, value: f64| one(journal, name, help, value);
    let calibration = monitor.calibration();
    let detector = |of: fn(&Detector) -> f64| {
        let sample = |detector: &Detector| {
            let mut labels = vec![("journal", journal.to_owned())];
            labels.push(("tier", detector.tier().name().to_owned()));
            labels.push(("side", detector.side().name().to_owned()));
            (labels, of(detector))
        };
        calibration.detectors().all().iter().map(sample).collect::<Vec<_>>()
    };
    let (rows, scored) = calibration.counts();
    let mut families = vec![
        Family {
            name: "runner_monitor_detector_value",
            help: "Value of each e-detector of calibration.",
            samples: detector(Detector::value),
        },
        Family {
            name: "runner_monitor_detector_threshold",
            help: "Value at which each e-detector alarms.",
            samples: detector(|detector| detector.tier().threshold()),
        },
        one("runner_monitor_rows", "Candles seen.", rows as f64),
        one("runner_monitor_scored_rows", "Candles with a probability.", scored as f64),
        one(
            "runner_monitor_last_row_seconds",
            "Open time of the newest row, seconds since the epoch.",
            calibration.last().map_or(f64::NAN, |last| last as f64),
        ),
    ];
    if let Some(month) = months.last() {
        let value = |value: Option<f64>| value.unwrap_or(f64::NAN);
        families.extend([
            one("runner_monitor_psi", "Stability index of this month's bins.", value(month.psi)),
            one(
                "runner_monitor_psi_limit",
                "What windows of the year before do not exceed in 99 of 100 cases.",
                value(month.limits.map(|limits| limits.psi)),
            ),
            one(
                "runner_monitor_score_distance",
                "Wasserstein distance of this month's probabilities from the year before.",
                value(month.wasserstein),
            ),
            one(
                "runner_monitor_score_distance_limit",
                "What windows of the year before do not exceed in 99 of 100 cases.",
                value(month.limits.map(|limits| limits.wasserstein)),
            ),
            one(
                "runner_monitor_promised_labels",
                "Labels of 1 promised this month.",
                month.promised,
            ),
            one(
                "runner_monitor_labels_of_one",
                "Labels of 1 that came this month.",
                month.hits as f64,
            ),
        ]);
    }
    families
}
