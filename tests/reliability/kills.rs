//! SIGKILL at 200 moments of a backfill.

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::process::ExitStatusExt;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, Instant};

use serde_json::Value;

use crate::market::{DATASET, Market, RUN};
use crate::program::{ok, run, runner};
use crate::tree::{bins, hidden, wait_until};

const KILLS: usize = 200;
/// Number of kills after which a backfill is let end.
const KILLS_IN_A_ROW: usize = 12;
const SIGKILL: i32 = 9;

/// One kind of backfill that is killed again and again.
struct Scenario {
    name: &'static str,
    market: Market,
    flags: &'static str,
    /// Files of bins there are when a backfill has ended.
    files: usize,
    /// Files that are taken away before each call, so that there is something to make.
    taken_away: usize,
}

#[derive(Debug, Default)]
struct Tally {
    runs: usize,
    kills: usize,
    with_temporary: usize,
    whole_temporary: usize,
    torn: usize,
    lost: usize,
}

fn scenarios() -> [Scenario; 3] {
    let year = || Market::from_on("2024-01-01", 366);
    let several = year();
    let table = |run: &str, method: &str| {
        format!(
            "[[ml-calibrated-bins.runs]]\nrun_name = \"{run}_y_tp_before_sl_u0.04_d0.02_24h\"\n\
             method = \"{method}\"\n"
        )
    };
    let tables = [table("a", "platt"), table("b", "isotonic"), table("c", "platt")].concat();
    fs::write(several.file("runner.toml"), tables).unwrap();
    [
        Scenario {
            name: "new files beside old ones",
            market: year(),
            flags: "--skip-existing --bin-month all",
            files: 11,
            taken_away: 8,
        },
        Scenario {
            name: "every file replaced",
            market: year(),
            flags: "--overwrite --from 2024-02 --to 2024-12",
            files: 11,
            taken_away: 0,
        },
        Scenario {
            name: "three runs of runner.toml",
            market: several,
            flags: "--overwrite --bin-month 2024-03 2024-04 2024-05 2024-06",
            files: 12,
            taken_away: 3,
        },
    ]
}

#[test]
fn killed_at_200_moments_nothing_is_torn_or_lost() {
    let begin = Instant::now();
    let mut all = Tally::default();
    let scenarios = scenarios();
    for (index, scenario) in scenarios.iter().enumerate() {
        let kills = KILLS / scenarios.len() + usize::from(index < KILLS % scenarios.len());
        let tally = scenario.play(kills);
        eprintln!("{}: {tally:?}", scenario.name);
        all.runs += tally.runs;
        all.kills += tally.kills;
        all.with_temporary += tally.with_temporary;
        all.whole_temporary += tally.whole_temporary;
        all.torn += tally.torn;
        all.lost += tally.lost;
    }
    eprintln!("all: {all:?} in {:.0} s", begin.elapsed().as_secs_f64());
    assert_eq!((all.kills, all.torn, all.lost), (KILLS, 0, 0));
    assert!(all.with_temporary > 0, "no kill fell between writing and naming");
}

impl Scenario {
    fn play(&self, kills: usize) -> Tally {
        let mut tally = Tally::default();
        let mut whole = self.complete(&mut tally);
        let begin = Instant::now();
        whole = self.complete_from(&mut tally, &whole);
        let mut length = begin.elapsed();
        while tally.kills < kills {
            assert!(tally.runs < 20 * KILLS, "the backfill ends before it is killed: {length:?}");
            if tally.kills % KILLS_IN_A_ROW == 0 {
                whole = self.complete_from(&mut tally, &whole);
            }
            let old = self.take_away(&whole, tally.runs);
            // Every third kill waits for a temporary file, the others are spread over the whole.
            let moment = match tally.kills % 3 {
                0 => None,
                _ => Some(length.mul_f64((tally.kills as f64 + 0.5) / kills as f64)),
            };
            tally.runs += 1;
            let before = hidden(&self.root());
            if !self.kill(moment, &before) {
                length = length.mul_f64(0.97);
                continue;
            }
            tally.kills += 1;
            self.look(&mut tally, &old, &before);
        }
        self.complete_from(&mut tally, &whole);
        let proof = ok(self.market.path(), &self.market.verify(""));
        assert_eq!(proof, format!("{0} files: {0} reproduced\n", self.files));
        tally
    }

    /// Starts the backfill and kills it at the moment, or as soon as a temporary file appears. Says
    /// whether it was still at work.
    fn kill(&self, moment: Option<Duration>, before: &[PathBuf]) -> bool {
        let mut child = runner(self.market.path(), &self.market.rebuild(self.flags))
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let begin = Instant::now();
        wait_until(Duration::from_mins(1), || {
            moment.map_or_else(
                || !self.written_since(before).is_empty() || child.try_wait().unwrap().is_some(),
                |moment| begin.elapsed() >= moment,
            )
        });
        child.kill().unwrap();
        child.wait().unwrap().signal() == Some(SIGKILL)
    }

    /// What a kill left: every file of bins is whole, and none of the `old` ones is gone.
    fn look(&self, tally: &mut Tally, old: &BTreeMap<PathBuf, Vec<u8>>, before: &[PathBuf]) {
        let root = self.root();
        let left = self.written_since(before);
        if !left.is_empty() {
            tally.with_temporary += 1;
            let as_long = |path: &PathBuf| {
                let length = fs::metadata(path).map_or(0, |found| found.len());
                old.values().any(|bytes| bytes.len() as u64 == length)
            };
            tally.whole_temporary += usize::from(left.iter().any(as_long));
        }
        let now = bins(&root);
        tally.lost += old.keys().filter(|path| !now.contains_key(*path)).count();

        let ran =
            run(self.market.path(), "ml-calibrated-bins verify --bins-root bins --format json");
        let report: Value = serde_json::from_str(&ran.out).unwrap();
        let files = report["files"].as_array().unwrap();
        assert_eq!(files.len(), now.len());
        let torn = files.iter().filter(|file| file["status"] != "whole").count();
        assert_eq!(ran.code, i32::from(torn > 0), "{}{}", ran.out, ran.err);
        tally.torn += torn;
        for stray in report["strays"].as_array().unwrap() {
            assert_eq!(stray["kind"], "temporary", "{report}");
        }
    }

    /// Takes some files away, other ones each time; gives those that stay.
    fn take_away(
        &self,
        whole: &BTreeMap<PathBuf, Vec<u8>>,
        turn: usize,
    ) -> BTreeMap<PathBuf, Vec<u8>> {
        let mut there = bins(&self.root()).len();
        for path in whole.keys().cycle().skip(turn % whole.len()).take(self.taken_away) {
            // Some old ones always stay; others are gone since the kill before.
            if there > self.files - self.taken_away && fs::remove_file(path).is_ok() {
                there -= 1;
            }
        }
        bins(&self.root())
    }

    fn complete_from(
        &self,
        tally: &mut Tally,
        whole: &BTreeMap<PathBuf, Vec<u8>>,
    ) -> BTreeMap<PathBuf, Vec<u8>> {
        let old = self.take_away(whole, tally.runs);
        let now = self.complete(tally);
        assert!(old.keys().all(|path| now.contains_key(path)), "{}", self.name);
        now
    }

    /// Lets a backfill end, which makes all there is to make and clears up after the killed ones.
    fn complete(&self, tally: &mut Tally) -> BTreeMap<PathBuf, Vec<u8>> {
        tally.runs += 1;
        let ran = run(self.market.path(), &self.market.rebuild(self.flags));
        assert_eq!(ran.code, 0, "{}", ran.err);
        let root = self.root();
        assert_eq!(hidden(&root), [] as [PathBuf; 0], "{}: leftovers", self.name);
        let files = bins(&root);
        assert_eq!(files.len(), self.files, "{}", self.name);
        files
    }

    /// The temporary files that there are now and were not then.
    fn written_since(&self, before: &[PathBuf]) -> Vec<PathBuf> {
        let now = hidden(&self.root()).into_iter();
        now.filter(|path| is_temporary(path) && !before.contains(path)).collect()
    }

    fn root(&self) -> PathBuf {
        self.market.file("bins")
    }
}

fn is_temporary(path: &Path) -> bool {
    path.extension().is_some_and(|ending| ending == "tmp")
}

#[test]
fn what_others_put_beside_the_bins_stays() {
    let market = Market::new();
    let folder = market.file(&format!("bins/{DATASET}/{RUN}"));
    fs::create_dir_all(&folder).unwrap();
    let foreign = [".2025-11.msgpack.swp", ".notes.tmp", ".2025-13.msgpack.1-1.tmp", "notes.txt"];
    for name in foreign.iter().chain(&[".2025-10.msgpack.4711-3.tmp"]) {
        fs::write(folder.join(name), name).unwrap();
    }
    let ran = run(market.path(), &market.rebuild("--bin-month all -v"));
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.err.contains(".2025-10.msgpack.4711-3.tmp"), "{}", ran.err);
    for name in foreign {
        assert_eq!(fs::read_to_string(folder.join(name)).unwrap(), name);
    }
    assert!(!folder.join(".2025-10.msgpack.4711-3.tmp").exists());
}
