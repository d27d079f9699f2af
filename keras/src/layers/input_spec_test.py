import numpy as np
import pytest

from keras.src import ops
from keras.src.layers.input_spec import InputSpec, assert_input_compatibility, quick_check

FAULTS = [
    (InputSpec(ndim=2), (2, 3, 4), "expected ndim=2, found ndim=3"),
    (InputSpec(min_ndim=2), (2,), "expected min_ndim=2, found ndim=1"),
    (InputSpec(max_ndim=2), (2, 3, 4), "expected max_ndim=2, found ndim=3"),
    (InputSpec(axes={-1: 3}), (2, 4), "axis -1 of the input to have size 3"),
    (InputSpec(axes={1: 3}), (2,), "an axis 1 of size 3, found ndim=1"),
    (InputSpec(axes={-2: 3}), (2,), "an axis -2 of size 3, found ndim=1"),
    (InputSpec(shape=(None, 3)), (2, 4), "expected shape=\\(None, 3\\), found shape=\\(2, 4\\)"),
    (InputSpec(dtype="int32"), (2,), "expected dtype=int32, found dtype=float32"),
    (InputSpec(shape=(None, 3), allow_last_axis_squeeze=True), (3, 2, 1), "found shape"),
]
FITS = [
    (InputSpec(ndim=2), (2, 3)),
    (InputSpec(min_ndim=2, axes={-1: 3}), (5, 4, 3)),
    (InputSpec(shape=(None, 3)), (7, 3)),
    (InputSpec(shape=(None, 3), allow_last_axis_squeeze=True), (2, 3, 1)),
    (InputSpec(shape=(None, 1), allow_last_axis_squeeze=True), (2,)),
    (InputSpec(), (2,)),
]


@pytest.mark.parametrize("spec, shape, message", FAULTS)
def test_faults(spec, shape, message):
    with pytest.raises(ValueError, match=message):
        assert_input_compatibility(spec, ops.ones(shape), "a_layer")
    check = quick_check(spec)
    assert not check(ops.ones(shape))


@pytest.mark.parametrize("spec, shape", FITS)
def test_fits(spec, shape):
    assert_input_compatibility(spec, ops.ones(shape), "a_layer")


def test_the_quick_check_admits_usual_inputs():
    assert quick_check(None) is None
    check = quick_check(InputSpec(min_ndim=2, axes={-1: 3}))
    assert check(ops.ones((5, 4, 3))) and not check(ops.ones((3,)))
    assert not quick_check([InputSpec(), InputSpec()])(ops.ones(2))


def test_structures_of_inputs():
    specs = [InputSpec(ndim=1, name="a"), InputSpec(ndim=2, name="b", optional=True)]
    a, b = np.ones(2), np.ones((2, 2))
    for inputs in ([a, b], {"b": b, "a": a, "c": b}, [a, None]):
        assert_input_compatibility(specs, inputs, "a_layer")
    assert_input_compatibility(specs, {"a": a}, "a_layer")
    with pytest.raises(ValueError, match="misses the inputs \\['a'\\]"):
        assert_input_compatibility(specs, {"b": b}, "a_layer")
    with pytest.raises(ValueError, match="expects 2 input"):
        assert_input_compatibility(specs, [a], "a_layer")
    with pytest.raises(ValueError, match="must be tensors"):
        assert_input_compatibility(specs, [a, 3], "a_layer")


def test_bad_specs():
    with pytest.raises(ValueError, match="axes"):
        InputSpec(ndim=2, axes={3: 3})
    with pytest.raises(TypeError, match="integers"):
        InputSpec(axes={"a": 3})
    with pytest.raises(ValueError, match="shape"):
        InputSpec(shape=3)


def test_config_and_text():
    spec = InputSpec(min_ndim=2, axes={-1: 3})
    assert repr(spec) == "InputSpec(min_ndim=2, axes={-1: 3})"
    assert InputSpec.from_config(spec.get_config()).get_config() == spec.get_config()
    assert repr(InputSpec(shape=(None, 3), dtype="float32")) == "InputSpec(dtype=float32, shape=(None, 3), ndim=2)"
