"""Golden values of the indicators, by TA-Lib's own C; what TA-Lib lacks, by exact fractions.

    python make_golden.py        writes indicators.json beside this file, the same bytes every time
"""

import json
import math
import platform
from fractions import Fraction
from pathlib import Path

import numpy as np
import talib


def candles(prices):
    """Candles around closes: opens at the last close, wicks beyond both."""
    rng = np.random.default_rng(7)
    close = np.asarray(prices)
    open_ = np.concatenate([close[:1], close[:-1]])
    wick = lambda: 1 + np.abs(0.003 * rng.standard_normal(len(close)))
    return np.maximum(open_, close) * wick(), np.minimum(open_, close) / wick(), close


def market(rows, start, tick, seed):
    """A random walk with flat stretches, gaps up and down, and prices on a tick."""
    rng = np.random.default_rng(seed)
    steps = 0.006 * rng.standard_t(4, rows)
    steps[rows // 3] += 0.12  # a gap up
    steps[rows // 2] -= 0.15  # a gap down
    flat = [(40, 75), (rows * 3 // 4, rows * 3 // 4 + 30)]
    for begin, end in flat:
        steps[begin:end] = 0
    high, low, close = candles(start * np.exp(np.cumsum(steps)))
    for begin, end in flat:  # an hour without a trade: all prices are the last close
        high[begin:end] = low[begin:end] = close[begin:end]
    # The gaps leave no trade between the candles.
    for row in (rows // 3, rows // 2):
        high[row], low[row] = close[row] * 1.002, close[row] * 0.998
    other = close * np.exp(0.01 * rng.standard_normal(rows))
    rounded = [np.round(np.round(column / tick) * tick, 12) for column in (high, low, close, other)]
    return dict(zip(["high", "low", "close", "other"], rounded))


def series():
    constant = np.full(70, 0.1)
    return {
        "market": market(240, 30_000.0, 0.1, 20251101),
        "cheap": market(120, 1.2e-5, 1e-9, 20251102),
        "constant": {name: constant for name in ["high", "low", "close", "other"]},
    }


def windows(column, n):
    return [[Fraction(float(x)) for x in column[end - n : end]] for end in range(n, len(column) + 1)]


def moments(window):
    mean = sum(window) / len(window)
    return mean, sum((x - mean) ** 2 for x in window) / len(window)


def root(fraction):
    """The square root to far more digits than an f64 has."""
    return Fraction(math.isqrt(int(fraction * 10**80)), 10**40)


def z_score(s, n):
    values = []
    for window in windows(s["close"], n):
        mean, variance = moments(window)
        values.append(float((window[-1] - mean) / root(variance)) if variance else math.nan)
    return [padded(values, n)]


def padded(values, n):
    return np.array([math.nan] * (n - 1) + values)


def bollinger_ratios(s, n, k):
    rows = []
    for window in windows(s["close"], n):
        mean, variance = moments(window)
        reach = k * root(variance)
        percent_b = float((window[-1] - (mean - reach)) / (2 * reach)) if variance else math.nan
        edges = [float(mean + reach), float(mean), float(mean - reach)]
        rows.append([*edges, percent_b, float(2 * reach / mean)])
    return [padded(list(column), n) for column in zip(*rows)]


def pair_regression(s, n):
    rows = []
    for x, y in zip(windows(s["close"], n), windows(s["other"], n)):
        (mean_x, variance), (mean_y, _) = moments(x), moments(y)
        covariance = sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y)) / n
        slope = covariance / variance if variance else None
        rows.append([float(slope), float(mean_y - slope * mean_x)] if variance else [math.nan] * 2)
    return [padded(list(column), n) for column in zip(*rows)]


def keltner(s, n, m, k):
    middle = talib.EMA(s["close"], n)
    reach = k * talib.ATR(s["high"], s["low"], s["close"], m)
    undefined = np.isnan(reach)
    return [np.where(undefined, np.nan, line) for line in (middle + reach, middle, middle - reach)]


def wilder(s, n):
    close, values = s["close"], [float(np.mean(s["close"][:n]))]
    for x in close[n:]:
        values.append((values[-1] * (n - 1) + float(x)) / n)
    return [padded(values, n)]


def donchian(s, n):
    high, low = s["high"], s["low"]
    return [talib.MAX(high, n), talib.MIDPRICE(high, low, n), talib.MIN(low, n)]


def adx(s, n):
    columns = [f(s["high"], s["low"], s["close"], n) for f in (talib.ADX, talib.PLUS_DI, talib.MINUS_DI)]
    return [np.where(np.isnan(columns[0]), np.nan, column) for column in columns]


def regression(s, n):
    return [f(s["close"], n) for f in (talib.LINEARREG_SLOPE, talib.LINEARREG_INTERCEPT, talib.LINEARREG)]


def hlc(function):
    return lambda s, *p: function(s["high"], s["low"], s["close"], *p)


def of_close(function):
    return lambda s, *p: function(s["close"], *p)


# name, where the values are from, function, parameters
CASES = [
    ("sma", "TA-Lib", of_close(talib.SMA), [[1], [2], [5], [20], [31], [33], [60]]),
    ("ema", "TA-Lib", of_close(talib.EMA), [[2], [20]]),
    ("wilder", "Python", wilder, [[14]]),
    ("rsi", "TA-Lib", of_close(talib.RSI), [[2], [14]]),
    ("macd", "TA-Lib", of_close(talib.MACD), [[12, 26, 9], [3, 10, 1]]),
    ("bollinger", "TA-Lib", lambda s, n, k: talib.BBANDS(s["close"], n, k, k), [[20, 2]]),
    ("bollinger-ratios", "fractions", bollinger_ratios, [[10, 2]]),
    ("true-range", "TA-Lib", hlc(talib.TRANGE), [[]]),
    ("atr", "TA-Lib", hlc(talib.ATR), [[1], [14]]),
    ("std-dev", "TA-Lib", of_close(talib.STDDEV), [[5], [20]]),
    ("z-score", "fractions", z_score, [[20]]),
    ("max", "TA-Lib", of_close(talib.MAX), [[2], [20]]),
    ("min", "TA-Lib", of_close(talib.MIN), [[2], [20]]),
    ("donchian", "TA-Lib", donchian, [[20]]),
    ("keltner", "TA-Lib's parts", keltner, [[20, 10, 2], [5, 14, 1]]),
    ("stochastic", "TA-Lib", lambda s, a, b, c: hlc(talib.STOCH)(s, a, b, 0, c, 0), [[5, 3, 3], [14, 3, 5]]),
    ("stochastic-fast", "TA-Lib", lambda s, a, b: hlc(talib.STOCHF)(s, a, b, 0), [[14, 3]]),
    ("directional", "TA-Lib", lambda s, n: [hlc(f)(s, n) for f in (talib.PLUS_DI, talib.MINUS_DI)], [[2], [14]]),
    ("adx", "TA-Lib", adx, [[2], [14]]),
    ("correlation", "TA-Lib", lambda s, n: talib.CORREL(s["close"], s["other"], n), [[5], [20]]),
    ("linear-regression", "TA-Lib", regression, [[2], [20]]),
    ("pair-regression", "fractions", pair_regression, [[20]]),
]


def numbers(column):
    return [None if math.isnan(x) else float(x) for x in column]


def main():
    data = series()
    cases = []
    for name, source, function, parameters in CASES:
        for chosen in parameters:
            for where in data:
                columns = function(data[where], *chosen)
                columns = [columns] if isinstance(columns, np.ndarray) else columns
                cases.append({
                    "indicator": name,
                    "parameters": chosen,
                    "series": where,
                    "source": source,
                    "columns": [numbers(column) for column in columns],
                })
    golden = {
        "made_by": "make_golden.py",
        "versions": {
            "python": platform.python_version(),
            "numpy": np.__version__,
            "TA-Lib": talib.__version__,
            "TA-Lib C": talib.__ta_version__.decode(),
        },
        # TA-Lib swaps a fast period above the slow one; ours is refused.
        "macd_swapped": [bool(np.array_equal(a, b, equal_nan=True)) for a, b in zip(
            talib.MACD(data["market"]["close"], 26, 12, 9), talib.MACD(data["market"]["close"], 12, 26, 9))],
        # One NaN, and TA-Lib's average is NaN for ever; ours is an error for that row alone.
        "sma_5_after_nan_at_50": numbers(talib.SMA(np.where(np.arange(240) == 50, np.nan, data["market"]["close"]), 5))[50:],
        "series": {name: {k: v.tolist() for k, v in s.items()} for name, s in data.items()},
        "cases": cases,
    }
    path = Path(__file__).with_name("indicators.json")
    path.write_text(json.dumps(golden, separators=(",", ":")) + "\n")
    print(len(cases), "cases,", path.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
