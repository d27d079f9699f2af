"""Rows for the ops of `keras.ops.nn`."""

import numpy as np
import scipy.special

from keras.src.ops.nn import nn_oracles_test as oracles
from keras.src.testing.op_cases import ALL, FLOATS, INTS, F, Table, case, of

TABLE = Table()
row = TABLE.row
NUMBERS = ("bool", *INTS, *FLOATS)
_SELU = (1.0507009873554805, 1.6732632423543772)


def _elu(x, alpha=1.0):
    return np.where(x > 0, x, alpha * np.expm1(np.minimum(x, 0)))


def _smooth(name, function, *more, **settings):
    """An activation that answers floats and has a gradient everywhere."""
    row(name, case(F(3, 4)), *more, oracle=function, dtypes=ALL, gradient=True, **settings)


def _kinked(name, function, *more):
    """An activation with kinks, where finite differences are of no use."""
    row(name, case(of("distinct", 3, 4)), *more, oracle=function, dtypes=ALL)


_LARGE = case(np.array([-1e4, -100.0, -20.0, 0.0, 20.0, 100.0, 1e4], "float32"))

row(
    "affine",
    case(F(3, 4), F(4, 2), F(2)),
    case(F(2, 3, 4), F(4, 2), F(2)),
    oracle=lambda x, kernel, bias: x @ kernel + bias,
    dtypes=FLOATS,
    gradient=True,
)

# Activations
row("relu", case(F(3, 4)), case(of("signed", 5)), oracle=lambda x: np.maximum(x, 0), dtypes=NUMBERS, gradient=True)
_kinked("relu6", lambda x: np.clip(x, 0, 6))
_smooth(
    "leaky_relu",
    lambda x, negative_slope=0.2: np.where(x > 0, x, negative_slope * x),
    case(F(4), negative_slope=0.5),
    case(F(4), negative_slope=1.5),
    case(F(4), negative_slope=0),
)
_smooth("elu", _elu, case(F(4), 2.0), _LARGE)
_smooth("selu", lambda x: _SELU[0] * _elu(x, _SELU[1]), _LARGE)
_smooth("celu", lambda x, alpha=1.0: _elu(x / alpha) * alpha, case(F(4), 2.0), _LARGE)
row(
    "threshold",
    case(F(3, 4), 0.3, 0.0),
    case(of("signed", 5), 2, -1),
    oracle=lambda x, t, v: np.where(x > t, x, v),
    dtypes=NUMBERS,
)
_kinked(
    "soft_shrink", lambda x, threshold=0.5: np.sign(x) * np.maximum(np.abs(x) - threshold, 0), case(F(4), threshold=0.3)
)
_kinked("hard_shrink", lambda x, threshold=0.5: x * (np.abs(x) > threshold), case(F(4), 0.3))
row("hard_tanh", case(F(3, 4)), case(of("signed", 5)), oracle=lambda x: np.clip(x, -1, 1), dtypes=NUMBERS)
_smooth("sparse_plus", lambda x: np.where(x > 1, x, np.where(x < -1, 0, (x + 1) ** 2 / 4)), _LARGE)
_smooth("sigmoid", scipy.special.expit, _LARGE)
_smooth("log_sigmoid", scipy.special.log_expit, _LARGE)
_smooth("softplus", lambda x: np.logaddexp(x, 0), _LARGE)
_smooth("softsign", lambda x: x / (1 + np.abs(x)), _LARGE)
_kinked("sparse_sigmoid", lambda x: np.clip((x + 1) / 2, 0, 1))
_kinked("hard_sigmoid", lambda x: np.clip((x + 3) / 6, 0, 1))
_kinked("hard_silu", lambda x: x * np.clip((x + 3) / 6, 0, 1))
_smooth("silu", lambda x: x * scipy.special.expit(x), _LARGE)
_smooth("squareplus", lambda x, b=4: (x + np.sqrt(x.astype("float64") ** 2 + b)) / 2, case(F(4), b=2), tolerance=1e-4)
_smooth("tanh_shrink", lambda x: x - np.tanh(x), _LARGE)
_smooth("gelu", lambda x, approximate=True: _gelu(x, approximate), case(F(9), approximate=False), _LARGE)


def _gelu(x, approximate):
    if approximate:
        return 0.5 * x * (1 + np.tanh(np.sqrt(2 / np.pi) * (x + 0.044715 * x.astype("float64") ** 3)))
    return x * scipy.special.ndtr(x)


row(
    "glu",
    case(F(2, 4)),
    case(F(2, 4), axis=0),
    oracle=lambda x, axis=-1: np.split(x, 2, axis)[0] * scipy.special.expit(np.split(x, 2, axis)[1]),
    dtypes=ALL,
    gradient=True,
)
for _name in ("softmax", "log_softmax"):
    _oracle = getattr(scipy.special, _name)
    row(
        _name,
        case(F(2, 3, 4)),
        case(F(2, 3), axis=None),
        case(F(2, 3, 4), axis=(0, 2)),
        case(F(2, 3), 0),
        _LARGE,
        oracle=lambda x, axis=-1, _oracle=_oracle: _oracle(x, axis),
        dtypes=ALL,
        gradient=True,
    )
row("sparsemax", case(F(2, 5)), case(F(5, 2), axis=0), _LARGE, oracle=oracles.sparsemax, dtypes=ALL, gradient=True)

# Convolutions and poolings
_CONVOLUTIONS = (
    case(F(2, 6, 5, 4), F(3, 2, 4, 3)),
    case(F(2, 7, 4), F(3, 4, 3), strides=2, padding="same"),
    case(F(1, 8, 2), F(2, 2, 3), 3, "same"),
    case(F(2, 6, 5, 4), F(3, 2, 4, 3), strides=[1, 2], padding="SAME"),
    case(F(2, 7, 7, 2), F(3, 3, 2, 3), padding="same", dilation_rate=2),
    case(F(2, 9, 9, 2), F(2, 3, 2, 3), dilation_rate=(1, 3)),
    case(F(2, 4, 5, 4, 2), F(2, 3, 2, 2, 3), strides=(1, 2, 1), padding="same"),
    case(F(2, 6, 4), F(3, 2, 6)),
    case(F(2, 4, 6, 5), F(3, 2, 4, 3), data_format="channels_first", strides=2),
    case(F(2, 4, 7), F(3, 2, 4), data_format="channels_first", padding="same"),
)
row("conv", *_CONVOLUTIONS, oracle=oracles.conv, dtypes=FLOATS, gradient=True, tolerance=1e-4, half=3e-2)
row(
    "depthwise_conv",
    case(F(2, 6, 5, 3), F(3, 2, 3, 2)),
    case(F(2, 7, 3), F(3, 3, 1), strides=2, padding="same"),
    case(F(2, 7, 7, 2), F(3, 3, 2, 2), padding="same", dilation_rate=2),
    case(F(2, 3, 6, 5), F(3, 3, 3, 2), data_format="channels_first", strides=2, padding="same"),
    oracle=oracles.depthwise_conv,
    dtypes=FLOATS,
    gradient=True,
    tolerance=1e-4,
)
row(
    "separable_conv",
    case(F(2, 6, 5, 3), F(3, 2, 3, 2), F(1, 1, 6, 4)),
    case(F(2, 7, 3), F(3, 3, 1), F(1, 3, 2), strides=2, padding="same"),
    case(F(2, 3, 6, 5), F(3, 3, 3, 2), F(1, 1, 6, 2), data_format="channels_first"),
    oracle=oracles.separable_conv,
    dtypes=FLOATS,
    gradient=True,
    tolerance=1e-4,
    half=6e-2,
)
row(
    "conv_transpose",
    case(F(2, 4, 3, 2), F(3, 2, 4, 2), strides=2),
    case(F(2, 4, 2), F(3, 4, 2), strides=2, padding="same"),
    case(F(2, 4, 2), F(2, 4, 2), strides=3, padding="same"),
    case(F(2, 4, 2), F(2, 4, 2), strides=3),
    case(F(2, 4, 4, 2), F(4, 5, 3, 2), strides=(1, 2), padding="same"),
    case(F(2, 5, 2), F(3, 4, 2), dilation_rate=2),
    case(F(2, 3, 3, 3, 2), F(2, 3, 2, 1, 2), strides=(1, 2, 1), padding="same"),
    case(F(2, 2, 4, 3), F(3, 2, 4, 2), strides=2, data_format="channels_first", padding="same"),
    oracle=oracles.conv_transpose,
    dtypes=FLOATS,
    gradient=True,
    tolerance=1e-4,
    half=3e-2,
)
_POOLS = (
    case(of("distinct", 2, 6, 5, 3), 2),
    case(F(2, 7, 3), 3, 2, "same"),
    case(F(2, 5, 1), (2,), 1, "SAME"),
    case(F(2, 6, 5, 2), (3, 2), strides=[1, 2]),
    case(F(2, 4, 5, 4, 2), 2, padding="same"),
    case(F(2, 3, 6, 5), 2, data_format="channels_first"),
    case(F(2, 3, 7), 3, 2, padding="same", data_format="channels_first"),
    case(F(1, 6, 2), 2, 3),
)
row("max_pool", *_POOLS, oracle=oracles.max_pool, dtypes=FLOATS, gradient=True)
row("average_pool", *_POOLS, oracle=oracles.average_pool, dtypes=FLOATS, gradient=True)
_ADAPTIVE = (
    case(of("distinct", 2, 6, 5, 3), (3, 2)),
    case(F(2, 7, 3), 3),
    case(F(1, 2, 2), 5),
    case(F(1, 4, 5, 3, 2), (2, 3, 2)),
    case(F(2, 3, 5, 4), 2, data_format="channels_first"),
)
row("adaptive_max_pool", *_ADAPTIVE, oracle=oracles.adaptive_max_pool, dtypes=FLOATS, gradient=True)
row("adaptive_average_pool", *_ADAPTIVE, oracle=oracles.adaptive_average_pool, dtypes=FLOATS, gradient=True)

# Encodings
_INDICES = of("signed", 2, 3)
row(
    "one_hot",
    case(_INDICES, 4),
    case(_INDICES, 4, axis=0),
    case(_INDICES, 4, axis=-2, dtype="int32"),
    case(of("small", 4), 3, dtype="bool"),
    case(of("small", 4, dtype="uint8"), 3),
    oracle=oracles.one_hot,
    half=None,
)
row(
    "multi_hot",
    case(of("small", 2, 3), 4),
    case(of("small", 3), 4, dtype="int32"),
    case(of("small", 2, 3, 2), 4),
    case(_INDICES, 4),
    oracle=oracles.multi_hot,
    half=None,
)

# Losses
_P = of("fraction", 3, 4)
row(
    "binary_crossentropy",
    case(_P, _P),
    case(_P, F(3, 4), from_logits=True),
    case(np.array([0, 1, 0, 1], "float32"), np.array([0, 0, 1, 1], "float32")),
    case(np.array([0, 1, 0, 1], "float32"), np.array([1e4, 1e4, -1e4, -1e4], "float32"), True),
    oracle=oracles.binary_crossentropy,
    dtypes=FLOATS,
    gradient=True,
    tolerance=2e-5,
    half=6e-2,
)
row(
    "categorical_crossentropy",
    case(_P, _P),
    case(_P, F(3, 4), True),
    case(_P, _P, axis=0),
    case(np.eye(2, dtype="float32"), np.array([[1e4, -1e4], [1e4, -1e4]], "float32"), from_logits=True),
    oracle=oracles.categorical_crossentropy,
    dtypes=FLOATS,
    gradient=True,
    half=6e-2,
)
row(
    "sparse_categorical_crossentropy",
    case(of("small", 3), _P),
    case(of("small", 3, 1), F(3, 4), True),
    case(of("small", 3, 4), of("fraction", 3, 3, 4), axis=1),
    case(of("small", 3), F(3, 4), from_logits=True),
    oracle=oracles.sparse_categorical_crossentropy,
    dtypes=FLOATS,
    gradient=False,
    half=6e-2,
)
row(
    "psnr",
    case(F(2, 3), F(2, 3), 2.0),
    oracle=lambda a, b, m: np.asarray(10 * np.log10(m**2 / np.mean((a - b) ** 2))),
    dtypes=ALL,
    gradient=True,
    half=6e-2,
)

# Normalisations
row(
    "moments",
    case(F(3, 4), axes=0),
    case(F(2, 3, 4), axes=(0, 2), keepdims=True),
    case(F(2, 3), None),
    oracle=lambda x, axes, keepdims=False: (x.mean(axes, keepdims=keepdims), x.var(axes, keepdims=keepdims)),
    dtypes=ALL,
)
_FEATURES = of("positive", 3)
row(
    "batch_normalization",
    case(F(4, 3), F(3), _FEATURES, -1, F(3), _FEATURES),
    case(F(4, 3), F(3), _FEATURES, 1),
    case(F(2, 3, 4), F(3), _FEATURES, axis=1, scale=_FEATURES, epsilon=0.1),
    case(F(2, 3, 4), F(3), _FEATURES, axis=1, offset=F(3)),
    oracle=oracles.batch_normalization,
    dtypes=FLOATS,
    gradient=True,
    half=6e-2,
)
row(
    "layer_normalization",
    case(F(4, 3), F(3), F(3)),
    case(F(4, 3), epsilon=0.1),
    case(F(2, 3, 4), gamma=F(3), axis=1),
    case(F(2, 3, 4), F(3, 4), F(3, 4), axis=(1, 2)),
    oracle=oracles.layer_normalization,
    dtypes=ALL,
    gradient=True,
    half=6e-2,
)
row(
    "rms_normalization",
    case(F(4, 3), F(3)),
    case(F(4, 3), epsilon=0.1),
    case(F(2, 3, 4), axis=(1, 2), scale=F(3, 4)),
    oracle=oracles.rms_normalization,
    dtypes=ALL,
    gradient=True,
    half=6e-2,
)
row(
    "normalize",
    case(F(4, 3)),
    case(F(4, 3), axis=0, order=1),
    case(F(4, 3), axis=None, order=3),
    case(F(4, 3), axis=(0, 1)),
    case(np.zeros((2, 3), "float32")),
    case(F(3), epsilon=100.0),
    oracle=oracles.normalize,
    dtypes=ALL,
    gradient=True,
)

# Attention
_Q, _K = F(2, 3, 4, 5), F(2, 6, 4, 5)
row(
    "dot_product_attention",
    case(_Q, _K, _K),
    case(_Q, F(2, 6, 2, 5), F(2, 6, 2, 5)),
    case(_Q, _K, _K, F(2, 1, 3, 6), of("bool", 2, 4, 3, 6)),
    case(_Q, _K, _K, scale=0.3, is_causal=True),
    case(_Q, _K, _K, mask=of("bool", 2, 1, 1, 6), attn_logits_soft_cap=1.5),
    case(_Q, _K, F(2, 6, 4, 7)),
    case(_Q, _K, _K, mask=of("bool", 3, 6), is_causal=True, bias=F(4, 3, 6)),
    oracle=oracles.dot_product_attention,
    dtypes=FLOATS,
    gradient=True,
    half=3e-2,
)

# Connectionist temporal classification
_LENGTHS = (np.array([2, 1], "int32"), np.array([4, 3], "int32"))
row(
    "ctc_loss",
    case(np.array([[1, 2], [1, 0]]), F(2, 4, 3), *_LENGTHS),
    case(np.array([[1, 1], [0, 0]]), F(2, 4, 3), *_LENGTHS, mask_index=2),
    case(np.array([[1, 1], [1, 0]]), F(2, 4, 3), np.array([2, 0]), np.array([4, 4])),
    oracle=oracles.ctc_loss,
    dtypes=FLOATS,
    gradient=False,
    half=3e-2,
)
row(
    "ctc_decode",
    case(F(3, 5, 4), np.array([5, 3, 1])),
    case(F(3, 5, 4), np.array([5, 3, 1]), merge_repeated=False, mask_index=3),
    case(F(3, 5, 4), np.array([5, 3, 2]), "beam_search", 400, 3),
    case(F(2, 4, 3), np.array([4, 4]), "beam_search", top_paths=2, mask_index=2),
    oracle=oracles.ctc_decode,
    dtypes=("float32",),
    half=None,
)

# Rearrangements
row("polar", case(F(2, 3), F(2, 3)), oracle=lambda r, a: r * np.exp(1j * a), dtypes=("float32", "float64"), half=None)
row(
    "unfold",
    case(F(2, 3, 6, 7), 3),
    case(F(2, 1, 6, 5), (2, 3), 2, 1, 3),
    case(F(1, 2, 6, 5), [2, 1], stride=(1, 2), padding=[0, 1]),
    oracle=oracles.unfold,
    dtypes=FLOATS,
    gradient=True,
)
row(
    "fold",
    case(F(2, 12, 12), (4, 5), 2),
    case(F(2, 6, 2), (6, 5), (2, 3), 2, 1, 3),
    case(F(1, 6, 6), 3, [1, 2]),
    oracle=oracles.fold,
    dtypes=FLOATS,
    gradient=True,
)
_BLOCKS = {"depth_to_space": ((2, 2, 3, 8), (2, 8, 2, 3)), "space_to_depth": ((2, 4, 6, 3), (2, 3, 4, 6))}
for _name, _shapes in _BLOCKS.items():
    row(
        _name,
        case(F(*_shapes[0]), 2),
        case(F(*_shapes[1]), 2, data_format="channels_first"),
        oracle=getattr(oracles, _name),
        dtypes=FLOATS,
        gradient=True,
    )
