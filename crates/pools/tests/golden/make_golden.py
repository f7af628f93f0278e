"""Golden values of the pools: python make_golden.py, in this folder.

Synthetic members, seeded. Fitted pools: L-BFGS-B, then Newton steps over the weights that are not 0.
Online weights: the recursions in numpy, written apart from the project.
"""

import json
from importlib.metadata import version

import numpy as np
from scipy.optimize import minimize
from scipy.special import betainc, expit, logit


def write(name, cases):
    versions = {package: version(package) for package in ("numpy", "scipy")}
    with open(name + ".json", "w") as file:
        json.dump({"made_with": "make_golden.py", "versions": versions, "cases": cases}, file)
        file.write("\n")


def members(seed, rows):
    random = np.random.default_rng(seed)
    signal = random.standard_normal(rows)
    noise = random.standard_normal((rows, 3))
    opinions = np.column_stack([signal + noise[:, 0], 0.6 * signal + noise[:, 1], noise[:, 2]])
    y = (random.random(rows) < expit(-1 + 1.2 * signal)).astype(int)
    return expit(-1 + opinions * [0.9, 0.6, 0.5]), y


def log_loss(p, y):
    return float(-np.mean(y * np.log(p) + (1 - y) * np.log(1 - p)))


def logit_pool(p, y, penalty):
    x = np.column_stack([np.ones(len(y)), logit(np.clip(p, 1e-6, 1 - 1e-6))])
    k = p.shape[1]
    pull = np.r_[0.0, np.full(k, penalty)]
    centre = np.r_[0.0, np.full(k, 1 / k)]

    def value(at):
        z = x @ at
        return np.sum(np.logaddexp(0, z) - y * z) + np.sum(pull * (at - centre) ** 2) / 2

    def gradient(at):
        return x.T @ (expit(x @ at) - y) + pull * (at - centre)

    at = minimize(value, centre, jac=gradient, bounds=[(None, None)] + [(0, None)] * k, method="L-BFGS-B").x
    free = np.r_[True, at[1:] > 1e-6]
    at = np.where(free, at, 0.0)
    for _ in range(20):
        q = expit(x @ at)
        hessian = (x * (q * (1 - q))[:, None]).T @ x + np.diag(pull)
        at[free] -= np.linalg.solve(hessian[np.ix_(free, free)], gradient(at)[free])
    assert np.all(at[1:] >= 0) and np.all(gradient(at)[~free] >= 0)
    return {"intercept": at[0], "weights": at[1:].tolist(), "log_loss": log_loss(expit(x @ at), y)}


def fitted(name, seed, rows):
    p, y = members(seed, rows)
    k = p.shape[1]
    simplex = {"type": "eq", "fun": lambda w: np.sum(w[:k]) - 1}
    options = {"ftol": 1e-14, "maxiter": 2000}
    linear = minimize(lambda w: log_loss(p @ w, y), np.full(k, 1 / k), bounds=[(0, 1)] * k,
                      constraints=simplex, method="SLSQP", options=options)
    start = np.r_[linear.x, 1.0, 1.0]
    pooled = lambda t: np.clip(betainc(t[k], t[k + 1], p @ t[:k]), 1e-12, 1 - 1e-12)
    beta = minimize(lambda t: log_loss(pooled(t), y), start, bounds=[(0, 1)] * k + [(1e-3, 100)] * 2,
                    constraints=simplex, method="SLSQP", options=options)
    expect = {f"logit_pool_lambda{penalty}": logit_pool(p, y, penalty) for penalty in (0, 1, 100)}
    expect |= {
        "log_loss_members": [log_loss(p[:, i], y) for i in range(k)],
        "linear_pool": {"weights": linear.x.tolist(), "log_loss": linear.fun},
        "beta_linear_pool": {"log_loss": beta.fun}}
    return {"name": name, "input": {"p": p.tolist(), "y": y.tolist()}, "expect": expect}


def hedge(name, seed, rows, delay, eta, share, asleep):
    p, y = members(seed, rows)
    k = p.shape[1]
    awake = np.ones((rows, k), bool)
    for first, last, member in asleep:
        awake[first:last, member] = False
    clipped = np.clip(p, 1e-3, 1 - 1e-3)
    losses = -np.where(y[:, None] == 1, np.log(clipped), np.log(1 - clipped))
    w, shown, mixtures = np.full(k, 1 / k), [], []
    for row in range(rows):
        known = row - 1 - delay
        if known >= 0:
            on = awake[known]
            mass = w[on].sum()
            w[on] *= np.exp(-eta * losses[known, on])
            w[on] *= mass / w[on].sum()
            w = (1 - share) * w + share / k
        over = np.where(awake[row], w, 0) / w[awake[row]].sum()
        shown.append(over)
        mixtures.append(float(over @ p[row]))
    expect = {
        "weights_every_25": [w.tolist() for w in shown[::25]], "weights_last": shown[-1].tolist(),
        "mixture_last_10": mixtures[-10:],
        "log_loss_mixture": log_loss(np.clip(mixtures, 1e-3, 1 - 1e-3), y)}
    return {"name": name, "input": {
        "p": p.tolist(), "awake_false": asleep, "y": y.tolist(), "eta": eta, "share": share,
        "delay_rows": delay}, "expect": expect}


def boa(name, seed, rows):
    p, y = members(seed, rows)
    k = p.shape[1]
    w, squares, sums, shown = np.full(k, 1 / k), np.zeros(k), np.zeros(k), []
    for row in range(rows):
        shown.append(w.tolist())
        mixed = w @ p[row]
        regret = 2 * (mixed - y[row]) * (mixed - p[row])
        squares += regret**2
        rate = 1 / np.sqrt(2.2 * squares)
        sums += regret - rate * regret**2
        w = rate * np.exp(rate * sums)
        w /= w.sum()
    expect = {"weights_every_25": shown[::25], "weights_last": shown[-1]}
    return {"name": name, "input": {"p": p.tolist(), "y": y.tolist()}, "expect": expect}


if __name__ == "__main__":
    write("pools", [fitted("synthetic", 11, 120)])
    write("hedge", [
        hedge("synthetic at once", 12, 60, 0, 0.5, 0.0, [[20, 30, 1], [40, 42, 0]]),
        hedge("synthetic late", 13, 60, 5, 1.0, 0.01, [[20, 30, 2]]),
        boa("synthetic BOA", 14, 60)])
