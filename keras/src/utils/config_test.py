import copy
import json
import pickle

import pytest

from keras.src.utils.config import Config


def config():
    return Config(a=1, b="x")


def test_names_and_items_are_the_same():
    made = config()
    made.c = 3
    made["d"] = 4
    assert (made.a, made["c"], made.d, made["b"]) == (1, 3, 4, "x")
    assert made.as_dict() == {"a": 1, "b": "x", "c": 3, "d": 4}
    del made.c, made["d"]
    assert repr(made) == "<Config {'a': 1, 'b': 'x'}>"


def test_as_a_dict():
    made = Config(b=2, a=1)
    assert (list(made), len(made), "a" in made, "z" in made) == (["a", "b"], 2, True, False)
    assert (list(made.keys()), list(made.values())) == (["b", "a"], [2, 1])
    assert dict(**made) == dict(made.items()) == {"b": 2, "a": 1}
    assert (made.get("a"), made.get("z"), made.get("z", 5)) == (1, None, 5)
    assert (made.pop("a"), made.pop("a", 7)) == (1, 7)
    made.update({"k": 1}, j=2)
    assert made.as_dict() == {"b": 2, "k": 1, "j": 2}
    made.as_dict().clear()
    assert len(made) == 3
    assert not Config()


def test_missing_names():
    for missing, error in (
        (lambda c: c.z, AttributeError),
        (lambda c: c["z"], KeyError),
        (lambda c: c.pop("z"), KeyError),
    ):
        with pytest.raises(error, match="z"):
            missing(config())
    with pytest.raises(AttributeError, match="z"):
        del config().z
    assert not hasattr(config(), "__array__")


CHANGES = {
    "set a name": lambda c: setattr(c, "a", 2),
    "set an item": lambda c: c.__setitem__("z", 2),
    "delete a name": lambda c: delattr(c, "a"),
    "delete an item": lambda c: c.__delitem__("a"),
    "pop": lambda c: c.pop("a"),
    "update": lambda c: c.update(a=2),
}


@pytest.mark.parametrize("change", CHANGES.values(), ids=CHANGES)
def test_frozen(change):
    made = config()
    made.freeze()
    assert made.frozen
    with pytest.raises(ValueError, match="the config is frozen"):
        change(made)
    assert made.as_dict() == {"a": 1, "b": "x"}
    made.unfreeze()
    change(made)
    assert not made.frozen
    assert made.as_dict() != {"a": 1, "b": "x"}


@pytest.mark.parametrize("copied", [copy.copy, copy.deepcopy, lambda c: pickle.loads(pickle.dumps(c))])
def test_copies_are_independent(copied):
    made = config()
    made.freeze()
    again = copied(made)
    assert again.frozen
    again.unfreeze()
    again.a = 2
    assert (made.a, again.a, made.frozen) == (1, 2, True)


def test_json():
    text = Config(a=[1, (2, 3)], b=None, c=Config(d=1)).to_json()
    assert json.loads(text) == {"a": [1, [2, 3]], "b": None, "c": {"d": 1}}
    with pytest.raises(TypeError, match="complex"):
        Config(a=1j).to_json()
