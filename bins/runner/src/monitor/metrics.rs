//! What Prometheus gets.

use monitoring::metrics::{self, Family};
use monitoring::{Lateness, Monitor};

pub(super) fn text(journal: &str, monitor: &Monitor, lateness: Option<Lateness>) -> String {
    let of_journal = || vec![("journal", journal.to_owned())];
    let one = |name, help, value: f64| Family { name, help, samples: vec![(of_journal(), value)] };
    let calibration = monitor.calibration();
    let detector = |of: fn(&monitoring::Detector) -> f64| {
        let sample = |detector: &monitoring::Detector| {
            let mut labels = of_journal();
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
            samples: detector(monitoring::Detector::value),
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
    if let Some(late) = lateness {
        families.push(one(
            "runner_monitor_row_age_seconds",
            "Seconds since the newest row closed.",
            late.age as f64,
        ));
        families.push(one(
            "runner_monitor_rows_stale",
            "1 if the next row is overdue.",
            f64::from(u8::from(late.stale)),
        ));
    }
    if let Ok(months) = monitor.months()
        && let Some(month) = months.last()
    {
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
    metrics::text(&families)
}
