"""Graphs of models: boxes, lines and frames as Keras 3.15.1 has them, and pictures by Graphviz where it is installed."""

import html
import os
import re
import shutil
import sys
from types import SimpleNamespace

import numpy as np
import pytest

import keras
from keras import layers
from keras.src.utils import model_visualization
from keras.src.utils.module_utils import pydot

pytest.importorskip("pydot")
needs_graphviz = pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")


@pytest.fixture(autouse=True)
def first_names():
    """Automatic names begin anew: an op `cast` is the first of its kind."""
    keras.utils.clear_session()


def stack(name="stack"):
    return keras.Sequential(
        [keras.Input((4,)), layers.Dense(3, activation="relu", name="first"), layers.Dropout(0.5, name="drop")],
        name=name,
    )


def two_by_two():
    a, b = keras.Input((4,), name="ma"), keras.Input((4,), name="mb")
    x, y = layers.Dense(2, name="mx")(a), layers.Dense(2, name="my")(b)
    return keras.Model([a, b], [x, layers.Add(name="mz")([x, y])], name="inner")


def around_two_by_two():
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    p, q = two_by_two()([a, b])
    return keras.Model([a, b], layers.Concatenate(name="t")([p, q]), name="outer")


def shared():
    a = keras.Input((4,), name="a")
    b = keras.Input((3,), name="b", dtype="int32")
    layer = layers.Dense(4, activation="relu", name="d")
    y = layer(layer(a))
    z = layers.Concatenate(name="cat")([y, keras.ops.cast(b, "float32")])
    frozen = layers.Dense(2, name="o1", trainable=False)(z)
    return keras.Model([a, b], {"p": frozen, "q": layers.Activation("tanh", name="o2")(z)}, name="shared")


class Coded(keras.Model):
    def __init__(self):
        super().__init__(name="coded")
        self.layer = layers.Dense(2)

    def call(self, x):
        return self.layer(x)


def cells(box):
    """The texts of a box's cells."""
    found = re.findall(r"<td.*?</td>", box.get_label())
    return [html.unescape(re.sub("<.*?>", "", cell)) for cell in found]


def boxes_of(graph):
    """`(frames around it, box)` of all boxes."""
    found = [((), box) for box in graph.get_nodes() if box.get_name() != "node"]
    for cluster in graph.get_subgraphs():
        frame = html.unescape(cluster.get_label()[1:-1])
        found += [((frame, *frames), box) for frames, box in boxes_of(cluster)]
    return found


def lines_of(graph):
    found = [(line.get_source(), line.get_destination()) for line in graph.get_edges()]
    return found + [line for cluster in graph.get_subgraphs() for line in lines_of(cluster)]


def seen(graph):
    """Boxes and lines by what the boxes tell first."""
    boxes = boxes_of(graph)
    names = {box.get_name(): cells(box)[0].split(" ")[0] for _, box in boxes}
    assert len(names) == len(boxes), "two boxes have one name"
    framed = {names[box.get_name()]: "/".join(frames) for frames, box in boxes}
    return framed, sorted(f"{names[start]}>{names[end]}" for start, end in lines_of(graph))


def told(model, **arguments):
    """The cells below the title, by the name of the layer."""
    boxes = boxes_of(keras.utils.model_to_dot(model, **arguments))
    return {cells(box)[0].split(" ")[0]: cells(box)[1:] for _, box in boxes}


class TestStructure:
    def test_shared_layers_ops_and_several_outputs(self):
        graph = keras.utils.model_to_dot(shared())
        boxes, lines = seen(graph)
        assert list(boxes) == ["a", "d", "b", "cast", "cat", "o1", "o2"] and set(boxes.values()) == {""}
        assert lines == ["a>d", "b>cast", "cast>cat", "cat>o1", "cat>o2", "d>cat", "d>d"]
        assert [cells(box)[0] for _, box in boxes_of(graph)][1:4] == ["d (Dense)", "b (InputLayer)", "cast (Cast)"]

    def test_stacks_have_no_box_for_their_input(self):
        assert seen(keras.utils.model_to_dot(stack())) == ({"first": "", "drop": ""}, ["first>drop"])

    def test_models_inside_are_boxes_or_frames(self):
        model = around_two_by_two()
        assert seen(keras.utils.model_to_dot(model)) == (
            {"a": "", "b": "", "inner": "", "t": ""},
            ["a>inner", "b>inner", "inner>t"],
        )
        boxes, lines = seen(keras.utils.model_to_dot(model, expand_nested=True))
        assert boxes == {"a": "", "b": "", "t": "", **dict.fromkeys(["ma", "mb", "mx", "my", "mz"], "inner")}
        assert lines == ["a>ma", "b>mb", "ma>mx", "mb>my", "mx>mz", "mx>t", "my>mz", "mz>t"]

    def test_frames_in_frames(self):
        deep = stack("lowest")
        for name in ("middle", "top"):
            deep = keras.Sequential([keras.Input((4,)), deep, layers.Dense(4, name=f"last_of_{name}")], name=name)
        boxes, lines = seen(keras.utils.model_to_dot(deep, expand_nested=True))
        assert boxes == {
            "first": "middle/lowest",
            "drop": "middle/lowest",
            "last_of_middle": "middle",
            "last_of_top": "",
        }
        assert lines == ["drop>last_of_middle", "first>drop", "last_of_middle>last_of_top"]

    def test_a_shared_model_is_one_frame(self):
        a, b, inner = keras.Input((4,), name="a"), keras.Input((4,), name="b"), stack()
        model = keras.Model([a, b], layers.Add(name="sum")([inner(a), inner(b)]))
        boxes, lines = seen(keras.utils.model_to_dot(model, expand_nested=True))
        assert boxes == {"a": "", "b": "", "first": "stack", "drop": "stack", "sum": ""}
        assert lines == ["a>first", "b>first", "drop>sum", "first>drop"]

    def test_inputs_that_are_outputs_and_inputs_of_both_models(self):
        a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
        inner = keras.Model([a, b], [layers.Dense(3, name="p")(a), b], name="inner")
        u, v = inner([a, b])
        model = keras.Model([a, b], [layers.Dense(3, name="q")(u), layers.Dense(3, name="r")(v)])
        graph = keras.utils.model_to_dot(model, expand_nested=True)
        assert len(boxes_of(graph)) == 7
        names = {box.get_name(): ("/".join(frames), cells(box)[0][0]) for frames, box in boxes_of(graph)}
        lines = {(names[start], names[end]) for start, end in lines_of(graph)}
        assert lines == {
            (("", "a"), ("inner", "a")),
            (("", "b"), ("inner", "b")),
            (("inner", "a"), ("inner", "p")),
            (("inner", "p"), ("", "q")),
            (("inner", "b"), ("", "r")),
        }

    def test_models_of_one_name_have_frames_of_their_own(self):
        inner = keras.Sequential([keras.Input((4,)), stack("same")], name="same")
        graph = keras.utils.model_to_dot(keras.Sequential([inner], name="outer"), expand_nested=True)
        (outer,) = graph.get_subgraphs()
        assert outer.get_name() != outer.get_subgraphs()[0].get_name()

    def test_code_is_one_box(self):
        model = Coded()
        model(np.ones((1, 4), "float32"))
        graph = keras.utils.model_to_dot(model, show_shapes=True, expand_nested=True)
        assert seen(graph) == ({"coded": ""}, [])
        assert cells(boxes_of(graph)[0][1]) == ["coded (Coded)", "Input shape: ?", "Output shape: ?"]

    def test_code_inside_of_a_graph_is_one_box_with_shapes(self):
        x = keras.Input((4,), name="x")
        model = keras.Model(x, layers.Dense(3, name="last")(Coded()(x)))
        found = told(model, show_shapes=True, expand_nested=True)
        assert found["coded"] == ["Input shape: (None, 4)", "Output shape: (None, 2)"]

    def test_a_subclass_with_a_graph_and_a_model_from_a_file(self, tmp_path):
        class Mine(keras.Model):
            pass

        x = keras.Input((4,), name="x")
        assert seen(keras.utils.model_to_dot(Mine(x, layers.Dense(2, name="y")(x))))[1] == ["x>y"]
        around_two_by_two().save(tmp_path / "model.keras")
        loaded = keras.saving.load_model(tmp_path / "model.keras")
        whole = [seen(keras.utils.model_to_dot(m, expand_nested=True)) for m in (loaded, around_two_by_two())]
        assert whole[0] == whole[1]

    def test_a_stack_built_by_its_first_call(self):
        model = keras.Sequential([layers.Dense(3, name="one"), layers.Dense(2, name="two")])
        model(np.ones((5, 4), "float32"))
        found = told(model, show_shapes=True)
        assert found["one"][0] == "Input shape: (5, 4)" or found["one"][0] == "Input shape: (None, 4)"
        assert list(found) == ["one", "two"]


class TestCells:
    def test_all_of_them(self):
        found = told(shared(), show_shapes=True, show_dtype=True, show_layer_activations=True, show_trainable=True)
        assert found == {
            "a": ["Output shape: (None, 4)", "Output dtype: float32"],
            "d": [
                "Activation: relu",
                "Input shape: (None, 4)",
                "Output shape: (None, 4)",
                "Output dtype: float32",
                "Trainable",
            ],
            "b": ["Output shape: (None, 3)", "Output dtype: int32"],
            "cast": ["Input shape: (None, 3)", "Output shape: (None, 3)", "Output dtype: float32"],
            "cat": ["Input shape: [(None, 4), (None, 3)]", "Output shape: (None, 7)", "Output dtype: float32"],
            "o1": [
                "Activation: linear",
                "Input shape: (None, 7)",
                "Output shape: (None, 2)",
                "Output dtype: float32",
                "Non-trainable",
            ],
            "o2": [
                "Activation: tanh",
                "Input shape: (None, 7)",
                "Output shape: (None, 7)",
                "Output dtype: float32",
            ],
        }

    @pytest.mark.parametrize(
        "argument, cell",
        [
            ("show_shapes", ["Input shape: (None, 4)", "Output shape: (None, 3)"]),
            ("show_dtype", ["Output dtype: float32"]),
            ("show_layer_activations", ["Activation: relu"]),
            ("show_trainable", ["Trainable"]),
        ],
    )
    def test_each_alone(self, argument, cell):
        assert told(stack())["first"] == []
        assert told(stack(), **{argument: True})["first"] == cell

    def test_no_names(self):
        graph = keras.utils.model_to_dot(stack(), show_layer_names=False)
        assert [cells(box) for _, box in boxes_of(graph)] == [["Dense"], ["Dropout"]]

    def test_structures(self):
        x = {"x": keras.Input((4,), name="x"), "y": keras.Input((2,), name="y")}
        outputs = {"r": layers.Dense(3)(x["x"]), "w": layers.Dense(5)(x["y"])}
        inner = keras.Model(x, outputs, name="inner")
        a, b = keras.Input((4,), name="a"), keras.Input((2,), name="b")
        made = inner({"x": a, "y": b})
        found = told(keras.Model([a, b], [made["r"], made["w"]]), show_shapes=True, show_dtype=True)
        assert found["inner"] == [
            "Input shape: x: (None, 4), y: (None, 2)",
            "Output shape: r: (None, 3), w: (None, 5)",
            "Output dtype: {'r': 'float32', 'w': 'float32'}",
        ]

    def test_states_and_arguments_by_keyword(self):
        x = keras.Input((None, 4), name="x")
        h, state, cell = layers.LSTM(5, return_state=True, return_sequences=True, name="lstm")(x)
        y = layers.MultiHeadAttention(2, 3, name="attention")(h, value=h)
        found = told(keras.Model(x, [y, state, cell]), show_shapes=True, show_layer_activations=True)
        assert found["lstm"] == [
            "Activation: tanh",
            "Input shape: (None, None, 4)",
            "Output shape: [(None, None, 5), (None, 5), (None, 5)]",
        ]
        assert found["attention"][0] == "Input shape: [(None, None, 5), (None, None, 5)]"

    def test_activations_of_all_kinds(self):
        def mine(x):
            return x

        leaky = layers.LeakyReLU(name="leaky")
        kinds = {"one": lambda x: x, "two": mine, "three": leaky, "four": None, "five": keras.activations.gelu}
        model = keras.Sequential(
            [keras.Input((2,)), *(layers.Dense(2, activation=a, name=n) for n, a in kinds.items())]
        )
        found = [cells[0].removeprefix("Activation: ") for cells in told(model, show_layer_activations=True).values()]
        assert found == ["<lambda>", "mine", "leaky", "linear", "gelu"]

    def test_trainability_is_that_of_the_flag(self):
        model = stack()
        assert told(model, show_trainable=True) == {"first": ["Trainable"], "drop": []}
        model.trainable = False
        assert told(model, show_trainable=True) == {"first": ["Non-trainable"], "drop": []}


class TestGraph:
    def test_attributes(self):
        graph = keras.utils.model_to_dot(stack(), rankdir="LR", dpi=50, splines="curved")
        assert (graph.get_rankdir(), graph.get_dpi(), graph.get_splines()) == ("LR", 50, "curved")
        graph = keras.utils.model_to_dot(stack())
        assert (graph.get_rankdir(), graph.get_dpi(), graph.get_splines()) == ("TB", 200, "ortho")

    def test_part_of_another_graph(self):
        cluster = keras.utils.model_to_dot(stack(), subgraph=True)
        assert isinstance(cluster, pydot.Cluster) and cluster.get_label() == "<stack>"
        whole = pydot.Dot()
        whole.add_subgraph(cluster)
        assert seen(whole) == ({"first": "stack", "drop": "stack"}, ["first>drop"])

    def test_models_that_cannot_be_drawn(self):
        for model in (Coded(), keras.Sequential([layers.Dense(2)]), layers.Dense(2)):
            with pytest.raises(ValueError, match="must be built"):
                keras.utils.model_to_dot(model)

    @pytest.mark.parametrize("function", [keras.utils.model_to_dot, keras.utils.plot_model])
    def test_arguments_that_are_not_known(self, function):
        with pytest.raises(ValueError, match="no longer supported"):
            function(stack(), layer_range=["a", "b"])
        with pytest.raises(ValueError, match=r"Unrecognized keyword arguments: \['colour'\]"):
            function(stack(), colour="red")
        with pytest.raises(ValueError, match="`rankdir` must be one of"):
            function(stack(), rankdir="down")

    def test_without_pydot(self, monkeypatch, tmp_path):
        monkeypatch.setattr(pydot, "_module", None)
        monkeypatch.setitem(sys.modules, "pydot", None)
        for call in (keras.utils.model_to_dot, lambda model: keras.utils.plot_model(model, tmp_path / "x.png")):
            with pytest.raises(ImportError, match="pip install pydot"):
                call(stack())
        assert not os.listdir(tmp_path)

    def test_without_graphviz(self, monkeypatch, tmp_path):
        monkeypatch.setenv("PATH", str(tmp_path))
        with pytest.raises(ImportError, match="apt install graphviz"):
            keras.utils.plot_model(stack(), tmp_path / "x.png")
        assert not os.listdir(tmp_path)
        keras.utils.plot_model(stack(), tmp_path / "x.dot", show_layer_names=True)
        (graph,) = pydot.graph_from_dot_file(str(tmp_path / "x.dot"))
        assert seen(graph) == ({"first": "", "drop": ""}, ["first>drop"])


ODD = ['a<1>&"x"\'', "{y}|z", "bé日本", r"\N\G\\", "<b>", "x &amp; y", "two\nlines", "bell\x07", '"']


@needs_graphviz
class TestPictures:
    def test_format_is_the_suffix(self, tmp_path):
        starts = {
            "png": b"\x89PNG",
            "PNG": b"\x89PNG",
            "svg": b"<?xml",
            "pdf": b"%PDF",
            "jpg": b"\xff\xd8",
            "gv": b"digraph",
            "": b"\x89PNG",
        }
        for suffix, start in starts.items():
            path = tmp_path / f"model{'.' if suffix else ''}{suffix}"
            assert keras.utils.plot_model(stack(), path) is None
            assert path.read_bytes().startswith(start)

    def test_a_format_that_graphviz_does_not_know_leaves_the_old_file(self, tmp_path):
        path = tmp_path / "model.nonsense"
        path.write_text("old")
        with pytest.raises(ValueError, match="nonsense"):
            keras.utils.plot_model(stack(), path)
        assert path.read_text() == "old" and os.listdir(tmp_path) == ["model.nonsense"]
        with pytest.raises(FileNotFoundError, match="Create it first"):
            keras.utils.plot_model(stack(), tmp_path / "none" / "model.png")

    def test_names_are_shown_as_they_are(self, tmp_path):
        model = keras.Sequential([keras.Input((2,)), *(layers.Dense(2, name=name) for name in ODD)])
        keras.utils.plot_model(model, tmp_path / "model.svg", show_layer_names=True)
        text = (tmp_path / "model.svg").read_text(encoding="utf-8")
        found = [html.unescape(x) for x in re.findall(r"<text[^>]*bold[^>]*>(.*?)</text>", text)]
        shown = [name.replace("\x07", "\ufffd") for name in ODD]
        assert "\n".join(found).replace("\xa0", " ") == "\n".join(shown)

    def test_names_of_frames_are_shown_as_they_are(self, tmp_path):
        models = [stack(name) for name in ODD if "\x07" not in name and "\n" not in name]  # those are tested above
        x = keras.Input((4,))
        keras.utils.plot_model(keras.Model(x, [m(x) for m in models]), tmp_path / "model.svg", expand_nested=True)
        text = (tmp_path / "model.svg").read_text(encoding="utf-8")
        found = {html.unescape(x) for x in re.findall(r"<text[^>]*>(.*?)</text>", text)}
        assert {m.name for m in models} <= found

    def test_direction_and_resolution(self, tmp_path):
        pil = pytest.importorskip("PIL.Image")
        sizes = {}
        for arguments in ({}, {"rankdir": "LR"}, {"dpi": 400}):
            path = tmp_path / "model.png"
            keras.utils.plot_model(stack(), path, **arguments)
            sizes[tuple(arguments)] = pil.open(path).size
        (width, height), (wide, low) = sizes[()], sizes["rankdir",]
        assert wide > width and low < height
        np.testing.assert_allclose(sizes["dpi",], (2 * width, 2 * height), rtol=0.05)

    def test_notebooks_are_given_a_picture(self, tmp_path, monkeypatch):
        shown = SimpleNamespace(Image=lambda data, format: (format, data[:4]), SVG=lambda data: ("svg", data[:5]))
        monkeypatch.setitem(sys.modules, "IPython", SimpleNamespace())
        monkeypatch.setattr(model_visualization, "_display", shown)
        found = {s: keras.utils.plot_model(stack(), tmp_path / f"model.{s}") for s in ("png", "svg", "pdf", "dot")}
        assert found == {"png": ("png", b"\x89PNG"), "svg": ("svg", b"<?xml"), "pdf": None, "dot": None}
        monkeypatch.chdir(tmp_path)
        before = sorted(os.listdir(tmp_path))
        assert keras.utils.plot_model(stack(), None) == ("png", b"\x89PNG")
        assert sorted(os.listdir(tmp_path)) == before
