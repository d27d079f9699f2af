"""Runs a snippet in a fresh Python, for tests of what happens at import."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def run_python(code, cwd=ROOT, **environment):
    """Returns the finished process of `python -c code`.

    Args:
        code: The snippet.
        cwd: The working directory.
        environment: Variables to set; None removes one. `KERAS_HOME` is absent unless given.
    """
    variables = {**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3", "KERAS_HOME": None, **environment}
    variables = {name: str(value) for name, value in variables.items() if value is not None}
    return subprocess.run([sys.executable, "-c", code], cwd=cwd, env=variables, capture_output=True, text=True)


def output_of(code, **settings):
    """Returns what the snippet prints, and fails with its traceback where it fails."""
    done = run_python(code, **settings)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()
