//! The files of a new strategy.
//!
//! The templates are a strategy themselves, called `my-idea`, so that they can be read.

use std::collections::BTreeSet;
use std::path::Path;

use super::name::StrategyName;

/// A file of the new crate.
#[derive(Debug)]
pub(super) struct File {
    /// Below the crate's folder.
    pub(super) path: &'static str,
    pub(super) text: String,
}

/// Path and text, in the order of a listing.
const TEMPLATES: &[(&str, &str)] = &[
    // Not called as the file that it becomes: Cargo would take its folder for a package.
    ("Cargo.toml", include_str!("../../templates/strategy/Cargo.toml.in")),
    ("README.md", include_str!("../../templates/strategy/README.md")),
    ("src/config.rs", include_str!("../../templates/strategy/src/config.rs")),
    ("src/decision.rs", include_str!("../../templates/strategy/src/decision.rs")),
    ("src/error.rs", include_str!("../../templates/strategy/src/error.rs")),
    ("src/lib.rs", include_str!("../../templates/strategy/src/lib.rs")),
    ("src/strategy.rs", include_str!("../../templates/strategy/src/strategy.rs")),
    ("tests/contract.rs", include_str!("../../templates/strategy/tests/contract.rs")),
];

/// The files of the strategy `name`, code passed through `formatted`: lines are longer or shorter with
/// another name.
pub(super) fn rendered(
    name: &StrategyName,
    about: &str,
    formatted: &dyn Fn(&str) -> String,
) -> Vec<File> {
    let file = |&(path, template): &(&'static str, &str)| {
        let text = substituted(template, name, about);
        let text = if is_code(path) { formatted(&text) } else { text };
        File { path, text }
    };
    TEMPLATES.iter().map(file).collect()
}

fn substituted(template: &str, name: &StrategyName, about: &str) -> String {
    template
        .replace("my-idea", name.as_str())
        .replace("my_idea", &name.snake())
        .replace("MyIdea", &name.camel())
        .replace("MY ABOUT", about)
}

fn is_code(path: &str) -> bool {
    Path::new(path).extension().is_some_and(|ending| ending == "rs")
}

/// A word of the templates' code that one of the strategy's own names would be taken for.
pub(super) fn clash(name: &StrategyName) -> Option<String> {
    let code = TEMPLATES.iter().filter(|(path, _)| is_code(path)).map(|(_, text)| *text);
    let lines: Vec<&str> = code.flat_map(str::lines).map(str::trim_start).collect();
    let all: BTreeSet<&str> =
        lines.iter().filter(|line| !line.starts_with("//")).flat_map(|line| words(line)).collect();
    let imported: BTreeSet<&str> = lines
        .iter()
        .filter(|line| line.starts_with("use ") || line.starts_with("mod "))
        .flat_map(|line| words(line))
        .collect();
    let types = ["", "Error"].map(|part| name.camel() + part);
    let type_word =
        types.into_iter().find(|word| !word.starts_with("MyIdea") && all.contains(&**word));
    let module = Some(name.snake()).filter(|word| word != "my_idea" && imported.contains(&**word));
    type_word.or(module)
}

/// The words of a line of Rust.
fn words(line: &str) -> impl Iterator<Item = &str> {
    line.split(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).filter(|word| !word.is_empty())
}
