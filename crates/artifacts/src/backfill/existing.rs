//! What becomes of months that have a file.

/// What to do with months that have a file already.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum Existing {
    /// Fail before anything is read: files that decisions were taken with do not change unasked.
    #[default]
    Refuse,
    /// Keep them and make the others.
    Keep,
    /// Make all anew.
    Replace,
    /// Make those anew that a rebuild would make otherwise now, or that cannot be read; make no others.
    ReplaceStale,
}
