"""Golden labels, by numpy: one vectorised pass per step of the horizon, on the grid of time.

    python make_golden.py        writes labels.json beside this file, the same bytes every time
"""

import json
import platform
from pathlib import Path

import numpy as np

HOUR = 3_600_000_000  # µs
START = 1_761_973_200_000_000  # 2025-11-01 05:00:00 UTC
ROWS = 600
MISSING = [97, 98, 99, 331, 560]  # hours that the exchange "lost"
RULES = [(0.04, 0.02, 24), (0.004, 0.003, 6)]
POLICIES = ["conservative", "proximity-to-open"]


def random_walk():
    rng = np.random.default_rng(20251101)
    close = 30_000 * np.exp(np.cumsum(0.006 * rng.standard_t(4, ROWS)))
    # A new hour opens near the last close, not on it, so that some open beyond a barrier.
    open_ = np.concatenate([[30_000.0], close[:-1]]) * np.exp(0.001 * rng.standard_normal(ROWS))
    high = np.maximum(open_, close) * np.exp(np.abs(0.004 * rng.standard_normal(ROWS)))
    low = np.minimum(open_, close) * np.exp(-np.abs(0.004 * rng.standard_normal(ROWS)))
    return [np.round(column, 1) for column in (open_, high, low, close)]  # the tick is 0.1


def label(open_, high, low, close, u, d, hours, policy):
    """One letter an hour: 1, 0, I(ncomplete), G(ap); NaN marks a missing candle."""
    up, down = close * (1.0 + u), close * (1.0 - d)
    undecided = np.ones(ROWS, bool)
    label = np.zeros(ROWS, bool)
    gap = np.zeros(ROWS, bool)
    ahead = lambda column, k: np.concatenate([column[k:], np.full(k, np.nan)])
    for k in range(1, hours + 1):
        o, h, l = ahead(open_, k), ahead(high, k), ahead(low, k)
        gap |= np.isnan(h)
        up_now, down_now = undecided & (h >= up), undecided & (l <= down)
        tie = up_now & down_now
        nearer_up = np.abs(up - o) < np.abs(o - down)
        label |= up_now & ~down_now
        if policy == "proximity-to-open":
            label |= tie & nearer_up
        undecided &= ~(up_now | down_now)
    letters = np.where(gap, "G", np.where(label, "1", "0"))
    last = np.flatnonzero(~np.isnan(close))[-1]
    letters[np.arange(ROWS) + hours > last] = "I"
    return "".join(letters[~np.isnan(close)])


def main():
    columns = random_walk()
    for column in columns:
        column[MISSING] = np.nan
    there = ~np.isnan(columns[3])
    cases = []
    for u, d, hours in RULES:
        for policy in POLICIES:
            letters = label(*columns, u, d, hours, policy)
            cases.append({"target_key": f"y_tp_before_sl_u{u}_d{d}_{hours}h", "tie_policy": policy, "labels": letters})
            print(u, d, hours, policy, {letter: letters.count(letter) for letter in "10GI"})
    golden = {
        "made_by": "make_golden.py",
        "versions": {"python": platform.python_version(), "numpy": np.__version__},
        "timestamps": {"start_micros": START, "step_micros": HOUR, "rows": ROWS, "missing": MISSING},
        **{name: column[there].tolist() for name, column in zip(["open", "high", "low", "close"], columns)},
        "cases": cases,
    }
    path = Path(__file__).with_name("labels.json")
    path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")


if __name__ == "__main__":
    main()
