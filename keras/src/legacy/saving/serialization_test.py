import pytest

import keras
from keras import layers, losses
from keras.src.legacy.saving.serialization import (
    class_and_config_for_serialized_keras_object,
    deserialize_keras_object,
    serialize_keras_class_and_config,
    serialize_keras_object,
)

KNOWN = {"Dense": layers.Dense, "relu": keras.activations.relu}


@keras.saving.register_keras_serializable("legacy_test")
class Mine(layers.Layer):
    def __init__(self, size=1, **kwargs):
        super().__init__(**kwargs)
        self.size = size


class Holder:
    """Reads the layer in its config by the names that it is given."""

    def __init__(self, layer):
        self.layer = layer

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return cls(deserialize_keras_object(config["layer"], custom_objects=custom_objects))


def test_descriptions():
    described = serialize_keras_object(losses.MeanSquaredError())
    assert described == {
        "class_name": "MeanSquaredError",
        "config": {"name": "mean_squared_error", "reduction": "sum_over_batch_size"},
    }
    assert serialize_keras_object(Mine(3))["class_name"] == "legacy_test>Mine"
    assert serialize_keras_object(keras.activations.relu) == "relu"
    assert serialize_keras_object(None) is None
    assert serialize_keras_class_and_config("A", {"b": 1}, shared_object_id=3) == {
        "class_name": "A",
        "config": {"b": 1},
        "shared_object_id": 3,
    }


@pytest.mark.parametrize("value", ["x", {"a": 1}, 3])
def test_what_has_no_config_is_refused(value):
    with pytest.raises(ValueError, match="get_config"):
        serialize_keras_object(value)


def test_objects_come_back():
    layer = layers.Dense(2, activation="relu", name="out")
    again = deserialize_keras_object(serialize_keras_object(layer), module_objects=KNOWN)
    assert again.get_config() == layer.get_config()
    assert deserialize_keras_object(serialize_keras_object(Mine(3))).size == 3
    config = {"class_name": "Other", "config": {"size": 4}}
    assert deserialize_keras_object(config, custom_objects={"Other": Mine}).size == 4
    with keras.saving.custom_object_scope({"Other": Mine}):
        assert deserialize_keras_object(config).size == 4
    assert class_and_config_for_serialized_keras_object(config, {"Other": Mine}) == (Mine, {"size": 4})


def test_names_come_back():
    assert deserialize_keras_object("relu", module_objects=KNOWN) is keras.activations.relu
    assert deserialize_keras_object("mine", module_objects=KNOWN, custom_objects={"mine": len}) is len
    assert isinstance(deserialize_keras_object("Mine", module_objects={"Mine": Mine}), Mine)
    assert deserialize_keras_object(None) is None
    assert deserialize_keras_object(keras.activations.relu) is keras.activations.relu


def test_custom_objects_reach_what_is_within():
    config = {"class_name": "Holder", "config": {"layer": {"class_name": "Other", "config": {"size": 5}}}}
    made = deserialize_keras_object(config, custom_objects={"Holder": Holder, "Other": Mine})
    assert made.layer.size == 5


def test_unknown_names_say_what_they_should_be():
    with pytest.raises(ValueError, match="no layer of the name 'Nope'"):
        deserialize_keras_object({"class_name": "Nope", "config": {}}, KNOWN, printable_module_name="layer")
    with pytest.raises(ValueError, match="no object of the name 'nope'"):
        deserialize_keras_object("nope", KNOWN)


@pytest.mark.parametrize("value", [5, {"x": 1}, ["Dense"]])
def test_other_forms_are_refused(value):
    with pytest.raises(ValueError, match="`class_name` and `config`"):
        deserialize_keras_object(value, KNOWN)


def test_nothing_is_found_by_the_name_of_a_module():
    """A config makes what the caller and the user named, and nothing else."""
    for name in ("os.system", "builtins>eval", "Dense", "keras>layers>Dense"):
        with pytest.raises(ValueError, match="There is no"):
            deserialize_keras_object({"module": "keras.layers", "class_name": name, "config": {"units": 1}})
