"""Golden values of the crate `monitoring`, by numpy and scipy: prints reference.json.

    python reference.py > reference.json

Values of the e-detectors are computed from their definition alone: at every close, from all candles and
probabilities since the detector alarmed last, without any state that is carried on.
"""

import json
import math
import sys

import numpy as np
import scipy
from scipy.stats import wasserstein_distance

TAKE, STOP, HORIZON = 0.02, 0.01, 6
SLACK, LAMBDAS = 0.15, (0.15, 0.3, 0.6)
random = np.random.default_rng(20261127)


def label_known(rows, k, now):
    """The label of row k as far as candles up to index `now` tell: True, False, None (not yet)."""
    t, _, _, close, _ = rows[k]
    for t2, high, low, _, _ in rows[k + 1 : now + 1]:
        if t2 > t + HORIZON:
            break
        if low <= close * (1.0 - STOP):
            return False
        if high >= close * (1.0 + TAKE):
            return True
    return False if rows[now][0] >= t + HORIZON else None


def has_gap(rows, k, now):
    """Whether a candle of the horizon of row k is missing among those up to `now`."""
    times = [row[0] for row in rows[k : now + 1] if row[0] <= rows[k][0] + HORIZON]
    reached = min(rows[now][0], rows[k][0] + HORIZON)
    return len(times) != reached - rows[k][0] + 1


def factor(l, y, p):
    odds = math.log(p / (1.0 - p))
    border = 1.0 / (1.0 + math.exp(-(odds - SLACK if l < 0 else odds + SLACK)))
    return 1.0 + l * (y - border)


def value(rows, now, since, lambdas):
    """V at the close of row `now`, of bets made after row index `since`."""
    total = 0.0
    for stream in range(HORIZON):
        wealth = [0.0] * len(lambdas)
        bets = [k for k in range(since, now + 1) if rows[k][0] % HORIZON == stream and rows[k][4] is not None]
        for k in bets:
            if has_gap(rows, k, now):
                continue
            y, p = label_known(rows, k, now), rows[k][4]
            after = lambda y: [factor(l, y, p) * (w + 1.0) for l, w in zip(lambdas, wealth)]
            if y is None:
                wealth = min(after(0.0), after(1.0), key=sum)
            else:
                wealth = after(float(y))
        total += sum(wealth) / len(lambdas)
    return total / HORIZON


def detectors():
    rows, price = [], 100.0
    for t in range(480):
        open_ = price
        steps = open_ * np.exp(np.cumsum(random.normal(-0.0004, 0.0035, 4)))
        price = float(steps[-1])
        if t in (57, 58, 200):  # candles that are missing
            continue
        p = None if random.random() < 0.06 else float(random.uniform(0.3, 0.75))
        rows.append((t, float(max(open_, steps.max())), float(min(open_, steps.min())), price, p))
    sides = {"down": [-l for l in LAMBDAS], "up": list(LAMBDAS), "both": [-l for l in LAMBDAS] + list(LAMBDAS)}
    found = {}
    for tier, threshold in (("watch", 366.0), ("alert", 7320.0)):
        for side, lambdas in sides.items():
            since, values = 0, []
            for now in range(len(rows)):
                v = value(rows, now, since, lambdas)
                if v >= threshold:
                    since = now + 1
                values.append(v)
            found[f"{tier} {side}"] = values
    return {
        "take_profit": TAKE,
        "stop_loss": STOP,
        "horizon": HORIZON,
        "rows": rows,
        "values": found,
    }


def drift():
    cases = []
    for n, m in ((50, 40), (500, 70), (1000, 999), (7, 5)):
        a, b = random.beta(2, 5, n).round(2), random.beta(2, 4, m)
        edges = np.linspace(0, 1, 11)
        then, now = np.histogram(a, edges)[0], np.histogram(b, edges)[0]
        share = lambda counts: np.where(counts == 0, 1e-4, counts / counts.sum())
        e, x = share(then), share(now)
        cases.append(
            {
                "a": a.tolist(),
                "b": b.tolist(),
                "wasserstein": wasserstein_distance(a, b),
                "then": then.tolist(),
                "now": now.tolist(),
                "psi": float(np.sum((x - e) * np.log(x / e))),
            }
        )
    return cases


json.dump(
    {
        "made_with": {
            "python": sys.version.split()[0],
            "numpy": np.__version__,
            "scipy": scipy.__version__,
        },
        "detectors": detectors(),
        "drift": drift(),
    },
    sys.stdout,
)
