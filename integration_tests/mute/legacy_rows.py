"""Calls of the functions that `tf.keras` has alone, and two values of each of their arguments.

A row has the arguments of a call and the pairs. Arguments that are arrays need no pair of their own: another array serves.
"""

import numpy as np

import keras
from keras._tf_keras.keras.preprocessing import text

_GENERATOR = np.random.default_rng(0)


def _values(*shape, low=-2.0, high=2.0):
    return _GENERATOR.uniform(low, high, shape).astype("float32")


def other(x):
    """An array like `x`, with other values."""
    if x.dtype == bool:
        return ~x
    return np.roll(x, 1, axis=-1) if x.dtype.kind in "iu" else (0.5 * x + 0.1).astype(x.dtype)


X, Y, P, Q = _values(3, 3), _values(3, 3), _values(3, 3, low=0.1, high=0.4), _values(3, 3, low=0.1, high=0.4)
POSITIVE = _values(2, 3, low=0.1)
BOOLS = np.array([[True, False, True], [True, True, True]])
LABELS, ONE_HOT = np.array([1, 0, 2]), np.eye(3, dtype="float32")
# Sizes and channels are alike, so that both formats of data are right.
STEPS, IMAGES, VOLUMES = _values(2, 4, 4), _values(1, 6, 6, 6), _values(1, 4, 4, 4, 4)
SQUARE = {"x": IMAGES, "strides": 1, "padding": "valid", "data_format": "channels_last", "dilation_rate": 1}

COMMON = {
    "axis": (0, 1),
    "keepdims": (False, True),
    "dtype": ("float32", "float16"),
    "seed": (1, 2),
    "data_format": ("channels_last", "channels_first"),
    "padding": ("valid", "same"),
    "strides": (1, 2),
    "dilation_rate": (1, 2),
    "epsilon": (1e-3, 0.5),
    "from_logits": (False, True),
    "alpha": (0.25, 0.75),
    "gamma": (2.0, 1.0),
    "name": ("one", "other"),
    "shape": ((2, 3), (3, 2)),
    "order": (1, 0),
    "fill_mode": ("nearest", "constant"),
    "cval": (0.0, 9.0, {"fill_mode": "constant"}),
    "row_axis": (1, 2, {"col_axis": 0, "channel_axis": 0}),
    "filters": ("!", "a"),
    "lower": (True, False),
    "split": (" ", "c"),
    "analyzer": (None, lambda text: list(text)),
}


def _conv(kernel, x=IMAGES, **more):
    return {"x": x, "kernel": kernel, **more}


_TO_FLOAT = {"dtype": ("float32", "float16")}
_PICTURE = _values(6, 4, 5)  # Which axis is which matters by their sizes alone.
_COLOURED = _values(6, 4, 3, low=0.0, high=255.0)
_AFFINE = {"x": _PICTURE, "row_axis": 0, "col_axis": 1, "channel_axis": 2}
_AXES = {
    "row_axis": (0, 1, [{"col_axis": 1}, {"col_axis": 0}]),
    "col_axis": (1, 2, [{"channel_axis": 2}, {"channel_axis": 1}]),
    "channel_axis": (2, 0, [{}, {"row_axis": 2}]),
}
_DRAWN = _AFFINE
_SENTENCE = "Cat, cab! back Cat"


def _step(x, states):
    both = keras.ops.add(x, states[0])
    return (keras.ops.add(both, states[1]) if len(states) > 1 else both), [both]


_UNARY = "abs cos elu exp flatten hard_sigmoid relu round sigmoid sin softmax softplus softsign square tanh transpose"
_REDUCTIONS = "max mean min prod std sum var"
_BINARY = "equal greater greater_equal less less_equal maximum minimum not_equal"
_NAMED = {"dtype": COMMON["dtype"], "name": COMMON["name"]}

BACKEND = {
    **{name: ({"x": X}, {}) for name in _UNARY.split()},
    **{name: ({"x": POSITIVE}, {}) for name in ("log", "sqrt")},
    **{name: ({"x": X}, {}) for name in _REDUCTIONS.split()},
    **{name: ({"x": X}, {}) for name in ("cumsum", "cumprod")},
    **{name: ({"x": X}, {"x": (X, -X)}) for name in ("argmax", "argmin", "sign")},
    "all": ({"x": BOOLS}, {"x": (BOOLS, BOOLS[1:])}),
    "any": ({"x": ~BOOLS}, {"x": (~BOOLS, ~BOOLS[1:])}),
    **{name: ({"x": np.round(X), "y": np.round(Y)}, {}) for name in _BINARY.split()},
    "elu": ({"x": X}, {"alpha": (1.0, 0.5)}),
    "relu": ({"x": X}, {"alpha": (0.0, 0.5), "max_value": (None, 1.0), "threshold": (0.0, 1.0)}),
    "arange": (
        {"start": 1, "stop": 7},
        {"start": (1, 2), "stop": (7, 8), "step": (1, 2), "dtype": ("int32", "float32")},
    ),
    "batch_dot": ({"x": STEPS, "y": STEPS + 1}, {"axes": ((2, 1), (1, 2))}),
    "batch_flatten": ({"x": STEPS}, {}),
    "batch_get_value": ({"tensors": [X]}, {"tensors": ([X], [Y])}),
    "batch_normalization": ({"x": X, "mean": P[0], "var": Q[0], "beta": X[0], "gamma": Y[0]}, {"gamma": (Y[0], X[0])}),
    "bias_add": ({"x": IMAGES, "bias": IMAGES[0, 0, 0]}, {}),
    "binary_crossentropy": ({"target": np.round(P + 0.3), "output": Q}, {}),
    "binary_focal_crossentropy": (
        {"target": np.round(P + 0.3), "output": Q},
        {"alpha": (0.25, 0.75, {"apply_class_balancing": True}), "apply_class_balancing": (False, True)},
    ),
    "cast": ({"x": X, "dtype": "float32"}, {}),
    "cast_to_floatx": ({"x": X.astype("float64")}, {}),
    "categorical_crossentropy": ({"target": ONE_HOT, "output": P}, {"axis": (-1, 0)}),
    "categorical_focal_crossentropy": ({"target": ONE_HOT, "output": P}, {"axis": (-1, 0)}),
    "sparse_categorical_crossentropy": ({"target": LABELS, "output": P}, {"axis": (-1, 0), "ignore_class": (None, 1)}),
    "clip": ({"x": X, "min_value": -1.0, "max_value": 1.0}, {"min_value": (-1.0, 0.0), "max_value": (1.0, 0.5)}),
    "concatenate": ({"tensors": [X, Y]}, {"tensors": ([X, Y], [X, X])}),
    "stack": ({"x": [X, Y]}, {"x": ([X, Y], [X, X])}),
    "constant": ({"value": X}, {**_NAMED, "shape": ((3, 3), (9,))}),
    "conv1d": (_conv(STEPS[:, :2].transpose(1, 2, 0)[:, :, :1] * np.ones((1, 1, 4), "float32"), STEPS), {}),
    "conv2d": (_conv(_values(2, 2, 6, 4)), {}),
    "conv3d": (_conv(_values(2, 2, 2, 4, 4), VOLUMES), {}),
    "conv2d_transpose": (
        _conv(_values(2, 2, 4, 6), output_shape=(1, 7, 7, 4)),
        {
            "output_shape": ((1, 12, 12, 4), (1, 13, 13, 4), {"strides": (2, 2)}),
            "strides": ((1, 1), (2, 2), [{}, {"output_shape": (1, 12, 12, 4)}]),
            "padding": ("valid", "same", [{}, {"output_shape": (1, 6, 6, 4)}]),
            "data_format": ("channels_last", "channels_first", [{}, {"output_shape": (1, 4, 7, 7)}]),
            "dilation_rate": ((1, 1), (2, 2), [{}, {"output_shape": (1, 8, 8, 4)}]),
        },
    ),
    "depthwise_conv2d": ({"x": IMAGES, "depthwise_kernel": _values(2, 2, 6, 1)}, {}),
    "separable_conv2d": (
        {"x": IMAGES, "depthwise_kernel": _values(2, 2, 6, 1), "pointwise_kernel": _values(1, 1, 6, 3)},
        {},
    ),
    "count_params": ({"x": X}, {"x": (X, STEPS)}),
    "ctc_batch_cost": (
        {
            "y_true": np.array([[1, 2], [2, 1]]),
            "y_pred": _values(2, 5, 4, low=0.1, high=0.9),
            "input_length": np.array([[5], [5]]),
            "label_length": np.array([[2], [2]]),
        },
        {
            "y_true": (np.array([[1, 2], [2, 1]]), np.array([[1, 1], [2, 1]])),
            "input_length": (np.array([[5], [5]]), np.array([[4], [5]])),
            "label_length": (np.array([[2], [2]]), np.array([[1], [2]])),
        },
    ),
    "ctc_decode": (
        {"y_pred": _values(2, 6, 4, low=0.1, high=0.9), "input_length": np.array([6, 6])},
        {
            "input_length": (np.array([6, 6]), np.array([3, 6])),
            "greedy": (True, False),
            "beam_width": (1, 100, {"greedy": False}),
            "top_paths": (1, 2, {"greedy": False}),
        },
    ),
    "dot": ({"x": X, "y": Y}, {}),
    "dropout": (
        {"x": X, "level": 0.5, "seed": 1},
        {"level": (0.5, 0.2), "noise_shape": (None, (3, 1)), "seed": (1, 4)},
    ),
    "dtype": ({"x": X}, {"x": (X, LABELS.astype("int32"))}),
    "eval": ({"x": X}, {}),
    "expand_dims": ({"x": X}, {}),
    "eye": ({"size": 3}, {"size": (3, 4), **_NAMED}),
    "foldl": (
        {"fn": lambda a, x: a * 2 + x, "elems": LABELS.astype("float32"), "initializer": None},
        {"fn": (lambda a, x: a + x, lambda a, x: a - x), "initializer": (None, 5.0)},
    ),
    "foldr": (
        {"fn": lambda a, x: a * 2 + x, "elems": LABELS.astype("float32"), "initializer": None},
        {"fn": (lambda a, x: a + x, lambda a, x: a - x), "initializer": (None, 5.0)},
    ),
    "gather": ({"reference": X, "indices": np.array([0, 2])}, {"indices": (np.array([0, 2]), np.array([1, 2]))}),
    "get_value": ({"x": X}, {}),
    "in_top_k": (
        {"predictions": P, "targets": LABELS, "k": 1},
        {"k": (1, 3), "targets": (P.argmax(-1), P.argmin(-1)), "predictions": (ONE_HOT + P, ONE_HOT[::-1] + P)},
    ),
    "int_shape": ({"x": X}, {"x": (X, STEPS)}),
    "l2_normalize": ({"x": X}, {"axis": (0, 1)}),
    "map_fn": (
        {"fn": lambda x: x * 2, "elems": X},
        {"fn": (lambda x: x * 2, lambda x: x * 3), "dtype": ("float32", "float16")},
    ),
    "ndim": ({"x": X}, {"x": (X, STEPS)}),
    "one_hot": ({"indices": LABELS, "num_classes": 3}, {"num_classes": (3, 4)}),
    **{name: ({"shape": (2, 3)}, _NAMED) for name in ("ones", "zeros")},
    **{name: ({"x": X}, {"x": (X, STEPS), **_NAMED}) for name in ("ones_like", "zeros_like")},
    "permute_dimensions": ({"x": STEPS, "pattern": (0, 2, 1)}, {"pattern": ((0, 2, 1), (1, 0, 2))}),
    "pool2d": (
        {"x": IMAGES, "pool_size": (2, 2)},
        {"pool_size": ((2, 2), (3, 3)), "strides": ((1, 1), (2, 2)), "pool_mode": ("max", "avg")},
    ),
    "pool3d": (
        {"x": VOLUMES, "pool_size": (2, 2, 2)},
        {"pool_size": ((2, 2, 2), (3, 3, 3)), "strides": ((1, 1, 1), (2, 2, 2)), "pool_mode": ("max", "avg")},
    ),
    "pow": ({"x": X, "a": 2}, {"a": (2, 3)}),
    "random_bernoulli": ({"shape": (5, 6), "p": 0.5, "seed": 1}, {"p": (0.2, 0.8)}),
    "random_normal": ({"shape": (2, 3), "seed": 1}, {"mean": (0.0, 1.0), "stddev": (1.0, 2.0)}),
    "truncated_normal": ({"shape": (2, 3), "seed": 1}, {"mean": (0.0, 1.0), "stddev": (1.0, 2.0)}),
    "random_uniform": ({"shape": (2, 3), "seed": 1}, {"minval": (0.0, -1.0), "maxval": (1.0, 2.0)}),
    "random_normal_variable": (
        {"shape": (2, 3), "mean": 0.0, "scale": 1.0, "seed": 1},
        {"mean": (0.0, 1.0), "scale": (1.0, 2.0)},
    ),
    "random_uniform_variable": (
        {"shape": (2, 3), "low": 0.0, "high": 1.0, "seed": 1},
        {"low": (0.0, -1.0), "high": (1.0, 2.0)},
    ),
    "repeat": ({"x": X, "n": 2}, {"n": (2, 3)}),
    "repeat_elements": ({"x": X, "rep": 2, "axis": 0}, {"rep": (2, 3)}),
    "reshape": ({"x": X, "shape": (9,)}, {"shape": ((9,), (1, 9))}),
    "resize_images": (
        {"x": IMAGES, "height_factor": 2, "width_factor": 2, "data_format": "channels_last"},
        {"height_factor": (2, 3), "width_factor": (2, 3), "interpolation": ("nearest", "bilinear")},
    ),
    "resize_volumes": (
        {"x": VOLUMES, "depth_factor": 2, "height_factor": 2, "width_factor": 2, "data_format": "channels_last"},
        {"depth_factor": (2, 3), "height_factor": (2, 3), "width_factor": (2, 3)},
    ),
    "reverse": ({"x": X, "axes": 0}, {"axes": (0, 1)}),
    "rnn": (
        {"step_function": _step, "inputs": STEPS, "initial_states": [STEPS[:, 0]]},
        {
            "step_function": (_step, lambda x, states: (x, states)),
            "initial_states": ([STEPS[:, 0]], [STEPS[:, 1]]),
            "go_backwards": (False, True),
            "mask": (None, np.array([[True, False, True, False]] * 2)),
            "constants": (None, [STEPS[:, 1]]),
            "time_major": (False, True, {"inputs": STEPS[:, :2], "initial_states": [STEPS[:, 0]]}),
            "zero_output_for_mask": (False, True, {"mask": np.array([[True, False, True, False]] * 2)}),
            "return_all_outputs": (True, False),
        },
    ),
    "shape": ({"x": X}, {"x": (X, STEPS)}),
    "spatial_2d_padding": ({"x": IMAGES}, {"padding": (((1, 1), (1, 1)), ((0, 1), (1, 1)))}),
    "spatial_3d_padding": ({"x": VOLUMES}, {"padding": (((1, 1), (1, 1), (1, 1)), ((0, 1), (1, 1), (1, 1)))}),
    "temporal_padding": ({"x": STEPS}, {"padding": ((1, 1), (0, 1))}),
    "squeeze": ({"x": X[None, :, None], "axis": 0}, {"axis": (0, 2)}),
    "stop_gradient": ({"variables": X}, {}),
    "switch": (
        {"condition": np.array(True), "then_expression": X, "else_expression": Y},
        {"then_expression": (X, Y, {"else_expression": P}), "else_expression": (Y, P, {"condition": np.array(False)})},
    ),
    "tile": ({"x": X, "n": (2, 1)}, {"n": ((2, 1), (1, 2))}),
    "to_dense": ({"tensor": X}, {}),
    "variable": ({"value": X}, {**_NAMED, "constraint": (None, keras.constraints.NonNeg())}),
}


# Functions that change a variable, their first argument, which is looked at.
CHANGING = {
    "update": ({"new_x": Y}, {}),
    "update_add": ({"increment": Y}, {}),
    "update_sub": ({"decrement": Y}, {}),
    "set_value": ({"value": Y}, {}),
    "moving_average_update": ({"value": Y, "momentum": 0.5}, {"momentum": (0.5, 0.9)}),
}

IMAGE = {
    "apply_affine_transform": (
        _AFFINE,
        {
            **_AXES,
            "theta": (0, 30),
            "tx": (0, 1.5),
            "ty": (0, 1.5),
            "shear": (0, 20),
            "zx": (1, 0.5),
            "zy": (1, 0.5),
            "fill_mode": ("nearest", "constant", {"tx": 2}),
            "cval": (0.0, 9.0, {"fill_mode": "constant", "tx": 2}),
            "order": (1, 0, {"theta": 30}),
            "row_axis": (0, 1, [{"theta": 30}, {"theta": 30, "col_axis": 0}]),
            "col_axis": (1, 2, [{"theta": 30}, {"theta": 30, "channel_axis": 1}]),
            "channel_axis": (2, 0, [{"theta": 30}, {"theta": 30, "row_axis": 2}]),
        },
    ),
    "apply_brightness_shift": (
        {"x": _COLOURED, "brightness": 0.5},
        {"x": (_COLOURED, _COLOURED[::-1]), "brightness": (0.5, 0.9), "scale": (True, False)},
    ),
    "apply_channel_shift": ({"x": IMAGES[0], "intensity": 0.5, "channel_axis": 2}, {"intensity": (0.5, 0.9)}),
    "random_brightness": (
        {"x": _COLOURED, "brightness_range": (0.4, 0.5)},
        {"x": (_COLOURED, _COLOURED[::-1]), "brightness_range": ((0.4, 0.5), (0.8, 0.9)), "scale": (True, False)},
    ),
    "random_channel_shift": (
        {"x": IMAGES[0], "intensity_range": 0.5, "channel_axis": 2},
        {"intensity_range": (0.5, 0.9)},
    ),
    "random_rotation": ({**_DRAWN, "rg": 30}, {**_AXES, "rg": (30, 60), "interpolation_order": (1, 0)}),
    "random_shear": ({**_DRAWN, "intensity": 30}, {**_AXES, "intensity": (30, 60), "interpolation_order": (1, 0)}),
    "random_shift": (
        {**_DRAWN, "wrg": 0.3, "hrg": 0.4},
        {**_AXES, "wrg": (0.3, 0.5), "hrg": (0.4, 0.6), "interpolation_order": (1, 0)},
    ),
    "random_zoom": (
        {**_DRAWN, "zoom_range": (0.5, 0.7)},
        {**_AXES, "zoom_range": ((0.5, 0.7), (1.3, 1.5)), "interpolation_order": (1, 0)},
    ),
}
_FILLED = {"zoom_range": (1.3, 1.5)}
IMAGE["random_zoom"][1].update(
    fill_mode=("nearest", "constant", _FILLED), cval=(0.0, 9.0, {**_FILLED, "fill_mode": "constant"})
)

TEXT = {
    "text_to_word_sequence": ({"input_text": _SENTENCE}, {"input_text": (_SENTENCE, "other")}),
    "hashing_trick": (
        {"text": _SENTENCE, "n": 50, "hash_function": "md5"},
        {"text": (_SENTENCE, "other"), "n": (50, 9), "hash_function": ("md5", len)},
    ),
    "one_hot": ({"input_text": _SENTENCE, "n": 10**6}, {"input_text": (_SENTENCE, "other"), "n": (10**6, 2)}),
    "tokenizer_from_json": (
        {"json_string": text.Tokenizer(num_words=3).to_json()},
        {"json_string": tuple(text.Tokenizer(num_words=n).to_json() for n in (3, 4))},
    ),
}
SEQUENCE = {
    "make_sampling_table": ({"size": 9}, {"size": (9, 8), "sampling_factor": (1e-5, 1e-3)}),
    "skipgrams": (
        {"sequence": [1, 2, 3, 4], "vocabulary_size": 9, "seed": 1},
        {
            "sequence": ([1, 2, 3, 4], [1, 2, 3, 5]),
            "vocabulary_size": (9, 900),
            "window_size": (4, 1),
            "negative_samples": (1.0, 0.0),
            "shuffle": (True, False),
            "categorical": (False, True),
            "sampling_table": (None, np.full(9, 0.1)),
        },
    ),
}
ROWS = {
    "backend": BACKEND,
    "preprocessing.image": IMAGE,
    "preprocessing.text": TEXT,
    "preprocessing.sequence": SEQUENCE,
}
NODES = "the name of a node in a graph of TensorFlow 1, which no engine has"
ONE_SHIFT = "all channels are shifted alike, and cut at the extremes of the whole image"
EXCEPTIONS = {
    **{("backend", name, "name"): NODES for name in "constant foldl foldr map_fn ones_like zeros_like".split()},
    ("backend", "rnn", "unroll"): "writes the loop out; results are the same",
    ("backend", "rnn", "input_length"): "told by the inputs",
    ("preprocessing.image", "apply_channel_shift", "channel_axis"): ONE_SHIFT,
    ("preprocessing.image", "random_channel_shift", "channel_axis"): ONE_SHIFT,
    ("backend", "gradients"): "refused on each engine, as `backend_test.py` holds",
    ("backend", "is_sparse"): "needs sparse tensors: stands in `legacy/backend/backend_test.py`",
    ("backend", "ctc_label_dense_to_sparse"): "gives sparse tensors: stands in `legacy/backend/backend_test.py`",
    ("backend", "batch_set_value"): "the functions of several variables at once: `set_value` has its row",
    ("backend", "name_scope"): "the function of `keras`",
}
