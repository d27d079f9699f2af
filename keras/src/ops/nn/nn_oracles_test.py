"""Plain NumPy definitions of the ops of `keras.ops.nn`, by loops over places and paths, to hold the engines against."""

import itertools

import numpy as np
import scipy.special


def _tuple(value, rank):
    return (value,) * rank if isinstance(value, int) else tuple(value)


def _last(x, data_format):
    return np.moveaxis(x, 1, -1) if data_format == "channels_first" else x


def _back(x, data_format):
    return np.moveaxis(x, -1, 1) if data_format == "channels_first" else x


def _windows(x, window, strides, padding, dilation_rate, fill):
    """Sizes of the result, and for each place the patch `(batch, *window, channels)`."""
    rank = len(window)
    strides, dilation = _tuple(strides, rank), _tuple(dilation_rate, rank)
    spans = [(k - 1) * d + 1 for k, d in zip(window, dilation)]
    if padding == "same":
        sizes = [-(-n // s) for n, s in zip(x.shape[1:-1], strides)]
        totals = [max((o - 1) * s + k - n, 0) for o, s, k, n in zip(sizes, strides, spans, x.shape[1:-1])]
        x = np.pad(x, [(0, 0), *[(t // 2, t - t // 2) for t in totals], (0, 0)], constant_values=fill)
    else:
        sizes = [(n - k) // s + 1 for n, k, s in zip(x.shape[1:-1], spans, strides)]

    def patches():
        for place in np.ndindex(*sizes):
            starts = [p * s for p, s in zip(place, strides)]
            parts = [slice(a, a + k, d) for a, k, d in zip(starts, spans, dilation)]
            yield place, x[(slice(None), *parts)]

    return sizes, patches()


def conv(inputs, kernel, strides=1, padding="valid", data_format=None, dilation_rate=1):
    x = _last(inputs, data_format)
    rank, filters = x.ndim - 2, kernel.shape[-1]
    sizes, patches = _windows(x, kernel.shape[:rank], strides, padding.lower(), dilation_rate, 0)
    groups = x.shape[-1] // kernel.shape[-2]
    result = np.zeros((x.shape[0], *sizes, filters), x.dtype)
    for place, patch in patches:
        for f in range(filters):
            first = f // (filters // groups) * kernel.shape[-2]
            seen = patch[..., first : first + kernel.shape[-2]]
            result[(slice(None), *place, f)] = (seen * kernel[..., f]).reshape(x.shape[0], -1).sum(1)
    return _back(result, data_format)


def depthwise_conv(inputs, kernel, *args, **kwargs):
    return conv(inputs, kernel.reshape(*kernel.shape[:-2], 1, -1), *args, **kwargs)


def separable_conv(inputs, depthwise_kernel, pointwise_kernel, strides=1, padding="valid", data_format=None):
    between = depthwise_conv(inputs, depthwise_kernel, strides, padding, data_format)
    return conv(between, pointwise_kernel, 1, "valid", data_format)


def conv_transpose(inputs, kernel, strides=1, padding="valid", data_format=None, dilation_rate=1):
    """The adjoint of `conv`: its matrix, found by convolving unit images, transposed."""
    y = _last(inputs, data_format)
    rank, filters = y.ndim - 2, kernel.shape[-2]
    strides, dilation = _tuple(strides, rank), _tuple(dilation_rate, rank)
    spans = [(k - 1) * d + 1 for k, d in zip(kernel.shape, dilation)]
    more = [max(k - s, 0) if padding == "valid" else 0 for k, s in zip(spans, strides)]
    shape = (*[n * s + m for n, s, m in zip(y.shape[1:-1], strides, more)], filters)
    units = np.eye(int(np.prod(shape)), dtype=y.dtype).reshape(-1, *shape)
    matrix = conv(units, kernel, strides, padding, None, dilation)
    matrix = matrix[(slice(None), *[slice(n) for n in y.shape[1:-1]])]
    result = matrix.reshape(len(units), -1) @ y.reshape(len(y), -1).T
    return _back(result.T.reshape(len(y), *shape), data_format)


def _pool(reduce, fill, inputs, pool_size, strides, padding, data_format):
    x = _last(inputs, data_format).astype("float64")
    window = _tuple(pool_size, x.ndim - 2)
    sizes, patches = _windows(x, window, window if strides is None else strides, padding.lower(), 1, fill)
    result = np.zeros((x.shape[0], *sizes, x.shape[-1]))
    for place, patch in patches:
        result[(slice(None), *place)] = reduce(patch, axis=tuple(range(1, x.ndim - 1)))
    return _back(result, data_format)


def max_pool(inputs, pool_size, strides=None, padding="valid", data_format=None):
    return _pool(np.max, -np.inf, inputs, pool_size, strides, padding, data_format)


def average_pool(inputs, pool_size, strides=None, padding="valid", data_format=None):
    return _pool(np.nanmean, np.nan, inputs, pool_size, strides, padding, data_format)


def _adaptive(reduce, inputs, output_size, data_format):
    x = _last(inputs, data_format)
    sizes = _tuple(output_size, x.ndim - 2)
    result = np.zeros((x.shape[0], *sizes, x.shape[-1]), x.dtype)
    for place in np.ndindex(*sizes):
        parts = [slice(i * n // o, -(-(i + 1) * n // o)) for i, n, o in zip(place, x.shape[1:-1], sizes)]
        result[(slice(None), *place)] = reduce(x[(slice(None), *parts)], axis=tuple(range(1, x.ndim - 1)))
    return _back(result, data_format)


def adaptive_max_pool(inputs, output_size, data_format=None):
    return _adaptive(np.max, inputs, output_size, data_format)


def adaptive_average_pool(inputs, output_size, data_format=None):
    return _adaptive(np.mean, inputs, output_size, data_format)


def one_hot(x, num_classes, axis=-1, dtype="float32", sparse=False):
    result = np.zeros((*x.shape, num_classes), dtype)
    for place, index in np.ndenumerate(x):
        if 0 <= index < num_classes:
            result[(*place, index)] = 1
    return np.moveaxis(result, -1, axis)


def multi_hot(inputs, num_classes, axis=-1, dtype="float32", sparse=False):
    return one_hot(inputs, num_classes, axis, dtype).max(1 if inputs.ndim > 1 else 0)


def binary_crossentropy(target, output, from_logits=False):
    if from_logits:
        return -(target * scipy.special.log_expit(output) + (1 - target) * scipy.special.log_expit(-output))
    p = np.clip(output, 1e-7, 1 - 1e-7)
    return -np.where(target > 0, target * np.log(p), 0) - np.where(target < 1, (1 - target) * np.log1p(-p), 0)


def categorical_crossentropy(target, output, from_logits=False, axis=-1):
    if from_logits:
        return -(target * scipy.special.log_softmax(output, axis)).sum(axis)
    return -(target * np.log(np.clip(output / output.sum(axis, keepdims=True), 1e-7, 1 - 1e-7))).sum(axis)


def sparse_categorical_crossentropy(target, output, from_logits=False, axis=-1):
    axis = axis % output.ndim
    target = target.squeeze(axis) if target.ndim == output.ndim else target
    return categorical_crossentropy(one_hot(target, output.shape[axis], axis), output, from_logits, axis)


def sparsemax(x, axis=-1):
    """The projection onto the simplex, found by bisection of the threshold."""
    x = np.moveaxis(x.astype("float64"), axis, -1)
    low, high = x.max(-1, keepdims=True) - 1, x.max(-1, keepdims=True)
    for _ in range(60):
        middle = (low + high) / 2
        above = np.maximum(x - middle, 0).sum(-1, keepdims=True) > 1
        low, high = np.where(above, middle, low), np.where(above, high, middle)
    return np.moveaxis(np.maximum(x - low, 0), -1, axis)


def _per_axis(weights, x, axis):
    axes = [a % x.ndim for a in _tuple(axis, 1)]
    return 1 if weights is None else weights.reshape([n if i in axes else 1 for i, n in enumerate(x.shape)])


def layer_normalization(x, gamma=None, beta=None, axis=-1, epsilon=1e-7):
    result = (x - x.mean(axis, keepdims=True)) / np.sqrt(x.var(axis, keepdims=True) + epsilon)
    return result * _per_axis(gamma, x, axis) + (0 if beta is None else _per_axis(beta, x, axis))


def rms_normalization(x, scale=None, axis=-1, epsilon=1e-7):
    return x / np.sqrt((x**2).mean(axis, keepdims=True) + epsilon) * (1 if scale is None else scale)


def batch_normalization(x, mean, variance, axis, offset=None, scale=None, epsilon=1e-3):
    mean, variance, scale = (_per_axis(v, x, axis) for v in (mean, variance, scale))
    return (x - mean) / np.sqrt(variance + epsilon) * scale + (0 if offset is None else _per_axis(offset, x, axis))


def normalize(x, axis=-1, order=2, epsilon=1e-7):
    axes = tuple(range(x.ndim)) if axis is None else axis
    return x / np.maximum((np.abs(x) ** order).sum(axes, keepdims=True) ** (1 / order), epsilon)


def dot_product_attention(
    query,
    key,
    value,
    bias=None,
    mask=None,
    scale=None,
    is_causal=False,
    attn_logits_soft_cap=None,
):
    batch, target, heads, features = query.shape
    source, group = key.shape[1], heads // key.shape[2]
    result = np.zeros((batch, target, heads, value.shape[-1]))
    bias = np.broadcast_to(0.0 if bias is None else bias, (batch, heads, target, source))
    mask = np.broadcast_to(True if mask is None else mask, (batch, heads, target, source))
    for b, t, n in np.ndindex(batch, target, heads):
        logits = key[b, :, n // group] @ query[b, t, n] * (features**-0.5 if scale is None else scale)
        if attn_logits_soft_cap is not None:
            logits = attn_logits_soft_cap * np.tanh(logits / attn_logits_soft_cap)
        seen = mask[b, n, t] & ((np.arange(source) <= t) | (not is_causal))
        weights = scipy.special.softmax(np.where(seen, logits + bias[b, n, t], -1e30))
        result[b, t, n] = weights @ value[b, :, n // group]
    return result


def unfold(x, kernel_size, dilation=1, padding=0, stride=1):
    (kh, kw), (dh, dw), (ph, pw), (sh, sw) = (_tuple(v, 2) for v in (kernel_size, dilation, padding, stride))
    x = np.pad(x, [(0, 0), (0, 0), (ph, ph), (pw, pw)])
    rows = range(0, x.shape[2] - (kh - 1) * dh, sh)
    columns = range(0, x.shape[3] - (kw - 1) * dw, sw)
    patches = [x[:, :, i : i + kh * dh : dh, j : j + kw * dw : dw][:, :, :kh, :kw] for i in rows for j in columns]
    return np.stack([p.reshape(len(x), -1) for p in patches], -1)


def fold(x, output_size, kernel_size, dilation=1, padding=0, stride=1):
    """The adjoint of `unfold`: its matrix, found from unit images, transposed."""
    height, width = _tuple(output_size, 2)
    kh, kw = _tuple(kernel_size, 2)
    units = np.eye(height * width).reshape(-1, 1, height, width)
    matrix = unfold(units, kernel_size, dilation, padding, stride).reshape(height * width, -1)
    channels = x.shape[1] // (kh * kw)
    images = x.reshape(len(x) * channels, -1) @ matrix.T
    return images.reshape(len(x), channels, height, width)


def depth_to_space(x, block_size, data_format="channels_last"):
    return _blocks(x, block_size, data_format, to_space=True)


def space_to_depth(x, block_size, data_format="channels_last"):
    return _blocks(x, block_size, data_format, to_space=False)


def _blocks(x, b, data_format, to_space):
    first = data_format == "channels_first"
    x = _last(x, data_format)
    n, h, w, c = x.shape if not to_space else (len(x), x.shape[1] * b, x.shape[2] * b, x.shape[3] // b**2)
    space, depth = np.zeros((n, h, w, c), x.dtype), np.zeros((n, h // b, w // b, c * b * b), x.dtype)
    for i, j, k in np.ndindex(h, w, c):
        inner = i % b * b + j % b
        channel = k * b * b + inner if first else inner * c + k
        if to_space:
            space[:, i, j, k] = x[:, i // b, j // b, channel]
        else:
            depth[:, i // b, j // b, channel] = x[:, i, j, k]
    return _back(space if to_space else depth, data_format)


def _spelled(path, blank):
    """The labels that a path over time spells."""
    return tuple(c for c, _ in itertools.groupby(path) if c != blank)


def _probabilities(logits, length, blank):
    """Probability of each label sequence, summed over all paths."""
    p = scipy.special.softmax(logits.astype("float64"), -1)
    total = {}
    for path in itertools.product(range(p.shape[1]), repeat=int(length)):
        labels = _spelled(path, blank)
        total[labels] = total.get(labels, 0) + np.prod([p[t, c] for t, c in enumerate(path)])
    return total


def ctc_loss(target, output, target_length, output_length, mask_index=0):
    wanted = [tuple(int(c) for c in row[:n]) for row, n in zip(target, target_length)]
    totals = [_probabilities(logits, n, mask_index) for logits, n in zip(output, output_length)]
    return np.array([-np.log(total[labels]) for total, labels in zip(totals, wanted)])


def ctc_decode(
    inputs, sequence_lengths, strategy="greedy", beam_width=100, top_paths=1, merge_repeated=True, mask_index=0
):
    batch, times, _ = inputs.shape
    paths = top_paths if strategy == "beam_search" else 1
    labels, scores = np.full((paths, batch, times), -1), np.zeros((batch, paths))
    for b, length in enumerate(sequence_lengths):
        if strategy == "greedy":
            best = inputs[b, :length].argmax(-1)
            kept = _spelled(best, mask_index) if merge_repeated else [c for c in best if c != mask_index]
            found = [(kept, -inputs[b, :length].max(-1).sum())]
        else:
            total = _probabilities(inputs[b], length, mask_index)
            found = [(k, np.log(total[k])) for k in sorted(total, key=total.get, reverse=True)[:paths]]
        for i, (kept, score) in enumerate(found):
            labels[i, b, : len(kept)] = kept
            scores[b, i] = score
    return labels, scores
