//! Holds the files inside each crate to one direction: no file uses, over any number of others, itself.
//!
//! A file uses another where it names one of its items, whatever path it takes there: a name that a module
//! passes on (`pub use`) belongs to the file that defines it, and passing on alone is no use. So a `mod.rs` may
//! list what its children hold, and a child may not reach for its parent's items while the parent calls it.
//! An error holds the values that it speaks of, and the functions of their types return it: the types that a
//! file named `error` or `..._error` names do not count, the functions that it calls do.
//!
//! Tests inside a file (`#[cfg(test)]`) are not looked at. Methods are not seen: an `impl` of a type may stand
//! in a file above the type's.

#![allow(clippy::unwrap_used, clippy::panic, reason = "tests fail by panicking")]

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

/// Module paths are lists of names below the crate's root, which is the empty list.
type ModulePath = Vec<String>;

/// One file of a crate.
#[derive(Default)]
struct Module {
    children: BTreeSet<String>,
    /// The paths that a `use` brings in, by the name that they have here.
    imports: BTreeMap<String, Import>,
    globs: Vec<Vec<String>>,
    /// Every path outside of `use`, single names included.
    paths: BTreeSet<Vec<String>>,
}

struct Import {
    path: Vec<String>,
    /// Whether it is passed on: `pub use`, `pub(crate) use`.
    exported: bool,
}

/// Where a path leads: to a module, or to an item of one.
#[derive(Clone, PartialEq)]
enum Target {
    Module(ModulePath),
    Item(ModulePath),
}

/// No name is passed on so often.
const DEEPEST: usize = 8;

type Crate = BTreeMap<ModulePath, Module>;

#[test]
fn no_files_use_each_other_in_a_circle() {
    let root = Path::new(&std::env::var("CARGO_MANIFEST_DIR").unwrap()).join("..");
    let mut circles = String::new();
    let mut files = 0;
    for layer in ["crates", "strategies", "bins"] {
        let mut folders: Vec<PathBuf> =
            fs::read_dir(root.join(layer)).unwrap().map(|entry| entry.unwrap().path()).collect();
        folders.sort();
        for folder in folders {
            let source = folder.join("src");
            let Some(top) =
                ["lib.rs", "main.rs"].iter().map(|name| source.join(name)).find(|f| f.is_file())
            else {
                continue;
            };
            let mut modules = Crate::new();
            load(&top, &source, Vec::new(), &mut modules);
            files += modules.len();
            let edges = edges(&modules);
            for circle in circular(&edges) {
                writeln!(circles, "{}:", folder.file_name().unwrap().display()).unwrap();
                for from in &circle {
                    for (to, why) in edges[from].iter().filter(|(to, _)| circle.contains(*to)) {
                        writeln!(circles, "  {} -> {}  ({why})", named(from), named(to)).unwrap();
                    }
                }
            }
        }
    }
    assert!(files > 300, "only {files} files were found");
    assert!(circles.is_empty(), "files use each other in a circle:\n{circles}");
}

#[test]
fn a_circle_is_found_through_names_passed_on() {
    let modules: Crate = [
        ("", "mod a; mod b; mod c; pub use a::A; pub use c::{self, C};"),
        ("a", "use crate::b; pub struct A; fn f() { b::g(); }"),
        ("b", "// use crate::A;\n use super::c::C as D; pub fn g() { \"crate::A\"; }"),
        ("c", "pub struct C { field: crate::A }\n#[cfg(test)] mod tests { use super::*; }"),
    ]
    .into_iter()
    .map(|(name, text)| {
        (name.split("::").filter(|n| !n.is_empty()).map(str::to_owned).collect(), parse(text))
    })
    .collect();
    let circles = circular(&edges(&modules));
    let found: Vec<Vec<String>> =
        circles.iter().map(|c| c.iter().map(|m| named(m)).collect()).collect();
    assert_eq!(found, [["a", "b", "c"]]);
}

fn is_error(file: &[String]) -> bool {
    file.last().is_some_and(|name| name == "error" || name.ends_with("_error"))
}

/// `Format`, `Format::Csv`, `Format::ALL`; not `format::parse`.
fn is_type(path: &[String]) -> bool {
    path.iter()
        .any(|name| name.starts_with(char::is_uppercase) && name.contains(char::is_lowercase))
}

fn named(path: &[String]) -> String {
    if path.is_empty() { "(root)".to_owned() } else { path.join("::") }
}

/// Reads a file and the files of its modules; `folder` is where those stand.
fn load(file: &Path, folder: &Path, path: ModulePath, modules: &mut Crate) {
    let module = parse(&fs::read_to_string(file).unwrap());
    for child in &module.children {
        let flat = folder.join(format!("{child}.rs"));
        let nested = folder.join(child).join("mod.rs");
        let file = if flat.is_file() { flat } else { nested };
        let path = [path.as_slice(), std::slice::from_ref(child)].concat();
        load(&file, &folder.join(child), path, modules);
    }
    modules.insert(path, module);
}

/// For each file the files it uses, each with a path that leads there.
fn edges(modules: &Crate) -> BTreeMap<ModulePath, BTreeMap<ModulePath, String>> {
    let mut edges = BTreeMap::new();
    for (here, module) in modules {
        let mut used = BTreeMap::new();
        let mut uses = |path: &[String]| {
            if let Some(Target::Item(file)) = resolve(modules, here, path, 0) {
                let spoken_of = is_error(here) && is_type(path);
                if file != *here && !spoken_of {
                    used.entry(file).or_insert_with(|| path.join("::"));
                }
            }
        };
        module.imports.values().filter(|import| !import.exported).for_each(|i| uses(&i.path));
        module.paths.iter().for_each(|path| uses(path));
        edges.insert(here.clone(), used);
    }
    edges
}

/// Where a path in a file leads; `None` outside the crate. A name that stands for itself (`use x::x`) is looked
/// up `depth` times before it is the module's own.
fn resolve(modules: &Crate, here: &ModulePath, path: &[String], depth: usize) -> Option<Target> {
    let (first, mut rest) = path.split_first()?;
    let mut at = match first.as_str() {
        "crate" => Vec::new(),
        "self" => here.clone(),
        "super" => here.split_last()?.1.to_vec(),
        name => match named_in(modules, here, name, depth)? {
            Target::Module(module) => module,
            item @ Target::Item(_) => return Some(item),
        },
    };
    while let Some((name, after)) = rest.split_first() {
        rest = after;
        if name == "super" {
            at.pop();
            continue;
        }
        match named_in(modules, &at, name, depth) {
            Some(Target::Module(module)) => at = module,
            Some(item) => return Some(item),
            None => return Some(Target::Item(at)),
        }
    }
    Some(Target::Module(at))
}

/// What a name in a module's scope means: a child, or what a `use` brings in. An item of its own is `None`.
fn named_in(modules: &Crate, at: &ModulePath, name: &str, depth: usize) -> Option<Target> {
    let module = modules.get(at)?;
    if let Some(import) = module.imports.get(name).filter(|_| depth < DEEPEST) {
        return resolve(modules, at, &import.path, depth + 1);
    }
    if module.children.contains(name) {
        return Some(Target::Module([at.as_slice(), &[name.to_owned()]].concat()));
    }
    module.globs.iter().filter(|_| depth < DEEPEST).find_map(|glob| {
        match resolve(modules, at, glob, depth + 1)? {
            Target::Module(module) => named_in(modules, &module, name, depth + 1),
            Target::Item(_) => None,
        }
    })
}

/// The sets of files that reach each other.
fn circular<T>(edges: &BTreeMap<ModulePath, BTreeMap<ModulePath, T>>) -> Vec<BTreeSet<ModulePath>> {
    let reached = |from: &ModulePath| {
        let mut seen = BTreeSet::new();
        let mut next = vec![from];
        while let Some(file) = next.pop() {
            next.extend(edges[file].keys().filter(|to| seen.insert((*to).clone())));
        }
        seen
    };
    let reach: BTreeMap<&ModulePath, BTreeSet<ModulePath>> =
        edges.keys().map(|file| (file, reached(file))).collect();
    let mut found: BTreeSet<BTreeSet<ModulePath>> = BTreeSet::new();
    for (file, reached) in &reach {
        let circle: BTreeSet<ModulePath> =
            reached.iter().filter(|other| reach[other].contains(*file)).cloned().collect();
        if !circle.is_empty() {
            found.insert(circle);
        }
    }
    found.into_iter().collect()
}

/// What a file's text declares and names.
fn parse(text: &str) -> Module {
    let tokens = without_tests(&tokens(text));
    let mut module = Module::default();
    let mut at = 0;
    while at < tokens.len() {
        match tokens[at].as_str() {
            "mod" if tokens.get(at + 2).is_some_and(|t| t == ";") => {
                module.children.insert(tokens[at + 1].clone());
                at += 3;
            }
            // `use<'a>` of a return type brings nothing in.
            "use" if tokens[at + 1] != "<" => {
                let exported = at > 0 && (tokens[at - 1] == "pub" || tokens[at - 1] == ")");
                at += 1;
                import(&tokens, &mut at, &[], exported, &mut module);
            }
            token if is_name(token) => {
                let called = at.checked_sub(1).map_or("", |before| tokens[before].as_str());
                let mut path = vec![token.to_owned()];
                at += 1;
                while at + 1 < tokens.len() && tokens[at] == "::" && is_name(&tokens[at + 1]) {
                    path.push(tokens[at + 1].clone());
                    at += 2;
                }
                let field = tokens.get(at).is_some_and(|t| t == ":");
                let defined = ["fn", "struct", "enum", "mod", "let", "const", "trait", "type"];
                if ![".", "'", "::"].contains(&called) && !defined.contains(&called) && !field {
                    module.paths.insert(path);
                }
            }
            _ => at += 1,
        }
    }
    module
}

/// One tree of a `use`, at its first token; leaves `at` after it.
fn import(
    tokens: &[String],
    at: &mut usize,
    prefix: &[String],
    exported: bool,
    module: &mut Module,
) {
    let mut path = prefix.to_vec();
    while let Some(token) = tokens.get(*at) {
        *at += 1;
        match token.as_str() {
            "::" => {}
            "*" => module.globs.push(path.clone()),
            "{" => {
                while tokens[*at] != "}" {
                    import(tokens, at, &path, exported, module);
                    if tokens[*at] == "," {
                        *at += 1;
                    }
                }
                *at += 1;
                return;
            }
            "}" | "," | ";" => {
                *at -= 1;
                break;
            }
            "as" => {
                let name = tokens[*at].clone();
                *at += 1;
                module.imports.insert(name, Import { path, exported });
                return;
            }
            "self" if !path.is_empty() => {}
            name => path.push(name.to_owned()),
        }
    }
    let is_glob = tokens.get((*at).wrapping_sub(1)).is_none_or(|token| token == "*");
    if let Some(name) = path.last().filter(|_| !is_glob).cloned() {
        module.imports.insert(name, Import { path, exported });
    }
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c.is_alphabetic() || c == '_')
}

/// Names, `::` and single signs; comments and literals are gone.
fn tokens(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    let ahead = |at: usize, wanted: &str| {
        wanted.chars().enumerate().all(|(i, c)| chars.get(at + i) == Some(&c))
    };
    while at < chars.len() {
        let c = chars[at];
        if ahead(at, "//") {
            while at < chars.len() && chars[at] != '\n' {
                at += 1;
            }
        } else if c == 'r' && (ahead(at, "r\"") || ahead(at, "r#\"")) {
            let hashes = usize::from(chars[at + 1] == '#');
            let end = if hashes == 1 { "\"#" } else { "\"" };
            at += 2 + hashes;
            while !ahead(at, end) {
                at += 1;
            }
            at += end.len();
        } else if c == '"' {
            at += 1;
            while chars[at] != '"' {
                at += if chars[at] == '\\' { 2 } else { 1 };
            }
            at += 1;
        } else if c == '\'' && (chars[at + 1] == '\\' || chars.get(at + 2) == Some(&'\'')) {
            at += if chars[at + 1] == '\\' { 3 } else { 2 };
            while chars[at] != '\'' {
                at += 1;
            }
            at += 1;
        } else if c.is_alphabetic() || c == '_' {
            let from = at;
            while at < chars.len() && (chars[at].is_alphanumeric() || chars[at] == '_') {
                at += 1;
            }
            tokens.push(chars[from..at].iter().collect());
        } else if ahead(at, "::") {
            tokens.push("::".to_owned());
            at += 2;
        } else {
            if !c.is_whitespace() {
                tokens.push(c.to_string());
            }
            at += 1;
        }
    }
    tokens
}

/// Leaves out every item under `#[cfg(test)]`.
fn without_tests(tokens: &[String]) -> Vec<String> {
    let marks = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut left = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if !tokens[at..].iter().take(marks.len()).eq(marks) {
            left.push(tokens[at].clone());
            at += 1;
            continue;
        }
        let mut depth = 0;
        at += marks.len();
        while at < tokens.len() {
            let token = tokens[at].as_str();
            at += 1;
            match token {
                "{" | "[" | "(" => depth += 1,
                "}" | "]" | ")" => depth -= 1,
                _ => {}
            }
            if depth == 0 && (token == ";" || token == "}") {
                break;
            }
        }
    }
    left
}
