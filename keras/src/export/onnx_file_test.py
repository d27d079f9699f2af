"""Models as ONNX files, run by ONNX Runtime, and as OpenVINO's files, run by OpenVINO."""

import numpy as np
import onnx
import pytest

import keras
from keras import layers, ops
from keras.src.export import onnx_file
from keras.src.export.testing.checks import assert_agrees, reloaded
from keras.src.export.testing.models import CASES
from keras.src.testing.onnx_runtime import run


def caller(path, model):
    """A function of the model's inputs that runs the file."""
    proto = onnx.load(path)
    names = [x.name for x in proto.graph.output]

    def call(x):
        arrays = x if isinstance(x, dict) else dict(zip([i.name for i in model.inputs], keras.tree.flatten(x)))
        results = run(str(path), arrays)
        return dict(zip(names, results)) if names[0] != "output_0" else results[0] if len(results) == 1 else results

    return call


def nodes(graph):
    """Types of the nodes of a graph and of its bodies."""
    for node in graph.node:
        yield node.op_type
        for attribute in node.attribute:
            yield from nodes(attribute.g)


@pytest.mark.parametrize("name", CASES)
def test_models_run_in_the_runtime(name, tmp_path):
    case, path = CASES[name], tmp_path / "model.onnx"
    model = case.model()
    model.export(path, format="onnx", verbose=False)
    onnx.checker.check_model(onnx.load(path), full_check=True)
    assert_agrees(model, case.samples(), caller(path, model))
    again = reloaded(model, tmp_path)
    again.export(tmp_path / "again.onnx", format="onnx", verbose=False)
    assert_agrees(model, case.samples(), caller(tmp_path / "again.onnx", model))


@pytest.mark.parametrize(
    "name, most", [("mlp", 6), ("convnet", 10), ("dict_model", 6), ("mbconv", 22), ("transformer", 40), ("lstm", 93)]
)
def test_graphs_are_small(name, most, tmp_path):
    CASES[name].model().export(tmp_path / "model.onnx", format="onnx", verbose=False)
    proto = onnx.load(tmp_path / "model.onnx")
    found = list(nodes(proto.graph))
    assert len(found) <= most, found
    assert found.count("Transpose") <= 8


def test_a_perceptron_is_one_node_for_each_step(tmp_path):
    CASES["mlp"].model().export(tmp_path / "m.onnx", format="onnx", verbose=False)
    proto = onnx.load(tmp_path / "m.onnx")
    assert list(nodes(proto.graph)) == ["Gemm", "Relu", "Gemm", "Gelu", "Gemm", "Softmax"]
    assert [x.name for x in proto.graph.input] == ["features"]
    assert proto.graph.input[0].type.tensor_type.shape.dim[0].dim_param == "batch"
    names = [x.name for x in proto.graph.initializer]
    assert names[0] == "dense/kernel" or names[0].endswith("/kernel")


@pytest.mark.parametrize("use_bias", [True, False])
def test_normalized_convolutions_are_one_node(use_bias, tmp_path):
    inputs = keras.Input((6, 6, 3), name="x")
    x = layers.Conv2D(4, 3, use_bias=use_bias, bias_initializer="random_normal")(inputs)
    normalize = layers.BatchNormalization(beta_initializer="random_normal", gamma_initializer="random_normal")
    model = keras.Model(inputs, normalize(x))
    normalize.moving_mean.assign([0.1, -0.2, 0.3, 0.4])
    normalize.moving_variance.assign([0.5, 1.5, 2.0, 0.7])
    model.export(tmp_path / "m.onnx", format="onnx", verbose=False)
    assert list(nodes(onnx.load(tmp_path / "m.onnx").graph)).count("Conv") == 1
    assert not {"Mul", "Add", "Sub"} & set(nodes(onnx.load(tmp_path / "m.onnx").graph))
    x = np.random.default_rng(3).normal(size=(2, 6, 6, 3)).astype("float32")
    assert_agrees(model, [x], caller(tmp_path / "m.onnx", model))


def test_normalization_that_no_convolution_takes_in_is_one_node(tmp_path):
    """Runtimes keep the layout of convolutions through it, unlike through a product and a sum."""
    inputs = keras.Input((6, 6, 3), name="x")
    x = layers.Rescaling(2.0, offset=1.0)(inputs)
    x = layers.Conv2D(4, 3, activation="relu", bias_initializer="random_normal")(x)
    normalize = layers.BatchNormalization(beta_initializer="random_normal", gamma_initializer="random_normal")
    model = keras.Model(inputs, layers.Conv2D(2, 1)(layers.Activation("relu")(normalize(x))))
    normalize.moving_mean.assign([0.1, -0.2, 0.3, 0.4])
    normalize.moving_variance.assign([0.5, 1.5, 2.0, 0.7])
    model.export(tmp_path / "m.onnx", format="onnx", verbose=False)
    found = list(nodes(onnx.load(tmp_path / "m.onnx").graph))
    assert found == ["Mul", "Add", "Transpose", "Conv", "Relu", "BatchNormalization", "Relu", "Conv", "Transpose"]
    x = np.random.default_rng(3).normal(size=(2, 6, 6, 3)).astype("float32")
    assert_agrees(model, [x], caller(tmp_path / "m.onnx", model))


@pytest.mark.parametrize("opset", [18, 20, 24])
def test_older_and_newer_operators(opset, tmp_path):
    case = CASES["transformer"]
    model = case.model()
    model.export(tmp_path / "m.onnx", format="onnx", verbose=False, opset_version=opset)
    assert onnx.load(tmp_path / "m.onnx").opset_import[0].version == opset
    assert_agrees(model, case.samples(), caller(tmp_path / "m.onnx", model))


def test_what_cannot_be_is_refused_before_anything_is_written(tmp_path):
    model = CASES["mlp"].model()
    with pytest.raises(ValueError, match="opset_version.*18"):
        model.export(tmp_path / "m.onnx", format="onnx", opset_version=9)
    with pytest.raises(ValueError, match="Unknown arguments.*opset_versoin"):
        model.export(tmp_path / "m.onnx", format="onnx", opset_versoin=21)

    inputs = keras.Input((4,))
    model = keras.Model(inputs, ops.nextafter(inputs, 1.0))
    with pytest.raises(NotImplementedError, match="nextafter.*bits of numbers"):
        model.export(tmp_path / "m.onnx", format="onnx")
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("dtype, held", [("mixed_float16", "FLOAT16"), ("mixed_bfloat16", "FLOAT")])
@pytest.mark.parametrize("name", ["convnet", "lstm", "transformer"])
def test_sixteen_bits(name, dtype, held, tmp_path):
    previous = keras.config.dtype_policy()
    keras.config.set_dtype_policy(dtype)
    try:
        model = CASES[name].model()
    finally:
        keras.config.set_dtype_policy(previous)
    model.export(tmp_path / "m.onnx", format="onnx", verbose=False)
    proto = onnx.load(tmp_path / "m.onnx")
    assert proto.graph.output[0].type.tensor_type.elem_type == getattr(onnx.TensorProto, held)
    x = CASES[name].samples()[0]
    wanted = np.asarray(model.predict(x, verbose=0)).astype("float32")
    np.testing.assert_allclose(caller(tmp_path / "m.onnx", model)(x).astype("float32"), wanted, rtol=2e-2, atol=2e-2)


def test_weights_that_a_protocol_buffer_cannot_hold_stand_beside(tmp_path, monkeypatch):
    monkeypatch.setattr(onnx_file, "LARGEST", 10)
    case = CASES["mlp"]
    model = case.model()
    model.add(layers.Dense(300, kernel_initializer="ones"))
    model.export(tmp_path / "m.onnx", format="onnx", verbose=False)
    assert sorted(x.name for x in tmp_path.iterdir()) == ["m.onnx", "m.onnx.data"]
    assert (tmp_path / "m.onnx.data").stat().st_size > 3 * 300 * 4
    assert_agrees(model, case.samples(), caller(tmp_path / "m.onnx", model))


def test_shared_layers_and_nested_models_are_stored_once(tmp_path):
    shared = keras.Sequential([keras.Input((4,)), layers.Dense(4, activation="tanh", name="shared")])
    a, b = keras.Input((4,), name="a"), keras.Input((4,), name="b")
    model = keras.Model([a, b], [shared(a) + shared(b), shared(shared(a))])
    model.export(tmp_path / "m.onnx", format="onnx", verbose=False)
    proto = onnx.load(tmp_path / "m.onnx")
    assert len(proto.graph.initializer) == 2
    assert [x.name for x in proto.graph.output] == ["output_0", "output_1"]
    x = [np.random.default_rng(i).normal(size=(3, 4)).astype("float32") for i in (1, 2)]
    assert_agrees(model, [x], caller(tmp_path / "m.onnx", model))


class Branching(layers.Layer):
    """Control flow of ops: a branch, a loop of unknown length, a loop over the steps."""

    def call(self, x):
        halved = ops.cond(ops.sum(x) > 0, lambda: x / 2, lambda: x * 3)
        small, _ = ops.while_loop(lambda v, n: ops.max(v) > 0.1, lambda v, n: (v / 2, n + 1), (ops.abs(halved), 0))
        total, steps = ops.scan(
            lambda carry, step: (carry + step, carry * step), ops.zeros_like(x[:, 0]), ops.swapaxes(x, 0, 1)
        )
        return small, ops.swapaxes(steps, 0, 1), total, ops.map(lambda row: ops.sum(row), x)


def test_control_flow(tmp_path):
    inputs = keras.Input((5, 2), name="x")
    model = keras.Model(inputs, list(Branching()(inputs)))
    model.export(tmp_path / "m.onnx", format="onnx", verbose=False)
    found = set(nodes(onnx.load(tmp_path / "m.onnx").graph))
    assert {"If", "Loop", "Scan"} <= found
    x = np.random.default_rng(3).normal(size=(4, 5, 2)).astype("float32")
    assert_agrees(model, [x, -np.abs(x), np.abs(x)], caller(tmp_path / "m.onnx", model))


@pytest.mark.parametrize("layer", ["LSTM", "GRU", "SimpleRNN"])
@pytest.mark.parametrize("options", [{}, {"use_bias": False, "go_backwards": True, "return_sequences": True}])
def test_recurrent_layers_are_one_node(layer, options, tmp_path):
    inputs = keras.Input((None, 3), name="x")
    made = getattr(layers, layer)(4, return_state=True, bias_initializer="random_normal", **options)
    model = keras.Model(inputs, list(made(inputs)))
    model.export(tmp_path / "m.onnx", format="onnx", verbose=False)
    found = list(nodes(onnx.load(tmp_path / "m.onnx").graph))
    assert {"LSTM": "LSTM", "GRU": "GRU", "SimpleRNN": "RNN"}[layer] in found and "Scan" not in found
    x = np.random.default_rng(3).normal(size=(2, 6, 3)).astype("float32")
    assert_agrees(model, [x, x[:, :3]], caller(tmp_path / "m.onnx", model))


@pytest.mark.parametrize("data_format", ["channels_last", "channels_first"])
@pytest.mark.parametrize("interpolation", ["nearest", "bilinear", "bicubic"])
def test_images_of_open_sizes_are_resized(interpolation, data_format, tmp_path):
    def model_of(*shape):
        inputs = keras.Input(shape, name="x")
        grown = layers.UpSampling2D((3, 2), interpolation=interpolation, data_format=data_format)(inputs)
        fixed = layers.Resizing(4, 9, interpolation, data_format=data_format)(inputs)
        return keras.Model(inputs, {"grown": grown, "fixed": fixed})

    last = data_format == "channels_last"
    model = model_of(None, None, 3) if last else model_of(3, None, None)
    model.export(tmp_path / "m.onnx", format="onnx", verbose=False)
    for shape in ((5, 4, 3), (7, 12, 3)):
        x = np.random.default_rng(0).normal(size=(2, *shape)).astype("float32")
        x = x if last else x.transpose(0, 3, 1, 2)
        # TensorFlow has cubics in a table where sizes are open, so the numbers are those of a known size.
        assert_agrees(model_of(*x.shape[1:]), [x], caller(tmp_path / "m.onnx", model))


class FindsByValues(layers.Layer):
    """Results whose sizes depend on values."""

    def call(self, x):
        values, places, inverse, counts = ops.unique(x, True, True, True, True)
        rows, columns = ops.nonzero(x)
        return {
            "values": values, "places": places, "inverse": inverse, "counts": counts, "rows": rows, "columns": columns,
            "padded": ops.unique(x, size=12, fill_value=-3), "cut": ops.unique(x, size=2), "along": ops.unique(x, axis=1),
            "numbers": ops.bincount(x, minlength=3), "flat": ops.bincount(ops.reshape(x, (-1,)), weights=ops.reshape(x, (-1,)) / 2),
        }  # fmt: skip

    def compute_output_spec(self, x):
        names = "values places inverse counts rows columns padded cut along numbers flat".split()
        return {name: keras.KerasTensor((None,), "float32" if name == "flat" else "int32") for name in names}


def test_results_whose_sizes_depend_on_values(tmp_path):
    inputs = keras.Input((3,), dtype="int32", name="x")
    model = keras.Model(inputs, FindsByValues()(inputs))
    model.export(tmp_path / "m.onnx", format="onnx", verbose=False)
    x = np.array([[4, 0, 4], [1, 0, 1]], "int32")
    found = caller(tmp_path / "m.onnx", model)(x)
    values, places, inverse, counts = np.unique(x, True, True, True)
    rows, columns = np.nonzero(x)
    expected = {
        "values": values, "places": places, "inverse": inverse, "counts": counts, "rows": rows, "columns": columns,
        "padded": [0, 1, 4] + [-3] * 9, "cut": [0, 1], "along": np.unique(x, axis=1),
        "numbers": [[1, 0, 0, 0, 2], [1, 2, 0, 0, 0]], "flat": [0, 1, 0, 0, 4],
    }  # fmt: skip
    assert set(found) == set(expected)
    for name, want in expected.items():
        np.testing.assert_array_equal(found[name], want, name)
        assert found[name].dtype == ("float32" if name == "flat" else "int32"), name


class Noisy(layers.Layer):
    """Draws in inference too."""

    def __init__(self, seed):
        super().__init__()
        self.seed = seed

    def call(self, x):
        return x + keras.random.normal((4,), seed=self.seed)


def test_files_may_have_any_name(tmp_path):
    model = CASES["mlp"].model()
    model.export(tmp_path / "new" / "model", format="onnx", verbose=False)
    assert_agrees(model, CASES["mlp"].samples(), caller(tmp_path / "new" / "model", model))


def test_random_numbers_are_refused(tmp_path):
    inputs = keras.Input((4,), name="x")
    for seed in (None, keras.random.SeedGenerator(1)):
        with pytest.raises(NotImplementedError, match="draw no random numbers"):
            keras.Model(inputs, Noisy(seed)(inputs)).export(tmp_path / "m.onnx", format="onnx")
    quiet = keras.Model(inputs, layers.GaussianNoise(0.5)(layers.Dropout(0.5)(inputs)))
    quiet.export(tmp_path / "m.onnx", format="onnx", verbose=False)
    x = np.ones((2, 4), "float32")
    np.testing.assert_array_equal(caller(tmp_path / "m.onnx", quiet)(x), x)


def test_verbose_tells_what_was_written(tmp_path, capsys):
    CASES["dict_model"].model().export(tmp_path / "m.onnx", format="onnx")
    told = capsys.readouterr().out
    for part in ("onnx", "bytes", "'serve'", "first: float32 (batch, 4)", "onnxruntime.InferenceSession"):
        assert part in told
