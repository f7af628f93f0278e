"""Writes quantiles.json: edges and bins as numpy gives them.

Run from anywhere: `python make_golden.py`. The same numpy gives the same file.
"""

import json
import math
import pathlib
import platform

import numpy as np

MASK = (1 << 64) - 1


def unit(index):
    """splitmix64 of the index as a number in [0, 1): long inputs need not be stored."""
    z = (index + 1) * 0x9E3779B97F4A7C15 & MASK
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9 & MASK
    z = (z ^ (z >> 27)) * 0x94D049BB133111EB & MASK
    return ((z ^ (z >> 31)) >> 11) * 2.0**-53


def floats(values):
    """One text, shortest digits that give back each number: JSON readers may round numbers."""
    return " ".join(map(repr, values))


def case(name, values, n_bins, generated=None):
    values = [float(value) for value in values]
    edges = np.quantile(np.array(values), [i / n_bins for i in range(1, n_bins)])
    around = edges.tolist()[:12]
    probes = [-1.0, 0.0, -0.0, 0.5, 1.0, 2.0, min(values), max(values)]
    probes += around + [math.nextafter(e, -math.inf) for e in around]
    probes += [math.nextafter(e, math.inf) for e in around]
    bins = np.searchsorted(edges, probes, side="right") + 1
    return {
        "name": name,
        # Either the values themselves or how to make them: `rows` of `unit`, cut to a grid of
        # 1/steps if there are steps.
        "values": None if generated else floats(values),
        "generated": generated,
        "n_bins": n_bins,
        "edges": floats(edges.tolist()),
        "probes": floats(probes),
        "bins": bins.tolist(),
    }


def generated(name, rows, n_bins, steps=None):
    values = [unit(i) for i in range(rows)]
    if steps:
        values = [math.floor(value * steps) / steps for value in values]
    return case(name, values, n_bins, {"rows": rows, "steps": steps})


tiny = 5e-324
cases = [
    case("one value", [0.37], 20),
    case("one negative zero", [-0.0], 3),
    case("two values", [0.9, 0.1], 20),
    case("fewer values than bins", [0.5, 0.2, 0.9, 0.4, 0.7], 20),
    case("as many values as bins", [0.1 * i for i in range(20)], 20),
    case("all equal", [0.3] * 50, 20),
    case("two levels", [0.2] * 30 + [0.8] * 10, 20),
    case("unsorted with ties", [0.3, 0.1, 0.3, 0.2, 0.3, 0.1, 0.25, 0.3, 0.2], 5),
    case("median", [0.1, 0.4, 0.2, 0.3], 2),
    case("far from probabilities", [-1e300, 1e-300, 3.5, 1e300, -2.0, 0.1, 7e22], 7),
    case("smallest numbers", [tiny, 2 * tiny, 0.0, 5 * tiny, 9 * tiny], 4),
    case("near one", [1 - 2.0**-53, 1 - 2.0**-52, 1 - 2.0**-51, 1.0], 9),
    generated("a year of hours", 8760, 20),
    generated("a leap year of hours", 8784, 20),
    generated("a year less a day", 8736, 20),
    generated("a year with ties", 8760, 20, 50),
    generated("heavy ties", 8760, 20, 7),
    generated("thousand bins", 8760, 1000),
    generated("thousand bins, few rows", 300, 1000),
    generated("ten bins", 1001, 10),
]

versions = {"python": platform.python_version(), "numpy": np.__version__}
text = ",\n".join("  " + json.dumps(case) for case in cases)
out = f'{{"versions": {json.dumps(versions)},\n "cases": [\n{text}\n ]}}\n'
pathlib.Path(__file__).with_name("quantiles.json").write_text(out)
