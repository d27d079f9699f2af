"""Operations of users, and functions of graphs."""

import threading

import numpy as np
import pytest

import keras
from keras.src import layers, ops
from keras.src.graph.function import Function
from keras.src.graph.operation import Operation


class Times(Operation):
    def __init__(self, factor):
        super().__init__()
        self.factor = factor

    def call(self, x):
        return self.factor * x


class Named(Operation):
    def __init__(self, factor, more=7, name=None):
        super().__init__(name)
        self.factor = factor + 1


class Anything(Operation):
    def __init__(self, *factors, **options):
        super().__init__(options.get("name"))


class TestConfigs:
    def test_a_constructor_without_name(self):
        config = Times(3).get_config()
        assert config == {"factor": 3} and Times.from_config(config)(2) == 6

    def test_what_was_passed_and_defaults(self):
        assert Named(3, name="n").get_config() == {"name": "n", "factor": 3, "more": 7}
        assert Named.from_config(Named(3, more=[1, {"a": (2.0, None)}]).get_config()).factor == 4

    @pytest.mark.parametrize("value", [object(), np.ones(2), len, np.float32(2), {"a": [np.ones(2)]}])
    def test_what_is_no_plain_data(self, value):
        with pytest.raises(NotImplementedError, match="'factor' is of type.*Define `get_config"):
            Times(value).get_config()

    def test_arguments_without_names(self):
        assert Anything().get_config() == {} and Anything(a=1).get_config() == {"a": 1}
        with pytest.raises(NotImplementedError, match="by position only"):
            Anything(1, 2).get_config()


class TestShapesOfFunctions:
    @pytest.mark.parametrize("given", [np.ones((2, 5)), np.ones(3), keras.KerasTensor((None, 5))])
    @pytest.mark.parametrize("pack", [lambda x: x, lambda x: [x], lambda x: {"a": x}])
    def test_other_shapes_are_refused(self, given, pack):
        x = layers.Input((3,))
        function = Function(pack(x), x + 1)
        with pytest.raises(ValueError, match=r"another shape.*\(None, 3\)"):
            function(pack(given))

    def test_sizes_of_batches(self):
        x, y = layers.Input((3,)), layers.Input(batch_shape=(2, 3))
        assert tuple(Function(x, x + 1)(np.ones((7, 3))).shape) == (7, 3)
        with pytest.raises(ValueError, match=r"\(2, 3\).*\(4, 3\)"):
            Function(y, y + 1)(np.ones((4, 3)))
        with pytest.raises(ValueError, match="another shape"):
            Function(x, x + 1).compute_output_shape((None, 5))


def in_threads(function, count=8):
    barrier, results = threading.Barrier(count), []

    def run():
        barrier.wait()
        results.append(function())

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(results) == count
    return results


class Twin(keras.Model):
    def __init__(self):
        super().__init__()
        self.first, self.second = layers.Dense(8), layers.Dense(2)

    def call(self, x):
        return self.second(self.first(x))


class TestThreads:
    def test_names_are_unique_in_the_process(self):
        names = sum(in_threads(lambda: [layers.Identity().name for _ in range(50)]), [])
        assert len(set(names)) == 400

    @pytest.mark.parametrize("make", [Twin, lambda: keras.Sequential([layers.Dense(8), layers.Dense(2)])])
    def test_a_first_call_by_several_threads_builds_once(self, make):
        for _ in range(5):
            model, x = make(), np.ones((2, 3), "float32")
            outputs = [ops.convert_to_numpy(y) for y in in_threads(lambda: model(x))]  # noqa: B023
            assert len(model.weights) == 4
            for y in outputs:
                np.testing.assert_allclose(y, outputs[0], atol=1e-6)


@pytest.mark.parametrize("beside", [None, 3])
@pytest.mark.parametrize("structure", [tuple, list, lambda pair: dict(zip("ab", pair))])
def test_a_call_that_gives_no_tensor_among_its_outputs(structure, beside):
    class Pair(layers.Layer):
        def call(self, x):
            return structure((x, beside))

    with pytest.raises(ValueError, match=f"gave {beside} among its outputs"):
        Pair()(keras.Input((3,)))
    assert len(Pair()(ops.ones((2, 3)))) == 2


CONSTANTS = {
    "tensor": lambda: ops.ones((2, 1)),
    "without_items": lambda: ops.ones((0, 1)),
    "array": lambda: np.ones((2, 1), "float32"),
}


@pytest.mark.parametrize("constant", CONSTANTS.values(), ids=CONSTANTS)
@pytest.mark.parametrize("structure", [lambda x, c: (x, c), lambda x, c: {"x": x, "c": [c]}, lambda x, c: c])
def test_a_call_that_gives_constants_among_its_outputs(structure, constant):
    """An encoder that was not asked for its hidden states gives an empty tensor in their place."""

    class Encoder(layers.Layer):
        def call(self, x):
            return structure(x * 2, constant())

    inputs = keras.Input((3,))
    outputs = Encoder()(inputs)
    described = keras.tree.flatten(outputs)[0 if isinstance(outputs, dict) else -1]
    assert described.shape == constant().shape and described.dtype == "float32"
    expected = structure(np.full((2, 3), 2.0), np.ones(constant().shape))
    keras.tree.map_structure(np.testing.assert_array_equal, keras.Model(inputs, outputs)(np.ones((2, 3))), expected)
    rest = keras.Model(inputs, described + 1)(np.ones((2, 3)))
    np.testing.assert_array_equal(rest, np.full(constant().shape, 2.0))
