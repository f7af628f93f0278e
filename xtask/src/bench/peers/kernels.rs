//! The in-process cases: only the call is timed, its data is there.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::case::{Comparison, Goal};
use super::peer_command;
use crate::bench::dialogue::Partner;
use crate::bench::folders::Folders;
use crate::bench::measure::Runs;
use crate::bench::programs::Program;
use crate::bench::statistics::largest_difference;
use crate::bench::table::three_digits;
use crate::command::say;

/// A case: ours under its name in `kernel-bench`, and the peers under theirs in `kernels.py`.
struct Kernel {
    case: &'static str,
    ours: &'static str,
    folder: &'static str,
    peers: &'static [Peer],
    /// A run of the peer at the exact optimum, where its defaults stop before.
    optimum: Option<&'static str>,
}

struct Peer {
    name: &'static str,
    label: &'static str,
    goal: Goal,
    /// How far answers may lie apart, relative to the larger of 1 and the value.
    tolerance: f64,
}

const fn peer(name: &'static str, label: &'static str, goal: Goal, tolerance: f64) -> Peer {
    Peer { name, label, goal, tolerance }
}

/// How far from the optimum, where there is one.
const OPTIMUM_TOLERANCE: f64 = 1e-9;

const KERNELS: [Kernel; 9] = [
    Kernel {
        case: "platt",
        ours: "platt",
        folder: "fit",
        peers: &[peer("platt", "LogisticRegression, defaults", Goal::faster(20.0), 1e-2)],
        optimum: Some("platt-optimum"),
    },
    Kernel {
        case: "isotonic",
        ours: "isotonic",
        folder: "fit",
        peers: &[peer("isotonic", "IsotonicRegression", Goal::faster(5.0), 1e-12)],
        optimum: None,
    },
    Kernel {
        case: "isotonic-pathological",
        ours: "isotonic",
        folder: "pathological",
        peers: &[peer("isotonic", "IsotonicRegression", Goal::faster(5.0), 1e-12)],
        optimum: None,
    },
    Kernel {
        case: "isotonic-falling",
        ours: "isotonic",
        folder: "falling",
        peers: &[peer("isotonic", "IsotonicRegression", Goal::faster(5.0), 1e-12)],
        optimum: None,
    },
    Kernel {
        case: "score",
        ours: "score",
        folder: "score",
        peers: &[
            peer("score", "numpy, whole columns", Goal::faster(10.0), 1e-13),
            peer("score-blocks", "numpy, blocks", Goal::faster(10.0), 1e-13),
        ],
        optimum: None,
    },
    Kernel {
        case: "labels-24",
        ours: "labels-24",
        folder: "candles",
        peers: &[
            peer("labels-24-steps", "numpy, a pass a step", Goal::faster(20.0), 0.0),
            peer("labels-24-blocks", "numpy, the same in blocks", Goal::faster(20.0), 0.0),
            peer("labels-24-maxima", "numpy, running maxima", Goal::NONE, 0.0),
        ],
        optimum: None,
    },
    Kernel {
        case: "labels-near",
        ours: "labels-near",
        folder: "candles",
        peers: &[
            peer("labels-near-steps", "numpy, a pass a step", Goal::NONE, 0.0),
            peer("labels-near-blocks", "numpy, the same in blocks", Goal::NONE, 0.0),
        ],
        optimum: None,
    },
    Kernel {
        case: "labels-1440",
        ours: "labels-1440",
        folder: "candles",
        peers: &[
            peer("labels-1440-blocks", "numpy, a pass a step in blocks", Goal::NONE, 0.0),
            peer("labels-1440-maxima", "numpy, running maxima", Goal::NONE, 0.0),
        ],
        optimum: None,
    },
    Kernel {
        case: "edges",
        ours: "edges",
        folder: "edges",
        peers: &[
            peer("edges", "np.quantile", Goal::faster(3.0), 0.0),
            peer("edges-sorted", "np.sort", Goal::NONE, 0.0),
        ],
        optimum: None,
    },
];

/// Starts partners of one case.
struct Starter<'a> {
    ours: &'a Path,
    python: &'a Path,
    data: std::path::PathBuf,
}

impl Starter<'_> {
    fn ours(&self, kernel: &Kernel, threads: Option<&str>) -> Result<Partner> {
        let mut command = Command::new(self.ours);
        command.args(["serve", kernel.ours]).arg(&self.data);
        threads.map(|threads| command.env("RAYON_NUM_THREADS", threads));
        Partner::start("kernel-bench", command)
    }

    fn peer(&self, name: &str) -> Result<Partner> {
        let mut command = peer_command(self.python, "kernels.py");
        command.arg(name).arg(&self.data);
        Partner::start(name, command)
    }
}

pub(super) fn run(
    folders: &Folders,
    python: &Path,
    cases: &[&str],
    rounds: u32,
    notes: &mut Vec<String>,
) -> Result<Vec<Comparison>> {
    let wanted: Vec<&Kernel> = KERNELS.iter().filter(|k| cases.contains(&k.case)).collect();
    if wanted.is_empty() {
        return Ok(Vec::new());
    }
    let program = Program::KernelBench.release()?;
    let mut found = Vec::new();
    for kernel in wanted {
        say(&format!("{}: answers, then {rounds} rounds", kernel.case));
        let data = folders.data().join(kernel.folder);
        let starter = Starter { ours: &program, python, data };
        let answers = compare(kernel, &starter, &folders.scratch()?.join("answer"))?;
        found.extend(time(kernel, &starter, rounds, answers)?);
        if kernel.case == "score" {
            notes.push(limits(&program, &found)?);
        }
    }
    Ok(found)
}

/// Compares the answers of processes that are not timed; one sentence for each peer.
fn compare(kernel: &Kernel, starter: &Starter<'_>, file: &Path) -> Result<Vec<String>> {
    let answer = |mut partner: Partner| -> Result<Vec<f64>> {
        partner.run()?;
        let answer = partner.answer(file)?;
        partner.end()?;
        Ok(answer)
    };
    let ours = answer(starter.ours(kernel, None)?)?;
    if ours != answer(starter.ours(kernel, Some("1"))?)? {
        bail!("{}: one thread gives another answer than several", kernel.case);
    }
    let check = |name: &str, tolerance: f64| -> Result<f64> {
        let theirs = answer(starter.peer(name)?)?;
        let difference = largest_difference(&ours, &theirs).with_context(|| {
            let (ours, theirs) = (ours.len(), theirs.len());
            format!("{}: {ours} numbers of ours, {theirs} of {name}", kernel.case)
        })?;
        if difference > tolerance {
            bail!(
                "{}: {name} differs by {difference:e}, where {tolerance:e} is allowed",
                kernel.case
            );
        }
        Ok(difference)
    };
    let optimum = match kernel.optimum {
        Some(name) => {
            format!("; within {:.1e} of the optimum", check(name, OPTIMUM_TOLERANCE)?)
        }
        None => String::new(),
    };
    let sentence = |peer: &Peer| {
        let difference = check(peer.name, peer.tolerance)?;
        let numbers = ours.len();
        Ok(format!("{numbers} numbers within {difference:.1e} of the peer's{optimum}"))
    };
    kernel.peers.iter().map(sentence).collect()
}

fn time(
    kernel: &Kernel,
    starter: &Starter<'_>,
    rounds: u32,
    answers: Vec<String>,
) -> Result<Vec<Comparison>> {
    let mut partners = vec![starter.ours(kernel, None)?, starter.ours(kernel, Some("1"))?];
    for peer in kernel.peers {
        partners.push(starter.peer(peer.name)?);
    }
    let mut runs = vec![Runs::default(); partners.len()];
    for round in 0..=rounds {
        for (partner, runs) in partners.iter_mut().zip(&mut runs) {
            let seconds = partner.run()?;
            if round > 0 {
                runs.seconds.push(seconds);
            }
        }
    }
    for (mut partner, runs) in partners.into_iter().zip(&mut runs) {
        runs.peak_kib.push(partner.peak_kib()?);
        partner.end()?;
    }
    let [ours, alone, theirs @ ..] = runs.as_slice() else { bail!("nothing was run") };
    let comparisons = kernel.peers.iter().zip(theirs).zip(answers);
    Ok(comparisons
        .map(|((peer, theirs), answers)| Comparison {
            case: kernel.case,
            peer: peer.label,
            ours: ours.clone(),
            alone: alone.clone(),
            theirs: theirs.clone(),
            goal: peer.goal,
            answers,
        })
        .collect())
}

/// What a score's time is of what memory and arithmetic allow.
fn limits(program: &Path, found: &[Comparison]) -> Result<String> {
    const ROWS: f64 = 1e7;
    let output = Command::new(program).args(["limits", "10000000"]).output()?;
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let value = |name: &str| -> Result<f64> {
        let mut lines = text.lines().filter_map(|line| line.split_once(' '));
        let (_, value) =
            lines.find(|(key, _)| *key == name).context("kernel-bench has no limits")?;
        Ok(value.parse()?)
    };
    let score = found.iter().find(|comparison| comparison.case == "score");
    // The limits are the best of several runs, so it is the best run that is held against them.
    let best = |score: &Comparison| score.ours.seconds.iter().copied().fold(f64::NAN, f64::min);
    let score = score.map_or(f64::NAN, best) * 1e9 / ROWS;
    let (transfer, arithmetic) = (value("transfer_ns_per_row")?, value("arithmetic_ns_per_row")?);
    Ok(format!(
        "score: {} ns a row with {} threads in the fastest run. The same reads and writes without arithmetic take {} ns \
         ({} GB/s; triad {} GB/s), so it reaches {:.0} % of the memory's bandwidth; the same arithmetic \
         on rows in the cache takes {} ns, so it reaches {:.0} % of the throughput of exp, log and \
         comparisons.",
        three_digits(score),
        value("threads")?,
        three_digits(transfer),
        three_digits(value("transfer_gb_per_s")?),
        three_digits(value("triad_gb_per_s")?),
        100.0 * transfer / score,
        three_digits(arithmetic),
        100.0 * arithmetic / score,
    ))
}
