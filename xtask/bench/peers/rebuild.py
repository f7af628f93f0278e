"""Bins of months from DuckDB to files, as duckdb, pandas and scikit-learn do them.

    python rebuild.py PREDICTIONS MARKET MODEL_PATH DATASET TARGET_KEY OUT MONTH… [--optimum]

Rows are joined in DuckDB, which is faster than pandas' merge. All months share what is read.
`--optimum` goes to the exact optimum of the same objective, for the comparison of answers, not of times.
"""

import sys
from pathlib import Path

import duckdb
import msgpack
import numpy as np
import pandas as pd
from sklearn.linear_model import LogisticRegression

LOOKBACK, N_BINS = 12, 20
LEVELS = np.arange(1, N_BINS) / N_BINS

QUERY = """
SELECT p.ts, p.y_pred, t.target_value
FROM (SELECT ts, arg_max(y_pred, created_at) AS y_pred FROM predictions
      WHERE model_path = $1 AND ts >= $4 AND ts < $5 GROUP BY ts) p
JOIN market.targets t ON t.timestamp = p.ts AND t.dataset = $2 AND t.target_key = $3
ORDER BY p.ts
"""


def main():
    arguments = [word for word in sys.argv[1:] if word != "--optimum"]
    optimum = len(arguments) < len(sys.argv) - 1
    predictions, market, model_path, dataset, key, out, *months = arguments
    months = [pd.Period(month, "M") for month in months]
    begin, end = (min(months) - LOOKBACK).start_time, max(months).start_time
    with duckdb.connect(predictions, read_only=True) as db:
        db.execute(f"ATTACH '{market}' AS market (READ_ONLY)")
        rows = db.execute(QUERY, [model_path, dataset, key, begin, end]).df()
    settings = {"solver": "newton-cholesky", "tol": 1e-13, "max_iter": 1000} if optimum else {}
    for month in months:
        # A label needs the 24 candles after its own; the last of them closes when the month begins.
        first, known = (month - LOOKBACK).start_time, month.start_time - pd.Timedelta(hours=25)
        window = rows[(rows.ts >= first) & (rows.ts <= known)]
        p = np.clip(window.y_pred.to_numpy(), 1e-12, 1 - 1e-12)
        z = np.log(p / (1 - p)).reshape(-1, 1)
        model = LogisticRegression(**settings).fit(z, window.target_value.to_numpy() > 0.5)
        p_cal = np.clip(model.predict_proba(z)[:, 1], 1e-12, 1 - 1e-12)
        record = {
            "bin_month": str(month),
            "cal_rows": len(window),
            "slope": float(model.coef_[0, 0]),
            "intercept": float(model.intercept_[0]),
            "bin_edges": np.quantile(p_cal, LEVELS).tolist(),
        }
        Path(out).mkdir(parents=True, exist_ok=True)
        (Path(out) / f"{month}.msgpack").write_bytes(msgpack.packb(record))


if __name__ == "__main__":
    main()
