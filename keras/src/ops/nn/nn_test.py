"""What the tables cannot say: configs of graphs, numbers of the reference, extreme inputs, and misuse."""

import numpy as np
import pytest

from keras.src import backend, ops
from keras.src.backend.common.dtypes import standardize_dtype
from keras.src.backend.common.keras_tensor import KerasTensor
from keras.src.ops.declare import REGISTRY
from keras.src.testing import engine


def array(x):
    return np.asarray(ops.convert_to_numpy(x)).astype("float32")


# Saved files hold these class names and configs; the values come from running Keras 3.15.1.
X = KerasTensor((2, 4))
IMAGE = KerasTensor((2, 9, 9, 4))
LABELS = KerasTensor((2, 3), "int32")
LENGTHS = KerasTensor((2,), "int32")
_CONV = {"strides": 1, "padding": "valid", "data_format": "channels_last", "dilation_rate": 1}
CONFIGS = {
    "Relu": (lambda: ops.relu(X), {}),
    "Silu": (lambda: ops.swish(X), {}),
    "HardSilu": (lambda: ops.hard_swish(X), {}),
    "Squareplus": (lambda: ops.squareplus(X), {"b": 4}),
    "LeakyRelu": (lambda: ops.leaky_relu(X), {"negative_slope": 0.2}),
    "Threshold": (lambda: ops.threshold(X, 1, 2), {"threshold": 1, "default_value": 2}),
    "Gelu": (lambda: ops.gelu(X), {"approximate": True}),
    "LogSoftmax": (lambda: ops.log_softmax(X, 0), {"axis": 0}),
    "MaxPool": (
        lambda: ops.max_pool(IMAGE, 2),
        {"pool_size": 2, "strides": None, "padding": "valid", "data_format": "channels_last"},
    ),
    "AveragePool": (
        lambda: ops.average_pool(IMAGE, [2, 3], [1, 2], "SAME"),
        {"pool_size": (2, 3), "strides": (1, 2), "padding": "same", "data_format": "channels_last"},
    ),
    "Conv": (lambda: ops.conv(IMAGE, KerasTensor((3, 3, 4, 8))), _CONV),
    "DepthwiseConv": (lambda: ops.depthwise_conv(IMAGE, KerasTensor((3, 3, 4, 2))), _CONV),
    "SeparableConv": (
        lambda: ops.separable_conv(IMAGE, KerasTensor((3, 3, 4, 2)), KerasTensor((1, 1, 8, 5))),
        _CONV,
    ),
    "ConvTranspose": (
        lambda: ops.conv_transpose(IMAGE, KerasTensor((3, 3, 8, 4)), 2),
        {**_CONV, "strides": 2, "output_padding": None},
    ),
    "OneHot": (lambda: ops.one_hot(LABELS, 5), {"num_classes": 5, "axis": -1, "dtype": "float32", "sparse": False}),
    "MultiHot": (lambda: ops.multi_hot(LABELS, 5), {"num_classes": 5, "axis": -1, "dtype": "float32", "sparse": False}),
    "BinaryCrossentropy": (lambda: ops.binary_crossentropy(X, X), {"from_logits": False}),
    "CategoricalCrossentropy": (lambda: ops.categorical_crossentropy(X, X), {"from_logits": False, "axis": -1}),
    "SparseCategoricalCrossentropy": (
        lambda: ops.sparse_categorical_crossentropy(LENGTHS, X),
        {"from_logits": False, "axis": -1},
    ),
    "Moments": (lambda: ops.moments(X, 0)[0], {"axes": 0, "keepdims": False, "synchronized": False}),
    "BatchNorm": (
        lambda: ops.batch_normalization(X, KerasTensor((4,)), KerasTensor((4,)), -1),
        {"axis": -1, "epsilon": 0.001},
    ),
    "LayerNorm": (
        lambda: ops.layer_normalization(X, KerasTensor((4,))),
        {"axis": -1, "epsilon": None, "rms_scaling": False},
    ),
    "RMSNorm": (lambda: ops.rms_normalization(X), {"axis": -1, "epsilon": None}),
    "Normalize": (lambda: ops.normalize(X), {"axis": -1, "order": 2, "epsilon": None}),
    "PSNR": (lambda: ops.psnr(X, X, 2.0), {"max_val": 2.0}),
    "CTCLoss": (lambda: ops.ctc_loss(LABELS, KerasTensor((2, 5, 6)), LENGTHS, LENGTHS), {"mask_index": 0}),
    "CTCDecode": (
        lambda: ops.ctc_decode(KerasTensor((2, 5, 6)), LENGTHS)[0],
        {"strategy": "greedy", "beam_width": 100, "top_paths": 1, "merge_repeated": True, "mask_index": 0},
    ),
    "DotProductAttention": (
        lambda: ops.dot_product_attention(*[KerasTensor((2, 3, 4, 5))] * 3, scale=2.0),
        {"is_causal": False, "flash_attention": None, "attn_logits_soft_cap": None},
    ),
    "Polar": (lambda: ops.polar(X, X), {}),
    "Unfold": (lambda: ops.unfold(IMAGE, 2), {"kernel_size": 2, "dilation": 1, "padding": 0, "stride": 1}),
    "DepthToSpace": (lambda: ops.depth_to_space(IMAGE, 2), {"block_size": 2, "data_format": "channels_last"}),
}


@pytest.mark.parametrize("class_name", CONFIGS)
def test_operations_of_graphs_have_the_names_and_configs_of_saved_files(class_name):
    call, expected = CONFIGS[class_name]
    operation = call()._keras_history.operation
    config = operation.get_config()
    assert type(operation) is getattr(ops.nn, class_name)
    assert type(operation).__module__ == "keras.src.ops.nn"
    assert {k: v for k, v in config.items() if k != "name"} == expected


def test_scale_of_attention_belongs_to_the_call():
    node = ops.dot_product_attention(
        *[KerasTensor((2, 3, 4, 5))] * 3, scale=2.0
    )._keras_history.operation._inbound_nodes[0]
    assert node.arguments.kwargs == {"scale": 2.0}


def test_layer_normalization_refuses_what_it_cannot_keep():
    assert ops.nn.LayerNorm(rms_scaling=False).get_config()["rms_scaling"] is False
    with pytest.raises(ValueError, match="rms_scaling"):
        ops.nn.LayerNorm(rms_scaling=True)


def test_layer_normalization_divides_by_the_deviation_as_it_did():
    with pytest.warns(UserWarning, match="rms_scaling"):
        result = ops.layer_normalization(np.array([[1.0, 2, 3], [4, 5, 60]], "float32"), rms_scaling=True)
    np.testing.assert_allclose(array(result), [[1.22474, 2.44949, 3.67423], [0.15287, 0.19109, 2.29304]], atol=1e-4)


# Transposed convolutions with a kernel 1, 2, ..., of 5 ones, from Keras 3.15.1:
# window, stride, padding, output_padding, dilation, values.
TRANSPOSED = [
    (3, 2, "same", 1, 1, [1, 2, 4, 2, 4, 2, 4, 2, 4, 2]),
    (3, 2, "same", 0, 1, [2, 4, 2, 4, 2, 4, 2, 4, 2]),
    (3, 2, "valid", 1, 1, [1, 2, 4, 2, 4, 2, 4, 2, 4, 2, 3, 0]),
    (2, 3, "same", 1, 1, [1, 2, 0, 1, 2, 0, 1, 2, 0, 1, 2, 0, 1]),
    (4, 2, "same", 1, 1, [2, 4, 6, 4, 6, 4, 6, 4, 6]),
    (3, 1, "same", None, 2, [3, 3, 6, 5, 5]),
]


@pytest.mark.parametrize("window, stride, padding, output_padding, dilation, expected", TRANSPOSED)
def test_transposed_convolution_equals_the_reference(window, stride, padding, output_padding, dilation, expected):
    kernel = np.arange(1, window + 1, dtype="float32").reshape(window, 1, 1)
    args = (stride, padding, output_padding, None, dilation)
    result = ops.conv_transpose(np.ones((1, 5, 1), "float32"), kernel, *args)
    np.testing.assert_allclose(array(result)[0, :, 0], expected)
    assert ops.conv_transpose(KerasTensor((1, 5, 1)), KerasTensor((window, 1, 1)), *args).shape == (1, len(expected), 1)
    body = REGISTRY["conv_transpose"].body(
        ops.ones((1, 5, 1)), ops.convert_to_tensor(kernel), stride, padding, output_padding, "channels_last", dilation
    )
    np.testing.assert_allclose(array(body)[0, :, 0], expected)


def test_convolution_takes_strides_and_dilation_together():
    result = ops.conv(np.ones((1, 9, 9, 1), "float32"), np.ones((3, 3, 1, 1), "float32"), 2, "same", None, 2)
    edge, inner = [4, 6, 6, 6, 4], [6, 9, 9, 9, 6]
    np.testing.assert_allclose(array(result)[0, :, :, 0], [edge, inner, inner, inner, edge])


def test_data_format_is_the_configured_one():
    x, kernel = ops.ones((1, 3, 8, 8)), ops.ones((3, 3, 3, 5))
    backend.set_image_data_format("channels_first")
    try:
        assert tuple(ops.conv(x, kernel).shape) == (1, 5, 6, 6)
        assert ops.max_pool(KerasTensor((1, 3, 8, 8)), 2).shape == (1, 3, 4, 4)
    finally:
        backend.set_image_data_format("channels_last")
    with pytest.raises(ValueError, match="data_format"):
        ops.conv(x, kernel, data_format="first")


def test_multi_hot_takes_its_older_argument():
    np.testing.assert_array_equal(array(ops.multi_hot([[0, 2]], num_tokens=4)), [[1, 0, 1, 0]])


@pytest.mark.skipif(backend.SUPPORTS_SPARSE_TENSORS, reason="the engine has sparse tensors")
@pytest.mark.parametrize("function", [ops.one_hot, ops.multi_hot])
def test_sparse_results_are_refused_by_engines_without_sparse_tensors(function):
    with pytest.raises(ValueError, match="sparse"):
        function([[0, 2]], 4, sparse=True)


# Extremes
ACTIVATIONS = (
    "relu relu6 leaky_relu elu selu celu soft_shrink hard_shrink hard_tanh sparse_plus sigmoid log_sigmoid softplus "
    "softsign sparse_sigmoid hard_sigmoid hard_silu silu squareplus tanh_shrink gelu softmax log_softmax sparsemax "
    "normalize"
).split()
EXTREMES = np.array([-1e4, -88.0, -1.0, 0.0, 1.0, 88.0, 1e4], "float32")


@pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="the engine has no gradients")
@pytest.mark.parametrize("name", ACTIVATIONS)
@pytest.mark.parametrize("values", [EXTREMES, np.zeros(3, "float32")], ids=["extremes", "zeros"])
def test_gradients_stay_finite(name, values):
    function = getattr(ops, name)
    (gradient,) = engine.gradients(function, [ops.convert_to_tensor(values)])
    assert np.all(np.isfinite(array(gradient)))
    if REGISTRY[name].body:
        (gradient,) = engine.gradients(REGISTRY[name].body, [ops.convert_to_tensor(values)])
        assert np.all(np.isfinite(array(gradient)))


CERTAIN = np.array([[0.0, 1.0], [1.0, 0.0]], "float32")
LOSSES = {
    "binary": lambda x: ops.binary_crossentropy(CERTAIN, x),
    "binary from logits": lambda x: ops.binary_crossentropy(CERTAIN, x * 1e4 - 5e3, from_logits=True),
    "categorical": lambda x: ops.categorical_crossentropy(CERTAIN, x),
    "categorical from logits": lambda x: ops.categorical_crossentropy(CERTAIN, x * 1e4, from_logits=True),
    "sparse": lambda x: ops.sparse_categorical_crossentropy([0, 1], x),
    "sparse from logits": lambda x: ops.sparse_categorical_crossentropy([0, 1], x * 1e4, from_logits=True),
}


@pytest.mark.parametrize("name", LOSSES)
@pytest.mark.parametrize("dtype", ["float32", "float16", "bfloat16"])
def test_losses_of_certain_predictions_are_finite(name, dtype):
    for predicted in (CERTAIN, 1 - CERTAIN):
        assert np.all(np.isfinite(array(LOSSES[name](ops.cast(predicted, dtype)))))


@pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="the engine has no gradients")
@pytest.mark.parametrize("name", LOSSES)
def test_gradients_of_losses_stay_finite(name):
    for predicted in (CERTAIN, 1 - CERTAIN):
        (gradient,) = engine.gradients(LOSSES[name], [ops.convert_to_tensor(predicted)])
        assert np.all(np.isfinite(array(gradient)))


def test_half_precision_statistics_neither_overflow_nor_vanish():
    large = ops.cast(np.array([[300.0, -300.0, 300.0, -300.0]]), "float16")
    np.testing.assert_allclose(array(ops.layer_normalization(large)), [[1, -1, 1, -1]], rtol=1e-2)
    np.testing.assert_allclose(array(ops.rms_normalization(large)), [[1, -1, 1, -1]], rtol=1e-2)
    np.testing.assert_allclose(array(ops.normalize(large)), [[0.5, -0.5, 0.5, -0.5]], rtol=1e-2)
    mean, variance = ops.moments(ops.cast(np.array([1e-4, -1e-4]), "float16"), 0)
    assert standardize_dtype(mean.dtype) == standardize_dtype(variance.dtype) == "float16"
    mean, variance = ops.moments(ops.cast(np.full(4000, 100.0), "float16"), 0)
    np.testing.assert_allclose([array(mean), array(variance)], [100.0, 0.0], atol=1e-2)


def test_a_query_without_keys_takes_the_mean():
    value = np.arange(6, dtype="float32").reshape(1, 3, 1, 2)
    result = ops.dot_product_attention(ops.ones((1, 2, 1, 2)), value, value, mask=np.zeros((1, 1, 2, 3), "bool"))
    np.testing.assert_allclose(array(result)[0, :, 0], [[2, 3], [2, 3]], rtol=1e-5)


# Misuse
MISUSES = {
    "conv channels": lambda x: ops.conv(x(1, 9, 5), x(3, 2, 4)),
    "conv rank": lambda x: ops.conv(x(1, 4, 1), x(3, 3, 1, 1)),
    "conv empty": lambda x: ops.conv(x(1, 2, 1), x(3, 1, 1)),
    "conv strides": lambda x: ops.conv(x(1, 9, 9, 1), x(3, 3, 1, 1), strides=(1, 2, 3)),
    "depthwise channels": lambda x: ops.depthwise_conv(x(1, 9, 5), x(3, 2, 4)),
    "transpose channels": lambda x: ops.conv_transpose(x(1, 9, 5), x(3, 2, 4)),
    "pool rank": lambda x: ops.max_pool(x(4, 5), 2),
    "pool size": lambda x: ops.max_pool(x(1, 4, 5, 1), (2, 2, 2)),
    "pool empty": lambda x: ops.average_pool(x(1, 2, 1), 3),
    "adaptive size": lambda x: ops.adaptive_max_pool(x(1, 4, 4, 1), (None, 2)),
    "binary shapes": lambda x: ops.binary_crossentropy(x(2, 3), x(1, 3)),
    "categorical shapes": lambda x: ops.categorical_crossentropy(x(2, 3), x(1, 3)),
    "categorical rank": lambda x: ops.categorical_crossentropy(x(), x()),
    "sparse shapes": lambda x: ops.sparse_categorical_crossentropy(x(3, dtype="int32"), x(2, 3)),
    "psnr shapes": lambda x: ops.psnr(x(2, 3), x(3), 1.0),
    "one_hot axis": lambda x: ops.one_hot(x(2, dtype="int32"), 3, axis=5),
    "glu odd": lambda x: ops.glu(x(2, 3)),
    "softmax axis": lambda x: ops.softmax(x(2, 3), 2),
    "batch norm mean": lambda x: ops.batch_normalization(x(2, 3), x(2), x(3), 1),
    "layer norm gamma": lambda x: ops.layer_normalization(x(2, 3), x(2)),
    "normalize order": lambda x: ops.normalize(x(2, 3), order=0.5),
    "attention rank": lambda x: ops.dot_product_attention(x(2, 3, 4), x(2, 3, 4), x(2, 3, 4)),
    "attention heads": lambda x: ops.dot_product_attention(x(1, 2, 2, 2), x(1, 3, 3, 2), x(1, 3, 3, 2)),
    "ctc rank": lambda x: ops.ctc_loss(x(3, dtype="int32"), x(2, 5, 4), x(2, dtype="int32"), x(2, dtype="int32")),
    "ctc strategy": lambda x: ops.ctc_decode(x(2, 5, 4), x(2, dtype="int32"), "best"),
    "unfold rank": lambda x: ops.unfold(x(1, 6, 6), 2),
    "fold places": lambda x: ops.fold(x(1, 4, 3), (3, 4), 2),
    "depth block": lambda x: ops.depth_to_space(x(1, 1, 1, 6), 2),
    "depth size": lambda x: ops.depth_to_space(x(1, 1, 1, 6), 1),
    "space size": lambda x: ops.space_to_depth(x(1, 6, 5, 3), 2),
}


@pytest.mark.parametrize("name", MISUSES)
@pytest.mark.parametrize("symbolic", [False, True], ids=["eager", "symbolic"])
def test_misuse_raises_the_same_error(name, symbolic):
    def tensor(*shape, dtype="float32"):
        return KerasTensor(shape, dtype, record_history=False) if symbolic else ops.ones(shape, dtype)

    with pytest.raises(ValueError, match=r"keras\.ops\.[a-z_]+: .*Received"):
        MISUSES[name](tensor)


def test_padding_is_checked():
    for x in (ops.ones((1, 9, 1)), KerasTensor((1, 9, 1))):
        with pytest.raises(ValueError, match="padding"):
            ops.conv(x, ops.ones((3, 1, 1)), padding="causal")
