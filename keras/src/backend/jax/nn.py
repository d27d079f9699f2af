"""Kernels of `keras.ops.nn` on JAX."""

import functools
import math

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax
from jax.nn import (
    celu,
    elu,
    glu,
    hard_sigmoid,
    hard_silu,
    leaky_relu,
    log_sigmoid,
    log_softmax,
    selu,
    sigmoid,
    silu,
    softplus,
    sparse_plus,
    sparse_sigmoid,
    squareplus,
)
from jax.nn import (
    soft_sign as softsign,
)

from keras.src.backend import config
from keras.src.backend.common.memory import sized
from keras.src.backend.common.windows import per_dimension, reach, same_padding, transposed_cut
from keras.src.backend.jax.core import jax_sparse, to_engine_dtype
from keras.src.backend.jax.support import spread_alike, widen

# These have derivative rules of their own, which JAX traces anew in every eager call, unless they are compiled.
relu = jax.jit(jax.nn.relu)
relu6 = jax.jit(lambda x: jax.nn.relu6(x) if jnp.issubdtype(x.dtype, jnp.floating) else jnp.clip(x, 0, 6))
gelu = jax.jit(jax.nn.gelu, static_argnums=1)
softmax = jax.jit(jax.nn.softmax, static_argnums=1)

# Affine maps


def _affine(x, kernel, bias, axes):
    summed = tuple(range(x.ndim - axes, x.ndim)), tuple(range(axes))
    return jnp.add(*spread_alike(lax.dot_general(x, kernel, (summed, ((), ()))), bias))


# One dispatch in place of two; within a trace there is nothing to dispatch.
_affine_at_once = jax.jit(_affine, static_argnums=3)


def affine(x, kernel, bias, axes=1):
    run = _affine if isinstance(kernel, jax.core.Tracer) else _affine_at_once
    return run(x, kernel, bias, axes)


# Convolutions


def _layout(rank, data_format):
    """Dimension numbers of inputs, kernel and outputs, in letters."""
    spatial = "XYZ"[:rank]
    moving = f"N{spatial}C" if data_format == "channels_last" else f"NC{spatial}"
    return moving, f"{spatial}IO", moving


def conv(inputs, kernel, strides=1, padding="valid", data_format="channels_last", dilation_rate=1):
    rank = kernel.ndim - 2
    channels = inputs.shape[-1 if data_format == "channels_last" else 1]
    return lax.conv_general_dilated(
        inputs,
        kernel,
        per_dimension(strides, rank, "strides"),
        padding.upper(),
        rhs_dilation=per_dimension(dilation_rate, rank, "dilation_rate"),
        dimension_numbers=_layout(rank, data_format),
        feature_group_count=channels // kernel.shape[-2],
    )


def conv_transpose(
    inputs, kernel, strides=1, padding="valid", output_padding=None, data_format="channels_last", dilation_rate=1
):
    rank = kernel.ndim - 2
    strides = per_dimension(strides, rank, "strides")
    dilation = per_dimension(dilation_rate, rank, "dilation_rate")
    extra = (None,) * rank if output_padding is None else per_dimension(output_padding, rank, "output_padding")
    sizes = inputs.shape[1:-1] if data_format == "channels_last" else inputs.shape[2:]
    frames = []
    for n, k, s, d, e in zip(sizes, kernel.shape, strides, dilation, extra):
        frames.append([reach(k, d) - 1 - cut for cut in transposed_cut(n, k, s, d, padding, e)])
    return lax.conv_general_dilated(
        inputs,
        jnp.flip(kernel, range(rank)).swapaxes(-1, -2),
        (1,) * rank,
        frames,
        lhs_dilation=strides,
        rhs_dilation=dilation,
        dimension_numbers=_layout(rank, data_format),
    )


# Poolings


def _pool(inputs, start, combine, pool_size, strides, padding, data_format):
    rank = inputs.ndim - 2
    window = per_dimension(pool_size, rank, "pool_size")
    strides = window if strides is None else per_dimension(strides, rank, "strides")
    around = (1, window, 1) if data_format == "channels_last" else (1, 1, window)
    steps = (1, strides, 1) if data_format == "channels_last" else (1, 1, strides)
    return lax.reduce_window(inputs, start, combine, _flat(around), _flat(steps), padding.upper())


def _flat(parts):
    return sum((part if isinstance(part, tuple) else (part,) for part in parts), ())


def max_pool(inputs, pool_size, strides=None, padding="valid", data_format="channels_last"):
    if inputs.dtype == jnp.bool_:
        return _pool(inputs, False, lax.bitwise_or, pool_size, strides, padding, data_format)
    is_integer = jnp.issubdtype(inputs.dtype, jnp.integer)
    lowest = np.array(jnp.iinfo(inputs.dtype).min, inputs.dtype) if is_integer else -jnp.inf
    return _pool(inputs, lowest, lax.max, pool_size, strides, padding, data_format)


@functools.partial(jax.jit, static_argnums=(1, 2, 3, 4), inline=True)
def average_pool(inputs, pool_size, strides=None, padding="valid", data_format="channels_last"):
    wide = widen(inputs)
    total = _pool(wide, 0.0, lax.add, pool_size, strides, padding, data_format)
    counts = _elements_in_windows(inputs.shape, pool_size, strides, padding, data_format)
    return (total / counts.astype(wide.dtype)).astype(inputs.dtype)


def _elements_in_windows(shape, pool_size, strides, padding, data_format):
    """How many elements a window covers at each place, those beyond the border not counted."""
    windows = per_dimension(pool_size, len(shape) - 2, "pool_size")
    steps = windows if strides is None else per_dimension(strides, len(shape) - 2, "strides")
    if padding == "valid":
        return np.float32(math.prod(windows))
    if not all(isinstance(n, int) for n in shape):  # an export leaves some open
        return _pool(jnp.ones(shape, "float32"), 0.0, lax.add, pool_size, strides, padding, data_format)
    first, counts = 1 if data_format == "channels_last" else 2, np.float32(1)
    for i, (window, step) in enumerate(zip(windows, steps)):
        size = shape[first + i]
        starts = np.arange(-(-size // step)) * step - same_padding(size, window, step, 1)[0]
        covered = np.minimum(starts + window, size) - np.maximum(starts, 0)
        counts = counts * covered.reshape([-1 if axis == first + i else 1 for axis in range(len(shape))])
    return counts


# Normalisation; inlined where they are traced, one call of XLA where they are not.


@functools.partial(jax.jit, static_argnums=(3,), inline=True)
def batch_normalization(x, mean, variance, axis, offset=None, scale=None, epsilon=1e-3):
    shape = [1] * x.ndim
    shape[axis] = -1
    factor = lax.rsqrt(widen(variance) + epsilon)
    factor = factor if scale is None else factor * widen(scale)
    shift = -widen(mean) * factor
    shift = shift if offset is None else shift + widen(offset)
    return (widen(x) * factor.reshape(shape) + shift.reshape(shape)).astype(x.dtype)


def _beside(weights, x, axis):
    """Weights of the normalised axes, with axes of size 1 in between."""
    axes = {a % x.ndim for a in (axis if isinstance(axis, tuple) else (axis,))}
    shape = () if weights.size == 1 else [n if i in axes else 1 for i, n in enumerate(x.shape)]
    return widen(weights).reshape(shape)


def layer_normalization(x, gamma=None, beta=None, axis=-1, epsilon=None):
    return _layer_normalization(x, gamma, beta, axis, config.epsilon() if epsilon is None else epsilon)


@functools.partial(jax.jit, static_argnums=(3, 4), inline=True)
def _layer_normalization(x, gamma, beta, axis, epsilon):
    result = _standardized(widen(x), axis, epsilon)
    result = result if gamma is None else result * _beside(gamma, x, axis)
    result = result if beta is None else result + _beside(beta, x, axis)
    return result.astype(x.dtype)


@functools.partial(jax.custom_jvp, nondiff_argnums=(1, 2))
def _standardized(x, axis, epsilon):
    return _standardized_and_factor(x, axis, epsilon)[0]


def _standardized_and_factor(x, axis, epsilon):
    centred = x - jnp.mean(x, axis, keepdims=True)
    factor = lax.rsqrt(jnp.mean(jnp.square(centred), axis, keepdims=True) + epsilon)
    return centred * factor, factor


@_standardized.defjvp
def _derivative_of_standardized(axis, epsilon, primals, tangents):
    """Simplified by hand: gradients take half as many passes, and programs compile sooner."""
    (x,), (tangent,) = primals, tangents
    result, factor = _standardized_and_factor(x, axis, epsilon)
    along = result * jnp.mean(result * tangent, axis, keepdims=True)
    return result, (tangent - jnp.mean(tangent, axis, keepdims=True) - along) * factor


# Encodings


def one_hot(x, num_classes, axis=-1, dtype=None, sparse=False):
    if sparse:
        return _sparse_one_hot(x, num_classes, axis, to_engine_dtype(dtype))
    return _dense_one_hot(x, num_classes=num_classes, axis=axis, dtype=to_engine_dtype(dtype))


# JAX computes later, so what no memory holds would only fail when it is read. A program is checked once for each shape.
_dense_one_hot = jax.jit(sized(jax.nn.one_hot), static_argnames=("num_classes", "axis", "dtype"), inline=True)


def _sparse_one_hot(x, num_classes, axis, dtype):
    axis %= x.ndim + 1
    places = [place.reshape(-1) for place in jnp.indices(x.shape, x.dtype)]
    # JAX passes over elements whose index is out of range, as long as it is not negative.
    places.insert(axis, jnp.where(x < 0, num_classes, x).reshape(-1))
    shape = x.shape[:axis] + (num_classes,) + x.shape[axis:]
    return jax_sparse.BCOO((jnp.ones(x.size, dtype), jnp.stack(places, 1)), shape=shape, unique_indices=True)


def multi_hot(inputs, num_classes=None, axis=-1, dtype=None, sparse=False):
    hot = one_hot(inputs, num_classes, axis, dtype, sparse)
    reduced = 1 if inputs.ndim > 1 else 0
    if not sparse:
        return hot.max(reduced)
    hot = jax_sparse.bcoo_reduce_sum(hot, axes=(reduced,)).sum_duplicates(nse=inputs.size)
    return jax_sparse.BCOO((jnp.minimum(hot.data, 1), hot.indices), shape=hot.shape, unique_indices=True)


# Attention


def dot_product_attention(
    query,
    key,
    value,
    bias=None,
    mask=None,
    scale=None,
    is_causal=False,
    flash_attention=None,
    attn_logits_soft_cap=None,
):
    flash = _uses_flash(query, flash_attention, attn_logits_soft_cap)
    length = (query.shape[1], key.shape[1])
    bias = None if bias is None else _with_rank_4(bias, length)
    mask = None if mask is None else _with_rank_4(mask.astype("bool"), length)
    # JAX asks for sums in float32 of products in float16, which not every engine's compiler can do.
    grouped = query.shape[2] != key.shape[2] and attn_logits_soft_cap is None and query.dtype != jnp.float16
    if (flash or grouped) and value.shape[-1] == key.shape[-1]:
        if isinstance(scale, jax.Array):
            query, scale = query * scale.astype(query.dtype), 1.0
        implementation = "cudnn" if flash else "xla"
        return _attend_by_jax(
            query, key, value, bias, mask, scale=scale, is_causal=is_causal, implementation=implementation
        )
    return _attend(query, key, value, bias, mask, scale, is_causal, attn_logits_soft_cap)


def _uses_flash(query, flash_attention, cap):
    """Whether the kernel of cuDNN is to be used: where it was asked for, else where it applies."""
    enabled = config.is_flash_attention_enabled() if flash_attention is None else flash_attention
    possible = jax.default_backend() == "gpu" and query.dtype in ("float16", "bfloat16") and cap is None
    if flash_attention and not possible:
        raise ValueError(
            "keras.ops.dot_product_attention: `flash_attention=True` needs a GPU, queries of float16 or bfloat16, "
            "and no soft cap."
        )
    return bool(enabled) and possible


def _with_rank_4(x, length):
    x = x.reshape((1,) * (4 - x.ndim) + x.shape)
    return jnp.broadcast_to(x, x.shape[:2] + length)


# By itself one dispatch, not one for each of its steps.
_attend_by_jax = jax.jit(
    jax.nn.dot_product_attention, static_argnames=("scale", "is_causal", "implementation"), inline=True
)


@functools.partial(jax.jit, static_argnums=(6,), inline=True)
def _attend(query, key, value, bias, mask, scale, is_causal, cap):
    """Attention in few steps: the trace of a deep model holds many of these."""
    groups = query.shape[2] // key.shape[2]
    if groups > 1:
        key, value = jnp.repeat(key, groups, 2), jnp.repeat(value, groups, 2)
    query = query * (query.shape[-1] ** -0.5 if scale is None else jnp.asarray(scale, query.dtype))
    wide = jnp.promote_types(query.dtype, "float32")
    logits_BNTS = jnp.einsum("btnh,bsnh->bnts", query, key, preferred_element_type=wide)
    logits_BNTS = logits_BNTS if cap is None else cap * jnp.tanh(logits_BNTS / cap)
    logits_BNTS = logits_BNTS if bias is None else logits_BNTS + bias
    if is_causal:
        causal = jnp.tri(*logits_BNTS.shape[2:], dtype="bool")
        mask = causal if mask is None else mask & causal
    if mask is not None:
        logits_BNTS = jnp.where(mask, logits_BNTS, 0.7 * jnp.finfo(logits_BNTS.dtype).min)
    weights_BNTS = jnp.exp(logits_BNTS - lax.stop_gradient(logits_BNTS.max(-1, keepdims=True)))
    total_BNT = weights_BNTS.sum(-1)
    sums_BNTV = jnp.einsum("bnts,bsnv->bntv", weights_BNTS.astype(value.dtype), value)
    return (sums_BNTV / total_BNT[..., None].astype(value.dtype)).transpose(0, 2, 1, 3)
