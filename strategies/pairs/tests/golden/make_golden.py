"""Golden values of the pair's mathematics: python make_golden.py, in this folder.

Synthetic series, seeded; statsmodels for the tests, pykalman for the filter, scipy for Bertram's
thresholds. The versions that made the files stand in them.
"""

import json
from importlib.metadata import version

import numpy as np
import statsmodels.api as sm
from pykalman import KalmanFilter
from scipy.optimize import minimize_scalar
from scipy.special import erfi
from statsmodels.tsa.stattools import adfuller, coint
from statsmodels.tsa.vector_ar.vecm import coint_johansen

PACKAGES = ["numpy", "scipy", "statsmodels", "pykalman"]


def write(name, cases):
    about = {"made_with": "make_golden.py", "versions": {p: version(p) for p in PACKAGES}}
    with open(name + ".json", "w") as file:
        json.dump({**about, "cases": cases}, file, indent=1)
        file.write("\n")


def pair(seed, rows, back):
    random = np.random.default_rng(seed)
    x = 10 + np.cumsum(0.01 * random.standard_normal(rows))
    spread = np.zeros(rows)
    for row in range(1, rows):
        spread[row] = back * spread[row - 1] + 0.006 * random.standard_normal()
    return x, 0.5 + 0.7 * x + spread


def cointegration(name, x, y):
    fit = sm.OLS(y, sm.add_constant(x)).fit()
    values, vectors = np.linalg.eigh(np.cov(x, y))
    direction = vectors[:, np.argmax(values)]
    expect = {
        "ols": {
            "alpha": fit.params[0],
            "beta": fit.params[1],
            "residual_sd_n_minus_2": float(np.sqrt(fit.mse_resid)),
        },
        "tls_beta": direction[1] / direction[0],
    }
    for lags in (0, 1, 4):
        stat, p, crit = coint(y, x, trend="c", maxlag=lags, autolag=None)
        expect[f"engle_granger_lag{lags}"] = {
            "stat": stat, "p_mackinnon1994": p, "crit_1_5_10_mackinnon2010": list(crit)}
    stat, p, _ = coint(y, x, trend="c", maxlag=12, autolag="aic")
    expect["engle_granger_aic_max12"] = {"stat": stat, "p_mackinnon1994": p}
    for series, values in (("x", x), ("y", y)):
        for trend in ("c", "ct"):
            stat, p, _, nobs, crit = adfuller(
                values, maxlag=2, autolag=None, regression=trend, result_object=False)[:5]
            expect[f"adf_{series}_{trend}_lag2"] = {
                "stat": stat, "p": p, "nobs": int(nobs), "crit": [crit[k] for k in ("1%", "5%", "10%")]}
    found = coint_johansen(np.column_stack([y, x]), 0, 1)
    expect["johansen_det0_kdiff1"] = {
        "eig": list(found.eig), "trace": list(found.lr1), "max_eig": list(found.lr2),
        "trace_crit_90_95_99": found.cvt.tolist(), "max_eig_crit_90_95_99": found.cvm.tolist(),
        "beta_first_vector": -found.evec[1, 0] / found.evec[0, 0]}
    return {"name": name, "input": {"x_log_close": list(x), "y_log_close": list(y)}, "expect": expect}


def kalman(name, x, y, delta, variance):
    step = delta / (1 - delta) * np.eye(2)
    model = KalmanFilter(
        transition_matrices=np.eye(2), observation_matrices=np.column_stack([x, np.ones_like(x)])[:, None, :],
        transition_covariance=step, observation_covariance=variance,
        initial_state_mean=[0, 0], initial_state_covariance=np.eye(2))
    means, covariances = model.filter(y)
    innovation, variances = [], []
    mean, covariance = np.zeros(2), np.eye(2)
    for row in range(len(x)):
        if row:
            mean, covariance = means[row - 1], covariances[row - 1] + step
        observed = np.array([x[row], 1.0])
        innovation.append(y[row] - observed @ mean)
        variances.append(observed @ covariance @ observed + variance)
    return {
        "name": name,
        "input": {"x": list(x), "y": list(y), "delta": delta, "observation_var": variance},
        "expect": {
            "beta": means[:, 0].tolist(), "alpha": means[:, 1].tolist(), "innovation": innovation,
            "innovation_var": variances, "P_last": covariances[-1].tolist()}}


def ou(name, spread):
    fit = sm.OLS(np.diff(spread), sm.add_constant(spread[:-1])).fit()
    a, b = fit.params
    expect = {"a": a, "b": b, "se_b": fit.bse[1], "residual_var_mle": fit.ssr / len(fit.resid)}
    phi = 1 + b
    if 0 < phi < 1:
        theta = -np.log(phi)
        sigma = np.sqrt(expect["residual_var_mle"] * 2 * theta / (1 - phi**2))
        expect |= {
            "theta_per_row": theta, "half_life_rows": np.log(2) / theta, "mu": -a / b,
            "sigma_per_sqrt_row": sigma, "stationary_sd": sigma / np.sqrt(2 * theta)}
        best = {}
        for cost in (0.0005, 0.002):
            cycle = lambda m: 2 * np.pi / theta * erfi(m * np.sqrt(theta) / sigma)
            found = minimize_scalar(
                lambda m: -(2 * m - cost) / cycle(m), bounds=(cost / 2, cost / 2 + 6 * sigma / np.sqrt(theta)),
                method="bounded", options={"xatol": 1e-13})
            m = found.x
            best[str(cost)] = {
                "entry": -m, "exit": m, "cycle_rows": cycle(m), "return_per_row": (2 * m - cost) / cycle(m)}
        expect["bertram_max_return_by_cost"] = best
    return {"name": name, "input": {"spread": list(spread)}, "expect": expect}


if __name__ == "__main__":
    near, far = pair(1, 80, 0.6), pair(2, 80, 1.0)
    write("cointegration", [cointegration("cointegrated", *near), cointegration("not", *far)])
    write("kalman", [kalman("cointegrated", near[0][:40], near[1][:40], 1e-5, 1e-4)])
    write("ou", [
        ou("comes back", near[1] - 0.5 - 0.7 * near[0]),
        ou("runs away", np.exp(0.05 * np.arange(30.0)))])
