//! Which alerts fire, since when, and which have been acknowledged.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::alert::{Alert, Labels, NOT_YET, Severity, fingerprint};

/// Something found, before it is known whether it is news.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Notice {
    /// The rule, as in `CalibrationDrift`.
    pub rule: String,
    /// The journal or dataset it is about.
    pub journal: String,
    /// `down`, `up`, `both`, or the thing that is late.
    pub side: String,
    /// How much it matters.
    pub severity: Severity,
    /// What was found, in words.
    pub summary: String,
}

impl Notice {
    fn labels(&self) -> Labels {
        let named = [
            ("alertname", self.rule.as_str()),
            ("journal", &self.journal),
            ("side", &self.side),
            ("severity", self.severity.name()),
        ];
        named.map(|(name, value)| (name.to_owned(), value.to_owned())).into()
    }
}

/// An entry of the book.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Entry {
    labels: Labels,
    summary: String,
    since: String,
    /// When it was acknowledged or found to be over; still to be told as resolved.
    ended: Option<String>,
    /// Whether it stays until it is acknowledged: a detector's alarm is an event, staleness a state.
    event: bool,
}

/// All alerts by fingerprint. An event (an alarm) fires until it is acknowledged; a state (a late row)
/// fires while it is found. Each is told as resolved once.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct AlertBook {
    entries: BTreeMap<String, Entry>,
}

impl AlertBook {
    /// An event happened at `time` (RFC 3339). One that fires already keeps its beginning.
    pub fn event(&mut self, notice: &Notice, time: &str) -> String {
        self.raise(notice, time, true)
    }

    /// The states that are found at `time`: new ones begin, those of before that are gone end.
    pub fn states(&mut self, notices: &[Notice], time: &str) {
        let found: Vec<String> =
            notices.iter().map(|notice| self.raise(notice, time, false)).collect();
        for (fingerprint, entry) in &mut self.entries {
            if !entry.event && !found.contains(fingerprint) && entry.ended.is_none() {
                entry.ended = Some(time.to_owned());
            }
        }
    }

    /// Ends the alert at `time`; says whether there was one that fires.
    pub fn acknowledge(&mut self, fingerprint: &str, time: &str) -> bool {
        let firing = self.entries.get_mut(fingerprint).filter(|entry| entry.ended.is_none());
        firing.is_some_and(|entry| {
            entry.ended = Some(time.to_owned());
            true
        })
    }

    /// What is to be sent now: all that fire, and what has ended since it was last sent.
    #[must_use]
    pub fn outbox(&self) -> Vec<Alert> {
        let alert = |(fingerprint, entry): (&String, &Entry)| Alert {
            status: if entry.ended.is_some() { "resolved" } else { "firing" }.to_owned(),
            labels: entry.labels.clone(),
            annotations: Labels::from([("summary".to_owned(), entry.summary.clone())]),
            starts_at: entry.since.clone(),
            ends_at: entry.ended.clone().unwrap_or_else(|| NOT_YET.to_owned()),
            generator_url: String::new(),
            fingerprint: fingerprint.clone(),
        };
        self.entries.iter().map(alert).collect()
    }

    /// The outbox has been delivered: what had ended is forgotten, so that it is told once.
    pub fn delivered(&mut self) {
        self.entries.retain(|_, entry| entry.ended.is_none());
    }

    /// How many fire with at least this severity.
    #[must_use]
    pub fn firing(&self, severity: Severity) -> usize {
        let of = |entry: &&Entry| {
            entry.ended.is_none()
                && entry.labels.get("severity").is_some_and(|name| name == severity.name())
        };
        self.entries.values().filter(of).count()
    }

    fn raise(&mut self, notice: &Notice, time: &str, event: bool) -> String {
        let labels = notice.labels();
        let fingerprint = fingerprint(&labels);
        let new =
            || Entry { labels, summary: String::new(), since: time.to_owned(), ended: None, event };
        let entry = self.entries.entry(fingerprint.clone()).or_insert_with(new);
        if entry.ended.take().is_some() {
            // Raised again before anybody was told of its end: it goes on, from now.
            time.clone_into(&mut entry.since);
        }
        entry.summary.clone_from(&notice.summary);
        fingerprint
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn notice(rule: &str) -> Notice {
        Notice {
            rule: rule.to_owned(),
            journal: "j".to_owned(),
            side: "down".to_owned(),
            severity: Severity::Warning,
            summary: "words".to_owned(),
        }
    }

    fn statuses(book: &AlertBook) -> Vec<String> {
        book.outbox().into_iter().map(|alert| alert.status).collect()
    }

    #[test]
    fn an_event_fires_until_acknowledged_and_is_resolved_once() {
        let mut book = AlertBook::default();
        let fingerprint = book.event(&notice("Calibration"), "t1");
        book.event(&notice("Calibration"), "t2");
        assert_eq!(book.outbox()[0].starts_at, "t1");
        book.delivered();
        book.states(&[], "t3");
        assert_eq!(statuses(&book), ["firing"]);
        assert!(book.acknowledge(&fingerprint, "t4"));
        assert!(!book.acknowledge(&fingerprint, "t5"), "once is enough");
        assert_eq!(statuses(&book), ["resolved"]);
        book.delivered();
        assert!(book.outbox().is_empty());
        book.event(&notice("Calibration"), "t6");
        assert_eq!(
            (statuses(&book), book.outbox()[0].starts_at.clone()),
            (vec!["firing".to_owned()], "t6".to_owned())
        );
    }

    #[test]
    fn raised_again_before_anybody_heard_of_its_end_it_fires_and_is_resolved_once() {
        let mut book = AlertBook::default();
        let fingerprint = book.event(&notice("Calibration"), "t1");
        assert!(book.acknowledge(&fingerprint, "t2"));
        assert_eq!(book.event(&notice("Calibration"), "t3"), fingerprint);
        assert_eq!((statuses(&book), book.outbox().len()), (vec!["firing".to_owned()], 1));
        assert_eq!(book.outbox()[0].starts_at, "t3");
        assert!(book.acknowledge(&fingerprint, "t4"));
        assert_eq!(statuses(&book), ["resolved"]);
        book.delivered();
        assert!(book.outbox().is_empty());
        // A state that is acknowledged while it lasts fires again.
        book.states(&[notice("Stale")], "t5");
        let stale = book.outbox()[0].fingerprint.clone();
        assert!(book.acknowledge(&stale, "t6"));
        book.delivered();
        book.states(&[notice("Stale")], "t7");
        assert_eq!(statuses(&book), ["firing"]);
    }

    #[test]
    fn a_state_ends_when_it_is_no_longer_found() {
        let mut book = AlertBook::default();
        book.states(&[notice("Stale")], "t1");
        book.states(&[notice("Stale")], "t2");
        assert_eq!(
            (book.firing(Severity::Warning), book.outbox()[0].starts_at.as_str()),
            (1, "t1")
        );
        book.states(&[], "t3");
        assert_eq!(statuses(&book), ["resolved"]);
    }
}
