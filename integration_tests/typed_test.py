"""Programs that are right have no errors under pyright: the examples, and the scripts in `typed`, which also run."""

import json
import runpy
import subprocess
import sys
from pathlib import Path

import pytest

from keras.src.testing import engine

TYPED = Path(__file__).parent / "typed"
SCRIPTS = sorted(TYPED.glob("*.py"))


def complaints(project):
    """What pyright finds in the files of a project."""
    command = [sys.executable, "-m", "basedpyright", "--project", project, "--pythonpath", sys.executable]
    done = subprocess.run([*map(str, command), "--outputjson"], capture_output=True, text=True)
    found = json.loads(done.stdout)
    assert found["summary"]["filesAnalyzed"], done.stdout + done.stderr
    return [f"{d['file']}:{d['range']['start']['line'] + 1}: {d['message']}" for d in found["generalDiagnostics"]]


def test_programs_that_are_right_have_no_errors():
    assert not complaints(TYPED)


def test_programs_that_are_wrong_have_errors(tmp_path):
    (tmp_path / "pyrightconfig.json").write_text(
        json.dumps({"extraPaths": [str(TYPED.parents[1])], "typeCheckingMode": "standard"})
    )
    wrong = ["keras.ops.sum(None)", "keras.ops.sum([1], axes=0)", "keras.layers.Dense(unit=3)", "keras.ops.summ([1])"]
    (tmp_path / "wrong.py").write_text("import keras\n" + "\n".join(wrong) + "\n")
    lines = {int(text.split(":")[1]) for text in complaints(tmp_path)}
    assert lines == {2, 3, 4, 5}


@pytest.mark.parametrize("script", SCRIPTS, ids=lambda path: path.stem)
def test_the_scripts_run(script, capsys):
    names = runpy.run_path(str(script))
    if engine.CAN_DIFFERENTIATE and "train" in names:
        names["train"]()
    assert capsys.readouterr().out
