"""Writes bootstrap.json: block bootstrap intervals as numpy computes them from the same blocks.

Run it beside the tests: python make_bootstrap.py. The blocks are those of the seed: SplitMix64 and
Lemire's bounded draw are written out here once more, in Python's unbounded integers. The rest is
index arithmetic and np.quantile.
"""

import json
import pathlib
import sys

import numpy as np

WORD = 2**64


def split_mix(seed):
    """Steele, Lea and Flood (2014)."""
    while True:
        seed = (seed + 0x9E3779B97F4A7C15) % WORD
        z = (seed ^ (seed >> 30)) * 0xBF58476D1CE4E5B9 % WORD
        z = (z ^ (z >> 27)) * 0x94D049BB133111EB % WORD
        yield z ^ (z >> 31)


def below(words, n):
    """Lemire (2019)."""
    while True:
        product = next(words) * n
        if product % WORD >= WORD % n:
            return product // WORD


def intervals(bins, labels, n_bins, block, resamples, confidence, starts):
    n = len(bins)
    rows = (starts[:, :, None] + np.arange(block)).reshape(resamples, -1)[:, :n] % n
    tails = [(1 - confidence) / 2, (1 + confidence) / 2]
    for b in range(1, n_bins + 1):
        inside = bins[rows] == b
        count, hits = inside.sum(axis=1), (inside & labels[rows]).sum(axis=1)
        there = count > 0
        mean = labels[bins == b].mean() if (bins == b).any() else 0
        if mean in (0, 1) or there.sum() < 0.95 * resamples:
            yield None
        else:
            yield np.quantile(hits[there] / count[there], tails).tolist()


def case(name, n, used_bins, block, resamples, confidence, seed, empty_bins=0):
    n_bins = used_bins + empty_bins
    draw = np.random.default_rng(seed)
    # A slow wave puts neighbours into the same bins; labels look at the next ten shocks.
    wave = np.sin(np.arange(n) / 17) + draw.normal(0, 0.5, n)
    bins = 1 + np.clip(((wave + 1.5) / 3 * used_bins).astype(int), 0, used_bins - 1)
    shocks = draw.random(n + 10) < 0.04
    labels = np.array([shocks[i + 1 : i + 11].any() for i in range(n)])
    words = split_mix(seed)
    starts = [[below(words, n) for _ in range(-(-n // block))] for _ in range(resamples)]
    starts = np.array(starts)
    found = list(intervals(bins, labels, n_bins, block, resamples, confidence, starts))
    return {
        "name": name,
        "bins": bins.tolist(),
        "labels": labels.astype(int).tolist(),
        "n_bins": n_bins,
        "block": block,
        "resamples": resamples,
        "confidence": confidence,
        "seed": seed,
        "first_starts": starts[0].tolist(),
        "intervals": found,
    }


golden = {
    "made_by": {"python": sys.version.split()[0], "numpy": np.__version__},
    "cases": [
        case("one bin", 200, 1, 24, 100, 0.9, 1),
        case("five bins", 500, 5, 24, 300, 0.95, 2),
        case("blocks of one row", 150, 3, 1, 200, 0.9, 3),
        case("two blocks", 101, 2, 50, 157, 0.8, 4),
        case("rare and empty bins", 120, 20, 10, 200, 0.5, 2**63 + 12345, empty_bins=1),
    ],
}
target = pathlib.Path(__file__).with_name("bootstrap.json")
cases = ",\n".join(json.dumps(c) for c in golden["cases"])
target.write_text(f'{{\n"made_by": {json.dumps(golden["made_by"])},\n"cases": [\n{cases}\n]\n}}\n')
