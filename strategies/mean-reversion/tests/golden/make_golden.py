"""Positions of the mean reversion rule, made with pandas and numpy's least squares.

Writes positions.json beside this script: the closes, and for each configuration z-scores, half-lives
and positions row by row (null where not defined).
Needs: pip install pandas numpy
"""

import json
import pathlib

import numpy as np
import pandas as pd

rng = np.random.default_rng(20251102)
level, log_price = 0.0, []
for _ in range(1500):
    level = 0.94 * level + rng.standard_t(4) * 0.006  # half-life 11 rows
    log_price.append(level)
drift = np.cumsum(rng.standard_normal(1500) * 0.001)
close = np.round(2_000 * np.exp(np.array(log_price) + drift), 2)
close[500:620] = close[500]  # a flat stretch


def z_scores(window):
    series = pd.Series(close)
    mean = series.rolling(window).mean()
    deviation = series.rolling(window).std(ddof=0)
    z = (series - mean) / deviation
    # pandas' rolling sums leave dust where the window is constant.
    constant = series.rolling(window).max() == series.rolling(window).min()
    return z.where(~constant).to_numpy()


def half_lives(window):
    result = np.full(len(close), np.nan)
    for row in range(window, len(close)):
        x, y = close[row - window : row], np.diff(close[row - window : row + 1])
        if x.max() == x.min():
            continue
        design = np.column_stack([np.ones(window), x - x.mean()])
        b = np.linalg.lstsq(design, y, rcond=None)[0][1]
        if -1 < b < 0:
            result[row] = -np.log(2) / np.log1p(b)
    return result


def trends(short, long):
    if long is None:
        return None
    series = pd.Series(close)
    return (series.rolling(short).mean() / series.rolling(long).mean() - 1).to_numpy()


def positions(z, half_life, trend, entry, exit_, longest):
    held, result = 0, []
    for row in range(len(close)):
        may = lambda side: (longest is None or half_life[row] <= longest) and (
            trend is None or trend[row] * side > 0
        )
        if np.isnan(z[row]):
            held = 0
        elif z[row] <= -entry and held != 1 and may(1):
            held = 1
        elif z[row] >= entry and held != -1 and may(-1):
            held = -1
        elif (held == 1 and z[row] >= -exit_) or (held == -1 and z[row] <= exit_):
            held = 0
        result.append(held)
    return result


CASES = [
    ("", 48, 2.0, 0.5, None, 240, 48.0),
    ("--max-half-life any", 48, 2.0, 0.5, None, 240, None),
    ("--max-half-life 12", 48, 2.0, 0.5, None, 240, 12.0),
    (
        "--z-window 20 --entry-z 1.5 --exit-z 0 --trend-window 200 --half-life-window 100",
        20, 1.5, 0.0, 200, 100, 48.0,
    ),
]


def column(values):
    return [None if np.isnan(value) else value for value in values.tolist()]


document = {"versions": {"pandas": pd.__version__, "numpy": np.__version__}, "close": close.tolist()}
document["cases"] = []
for flags, window, entry, exit_, trend_window, half_life_window, longest in CASES:
    z, half_life = z_scores(window), half_lives(half_life_window)
    trend = trends(window, trend_window)
    signal = positions(z, half_life, trend, entry, exit_, longest)
    document["cases"].append(
        {"flags": flags, "z_score": column(z), "half_life": column(half_life), "signal": signal}
    )
    print(f"{flags!r:90}", {side: signal.count(side) for side in (1, 0, -1)})
path = pathlib.Path(__file__).with_name("positions.json")
path.write_text(json.dumps(document, separators=(",", ":")) + "\n")
