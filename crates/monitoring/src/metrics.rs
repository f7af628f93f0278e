//! The text format of Prometheus.

use std::fmt::Write;

/// One family of metrics.
#[derive(Debug, Clone, PartialEq)]
pub struct Family {
    /// Its name, as in `monitor_detector_value`.
    pub name: &'static str,
    /// What it is, in one line.
    pub help: &'static str,
    /// Labels and values.
    pub samples: Vec<(Vec<(&'static str, String)>, f64)>,
}

/// Gauges as text of version 0.0.4.
#[must_use]
pub fn text(families: &[Family]) -> String {
    let mut out = String::new();
    for family in families {
        // Writing to a String does not fail.
        let _ =
            writeln!(out, "# HELP {} {}\n# TYPE {} gauge", family.name, family.help, family.name);
        for (labels, value) in &family.samples {
            let labels: Vec<String> = labels
                .iter()
                .map(|(name, value)| {
                    let value =
                        value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
                    format!("{name}=\"{value}\"")
                })
                .collect();
            let value = match *value {
                value if value.is_nan() => "NaN".to_owned(),
                f64::INFINITY => "+Inf".to_owned(),
                f64::NEG_INFINITY => "-Inf".to_owned(),
                value => value.to_string(),
            };
            let _ = writeln!(out, "{}{{{}}} {value}", family.name, labels.join(","));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_escaped() {
        let family = Family {
            name: "monitor_rows",
            help: "Rows seen.",
            samples: vec![(vec![("journal", "a\"b\\".to_owned())], 3.0)],
        };
        let expect = "# HELP monitor_rows Rows seen.\n# TYPE monitor_rows gauge\nmonitor_rows{journal=\"a\\\"b\\\\\"} 3\n";
        assert_eq!(text(&[family]), expect);
    }
}
