"""Statistics of the initial weights of layers against stored ones, over the rows of `testing/initial_rows.py`."""

import json
import pathlib

import numpy as np
import pytest

from keras.src import initializers, layers, ops
from keras.src.testing import layer_rows
from keras.src.testing.initial_rows import ROWS, built, statistics
from keras.src.utils.rng_utils import set_random_seed

GOLDENS = json.loads((pathlib.Path(__file__).parent / "testdata" / "initial_weights.json").read_text())


@pytest.mark.parametrize("name", ROWS)
def test_initial_weights_have_the_statistics_of_the_stored_ones(name):
    set_random_seed(7)
    for weight, golden in zip(built(layers, name).weights, GOLDENS[name], strict=True):
        found = statistics(ops.convert_to_numpy(weight))
        assert (weight.name, found["count"]) == (golden["name"], golden["count"])
        # Five standard errors of the difference of two samples.
        error = 5 / golden["count"] ** 0.5
        np.testing.assert_allclose(found["stddev"], golden["stddev"], rtol=error, err_msg=weight.path)
        np.testing.assert_allclose(found["mean"], golden["mean"], atol=1.5 * error * golden["stddev"])
        # Tells uniform, cut off and normal numbers apart.
        np.testing.assert_allclose(found["kurtosis"], golden["kurtosis"], atol=5 * (48 / golden["count"]) ** 0.5)


def test_each_layer_with_weights_has_a_row():
    tested = {row[0] for row in ROWS.values()}
    for class_name, arguments, inputs, call in layer_rows.ROWS.values():
        layer = getattr(layers, class_name)(**arguments)
        layer_rows.apply(layer, [ops.convert_to_tensor(x) for x in layer_rows.draw("any", inputs)], call)
        assert not layer.weights or class_name in tested, class_name


@pytest.mark.parametrize(
    "equation, output_shape, input_shape, fans",
    [
        ("bf,bfh->bh", (64,), (8, 64), (64, 8 * 64)),
        ("ab,cb->ac", (50,), (8, 200), (200, 50)),
        ("...x,xy->...y", 50, (8, 200), (200, 50)),
        ("abc,cde->abde", (None, 8, 4), (2, 3, 256), (256, 32)),
        ("abcd,bcde->abe", (8, 48), (2, 8, 4, 64), (4 * 64, 8 * 48)),
    ],
)
@pytest.mark.parametrize("mode", ["fan_in", "fan_out", "fan_avg"])
def test_fans_are_products_of_the_letters_summed_over_and_of_those_kept(
    equation, output_shape, input_shape, fans, mode
):
    given = initializers.VarianceScaling(2.0, mode, "untruncated_normal", seed=1)
    layer = layers.EinsumDense(equation, output_shape, kernel_initializer=given)
    layer.build(input_shape)
    fan = {"fan_in": fans[0], "fan_out": fans[1], "fan_avg": sum(fans) / 2}[mode]
    found = ops.convert_to_numpy(layer.kernel).std()
    np.testing.assert_allclose(found, (2 / fan) ** 0.5, rtol=0.05)
    assert layer.kernel_initializer is given
    assert given.get_config()["input_axes"] is None


def test_axes_that_the_user_gave_stay():
    given = initializers.VarianceScaling(1.0, "fan_in", "untruncated_normal", 1, input_axes=[1], output_axes=[0, 2])
    layer = layers.EinsumDense("abc,cde->abde", (None, 8, 4), kernel_initializer=given)
    layer.build((None, 3, 256))
    np.testing.assert_allclose(ops.convert_to_numpy(layer.kernel).std(), 8**-0.5, rtol=0.05)
