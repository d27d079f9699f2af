import json

import numpy as np
import pytest

import keras
from keras.src import backend, initializers, ops, regularizers, saving
from keras.src.backend.common.keras_tensor import KerasTensor
from keras.src.saving import object_sharing, safe_mode, serialization_lib
from keras.src.saving.registry import Registry
from keras.src.testing.registration import clean_registration  # noqa: F401  a fixture


class Box:
    def __init__(self, content=None):
        self.content = content

    def get_config(self):
        return {"content": self.content}

    @classmethod
    def from_config(cls, config):
        return cls(saving.deserialize_keras_object(config["content"]))


def triple(x):
    return 3 * x


def through_json(obj, **kwargs):
    return saving.deserialize_keras_object(json.loads(json.dumps(saving.serialize_keras_object(obj))), **kwargs)


# Objects with the description that Keras 3.15.1 gives, and what comes back from JSON.
PLAIN = [
    (None, None, None),
    (1.5, 1.5, 1.5),
    ("text", "text", "text"),
    ([1, (2,)], [1, (2,)], [1, [2]]),
    ((1, (2, None)), (1, (2, None)), [1, [2, None]]),
    ({"a": (1,)}, {"a": (1,)}, {"a": [1]}),
    (b"abc", {"class_name": "__bytes__", "config": {"value": "abc"}}, b"abc"),
    (..., {"class_name": "__ellipsis__", "config": {}}, ...),
    (
        slice(1, None, 2),
        {"class_name": "__slice__", "config": {"start": 1, "stop": None, "step": 2}},
        slice(1, None, 2),
    ),
]


@pytest.mark.parametrize("value, description, back", PLAIN, ids=str)
def test_plain_values(value, description, back):
    assert saving.serialize_keras_object(value) == description
    assert through_json(value) == back


@pytest.mark.parametrize("dtype", ["float32", "int32", "bool", "bfloat16"])
def test_tensors(dtype):
    tensor = backend.convert_to_tensor([[0, 1]], dtype=dtype)
    description = saving.serialize_keras_object(tensor)
    assert description == {"class_name": "__tensor__", "config": {"value": [[0, 1]], "dtype": dtype}}
    back = through_json(tensor)
    assert backend.is_tensor(back) and backend.standardize_dtype(back.dtype) == dtype
    np.testing.assert_array_equal(backend.convert_to_numpy(back).astype("float32"), [[0, 1]])


def test_numpy():
    array = np.array([1, 2], "int32")
    tag = "__tensor__" if backend.is_tensor(array) else "__numpy__"
    assert saving.serialize_keras_object(array) == {"class_name": tag, "config": {"value": [1, 2], "dtype": "int32"}}
    assert through_json(array).tolist() == [1, 2] and float(through_json(np.float32(2.5))) == 2.5
    array = saving.deserialize_keras_object({"class_name": "__numpy__", "config": {"value": [1, 2], "dtype": "int32"}})
    assert type(array) is np.ndarray and array.dtype == "int32"


def test_keras_tensor():
    description = saving.serialize_keras_object(KerasTensor((None, 2), "int32"))
    assert description["class_name"] == "__keras_tensor__"
    assert description["config"] == {"shape": (None, 2), "dtype": "int32", "keras_history": None}
    back = through_json(KerasTensor((None, 2), "int32"))
    assert back.shape == (None, 2) and back.dtype == "int32"


# Public objects as Keras 3.15.1 names them.
PUBLIC = [
    (regularizers.L2(0.5), "keras.regularizers", "L2", None),
    (initializers.Identity(), "keras.initializers", "Identity", None),
    (keras.random.SeedGenerator(3), "keras.random", "SeedGenerator", None),
    (keras.DTypePolicy("float32"), "keras", "DTypePolicy", None),
    (ops.numpy.Add(), "keras.src.ops.numpy", "Add", "Add"),
    (ops.numpy.GetItem(), "keras.src.ops.numpy", "GetItem", "GetItem"),
]


@pytest.mark.parametrize("obj, module, class_name, registered_name", PUBLIC)
def test_public_objects(obj, module, class_name, registered_name):
    description = saving.serialize_keras_object(obj)
    found = (description["module"], description["class_name"], description["registered_name"])
    assert found == (module, class_name, registered_name)
    assert type(through_json(obj)) is type(obj)


def test_functions():
    description = {"module": "builtins", "class_name": "function", "config": "relu", "registered_name": "function"}
    assert saving.serialize_keras_object(keras.activations.relu) == description
    assert saving.deserialize_keras_object(description) is keras.activations.relu
    with pytest.raises(TypeError, match="triple"):
        through_json(triple)
    assert through_json(triple, custom_objects={"triple": triple}) is triple
    saving.register_keras_serializable("pkg", "thrice")(triple)
    assert saving.serialize_keras_object(triple)["config"] == "pkg>thrice"
    assert through_json(triple) is triple


def test_lambda_is_refused_unless_trusted():
    offset = 5
    with pytest.warns(UserWarning, match="lambda"):
        description = saving.serialize_keras_object(lambda x, y=2: x + y + offset)
    description = json.loads(json.dumps(description))
    with pytest.raises(ValueError, match="safe_mode=False"):
        saving.deserialize_keras_object(description)
    with serialization_lib.SafeModeScope(True), pytest.raises(ValueError, match="safe_mode"):
        saving.deserialize_keras_object(description, safe_mode=False)
    assert saving.deserialize_keras_object(description, safe_mode=False)(1) == 8


def test_unsafe_everywhere(monkeypatch):
    monkeypatch.setattr(safe_mode, "_unsafe_everywhere", False)
    with pytest.warns(UserWarning):
        description = saving.serialize_keras_object(lambda x: x)
    keras.config.enable_unsafe_deserialization()
    assert saving.deserialize_keras_object(description)(7) == 7


NOT_FOR_FILES = [
    ("os", "system"),
    ("subprocess", "Popen"),
    ("builtins", "eval"),
    ("keras.utils", "get_file"),
    ("keras.src.backend", "Variable"),
    ("keras.src.backend.config", "floatx"),
    ("keras.src.saving.saving_lib", "load_model"),
    ("keras.src.utils.python_utils", "func_load"),
    ("keras.src.initializers.random_initializers", "math"),
    ("keras.callbacks", "CSVLogger"),
    ("keras.layers", "NoSuchLayer"),
    (None, "L2"),
    ("tf_keras.layers", "Dense"),
]


@pytest.mark.parametrize("module, name", NOT_FOR_FILES)
def test_nothing_else_is_imported_or_called(module, name):
    config = {"module": module, "class_name": name, "config": {}, "registered_name": None}
    with pytest.raises((ValueError, TypeError)):
        saving.deserialize_keras_object(config)


@pytest.mark.parametrize("name", ["get", "deserialize", "eval", "__import__", "keras.activations.relu", "os.system"])
def test_functions_not_for_files(name):
    config = {"module": "builtins", "class_name": "function", "config": name, "registered_name": "function"}
    with pytest.raises(TypeError, match="Could not find the function"):
        saving.deserialize_keras_object(config)


def test_registered_name_of_a_public_class():
    config = {"module": "keras.regularizers", "class_name": "L2", "config": {}, "registered_name": "Foo>L2"}
    with pytest.raises(ValueError, match="registered_name"):
        saving.deserialize_keras_object(config)


def test_errors_of_from_config_say_which_class():
    config = {"module": "keras.regularizers", "class_name": "L2", "config": {"no": 1}, "registered_name": None}
    with pytest.raises(TypeError, match="L2"):
        saving.deserialize_keras_object(config)


def test_not_serializable():
    for obj in (object(), {1, 2}, 1 + 2j, Box):
        with pytest.raises(TypeError, match="get_config"):
            saving.serialize_keras_object(obj)
    with pytest.raises(ValueError, match="UTF-8"):
        saving.serialize_keras_object(b"\xff")
    with pytest.raises(TypeError, match="config is made of"):
        saving.deserialize_keras_object(object())
    with pytest.raises(ValueError, match="no arguments"):
        saving.deserialize_keras_object({}, nonsense=1)


def test_own_classes():
    with pytest.raises(TypeError, match="register_keras_serializable"):
        through_json(Box(1))
    assert through_json(Box((1, 2)), custom_objects={"Box": Box}).content == [1, 2]
    with saving.CustomObjectScope({"Box": Box}):
        assert type(through_json(Box())) is Box
    saving.register_keras_serializable("pkg")(Box)
    description = saving.serialize_keras_object(Box(regularizers.L2(0.25)))
    assert description["module"] is None and description["registered_name"] == "pkg>Box"
    assert through_json(Box(regularizers.L2(0.25))).content.l2 == 0.25


def test_registration():
    assert saving.get_registered_name(Box) == "Box" and saving.get_registered_object("pkg>Box") is None
    assert saving.register_keras_serializable("pkg")(Box) is Box
    assert saving.get_registered_name(Box) == "pkg>Box" and saving.get_registered_object("pkg>Box") is Box
    assert saving.get_custom_objects() == {"pkg>Box": Box}
    saving.get_custom_objects()["other"] = triple
    assert saving.get_registered_object("other") is triple
    assert saving.get_registered_object("z", custom_objects={"z": 1}) == 1
    assert saving.get_registered_object("z", module_objects={"z": 2}) == 2
    with pytest.raises(ValueError, match="get_config"):
        saving.register_keras_serializable()(type("NoConfig", (), {}))
    with saving.custom_object_scope({"a": 1}), saving.custom_object_scope({"b": 2}):
        assert saving.get_registered_object("a") == 1 and saving.get_registered_object("b") == 2
    assert saving.get_registered_object("a") is None
    with pytest.raises(TypeError, match="dict"):
        saving.CustomObjectScope(5)


def test_shared_objects_stay_shared():
    saving.register_keras_serializable("pkg")(Box)
    inner, lone = Box(1), Box(1)
    with object_sharing.writing() as objects:
        description = saving.serialize_keras_object([Box(inner), Box(lone), Box(inner)])
        objects.forget_single_uses(description)
    assert json.dumps(description).count(object_sharing.ID) == 2
    with object_sharing.reading():
        first, second, third = saving.deserialize_keras_object(json.loads(json.dumps(description)))
    assert first.content is third.content and second.content is not first.content


def test_first_use_without_an_id():
    # Keras 3 writes the id from the second use on.
    saving.register_keras_serializable("pkg")(Box)
    with object_sharing.writing():
        inner = Box(1)
        description = saving.serialize_keras_object([Box(2), inner, inner, inner])
    del description[1][object_sharing.ID]
    with object_sharing.reading():
        _, first, second, third = saving.deserialize_keras_object(description)
    assert first is second is third


REGISTRY = Registry("box", (Box, triple), aliases={"crate": Box}, accepts=lambda x: isinstance(x, Box))


def test_registry():
    for identifier in ("Box", "box", "crate", Box, {"class_name": "Box", "config": {"content": 1}}):
        assert type(REGISTRY.get(identifier)) is Box
    assert REGISTRY.get("triple") is triple and REGISTRY.get(None) is None
    assert REGISTRY.deserialize({"class_name": "box", "config": {"content": 4}}).content == 4
    assert REGISTRY.deserialize({"class_name": "Mine", "config": {"content": 4}}, {"Mine": Box}).content == 4
    assert Registry("box", (Box,), ignore_case=True).find("BOX") is Box
    with pytest.raises(ValueError, match=r"box identifier: 'boxx'.*Did you mean 'box'.*crate"):
        REGISTRY.get("boxx")
    for bad in (3, "nope", {"class_name": "Nope", "config": {}}, {}):
        with pytest.raises(ValueError, match="box"):
            REGISTRY.get(bad)


def test_arguments_of_older_callers():
    config = {"class_name": "Own", "config": {"factor": 2.0}}

    class Own(keras.regularizers.L2):
        def __init__(self, factor):
            super().__init__(factor)

    made = keras.saving.deserialize_keras_object(
        config, module_objects={"Own": Own}, printable_module_name="regularizer"
    )
    assert type(made) is Own and float(made.l2) == 2.0
    with pytest.raises(ValueError, match="printable_name"):
        keras.saving.deserialize_keras_object(config, printable_name="regularizer")


def test_a_function_that_takes_the_public_name_sees_all_parts(monkeypatch):
    """Other libraries extend the reading of configs so, by classes in the place of objects say."""
    original, seen = serialization_lib.deserialize_keras_object, []

    def extended(config, custom_objects=None, safe_mode=True, **kwargs):
        seen.append(config)
        if config == "the type int":
            return int
        return original(config, custom_objects=custom_objects, safe_mode=safe_mode, **kwargs)

    monkeypatch.setattr(serialization_lib, "deserialize_keras_object", extended)
    inner = {"module": "keras.regularizers", "class_name": "L2", "config": {"l2": 0.5}, "registered_name": None}
    made = serialization_lib.deserialize_keras_object({"a": ["the type int", inner], "b": {"c": "the type int"}})
    assert made["a"][0] is int and type(made["a"][1]) is keras.regularizers.L2 and made["b"] == {"c": int}
    assert inner in seen


def test_a_scope_of_sharing_that_others_open():
    """What other libraries serialize within one scope, and read within another, is one object where it was one."""
    layer = keras.layers.Dense(2)
    with serialization_lib.ObjectSharingScope():
        config = serialization_lib.serialize_keras_object({"a": layer, "b": layer, "c": keras.layers.Dense(2)})
    with serialization_lib.ObjectSharingScope():
        found = serialization_lib.deserialize_keras_object(json.loads(json.dumps(config)))
    assert found["a"] is found["b"] and found["c"] is not found["a"]
    apart = serialization_lib.deserialize_keras_object(config)
    assert apart["a"] is not apart["b"]


def test_names_of_a_library_of_its_own():
    """A name alone stands for an object with its defaults, as that of a sampler in KerasHub."""

    class Sampler:
        def __init__(self, temperature=1.0):
            self.temperature = temperature

    class Named(Sampler):
        @classmethod
        def from_config(cls, config):
            return cls(**{"temperature": 0.5, **config})

    known = {"plain": Sampler, "named": Named, "flatten": keras.layers.Flatten, "relu": keras.activations.relu}
    found = {name: serialization_lib.deserialize_keras_object(name, module_objects=known) for name in (*known, "other")}
    assert (type(found["plain"]), found["plain"].temperature) == (Sampler, 1.0)
    assert (type(found["named"]), found["named"].temperature) == (Named, 0.5)
    assert isinstance(found["flatten"], keras.layers.Flatten)
    assert (found["relu"], found["other"]) == (keras.activations.relu, "other")
    assert serialization_lib.deserialize_keras_object("plain", custom_objects={"plain": Sampler}) is Sampler


@pytest.mark.parametrize("value_range", [[3.0, 3.0], [0, 10**400]])
def test_what_no_arithmetic_can_do_is_told_as_a_wrong_config(value_range):
    """`from_config` divides by a number of the file, say, or makes a float of it."""
    config = {"value_range": value_range, "addition_factor": 0.1}
    described = {"module": "keras.layers", "class_name": "Solarization", "config": config, "registered_name": None}
    stack = {"name": "stack", "layers": [keras.saving.serialize_keras_object(keras.Input((2, 2, 3))._keras_history[0])]}
    stack["layers"].append(described)
    with pytest.raises((ValueError, TypeError), match="Division|Overflow|value_range"):
        keras.saving.deserialize_keras_object(
            {**described, "module": "keras", "class_name": "Sequential", "config": stack}
        )


@pytest.mark.parametrize("error", [ValueError, TypeError])
@pytest.mark.parametrize("ending", [".keras", ".h5"])
@pytest.mark.filterwarnings("ignore:The HDF5 format")
def test_what_is_unknown_is_one_error_in_files_of_each_kind(tmp_path, ending, error):
    """Keras has one of the two errors for the one kind of files, and the other for the other."""

    class Unknown(keras.layers.Layer):
        def call(self, x):
            return x

    def unknown(a, b=None):
        return a

    for number, parts in enumerate(([Unknown()], [keras.layers.Dense(2)], [])):
        if number == 1:
            parts[0].activation = unknown
        model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3), *parts])
        model.compile("sgd", "mse" if parts else unknown)
        model.save(tmp_path / f"{number}{ending}")
        with pytest.raises(error, match="'[Uu]nknown'"):
            keras.models.load_model(tmp_path / f"{number}{ending}")
