"""Rows as in `method_rows.py` for public functions: those of files, models, utilities, settings, and of each kind of part."""

import json

import numpy as np

import keras
from integration_tests.mute.core import registered_in
from integration_tests.mute.method_rows import X2, Y2, X, Y, array, model
from keras import layers, ops

ROWS = {}
row = registered_in(ROWS)


class First(layers.Dense):
    """A layer that only custom objects name."""


class Second(layers.Dense):
    """Another one."""


def _named_mine(config):
    return {**config, "class_name": "Mine", "module": None, "registered_name": "Mine"}


def _of_mine(description):
    """A description of a model whose layer has a name that nobody knows."""
    inner = dict(description["config"])
    inner["layers"] = [inner["layers"][0], _named_mine(inner["layers"][1])]
    return {**description, "config": inner}


# Files


@row("saving", "serialize_keras_object", obj=(layers.Dense(2, name="one"), layers.Dense(3, name="one")))
def serialize_keras_object(folder, obj):
    return json.dumps(keras.saving.serialize_keras_object(obj))


def _lambda():
    return keras.saving.serialize_keras_object(layers.Activation(lambda x: x, name="layer"))


@row(
    "saving",
    "deserialize_keras_object",
    config=(layers.Dense(2, name="layer"), layers.Dense(3, name="layer")),
    custom_objects=(First, Second),
    safe_mode=(True, False),
)
def deserialize_keras_object(folder, config=None, custom_objects=None, safe_mode=None):
    if safe_mode is not None:
        try:
            return type(keras.saving.deserialize_keras_object(_lambda(), safe_mode=safe_mode)).__name__
        except ValueError:
            return "refused"
    described = keras.saving.serialize_keras_object(config or layers.Dense(2, name="layer"))
    if custom_objects is None:
        return keras.saving.deserialize_keras_object(described).units
    made = keras.saving.deserialize_keras_object(_named_mine(described), custom_objects={"Mine": custom_objects})
    return type(made).__name__


@row("saving", "register_keras_serializable", package=("one", "other"), name=("One", "Other"))
def register_keras_serializable(folder, package="one", name="One"):
    kind = type("Made", (layers.Dense,), {})
    keras.saving.register_keras_serializable(package, name)(kind)
    return keras.saving.get_registered_name(kind)


@row("saving", "get_registered_name", obj=(First, Second))
def get_registered_name(folder, obj):
    return keras.saving.get_registered_name(obj)


@row(
    "saving",
    "get_registered_object",
    name=("First", "Second"),
    custom_objects=({"First": First}, {"First": Second}),
    module_objects=({"First": First}, {"First": Second}),
)
def get_registered_object(folder, name="First", **given):
    found = keras.saving.get_registered_object(
        name, **(given or {"custom_objects": {"First": First, "Second": Second}})
    )
    return found.__name__


def _saved(folder, made=None, name="model.keras"):
    (made or model()).save(folder / name)
    return folder / name


@row(
    "saving",
    "load_model",
    filepath=("one.keras", "other.keras"),
    custom_objects=(First, Second),
    compile=(True, False),
    safe_mode=(True, False),
)
def load_model(folder, filepath="one.keras", custom_objects=None, compile=True, safe_mode=None):
    made = model()
    if safe_mode is not None:
        made = keras.Sequential([keras.Input((3,)), layers.Activation(lambda x: x)])
    if custom_objects is not None:
        made = keras.Sequential([keras.Input((3,)), First(2)])
    for name in ("one.keras", "other.keras"):
        _saved(folder, made, name)
        made.set_weights([2 * w for w in made.get_weights()])
    known = {"First": custom_objects} if custom_objects is not None else None
    options = {"custom_objects": known, "compile": compile, "safe_mode": safe_mode is not False}
    try:
        again = keras.saving.load_model(folder / filepath, **options)
    except ValueError:
        return "refused"
    return again.get_weights(), again.compiled, type(again.layers[-1]).__name__


@row(
    "saving",
    "save_model",
    model=(1, 2),
    filepath=("one.keras", "other.keras"),
    overwrite=(True, False),
    zipped=(None, False),
)
def save_model(folder, model=1, filepath="one.keras", overwrite=True, zipped=None):
    (folder / "one.keras").touch()
    made = keras.Sequential([keras.Input((3,)), layers.Dense(model)])
    path = folder / (filepath if zipped is None else "folder")
    keras.saving.save_model(made, path, overwrite=overwrite, zipped=zipped)
    empty = path.is_file() and path.stat().st_size == 0
    units = None if empty else keras.saving.load_model(path).layers[-1].units
    return sorted(str(p.relative_to(folder)) for p in folder.iterdir()), empty, units


@row(
    "saving",
    "save_weights",
    model=(1, 300),
    filepath=("one.weights.h5", "other.weights.h5"),
    overwrite=(True, False),
    max_shard_size=(1e-5, 1.0, {"filepath": "one.weights.json"}),
)
def save_weights(folder, model=1, filepath="one.weights.h5", **given):
    (folder / "one.weights.h5").touch()
    made = keras.Sequential([keras.Input((30,)), layers.Dense(40), layers.Dense(40), layers.Dense(model)])
    keras.saving.save_weights(made, folder / filepath, **given)
    return sorted((str(p.relative_to(folder)), p.stat().st_size) for p in folder.rglob("*.*"))


@row("saving", "load_weights", model=(1, 2), filepath=(2, 3), skip_mismatch=(False, True, {"filepath": 4}))
def load_weights(folder, model=1, filepath=2, skip_mismatch=False):
    saved = keras.Sequential([keras.Input((3,)), layers.Dense(2 if filepath < 4 else 4)])
    saved.set_weights([np.full(w.shape, float(filepath)) for w in saved.get_weights()])
    saved.save_weights(folder / "model.weights.h5")
    both = [keras.Sequential([keras.Input((3,)), layers.Dense(2, kernel_initializer="ones")]) for _ in range(2)]
    try:
        keras.saving.load_weights(both[model - 1], folder / "model.weights.h5", skip_mismatch=skip_mismatch)
    except ValueError:
        return "refused"
    return [each.get_weights() for each in both]


# Models


@row(
    "models",
    "clone_model",
    model=(0, 1),
    input_tensors=(None, 5),
    clone_function=(None, lambda layer: First.from_config(layer.get_config())),
    call_function=(None, lambda layer, *args, **kwargs: layer(*args, **kwargs) * 2.0),
    recursive=(False, True, {"clone_function": lambda layer: First.from_config(layer.get_config())}),
)
def clone_model(folder, model=0, input_tensors=None, clone_function=None, recursive=False, **given):
    inner = keras.Sequential([keras.Input((3,)), layers.Dense(3, kernel_initializer="ones", name="inner")])
    inputs = keras.Input((3,))
    outputs = layers.Dense(2 + model, kernel_initializer="ones", name="outer")(inner(inputs) if recursive else inputs)
    if recursive is False and clone_function is not None:
        outputs = layers.Dense(2, kernel_initializer="ones", name="outer")(inner(inputs))

    def clone(layer):
        return (
            clone_function(layer)
            if isinstance(layer, layers.Dense)
            else layer.__class__.from_config(layer.get_config())
        )

    options = {} if clone_function is None else {"clone_function": clone}
    if input_tensors is not None:
        options["input_tensors"] = keras.Input((3,), batch_size=input_tensors)
    again = keras.models.clone_model(keras.Model(inputs, outputs), recursive=recursive, **options, **given)
    kinds = [type(layer).__name__ for layer in again._flatten_layers() if not isinstance(layer, keras.Model)]
    return again.input_shape, sorted(kinds), array(again(np.ones((5, 3), "float32")))


@row("models", "model_from_json", json_string=(1, 2), custom_objects=(First, Second))
def model_from_json(folder, json_string=1, custom_objects=None):
    described = json.loads(keras.Sequential([keras.Input((3,)), layers.Dense(json_string)]).to_json())
    known = None
    if custom_objects is not None:
        described, known = _of_mine(described), {"Mine": custom_objects}
    again = keras.models.model_from_json(json.dumps(described), custom_objects=known)
    return again.output_shape, type(again.layers[-1]).__name__


@row(
    "keras",
    "Input",
    shape=((2,), (3,)),
    batch_size=(None, 5),
    dtype=("float32", "int32"),
    batch_shape=((4, 3), (5, 3), {"shape": None}),
    name=("one", "other"),
    tensor=(None, keras.KerasTensor((7, 3), name="known")),
    optional=(False, True),
)
def make_input(folder, **given):
    given = {"shape": (3,), "name": "one", **given}
    if given.get("tensor") is not None:
        given = {"tensor": given["tensor"]}
    made = keras.Input(**given)
    layer = made._keras_history.operation
    return tuple(made.shape), made.dtype, made.name if "tensor" not in given else None, layer.optional


@row("keras", "remat", f=(lambda x: x, lambda x: 2 * x))
def remat(folder, f):
    return array(keras.remat(f)(ops.convert_to_tensor(X)))


# Utilities


_FIRST, _SECOND = keras.Input((3,), name="first"), keras.Input((3,), name="second")


@row("utils", "get_source_inputs", tensor=(layers.Dense(2)(_FIRST), layers.Dense(2)(_SECOND)))
def get_source_inputs(folder, tensor):
    return [x.name for x in keras.utils.get_source_inputs(tensor)]


@row("utils", "normalize", x=(X, X2), axis=(-1, 0), order=(2, 1))
def normalize(folder, x=X, **given):
    return np.asarray(keras.utils.normalize(x, **given))


@row("utils", "to_categorical", x=([0, 1], [1, 0]), num_classes=(None, 3))
def to_categorical(folder, x=(0, 1), **given):
    return np.asarray(keras.utils.to_categorical(np.array(x), **given))


@row("utils", "pack_x_y_sample_weight", x=(X, X2), y=(None, Y), sample_weight=(None, Y2, {"y": Y}))
def pack(folder, x=X, **given):
    packed = keras.utils.pack_x_y_sample_weight(x, **given)
    return list(packed) if isinstance(packed, tuple) else packed


@row("utils", "unpack_x_y_sample_weight", data=((X,), (X, Y)))
def unpack(folder, data):
    return list(keras.utils.unpack_x_y_sample_weight(data))


@row("utils", "set_random_seed", seed=(1, 2))
def set_random_seed(folder, seed):
    keras.utils.set_random_seed(seed)
    return array(keras.random.uniform((3,))), np.random.uniform()


@row("utils", "standardize_dtype", dtype=("float16", int))
def standardize_dtype(folder, dtype):
    return keras.utils.standardize_dtype(dtype)


@row("utils", "is_keras_tensor", x=(X, keras.KerasTensor((2,))))
def is_keras_tensor(folder, x):
    return keras.utils.is_keras_tensor(x)


# Settings


def _setting(name, read):
    def observe(folder, **given):
        before = read()
        try:
            getattr(keras.config, name)(*given.values())
            return str(read())
        finally:
            getattr(keras.config, name)(before)

    return observe


for _name, _argument, _values, _read in (
    ("set_dtype_policy", "policy", ("float32", "mixed_bfloat16"), lambda: keras.config.dtype_policy().name),
    ("set_epsilon", "value", (1e-7, 1e-3), keras.config.epsilon),
    ("set_floatx", "value", ("float32", "float16"), keras.config.floatx),
    ("set_image_data_format", "data_format", ("channels_last", "channels_first"), keras.config.image_data_format),
    ("set_max_epochs", "max_epochs", (None, 2), lambda: keras.config.max_epochs()),
    ("set_max_steps_per_epoch", "max_steps_per_epoch", (None, 2), lambda: keras.config.max_steps_per_epoch()),
):
    row("config", _name, **{_argument: _values})(_setting(_name, _read))


# Functions of layers


def _merged(name):
    def observe(folder, inputs=(X, X2), **given):
        return array(getattr(layers, name)([ops.convert_to_tensor(x) for x in inputs], **given))

    return observe


for _name in ("add", "average", "maximum", "minimum", "multiply", "subtract"):
    row("layers", _name, inputs=((X, X2), (X, X)))(_merged(_name))
row("layers", "concatenate", inputs=((X, X2), (X, X)), axis=(-1, 0))(_merged("concatenate"))
row("layers", "dot", inputs=((X, X2), (X, X)), axes=(-1, 1, {"inputs": (X[:3, :, None], X2[:3, :, None])}))(
    _merged("dot")
)


EXCEPTIONS = {
    ("config", "set_backend"): "needs a process of its own; tested in `backend`",
    ("mixed_precision", "set_dtype_policy"): "the function of `keras.config`",
    ("mixed_precision", "set_global_policy"): "the function of `keras.config`",
    ("utils", "clear_session"): "what it forgets is counted in `models/memory_test.py`",
    ("keras", "device"): "needs several devices",
    ("keras", "Input", "sparse"): "tested with sparse tensors",
    ("keras", "Input", "ragged"): "tested with ragged tensors",
}
