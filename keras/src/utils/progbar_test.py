"""The progress bar, in a terminal and in a log."""

import io

import pytest

import keras
from keras.src.utils import io_utils


class Terminal(io.StringIO):
    def isatty(self):
        return True


def drawn(monkeypatch, out, **arguments):
    monkeypatch.setattr("sys.stdout", out)
    bar = keras.utils.Progbar(**{"target": 3, "interval": 0, **arguments})
    for step, value in enumerate([1.0, 2.0, 6.0]):
        bar.update(step + 1, [("a", value), ("b", 2e-5)])
    monkeypatch.undo()
    return out.getvalue()


def test_log_file_gets_one_plain_line(monkeypatch):
    text = drawn(monkeypatch, io.StringIO(), interval=60)
    assert text.count("\n") == 1 and not any(c in text for c in "\r\x08\x1b")
    assert text.startswith("3/3 \u2501") and text.endswith("/step - a: 6.0000 - b: 2.0000e-05\n")


def test_terminal_is_redrawn(monkeypatch):
    text = drawn(monkeypatch, Terminal())
    assert text.count("\r") == 3 and text.count("\n") == 1
    assert "a: 1.5000" in text and "a: 6.0000" in text and "\x1b[32m" in text


@pytest.mark.parametrize(
    "arguments, expected",
    [
        ({"verbose": 0}, ""),
        ({"verbose": 2}, "3/3 - 0s - "),
        ({"verbose": 2, "unit_name": "sample"}, "/sample - a: 6.0000"),
        ({"target": None, "interval": 60}, ""),
    ],
)
def test_modes(monkeypatch, arguments, expected):
    text = drawn(monkeypatch, io.StringIO(), **arguments)
    assert expected in text and bool(text) == bool(expected)


def test_unknown_target_and_means(monkeypatch):
    text = drawn(monkeypatch, Terminal(), target=None)
    assert "3/Unknown" in text and "a: 3.0000" in text


def test_add(monkeypatch):
    out = io.StringIO()
    monkeypatch.setattr("sys.stdout", out)
    bar = keras.utils.Progbar(4, verbose=2)
    bar.add(2, [("a", 1.0)])
    bar.add(2, [("a", 3.0)])
    monkeypatch.undo()
    assert out.getvalue().endswith("a: 3.0000\n")


def test_interactive_logging(caplog):
    keras.config.disable_interactive_logging()
    try:
        with caplog.at_level("INFO", logger="keras"):
            io_utils.print_msg("hello")
        assert not keras.config.is_interactive_logging_enabled()
    finally:
        keras.config.enable_interactive_logging()
    assert "hello" in caplog.text


def test_tracebacks_leave_the_library_out():
    model = keras.Sequential([keras.Input((2,)), keras.layers.Dense(1)])

    def frames():
        with pytest.raises(ValueError) as caught:
            model.evaluate([[1.0]])
        return len(caught.traceback)

    short = frames()
    keras.config.disable_traceback_filtering()
    try:
        assert frames() > short
    finally:
        keras.config.enable_traceback_filtering()
