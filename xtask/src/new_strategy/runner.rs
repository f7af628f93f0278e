//! The two lines of the runner that a strategy needs.

use anyhow::{Context, Result, bail};

use super::name::StrategyName;

/// A text with one line more.
#[derive(Debug)]
pub(super) struct Inserted {
    pub(super) text: String,
    /// The line.
    pub(super) line: String,
}

/// The runner's manifest with the strategy among its dependencies, which are sorted by name.
pub(super) fn with_dependency(manifest: &str, name: &StrategyName) -> Result<Inserted> {
    let lines: Vec<&str> = manifest.lines().collect();
    let header = lines.iter().position(|line| *line == "[dependencies]").context(
        "there is no line `[dependencies]`: wanted one, with a dependency on each line below",
    )?;
    let is_section = |line: &&str| line.starts_with('[');
    let end =
        lines[header + 1..].iter().position(is_section).map_or(lines.len(), |n| header + 1 + n);
    let keys = || (header + 1..end).filter_map(|at| Some((at, key(lines[at])?)));
    if keys().any(|(_, key)| key == name.as_str()) {
        bail!("`{name}` is a dependency already: wanted a name that is not");
    }
    let last = keys().next_back().map_or(header, |(at, _)| at);
    let mut at = keys().find(|(_, key)| *key > name.as_str()).map_or(last + 1, |(at, _)| at);
    // A comment belongs to the line below it.
    while lines[at - 1].starts_with('#') {
        at -= 1;
    }
    Ok(insert(manifest, at, format!("{name} = {{ path = \"../../strategies/{name}\" }}")))
}

/// The key of a line `key = …` or `key.workspace = true`.
fn key(line: &str) -> Option<&str> {
    let key = line.split(['=', '.', ' ']).next()?;
    let is_key =
        !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    (is_key && line.contains('=')).then_some(key)
}

/// The runner's `strategies.rs` with the line that links the strategy, in the one block of such lines, which
/// `formatted` sorts.
pub(super) fn with_link(
    strategies: &str,
    name: &StrategyName,
    formatted: &dyn Fn(&str) -> String,
) -> Result<Inserted> {
    let lines: Vec<&str> = strategies.lines().collect();
    let is_link = |line: &&str| line.starts_with("use ") && line.ends_with(" as _;");
    let wanted = "wanted one block of lines `use my_strategy as _;`, one for each strategy";
    let start = lines
        .iter()
        .position(is_link)
        .with_context(|| format!("there is no line that links a strategy: {wanted}"))?;
    let end =
        lines[start..].iter().position(|line| !is_link(line)).map_or(lines.len(), |n| start + n);
    if let Some(second) = lines[end..].iter().position(is_link) {
        bail!(
            "lines {} and {} link strategies apart from each other: {wanted}",
            start + 1,
            end + second + 1
        );
    }
    let line = format!("use {} as _;", name.snake());
    if lines[start..end].contains(&line.as_str()) {
        bail!("`{line}` is there already: wanted a name that is not linked");
    }
    let block = [&lines[start..end], &[line.as_str()]].concat().join("\n") + "\n";
    let sorted = formatted(&block);
    let at = sorted.lines().position(|sorted| sorted == line).unwrap_or(end - start);
    Ok(insert(strategies, start + at, line))
}

/// `text` with `line` as its line `at`, counted from 0, with the line ends that the text has.
fn insert(text: &str, at: usize, line: String) -> Inserted {
    let end = if text.contains("\r\n") { "\r\n" } else { "\n" };
    let mut lines: Vec<String> = text.split_inclusive('\n').map(str::to_owned).collect();
    if let Some(last) = lines.last_mut().filter(|last| !last.ends_with('\n')) {
        last.push_str(end);
    }
    lines.insert(at, format!("{line}{end}"));
    Inserted { text: lines.concat(), line }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    fn named(name: &str) -> StrategyName {
        name.parse().unwrap()
    }

    /// Sorts as rustfmt does, for names without digits.
    fn sorted(block: &str) -> String {
        let mut lines: Vec<_> = block.lines().collect();
        lines.sort_unstable();
        lines.join("\n")
    }

    const MANIFEST: &str = "[package]\nname = \"runner\"\n\n[dependencies]\nclap.workspace = true\n\
        # For the end.\nserde = { version = \"1\" }\n\n[dev-dependencies]\nduckdb.workspace = true\n";

    #[track_caller]
    fn dependency(name: &str, number: usize, after: &str) {
        let inserted = with_dependency(MANIFEST, &named(name)).unwrap();
        let lines: Vec<_> = inserted.text.lines().collect();
        assert_eq!(lines[number - 1], format!("{name} = {{ path = \"../../strategies/{name}\" }}"));
        assert_eq!(lines[number - 2], after);
        assert_eq!(inserted.text.replace(&format!("{}\n", inserted.line), ""), MANIFEST);
    }

    #[test]
    fn a_dependency_comes_to_its_sorted_place() {
        dependency("bands", 5, "[dependencies]");
        dependency("grid", 6, "clap.workspace = true");
        dependency("trend", 8, "serde = { version = \"1\" }");
    }

    #[test]
    fn a_manifest_that_is_otherwise_is_refused() {
        let refused = |manifest: &str, name: &str, expect: &str| {
            let error = with_dependency(manifest, &named(name)).unwrap_err().to_string();
            assert!(error.contains(expect) && error.contains("wanted"), "{error}");
        };
        refused("[package]\nname = \"runner\"\n", "grid", "no line `[dependencies]`");
        refused("[dependencies]\ngrid = \"1\"\n", "grid", "a dependency already");
        refused("[dependencies]\ngrid.workspace = true\n", "grid", "a dependency already");
    }

    const LINKS: &str = "//! One line each.\n\nuse m as _;\nuse o as _;\n";

    #[test]
    fn a_link_comes_to_its_sorted_place() {
        for (name, number) in [("l", 3), ("n", 4), ("p", 5)] {
            let inserted = with_link(LINKS, &named(name), &sorted).unwrap();
            assert_eq!(inserted.text.lines().nth(number - 1), Some(inserted.line.as_str()));
            assert_eq!(inserted.text.replace(&format!("use {name} as _;\n"), ""), LINKS);
        }
    }

    #[test]
    fn line_ends_stay_what_they_are() {
        let links = LINKS.replace('\n', "\r\n");
        let inserted = with_link(&links, &named("n"), &sorted).unwrap();
        assert_eq!(inserted.text.matches('\n').count(), inserted.text.matches("\r\n").count());
    }

    #[test]
    fn a_list_that_is_otherwise_is_refused() {
        let refused = |strategies: &str, expect: &str| {
            let error = with_link(strategies, &named("m"), &sorted).unwrap_err().to_string();
            assert!(error.contains(expect) && error.contains("wanted"), "{error}");
        };
        refused("mod cli;\n", "no line that links");
        refused("use a as _;\n\nuse b as _;\n", "lines 1 and 3");
        refused(LINKS, "is there already");
    }
}
