"""Attention by scaled dot products."""

from keras.src.backend.common.dtypes import limits, standardize_dtype
from keras.src.backend.common.shape_rules import broadcast, pattern, reject
from keras.src.ops import numpy as ops
from keras.src.ops.core import cast
from keras.src.ops.core import shape as shape_of
from keras.src.ops.declare import Argument, Index, Tensor, op
from keras.src.ops.dtype_rules import to_float
from keras.src.ops.nn.activation import softmax


def _attended(query, key, value, bias=None, mask=None):
    """`(B, T, N, H)`, `(B, S, K, H)` and `(B, S, K, V)` give `(B, T, N, V)`."""
    result = pattern("...tnh,...skh,...skv->...tnv")(query, key, value)
    fits = len(result) == 4 and (None in (query[2], key[2]) or query[2] % key[2] == 0)
    expected = "tensors of rank 4, the heads of `query` a multiple of those of `key`, are expected"
    reject(not fits, expected, shapes=(query, key, value))
    for weights in (bias, mask):
        broadcast(*[s for s in (weights, (query[0], query[2], query[1], key[1])) if s is not None])
    return result


def _promoted(*dtypes):
    """Floats of the promoted dtype of `query`, `key` and `value`; `bias` is cast to it."""
    dtype = to_float(*dtypes[:3])[1]
    return dtype, dtype


@op(dtype=_promoted, shape=_attended, checked=True)
def dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    bias: Tensor | None = None,
    mask: Index | None = None,
    scale: Argument = None,
    is_causal=False,
    flash_attention=None,
    attn_logits_soft_cap=None,
):
    """Mean of the values, weighted by the softmax of the scaled products of queries and keys (Vaswani et al., 2017).

    Args:
        query: Tensor of shape `(batch, target_length, heads, features)`.
        key: Tensor of shape `(batch, source_length, key_heads, features)`; `heads` must be a multiple of `key_heads`,
            and each of its heads serves a group of heads of `query` (Ainslie et al., 2023).
        value: Tensor of shape `(batch, source_length, key_heads, value_features)`.
        bias: Tensor to add to the scaled products; it broadcasts to `(batch, heads, target_length, source_length)`.
        mask: Bool tensor that broadcasts to the same shape: true where a query may look at a key.
        scale: Number to multiply the products by; `features**-0.5` by default.
        is_causal: Whether each place may look only at itself and at those before it.
        flash_attention: Whether to use the engine's flash kernel; by default where it can.
        attn_logits_soft_cap: Number: scaled products `x` become `cap * tanh(x / cap)`.

    Returns:
        Tensor of shape `(batch, target_length, heads, value_features)`.

    Example:

    >>> q = keras.ops.ones((1, 2, 4, 8))
    >>> k = keras.ops.ones((1, 3, 2, 8))
    >>> keras.ops.dot_product_attention(q, k, k).shape
    (1, 2, 4, 8)
    """
    if flash_attention:
        raise ValueError("keras.ops.dot_product_attention: `flash_attention=True` is not available on this backend.")
    heads, key_heads = query.shape[2], key.shape[2]
    groups = 1 if None in (heads, key_heads) else heads // key_heads
    if groups > 1:
        key, value = ops.repeat(key, groups, 2), ops.repeat(value, groups, 2)
    dtype = standardize_dtype(query.dtype)
    logits_BNTS = ops.einsum("btnh,bsnh->bnts", query, key)
    logits_BNTS = cast(logits_BNTS, "float32") if dtype in ("float16", "bfloat16") else logits_BNTS
    logits_BNTS = ops.multiply(logits_BNTS, _usual_scale(query, logits_BNTS.dtype) if scale is None else scale)
    logits_BNTS = _capped(logits_BNTS, attn_logits_soft_cap)
    logits_BNTS = logits_BNTS if bias is None else ops.add(logits_BNTS, bias)
    weights_BNTS = softmax(_masked(logits_BNTS, mask, is_causal), -1)
    return ops.einsum("bnts,bsnv->btnv", cast(weights_BNTS, dtype), value)


def _usual_scale(query, dtype):
    features = shape_of(query)[-1]
    return (
        features**-0.5
        if isinstance(features, int)
        else ops.reciprocal(ops.sqrt(cast(features, standardize_dtype(dtype))))
    )


def _capped(logits, cap):
    return logits if cap is None else ops.multiply(ops.tanh(ops.divide(logits, cap)), cap)


def _masked(logits_BNTS, mask, is_causal):
    """Logits, very small yet finite where a query must not look: a row without keys gives a mean, not NaN."""
    mask = None if mask is None else cast(mask, "bool")
    if is_causal:
        target, source = shape_of(logits_BNTS)[2:]
        causal = ops.greater_equal(ops.expand_dims(ops.arange(target), 1), ops.expand_dims(ops.arange(source), 0))
        mask = causal if mask is None else ops.logical_and(mask, causal)
    lowest, _ = limits(standardize_dtype(logits_BNTS.dtype))
    return logits_BNTS if mask is None else ops.where(mask, logits_BNTS, 0.7 * lowest)
