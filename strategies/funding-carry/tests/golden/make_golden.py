"""Golden values of the carry's rule: python make_golden.py, in this folder.

The rule as docs/strategies.md states it, over synthetic payments, written in numpy apart from the
project.
"""

import json
from importlib.metadata import version

import numpy as np

HALF_LIFE, HORIZON, HISTORY, AR_HISTORY, COST, ENTER, EXIT = 9, 21, 27, 60, 0.002, 1.5, 0.25


def case(name, rates):
    weight = 1 - 0.5 ** (1 / HALF_LIFE)
    means, forecasts, positions = [], [], []
    mean = position = received = 0.0
    for row, rate in enumerate(rates):
        received -= position * rate
        mean = rate if row == 0 else mean + weight * (rate - mean)
        expected = HORIZON * mean
        if position:
            if -position * expected < EXIT * COST:
                position = 0.0
        elif row >= HISTORY and abs(expected) > ENTER * COST:
            position = -float(np.sign(expected))
        means.append(mean)
        positions.append(position)
        if row < AR_HISTORY:
            forecasts.append("nan")
            continue
        seen = np.array(rates[: row + 1])
        slope = np.clip(np.polyfit(seen[:-1], seen[1:], 1)[0], 0, 0.999)
        decay = slope * (1 - slope**HORIZON) / (1 - slope)
        forecasts.append(HORIZON * seen.mean() + (seen[-1] - seen.mean()) * decay)
    changes = int(np.count_nonzero(np.diff([0.0, *positions])))
    return {
        "name": name,
        "input": {
            "funding": rates, "half_life_payments": HALF_LIFE, "horizon_payments": HORIZON,
            "min_history": HISTORY, "ar1_min_history": AR_HISTORY, "round_trip_cost": COST,
            "enter_multiple": ENTER, "exit_multiple": EXIT},
        "expect": {
            "ewma": means, "ar1_sum_forecast": forecasts, "perp_position": positions,
            "funding_pnl": received, "net_pnl": received - COST / 2 * changes, "position_changes": changes}}


if __name__ == "__main__":
    random = np.random.default_rng(5)
    wave = 0.0003 * np.sin(np.arange(140) / 14) + 0.00008 * random.standard_normal(140)
    cases = [case("comes and goes", np.round(wave, 8).tolist())]
    with open("funding_carry.json", "w") as file:
        json.dump({"made_with": "make_golden.py", "versions": {"numpy": version("numpy")}, "cases": cases}, file, indent=1)
        file.write("\n")
