"""The in-process cases, as scikit-learn and numpy do them. Asked line by line, as our kernel-bench is:

    python kernels.py PEER FOLDER

`run` is answered with the nanoseconds of one call, `peak` with the most memory so far in KiB, `answer FILE`
by writing what the last call found as f64, little endian. Data is loaded before; only the call is timed.
"""

import resource
import sys
import time
from pathlib import Path

import numpy as np

import scores


def load(folder, name, kind=np.float64):
    return np.fromfile(Path(folder) / name, dtype=kind)


class Platt:
    """`LogisticRegression` with its defaults on the scores' log odds."""

    def __init__(self, folder):
        from sklearn.linear_model import LogisticRegression

        self.model = LogisticRegression
        self.scores, self.labels = load(folder, "scores.f64"), load(folder, "labels.u8", np.uint8)

    def fit(self, **settings):
        p = np.clip(self.scores, 1e-12, 1 - 1e-12)
        return self.model(**settings).fit(np.log(p / (1 - p)).reshape(-1, 1), self.labels)

    def call(self):
        self.found = self.fit()

    def answer(self):
        return np.concatenate([self.found.coef_[0], self.found.intercept_])


class PlattOptimum(Platt):
    """The same objective to its optimum, by the solver that scikit-learn advises for many rows."""

    def call(self):
        self.found = self.fit(solver="newton-cholesky", tol=1e-12, max_iter=1000)


class Isotonic:
    def __init__(self, folder):
        from sklearn.isotonic import IsotonicRegression

        self.model = IsotonicRegression
        self.scores, self.labels = load(folder, "scores.f64"), load(folder, "labels.u8", np.uint8)
        self.labels = self.labels.astype(np.float64)  # what fit would make of it, before the clock runs
        weights = Path(folder) / "weights.f64"
        self.weights = np.fromfile(weights) if weights.exists() else None

    def call(self):
        model = self.model(y_min=0, y_max=1, out_of_bounds="clip")
        self.found = model.fit(self.scores, self.labels, sample_weight=self.weights)

    def answer(self):
        return np.concatenate([self.found.X_thresholds_, self.found.y_thresholds_])


class Edges:
    """`np.quantile`, whose `linear` method is what our edges are defined by."""

    levels = np.arange(1, 20) / 20

    def __init__(self, folder):
        self.values = load(folder, "scores.f64")

    def call(self):
        self.found = np.quantile(self.values, self.levels)

    def answer(self):
        return self.found


class SortedEdges(Edges):
    """A full sort and the same interpolation: faster than `np.quantile` where numpy sorts with AVX-512."""

    def call(self):
        ordered = np.sort(self.values)
        at = (len(ordered) - 1) * self.levels
        below = np.floor(at).astype(np.intp)
        share, low, high = at - below, ordered[below], ordered[below + 1]
        # numpy's own way to interpolate, from the nearer end.
        self.found = np.where(share < 0.5, low + (high - low) * share, high - (high - low) * (1 - share))


def peak_kib():
    """As our own programs count it: `ru_maxrss` would include whoever started this process."""
    try:
        status = Path("/proc/self/status").read_text()
        return int(status.split("VmHWM:")[1].split()[0])
    except (OSError, IndexError):
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // (1024 if sys.platform == "darwin" else 1)


PEERS = {
    "platt": Platt,
    "platt-optimum": PlattOptimum,
    "isotonic": Isotonic,
    "edges": Edges,
    "edges-sorted": SortedEdges,
    "score": scores.Whole,
    "score-blocks": scores.Blocks,
}


def main():
    peer = PEERS[sys.argv[1]](sys.argv[2])
    for line in sys.stdin:
        order, _, file = line.strip().partition(" ")
        if order == "run":
            begin = time.perf_counter_ns()
            peer.call()
            reply = time.perf_counter_ns() - begin
        elif order == "peak":
            reply = peak_kib()
        elif order == "answer":
            numbers = np.ascontiguousarray(peer.answer(), dtype="<f8")
            numbers.tofile(file)
            reply = len(numbers)
        else:
            sys.exit(f"`{line.strip()}` is no question; ask `run`, `peak` or `answer FILE`")
        print(reply, flush=True)


if __name__ == "__main__":
    main()
