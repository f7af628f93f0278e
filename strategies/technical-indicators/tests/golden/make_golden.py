"""Decisions of RSI, MACD and Bollinger rules, made with TA-Lib and numpy.

Writes decisions.json beside this script: the closes, and for each configuration the sides row by row.
Needs: pip install TA-Lib numpy
"""

import json
import pathlib

import numpy as np
import talib

rng = np.random.default_rng(20251101)
steps = rng.standard_t(4, 1500) * 0.006
steps[400:440] = 0.0  # a flat stretch
steps[700], steps[701] = 0.08, -0.09  # gaps
close = np.round(30_000 * np.exp(np.cumsum(steps)), 1)


def rsi(period, oversold, overbought):
    values = talib.RSI(close, period)
    return np.where(values <= oversold, 1, np.where(values >= overbought, -1, 0))


def macd(fast, slow, signal, rule):
    _, _, histogram = talib.MACD(close, fast, slow, signal)
    sign = np.sign(np.nan_to_num(histogram))
    if rule == "side":
        return sign.astype(int)
    # The sign when the lines last differed, before this row.
    last = np.zeros(len(sign))
    for row in range(1, len(sign)):
        last[row] = sign[row - 1] if sign[row - 1] != 0 else last[row - 1]
    return np.where((sign != 0) & (last != 0) & (sign != last), sign, 0).astype(int)


def bollinger(period, width, rule):
    upper, _, lower = talib.BBANDS(close, period, width, width)
    side = np.where(close > upper, -1, np.where(close < lower, 1, 0))
    # Over a constant window the bands are the close itself; TA-Lib's running sums leave dust there.
    windows = np.lib.stride_tricks.sliding_window_view(close, period)
    side[period - 1 :][windows.max(1) == windows.min(1)] = 0
    return side if rule == "reversion" else -side


def vote(votes, how):
    votes = np.array(votes)
    longs, shorts, of = (votes == 1).sum(0), (votes == -1).sum(0), len(votes)
    if how == "all":
        return np.where(longs == of, 1, np.where(shorts == of, -1, 0))
    if how == "any":
        return np.where((longs > 0) & (shorts == 0), 1, np.where((shorts > 0) & (longs == 0), -1, 0))
    return np.where(2 * longs > of, 1, np.where(2 * shorts > of, -1, 0))


CASES = [
    ("--indicators rsi", [rsi(14, 30, 70)], "majority"),
    (
        "--indicators rsi --rsi-period 5 --rsi-oversold 20 --rsi-overbought 80",
        [rsi(5, 20, 80)],
        "majority",
    ),
    ("--indicators macd", [macd(12, 26, 9, "cross")], "majority"),
    ("--indicators macd --macd-rule side", [macd(12, 26, 9, "side")], "majority"),
    (
        "--indicators macd --macd-fast 5 --macd-slow 13 --macd-signal 4",
        [macd(5, 13, 4, "cross")],
        "majority",
    ),
    ("--indicators bollinger", [bollinger(20, 2.0, "reversion")], "majority"),
    (
        "--indicators bollinger --bollinger-rule break --bollinger-width 1.5",
        [bollinger(20, 1.5, "break")],
        "majority",
    ),
    ("", [rsi(14, 30, 70), macd(12, 26, 9, "cross"), bollinger(20, 2.0, "reversion")], "majority"),
    (
        "--vote any --macd-rule side",
        [rsi(14, 30, 70), macd(12, 26, 9, "side"), bollinger(20, 2.0, "reversion")],
        "any",
    ),
    (
        "--vote all --indicators bollinger,rsi --rsi-oversold 40 --rsi-overbought 60",
        [bollinger(20, 2.0, "reversion"), rsi(14, 40, 60)],
        "all",
    ),
]

document = {
    "versions": {"TA-Lib": talib.__version__, "numpy": np.__version__},
    "close": close.tolist(),
    "cases": [
        {"flags": flags, "signal": vote(votes, how).astype(int).tolist()}
        for flags, votes, how in CASES
    ],
}
path = pathlib.Path(__file__).with_name("decisions.json")
path.write_text(json.dumps(document, separators=(",", ":")) + "\n")
for case in document["cases"]:
    counts = {side: case["signal"].count(side) for side in (1, 0, -1)}
    print(f"{case['flags']!r:90} {counts}")
