"""Transposed convolutions. Expected values are sums of shifted kernels, written out; sizes are those of the reference."""

import itertools

import numpy as np
import pytest

from keras.src import layers, models, ops
from keras.src.saving.saving_api import load_model
from keras.src.testing import engine

RNG = np.random.default_rng(0)


def array(x):
    return np.array(ops.convert_to_numpy(x))


def full(x, kernel, stride, dilation):
    """Each element spreads the kernel from its place on; all places that are reached."""
    rank = kernel.ndim - 2
    *window, filters, _ = kernel.shape
    sizes = [(n - 1) * stride + (k - 1) * dilation + 1 for n, k in zip(x.shape[1:-1], window)]
    result = np.zeros((len(x), *sizes, filters))
    for place in np.ndindex(*x.shape[1:-1]):
        for offset in np.ndindex(*window):
            target = tuple(p * stride + o * dilation for p, o in zip(place, offset))
            result[(slice(None), *target)] += x[(slice(None), *place)] @ kernel[offset].T
    assert result.ndim == rank + 2
    return result


def in_frame(result, sizes, before):
    """Part of `sizes` from `before` on, with zeros beyond the end."""
    padded = np.pad(result, [(0, 0), *((0, n) for n in sizes), (0, 0)])
    return padded[(slice(None), *(slice(b, b + n) for b, n in zip(before, sizes)))]


def expected(x, kernel, stride=1, padding="valid", output_padding=None, dilation=1):
    result = full(x, kernel, stride, dilation)
    sizes, before = [], []
    for n, k, reached in zip(x.shape[1:-1], kernel.shape, result.shape[1:]):
        span = (k - 1) * dilation + 1
        if output_padding is None:
            size = n * stride + (max(span - stride, 0) if padding == "valid" else 0)
        else:
            size = reached + output_padding - (2 * (span // 2) if padding == "same" else 0)
        sizes.append(size)
        before.append(max(reached - size, 0) // 2 if padding == "same" else 0)
    return in_frame(result, sizes, before)


SETTINGS = [
    (kernel, stride, dilation, padding, output_padding)
    for kernel, stride, dilation, padding in itertools.product((1, 2, 3), (1, 2, 3), (1, 2, 3), ("valid", "same"))
    for output_padding in (None, 0, stride - 1)
]


def made(rank, setting, filters=2, channels=3, **more):
    kernel, stride, dilation, padding, output_padding = setting
    layer = getattr(layers, f"Conv{rank}DTranspose")(
        filters,
        kernel,
        strides=stride,
        padding=padding,
        output_padding=output_padding,
        dilation_rate=dilation,
        **more,
    )
    weights = [RNG.normal(size=(*(kernel,) * rank, filters, channels)), RNG.normal(size=filters)]
    return layer, weights


@pytest.mark.parametrize("rank, settings", [(1, SETTINGS), (2, SETTINGS[::5]), (3, SETTINGS[::11])])
def test_all_settings(rank, settings):
    x = RNG.normal(size=(2, *(4, 3, 2)[:rank], 3)).astype("float32")
    for setting in settings:
        layer, weights = made(rank, setting)
        kernel, stride, dilation, padding, output_padding = setting
        wanted = expected(x, weights[0], stride, padding, output_padding, dilation)
        if 0 in wanted.shape:
            continue
        layer.build(x.shape)
        layer.set_weights(weights)
        y = array(layer(x))
        assert y.shape == wanted.shape == tuple(layer.compute_output_shape(x.shape)), setting
        np.testing.assert_allclose(y, wanted + weights[1], rtol=1e-3, atol=1e-4, err_msg=str(setting))
        unknown = layer.compute_output_shape((None,) * (rank + 1) + (3,))
        assert tuple(unknown) == (None,) * (rank + 1) + (2,)


FEW = [(3, 2, 1, "same", None), (3, 2, 1, "valid", 1), (2, 1, 2, "valid", None), (3, 2, 2, "same", 1)]


@pytest.mark.parametrize("setting", FEW)
@pytest.mark.parametrize("rank", [1, 2, 3])
def test_channels_first(rank, setting):
    x = RNG.normal(size=(2, *(4, 3, 2)[:rank], 3)).astype("float32")
    last, weights = made(rank, setting, activation="relu")
    first, _ = made(rank, setting, activation="relu", data_format="channels_first")
    for layer, shape in ((last, x.shape), (first, (2, 3, *x.shape[1:-1]))):
        layer.build(shape)
        layer.set_weights(weights)
    np.testing.assert_allclose(
        np.moveaxis(array(first(np.moveaxis(x, -1, 1))), 1, -1), array(last(x)), rtol=1e-4, atol=1e-5
    )


@pytest.mark.parametrize("setting", FEW)
@pytest.mark.parametrize("rank, kind", [(1, "functional"), (2, "sequential"), (2, "functional"), (3, "functional")])
def test_models_take_unknown_sizes_and_come_back(rank, kind, setting, tmp_path):
    layer, weights = made(rank, setting)
    inputs = layers.Input((None,) * rank + (3,))
    model = models.Model(inputs, layer(inputs)) if kind == "functional" else models.Sequential([inputs, layer])
    layer.set_weights(weights)
    model.save(tmp_path / "model.keras")
    again = load_model(tmp_path / "model.keras")
    kernel, stride, dilation, padding, output_padding = setting
    for sizes in ((4, 3, 2), (3, 5, 4)):
        x = RNG.normal(size=(2, *sizes[:rank], 3)).astype("float32")
        wanted = expected(x, weights[0], stride, padding, output_padding, dilation) + weights[1]
        for m in (model, again):
            np.testing.assert_allclose(m.predict(x, verbose=0), wanted, rtol=1e-3, atol=1e-4)


@pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="training")
@pytest.mark.parametrize("setting", FEW)
@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
def test_training_finds_the_kernel(setting, policy):
    layer, weights = made(2, setting, dtype=policy)
    x = RNG.normal(size=(16, 4, 3, 3)).astype("float32")
    kernel, stride, dilation, padding, output_padding = setting
    y = expected(x, weights[0], stride, padding, output_padding, dilation) + weights[1]
    model = models.Sequential([layers.Input((4, 3, 3)), layer])
    model.compile("adam", "mse")
    model.optimizer.learning_rate = 0.1
    history = model.fit(x, y, epochs=40, batch_size=16, verbose=0).history["loss"]
    assert history[-1] < 0.1 * history[0]


@pytest.mark.parametrize(
    "make, match",
    [
        (lambda: layers.Conv1DTranspose(0, 2), "filters"),
        (lambda: layers.Conv2DTranspose(2.0, 2), "filters"),
        (lambda: layers.Conv2DTranspose(2, (2, 2, 2)), "kernel_size"),
        (lambda: layers.Conv2DTranspose(2, 2, padding="causal"), "padding"),
        (lambda: layers.Conv1DTranspose(2, 2, strides=2, output_padding=2), "output_padding"),
        (lambda: layers.Conv1DTranspose(2, 2, output_padding=-1), "output_padding"),
        (lambda: layers.Conv3DTranspose(2, 2, strides=2, output_padding=(1, 1)), "output_padding"),
        (lambda: layers.Conv2DTranspose(2, 2)(np.ones((1, 4, 4))), "ndim"),
        (lambda: layers.Conv2DTranspose(2, 2)(layers.Input((4, 4, None))), "channels"),
        (lambda: layers.Conv2DTranspose(2, 2, groups=2), "groups"),
    ],
)
def test_misuse(make, match):
    with pytest.raises((ValueError, TypeError), match=match):
        make()


def test_other_channels_than_those_it_was_built_for():
    layer = layers.Conv2DTranspose(2, 2)
    layer(np.ones((1, 4, 4, 3), "float32"))
    with pytest.raises(ValueError, match="axis -1"):
        layer(np.ones((1, 4, 4, 2), "float32"))


def test_regularizers_constraints_and_penalties_are_those_of_the_weights():
    layer = layers.Conv1DTranspose(
        2,
        2,
        kernel_initializer="ones",
        bias_initializer="ones",
        kernel_regularizer="l2",
        bias_regularizer="l1",
        activity_regularizer="l2",
        kernel_constraint="max_norm",
        bias_constraint="non_neg",
    )
    layer(np.ones((1, 3, 4), "float32"))
    assert [tuple(v.shape) for v in layer.weights] == [(2, 2, 4), (2,)]
    outputs = np.array([5.0, 9, 9, 5])
    losses = sorted(float(array(x)) for x in layer.losses)
    np.testing.assert_allclose(losses, sorted([0.01 * 16, 0.01 * 2, 0.01 * 2 * np.sum(outputs**2)]), rtol=1e-5)
    assert [type(v.constraint).__name__ for v in layer.weights] == ["MaxNorm", "NonNeg"]
