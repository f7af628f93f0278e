"""Exponentials, logarithms and log odds to 60 digits, for the tests of `src/kernel`.

Run: python make_kernels.py (needs mpmath; writes kernels.json beside itself).

A number is written as the bits of its nearest double, so that reading it back loses nothing, and a
result also as what is left after that double, in units of its last place.
"""

import json
import math
import pathlib
import random
import struct
import sys

import mpmath
from mpmath import mp, mpf

mp.dps = 60
COUNT = int(sys.argv[1]) if len(sys.argv) > 1 else 250
rng = random.Random(20261122)


def bits(x):
    return struct.unpack("<Q", struct.pack("<d", x))[0]


def neighbours(x, steps):
    out = [x]
    up = down = x
    for _ in range(steps):
        up, down = math.nextafter(up, math.inf), math.nextafter(down, -math.inf)
        out += [up, down]
    return out


def non_positive():
    """Where the exponent changes, near zero, near the end, and anywhere."""
    edges = [-float((k + mpf("0.5")) * mpmath.log(2)) for k in (0, 1, 2, 7, 40, 1000, 1020)]
    points = [p for edge in edges for p in neighbours(edge, 2)]
    points += [0.0, -5e-324, -1e-300, -1e-17, -1e-9, -708.0, -707.999]
    while len(points) < COUNT:
        points += [-rng.random(), -30 * rng.random(), -708 * rng.random()]
    return points


def positive():
    """Small ones, sums of the loss over a block, and where the exponent changes."""
    points = [0.0, 1e-300, 1e-20, 1e-17, 2**-53, 2**-52, 1e-9, 1.0, 65535.0]
    points += [p for e in (0.5, 1.0, 2.0, 0.41421356237309503) for p in neighbours(e, 2)]
    while len(points) < COUNT:
        points += [rng.random(), 10 ** rng.uniform(-18, 0), 2 ** rng.uniform(0, 16) - 1]
    return points


def probability():
    """Around one half, where log odds vanish, the ends, and where the exponent changes."""
    points = neighbours(0.5, 8) + [0.5 + 2.0**-k for k in range(3, 50, 3)]
    points += [0.5 - 2.0**-k for k in range(3, 50, 3)]
    points += [1e-12, 1 - 1e-12, *neighbours(1 / 3, 2), *neighbours(0.4142135623730951, 2)]
    while len(points) < COUNT:
        p = 10 ** rng.uniform(-12, -0.31)
        points += [rng.random(), p, 1 - p, 0.5 + 10 ** rng.uniform(-16, -1)]
    return [p for p in points if 1e-12 <= p <= 1 - 1e-12]


def any_sign():
    points = [0.0, 1e-300, -1e-300, 1e-9, -1e-9, 27.631, -27.631, 36.8, -36.8, 700.0, -700.0]
    while len(points) < COUNT:
        points += [rng.gauss(0, 1), rng.gauss(0, 5), rng.uniform(-40, 40)]
    return points


CASES = {
    "exp": (non_positive, mpmath.exp),
    "ln_1p": (positive, mpmath.log1p),
    "log_odds": (probability, lambda p: mpmath.log(p) - mpmath.log1p(-p)),
    "logistic": (any_sign, lambda z: 1 / (1 + mpmath.exp(-z))),
}


def case(x, function):
    exact = function(mpf(x))
    nearest = float(exact)
    left = float((exact - mpf(nearest)) / mpf(math.ulp(nearest)))
    return [bits(x), bits(nearest), left]


golden = {
    "versions": {"python": sys.version.split()[0], "mpmath": mpmath.__version__},
    **{
        name: [case(x, function) for x in points()]
        for name, (points, function) in CASES.items()
    },
}
path = pathlib.Path(__file__).with_name("kernels.json")
if len(sys.argv) > 2:
    path = pathlib.Path(sys.argv[2])
lines = [f' "versions": {json.dumps(golden.pop("versions"))}']
lines += [f' "{name}": {json.dumps(rows, separators=(",", ":"))}' for name, rows in golden.items()]
path.write_text("{\n" + ",\n".join(lines) + "\n}\n")
