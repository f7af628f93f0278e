//! One file and what is known of it.

use terminal::error_chain;

use crate::{Artifact, Difference, Verified};

/// One file and what is known of it.
#[derive(Debug)]
pub(super) struct Judged<A: Artifact> {
    pub(super) verified: Verified<A>,
    pub(super) verdict: Verdict,
}

/// What is known of a file.
#[derive(Debug)]
pub enum Verdict {
    /// It is what its place says.
    Whole,
    /// The data gives the same file.
    Reproduced,
    /// It cannot be used.
    Damaged(String),
    /// The data gives another file.
    Different(Vec<Difference>),
    /// It could not be made anew.
    NotReproduced(String),
}

impl Verdict {
    /// `whole`, `reproduced`, `damaged`, `different` or `not_reproduced`.
    pub(super) fn word(&self) -> &'static str {
        match self {
            Self::Whole => "whole",
            Self::Reproduced => "reproduced",
            Self::Damaged(_) => "damaged",
            Self::Different(_) => "different",
            Self::NotReproduced(_) => "not_reproduced",
        }
    }

    /// How much is known: of what the data of several runs say of one file, the most counts.
    pub(super) fn weight(&self) -> u8 {
        match self {
            Self::Whole => 0,
            Self::NotReproduced(_) => 1,
            Self::Different(_) => 2,
            Self::Reproduced | Self::Damaged(_) => 3,
        }
    }

    pub(super) fn is_bad(&self) -> bool {
        !matches!(self, Self::Whole | Self::Reproduced)
    }
}

impl<A: Artifact> Judged<A> {
    pub(super) fn of(verified: Verified<A>) -> Self {
        let verdict = match &verified.result {
            Ok(_) => Verdict::Whole,
            Err(error) => Verdict::Damaged(error_chain(error)),
        };
        Self { verified, verdict }
    }

    /// What it holds, if nobody has proven it yet.
    pub(super) fn unproven(&self) -> Option<&A> {
        match self.verdict {
            Verdict::Reproduced | Verdict::Damaged(_) => None,
            _ => self.verified.result.as_ref().ok(),
        }
    }
}
