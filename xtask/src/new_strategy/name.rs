//! Names that a strategy can have.

use std::fmt;
use std::str::FromStr;

use anyhow::{Error, bail};

/// The longest name that crates.io takes.
const MAX_LENGTH: usize = 64;

/// Commands of the runner itself.
const COMMANDS: &[&str] = &["completions", "data", "help", "list", "man"];

/// Crates that come with Rust.
const STANDARD_CRATES: &[&str] = &["alloc", "core", "proc-macro", "std", "test"];

/// Words that cannot name a crate in Rust: those in use, those kept for later, and types that are
/// always in scope.
const RUST_WORDS: &[&str] = &[
    "abstract", "as", "async", "await", "become", "bool", "box", "break", "char", "const",
    "continue", "crate", "do", "dyn", "else", "enum", "extern", "f128", "f16", "f32", "f64",
    "false", "final", "fn", "for", "gen", "i128", "i16", "i32", "i64", "i8", "if", "impl", "in",
    "isize", "let", "loop", "macro", "match", "mod", "move", "mut", "override", "priv", "pub",
    "ref", "return", "self", "static", "str", "struct", "super", "trait", "true", "try", "type",
    "typeof", "u128", "u16", "u32", "u64", "u8", "unsafe", "unsized", "use", "usize", "virtual",
    "where", "while", "yield",
];

/// Whether Windows keeps the name for a device, so that no folder can have it.
fn is_windows_device(name: &str) -> bool {
    let numbered =
        |port: &str| name.strip_prefix(port).is_some_and(|n| matches!(n.as_bytes(), [b'0'..=b'9']));
    ["aux", "con", "nul", "prn"].contains(&name) || numbered("com") || numbered("lpt")
}

/// A name that a strategy, its folder and its crate can have: lower-case words joined by `-`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct StrategyName(String);

impl StrategyName {
    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// As code calls the crate: `mean_reversion`.
    pub(super) fn snake(&self) -> String {
        self.0.replace('-', "_")
    }

    /// As code calls the type: `MeanReversion`.
    pub(super) fn camel(&self) -> String {
        let capitalised = |word: &str| word[..1].to_ascii_uppercase() + &word[1..];
        self.0.split('-').map(capitalised).collect()
    }
}

impl fmt::Display for StrategyName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl FromStr for StrategyName {
    type Err = Error;

    fn from_str(name: &str) -> Result<Self, Error> {
        let is_word = |word: &str| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
        };
        if !name.split('-').all(is_word) {
            bail!(
                "wanted lower-case words of letters and digits, joined by single `-`, as in \
                 mean-reversion{}",
                corrected(name)
            );
        }
        if name.starts_with(|c: char| c.is_ascii_digit()) {
            bail!(
                "it begins with a digit: wanted a letter first, as the name of a crate must have"
            );
        }
        if name.len() > MAX_LENGTH {
            bail!("it has {} characters: wanted at most {MAX_LENGTH}", name.len());
        }
        if RUST_WORDS.contains(&name) {
            bail!("`{name}` is a word of Rust itself: wanted a name that a crate can have");
        }
        if STANDARD_CRATES.contains(&name) {
            bail!("`{name}` is a crate that comes with Rust: wanted a name of its own");
        }
        if COMMANDS.contains(&name) {
            bail!("`runner {name}` is a command already: wanted a name that is not one");
        }
        if is_windows_device(name) {
            bail!("no folder can be called `{name}` on Windows: wanted another name");
        }
        Ok(Self(name.to_owned()))
    }
}

/// What was probably meant.
fn corrected(name: &str) -> String {
    let separate = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let spaced: String = name.chars().map(separate).collect();
    let words: Vec<_> = spaced.split('-').filter(|word| !word.is_empty()).collect();
    match words.join("-") {
        meant if meant.is_empty() => String::new(),
        meant => format!("; `{meant}`?"),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    #[track_caller]
    fn refused(name: &str, expect: &str) {
        let error = name.parse::<StrategyName>().unwrap_err().to_string();
        assert!(error.contains(expect) && error.contains("wanted"), "{name}: {error}");
    }

    #[test]
    fn a_name_gives_a_crate_and_a_type() {
        let check = |name: &str, snake: &str, camel: &str| {
            let name: StrategyName = name.parse().unwrap();
            assert_eq!((name.snake().as_str(), name.camel().as_str()), (snake, camel));
        };
        check("rsi", "rsi", "Rsi");
        check("mean-reversion", "mean_reversion", "MeanReversion");
        check("rsi-2-x", "rsi_2_x", "Rsi2X");
    }

    #[test]
    fn other_spellings_are_refused_and_corrected() {
        refused("Mean_Reversion", "`mean-reversion`?");
        refused("mean--reversion", "`mean-reversion`?");
        refused("-x", "`x`?");
        refused("x-", "`x`?");
        refused("../x", "`x`?");
        refused("mean reversion", "`mean-reversion`?");
        refused("größe", "lower-case words");
        refused("", "lower-case words");
        refused("2-rsi", "begins with a digit");
        refused(&"x".repeat(65), "65 characters");
        assert!("x".repeat(64).parse::<StrategyName>().is_ok());
    }

    #[test]
    fn names_that_mean_something_else_are_refused() {
        refused("match", "a word of Rust");
        refused("gen", "a word of Rust");
        refused("f64", "a word of Rust");
        refused("std", "comes with Rust");
        refused("proc-macro", "comes with Rust");
        refused("test", "comes with Rust");
        refused("completions", "is a command");
        refused("data", "is a command");
        refused("con", "on Windows");
        refused("lpt9", "on Windows");
        assert!("con-trend".parse::<StrategyName>().is_ok());
        assert!("com10".parse::<StrategyName>().is_ok());
    }

    #[test]
    fn the_lists_are_sorted() {
        for list in [COMMANDS, STANDARD_CRATES, RUST_WORDS] {
            assert!(list.is_sorted(), "{list:?}");
        }
    }
}
