import functools

import pytest

from keras.src.layers import call_signature
from keras.src.layers.call_signature import CallSignature


def plain(self, x, y=1, *, training=None, mask):
    """The usual kind."""


def with_rest(self, x, /, y, *others, z=(), **more):
    """Every kind of parameter."""


def bare(self):
    """Nothing but the layer."""


def without_names(*args, **kwargs):
    """What a decorator may leave."""


def with_a_default_first(self=None, x=2):
    """Odd, and allowed."""


@functools.wraps(plain)
def wrapped(*args, **kwargs):
    """Says that it takes what another one takes."""


@pytest.mark.parametrize("function", [plain, with_rest, bare, without_names, with_a_default_first, wrapped])
def test_parameters_of_code_are_those_of_inspect(function, monkeypatch):
    found = CallSignature(function)
    monkeypatch.setattr(call_signature, "_is_plain", lambda function: False)
    assert vars(CallSignature(function)) == vars(found)


def test_a_call_is_bound_by_name():
    signature = CallSignature(plain)
    assert signature.bind((1,), {"mask": 2}) == {"x": 1, "mask": 2}
    assert (signature.first, signature.takes_training, signature.required) == ("x", True, ("x", "mask"))
    assert CallSignature(with_rest).bind((1, 2, 3, 4), {"other": 5}) == {"x": 1, "y": 2, "other": 5, "others": (3, 4)}
    with pytest.raises(TypeError, match="missing a required argument: 'mask'"):
        signature.bind((1,), {})
