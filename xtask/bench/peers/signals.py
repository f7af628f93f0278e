"""Signals of a range of rows from DuckDB to Parquet, as duckdb, numpy and pandas do them, with our bin files.

    python signals.py PREDICTIONS MODEL_PATH BINS START END OUT
"""

import sys
from pathlib import Path

import duckdb
import msgpack
import numpy as np
import pandas as pd

QUERY = """
SELECT ts AS timestamp, arg_max(y_pred, created_at) AS y_pred FROM predictions
WHERE model_path = $1 AND ts >= $2 AND ts < $3 GROUP BY ts ORDER BY ts
"""


def main():
    predictions, model_path, bins, start, end, out = sys.argv[1:]
    with duckdb.connect(predictions, read_only=True) as db:
        rows = db.execute(QUERY, [model_path, start, end]).df()
    scores, months = rows.y_pred.to_numpy(), rows.timestamp.to_numpy().astype("datetime64[M]")
    p_cal, q_bin = np.empty(len(rows)), np.empty(len(rows), np.uint16)
    # Rows are in order, so a month is a slice.
    names, begins = np.unique(months, return_index=True)
    for name, begin, end in zip(names, begins, [*begins[1:], len(rows)]):
        envelope = msgpack.unpackb((Path(bins) / f"{name}.msgpack").read_bytes())
        record = msgpack.unpackb(envelope["payload"])
        slope, intercept = record["calibrator"]["slope"], record["calibrator"]["intercept"]
        p = np.clip(scores[begin:end], 1e-12, 1 - 1e-12)
        p = 1 / (1 + np.exp(-(slope * np.log(p / (1 - p)) + intercept)))
        p_cal[begin:end] = np.clip(p, 1e-12, 1 - 1e-12)
        q_bin[begin:end] = np.searchsorted(record["bin_edges"], p_cal[begin:end], side="right") + 1
    rows["p_cal"], rows["q_bin"] = p_cal, q_bin
    rows["signal"] = (q_bin >= 19).astype(np.int8) - (q_bin <= 2).astype(np.int8)
    rows.to_parquet(out, index=False)


if __name__ == "__main__":
    main()
