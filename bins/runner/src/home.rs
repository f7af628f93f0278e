//! `~` at the beginning of a path: the home folder, wherever the path comes from. A shell expands it
//! only where it stands alone, not in a file, a variable or quotes.

use std::any::TypeId;
use std::env;
use std::path::{Component, Path, PathBuf};

use clap::Command;
use clap::builder::{PathBufValueParser, TypedValueParser};

/// `command` with `~` expanded in the paths that its flags take, and those of all commands below it.
pub(crate) fn expanded(command: Command) -> Command {
    command
        .mut_args(|flag| {
            if flag.get_value_parser().type_id() == TypeId::of::<PathBuf>() {
                flag.value_parser(PathBufValueParser::new().try_map(expand))
            } else {
                flag
            }
        })
        .mut_subcommands(expanded)
}

/// The path with its `~` expanded.
///
/// # Errors
/// What to write instead, where nobody knows the folder.
pub(crate) fn expand(path: PathBuf) -> Result<PathBuf, String> {
    let Some(Component::Normal(first)) = path.components().next() else { return Ok(path) };
    match first.to_string_lossy().as_ref() {
        "~" => {
            let home = env::home_dir().filter(|home| !home.as_os_str().is_empty());
            let home =
                home.ok_or("~ means the home folder, and nobody knows it: HOME is not set")?;
            Ok(home.join(path.strip_prefix(Path::new("~")).unwrap_or(&path)))
        }
        other if other.starts_with('~') => Err(format!(
            "{other} is not expanded: write the whole path, or ./{other} if it is a name"
        )),
        _ => Ok(path),
    }
}

#[cfg(test)]
#[allow(clippy::unwrap_used, reason = "tests fail by panicking")]
mod tests {
    use super::*;

    #[test]
    fn only_a_tilde_that_begins_the_path_is_the_home_folder() {
        let home = env::home_dir().unwrap();
        let expand = |text: &str| expand(PathBuf::from(text));
        assert_eq!(expand("~/a/b").unwrap(), home.join("a/b"));
        assert_eq!(expand("~").unwrap(), home);
        for same in ["a/~/b", "./~", "/~", "a~", ""] {
            assert_eq!(expand(same).unwrap(), Path::new(same));
        }
        assert!(expand("~root/x").unwrap_err().contains("~root"));
    }
}
