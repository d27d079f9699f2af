"""Runs children that read damaged files, and goes on behind a file at which one ends.

python -m integration_tests.fuzz.driver SEED COUNT
"""

import concurrent.futures
import subprocess
import sys

from integration_tests.isolated import ROOT

CHILDREN = 2
# So many complaints are enough to look into.
MOST_COMPLAINTS = 20


def run(seed, first, last):
    """What went wrong with the damaged files of these numbers, a line for each; and how many were read."""
    complaints, count, number = [], 0, first
    while number < last and len(complaints) < MOST_COMPLAINTS:
        command = [sys.executable, "-m", "integration_tests.fuzz.child", *map(str, (seed, number, last))]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
        lines = done.stdout.splitlines()
        complaints += [f"{seed} {line.removeprefix('wrong ')}" for line in lines if line.startswith("wrong")]
        begun = [int(line.split()[1]) for line in lines if line.startswith("at")]
        count += len(begun)
        if lines[-1:] == ["done"]:
            break
        if not begun:
            return [*complaints, f"{seed}: did not start: {done.stderr[-2000:]}"], count
        number = begun[-1] + 1
        complaints.append(f"{seed} {begun[-1]} ended the process ({done.returncode}): {done.stderr[-1500:]}")
    return complaints, count


def run_all(seed, count):
    """As `run`, for the numbers below `count`, in several processes at once."""
    bounds = [count * part // CHILDREN for part in range(CHILDREN + 1)]
    with concurrent.futures.ThreadPoolExecutor(CHILDREN) as pool:
        parts = list(pool.map(lambda first, last: run(seed, first, last), bounds[:-1], bounds[1:]))
    return [line for complaints, _ in parts for line in complaints], sum(read for _, read in parts)


if __name__ == "__main__":
    found, read = run_all(*map(int, sys.argv[1:]))
    print(*found, f"{read} damaged files read, {len(found)} complaints", sep="\n")
    sys.exit(bool(found))
