"""Reads the dashboard with the types that Grafana generates from its schema, and writes it again: no field may be
lost or changed.

    pip install grafana-foundation-sdk
    python check_dashboard.py grafana-dashboard.json
"""

import json
import sys

import grafana_foundation_sdk.cog.plugins as plugins
from grafana_foundation_sdk.cog.encoder import JSONEncoder
from grafana_foundation_sdk.models.dashboard import Dashboard


def differences(ours, theirs, place=""):
    if isinstance(ours, dict) and isinstance(theirs, dict):
        for name, value in ours.items():
            if name in theirs:
                yield from differences(value, theirs[name], f"{place}/{name}")
            else:
                yield f"{place}/{name} is no field of the schema"
    elif isinstance(ours, list) and isinstance(theirs, list) and len(ours) == len(theirs):
        for index, pair in enumerate(zip(ours, theirs)):
            yield from differences(*pair, f"{place}/{index}")
    elif ours != theirs:
        yield f"{place} is {ours!r}, read as {theirs!r}"


plugins.register_default_plugins()
with open(sys.argv[1]) as file:
    dashboard = json.load(file)
again = json.loads(JSONEncoder().encode(Dashboard.from_json(dashboard)))
found = list(differences(dashboard, again))
print("\n".join(found) or f"{len(dashboard['panels'])} panels fit the schema")
sys.exit(bool(found))
