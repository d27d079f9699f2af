"""Widths, colours and cuts of summaries in terminals, notebooks and files."""

import os
import re
import sys

import pytest

import keras
from keras.src import layers
from keras.src.utils import io_utils


def chain():
    inputs = keras.Input((8,))
    return keras.Sequential(
        [inputs, layers.Dense(32, name="first"), layers.Dropout(0.1, name="drop"), layers.Dense(1, name="last")],
        name="m",
    )


def residual():
    x = layers.Input((16, 16, 3), name="image_input")
    one = layers.Conv2D(8, 3, padding="same", name="convolution_one")(x)
    two = layers.Conv2D(8, 3, padding="same", name="convolution_two")(one)
    both = layers.Add(name="merge_of_both")([one, two])
    return keras.Model(x, layers.GlobalAveragePooling2D(name="pool")(both), name="residual")


@pytest.fixture
def terminal(monkeypatch):
    """Sets the width of a terminal that has colours."""
    monkeypatch.setattr(io_utils, "redraws_in_place", lambda: True)
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.delenv("NO_COLOR", raising=False)

    def of_width(columns):
        monkeypatch.setattr("shutil.get_terminal_size", lambda: os.terminal_size((columns, 24)))

    return of_width


def printed(model, capsys, **options):
    """Lines of a printed summary without colours."""
    model.summary(**options)
    return re.sub(r"\x1b\[[\d;]*m", "", capsys.readouterr().out).splitlines()


def rules(lines):
    """Widths of the columns, rules excluded."""
    top = next(line for line in lines if line.startswith("┏"))
    return [len(column) for column in top.strip("┏┓").split("┳")]


# What Keras 3.15.1 draws where nothing is cut.
DRAWN = [
    (60, chain, {}, [24, 17, 11]),
    (80, chain, {}, [33, 24, 15]),
    (200, chain, {}, [38, 29, 17]),
    (200, residual, {}, [31, 27, 17, 28]),
    (200, residual, {"show_trainable": True}, [31, 27, 18, 27, 11]),
]


@pytest.mark.parametrize(("columns", "build", "options", "widths"), DRAWN)
def test_columns_are_those_of_the_terminal(columns, build, options, widths, terminal, capsys):
    terminal(columns)
    assert rules(printed(build(), capsys, **options)) == widths


@pytest.mark.parametrize("columns", [30, 60, 80, 120, 200])
@pytest.mark.parametrize("options", [{}, {"show_trainable": True}, {"expand_nested": True}])
@pytest.mark.parametrize("build", [chain, residual])
def test_never_wider_than_the_terminal(columns, options, build, terminal, capsys):
    terminal(columns)
    lines = printed(build(), capsys, **options)
    assert max(map(len, (line for line in lines if line[0] in "┏┃┡│├└"))) <= columns


@pytest.mark.parametrize("options", [{}, {"show_trainable": True}])
@pytest.mark.parametrize("columns", [80, 200])
def test_connections_are_not_cut_while_there_is_room(columns, options, terminal, capsys):
    terminal(columns)
    text = "\n".join(printed(residual(), capsys, **options))
    assert "convolution_one[0][0]," in text and "convolution_two[0][0]" in text and "merge_of_both[0][0]" in text
    assert ("…" in text) is (columns == 80 and bool(options))


def test_long_names_make_a_long_line_where_the_terminal_is_wide(terminal, capsys):
    name = "a_name_of_a_layer_that_somebody_has_made_quite_long_so_that_it_says_all"
    x = layers.Input((4,), name="x")
    y = layers.Dense(4, name=name)(x)
    model = keras.Model(x, layers.Add(name="sum")([x, y]))
    terminal(250)
    text = "\n".join(printed(model, capsys))
    assert f"│ {name} " in text
    assert f"{name}[0][0]" in text


def test_colours(terminal, capsys, monkeypatch):
    terminal(80)
    chain().summary()
    out = capsys.readouterr().out
    assert (
        "\x1b[1mModel: " in out and re.search(r"\x1b\[\d+m288\x1b\[0m", out) and re.search(r"\x1b\[\d+mDense\x1b", out)
    )
    texts = []
    chain().summary(print_fn=texts.append)
    assert len(texts) == 1 and "\x1b" not in texts[0]
    monkeypatch.setenv("NO_COLOR", "1")
    chain().summary()
    assert not re.search(r"\x1b\[3\dm", capsys.readouterr().out)


def test_no_colours_where_output_is_not_watched(monkeypatch, capsys):
    monkeypatch.setattr(io_utils, "redraws_in_place", lambda: False)
    monkeypatch.setenv("FORCE_COLOR", "1")
    chain().summary()
    assert "\x1b" not in capsys.readouterr().out


def test_a_dumb_terminal_gets_plain_text_of_its_width(terminal, monkeypatch, capsys):
    terminal(60)
    monkeypatch.setenv("TERM", "dumb")
    chain().summary()
    out = capsys.readouterr().out
    assert "\x1b" not in out and rules(out.splitlines()) == [24, 17, 11]


def test_a_notebook_gets_text_and_no_block_beside_it(monkeypatch, capsys):
    """Rich, which finds itself in a notebook, displays what it prints, also an empty string."""
    shown = []
    monkeypatch.setattr("rich.console._is_jupyter", lambda: True)
    monkeypatch.setattr("rich.jupyter.display", lambda *arguments: shown.append(arguments))
    monkeypatch.setitem(sys.modules, "ipykernel", object())
    chain().summary()
    assert shown == []
    assert "first" in capsys.readouterr().out


def test_the_logger_gets_what_is_not_printed(caplog):
    keras.config.disable_interactive_logging()
    try:
        with caplog.at_level("INFO", logger="keras"):
            chain().summary()
    finally:
        keras.config.enable_interactive_logging()
    assert 'Model: "m"' in caplog.text and "\x1b" not in caplog.text


def test_line_length_and_positions(terminal, capsys):
    terminal(80)
    lines = printed(chain(), capsys, line_length=100)
    assert {len(line) for line in lines if line[0] in "┏│"} == {100}
    assert rules(printed(chain(), capsys, line_length=100, positions=[0.2, 0.5, 1.0])) == [19, 29, 48]
    assert rules(printed(chain(), capsys, line_length=100, positions=[20, 50, 90])) == [19, 29, 38]
    lines = printed(residual(), capsys, line_length=60)
    assert max(map(len, (line for line in lines if line[0] in "┏│"))) <= 60
    with pytest.raises(ValueError, match=r"`positions` must hold 3 fractions.*Received: positions=\[0.2\]"):
        chain().summary(positions=[0.2])


def test_a_model_without_layers_has_a_table(capsys):
    keras.Sequential(name="empty").summary()
    assert "Layer (type)" in capsys.readouterr().out
