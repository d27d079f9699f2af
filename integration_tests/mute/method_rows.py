"""What can be seen of a call of each public method, two values of each argument, and why a few need none.

A row is a function that takes a folder and the arguments that are to be set, makes an object, calls the method, and returns
what can be seen after it.
"""

import contextlib
import io

import numpy as np
import openvino

import keras
from integration_tests.mute.core import registered_in
from keras import layers, ops
from keras.src import backend

RNG = np.random.default_rng(3)
X, X2 = (RNG.normal(size=(4, 3)).astype("float32") for _ in range(2))
Y, Y2 = (RNG.normal(size=(4, 2)).astype("float32") for _ in range(2))
WEIGHTS = [RNG.normal(size=(3, 2)).astype("float32"), RNG.normal(size=2).astype("float32")]
OTHER_WEIGHTS = [2 * w for w in WEIGHTS]
BATCH = np.stack([X, X2])
SAMPLES = np.array([0.1, 2.0, 0.5, 3.0], "float32")

ROWS = {}
row = registered_in(ROWS)


def array(x):
    return np.array(ops.convert_to_numpy(x))


def arrays(tensors):
    return [array(x) for x in keras.tree.flatten(tensors) if x is not None]


def tensors(structure):
    return keras.tree.map_structure(ops.convert_to_tensor, structure)


def without_none(given):
    return {name: x for name, x in given.items() if x is not None}


def traits(variables):
    return [
        (v.name, tuple(v.shape), v.dtype, v.trainable, getattr(v, "_aggregation", None), array(v)) for v in variables
    ]


class Holder(layers.Layer):
    """A layer that holds a weight of its own."""

    def __init__(self, **options):
        super().__init__(**options)
        self.scale = self.add_weight(shape=(3,), initializer="ones", name="scale")

    def call(self, inputs):
        return inputs * self.scale


def dense(**options):
    layer = layers.Dense(2, name="dense", **options)
    layer.build((None, 3))
    layer.set_weights(WEIGHTS)
    return layer


def model(**settings):
    """A compiled Functional model with known weights."""
    inputs = keras.Input((3,), name="inputs")
    made = keras.Model(inputs, layers.Dense(2, name="dense")(inputs), name="model")
    made.set_weights(WEIGHTS)
    made.compile(**{"optimizer": keras.optimizers.SGD(0.1), "loss": "mse", "metrics": ["mae"], **settings})
    return made


# Layer


@row("Layer", "add_loss", loss=(1.0, 2.0))
def add_loss(folder, loss):
    layer = Holder()
    layer.add_loss(ops.convert_to_tensor(loss))
    return arrays(layer.losses)


_VARIABLE = {
    "shape": ((3,), (4,)),
    "initializer": ("ones", "zeros"),
    "dtype": ("float32", "float16"),
    "trainable": (True, False),
    "autocast": (True, False),
    "regularizer": (None, "l2"),
    "constraint": (None, "non_neg"),
    "name": ("one", "other"),
}


def _of_layer(method, given):
    layer = layers.Layer(dtype="mixed_float16", name="layer")
    variable = getattr(layer, method)(**{"shape": (3,), "initializer": "ones", "name": "weight", **given})
    layer.built = True
    with backend.AutocastScope("float16"):
        inside = str(ops.convert_to_tensor(variable).dtype)
    constrained = None if variable.constraint is None else array(variable.constraint(ops.full(variable.shape, -1.0)))
    told = (variable.regularizer is None, variable.overwrite_with_gradient, inside)
    return traits([variable]), told, constrained, arrays(layer.losses)


@row("Layer", "add_variable", **_VARIABLE)
def add_variable(folder, **given):
    return _of_layer("add_variable", given)


@row(
    "Layer",
    "add_weight",
    **_VARIABLE,
    aggregation=("none", "mean"),
    overwrite_with_gradient=(False, True),
)
def add_weight(folder, **given):
    return _of_layer("add_weight", given)


@row("Layer", "build", input_shape=((None, 3), (None, 4)))
def build(folder, input_shape):
    layer = layers.Dense(2, name="dense")
    layer.build(input_shape)
    return [tuple(v.shape) for v in layer.weights]


@row("Layer", "build_from_config", config=({"input_shape": (None, 3)}, {"input_shape": (None, 4)}))
def build_from_config(folder, config):
    layer = layers.Dense(2, name="dense")
    layer.build_from_config(config)
    return [tuple(v.shape) for v in layer.weights], layer.get_build_config()


@row("Layer", "compute_mask", inputs=(X, X2), previous_mask=(None, np.array([True, True, False, True])))
def compute_mask(folder, inputs=X, previous_mask=None):
    masking, passing = layers.Masking(mask_value=float(X[0, 0])), layers.Dropout(0.5)
    masks = (
        masking.compute_mask(ops.convert_to_tensor(inputs[:, :1]), None),
        passing.compute_mask(inputs, previous_mask),
    )
    return arrays(masks)


@row("Layer", "from_config", config=({"units": 2}, {"units": 3}))
def layer_from_config(folder, config):
    return layers.Dense.from_config(config).units


@row(
    "Layer", "load_own_variables", store=({"0": WEIGHTS[0], "1": WEIGHTS[1]}, {"0": OTHER_WEIGHTS[0], "1": WEIGHTS[1]})
)
def load_own_variables(folder, store):
    layer = dense()
    layer.load_own_variables(store)
    return layer.get_weights()


class Store(dict):
    """A store that prints what is written to it."""

    def __setitem__(self, key, value):
        print(key, np.shape(value))
        super().__setitem__(key, value)


@row("Layer", "save_own_variables", store=({}, Store()))
def save_own_variables(folder, store):
    dense().save_own_variables(store)
    return [array(store[name]) for name in sorted(store)]


@row("Layer", "set_weights", weights=(WEIGHTS, OTHER_WEIGHTS))
def layer_set_weights(folder, weights):
    layer = dense()
    layer.set_weights(weights)
    return layer.get_weights(), array(layer(X))


@row(
    "Layer",
    "stateless_call",
    trainable_variables=(WEIGHTS, OTHER_WEIGHTS),
    non_trainable_variables=([np.zeros(2, "float32")] * 2, [np.ones(2, "float32")] * 2),
    return_losses=(False, True),
)
def stateless_call(folder, **given):
    trained = "trainable_variables" in given or "return_losses" in given
    layer = dense(kernel_regularizer="l2") if trained else layers.BatchNormalization(scale=False, center=False)
    x = X if trained else X[:, :2]
    if not layer.built:
        layer.build(x.shape)
    known = {"trainable_variables": WEIGHTS if trained else [], "non_trainable_variables": []}
    return arrays(layer.stateless_call(**{**known, **given}, inputs=ops.convert_to_tensor(x)))


@row("Layer", "rematerialized_call", layer_call=(lambda x: x, lambda x: 2 * x))
def rematerialized_call(folder, layer_call):
    return array(dense().rematerialized_call(layer_call)(ops.convert_to_tensor(X)))


# Model


@row("Model", "build_from_config", config=({"input_shape": (None, 3)}, {"input_shape": (None, 4)}))
def model_build_from_config(folder, config):
    made = keras.Sequential([layers.Dense(2, name="dense")])
    made.build_from_config(config)
    return [tuple(v.shape) for v in made.weights]


@row("Model", "compile_from_config", config=({"optimizer": "sgd", "loss": "mse"}, {"optimizer": "adam", "loss": "mse"}))
def compile_from_config(folder, config):
    made = model()
    made.compile_from_config(config)
    return type(made.optimizer).__name__


@row(
    "Model",
    "compute_loss",
    y=(Y, Y2),
    y_pred=(Y, Y2),
    sample_weight=(None, SAMPLES),
)
def compute_loss(folder, **given):
    return array(model().compute_loss(**tensors({"x": X, "y": Y, "y_pred": X[:, :2], **without_none(given)})))


@row("Model", "compute_metrics", y=(Y, Y2), y_pred=(Y, Y2), sample_weight=(None, SAMPLES))
def compute_metrics(folder, **given):
    made = model(metrics=None, weighted_metrics=["mae"])
    given = tensors({"x": X, "y": Y, "y_pred": X[:, :2], **without_none(given)})
    made.compute_loss(given["x"], given["y"], given["y_pred"])
    return {name: array(x) for name, x in made.compute_metrics(**given).items()}


@row(
    "Model",
    "stateless_compute_loss",
    trainable_variables=(WEIGHTS, OTHER_WEIGHTS),
    y=(Y, Y2),
    y_pred=(Y, Y2),
    sample_weight=(None, SAMPLES),
)
def stateless_compute_loss(folder, **given):
    made = model()
    made.layers[-1].kernel.regularizer = keras.regularizers.L2(0.1)
    made.compute_loss(*tensors([X, Y, Y]))
    known = {"trainable_variables": WEIGHTS, "non_trainable_variables": []}
    known["metrics_variables"] = [v.value for v in made.metrics_variables]
    known.update(tensors({"x": X, "y": Y, "y_pred": X[:, :2]}))
    loss, *state = made.stateless_compute_loss(**{**known, **given})
    return array(loss), arrays(state[:2])


@row("Model", "from_config", config=("model", "other"), custom_objects=({"Mine": "first"}, {"Mine": "second"}))
def model_from_config(folder, config="model", custom_objects=None):
    config = {**model().get_config(), "name": config}
    if custom_objects is not None:
        config["layers"][1] = {**config["layers"][1], "class_name": "Mine", "module": None, "registered_name": "Mine"}
        kind = {"first": layers.Dense, "second": _Doubling}[custom_objects["Mine"]]
        custom_objects = {"Mine": kind}
    made = keras.Model.from_config(config, custom_objects=custom_objects)
    return made.name, type(made.layers[1]).__name__


class _Doubling(layers.Dense):
    """A layer that only custom objects name."""


@row("Model", "get_layer", name=("dense", "inputs"), index=(0, 1))
def get_layer(folder, **given):
    return model().get_layer(**given).name


@row("Model", "get_state_tree", value_format=("backend_tensor", "numpy_array"))
def get_state_tree(folder, value_format):
    return [type(x).__name__ for x in keras.tree.flatten(model().get_state_tree(value_format))]


@row("Model", "set_state_tree", state_tree=(WEIGHTS[0], OTHER_WEIGHTS[0]))
def set_state_tree(folder, state_tree):
    made = model()
    made.set_state_tree({"trainable_variables": {"dense": {"kernel": state_tree}}})
    return made.get_weights()


def _file_of_weights(folder, columns=2):
    inputs = keras.Input((3,), name="inputs")
    other = keras.Model(inputs, layers.Dense(columns, name="dense")(inputs), name="model")
    other.set_weights([np.full((3, columns), 7.0), np.full(columns, 7.0)])
    path = folder / f"of_{columns}.weights.h5"
    other.save_weights(path)
    return path


@row("Model", "load_weights", filepath=(2, None), skip_mismatch=(False, True, {"filepath": 3}))
def load_weights(folder, filepath=2, skip_mismatch=False):
    made = model()
    path = folder / "own.weights.h5"
    made.save_weights(path)
    try:
        made.load_weights(path if filepath is None else _file_of_weights(folder, filepath), skip_mismatch=skip_mismatch)
    except ValueError as error:
        return "refused", type(error).__name__
    return made.get_weights()


def _tree(folder):
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


@row("Model", "save", filepath=("one.keras", "other.keras"), overwrite=(True, False), zipped=(None, False))
def save(folder, filepath="one.keras", overwrite=True, zipped=None):
    (folder / "one.keras").touch()
    model().save(folder / (filepath if zipped is None else "folder"), overwrite=overwrite, zipped=zipped)
    return _tree(folder), (folder / "one.keras").stat().st_size > 0


@row(
    "Model",
    "save_weights",
    filepath=("one.weights.h5", "other.weights.h5"),
    overwrite=(True, False),
    max_shard_size=(1e-5, 1.0, {"filepath": "one.weights.json"}),
)
def save_weights(folder, filepath="one.weights.h5", **given):
    (folder / "one.weights.h5").touch()
    keras.Sequential([keras.Input((30,)), layers.Dense(40), layers.Dense(40)]).save_weights(folder / filepath, **given)
    return _tree(folder), (folder / "one.weights.h5").stat().st_size > 0


SHOWN = []


@row("Model", "quantization_summary", verbose=(True, False))
def quantization_summary(folder, **given):
    return model_of_two().quantization_summary(**given)


@row(
    "Model",
    "summary",
    line_length=(60, 90),
    positions=([0.3, 0.7, 1.0], [0.5, 0.8, 1.0]),
    print_fn=(None, SHOWN.append),
    expand_nested=(False, True),
    show_trainable=(False, True),
    layer_range=(None, ["outer", "outer"]),
)
def summary(folder, **given):
    SHOWN.clear()
    made = keras.Sequential([keras.Input((2,)), model_of_two(), layers.Dense(2, name="outer")], name="top")
    made.summary(**{"line_length": 80, **given})
    return list(SHOWN)


def model_of_two():
    return keras.Sequential([keras.Input((2,)), layers.Dense(2, name="inner")], name="nested")


def _count_of_functions(kind):
    def observe(folder, force):
        made = model()
        made.predict(X, verbose=0)
        make = getattr(made, f"make_{kind}_function")
        make()
        first = getattr(made, f"{kind}_function")
        make(force=force)
        return getattr(made, f"{kind}_function") is first

    return observe


for _kind in ("predict", "test", "train"):
    row("Model", f"make_{_kind}_function", force=(False, True))(_count_of_functions(_kind))


# Sequential


@row("Sequential", "add", layer=("one", "other"), rebuild=(True, False))
def add(folder, layer="one", rebuild=True):
    made = keras.Sequential([keras.Input((3,))])
    made.add(layers.Dense(2, name=layer), rebuild=rebuild)
    return [layer.name for layer in made.layers], made.built


@row("Sequential", "pop", rebuild=(True, False))
def pop(folder, rebuild):
    made = keras.Sequential([keras.Input((3,)), layers.Dense(2, name="one"), layers.Dense(4, name="two")])
    popped = made.pop(rebuild=rebuild)
    return popped.name, made.built


@row("Sequential", "build", input_shape=((None, 3), (None, 4)))
def sequential_build(folder, input_shape):
    made = keras.Sequential([layers.Dense(2)])
    made.build(input_shape)
    return [tuple(v.shape) for v in made.weights]


@row(
    "Model",
    "export",
    filepath=("one", "other"),
    format=("onnx", "openvino"),
    verbose=(True, False),
    input_signature=(None, [keras.InputSpec("float32", (5, 3), name="rows")]),
)
def export(folder, filepath="one", format="onnx", verbose=False, input_signature=None):
    path = folder / (filepath + {"onnx": ".onnx", "openvino": ".xml"}[format])
    told = io.StringIO()
    with contextlib.redirect_stdout(told):
        model().export(path, format=format, verbose=verbose, input_signature=input_signature)
    inputs = [(x.any_name, str(x.partial_shape)) for x in openvino.Core().read_model(path).inputs]
    return sorted(x.name for x in folder.iterdir()), inputs, "serve" in told.getvalue()


@row(
    "Sequential",
    "call",
    inputs=(BATCH, BATCH[::-1] + 1),
    training=(False, True),
    mask=(None, np.array([[True, True, False, False]] * 2)),
)
def sequential_call(folder, inputs=BATCH, **given):
    made = keras.Sequential(
        [keras.Input((4, 3)), layers.Dropout(0.5, seed=1), layers.LSTM(2, kernel_initializer="ones")]
    )
    return array(made.call(ops.convert_to_tensor(inputs), **tensors(without_none(given))))


@row("Sequential", "from_config", config=("one", "other"), custom_objects=(layers.Dense, _Doubling))
def sequential_from_config(folder, config="one", custom_objects=layers.Dense):
    made = keras.Sequential([keras.Input((3,)), _Doubling(2, name="layer")], name=config)
    config = made.get_config()
    config["layers"][1] = {**config["layers"][1], "class_name": "Mine", "module": None, "registered_name": "Mine"}
    again = keras.Sequential.from_config(config, custom_objects={"Mine": custom_objects})
    return again.name, type(again.layers[0]).__name__


@row("Sequential", "compute_output_shape", input_shape=((None, 3), (None, 4)))
def sequential_shape(folder, input_shape):
    return keras.Sequential([layers.Reshape((-1, 1))]).compute_output_shape(input_shape)


@row("Sequential", "compute_output_spec", inputs=((2, 3), (5, 3)))
def sequential_spec(folder, inputs):
    return keras.Sequential([layers.Dense(2)]).compute_output_spec(keras.KerasTensor(inputs)).shape


EXCEPTIONS = {
    ("Layer", "quantize"): "no layer of this model can be quantized yet; refusals are tested with the layers",
    ("Layer", "quantized_build"): "of layers that can be quantized",
    ("Model", "compile"): "each argument stands in `training_test.py`",
    ("Model", "evaluate"): "each argument stands in `training_test.py`",
    ("Model", "fit"): "each argument stands in `training_test.py`",
    ("Model", "get_quantization_layer_structure"): "a hook for subclasses",
    ("Model", "predict"): "each argument stands in `training_test.py`",
    ("Model", "predict_on_batch"): "each argument stands in `training_test.py`",
    ("Layer", "named_buffers"): "of `torch.nn.Module`, which takes the arguments",
    ("Model", "compiled_loss"): "of steps for Keras 2, on one engine; tested there",
    ("Model", "compute_loss_and_updates"): "a step of one engine; what it gets stands in `trainers`",
    ("Model", "predict_step"): "a hook; what it gets stands in `trainers`",
    ("Model", "quantize"): "no layer of this model can be quantized yet; refusals are tested with the layers",
    ("Model", "test_on_batch"): "each argument stands in `training_test.py`",
    ("Model", "test_step"): "a hook; what it gets stands in `trainers`",
    ("Model", "train_on_batch"): "each argument stands in `training_test.py`",
    ("Model", "train_step"): "a hook; what it gets stands in `trainers`",
    ("Model", "compute_loss", "x"): "for overrides",
    ("Model", "compute_loss", "training"): "for overrides",
    ("Model", "compute_metrics", "x"): "for overrides",
    ("Model", "stateless_compute_loss", "x"): "for overrides",
    ("Model", "stateless_compute_loss", "training"): "for overrides",
    ("Model", "stateless_compute_loss", "non_trainable_variables"): "losses of this model need none",
    ("Model", "stateless_compute_loss", "metrics_variables"): "losses of this model need none",
    ("Sequential", "compute_output_spec", "training"): "shapes are the same",
    ("Sequential", "compute_output_spec", "mask"): "shapes are the same",
    ("Optimizer", "add_variable", "layout"): "needs several devices",
    ("Variable", "__init__", "layout"): "needs several devices",
    ("KerasTensor", "__init__", "sparse"): "tested with sparse tensors",
    ("KerasTensor", "__init__", "ragged"): "tested with ragged tensors",
    ("SeedGenerator", "next"): "draws are ordered in any case",
    ("Function", "from_config"): "a graph has a config as part of a model",
    ("InputSpec", "fault_of"): "for the library",
}
