//! Notices when a model has stopped working: e-detectors of calibration, drift, freshness.
//!
//! Rows and instants go in, findings come out: no file, no socket, no clock. Whatever is random (limits
//! by bootstrap, the simulation) follows from a seed. Every state serialises, and a monitor that was
//! stopped anywhere and read back goes on with the same bits.
//!
//! - [`Monitor`]: one journal, row by row, with its months;
//! - [`Calibration`]: candles and probabilities in, alarms out: [`LabelTracker`] makes the labels,
//!   [`Detectors`] bet against calibration;
//! - [`psi`], [`wasserstein`], [`DriftLimits`]: whether scores have moved;
//! - [`Band`]: returns and drawdowns beside those of a backtest;
//! - [`Freshness`]: rows that are late, missing or without bins;
//! - [`Alert`], [`AlertBook`]: what is said to Alertmanager, and until when; [`metrics`]: to Prometheus;
//! - [`simulation`]: how often the detectors are wrong, and how long they take.
//!
//! ```
//! use monitoring::{Calibration, CalibrationSettings, Row};
//!
//! let settings = CalibrationSettings::new(0.04, 0.02, 24, 3_600)?;
//! let mut monitor = Calibration::new(settings);
//! // Twenty months in which 13 % were promised and the price never moved.
//! let mut alarms = Vec::new();
//! for hour in 0..24 * 600 {
//!     let row = Row { time: hour * 3_600, high: 100.0, low: 100.0, close: 100.0, p: Some(0.13) };
//!     alarms.extend(monitor.push(&row)?);
//! }
//! assert!(alarms.iter().any(|alarm| alarm.tier.name() == "alert" && alarm.side.name() == "down"));
//! # Ok::<(), monitoring::MonitoringError>(())
//! ```

mod alert;
mod alert_book;
mod band;
mod calibration;
mod detector;
mod detectors;
mod drift;
mod error;
mod freshness;
mod generator;
mod label_tracker;
pub mod metrics;
mod monitor;
pub mod simulation;

pub use alert::{Alert, Labels, Severity, fingerprint};
pub use alert_book::{AlertBook, Notice};
pub use band::{Band, BandPoint};
pub use calibration::{Calibration, CalibrationSettings, Row};
pub use detector::{Detector, SLACK, Side, Tier};
pub use detectors::{Alarm, Detectors};
pub use drift::{DriftLimits, psi, wasserstein};
pub use error::MonitoringError;
pub use freshness::{Freshness, Lateness};
pub use label_tracker::{BetEvent, LabelTracker};
pub use monitor::{Decided, Event, Monitor, MonthReport};
