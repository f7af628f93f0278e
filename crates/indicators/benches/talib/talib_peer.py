"""Our indicators and TA-Lib's C, in turn, in one run, on the same candles.

    cargo build --release -p indicators --example talib_ours
    python talib_peer.py --ours PATH_OF_TALIB_OURS --json OUT [--rows 1000000] [--rounds 15]

Compares the answers first and stops if they differ. Then each round times one batch of ours and one of
TA-Lib's; the ratio is the median over the rounds of (our time / TA-Lib's), below 1 where we are faster.
`best` is the ratio of the fastest rounds: on a machine with other work, the better of the two figures.
TA-Lib is called without its Python wrapper, by ctypes. Both sides write into memory that is there.
Where one of our indicators gives what several functions of TA-Lib do, all of these are called.
"""

import argparse
import ctypes
import ctypes.util
import json
import math
import os
import platform
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import talib

# Ours, its parameters, and TA-Lib's functions: name, inputs, parameters, how many outputs.
# An int parameter is an int in C, a float is a double.
CASES = [
    ("sma", [5], [("SMA", "c", [5], 1)]),
    ("sma", [20], [("SMA", "c", [20], 1)]),
    ("sma", [50], [("SMA", "c", [50], 1)]),
    ("sma", [200], [("SMA", "c", [200], 1)]),
    ("sma", [2000], [("SMA", "c", [2000], 1)]),
    ("ema", [20], [("EMA", "c", [20], 1)]),
    ("rsi", [14], [("RSI", "c", [14], 1)]),
    ("macd", [12, 26, 9], [("MACD", "c", [12, 26, 9], 3)]),
    ("bollinger", [20, 2], [("BBANDS", "c", [20, 2.0, 2.0, 0], 3)]),
    ("true-range", [], [("TRANGE", "hlc", [], 1)]),
    ("atr", [14], [("ATR", "hlc", [14], 1)]),
    ("std-dev", [20], [("STDDEV", "c", [20, 1.0], 1)]),
    ("std-dev", [200], [("STDDEV", "c", [200, 1.0], 1)]),
    ("max", [20], [("MAX", "c", [20], 1)]),
    ("min", [20], [("MIN", "c", [20], 1)]),
    ("max", [80], [("MAX", "c", [80], 1)]),
    ("max", [500], [("MAX", "c", [500], 1)]),
    ("max", [5000], [("MAX", "c", [5000], 1)]),
    ("donchian", [20], [("MAX", "h", [20], 1), ("MIDPRICE", "hl", [20], 1), ("MIN", "l", [20], 1)]),
    ("donchian", [80], [("MAX", "h", [80], 1), ("MIDPRICE", "hl", [80], 1), ("MIN", "l", [80], 1)]),
    ("stochastic", [14, 3, 3], [("STOCH", "hlc", [14, 3, 0, 3, 0], 2)]),
    ("stochastic-fast", [14, 3], [("STOCHF", "hlc", [14, 3, 0], 2)]),
    ("directional", [14], [("PLUS_DI", "hlc", [14], 1), ("MINUS_DI", "hlc", [14], 1)]),
    ("adx", [14], [("ADX", "hlc", [14], 1), ("PLUS_DI", "hlc", [14], 1), ("MINUS_DI", "hlc", [14], 1)]),
    ("correlation", [20], [("CORREL", "co", [20], 1)]),
    ("linear-regression", [20], [(f"LINEARREG{what}", "c", [20], 1) for what in ("_SLOPE", "_INTERCEPT", "")]),
]
# TA-Lib has none of these.
ALONE = [("wilder", [14]), ("z-score", [20]), ("keltner", [20, 10, 2]), ("pair-regression", [20]), ("delay", [24])]


def library():
    """The C library that the Python package calls: in its wheel, or the system's."""
    beside = Path(talib.__file__).parent.parent / "ta_lib.libs"
    found = sorted(map(str, beside.glob("*ta*lib*"))) or [ctypes.util.find_library("ta-lib")]
    if not found[0]:
        sys.exit("TA-Lib's shared library was not found beside the package talib, nor in the system")
    c = ctypes.CDLL(found[0])
    c.TA_Initialize()
    return c


def market(rows):
    rng = np.random.default_rng(20251101)
    steps = 0.002 * rng.standard_t(4, rows)
    steps[(np.arange(rows) % 5000) < 40] = 0  # no trades for a while
    close = 30_000 * np.exp(np.cumsum(steps - steps.mean()))
    open_ = np.concatenate([close[:1], close[:-1]])
    wick = lambda: np.exp(np.abs(0.001 * rng.standard_normal(rows))) ** (steps != 0)
    high, low = np.maximum(open_, close) * wick(), np.minimum(open_, close) / wick()
    other = close * np.exp(0.01 * rng.standard_normal(rows))
    return {k: np.ascontiguousarray(np.round(v, 1)) for k, v in zip("hlco", (high, low, close, other))}


class Theirs:
    """One or several functions of TA-Lib's C, with memory for their outputs."""

    def __init__(self, c, functions, data, rows):
        self.columns, self.calls = [], []
        for name, inputs, parameters, outputs in functions:
            function = getattr(c, "TA_" + name)
            lookback = getattr(c, f"TA_{name}_Lookback")
            typed = [ctypes.c_double(p) if isinstance(p, float) else ctypes.c_int(p) for p in parameters]
            begin = lookback(*typed)
            columns = [np.full(rows, np.nan) for _ in range(outputs)]
            double = ctypes.POINTER(ctypes.c_double)
            pointer = lambda column, at=0: ctypes.cast(column.ctypes.data + 8 * at, double)
            arguments = [
                ctypes.c_int(0),
                ctypes.c_int(rows - 1),
                *(pointer(data[i]) for i in inputs),
                *typed,
                ctypes.byref(ctypes.c_int()),
                ctypes.byref(ctypes.c_int()),
                *(pointer(column, begin) for column in columns),
            ]
            self.columns += columns
            self.calls.append((function, arguments))

    def run(self):
        begin = time.perf_counter_ns()
        for function, arguments in self.calls:
            code = function(*arguments)
            if code:
                sys.exit(f"TA-Lib answers with error {code}")
        return time.perf_counter_ns() - begin


class Ours:
    def __init__(self, program, candles):
        self.process = subprocess.Popen(
            [program, candles], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )

    def ask(self, *words):
        self.process.stdin.write(" ".join(map(str, words)) + "\n")
        self.process.stdin.flush()
        line = self.process.stdout.readline()
        if not line:
            sys.exit(f"our program ended at `{' '.join(map(str, words))}`")
        return int(line)


def compare(name, ours, theirs, price):
    """The largest error in units of what is allowed: 1e-9 of the value, and rounding beside 0."""
    worst = 0.0
    for column, (a, b) in enumerate(zip(ours, theirs, strict=True)):
        # ADX of ours begins with its first ADX; TA-Lib's ±DI earlier.
        defined = ~np.isnan(a)
        if np.isnan(b[defined]).any() or (len(ours) == len(theirs) == 1 and np.isnan(a).sum() != np.isnan(b).sum()):
            sys.exit(f"{name}, column {column}: the warm-up differs")
        a, b = a[defined], b[defined]
        allowed = 1e-9 * np.abs(b) + 1e-12 * max(np.abs(b).max(), price)
        worst = max(worst, float((np.abs(a - b) / allowed).max()))
    if not worst <= 1:
        sys.exit(f"{name}: the answers differ, {worst:.3g} times as much as is allowed")
    return worst


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--ours", required=True, help="the program talib_ours")
    parser.add_argument("--json", required=True, help="where to write the figures")
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=15)
    chosen = parser.parse_args()
    rows, data, c = chosen.rows, market(chosen.rows), library()
    results = []
    with tempfile.TemporaryDirectory() as folder:
        candles, answers = os.path.join(folder, "candles"), os.path.join(folder, "answers")
        with open(candles, "wb") as file:
            file.writelines(data[k].tobytes() for k in "hlco")
        ours = Ours(chosen.ours, candles)
        cases = [(name, p, Theirs(c, functions, data, rows)) for name, p, functions in CASES]
        for name, parameters, theirs in cases:
            count = ours.ask("answer", answers, name, *parameters)
            theirs.run()
            compare(name, np.fromfile(answers).reshape(count, rows), theirs.columns, data["h"].max())
        print(f"{len(cases)} answers over {rows} candles agree\n")
        all_cases = cases + [(*alone, None) for alone in ALONE]
        batch, update, other = [[[] for _ in all_cases] for _ in range(3)]
        # Every case once a round: what else the machine does comes and goes, and meets all alike.
        for _ in range(chosen.rounds):
            for case, (name, parameters, theirs) in enumerate(all_cases):
                batch[case].append(ours.ask("batch", name, *parameters))
                update[case].append(ours.ask("update", name, *parameters))
                if theirs:
                    theirs.run()  # as ours: the second of two is timed
                    other[case].append(theirs.run())
        ours.process.stdin.close()
        ours.process.wait()
    print(f"{'indicator':28} {'ours':>9} {'TA-Lib':>9} {'ratio':>7} {'best':>7} {'update':>9}   ns a row")
    for (name, parameters, _), batch, update, other in zip(all_cases, batch, update, other):
        per_row = lambda times: statistics.median(times) / rows if times else math.nan
        ratios = [a / b for a, b in zip(batch, other)]
        ratio = statistics.median(ratios) if ratios else math.nan
        best = min(batch) / min(other) if other else math.nan
        label = " ".join([name, *map(str, parameters)])
        print(f"{label:28} {per_row(batch):9.2f} {per_row(other):9.2f} {ratio:7.2f} {best:7.2f} {per_row(update):9.2f}")
        results.append({
            "indicator": name,
            "parameters": parameters,
            "ours_ns_per_row": per_row(batch),
            "talib_ns_per_row": per_row(other) if other else None,
            "ratio": ratio if ratios else None,
            "ratio_range": [min(ratios), max(ratios)] if ratios else None,
            "ratio_of_fastest": best if other else None,
            "ns_per_update": per_row(update),
            "fastest_ns_per_row": {"ours": min(batch) / rows, "talib": min(other) / rows if other else None},
        })
    figures = {
        "made_by": "talib_peer.py",
        "rows": rows,
        "rounds": chosen.rounds,
        "versions": {"TA-Lib C": talib.__ta_version__.decode(), "TA-Lib": talib.__version__, "python": platform.python_version()},
        "results": results,
    }
    Path(chosen.json).write_text(json.dumps(figures, indent=1) + "\n")


if __name__ == "__main__":
    main()
