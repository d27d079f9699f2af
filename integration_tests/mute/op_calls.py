"""A call of each op and random function, into which `ops_test.py` puts two values of each argument one by one."""

import numpy as np

from keras import ops

_GENERATOR = np.random.default_rng(0)


def _normal(*shape):
    return _GENERATOR.normal(size=shape).astype("float32")


def call(*args, **kwargs):
    return args, kwargs


X = np.array([[0.3, -1.2, 0.8], [1.7, 0.4, -0.6], [-0.2, 2.1, 0.9]], "float32")
Y = np.array([[-0.5, 0.7, 1.1], [0.2, -1.4, 0.6], [1.3, 0.1, -0.9]], "float32")
NARROW = np.array([[0.2, -0.4, 0.9], [0.7, 0.1, -0.3]], "float32")
COUNTS = np.array([[3, 1, 0], [1, 1, 0], [2, 1, 0]], "int32")
BITS = np.array([5, 3, 1], "int32")
BOOLS = np.array([[True, True, False], [True, False, False]])
SPECIAL = np.array([np.nan, np.inf, -np.inf, 1.0, -2.0, 0.0], "float32")
WITH_NAN = np.array([[1.0, np.nan, 3.0], [4.0, 5.5, np.nan], [7.0, 2.0, 0.5]], "float32")
POSITIVE = (X @ X.T + 3 * np.eye(3)).astype("float32")
SINGULAR = np.diag([1.0, 0.1, 0.01]).astype("float32")
COMPLEX = (X + 1j * Y).astype("complex64")
CUBE = _normal(3, 3, 3)
BLOCK = _normal(2, 4, 4)
IMAGES = _GENERATOR.uniform(0.1, 0.9, size=(1, 8, 8, 3)).astype("float32")
# Sizes and channels are alike, so that both formats of data are right.
SQUARES = _GENERATOR.uniform(0.1, 0.9, size=(1, 3, 3, 3)).astype("float32")
FEATURES, KERNEL = _normal(1, 4, 4, 4), _normal(2, 2, 4, 4)
VIDEOS = _normal(1, 5, 5, 5, 5)
SIGNAL = _normal(2, 32)
SPECTRUM = (_normal(2, 9, 5), _normal(2, 9, 5))
LABELS = np.array([0, 2, 1], "int32")
SEGMENTS = np.array([0, 0, 2], "int32")
HEADS = _normal(1, 4, 2, 8)
CORNERS = np.array([[0.0, 0.0], [7.0, 0.0], [0.0, 7.0], [7.0, 7.0]], "float32")
MOVED = (CORNERS + np.array([[1.0, 0.5], [-1.0, 1.0], [0.0, -1.0], [0.5, 0.0]])).astype("float32")
LOGITS = _normal(2, 6, 4)
ONE_HOT = np.eye(3, dtype="float32")[[0, 2, 2]]
PROBABILITIES = np.array([[0.5, 0.3, 0.2], [0.1, 0.3, 0.6], [0.2, 0.1, 0.7]], "float32")


def _groups():
    """Calls that many functions share."""
    unary = (
        "abs angle array cast cbrt ceil celu conj convert_to_numpy convert_to_tensor copy corrcoef cos cosh cumprod cumsum "
        "deg2rad det diag diagflat dtype elu empty_like erf erfc exp exp2 expm1 fabs flip fliplr flipud floor gelu get_item "
        "hard_shrink hard_sigmoid hard_silu hard_tanh histogram i0 inv is_tensor layer_normalization leaky_relu log_sigmoid "
        "log_softmax logsumexp max mean median min moments ndim negative norm normalize ones_like prod ptp rad2deg "
        "ravel reciprocal relu relu6 rms_normalization rot90 round saturate_cast selu shape sigmoid sign signbit silu sin sinc "
        "sinh size slogdet soft_shrink softmax softplus softsign sort sparse_plus sparse_sigmoid sparsemax square "
        "squareplus stack std stop_gradient sum tan tanh tanh_shrink transpose trapezoid tril triu trunc unstack var view "
        "zeros_like amax amin argmax argmin argsort lu_factor eig isreal diff nonzero"
    )
    groups = {name: call(X) for name in unary.split()}
    positive = "arccosh log log10 log1p log2 rsqrt sqrt logdet eigh cholesky matrix_rank pinv"
    groups.update({name: call(POSITIVE) for name in positive.split()})
    groups.update({name: call(X / 3) for name in ("arccos", "arcsin", "arctan", "arctanh", "arcsinh", "erfinv")})
    groups.update(
        {name: call(SPECIAL) for name in ("isfinite", "isinf", "isnan", "isneginf", "isposinf", "nan_to_num")}
    )
    groups.update({name: call(np.array(5, "int32")) for name in ("bartlett", "blackman", "hamming", "hanning")})
    binary = (
        "add arctan2 cdist cross divide divide_no_nan dot equal floor_divide fmax fmin fmod greater greater_equal heaviside hypot "
        "inner kron less less_equal logaddexp logaddexp2 matmul maximum minimum mod multiply not_equal outer polar "
        "solve subtract tensordot true_divide vdot append allclose isclose nextafter"
    )
    groups.update({name: call(X, Y) for name in binary.split()})
    integers = (
        "bitwise_and bitwise_or bitwise_xor bitwise_left_shift bitwise_right_shift left_shift right_shift gcd lcm"
    )
    groups.update({name: call(BITS, BITS[::-1].copy()) for name in integers.split()})
    groups.update({name: call(BITS) for name in ("bitwise_invert", "bitwise_not")})
    groups.update({f"logical_{name}": call(BOOLS, BOOLS[:, ::-1].copy()) for name in ("and", "or", "xor")})
    groups.update({name: call((X, Y)) for name in ("fft", "fft2", "ifft2")})
    groups.update({name: call([X, Y]) for name in ("dstack", "hstack", "vstack", "stack", "concatenate")})
    of_nan = "max mean median min prod std sum var cumprod cumsum argmax argmin"
    groups.update({f"nan{name}": call(WITH_NAN) for name in of_nan.split()})
    groups.update({f"segment_{name}": call(X, SEGMENTS) for name in "max min prod sum".split()})
    groups.update(
        {f"{name}_pool": call(FEATURES, 2) for name in ("average", "max", "adaptive_average", "adaptive_max")}
    )
    groups.update({name: call(1.0, 5.0) for name in ("linspace", "logspace", "geomspace")})
    groups.update({name: call((2, 3)) for name in ("ones", "zeros", "empty")})
    groups.update({name: call(3) for name in ("eye", "identity", "tri")})
    groups.update({f"random.{name}": call((4, 3), seed=1) for name in ("normal", "truncated_normal", "uniform")})
    groups.update(
        {f"image.{name}": call(SQUARES) for name in "hsv_to_rgb rgb_to_hsv rgb_to_grayscale sobel_edges".split()}
    )
    return groups


_OWN = {
    "all": call(np.array([[True, True], [False, True]])),
    "allclose": call(X, X + 0.0),
    "any": call(np.array([[False, False], [True, False]])),
    "arange": call(1, 7),
    "argpartition": call(X, 1),
    "array_split": call(_normal(6, 6), 2),
    "average": call(X),
    "cast": call(X, "float32"),
    "saturate_cast": call(X, "float32"),
    "equal": call(LABELS, BITS // 2),
    "not_equal": call(LABELS, BITS // 2),
    "isclose": call(X, X + 0.0),
    "heaviside": call(np.array([0.0, 1.0], "float32"), np.array([0.5, 3.0], "float32")),
    "nextafter": call(X, -X),
    "quantile": call(X, 0.35),
    "isreal": call(np.array([1.0, 2.0 + 1j], "complex64")),
    "batch_normalization": call(X, Y[0], np.abs(Y[1]), -1),
    "binary_crossentropy": call(ONE_HOT, PROBABILITIES),
    "bincount": call(LABELS),
    "broadcast_to": call(X[0], (2, 3)),
    "categorical_crossentropy": call(ONE_HOT, PROBABILITIES),
    "cholesky_inverse": call(np.tril(POSITIVE)),
    "clip": call(X, -1.0, 1.0),
    "conv": call(FEATURES, KERNEL),
    "conv_transpose": call(FEATURES, KERNEL, 2),
    "correlate": call(_normal(6), _normal(3)),
    "count_nonzero": call(COUNTS),
    "ctc_decode": call(LOGITS, np.array([6, 4], "int32")),
    "ctc_loss": call(np.array([[1, 2], [3, 1]]), LOGITS, np.array([2, 1]), np.array([6, 5])),
    "depth_to_space": call(FEATURES, 2),
    "depthwise_conv": call(FEATURES, KERNEL[..., :2]),
    "diagonal": call(CUBE),
    "digitize": call(X, np.array([-0.5, 0.5], "float32")),
    "dot_product_attention": call(HEADS, HEADS * 0.5, HEADS + 1),
    "dsplit": call(BLOCK, 2),
    "einsum": call("ij,jk->ik", X, Y),
    "expand_dims": call(X, 0),
    "extract_sequences": call(SIGNAL, 8, 4),
    "fold": call(_normal(1, 8, 9), (4, 4), 2),
    "full": call((2, 3), 1.0),
    "full_like": call(X, 2.0),
    "get_item": call(X, 0),
    "glu": call(_normal(4, 4)),
    "hsplit": call(_normal(4, 4), 2),
    "imag": call(COMPLEX),
    "in_top_k": call(np.array([0, 2, 2], "int32"), np.array([[3.0, 2, 1], [1, 2, 3], [3, 1, 2]], "float32"), 1),
    "irfft": call(SPECTRUM),
    "isin": call(COUNTS, LABELS[:2]),
    "istft": call(SPECTRUM, 16, 8, 16),
    "kaiser": call(np.array(5, "int32"), 1.0),
    "ldexp": call(X, LABELS),
    "logical_not": call(BOOLS),
    "lstsq": call(SINGULAR, X),
    "matrix_rank": call(np.diag([1.0, 0.1, 0.0]).astype("float32")),
    "meshgrid": call(np.arange(2, dtype="int32"), np.arange(3, dtype="int32")),
    "moments": call(X, 0),
    "moveaxis": call(BLOCK, 0, 1),
    "multi_hot": call(np.array([[0, 1, 1], [2, 0, 2]], "int32"), 3),
    "nanpercentile": call(WITH_NAN, 30.0),
    "nanquantile": call(WITH_NAN, 0.3),
    "nonzero": call(COUNTS),
    "one_hot": call(np.array([0, 2, 2], "int32"), 3),
    "pad": call(X, 1),
    "percentile": call(X, 35.0),
    "pinv": call(SINGULAR),
    "power": call(np.abs(X), Y),
    "psnr": call(X, Y, 1.0),
    "qr": call(_normal(4, 3)),
    "random.beta": call((4, 3), 1.0, 2.0, seed=1),
    "random.binomial": call((4, 3), 10.0, 0.5, seed=1),
    "random.categorical": call(_normal(2, 9), 12, seed=1),
    "random.dropout": call(_normal(6, 6), 0.5, seed=1),
    "random.gamma": call((4, 3), 1.0, seed=1),
    "random.randint": call((4, 3), 0, 1000, seed=1),
    "random.shuffle": call(_normal(6, 6), seed=1),
    "real": call(COMPLEX),
    "rearrange": call(X, "a b -> b a"),
    "repeat": call(X, 2),
    "reshape": call(X, (9,)),
    "rfft": call(SIGNAL),
    "roll": call(X, 1),
    "scatter": call(np.array([[0], [2]]), np.array([1.0, 2.0], "float32"), (4,)),
    "scatter_update": call(X, np.array([[0, 0], [1, 1]]), np.array([1.0, 2.0], "float32")),
    "searchsorted": call(np.array([0.0, 1.0, 2.0], "float32"), np.array([1.0, 0.0], "float32")),
    "select": call([X > 0], [Y]),
    "separable_conv": call(FEATURES, KERNEL[..., :1], _normal(1, 1, 4, 2)),
    "slice": call(X, (0, 1), (2, 2)),
    "slice_update": call(X, (0, 1), Y[:2, :2]),
    "solve_triangular": call(POSITIVE, X),
    "space_to_depth": call(FEATURES, 2),
    "sparse_categorical_crossentropy": call(LABELS, PROBABILITIES),
    "split": call(_normal(6, 6), 2),
    "squeeze": call(X.reshape(1, 3, 1, 3)),
    "stft": call(SIGNAL, 16, 8, 16),
    "svd": call(_normal(4, 3)),
    "swapaxes": call(BLOCK, 0, 1),
    "take": call(X, LABELS),
    "take_along_axis": call(X, np.array([[0], [1], [0]])),
    "threshold": call(X, 0.0, 0.0),
    "tile": call(X, 2),
    "top_k": call(X, 2),
    "trace": call(CUBE),
    "transpose": call(BLOCK),
    "unfold": call(_normal(1, 2, 6, 6), 2),
    "unique": call(np.array([[3, 1], [3, 1], [2, 2]], "int32")),
    "unravel_index": call(LABELS, (2, 3)),
    "vander": call(X[0]),
    "view_as_complex": call(np.stack([X, Y], -1)),
    "view_as_real": call(COMPLEX),
    "vsplit": call(_normal(4, 4), 2),
    "where": call(X > 0, X, Y),
    "image.affine_transform": call(IMAGES, np.array([[1.0, 0.1, 2.2, 0.1, 1.0, -1.3, 0.0, 0.0]], "float32")),
    "image.crop_images": call(IMAGES, 1, 2, None, None, 3, 4),
    "image.elastic_transform": call(SQUARES, seed=1),
    "image.extract_patches": call(FEATURES, 2),
    "image.extract_patches_3d": call(VIDEOS, 3),
    "image.gaussian_blur": call(SQUARES),
    "image.map_coordinates": call(X, np.array([[0.4, 2.6], [1.3, -0.7]], "float32"), 1),
    "image.pad_images": call(IMAGES, 1, 2, None, None, 12, 13),
    "image.perspective_transform": call(IMAGES, CORNERS[None], MOVED[None]),
    "image.resize": call(FEATURES, (3, 2)),
    "image.scale_and_translate": call(
        IMAGES, (1, 5, 5, 3), np.array([0.5, 0.6], "float32"), np.array([0.2, 0.1], "float32"), (1, 2), "linear"
    ),
    "image.ssim": call(IMAGES, np.sqrt(IMAGES), filter_size=3),
}


def _doubled(x):
    return 2.0 * x


def _sum_of_squares(x, y=1.0):
    return ops.sum(x * x * y)


# Functions that take functions.
_OF_FUNCTIONS = {
    "associative_scan": call(lambda a, b: a + b, X),
    "cond": call(np.array(True), lambda: ops.convert_to_tensor(X), lambda: ops.convert_to_tensor(Y)),
    "custom_gradient": call(lambda x: (x * x, lambda *grads, upstream=None: (upstream or grads[0]) * 3.0)),
    "fori_loop": call(0, 3, lambda i, x: x * 0.5 + 1.0, X),
    "map": call(_doubled, X),
    "scan": call(lambda total, x: (total + x, total * x), X[0], X),
    "switch": call(np.array(0), [lambda x: x + 1.0, lambda x: x * 2.0], X),
    "vectorize": call(lambda a, b: ops.sum(a) - b),
    "vectorized_map": call(_doubled, X),
    "while_loop": call(lambda i, x: i < 3, lambda i, x: (i + 1, x * 0.5 + 1.0), [np.array(0, "int32"), X]),
}
_OF_DERIVATIVES = {
    "grad": call(_sum_of_squares),
    "jacobian": call(lambda x, y: x * y),
    "jvp": call(_sum_of_squares, [X, Y], [Y, X]),
    "value_and_grad": call(_sum_of_squares),
    "vjp": call(_sum_of_squares, X, Y),
}
DERIVATIVES = tuple(_OF_DERIVATIVES)
CALLS = {**_groups(), **_OWN, **_OF_FUNCTIONS, **_OF_DERIVATIVES}

# What the functions are called with that these return.
RESULT_CALLED_WITH = {
    "custom_gradient": (X,),
    "grad": (X, Y),
    "jacobian": (X[0], Y[0]),
    "value_and_grad": (X, Y),
    "vectorize": (X[0], Y),
    "vjp": (np.array(1.0, "float32"),),
}
