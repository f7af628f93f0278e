//! One comparison: ours and one peer, on one case.

use serde_json::{Value, json};

use crate::bench::measure::Runs;
use crate::bench::statistics::times_as_long;
use crate::bench::table::{duration, factor, memory, or_dash};

/// What issue or document asks for.
#[derive(Debug, Clone, Copy, Default, PartialEq)]
pub(crate) struct Goal {
    /// At least so many times as fast.
    pub(crate) faster: Option<f64>,
    /// At most one so many-th of the memory.
    pub(crate) smaller: Option<f64>,
}

impl Goal {
    pub(crate) const fn faster(factor: f64) -> Self {
        Self { faster: Some(factor), smaller: None }
    }

    pub(crate) const NONE: Self = Self { faster: None, smaller: None };
}

/// The figures of one case and one peer. The answers were equal.
#[derive(Debug)]
pub(crate) struct Comparison {
    pub(crate) case: &'static str,
    pub(crate) peer: &'static str,
    pub(crate) ours: Runs,
    /// Ours held to one thread.
    pub(crate) alone: Runs,
    pub(crate) theirs: Runs,
    pub(crate) goal: Goal,
    /// How the answers compare, in words.
    pub(crate) answers: String,
}

impl Comparison {
    fn faster(&self) -> Option<f64> {
        times_as_long(&self.ours.seconds, &self.theirs.seconds)
    }

    fn faster_alone(&self) -> Option<f64> {
        times_as_long(&self.alone.seconds, &self.theirs.seconds)
    }

    fn smaller(&self) -> Option<f64> {
        Some(self.theirs.peak_kib() / self.ours.peak_kib()).filter(|ratio| ratio.is_finite())
    }

    pub(crate) fn times_row(&self) -> Vec<String> {
        vec![
            self.case.to_owned(),
            self.peer.to_owned(),
            duration(self.theirs.seconds()),
            duration(self.ours.seconds()),
            or_dash(self.faster(), factor),
            or_dash(self.faster_alone(), factor),
            or_dash(self.goal.faster, |goal| format!("≥ {goal}×")),
            met(self.faster(), self.goal.faster),
        ]
    }

    pub(crate) fn memory_row(&self) -> Vec<String> {
        vec![
            self.case.to_owned(),
            self.peer.to_owned(),
            memory(self.theirs.peak_kib()),
            memory(self.ours.peak_kib()),
            or_dash(self.smaller(), factor),
            or_dash(self.goal.smaller, |goal| format!("≥ {goal}×")),
            met(self.smaller(), self.goal.smaller),
        ]
    }

    pub(crate) fn as_json(&self) -> Value {
        json!({
            "case": self.case,
            "peer": self.peer,
            "answers": self.answers,
            "ours": self.ours.as_json(),
            "ours_one_thread": self.alone.as_json(),
            "theirs": self.theirs.as_json(),
            "faster": self.faster(),
            "faster_one_thread": self.faster_alone(),
            "smaller": self.smaller(),
            "goal_faster": self.goal.faster,
            "goal_smaller": self.goal.smaller,
        })
    }
}

fn met(found: Option<f64>, wanted: Option<f64>) -> String {
    match (found, wanted) {
        (_, None) => "",
        (Some(found), Some(wanted)) if found >= wanted => "yes",
        _ => "no",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_show_medians_ratios_and_goals() {
        let runs = |seconds: &[f64], kib: f64| Runs {
            seconds: seconds.to_vec(),
            cpu_seconds: Vec::new(),
            peak_kib: vec![kib; seconds.len()],
        };
        let comparison = Comparison {
            case: "c",
            peer: "p",
            ours: runs(&[0.001, 0.001, 0.002], 1024.0),
            alone: runs(&[0.002, 0.002, 0.002], 1024.0),
            theirs: runs(&[0.01, 0.02, 0.03], 3072.0),
            goal: Goal { faster: Some(15.0), smaller: Some(4.0) },
            answers: String::new(),
        };
        let expect = ["c", "p", "20.0 ms", "1.00 ms", "15.0×", "10.0×", "≥ 15×", "yes"];
        assert_eq!(comparison.times_row(), expect);
        let expect = ["c", "p", "3.00 MiB", "1.00 MiB", "3.00×", "≥ 4×", "no"];
        assert_eq!(comparison.memory_row(), expect);
        assert_eq!(met(Some(1.0), None), "");
    }
}
