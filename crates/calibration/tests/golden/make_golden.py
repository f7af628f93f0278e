"""Writes golden.json: what scikit-learn, scipy, statsmodels and numpy say.

Run it beside the tests: python make_golden.py. Seeded, so it gives the same file again; the
versions of the packages that made the file are recorded in it.

Platt: LogisticRegression stops well before the optimum at its default tolerance, and at any
tolerance where its line search sees no more decrease. It is run to tol=1e-14 and polished here with
Newton steps in 60-digit arithmetic; the distance between the two is asserted.

Spiegelhalter's z is in none of these packages: numpy, from the definition.
"""

import decimal
import json
import pathlib
import sys
from decimal import Decimal

import numpy as np
import scipy
import sklearn
import statsmodels
import statsmodels.api as sm
from scipy.stats import norm
from sklearn.calibration import calibration_curve
from sklearn.isotonic import IsotonicRegression
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import brier_score_loss, log_loss, roc_auc_score

MIN_P = 1e-12
rng = np.random.default_rng(20251101)


def rows(n, digits, weighted=False, skill=1.0):
    """Scores of a rare event whose log odds exaggerate the true ones, labels and weights."""
    true_log_odds = rng.normal(-1.5, 1.0, n)
    scores = np.round(1 / (1 + np.exp(-2 * true_log_odds - 0.5)), digits)
    labels = rng.random(n) < 1 / (1 + np.exp(-skill * true_log_odds))
    weights = np.round(rng.gamma(1.0, 1.0, n), 3) if weighted else None
    return {"scores": scores, "labels": labels, "weights": weights}


plain = rows(160, 6)
weighted = rows(120, 6, weighted=True)
weighted["weights"][:5] = 0.0
ties = rows(150, 2)
clipped = rows(60, 4)
clipped["scores"][:4] = [0.0, 0.0, 1.0, 1.0]
clipped["labels"][:4] = [False, True, True, False]
ordered = np.sort(rng.random(40).round(5))
reversed_ = {"scores": ordered, "labels": np.arange(40) < 15, "weights": None}
separable = {"scores": ordered, "labels": np.arange(40) >= 22, "weights": None}
runs = {"scores": ordered, "labels": (np.arange(40) // 8) % 2 == 1, "weights": None}
weighted_ties = rows(120, 2, weighted=True)
constant = {"scores": np.full(12, 0.3), "labels": np.arange(12) < 5, "weights": None}
DATA = {
    "plain": plain,
    "weighted": weighted,
    "ties": ties,
    "weighted_ties": weighted_ties,
    "clipped": clipped,
    "reversed": reversed_,
    "separable": separable,
    "runs": runs,
    "constant": constant,
}


def log_odds(scores):
    p = np.clip(scores, MIN_P, 1 - MIN_P)
    return np.log(p / (1 - p))


def platt(data, c):
    x, y = log_odds(data["scores"]), data["labels"].astype(int)
    s = np.ones(len(x)) if data["weights"] is None else data["weights"]
    model = LogisticRegression(C=c, tol=1e-14, solver="newton-cholesky", max_iter=10_000)
    model.fit(x[:, None], y, sample_weight=s)
    with decimal.localcontext(prec=60):
        w, b, c = Decimal(float(model.coef_[0, 0])), Decimal(float(model.intercept_[0])), Decimal(c)
        data = [tuple(map(Decimal, row)) for row in zip(x.tolist(), y.tolist(), s.tolist())]
        for _ in range(6):
            loss, gw, gb, hww, hwb, hbb = w * w / (2 * c), w / c, Decimal(0), 1 / c, 0, 0
            for xi, yi, si in data:
                z = w * xi + b
                mu = 1 / (1 + (-z).exp())
                loss += si * ((1 + z.exp()).ln() - yi * z)
                gw, gb = gw + si * (mu - yi) * xi, gb + si * (mu - yi)
                v = si * mu * (1 - mu)
                hww, hwb, hbb = hww + v * xi * xi, hwb + v * xi, hbb + v
            det = hww * hbb - hwb * hwb
            w, b = w - (hbb * gw - hwb * gb) / det, b - (hww * gb - hwb * gw) / det
        assert max(abs(gw), abs(gb)) < Decimal("1e-40"), "not at the optimum"
    distance = max(abs(float(w) - model.coef_[0, 0]), abs(float(b) - model.intercept_[0]))
    assert distance < 1e-6, f"scikit-learn means something else: {distance}"
    return float(w), float(b), float(loss)


def platt_cases():
    cases = [(name, 1.0) for name in DATA] + [("plain", 0.1), ("plain", 1e6), ("weighted", 0.01)]
    for name, c in cases:
        slope, intercept, objective = platt(DATA[name], c)
        yield {"data": name, "c": c, "slope": slope, "intercept": intercept, "objective": objective}


def isotonic_cases():
    for name, data in DATA.items():
        model = IsotonicRegression(y_min=0, y_max=1, out_of_bounds="clip")
        model.fit(data["scores"], data["labels"].astype(float), sample_weight=data["weights"])
        at = np.concatenate([np.linspace(0, 1, 9), model.X_thresholds_[1:8] - 1e-3])
        at = np.clip(at, 0, 1)
        yield {
            "data": name,
            "x": model.X_thresholds_,
            "y": model.y_thresholds_,
            "at": at,
            "values": np.clip(model.predict(at), MIN_P, 1 - MIN_P),
        }


def ece(p, y, k, grouping):
    if grouping == "equal_width":
        group = np.minimum(np.floor(p * k), k - 1)
        parts = [np.flatnonzero(group == g) for g in range(k)]
    else:
        _, tie = np.unique(p, return_inverse=True)
        y = (np.bincount(tie, y) / np.bincount(tie))[tie]
        parts = np.array_split(np.argsort(p, kind="stable"), k)
    return sum(abs((y[i] - p[i]).sum()) for i in parts) / len(p)


def diagnostics_cases():
    for name in ["plain", "ties", "clipped", "reversed", "constant"]:
        p, y = DATA[name]["scores"], DATA[name]["labels"].astype(float)
        yield {
            "data": name,
            "brier": brier_score_loss(y, p),
            "log_loss": log_loss(y, np.clip(p, MIN_P, 1 - MIN_P)),
            "ece": [
                {"groups": k, "grouping": g, "value": ece(p, y, k, g)}
                for k in [1, 7, 15, 200]
                for g in ["equal_width", "equal_mass"]
            ],
        }


def auc_cases():
    return [
        {"data": name, "auc": roc_auc_score(data["labels"], data["scores"])}
        for name, data in DATA.items()
    ]


def line_cases():
    for name in ["plain", "weighted", "ties", "weighted_ties", "clipped", "runs"]:
        x, y = log_odds(DATA[name]["scores"]), DATA[name]["labels"].astype(float)
        fit = sm.Logit(y, sm.add_constant(x)).fit(method="newton", tol=1e-14, disp=0)
        assert fit.mle_retvals["converged"]
        yield {"data": name, "slope": fit.params[1], "intercept": fit.params[0]}


def spiegelhalter_cases():
    for name, data in DATA.items():
        p, y = data["scores"], data["labels"].astype(float)
        # As published: the Brier score, its expectation and its variance.
        brier, expected = np.mean((y - p) ** 2), np.mean(p * (1 - p))
        variance = np.sum((1 - 2 * p) ** 2 * p * (1 - p)) / len(p) ** 2
        z = (brier - expected) / np.sqrt(variance)
        yield {"data": name, "z": z, "p_value": 2 * norm.sf(abs(z))}


def reliability_cases():
    """Data whose probabilities lie on no border: which side that counts to is a convention."""
    for name, k in [("plain", 7), ("plain", 13), ("weighted", 7)]:
        p, y = DATA[name]["scores"], DATA[name]["labels"].astype(float)
        assert not np.isin(p * k, np.arange(k)).any()
        hit_rate, mean_p = calibration_curve(y, p, n_bins=k, strategy="uniform")
        position, rows = np.unique(np.floor(p * k), return_counts=True)
        yield {
            "data": name,
            "groups": k,
            "grouping": "equal_width",
            "lower": position / k,
            "upper": (position + 1) / k,
            "rows": rows,
            "mean_p": mean_p,
            "hit_rate": hit_rate,
        }
    for name, k in [("plain", 7), ("ties", 10), ("clipped", 200)]:
        p, y = DATA[name]["scores"], DATA[name]["labels"].astype(float)
        _, tie = np.unique(p, return_inverse=True)
        y = (np.bincount(tie, y) / np.bincount(tie))[tie]
        parts = [i for i in np.array_split(np.argsort(p, kind="stable"), k) if len(i)]
        yield {
            "data": name,
            "groups": k,
            "grouping": "equal_mass",
            "lower": [p[i].min() for i in parts],
            "upper": [p[i].max() for i in parts],
            "rows": [len(i) for i in parts],
            "mean_p": [p[i].mean() for i in parts],
            "hit_rate": [y[i].mean() for i in parts],
        }


def plain_types(value):
    if isinstance(value, np.ndarray):
        return [plain_types(v) for v in value.tolist()]
    if isinstance(value, dict):
        return {k: plain_types(v) for k, v in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain_types(v) for v in value]
    return value.item() if isinstance(value, np.generic) else value


golden = {
    "made_by": {
        "python": sys.version.split()[0],
        "numpy": np.__version__,
        "scipy": scipy.__version__,
        "scikit-learn": sklearn.__version__,
        "statsmodels": statsmodels.__version__,
    },
    "data": DATA,
    "platt": list(platt_cases()),
    "isotonic": list(isotonic_cases()),
    "diagnostics": list(diagnostics_cases()),
    "auc": auc_cases(),
    "calibration_line": list(line_cases()),
    "spiegelhalter": list(spiegelhalter_cases()),
    "reliability": list(reliability_cases()),
}
target = pathlib.Path(__file__).with_name("golden.json")
lines = [f"{json.dumps(k)}: {json.dumps(plain_types(v))}" for k, v in golden.items()]
target.write_text("{\n" + ",\n".join(lines) + "\n}\n")
