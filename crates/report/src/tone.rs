//! The colours of a page, by meaning.

/// What a mark stands for; each has a colour for light and one for dark, of Okabe and Ito's.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// Long, gains: blue.
    Long,
    /// Short, losses: orange.
    Short,
    /// Neither: grey.
    Neutral,
    /// The main line where there is no side: the colour of the text.
    Ink,
    /// A second series to compare with: green.
    Other,
}

impl Tone {
    /// The class of its marks.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Long => "long",
            Self::Short => "short",
            Self::Neutral => "grey",
            Self::Ink => "ink",
            Self::Other => "other",
        }
    }

    /// Blue for gains, orange for losses, grey for neither.
    #[must_use]
    pub(crate) fn of_sign(value: f64) -> Self {
        if value > 0.0 {
            Self::Long
        } else if value < 0.0 {
            Self::Short
        } else {
            Self::Neutral
        }
    }
}
