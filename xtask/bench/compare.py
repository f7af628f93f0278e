"""Compares the answers of whole processes, ours and the peer's. Exits with 1 and says where they differ.

    python compare.py rebuild OURS THEIRS OPTIMUM     folders of bin files; THEIRS by the peer's defaults
    python compare.py signals OURS THEIRS             Parquet files
"""

import sys
from pathlib import Path

import msgpack
import numpy as np
import pandas as pd


def largest(ours, theirs):
    """The largest difference, relative to the larger of 1 and the value."""
    ours, theirs = np.asarray(ours, float), np.asarray(theirs, float)
    if ours.shape != theirs.shape:
        sys.exit(f"{len(ours)} values of ours, {len(theirs)} of theirs")
    return float(np.max(np.abs(ours - theirs) / np.maximum(1, np.abs(theirs)), initial=0))


def within(what, found, allowed):
    if not found <= allowed:
        sys.exit(f"{what} differ by {found:.3g}, where {allowed:.0e} is allowed")
    return found


def rebuild(ours, theirs, optimum):
    files = lambda folder: {path.name: path for path in sorted(Path(folder).rglob("*.msgpack"))}
    ours, theirs, optimum = files(ours), files(theirs), files(optimum)
    if not ours or not ours.keys() == theirs.keys() == optimum.keys():
        sys.exit(f"ours are {list(ours)}, theirs {list(theirs)}, those at the optimum {list(optimum)}")
    exact = default = 0.0
    for name in ours:
        record = msgpack.unpackb(msgpack.unpackb(ours[name].read_bytes())["payload"])
        numbers = [record["calibrator"]["slope"], record["calibrator"]["intercept"], *record["bin_edges"]]
        for path, tolerance in ((optimum[name], 1e-9), (theirs[name], 1e-2)):
            other = msgpack.unpackb(path.read_bytes())
            if record["cal_rows"] != other["cal_rows"]:
                sys.exit(f"{name}: {record['cal_rows']} rows of ours, {other['cal_rows']} of theirs")
            found = largest(numbers, [other["slope"], other["intercept"], *other["bin_edges"]])
            within(f"{name}: slope, intercept and edges", found, tolerance)
            exact, default = (max(exact, found), default) if tolerance < 1e-6 else (exact, max(default, found))
    print(
        f"{len(ours)} months: rows equal; slope, intercept and edges within {exact:.1e} of the optimum, "
        f"within {default:.1e} of what the peer's defaults find"
    )


def signals(ours, theirs):
    ours, theirs = pd.read_parquet(ours), pd.read_parquet(theirs)
    times = [pd.to_datetime(table.timestamp, utc=True).astype("datetime64[us, UTC]") for table in (ours, theirs)]
    if len(ours) != len(theirs) or not (times[0] == times[1]).all():
        sys.exit(f"{len(ours)} rows of ours, {len(theirs)} of theirs, or other times")
    for column in ("y_pred", "q_bin", "signal"):
        different = np.flatnonzero(ours[column].to_numpy() != theirs[column].to_numpy())
        if len(different):
            sys.exit(f"{column} differs in {len(different)} rows, first at {times[0].iloc[different[0]]}")
    found = within("p_cal", largest(ours.p_cal, theirs.p_cal), 1e-13)
    counts = ours.signal.value_counts().to_dict()
    print(f"{len(ours)} rows: times, bins and signals equal ({counts}); p_cal within {found:.1e}")


if __name__ == "__main__":
    {"rebuild": rebuild, "signals": signals}[sys.argv[1]](*sys.argv[2:])
