"""Properties that every layer must have, over the rows of `keras/src/testing/layer_rows.py`."""

import inspect
import json
import pathlib

import numpy as np
import pytest

from keras.src import backend, layers, ops, tree
from keras.src.backend.common.dtypes import standardize_dtype
from keras.src.testing import recurrent_rows
from keras.src.testing.layer_rows import ROWS, apply, draw, set_weights

# Largest relative error of a number that is rounded to the dtype of the outputs; for float64, what float32 leaves.
ROUNDING = {"mixed_float16": 2**-11, "bfloat16": 2**-8, "float64": 2**-20}
_STORED = sorted((pathlib.Path(__file__).parent / "testdata").glob("layer_outputs*.npz"))
GOLDENS = {key: x for path in _STORED for key, x in np.load(path).items()}
rows = pytest.mark.parametrize("name", ROWS)


def built(name, **more):
    """A layer of a row with its weights, its inputs and the keyword arguments of the call."""
    class_name, arguments, inputs, call = ROWS[name]
    layer = getattr(layers, class_name)(**arguments, **more, name="layer")
    tensors = [ops.convert_to_tensor(x) for x in draw(name, inputs)]
    apply(layer, tensors, call)
    set_weights(name, layer)
    return layer, tensors, call


def arrays(outputs):
    outputs = outputs if isinstance(outputs, (list, tuple)) else [outputs]
    return [ops.convert_to_numpy(x) for x in outputs]


@rows
def test_outputs_equal_the_stored_ones(name):
    layer, given, call = built(name)
    for i, x in enumerate(arrays(apply(layer, given, call))):
        np.testing.assert_allclose(x, GOLDENS[f"{name}/{i}"], rtol=1e-4, atol=1e-5)
    for i, variable in enumerate(layer.non_trainable_weights):
        if f"{name}/after{i}" in GOLDENS:
            np.testing.assert_allclose(
                ops.convert_to_numpy(variable.value), GOLDENS[f"{name}/after{i}"], rtol=1e-4, atol=1e-5
            )


@rows
def test_paths_of_weights_equal_the_stored_ones(name):
    layer, _, _ = built(name)
    assert [v.path for v in layer.weights] == [path for path in GOLDENS[f"{name}/paths"].tolist() if path]


@rows
def test_config_equals_the_stored_one_and_makes_an_equal_layer(name):
    layer, given, call = built(name)
    config = json.loads(json.dumps(layer.get_config()))
    assert config == json.loads(str(GOLDENS[f"{name}/config"]))
    again = type(layer).from_config(config)
    assert json.loads(json.dumps(again.get_config())) == config
    apply(again, given, call)
    again.set_weights(layer.get_weights())
    call = {**call, "training": False} if call else call
    for x, y in zip(arrays(apply(again, given, call)), arrays(apply(layer, given, call))):
        np.testing.assert_allclose(x, y, rtol=1e-6, atol=1e-6)


@rows
def test_symbolic_outputs_have_the_shape_and_dtype_of_the_eager_ones(name):
    layer, tensors, call = built(name)
    eager = tree.flatten(apply(layer, tensors, call))
    for unknown in (False, True):
        symbolic = [
            layers.Input(batch_shape=(None if unknown else x.shape[0], *x.shape[1:]), dtype=standardize_dtype(x.dtype))
            for x in tensors
        ]
        for spec, x in zip(tree.flatten(apply(layer, symbolic, call)), eager, strict=True):
            assert spec.dtype == standardize_dtype(x.dtype)
            assert len(spec.shape) == len(x.shape)
            assert all(k in (None, n) for k, n in zip(spec.shape, x.shape))
            if not unknown:
                assert tuple(spec.shape) == tuple(x.shape)
    shapes = [tuple(x.shape) for x in tensors]
    of_shapes = set(inspect.signature(layer.compute_output_shape).parameters) & set(call)
    options = {name: call[name] for name in of_shapes}
    assert tuple(apply(layer, shapes, options, layer.compute_output_shape)) == tuple(eager[0].shape)


@rows
@pytest.mark.parametrize("policy", ["mixed_float16", "bfloat16", "float64"])
def test_dtype_policies_rule_outputs_and_variables(name, policy):
    layer, given, call = built(name, dtype=policy)
    outputs = tree.flatten(apply(layer, given, call))[0]
    floats = [x for x in given if "float" in standardize_dtype(x.dtype)]
    expected = layer.compute_dtype if floats or layer.weights else standardize_dtype(outputs.dtype)
    if not (policy == "float64" and backend.result_type("float64", "float64") != "float64"):
        assert standardize_dtype(outputs.dtype) == expected
        assert all(v.dtype == layer.variable_dtype for v in layer.trainable_weights)
    wide, _, _ = built(name)
    expected = arrays(apply(wide, given, call))[0].astype("float64")
    # Four roundings of the largest number; no row needs more on any engine.
    error = 4 * ROUNDING[policy] * max(abs(expected).max(), 1e-3)
    np.testing.assert_allclose(arrays(outputs)[0].astype("float64"), expected, rtol=0, atol=error)


MASKED = np.array([[True, True, False, False], [True, False, False, True]])


@pytest.mark.parametrize(
    "layer",
    [
        layers.Dense(3),
        layers.Activation("relu"),
        layers.LayerNormalization(),
        layers.BatchNormalization(),
        layers.Dropout(0.5),
        layers.Identity(),
        layers.Rescaling(2.0),
        layers.Softmax(),
        layers.ReLU(),
    ],
    ids=lambda layer: type(layer).__name__,
)
def test_layers_that_keep_steps_keep_the_mask(layer):
    x = layers.Input((4, 3))
    backend.set_keras_mask(x, layers.Input((4,), dtype="bool"))
    assert layer.supports_masking
    assert backend.get_keras_mask(layer(x)) is backend.get_keras_mask(x)


@pytest.mark.parametrize("layer", [layers.Add(), layers.Multiply(), layers.Average(), layers.Maximum()])
def test_mergers_count_a_place_that_counts_in_some_input(layer):
    masks = [ops.convert_to_tensor(MASKED), ops.convert_to_tensor(~MASKED[::-1])]
    inputs = [ops.ones((2, 4, 3))] * 2
    result = ops.convert_to_numpy(layer.compute_mask(inputs, masks))
    np.testing.assert_array_equal(result, MASKED | ~MASKED[::-1])
    assert layer.compute_mask(inputs, [masks[0], None]) is None


def test_concatenation_joins_masks_along_steps():
    layer = layers.Concatenate(axis=1)
    mask = layer.compute_mask([ops.ones((2, 4, 3))] * 2, [ops.convert_to_tensor(MASKED), None])
    np.testing.assert_array_equal(ops.convert_to_numpy(mask), np.concatenate([MASKED, np.ones_like(MASKED)], 1))


def test_masked_steps_do_not_count_in_means_and_statistics():
    x = np.random.default_rng(0).normal(size=(2, 4, 3)).astype("float32")
    mask = ops.convert_to_tensor(MASKED)
    mean = layers.GlobalAveragePooling1D()(ops.convert_to_tensor(x), mask=mask)
    expected = np.stack([row[m].mean(0) for row, m in zip(x, MASKED)])
    np.testing.assert_allclose(ops.convert_to_numpy(mean), expected, rtol=1e-5, atol=1e-6)
    layer = layers.BatchNormalization(momentum=0.0, epsilon=1e-6)
    layer(ops.convert_to_tensor(x), training=True, mask=mask)
    np.testing.assert_allclose(ops.convert_to_numpy(layer.moving_mean.value), x[MASKED].mean(0), rtol=1e-4, atol=1e-5)


def test_embedding_masks_zero():
    layer = layers.Embedding(5, 2, mask_zero=True)
    mask = layer.compute_mask(ops.convert_to_tensor(np.array([[1, 0, 2]])), None)
    np.testing.assert_array_equal(ops.convert_to_numpy(mask), [[True, False, True]])


def test_dropout_drops_while_training_and_keeps_the_mean():
    layer = layers.Dropout(0.25, seed=3)
    x = ops.ones((200, 200))
    y = ops.convert_to_numpy(layer(x, training=True))
    assert set(np.unique(np.round(y, 4))) == {0.0, np.float32(1.3333)}
    assert abs(float((y == 0).mean()) - 0.25) < 0.01
    assert not np.array_equal(y, ops.convert_to_numpy(layer(x, training=True)))
    np.testing.assert_array_equal(ops.convert_to_numpy(layer(x)), np.ones((200, 200)))
    rows_only = layers.Dropout(0.5, noise_shape=(None, 1), seed=3)
    y = ops.convert_to_numpy(rows_only(x, training=True))
    assert all(len(set(row)) == 1 for row in y)


def test_frozen_batch_normalization_uses_and_keeps_its_averages():
    layer = layers.BatchNormalization()
    x = ops.convert_to_tensor(np.random.default_rng(0).normal(size=(8, 3)).astype("float32") + 5)
    layer(x)
    layer.trainable = False
    y = layer(x, training=True)
    np.testing.assert_allclose(ops.convert_to_numpy(y), ops.convert_to_numpy(layer(x, training=False)))
    np.testing.assert_array_equal(ops.convert_to_numpy(layer.moving_mean.value), np.zeros(3))


@pytest.mark.parametrize("make", [lambda: layers.Conv2D(4, 3), lambda: layers.Embedding(5, 3), lambda: layers.Dense(4)])
def test_low_rank_adaptation_freezes_the_kernel_and_starts_at_zero(make):
    layer = make()
    x = np.ones((2, 5, 5, 3)) if isinstance(layer, layers.Conv2D) else np.ones((2, 3))
    x = ops.convert_to_tensor(x.astype("int32" if isinstance(layer, layers.Embedding) else "float32"))
    before = ops.convert_to_numpy(layer(x))
    layer.enable_lora(2)
    np.testing.assert_allclose(ops.convert_to_numpy(layer(x)), before, rtol=1e-6)
    assert [v.name for v in layer.trainable_weights if "lora" in v.name] != []
    assert all("kernel" != v.name and "embeddings" != v.name for v in layer.trainable_weights)


@pytest.mark.parametrize(
    "make, match",
    [
        (lambda: layers.Conv2D(0, 3), "filters"),
        (lambda: layers.Conv2D(4, 3, groups=3), "groups"),
        (lambda: layers.Conv2D(4, 3, strides=2, dilation_rate=2), "dilation_rate"),
        (lambda: layers.Conv2D(4, 3, padding="causal"), "padding"),
        (lambda: layers.Conv2D(4, (3, 3, 3)), "kernel_size"),
        (lambda: layers.MaxPooling2D(2, padding="middle"), "padding"),
        (lambda: layers.Dropout(1.5), "rate"),
        (lambda: layers.Permute((1, 3)), "dims"),
        (lambda: layers.Reshape((-1, -1)), "target_shape"),
        (lambda: layers.Dot(axes=("x", 1)), "axes"),
        (lambda: layers.Add()(ops.ones((2, 3))), "list of tensors"),
        (lambda: layers.Subtract()([ops.ones((2, 3))] * 3), "exactly 2"),
        (lambda: layers.Add()([ops.ones((2, 3)), ops.ones((2, 4))]), "broadcast"),
        (lambda: layers.Conv2D(4, 3)(ops.ones((2, 5))), "ndim"),
        (lambda: layers.Dense(0), "units"),
        (lambda: layers.ReLU(max_value=-1.0), "max_value"),
        (lambda: layers.Activation("no such activation"), "no such activation"),
    ],
)
def test_misuse_raises_value_errors_that_name_the_argument(make, match):
    with pytest.raises(ValueError, match=match):
        make()


def test_signatures_of_a_family_show_the_defaults_of_the_rank():
    defaults = {
        c: {p.name: p.default for p in inspect.signature(c.__init__).parameters.values()}
        for c in (layers.Conv1D, layers.Conv3D, layers.MaxPooling1D, layers.MaxPooling2D)
    }
    assert defaults[layers.Conv1D]["strides"] == 1
    assert defaults[layers.Conv3D]["strides"] == (1, 1, 1)
    assert defaults[layers.MaxPooling1D]["pool_size"] == 2
    assert defaults[layers.MaxPooling2D]["pool_size"] == (2, 2)
    assert "filters: Number of output channels." in layers.Conv2D.__doc__


@pytest.mark.parametrize(
    "make, shape",
    [
        (lambda: layers.Dense(2, activation="relu"), (2, 3)),
        (lambda: layers.Dense(2, activation="relu", use_bias=False), (2, 3)),
        (lambda: layers.EinsumDense("ab,bc->ac", 2, activation="relu"), (2, 3)),
        (lambda: layers.Conv1D(2, 2, activation="relu"), (2, 5, 3)),
        (lambda: layers.SeparableConv1D(2, 2, activation="relu"), (2, 5, 3)),
        (lambda: layers.DepthwiseConv1D(2, activation="relu"), (2, 5, 3)),
    ],
)
def test_activation_may_be_set_to_none(make, shape):
    layer = make()
    rng = np.random.default_rng(0)
    x = rng.uniform(0.5, 1.0, size=shape).astype("float32")
    layer.build(shape)
    *first, last = layer.get_weights()
    signs = np.where(np.arange(last.shape[-1]) % 2, -5, 5)
    layer.set_weights([*(rng.uniform(0, 0.1, w.shape) for w in first), signs * np.ones(last.shape)])
    before = ops.convert_to_numpy(layer(x))
    layer.activation = None
    after = ops.convert_to_numpy(layer(x))
    assert after.min() < 0
    np.testing.assert_allclose(np.maximum(after, 0), before, rtol=1e-6)


@pytest.mark.parametrize("shape", [(4, 2, 3), (4, 3)])
def test_masks_of_softmax_do_not_enlarge_its_inputs(shape):
    with pytest.raises(ValueError, match="mask"):
        layers.Softmax()(np.ones((2, 3), "float32"), mask=np.ones(shape, bool))
    for fits in ((3,), (2, 1), (1, 3), (2, 3)):
        assert layers.Softmax()(np.ones((2, 3), "float32"), mask=np.ones(fits, bool)).shape == (2, 3)


def test_penalty_on_the_output_for_an_empty_batch_is_zero():
    layer = layers.Dense(2, activity_regularizer="l2")
    layer(np.ones((0, 3), "float32"))
    assert [float(ops.convert_to_numpy(x)) for x in layer.losses] == [0.0]


def test_negative_sizes_of_a_shape_are_refused():
    with pytest.raises(ValueError, match="target_shape"):
        layers.Reshape((-2, 5))


def test_modes_of_pooling():
    assert layers.MaxPooling2D(2).pool_mode == "max"
    assert layers.AveragePooling1D(2).pool_mode == "average"


# Public layers that are in no row, with the reason.
WITHOUT_ROW = {
    "InputLayer": "where a graph starts; tested in `models`",
    "Pipeline": "holds other layers, and has no dtype; tested in `pipeline_test.py`",
    **{name: "on two engines only; tested in `wrapping`" for name in ("FlaxLayer", "JaxLayer")},
    "TFSMLayer": "on one engine only; tested in `wrapping`",
    "TorchModuleWrapper": "on one engine only; tested in `wrapping`",
    "Wrapper": "a base class",
    "StringLookup": "takes strings; rows in `text_rows.py`",
    "TextVectorization": "takes strings; rows in `text_rows.py`",
    "SpectralNormalization": "its vector is random; tested in `normalization_layers_test.py`",
    "StackedRNNCells": "called within `RNN`, row `stacked`",
    "Lambda": "it computes what it is given; tested in `core/lambda_layer_test.py`",
    "LSTMCell": "called within `RNN`, row `cell_LSTM`",
    "GRUCell": "called within `RNN`, row `cell_GRU`",
    "SimpleRNNCell": "called within `RNN`, row `cell_SimpleRNN`",
}


def test_each_public_layer_has_a_row():
    public = {c for c in vars(layers).values() if isinstance(c, type) and issubclass(c, layers.Layer)} - {layers.Layer}
    in_rows = {getattr(layers, row[0]) for row in ROWS.values()}
    in_rows |= {type(row[0](layers)) for row in recurrent_rows.ROWS.values()}
    without = {getattr(layers, name) for name in WITHOUT_ROW}
    assert public - in_rows == without
