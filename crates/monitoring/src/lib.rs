//! Notices when a model has stopped working: e-detectors of calibration, drift, freshness.
