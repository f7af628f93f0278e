"""Our account beside vectorbt's Rust engine and backtesting.py: answers first, then rounds in turn.

    python accounts.py OURS SCRATCH OUT.json ROUNDS [CASE…]

OURS is the example `exit_pairs` of the crate `risk`. The thousand pairs run with all risk rules too, which the peer does
not have: no answers are compared there. Seconds are those inside the process, from columns in
memory to answers; memory is the peak of the whole process.

Candles open at the close before, and do not move in rows that carry a signal, nor in the next: then an order at the
close (theirs) and one at the next open (ours) are one, also for the equity of rows, and no engine sees an entry in
the candle of an exit. Nothing else in the comparison depends on that.
"""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np

CAPITAL = 1e6
TOLERANCE = {"net": 1e-9, "drawdown": 1e-9, "sharpe": 1e-6, "trades": 0.0}
CASES = {
    # rows, pairs, engine
    "account-pairs": (30_000, 1_000, "vectorbt"),
    "account-minutes": (1_600_000, 1, "vectorbt"),
    "account-rows": (30_000, 1, "backtesting"),
}


def write(folder, rows, pairs):
    folder.mkdir(parents=True, exist_ok=True)
    random = np.random.default_rng(1)
    draw = random.random(rows)
    side = np.where(draw < 0.05, 1.0, np.where(draw > 0.95, -1.0, 0.0))
    still = side != 0
    still[1:] |= side[:-1] != 0
    close = 100 * np.cumprod(np.where(still, 1.0, 1 + 0.01 * (random.random(rows) - 0.5)))
    open_ = np.concatenate([[100.0], close[:-1]])
    high = np.maximum(open_, close) * np.where(still, 1.0, 1 + 0.005 * random.random(rows))
    low = np.minimum(open_, close) * np.where(still, 1.0, 1 - 0.005 * random.random(rows))
    pair = np.arange(pairs)
    columns = {
        "open": open_, "high": high, "low": low, "close": close, "side": side,
        "take_profit": 0.01 + 0.001 * (pair % 40), "stop_loss": 0.01 + 0.001 * (pair // 40),
    }
    for name, column in columns.items():
        column.astype("<f8").tofile(folder / f"{name}.f64")


# A child's peak memory is at least that of the process it was forked from: this one is small.
LAUNCH = """
import os, sys
child = os.posix_spawnp(sys.argv[1], sys.argv[1:], os.environ)
_, status, usage = os.wait4(child, 0)
print(usage.ru_maxrss // (1024 if sys.platform == "darwin" else 1))
sys.exit(os.waitstatus_to_exitcode(status))
"""


def run(argv):
    """Seconds that it printed, and the peak of its memory in KiB."""
    done = subprocess.run([sys.executable, "-S", "-E", "-c", LAUNCH, *argv], capture_output=True, text=True)
    if done.returncode != 0:
        sys.exit(f"{argv[0]} failed: {done.stderr.strip()[-2000:]}")
    seconds, peak = done.stdout.split()[-2:]
    return float(seconds), int(peak)


def compare(case, ours, theirs):
    ours, theirs = (np.fromfile(file, "<f8").reshape(-1, 4) for file in (ours, theirs))
    largest = {}
    for place, (name, tolerance) in enumerate(TOLERANCE.items()):
        known = ~np.isnan(theirs[:, place])
        a, b = ours[known, place], theirs[known, place]
        if not len(b):
            continue
        # Net P&L is a difference of equities, and no more exact than they are.
        error = np.max(np.abs(a - b) / (CAPITAL if name == "net" else np.maximum(np.abs(b), 1e-12)))
        largest[name] = float(error)
        if not error <= tolerance:
            worst = int(np.argmax(np.abs(a - b)))
            sys.exit(f"{case}: {name} differs by {error:.3g}, so there are no times: {a[worst]} and {b[worst]}")
    return {"trades": int(ours[:, 3].sum()), "largest_relative_difference": largest}


def main():
    ours, scratch, out, rounds, cases = sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4]), sys.argv[5:]
    peer = str(Path(__file__).with_name("peer.py"))
    results = {}
    for name in cases or CASES:
        rows, pairs, engine = CASES[name]
        folder = scratch / name
        write(folder, rows, pairs)
        answers = [str(folder / "ours.f64"), str(folder / "theirs.f64")]
        programs = {
            "ours": [ours, str(folder), answers[0]],
            "theirs": [sys.executable, peer, engine, str(folder), answers[1]],
        }
        for program in programs.values():
            run(program)
        result = compare(name, *answers)
        if name == "account-pairs":
            programs["rules"] = [ours, str(folder), str(folder / "rules.f64"), "rules"]
        for who in programs:
            result[who] = {"seconds": [], "peak_kib": []}
        for _ in range(rounds):
            for who, program in programs.items():
                seconds, peak = run(program)
                result[who]["seconds"].append(seconds)
                result[who]["peak_kib"].append(peak)
        print(name, json.dumps(result), file=sys.stderr)
        results[name] = result
    Path(out).write_text(json.dumps(results, indent=1))


if __name__ == "__main__":
    main()
