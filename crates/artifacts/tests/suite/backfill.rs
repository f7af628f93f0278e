//! Making many months by a recipe: what is kept, replaced, left out, and what a failure does.

use std::sync::atomic::{AtomicUsize, Ordering};

use artifacts::{
    Action, ArtifactError, Backfill, Difference, Existing, Made, MonthDone, MonthOutcome,
    OnExisting, Prospect, Recipe, plan,
};
use strategy_core::YearMonth;
use tempfile::TempDir;

use crate::note::{self, DATASET, Note, NoteError, NoteStore, RUN_NAME};

/// Writes the same text into each month; has none for a month that lies in `fails`.
struct Copyist {
    text: &'static str,
    fails: Option<YearMonth>,
    made: AtomicUsize,
}

impl Copyist {
    fn new(text: &'static str) -> Self {
        Self { text, fails: None, made: AtomicUsize::new(0) }
    }

    fn note(&self, month: YearMonth) -> Result<Note, NoteError> {
        self.made.fetch_add(1, Ordering::Relaxed);
        match self.fails {
            Some(bad) if bad == month => Err(NoteError::NoNote(month.to_string().into())),
            _ => Ok(Note {
                text: self.text.to_owned(),
                ..note::note_of(DATASET, RUN_NAME, &month.to_string())
            }),
        }
    }
}

impl Recipe for Copyist {
    type Artifact = Note;
    type Inputs = ();
    type Warning = String;
    type Error = NoteError;

    fn dataset(&self) -> &str {
        DATASET
    }

    fn run_name(&self) -> &str {
        RUN_NAME
    }

    fn make(&self, (): &(), month: YearMonth) -> Result<Made<Note, String>, NoteError> {
        Ok(Made { artifact: self.note(month)?, warnings: Vec::new() })
    }

    fn prospect(&self, (): &(), month: YearMonth, existing: Option<&Note>) -> Prospect<NoteError> {
        let differences = existing.map_or_else(Vec::new, |note| self.settings_differences(note));
        Prospect { differences, in_sample_rows: 0, obstacle: self.note(month).err() }
    }

    fn settings_differences(&self, existing: &Note) -> Vec<Difference> {
        Difference::between([("text", existing.text.clone(), self.text.to_owned())])
    }

    fn kept_differs(differences: Vec<Difference>) -> String {
        differences.iter().map(ToString::to_string).collect()
    }

    fn kind(_: &NoteError) -> &'static str {
        "failed"
    }
}

fn months() -> Vec<YearMonth> {
    ["2025-01", "2025-02", "2025-03"].map(|month| month.parse().unwrap()).to_vec()
}

fn store() -> (TempDir, NoteStore) {
    let folder = tempfile::tempdir().unwrap();
    let store = NoteStore::new(folder.path().join("notes"));
    (folder, store)
}

/// What becomes of the three months, in a word each, with what is warned of.
fn backfill(
    recipe: &Copyist,
    store: &NoteStore,
    existing: Existing,
    keep_going: bool,
) -> Result<Vec<String>, NoteError> {
    let mut backfill = Backfill::new(1).map_err(ArtifactError::from)?;
    (backfill.existing, backfill.keep_going) = (existing, keep_going);
    let mut told = 0;
    let mut tell = |_: &MonthDone<Copyist>| told += 1;
    let done = backfill.run(recipe, |_| Ok(()), &months(), store, &mut tell)?;
    let not_begun = done.iter().filter(|d| matches!(d.outcome, MonthOutcome::NotBegun)).count();
    assert!(told == 3 || told + not_begun == 3, "each month is told of once");
    assert!(done.iter().map(|done| done.month).eq(months()), "in order of time");
    let word = |done: &MonthDone<Copyist>| match done.outcome.warnings() {
        [] => done.outcome.word().to_owned(),
        warnings => format!("{}: {}", done.outcome.word(), warnings.join(", ")),
    };
    Ok(done.iter().map(word).collect())
}

fn february(store: &NoteStore, text: &str) {
    let note = Note { text: text.to_owned(), ..note::note_of(DATASET, RUN_NAME, "2025-02") };
    store.save(&note, OnExisting::Refuse).unwrap();
}

#[test]
fn what_exists_is_refused_before_anything_is_read() {
    let (_folder, store) = store();
    february(&store, "old");
    let recipe = Copyist::new("new");
    let refused = backfill(&recipe, &store, Existing::Refuse, false);
    assert!(matches!(refused, Err(NoteError::Artifact(ArtifactError::Exists { .. }))));
    assert_eq!(recipe.made.load(Ordering::Relaxed), 0);
    assert_eq!(store.months(DATASET, RUN_NAME).unwrap().len(), 1);
}

#[test]
fn what_exists_is_kept_replaced_or_only_looked_at() {
    let recipe = Copyist::new("new");
    for (existing, wanted) in [
        (Existing::Keep, ["written", "kept: text old instead of new", "written"]),
        (Existing::Replace, ["written", "written", "written"]),
        (Existing::ReplaceStale, ["left_out", "written", "left_out"]),
    ] {
        let (_folder, store) = store();
        february(&store, "old");
        assert_eq!(backfill(&recipe, &store, existing, false).unwrap(), wanted);
        let text = store.load(&note::key("2025-02")).unwrap().text;
        assert_eq!(text, if existing == Existing::Keep { "old" } else { "new" });
        assert_eq!(store.strays().unwrap(), []);
    }
    let (_folder, store) = store();
    february(&store, "new");
    let only_stale = backfill(&recipe, &store, Existing::ReplaceStale, false).unwrap();
    assert_eq!(only_stale, ["left_out", "kept", "left_out"]);
}

#[test]
fn a_failure_stops_what_has_not_begun_unless_it_may_go_on() {
    let recipe = Copyist { fails: "2025-02".parse().ok(), ..Copyist::new("new") };
    for (keep_going, last) in [(false, "not_begun"), (true, "written")] {
        let (_folder, store) = store();
        let done = backfill(&recipe, &store, Existing::Refuse, keep_going).unwrap();
        assert_eq!(done, ["written", "failed", last]);
    }
}

#[test]
fn a_plan_says_what_there_is_and_what_would_be_done() {
    let (_folder, store) = store();
    february(&store, "old");
    let recipe = Copyist { fails: "2025-03".parse().ok(), ..Copyist::new("new") };
    let planned = || plan(&recipe, &(), &months(), &store).unwrap();
    let words: Vec<&str> = planned().iter().map(|month| month.found.word()).collect();
    assert_eq!(words, ["missing", "stale", "missing"]);
    let actions = |existing| -> Vec<Action> {
        planned().iter().map(|month| month.action(existing)).collect()
    };
    assert_eq!(actions(Existing::Refuse), [Action::Build, Action::Fail, Action::Fail]);
    assert_eq!(actions(Existing::Keep), [Action::Build, Action::Keep, Action::Fail]);
    assert_eq!(actions(Existing::ReplaceStale), [Action::Leave, Action::Replace, Action::Leave]);
    std::fs::write(store.path(&note::key("2025-02")), "note\n").unwrap();
    assert_eq!(planned()[1].found.word(), "damaged");
    assert_eq!(actions(Existing::Keep)[1], Action::Fail);
}
