//! One decision of several.

use clap::ValueEnum;
use strategy_core::Side;

/// How many of the indicators in use must take a side for it to be signalled. Those that abstain count
/// among them.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Vote {
    /// All of them
    All,
    /// One, if none is for the other side
    Any,
    /// More than half
    #[default]
    Majority,
}

impl Vote {
    /// The side that `votes` add up to.
    pub(crate) fn count(self, votes: &[Side]) -> Side {
        let of = |side| votes.iter().filter(|&&vote| vote == side).count();
        let (long, short) = (of(Side::Long), of(Side::Short));
        let wins = |own: usize, other: usize| match self {
            Self::All => own > 0 && own == votes.len(),
            Self::Any => own > 0 && other == 0,
            Self::Majority => own * 2 > votes.len(),
        };
        if wins(long, short) {
            Side::Long
        } else if wins(short, long) {
            Side::Short
        } else {
            Side::NoSignal
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Side::{Long as L, NoSignal as N, Short as S};

    #[track_caller]
    fn check(votes: &[Side], all: Side, any: Side, majority: Side) {
        let counted = [Vote::All, Vote::Any, Vote::Majority].map(|vote| vote.count(votes));
        assert_eq!(counted, [all, any, majority]);
    }

    #[test]
    fn votes_are_counted() {
        check(&[], N, N, N);
        check(&[L], L, L, L);
        check(&[N], N, N, N);
        check(&[L, L], L, L, L);
        check(&[L, N], N, L, N);
        check(&[L, S], N, N, N);
        check(&[S, S, N], N, S, S);
        check(&[S, S, L], N, N, S);
        check(&[S, N, N], N, S, N);
        check(&[S, S, S], S, S, S);
    }
}
