//! What `verify` found, for people and programs.

use std::collections::BTreeSet;
use std::io::Write;

use serde::Serialize;
use strategy_core::YearMonth;
use terminal::{count, counted, listed};

use super::judged::{Judged, Verdict};
use crate::{Artifact, Difference, MonthKey, Result, Stray, StrayKind, write_json};

#[derive(Debug, Serialize)]
struct Document<'a> {
    files: Vec<File<'a>>,
    strays: Vec<Other>,
    /// Files of other datasets, runs or months than were asked for.
    not_read: usize,
}

#[derive(Debug, Serialize)]
struct File<'a> {
    path: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    dataset: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    run_name: Option<&'a str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    bin_month: Option<YearMonth>,
    /// `whole`, `reproduced`, `damaged`, `different` or `not_reproduced`.
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    differences: Vec<&'a Difference>,
}

#[derive(Debug, Serialize)]
struct Other {
    path: String,
    /// `temporary`, `file`, `folder` or `misplaced`.
    kind: &'static str,
}

pub(super) fn json<A: Artifact>(
    judged: &[Judged<A>],
    strays: &BTreeSet<Stray>,
    not_read: usize,
    out: &mut dyn Write,
) -> Result<()> {
    let files = judged.iter().map(file).collect();
    let strays = strays
        .iter()
        .map(|stray| Other { path: stray.path.display().to_string(), kind: word(stray.kind) })
        .collect();
    write_json(&Document { files, strays, not_read }, out)
}

fn file<A: Artifact>(judged: &Judged<A>) -> File<'_> {
    let key = judged.verified.key.as_ref();
    let (reason, differences) = match &judged.verdict {
        Verdict::Damaged(reason) | Verdict::NotReproduced(reason) => {
            (Some(reason.as_str()), vec![])
        }
        Verdict::Different(differences) => (None, differences.iter().collect()),
        Verdict::Whole | Verdict::Reproduced => (None, vec![]),
    };
    File {
        path: judged.verified.path.display().to_string(),
        dataset: key.map(MonthKey::dataset),
        run_name: key.map(MonthKey::run_name),
        bin_month: key.map(MonthKey::month),
        status: judged.verdict.word(),
        reason,
        differences,
    }
}

fn word(kind: StrayKind) -> &'static str {
    match kind {
        StrayKind::Temporary => "temporary",
        StrayKind::File => "file",
        StrayKind::Folder => "folder",
        StrayKind::Misplaced => "misplaced",
    }
}

/// What is wrong, a line each, and a count of everything.
pub(super) fn text<A: Artifact>(
    judged: &[Judged<A>],
    strays: &BTreeSet<Stray>,
    out: &mut dyn Write,
) -> Result<()> {
    for Judged { verified, verdict } in judged {
        let path = verified.path.display();
        match verdict {
            Verdict::Damaged(reason) => writeln!(out, "damaged: {reason}")?,
            Verdict::Different(differences) => writeln!(
                out,
                "different: {path} is not what the data gives: {}; verify with the settings that it was \
                 made with, or replace it by `rebuild --overwrite`",
                listed(differences, ", ")
            )?,
            Verdict::NotReproduced(reason) => {
                writeln!(out, "not reproduced: {path}: {reason}")?;
            }
            Verdict::Whole | Verdict::Reproduced => {}
        }
    }
    let misplaced = format!("ends like {} and lies where none are looked for; not read", A::NOUN);
    let none = format!("no {}", A::NOUN);
    for stray in strays {
        let what = match stray.kind {
            StrayKind::Temporary => {
                "left by a writer that was killed, or being written; the next rebuild of its run \
                 removes it"
            }
            StrayKind::Misplaced => &misplaced,
            StrayKind::File | StrayKind::Folder => &none,
        };
        writeln!(out, "other: {}: {what}", stray.path.display())?;
    }
    let of = |word| judged.iter().filter(|judged| judged.verdict.word() == word).count() as u64;
    let counts: Vec<String> = ["whole", "reproduced", "damaged", "different", "not_reproduced"]
        .into_iter()
        .filter(|&word| of(word) > 0)
        .map(|word| format!("{} {}", count(of(word)), word.replace('_', " ")))
        .collect();
    if !judged.is_empty() {
        writeln!(out, "{}: {}", counted(judged.len(), "file"), counts.join(", "))?;
    }
    Ok(())
}
