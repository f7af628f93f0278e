"""Runs programs in turn, round after round, and writes the wall time and peak memory of each run.

    python3 measure.py PLAN.json OUT.json

The plan: `rounds`, and `programs`, a list of `name`, `argv`, and where wanted `env`, `cwd`, `remove` (files
and folders to remove before each run). A first round is not counted. Needs nothing but Python, and imports
next to nothing: on Linux a child's peak memory is at least that of the process it was forked from.
"""

import json
import os
import shutil
import sys
import time


def run(program, error_file):
    for path in program.get("remove", []):
        if os.path.isdir(path):
            shutil.rmtree(path)
        elif os.path.lexists(path):
            os.remove(path)
    environment = {**os.environ, **program.get("env", {})}
    nothing = os.open(os.devnull, os.O_RDWR)
    errors = os.open(error_file, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
    actions = [(os.POSIX_SPAWN_DUP2, nothing, 0), (os.POSIX_SPAWN_DUP2, nothing, 1), (os.POSIX_SPAWN_DUP2, errors, 2)]
    if program.get("cwd"):
        os.chdir(program["cwd"])
    begin = time.perf_counter()
    child = os.posix_spawnp(program["argv"][0], program["argv"], environment, file_actions=actions)
    _, status, usage = os.wait4(child, 0)
    seconds = time.perf_counter() - begin
    os.close(nothing)
    os.close(errors)
    code = os.waitstatus_to_exitcode(status)
    if code != 0:
        with open(error_file, encoding="utf-8", errors="replace") as file:
            sys.exit(f"{program['name']} ended with {code}: {file.read().strip()}")
    # Linux counts in KiB, macOS in bytes.
    peak = usage.ru_maxrss // (1024 if sys.platform == "darwin" else 1)
    return {"seconds": seconds, "peak_kib": peak}


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        plan = json.load(file)
    out = os.path.abspath(sys.argv[2])
    runs = {program["name"]: [] for program in plan["programs"]}
    for round_ in range(plan["rounds"] + 1):
        for program in plan["programs"]:
            measured = run(program, out + ".stderr")
            if round_ > 0:
                runs[program["name"]].append(measured)
    os.remove(out + ".stderr")
    with open(out, "w", encoding="utf-8") as file:
        json.dump(runs, file, indent=1)


if __name__ == "__main__":
    main()
