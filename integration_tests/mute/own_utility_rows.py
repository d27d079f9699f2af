"""Rows as in `own_rows.py`: vocabularies, `FeatureSpace`, `KerasFileEditor`, `Progbar`, and what layers of data read."""

import numpy as np

import keras
from integration_tests.mute.core import registered_in
from integration_tests.mute.method_rows import X2, X, array
from keras import layers

ROWS = {}
row = registered_in(ROWS)

WORDS, OTHER_WORDS = np.array([["a"], ["b"], ["a"]]), np.array([["c"], ["d"], ["c"]])
NUMBERS, OTHER_NUMBERS = np.arange(8, dtype="float32")[:, None], 3 * np.arange(8, dtype="float32")[:, None]

# Vocabularies

LOOKUPS = {
    "IndexLookup": lambda **options: layers.StringLookup(**options),
    "TextVectorization": lambda **options: layers.TextVectorization(standardize=None, **options),
}


def batches(words):
    yield from words


for _name, _make in LOOKUPS.items():

    @row(_name, "adapt", data=(WORDS, OTHER_WORDS), steps=(1, 2))
    def adapt_lookup(folder, data=WORDS[:2], steps=None, make=_make):
        layer = make()
        layer.adapt(data if steps is None else batches(data), steps=steps)
        return layer.get_vocabulary()

    @row(_name, "update_state", data=(WORDS[:, 0], OTHER_WORDS[:, 0]))
    def update_lookup(folder, data, make=_make):
        layer = make()
        layer.update_state(data)
        layer.finalize_state()
        return layer.get_vocabulary()

    @row(_name, "get_vocabulary", include_special_tokens=(True, False))
    def get_vocabulary(folder, include_special_tokens, make=_make):
        return make(vocabulary=["a", "b"]).get_vocabulary(include_special_tokens)

    @row(_name, "set_vocabulary", vocabulary=(["a", "b"], ["c", "d"]), idf_weights=([1.0, 2.0], [3.0, 4.0]))
    def set_vocabulary(folder, vocabulary=("a", "b"), idf_weights=(1.0, 2.0), make=_make):
        layer = make(output_mode="tf_idf")
        layer.set_vocabulary(list(vocabulary), list(idf_weights))
        return layer.get_vocabulary(), array(layer(np.array([["a"], ["b"]])))

    @row(_name, "save_assets", dir_path=("one", "two"))
    def save_assets(folder, dir_path, make=_make):
        (folder / dir_path).mkdir()
        make(vocabulary=["a", "b"]).save_assets(str(folder / dir_path))
        return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))

    @row(_name, "load_assets", dir_path=(("a", "b"), ("c", "d")))
    def load_assets(folder, dir_path, make=_make):
        saved, layer = make(), make()
        saved.set_vocabulary(list(dir_path))
        saved.save_assets(str(folder))
        layer.load_assets(str(folder))
        return layer.get_vocabulary()


# Layers that read numbers


@row("Discretization", "adapt", data=(NUMBERS, OTHER_NUMBERS), steps=(1, 2))
def adapt_discretization(folder, data=NUMBERS, steps=None):
    layer = layers.Discretization(num_bins=3)
    layer.adapt(data if steps is None else batches(np.split(data, 4)), steps=steps)
    return np.array(layer.bin_boundaries)


@row("Discretization", "update_state", data=(NUMBERS, OTHER_NUMBERS))
def update_discretization(folder, data):
    layer = layers.Discretization(num_bins=3)
    layer.update_state(data)
    layer.finalize_state()
    return np.array(layer.bin_boundaries)


@row("Normalization", "adapt", data=(X, X2))
def adapt_normalization(folder, data):
    layer = layers.Normalization()
    layer.adapt(data)
    return array(layer.mean)


# FeatureSpace

FeatureSpace = keras.utils.FeatureSpace
FEATURES = {
    "float": {"name": ("one", "other")},
    "float_rescaled": {"scale": (1.0, 2.0), "offset": (0.0, 1.0), "name": ("one", "other")},
    "float_normalized": {"name": ("one", "other")},
    "float_discretized": {
        "num_bins": (3, 4),
        "bin_boundaries": ([1.0, 2.0], [1.0, 3.0]),
        "output_mode": ("int", "one_hot"),
        "name": ("one", "other"),
    },
}
for _name in ("integer_categorical", "string_categorical"):
    FEATURES[_name] = {
        "max_tokens": (4, 5),
        "num_oov_indices": (1, 2),
        "output_mode": ("int", "one_hot"),
        "name": ("one", "other"),
    }
for _name in ("string_hashed", "integer_hashed"):
    FEATURES[_name] = {"num_bins": (3, 4), "output_mode": ("int", "one_hot"), "name": ("one", "other")}

for _name, _pairs in FEATURES.items():

    @row("FeatureSpace", _name, **_pairs)
    def feature_of(folder, name=_name, _factory=_name, _named=_pairs, **given):
        # The row's own name stands in `_factory`: `name` is an argument of the factories.
        beside = {"num_bins": None if "bin_boundaries" in given else 3} if "num_bins" in _named else {}
        beside = {**beside, **given, "name": name}
        made = getattr(FeatureSpace, _factory)(**beside)
        return made.preprocessor.name, made.dtype, made.output_mode, made.preprocessor.get_config()


@row(
    "FeatureSpace", "cross", feature_names=(("a", "b"), ("b", "a")), crossing_dim=(3, 4), output_mode=("int", "one_hot")
)
def cross(folder, feature_names=("a", "b"), crossing_dim=3, output_mode="int"):
    return FeatureSpace.cross(feature_names, crossing_dim, output_mode).get_config()


@row("FeatureSpace", "feature", dtype=("float32", "int32"), preprocessor=(1.0, 2.0), output_mode=("int", "float"))
def feature(folder, dtype="float32", preprocessor=1.0, output_mode="float"):
    made = FeatureSpace.feature(dtype, layers.Rescaling(preprocessor), output_mode)
    return made.dtype, made.output_mode, made.preprocessor.scale


# KerasFileEditor


def editor(folder, name="model.weights.h5", units=2):
    keras.utils.set_random_seed(1)
    model = keras.Sequential([keras.Input((3,)), layers.Dense(units, name="one"), layers.Dense(1, name="two")])
    model.save_weights(str(folder / name))
    return keras.saving.KerasFileEditor(str(folder / name)), model


def names_in(folder, made):
    made.save(str(folder / "edited.weights.h5"))
    return sorted(flat(keras.saving.KerasFileEditor(str(folder / "edited.weights.h5")).weights_dict))


def flat(weights, prefix=""):
    for name, inner in weights.items():
        if hasattr(inner, "items"):
            yield from flat(inner, f"{prefix}{name}/")
        else:
            yield f"{prefix}{name} {np.shape(inner)} {float(np.sum(inner)):.4f}"


ONES, TWOS = {"0": np.ones(2, "float32")}, {"0": 2 * np.ones(2, "float32")}


@row("KerasFileEditor", "add_object", object_path=("layers/three", "layers/four"), weights=(ONES, TWOS))
def add_object(folder, object_path="layers/three", weights=ONES):
    made, _ = editor(folder)
    made.add_object(object_path, weights)
    return names_in(folder, made)


@row(
    "KerasFileEditor",
    "add_weights",
    object_name=("layers/dense", "layers/dense_1"),
    weights=({"7": ONES["0"]}, {"7": TWOS["0"]}),
)
def add_weights(folder, object_name="layers/dense", weights=None):
    made, _ = editor(folder)
    made.add_weights(object_name, weights or {"7": ONES["0"]})
    return names_in(folder, made)


@row("KerasFileEditor", "delete_object", object_name=("layers/dense", "layers/dense_1"))
def delete_object(folder, object_name):
    made, _ = editor(folder)
    made.delete_object(object_name)
    return names_in(folder, made)


@row("KerasFileEditor", "delete_weight", object_name=("layers/dense", "layers/dense_1"), weight_name=("0", "1"))
def delete_weight(folder, object_name="layers/dense", weight_name="0"):
    made, _ = editor(folder)
    made.delete_weight(object_name, weight_name)
    return names_in(folder, made)


@row(
    "KerasFileEditor",
    "rename_object",
    object_name=("layers/dense", "layers/dense_1"),
    new_name=("three", "four"),
)
def rename_object(folder, object_name="layers/dense", new_name="three"):
    made, _ = editor(folder)
    made.rename_object(object_name, new_name)
    return names_in(folder, made)


@row("KerasFileEditor", "compare", reference_model=(2, 3))
def compare(folder, reference_model):
    made, _ = editor(folder)
    return made.compare(editor(folder, "other.weights.h5", reference_model)[1])["status"]


@row("KerasFileEditor", "resave_weights", filepath=("one", "other"))
def resave_weights(folder, filepath):
    made, _ = editor(folder)
    made.resave_weights(str(folder / f"{filepath}.weights.h5"))
    return sorted(path.name for path in folder.iterdir())


@row("FeatureSpace", "adapt", dataset=({"x": [1.0, 2.0]}, {"x": [3.0, 9.0]}))
def adapt_features(folder, dataset):
    space = FeatureSpace({"x": "float_normalized"})
    space.adapt({name: np.array(values, "float32") for name, values in dataset.items()})
    return array(space({"x": np.array([1.0], "float32")}))


# Progbar


@row(
    "Progbar",
    "update",
    current=(1, 2),
    values=([("loss", 1.0)], [("loss", 2.0)]),
    finalize=(False, True, {"verbose": 2}),
)
def update_progbar(folder, current=2, values=None, finalize=None, verbose=1):
    keras.utils.Progbar(3, verbose=verbose, interval=0).update(current, values, finalize)


@row("Progbar", "add", n=(1, 2), values=([("loss", 1.0)], [("loss", 2.0)]))
def add_to_progbar(folder, n=1, values=None):
    keras.utils.Progbar(3, verbose=1, interval=0).add(n, values)


@row("Config", "get", keyname=("one", "other"), value=(1, 2))
def get_from_config(folder, keyname="absent", value=None):
    return keras.utils.Config(one=3, other=4).get(keyname, value)


@row("DistillationLoss", "validate_outputs", teacher_outputs=(1, 2), student_outputs=(1, 2))
def validate_outputs(folder, teacher_outputs=1, student_outputs=1):
    loss = keras.distillation.DistillationLoss()
    try:
        loss.validate_outputs([np.ones(2)] * teacher_outputs, [np.ones(2)] * student_outputs)
    except ValueError:
        return "refused"
    return "fits"
