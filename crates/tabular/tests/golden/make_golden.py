"""Writes files as Python users write them, and reads back what this crate wrote.

    python make_golden.py           # writes the files beside this script
    python make_golden.py check F…  # holds files that this crate wrote against the rows below

Deterministic: running it again gives the same files, except for the names of the writers' versions
inside the Parquet ones.
"""

import json
import pathlib
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq

HERE = pathlib.Path(__file__).parent

# The floats that text formats get wrong most easily.
SCORES = [0.1, 1 / 3, -0.0, 5e-324, 2.2250738585072014e-308, 1e300, 1.7976931348623157e308, 0.30000000000000004]
ROWS = len(SCORES)


def frame():
    """One column of each kind that pandas users have."""
    hours = pd.date_range("2025-10-25 22:00", periods=ROWS, freq="h")  # over the end of summer time
    return pd.DataFrame(
        {
            "timestamp": hours.astype("datetime64[ns]"),
            "berlin": hours.tz_localize("UTC").tz_convert("Europe/Berlin").astype("datetime64[ns, Europe/Berlin]"),
            "seconds": hours.astype("datetime64[s]"),
            "y_pred": SCORES,
            "count": np.arange(-3, ROWS - 3, dtype="int64"),
            "q_bin": np.arange(1, ROWS + 1, dtype="uint16"),
            "signal": np.array([-1, 0, 1, 0, -1, 0, 1, 0], dtype="int8"),
            "flag": [True, False] * (ROWS // 2),
            "name": ["plain", "with, comma", 'with "quotes"', "two\nlines", None, "ünïcödé", " spaces ", "007"],
            "symbol": pd.Categorical(["BTC", "ETH"] * (ROWS // 2)),
            "gappy": [0.5, None, 1.5, None, 2.5, None, 3.5, None],
        }
    )


def write():
    rows = frame()
    rows.to_parquet(HERE / "pandas.parquet", index=False)
    pq.write_table(pa.Table.from_pandas(rows, preserve_index=False), HERE / "zstd.parquet", compression="zstd", row_group_size=3)
    table = pa.Table.from_pandas(rows, preserve_index=False)
    with pa.ipc.new_file(HERE / "pyarrow.arrow", table.schema) as file:
        file.write_table(table, max_chunksize=3)
    rows.to_csv(HERE / "pandas.csv", index=False)
    rows.to_csv(HERE / "index.csv", columns=["y_pred", "count"])
    text = rows.drop(columns=["berlin", "y_pred"])  # pandas writes at most 15 digits into JSON
    text.to_json(HERE / "records.json", orient="records", date_format="iso", date_unit="us")
    versions = {"pandas": pd.__version__, "pyarrow": pa.__version__, "numpy": np.__version__}
    (HERE / "versions.json").write_text(json.dumps(versions, indent=1) + "\n")


def check(paths):
    """What this crate wrote (`timestamp, y_pred, q_bin, signal, name`) must be these rows."""
    want = frame()[["timestamp", "y_pred", "q_bin", "signal", "name"]]
    for path in map(pathlib.Path, paths):
        if path.suffix == ".parquet":
            rows = pd.read_parquet(path)
            assert rows.dtypes.astype(str).to_dict() == {
                "timestamp": "datetime64[us]",
                "y_pred": "float64",
                "q_bin": "uint16",
                "signal": "int8",
                "name": want["name"].dtype.name,
            }, rows.dtypes
            assert not pq.read_schema(path).field("timestamp").type.tz
        elif path.suffix == ".arrow":
            rows = pa.ipc.open_file(path).read_all().to_pandas()
        elif path.suffix == ".csv":
            rows = pd.read_csv(path, parse_dates=["timestamp"], float_precision="round_trip", dtype={"name": str})
        elif path.suffix in {".json", ".jsonl"}:
            text = path.read_text()
            objects = json.loads(text) if path.suffix == ".json" else [json.loads(line) for line in text.splitlines()]
            rows = pd.DataFrame(objects)
            rows["timestamp"] = pd.to_datetime(rows["timestamp"]).dt.tz_localize(None)
        assert list(rows.columns) == list(want.columns), rows.columns
        assert (rows["timestamp"].astype("datetime64[us]") == want["timestamp"].astype("datetime64[us]")).all()
        assert rows["y_pred"].to_numpy().tobytes() == want["y_pred"].to_numpy().tobytes(), rows["y_pred"]
        for column in ["q_bin", "signal"]:
            assert (rows[column] == want[column]).all(), column
        assert [n if isinstance(n, str) else None for n in rows["name"]] == [n if isinstance(n, str) else None for n in want["name"]], rows["name"]
        print(path.name, "ok")


if __name__ == "__main__":
    if sys.argv[1:2] == ["check"]:
        check(sys.argv[2:])
    else:
        write()
