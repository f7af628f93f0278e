//! How a vote becomes a position.

use clap::ValueEnum;
use strategy_core::Side;

/// How long a position stays open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Hold {
    /// Until the vote is for the other side, which turns it round
    #[default]
    UntilOpposite,
    /// As long as the vote is for it
    WhileVoted,
}

impl Hold {
    /// The position after a row with this vote.
    pub(crate) fn next(self, held: Side, vote: Side) -> Side {
        match self {
            Self::UntilOpposite if vote == Side::NoSignal => held,
            Self::UntilOpposite | Self::WhileVoted => vote,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use Side::{Long as L, NoSignal as N, Short as S};

    #[test]
    fn a_cross_that_lasts_one_row_becomes_a_position() {
        let mut held = N;
        let positions = [N, L, N, L, N, S, N].map(|vote| {
            held = Hold::UntilOpposite.next(held, vote);
            held
        });
        assert_eq!(positions, [N, L, L, L, L, S, S]);
        assert_eq!(Hold::WhileVoted.next(L, N), N);
    }
}
