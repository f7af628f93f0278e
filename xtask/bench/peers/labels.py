"""Barrier labels: 1 if, in the next candles, a high reaches close·(1+u) in an earlier one than a low reaches
close·(1−d), else 0; −1 where fewer candles follow. A candle that does both is the stop."""

from pathlib import Path

import numpy as np


class Labels:
    def __init__(self, folder, take_profit, stop_loss, horizon):
        column = lambda name: np.fromfile(Path(folder) / f"{name}.f64")
        self.high, self.low, self.close = column("high"), column("low"), column("close")
        self.up, self.down, self.horizon = 1 + take_profit, 1 - stop_loss, horizon

    def call(self):
        entries = len(self.close) - self.horizon
        self.found = np.full(len(self.close), -1, np.int8)
        self.label(self.found[:entries])

    def answer(self):
        return self.found


class Maxima(Labels):
    """The fastest form we know of for long horizons. Maxima over 2, 4, 8… candles, each from the one before,
    tell which entries see their take profit at all; for those the first touch is found by bisection."""

    rows = 1 << 16

    def label(self, found):
        block = max(self.rows, 4 * self.horizon)
        for begin in range(0, len(found), block):
            self.label_block(found[begin : begin + block], begin)

    def label_block(self, found, begin):
        entries, horizon = len(found), self.horizon
        rows = slice(begin, begin + entries + horizon)
        high, low, close = self.high[rows], self.low[rows], self.close[begin : begin + entries]
        up, length, highest = close * self.up, 1, [high]
        while 2 * length <= horizon:
            highest.append(np.maximum(highest[-1][:-length], highest[-1][length:]))
            length *= 2
        widest = highest[-1]
        rest = 1 + horizon - length
        seen = np.maximum(widest[1 : entries + 1], widest[rest : entries + rest]) >= up
        found[:] = 0
        hopeful = np.flatnonzero(seen)
        if not len(hopeful):
            return
        lowest = [low]
        for level in range(len(highest) - 1):
            half = 1 << level
            lowest.append(np.minimum(lowest[-1][:-half], lowest[-1][half:]))
        up, down, at = up[hopeful], close[hopeful] * self.down, hopeful + 1
        for level in [len(highest) - 1, *range(len(highest) - 1, -1, -1)]:
            # Over a run of 2^level candles that touch neither barrier the search goes on behind it.
            from_ = np.minimum(at, len(highest[level]) - 1)
            clear = (highest[level][from_] < up) & (lowest[level][from_] > down) & (at == from_)
            at += clear.astype(np.int64) << level
        touched = at <= hopeful + horizon
        at = np.minimum(at, hopeful + horizon)
        found[hopeful[touched & (high[at] >= up) & (low[at] > down)]] = 1
