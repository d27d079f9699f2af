"""Layers large enough that their initial weights have statistics: `name: (class, arguments, inputs, what to build with)`.

`inputs` are shapes without the batch; a layer of several has a list of them. Names of `keras.layers` only, so that the
table also runs under another library of the same namespace.
"""

_SEQUENCE = [(3, 64)]
_PAIR = [(5, 64), (7, 48)]

ROWS = {
    "dense": ("Dense", {"units": 96}, [(64,)]),
    "dense_he": ("Dense", {"units": 96, "kernel_initializer": "he_normal"}, [(64,)]),
    "dense_lecun": ("Dense", {"units": 96, "kernel_initializer": "lecun_uniform"}, [(64,)]),
    "dense_lora": ("Dense", {"units": 96, "lora_rank": 32}, [(64,)]),
    "embedding": ("Embedding", {"input_dim": 100, "output_dim": 64}, [()]),
    "embedding_lora": ("Embedding", {"input_dim": 100, "output_dim": 64, "lora_rank": 32}, [()]),
    "reversible_embedding": (
        "ReversibleEmbedding",
        {"input_dim": 100, "output_dim": 64, "tie_weights": False},
        [()],
    ),
    "prelu": ("PReLU", {}, [(64,)]),
    "batch_norm": ("BatchNormalization", {"renorm": True}, [(64,)]),
    "layer_norm": ("LayerNormalization", {}, [(64,)]),
    "group_norm": ("GroupNormalization", {}, [(3, 64)]),
    "rms_norm": ("RMSNormalization", {}, [(64,)]),
    "normalization": ("Normalization", {}, [(64,)]),
    "depthwise_conv1d": ("DepthwiseConv1D", {"kernel_size": 9, "depth_multiplier": 8}, [(12, 64)]),
    "depthwise_conv2d": ("DepthwiseConv2D", {"kernel_size": 3, "depth_multiplier": 8}, [(8, 8, 64)]),
    "separable_conv1d": ("SeparableConv1D", {"filters": 96, "kernel_size": 9, "depth_multiplier": 8}, [(12, 64)]),
    "separable_conv2d": ("SeparableConv2D", {"filters": 96, "kernel_size": 3, "depth_multiplier": 8}, [(8, 8, 64)]),
    "conv2d_groups": ("Conv2D", {"filters": 96, "kernel_size": (3, 2), "groups": 2}, [(8, 8, 64)]),
    "attention": ("Attention", {"use_scale": True, "score_mode": "concat"}, _PAIR),
    "additive_attention": ("AdditiveAttention", {}, [(5, 4000), (7, 4000)]),
    "einsum_heads": ("EinsumDense", {"equation": "abc,cde->abde", "output_shape": (None, 8, 12)}, _SEQUENCE),
    "einsum_he": (
        "EinsumDense",
        {"equation": "abc,cde->abde", "output_shape": (None, 8, 4), "kernel_initializer": "he_normal"},
        [(3, 256)],
    ),
    "einsum_two": ("EinsumDense", {"equation": "abcd,cde->abe", "output_shape": (None, 96)}, [(3, 8, 8)]),
    "einsum_batch": ("EinsumDense", {"equation": "abc,bcd->abd", "output_shape": (8, 48)}, [(8, 64)]),
    "einsum_dots": ("EinsumDense", {"equation": "...x,yx->...y", "output_shape": 96, "bias_axes": "y"}, _SEQUENCE),
    "multi_head": ("MultiHeadAttention", {"num_heads": 4, "key_dim": 16, "value_dim": 24, "use_gate": True}, _PAIR),
    "multi_head_axes": (
        "MultiHeadAttention",
        {"num_heads": 4, "key_dim": 16, "attention_axes": 1, "output_shape": (4, 16)},
        [(5, 3, 64), (5, 3, 48)],
    ),
    "stft_spectrogram": ("STFTSpectrogram", {"frame_length": 64}, [(200, 2)]),
    "grouped_query": ("GroupQueryAttention", {"head_dim": 16, "num_query_heads": 8, "num_key_value_heads": 2}, _PAIR),
}
for _rank in (1, 2, 3):
    ROWS[f"conv{_rank}d"] = (f"Conv{_rank}D", {"filters": 96, "kernel_size": 2}, [(6,) * _rank + (64,)])
    ROWS[f"conv{_rank}d_transpose"] = (
        f"Conv{_rank}DTranspose",
        {"filters": 96, "kernel_size": 2},
        [(6,) * _rank + (64,)],
    )
    ROWS[f"conv_lstm{_rank}d"] = (f"ConvLSTM{_rank}D", {"filters": 32, "kernel_size": 2}, [(3,) + (6,) * _rank + (16,)])
for _cell in ("SimpleRNN", "LSTM", "GRU"):
    ROWS[_cell.lower()] = (_cell, {"units": 48}, _SEQUENCE)
    ROWS[f"{_cell.lower()}_cell"] = (f"{_cell}Cell", {"units": 48}, [(64,)])


def built(layers, name):
    """The layer of a row, built.

    Args:
        layers: Namespace with the classes.
        name: Name of the row.
    """
    class_name, arguments, inputs = ROWS[name]
    layer = getattr(layers, class_name)(**arguments)
    shapes = [(2, *shape) for shape in inputs]
    if class_name in ("MultiHeadAttention", "GroupQueryAttention"):
        layer.build(*shapes)
    else:
        layer.build(shapes[0] if len(shapes) == 1 else shapes)
    return layer


def statistics(values):
    """Mean, standard deviation and kurtosis (0 for a constant) of the numbers of a weight, and their count, as a dict."""
    mean, stddev = values.mean(), values.std()
    return {
        "mean": float(mean),
        "stddev": float(stddev),
        "kurtosis": float((((values - mean) / stddev) ** 4).mean()) if stddev else 0.0,
        "count": int(values.size),
    }
