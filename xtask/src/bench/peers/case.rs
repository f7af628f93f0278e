//! One comparison: ours and one peer, on one case.

use crate::bench::measure::Runs;
use crate::bench::statistics::times_as_long;
use crate::bench::table::{duration, factor, memory, or_dash};

/// The figures of one case and one peer. The answers were equal.
#[derive(Debug)]
pub(crate) struct Comparison {
    pub(crate) case: &'static str,
    pub(crate) peer: &'static str,
    pub(crate) ours: Runs,
    /// Ours held to one thread.
    pub(crate) alone: Runs,
    pub(crate) theirs: Runs,
    /// The speed-up asked for, as a factor.
    pub(crate) goal: Option<f64>,
}

impl Comparison {
    pub(crate) const HEAD: [&'static str; 9] = [
        "case",
        "peer",
        "peer's time",
        "ours",
        "faster",
        "one thread",
        "goal",
        "peer's memory",
        "ours",
    ];

    pub(crate) fn row(&self) -> Vec<String> {
        let faster = |ours: &Runs| times_as_long(&ours.seconds, &self.theirs.seconds);
        vec![
            self.case.to_owned(),
            self.peer.to_owned(),
            duration(self.theirs.seconds()),
            duration(self.ours.seconds()),
            or_dash(faster(&self.ours), factor),
            or_dash(faster(&self.alone), factor),
            or_dash(self.goal, |goal| format!("≥ {goal}×")),
            memory(self.theirs.peak_kib()),
            memory(self.ours.peak_kib()),
        ]
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_shows_medians_ratios_and_the_goal() {
        let runs = |seconds: &[f64], kib: f64| Runs {
            seconds: seconds.to_vec(),
            peak_kib: vec![kib; seconds.len()],
        };
        let comparison = Comparison {
            case: "c",
            peer: "p",
            ours: runs(&[0.001, 0.001, 0.002], 1024.0),
            alone: runs(&[0.002, 0.002, 0.002], 1024.0),
            theirs: runs(&[0.01, 0.02, 0.03], 3072.0),
            goal: Some(15.0),
        };
        let expect =
            ["c", "p", "20.0 ms", "1.00 ms", "15.0×", "10.0×", "≥ 15×", "3.00 MiB", "1.00 MiB"];
        assert_eq!(comparison.row(), expect);
        assert_eq!(Comparison::HEAD.len(), expect.len());
    }
}
