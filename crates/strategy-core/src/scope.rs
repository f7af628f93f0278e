//! Which configured runs a command is for.

/// Which runs of `runner.toml` one of a strategy's own commands is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope {
    /// One: where several are configured, the person chooses.
    OneRun,
    /// Each that matches: a rebuild, for example, makes the bins of all of them.
    EveryRun,
}
