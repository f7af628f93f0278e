//! The in-process cases: only the call is timed, its data is there.

use std::path::Path;
use std::process::Command;

use anyhow::{Context, Result, bail};

use super::case::Comparison;
use super::{Bench, Family, Found, peer_command};
use crate::bench::dialogue::Partner;
use crate::bench::measure::Runs;
use crate::bench::programs::Program;
use crate::bench::statistics::largest_difference;
use crate::command::say;

pub(super) const FAMILY: Family =
    Family { cases: &["platt", "isotonic", "isotonic-pathological", "score", "edges"], run };

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
    /// The speed-up asked for, as a factor.
    goal: Option<f64>,
    /// How far answers may lie apart, relative to the larger of 1 and the value.
    tolerance: f64,
}

const fn peer(name: &'static str, label: &'static str, goal: Option<f64>, tolerance: f64) -> Peer {
    Peer { name, label, goal, tolerance }
}

/// How far from the optimum, where there is one.
const OPTIMUM_TOLERANCE: f64 = 1e-9;

const KERNELS: [Kernel; 5] = [
    Kernel {
        case: "platt",
        ours: "platt",
        folder: "fit",
        peers: &[peer("platt", "LogisticRegression, defaults", Some(20.0), 1e-2)],
        optimum: Some("platt-optimum"),
    },
    Kernel {
        case: "isotonic",
        ours: "isotonic",
        folder: "fit",
        peers: &[peer("isotonic", "IsotonicRegression", Some(5.0), 1e-12)],
        optimum: None,
    },
    Kernel {
        case: "isotonic-pathological",
        ours: "isotonic",
        folder: "pathological",
        peers: &[peer("isotonic", "IsotonicRegression", Some(5.0), 1e-12)],
        optimum: None,
    },
    Kernel {
        case: "score",
        ours: "score",
        folder: "score",
        peers: &[
            peer("score", "numpy, whole columns", Some(10.0), 1e-13),
            peer("score-blocks", "numpy, blocks", Some(10.0), 1e-13),
        ],
        optimum: None,
    },
    Kernel {
        case: "edges",
        ours: "edges",
        folder: "edges",
        peers: &[
            peer("edges", "np.quantile", Some(3.0), 0.0),
            peer("edges-sorted", "np.sort", None, 0.0),
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
        command.arg(kernel.ours).arg(&self.data);
        threads.map(|threads| command.env("RAYON_NUM_THREADS", threads));
        Partner::start("kernel-bench", command)
    }

    fn peer(&self, name: &str) -> Result<Partner> {
        let mut command = peer_command(self.python, "kernels.py");
        command.arg(name).arg(&self.data);
        Partner::start(name, command)
    }
}

fn run(bench: &Bench<'_>, cases: &[&str]) -> Result<Found> {
    let program = Program::KernelBench.release()?;
    let mut found = Found::default();
    for kernel in KERNELS.iter().filter(|kernel| cases.contains(&kernel.case)) {
        let data = bench.folders.data().join(kernel.folder);
        let starter = Starter { ours: &program, python: &bench.python, data };
        compare(kernel, &starter, &bench.folders.scratch()?.join("answer"))?;
        say(&format!("{}: {} rounds", kernel.case, bench.rounds));
        found.comparisons.extend(time(kernel, &starter, bench.rounds)?);
    }
    Ok(found)
}

/// Compares the answers of processes that are not timed.
fn compare(kernel: &Kernel, starter: &Starter<'_>, file: &Path) -> Result<()> {
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
    let peers = kernel.peers.iter().map(|peer| (peer.name, peer.tolerance));
    let optimum = kernel.optimum.map(|name| (name, OPTIMUM_TOLERANCE));
    for (name, tolerance) in peers.chain(optimum) {
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
        say(&format!(
            "{}: {} numbers within {difference:.1e} of {name}'s",
            kernel.case,
            ours.len()
        ));
    }
    Ok(())
}

fn time(kernel: &Kernel, starter: &Starter<'_>, rounds: u32) -> Result<Vec<Comparison>> {
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
    let comparison = |(peer, theirs): (&Peer, &Runs)| Comparison {
        case: kernel.case,
        peer: peer.label,
        ours: ours.clone(),
        alone: alone.clone(),
        theirs: theirs.clone(),
        goal: peer.goal,
    };
    Ok(kernel.peers.iter().zip(theirs).map(comparison).collect())
}
