"""One engine on one case.

    python peer.py vectorbt|backtesting FOLDER OUT

Reads the columns that accounts.py wrote, writes four doubles a pair to OUT (net P&L, largest drawdown, Sharpe
ratio of row returns, closed trades; not a number where the engine has another definition), and prints the
seconds from columns in memory to answers. Imports and compilation come before.
"""

import sys
import time
from pathlib import Path

import numpy as np
import pandas as pd

FEE, CAPITAL = 0.0005, 1e6


def vectorbt(columns, take_profit, stop_loss):
    import vectorbt as vbt

    def run(rows, pairs):
        open_, high, low, close, side = (columns[name][:rows, None] for name in ("open", "high", "low", "close", "side"))
        index = pd.date_range("2020-01-01", periods=rows, freq="h")
        portfolio = vbt.Portfolio.from_signals(
            pd.Series(close[:, 0], index=index), entries=side == 1, short_entries=side == -1,
            open=open_, high=high, low=low, tp_stop=take_profit[None, :pairs], sl_stop=stop_loss[None, :pairs],
            size=1.0, fees=FEE, init_cash=CAPITAL, upon_opposite_entry="ignore", freq="1h", engine="rust",
        )
        found = [portfolio.total_profit(), portfolio.max_drawdown(), portfolio.sharpe_ratio(), portfolio.trades.closed.count()]
        return np.column_stack([np.atleast_1d(np.asarray(one, float)) for one in found])

    run(200, 2)
    return run, len(take_profit)


def backtesting(columns, take_profit, stop_loss):
    from backtesting import Backtest, Strategy
    from backtesting import backtesting as module

    module._tqdm = lambda rows, **_: rows
    profit, loss = take_profit[0], stop_loss[0]

    class Brackets(Strategy):
        def init(self):
            pass

        def next(self):
            side = self.data.Side[-1]
            if side == 0 or self.position:
                return
            close = self.data.Close[-1]
            order = self.buy if side > 0 else self.sell
            order(size=1, tp=close * (1 + side * profit), sl=close * (1 - side * loss))

    def run(rows, _):
        frame = pd.DataFrame({name.capitalize(): columns[name][:rows] for name in ("open", "high", "low", "close", "side")})
        frame.index = pd.date_range("2020-01-01", periods=rows, freq="h")
        stats = Backtest(frame, Brackets, cash=CAPITAL, commission=FEE).run()
        drawdown = stats["Max. Drawdown [%]"] / 100
        closed = (stats["_trades"].ExitTime.notna()).sum()
        return np.array([[stats["Equity Final [$]"] - CAPITAL, drawdown, np.nan, closed]])

    run(200, 1)
    return run, 1


def main():
    engine, folder, out = sys.argv[1:]
    names = ("open", "high", "low", "close", "side", "take_profit", "stop_loss")
    columns = {name: np.fromfile(Path(folder) / f"{name}.f64") for name in names}
    engines = {"vectorbt": vectorbt, "backtesting": backtesting}
    run, pairs = engines[engine](columns, columns["take_profit"], columns["stop_loss"])
    begin = time.perf_counter()
    answers = run(len(columns["close"]), pairs)
    print(time.perf_counter() - begin)
    answers.astype("<f8").tofile(out)


if __name__ == "__main__":
    main()
