"""Writes golden.json: what scipy, statsmodels and numpy say.

Run it beside the tests: python make_golden.py. Seeded, so it gives the same file again; the
versions of the packages that made the file are recorded in it.

The share of ordered pairs is in none of these packages: numpy, from the definition. The block
bootstrap is in make_bootstrap.py.
"""

import json
import pathlib
import sys

import numpy as np
import scipy
import statsmodels
from scipy.stats import kendalltau, norm
from statsmodels.stats.proportion import proportion_confint


def wilson_cases():
    for hits, n in [(0, 10), (10, 10), (1, 3), (17, 438), (59, 437), (438, 438), (123456, 1000000)]:
        for confidence in [0.5, 0.9, 0.95, 0.999]:
            lower, upper = proportion_confint(hits, n, 1 - confidence, method="wilson")
            yield {
                "hits": hits,
                "rows": n,
                "confidence": confidence,
                "lower": lower,
                "upper": upper,
            }


def quantile_cases():
    tails = [0.5, 0.4, 0.25, 0.0751, 0.075, 0.0749, 0.025, 0.005, 1e-6, 1.4e-11, 1.3e-11, 1e-100]
    return [{"tail": tail, "z": norm.ppf(tail)} for tail in tails + [5e-324]]


def p_value_cases():
    zs = [1e-9, 0.1, 0.5, 1.0, 1.4999, 1.5, 1.5001, 1.96, -2.5758, 3.3, 5.0, 8.3, -12.0, 25.0, 37.0]
    return [{"z": z, "p_value": 2 * norm.sf(abs(z))} for z in zs]


def kendall_cases():
    draw = np.random.default_rng(7)
    bins = np.arange(1.0, 21.0)
    rates = np.round(0.05 + 0.01 * bins + draw.normal(0, 0.04, 20), 6)
    pairs = [
        (bins, rates),
        (bins, rates.round(1)),
        (bins, -bins),
        (bins[:2], rates[:2]),
        (draw.integers(0, 4, 50).astype(float), draw.integers(0, 3, 50).astype(float)),
        (draw.normal(size=200), draw.normal(size=200)),
    ]
    for x, y in pairs:
        i, j = np.triu_indices(len(x), 1)
        order = np.sign(x[i] - x[j]) * np.sign(y[i] - y[j])
        yield {
            "x": x,
            "y": y,
            "tau": kendalltau(x, y, variant="b").statistic,
            "ordered": np.sum(order > 0) / np.sum(order != 0),
        }


def plain_types(value):
    if isinstance(value, np.ndarray):
        return [plain_types(v) for v in value.tolist()]
    if isinstance(value, dict):
        return {k: plain_types(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_types(v) for v in value]
    return value.item() if isinstance(value, np.generic) else value


golden = {
    "made_by": {
        "python": sys.version.split()[0],
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "statsmodels": statsmodels.__version__,
    },
    "wilson": list(wilson_cases()),
    "normal_quantile": quantile_cases(),
    "normal_p_value": p_value_cases(),
    "kendall": list(kendall_cases()),
}
target = pathlib.Path(__file__).with_name("golden.json")
lines = [f"{json.dumps(k)}: {json.dumps(plain_types(v))}" for k, v in golden.items()]
target.write_text("{\n" + ",\n".join(lines) + "\n}\n")
