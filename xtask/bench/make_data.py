"""Input files of the benchmarks, the same bytes of numbers each time.

    python make_data.py SET FOLDER

SET is `peers` (hourly years in DuckDB, columns for the in-process cases) or `scale` (more of the former).
What a file holds is invented; see docs/performance.md. Nothing is made that is there already.
"""

import sys
from pathlib import Path

import duckdb
import numpy as np
import pandas as pd

sys.path.insert(0, str(Path(__file__).parent / "peers"))
from labels import Maxima  # noqa: E402

KEY = "y_tp_before_sl_u0.04_d0.02_24h"
SEED = 20251101


def invent_candles(minutes, start, end):
    """A walk with heavy tails whose volatility in a year is that of bitcoin, about 60 %."""
    times = np.arange(np.datetime64(start, "us"), np.datetime64(end, "us"), np.timedelta64(minutes, "m"))
    rng, rows = np.random.default_rng(SEED + minutes), len(times)
    deviation = 0.6 * np.sqrt(minutes / (365 * 24 * 60))
    steps = deviation / np.sqrt(2) * rng.standard_t(4, rows)
    close = 30_000 * np.exp(np.cumsum(steps - steps.mean()))
    open_ = np.concatenate([close[:1], close[:-1]])
    wick = lambda: np.exp(deviation / 2 * np.abs(rng.standard_normal(rows)))
    high, low = np.maximum(open_, close) * wick(), np.minimum(open_, close) / wick()
    return pd.DataFrame(
        {"timestamp": times, "open": open_, "high": high, "low": low, "close": close, "volume": rng.gamma(2, 50, rows)}
    )


def labelled(table, minutes):
    """Labels over 24 hours, -1 where there is none yet. Independent of our own code."""
    horizon = 24 * 60 // minutes
    rule = object.__new__(Maxima)
    rule.high, rule.low, rule.close = (table[name].to_numpy() for name in ("high", "low", "close"))
    rule.up, rule.down, rule.horizon = 1.04, 0.98, horizon
    rule.call()
    return rule.found


def scored(labels, seed):
    """What a middling model says: 20 % or so on average, higher before hits, too sure of itself."""
    rng = np.random.default_rng(seed)
    z = -1.6 + 0.9 * (rng.standard_normal(len(labels)) + 0.4 * (labels == 1))
    return 1 / (1 + np.exp(-z))


def write_market(path, interval, candles, labels=None):
    """`ohlcv_btcusdt_{interval}`, and `targets` if there are labels, in the upstream schema."""
    with duckdb.connect(str(path)) as db:
        db.execute(
            f"CREATE TABLE ohlcv_btcusdt_{interval} (timestamp TIMESTAMP, snapshot_time TIMESTAMP, open DOUBLE, "
            "high DOUBLE, low DOUBLE, close DOUBLE, volume DOUBLE, created_at TIMESTAMP)"
        )
        db.execute(
            f"INSERT INTO ohlcv_btcusdt_{interval} SELECT timestamp, timestamp, open, high, low, close, volume, "
            "timestamp FROM candles"
        )
        db.execute(
            "CREATE TABLE targets (timestamp TIMESTAMP, dataset VARCHAR, target_key VARCHAR, target_value DOUBLE "
            "NOT NULL, created_at TIMESTAMP, PRIMARY KEY (timestamp, dataset, target_key))"
        )
        if labels is not None:
            known = pd.DataFrame({"timestamp": candles.timestamp, "label": labels}).query("label >= 0")
            db.execute(
                "INSERT INTO targets SELECT timestamp, $1, $2, label, timestamp FROM known",
                [dataset(interval), KEY],
            )


def write_predictions(path, interval, times, labels, models=1):
    with duckdb.connect(str(path)) as db:
        db.execute(
            "CREATE TABLE predictions (ts TIMESTAMP NOT NULL, y_pred DOUBLE NOT NULL, model_path VARCHAR NOT NULL, "
            "feature_key VARCHAR NOT NULL, dataset VARCHAR, created_at TIMESTAMP NOT NULL)"
        )
        for model in range(models):
            rows = pd.DataFrame({"ts": times, "y_pred": scored(labels, SEED + model)})
            db.execute(
                "INSERT INTO predictions SELECT ts, y_pred, $1, 'v1', $2, ts FROM rows",
                [f"models/{dataset(interval)}/{run(model)}/model.txt", dataset(interval)],
            )


def dataset(interval):
    return f"bench_btcusdt_perp_{interval}"


def run(model):
    return f"run_{model:02}_{KEY}_binary"


def databases(folder, minutes, interval, start, end, models=1, stored_labels=True):
    if (folder / "complete").exists():
        return
    folder.mkdir(parents=True, exist_ok=True)
    market, predictions = folder / "market.duckdb", folder / "predictions.duckdb"
    for left in (market, predictions):
        left.unlink(missing_ok=True)
    table = invent_candles(minutes, start, end)
    labels = labelled(table, minutes)
    write_market(market, interval, table, labels if stored_labels else None)
    write_predictions(predictions, interval, table.timestamp, labels, models)
    (folder / "complete").touch()
    print(f"made {folder.name}: {len(table)} candles, {models} models, {np.mean(labels == 1):.1%} labels of 1", file=sys.stderr)


def columns(folder, **named):
    folder.mkdir(parents=True, exist_ok=True)
    for name, values in named.items():
        kind = "u8" if values.dtype == np.uint8 else "f64"
        values.tofile(folder / f"{name}.{kind}")
    print(f"made {folder.name}: {', '.join(named)}", file=sys.stderr)



def kernels(root):
    complete = root / "kernels-complete"
    if complete.exists():
        return
    rng, million = np.random.default_rng(SEED), 1_000_000
    scores = rng.beta(2, 5, million)
    labels = (rng.random(million) < 0.1 + 0.5 * scores).astype(np.uint8)
    columns(root / "fit", scores=scores, labels=labels)
    columns(root / "pathological", **pathological(million // 8))
    columns(root / "edges", scores=rng.beta(2, 5, million))
    scores = rng.beta(2, 5, 10 * million)
    p_cal = 1 / (1 + np.exp(-(0.8 * np.log(scores / (1 - scores)) - 0.3)))
    edges = np.quantile(p_cal[:million], np.arange(1, 20) / 20)
    columns(root / "score", scores=scores, model=np.concatenate([[0.8, -0.3], edges]))
    complete.touch()


def pathological(size):
    """The sequence on which pool adjacent violators took quadratic time in scikit-learn before 0.18 (it is in
    its own benchmarks), as labels: a value `a` between 0 and 1 is a row of label 1 and weight `a` beside one
    of label 0 and weight `1 − a`, of the same score."""
    values = np.concatenate([np.arange(size), np.arange(-(size - 1), size), np.arange(-(size - 1), 1)])
    share = (values - values.min()) / (values.max() - values.min())
    scores = (np.arange(len(share)) + 0.5) / len(share)
    labels = np.tile(np.array([1, 0], np.uint8), len(share))
    return {
        "scores": np.repeat(scores, 2),
        "labels": labels,
        "weights": np.stack([share, 1 - share], axis=1).ravel(),
    }


def main():
    what, root = sys.argv[1], Path(sys.argv[2])
    if what == "peers":
        databases(root / "hourly", 60, "1h", "2021-01-01", "2025-02-01")
        kernels(root)
    elif what == "scale":
        databases(root / "scale-hourly", 60, "1h", "2023-01-01", "2025-02-01")
        databases(root / "scale-minutes", 1, "1m", "2022-01-01", "2025-01-02", stored_labels=False)
        databases(root / "scale-ten-minutes", 10, "10m", "2022-01-01", "2025-01-02", stored_labels=False)
        databases(root / "scale-runs", 60, "1h", "2022-01-01", "2025-01-02", models=50)
    else:
        sys.exit(f"`{what}` is no set; there are `peers` and `scale`")


if __name__ == "__main__":
    main()
