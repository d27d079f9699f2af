"""Prints what the steps of test.sh gave, and exits 1 unless each of them passed.

python shell/summary.py RESULTS STEP...    RESULTS holds STEP.status, and STEP.xml where the step ran pytest
"""

import sys
from pathlib import Path
from xml.etree import ElementTree

COUNTS = ("tests", "failures", "errors", "skipped")


def read(results, step):
    """Returns (passed, failed, note) of a step; a step without a report of pytest counts as one check."""
    status_file, report = results / f"{step}.status", results / f"{step}.xml"
    status = status_file.read_text().strip() if status_file.exists() else "not run"
    if not report.exists():
        ran_pytest = step not in ("api_gen", "ruff-check", "ruff-format")
        failed = int(status != "0" or ran_pytest)
        return (1 - failed, failed, "no report of pytest" if ran_pytest else "")
    suite = ElementTree.parse(report).getroot().find("testsuite")
    tests, failures, errors, skipped = (int(suite.get(key, 0)) for key in COUNTS)
    failed = failures + errors
    note = f"{skipped} skipped or expected to fail, {float(suite.get('time', 0)):.0f} s"
    if tests == 0:
        failed, note = max(failed, 1), "no test was collected"
    elif status != "0" and not failed:
        failed, note = 1, f"pytest exited with status {status}"
    return (tests - failures - errors - skipped, failed, note)


def main(folder, *steps):
    total_passed = total_failed = 0
    print("\n== summary")
    for step in steps:
        passed, failed, note = read(Path(folder), step)
        total_passed += passed
        total_failed += failed
        print(f"{'FAILED' if failed else 'ok':6} {step:12} {passed:6} passed {failed:5} failed  {note}")
    print(f"{total_passed} passed, {total_failed} failed")
    return 1 if total_failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
