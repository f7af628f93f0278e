//! Which stored `model_path` a user means, when disks get remounted under other names.

/// How the wanted model path was found among the stored ones.
#[derive(Debug, Clone, PartialEq, Eq)]
#[allow(missing_docs, reason = "the variants say what their fields are")]
pub enum ModelPathMatch {
    /// It is stored as it was written.
    Exact(String),
    /// Only the last two parts (`<run_name>/model.txt`) agree, and with one stored path only.
    LastTwoParts { wanted: String, found: String },
}

impl ModelPathMatch {
    /// The path as it stands in the file.
    pub fn stored(&self) -> &str {
        match self {
            Self::Exact(path) | Self::LastTwoParts { found: path, .. } => path,
        }
    }
}

/// Why no stored path is the wanted one.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Mismatch {
    None,
    Several(Vec<String>),
}

/// Finds `wanted` among the `stored` paths: as written, otherwise by its last two parts.
pub(crate) fn match_path<'a>(
    wanted: &str,
    stored: impl Iterator<Item = &'a str> + Clone,
) -> Result<ModelPathMatch, Mismatch> {
    if stored.clone().any(|path| path == wanted) {
        return Ok(ModelPathMatch::Exact(wanted.to_owned()));
    }
    let parts = last_two_parts(wanted).ok_or(Mismatch::None)?;
    let mut found: Vec<String> =
        stored.filter(|path| last_two_parts(path) == Some(parts)).map(str::to_owned).collect();
    found.sort_unstable();
    found.dedup();
    match found.len() {
        0 => Err(Mismatch::None),
        1 => Ok(ModelPathMatch::LastTwoParts {
            wanted: wanted.to_owned(),
            found: found.swap_remove(0),
        }),
        _ => Err(Mismatch::Several(found)),
    }
}

/// The last two parts of a path with separators of Unix or Windows, whichever system this is:
/// the file may have been written on the other one.
fn last_two_parts(path: &str) -> Option<(&str, &str)> {
    let mut parts = path.rsplit(['/', '\\']).filter(|part| !part.is_empty() && *part != ".");
    let last = parts.next()?;
    Some((parts.next()?, last))
}

/// Whether two paths mean one model: they are equal, or their last two parts are.
pub fn same_model(one: &str, other: &str) -> bool {
    one == other || last_two_parts(one).is_some_and(|parts| last_two_parts(other) == Some(parts))
}

/// The run that a model is of: the folder that holds it, as in `models/{dataset}/{run_name}/model.txt`,
/// with separators of Unix or Windows.
pub fn run_name(model_path: &str) -> Option<String> {
    let mut parts = model_path.rsplit(['/', '\\']).filter(|part| !part.is_empty());
    parts.next();
    parts.next().filter(|part| !matches!(*part, "." | "..")).map(str::to_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STORED: [&str; 4] = [
        "models/btc/run_a/model.txt",
        "models/btc/run_b/model.txt",
        "/old/eth/run_b/model.txt",
        r"D:\models\btc\run_c\model.txt",
    ];

    fn find(wanted: &str) -> Result<ModelPathMatch, Mismatch> {
        match_path(wanted, STORED.into_iter())
    }

    #[test]
    fn as_written_comes_first() {
        // `run_b` is ambiguous by its last parts, but not as written.
        for wanted in STORED {
            assert_eq!(find(wanted), Ok(ModelPathMatch::Exact(wanted.to_owned())));
        }
    }

    #[test]
    fn otherwise_the_last_two_parts_decide() {
        for (wanted, found) in [
            ("/mnt/disk2/btc/run_a/model.txt", STORED[0]),
            ("./run_a//./model.txt", STORED[0]),
            (r"E:\x\run_a\model.txt", STORED[0]),
            ("/mnt/run_c/model.txt", STORED[3]),
        ] {
            let wanted_match =
                ModelPathMatch::LastTwoParts { wanted: wanted.to_owned(), found: found.to_owned() };
            assert_eq!(wanted_match.stored(), found);
            assert_eq!(find(wanted), Ok(wanted_match));
        }
    }

    #[test]
    fn ambiguity_lists_all() {
        let several = vec![STORED[2].to_owned(), STORED[1].to_owned()];
        assert_eq!(find("/mnt/run_b/model.txt"), Err(Mismatch::Several(several)));
    }

    #[test]
    fn less_than_two_parts_match_nothing() {
        for wanted in ["model.txt", "/model.txt", "", "/", "run_a", "run_z/model.txt"] {
            assert_eq!(find(wanted), Err(Mismatch::None), "{wanted}");
        }
    }

    #[test]
    fn the_run_is_named_after_the_models_folder() {
        let check = |path, expect: Option<&str>| {
            assert_eq!(run_name(path).as_deref(), expect, "{path}");
        };
        check("models/binance_btcusdt_perp_1h/run_1/model.txt", Some("run_1"));
        check("/mnt/old disk/run_1/model.txt", Some("run_1"));
        check(r"D:\models\run_1\model.txt", Some("run_1"));
        check("model.txt", None);
        check("../model.txt", None);
        check("", None);
    }
}
