//! What kind of failure an error is.

use artifacts::ArtifactError;
use binning::BinningError;
use files::OutputError;
use label_trades::LabelTradeError;
use market_data::{FileError, MarketDataError};
use sample::SampleError;
use tabular::{NamingError, TabularError};

use crate::{BinsError, ScoreError};

impl BinsError {
    /// What a monitor may want to tell apart, in a word: `incomplete` (the data will come), `locked`
    /// (somebody else is writing), `exists`, or `failed`.
    #[must_use]
    pub fn kind(&self) -> &'static str {
        match self {
            Self::ScoredLabels(error) => error.kind(),
            Self::Artifact(error) | Self::Store(BinningError::Artifact(error)) => error.kind(),
            Self::MarketData(MarketDataError::File(FileError::Locked { .. })) => "locked",
            _ => "failed",
        }
    }

    /// Whether the person asked for something that cannot be.
    pub(crate) fn is_usage(&self) -> bool {
        let output = match self {
            Self::Artifact(ArtifactError::OfRun { source, .. }) => {
                return source.downcast_ref::<Self>().is_some_and(Self::is_usage);
            }
            Self::ScoredLabels(error) => return error.is_usage(),
            Self::ScoreRows(ScoreError::Tabular(TabularError::Output(output)))
            | Self::ScoreFile {
                source: ScoreError::Tabular(TabularError::Output(output)), ..
            } => Some(output),
            Self::Artifact(error) | Self::Store(BinningError::Artifact(error)) => {
                return error.is_usage();
            }
            Self::MarketData(error) => return error.is_usage(),
            Self::Evaluation(error) => return error.is_usage(),
            _ => None,
        };
        output.is_some_and(OutputError::is_usage)
            || matches!(
                self,
                Self::Sample(SampleError::NotAsked { .. })
                    | Self::Money(LabelTradeError::Payoffs(_))
                    | Self::OverrideNotUnique { .. }
                    | Self::ScoreRows(
                        ScoreError::NoInput
                            | ScoreError::Tabular(TabularError::Naming(
                                NamingError::UnknownEnding { .. }
                                    | NamingError::ContradictingEnding { .. }
                            ))
                    )
            )
    }
}
