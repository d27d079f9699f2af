"""Progress bars fit into terminals; what is drawn before the end."""

import os
import re

import pytest

from keras.src.utils import io_utils
from keras.src.utils.progbar import Progbar


@pytest.mark.parametrize("columns", [20, 40, 60, 80, 200])
@pytest.mark.parametrize("target", [300, None])
def test_never_wider_than_the_terminal(columns, target, monkeypatch, capsys):
    monkeypatch.setattr(io_utils, "redraws_in_place", lambda: True)
    monkeypatch.setattr("shutil.get_terminal_size", lambda: os.terminal_size((columns, 24)))
    bar = Progbar(target, interval=0)
    values = [("loss", 1.5), ("accuracy", 0.5), ("mean_absolute_error", 2.5)]
    for step in (1, 150, 300):
        bar.update(step, values, finalize=step == 300)
    drawn = re.sub(r"\x1b\[\d+m", "", capsys.readouterr().out).rstrip("\n").split("\r")[1:]
    assert len(drawn) == 3
    assert all(len(line) < columns for line in drawn)
    # A later line covers the one before.
    assert all(len(after) >= len(before.rstrip()) for before, after in zip(drawn, drawn[1:]))
    if columns >= 60:
        assert all("loss: 1.5000" in line for line in drawn)
    if columns == 200 and target:
        assert drawn[-1].count("\u2501") == 20 and "mean_absolute_error: 2.5000" in drawn[-1]


@pytest.mark.parametrize(("interval", "lines"), [(0, 3), (0.05, 1)])
def test_without_a_terminal(interval, lines, monkeypatch, capsys):
    monkeypatch.setattr(io_utils, "redraws_in_place", lambda: False)
    bar = Progbar(3, interval=interval)
    for step in range(3):
        bar.update(step + 1, [("loss", 1.0)])
    assert len(capsys.readouterr().out.strip().split("\n")) == lines


def test_one_kind_of_names():
    with pytest.raises(ValueError, match="pass one of them"):
        Progbar(3, stateful_metrics=["a"], stateless_metrics=["b"])
