"""Layers with known inputs and weights: `name: (class, arguments, inputs, arguments of the call)`."""

import zlib

import numpy as np


def _rng(text):
    return np.random.default_rng(zlib.crc32(text.encode()))


def draw(name, inputs):
    """Arrays for `inputs`: a shape stands for floats, a pair (shape, n) for integers below n, in int32 or, where n is a float, in float32."""
    rng = _rng(name)
    return [
        rng.integers(0, int(x[1]), size=x[0]).astype("int32" if isinstance(x[1], int) else "float32")
        if isinstance(x[0], tuple)
        else rng.normal(size=x).astype("float32")
        for x in inputs
    ]


def set_weights(name, layer):
    """Weights that do not depend on initializers: small, positive for variances."""
    rng = _rng(name + "/weights")
    weights = layer.get_weights()
    layer.set_weights(
        [rng.uniform(0.1, 0.9, size=w.shape).astype(w.dtype) if w.dtype.kind in "fV" else w for w in weights]
    )


def apply(layer, tensors, options, method=None):
    """Calls a layer on the tensors of its row: the only one, a list of them, or each as an argument.

    Args:
        layer: The layer.
        tensors: List of its inputs.
        options: Dict of further arguments.
        method: What to call in place of the layer.
    """
    method = layer if method is None else method
    if type(layer).__name__ in ("MultiHeadAttention", "GroupedQueryAttention"):
        return method(*tensors, **options)
    return method(tensors[0] if len(tensors) == 1 else tensors, **options)


ROWS = {
    "dense": ("Dense", {"units": 4}, [(2, 3)], {}),
    "dense_relu": ("Dense", {"units": 4, "activation": "relu", "use_bias": False}, [(2, 5, 3)], {}),
    "embedding": ("Embedding", {"input_dim": 7, "output_dim": 3}, [((2, 5), 7)], {}),
    "embedding_mask": ("Embedding", {"input_dim": 7, "output_dim": 3, "mask_zero": True}, [((2, 5), 7)], {}),
    "reversible_embedding": ("ReversibleEmbedding", {"input_dim": 7, "output_dim": 3}, [((2, 5), 7)], {}),
    "reversible_embedding_back": (
        "ReversibleEmbedding",
        {"input_dim": 7, "output_dim": 3, "logit_soft_cap": 0.5},
        [(2, 5, 3)],
        {"reverse": True},
    ),
    "reversible_embedding_untied": (
        "ReversibleEmbedding",
        {"input_dim": 7, "output_dim": 3, "tie_weights": False},
        [(2, 5, 3)],
        {"reverse": True},
    ),
    "identity": ("Identity", {}, [(2, 3)], {}),
    "masking": ("Masking", {"mask_value": 0.5}, [(2, 3, 2)], {}),
    "flatten": ("Flatten", {}, [(2, 3, 4)], {}),
    "flatten_first": ("Flatten", {"data_format": "channels_first"}, [(2, 3, 4, 5)], {}),
    "reshape": ("Reshape", {"target_shape": (2, -1)}, [(2, 3, 4)], {}),
    "permute": ("Permute", {"dims": (2, 1)}, [(2, 3, 4)], {}),
    "activation": ("Activation", {"activation": "tanh"}, [(2, 3)], {}),
    "relu": ("ReLU", {"max_value": 1.0, "negative_slope": 0.1, "threshold": 0.2}, [(4, 5)], {}),
    "leaky_relu": ("LeakyReLU", {"negative_slope": 0.2}, [(4, 5)], {}),
    "elu": ("ELU", {"alpha": 0.5}, [(4, 5)], {}),
    "prelu": ("PReLU", {"shared_axes": [1]}, [(2, 3, 4)], {}),
    "softmax": ("Softmax", {"axis": 1}, [(2, 3, 4)], {}),
    "softmax_axes": ("Softmax", {"axis": [1, 2]}, [(2, 3, 4)], {}),
    "rescaling": ("Rescaling", {"scale": 0.5, "offset": 1.0}, [(2, 3)], {}),
    "rescaling_list": ("Rescaling", {"scale": [0.5, 2.0], "offset": [1.0, 0.0]}, [(2, 3, 2)], {}),
    "integer_lookup": ("IntegerLookup", {"vocabulary": [1, 5, 3], "mask_token": 0}, [((3, 4), 7)], {}),
    "integer_lookup_buckets": (
        "IntegerLookup",
        {"vocabulary": [1, 5], "num_oov_indices": 3, "output_mode": "one_hot"},
        [((3, 4), 9)],
        {},
    ),
    "integer_lookup_weights": (
        "IntegerLookup",
        {"vocabulary": [1, 5], "output_mode": "tf_idf", "idf_weights": [0.5, 0.25]},
        [((3, 4), 7)],
        {},
    ),
    "integer_lookup_inverted": ("IntegerLookup", {"vocabulary": [10, 50, 30], "invert": True}, [((3, 4), 6)], {}),
    "category_encoding": ("CategoryEncoding", {"num_tokens": 6}, [((3, 4), 6)], {}),
    "category_encoding_one_hot": ("CategoryEncoding", {"num_tokens": 6, "output_mode": "one_hot"}, [((3, 1), 6)], {}),
    "category_encoding_count": ("CategoryEncoding", {"num_tokens": 5, "output_mode": "count"}, [((3, 4), 5)], {}),
    "discretization": (
        "Discretization",
        {"bin_boundaries": [-0.5, 0.5, 1.0], "output_mode": "one_hot"},
        [(3, 4)],
        {},
    ),
    "discretization_count": (
        "Discretization",
        {"bin_boundaries": [-0.5, 0.5, 1.0], "output_mode": "count"},
        [(3, 4)],
        {},
    ),
    "hashing_one_hot": ("Hashing", {"num_bins": 6, "output_mode": "one_hot"}, [((3, 2), 50)], {}),
    "hashing_count": (
        "Hashing",
        {"num_bins": 6, "output_mode": "count", "salt": 3, "mask_value": 1},
        [((3, 4), 5)],
        {},
    ),
    "hashed_crossing": ("HashedCrossing", {"num_bins": 6, "output_mode": "one_hot"}, [((3, 1), 9), ((3, 1), 9)], {}),
    "dropout": ("Dropout", {"rate": 0.5, "seed": 1}, [(2, 3)], {"training": False}),
    "layer_norm": ("LayerNormalization", {}, [(2, 3, 4)], {}),
    "layer_norm_axes": ("LayerNormalization", {"axis": [1, 2], "scale": False}, [(2, 3, 4)], {}),
    "batch_norm": ("BatchNormalization", {}, [(4, 3)], {}),
    "batch_norm_train": ("BatchNormalization", {"momentum": 0.5}, [(4, 3)], {"training": True}),
    "batch_norm_axis": ("BatchNormalization", {"axis": 1}, [(2, 3, 4, 4)], {"training": True}),
    "batch_norm_renorm": ("BatchNormalization", {"renorm": True}, [(8, 3)], {"training": True}),
    "add": ("Add", {}, [(2, 3), (2, 3), (2, 3)], {}),
    "add_broadcast": ("Add", {}, [(2, 3), (2, 5, 3)], {}),
    "subtract": ("Subtract", {}, [(2, 3), (2, 3)], {}),
    "multiply": ("Multiply", {}, [(2, 3), (2, 3)], {}),
    "average": ("Average", {}, [(2, 3), (2, 3), (2, 3)], {}),
    "maximum": ("Maximum", {}, [(2, 3), (2, 3)], {}),
    "minimum": ("Minimum", {}, [(2, 3), (2, 3)], {}),
    "concatenate": ("Concatenate", {"axis": 1}, [(2, 3, 4), (2, 2, 4)], {}),
    "dot": ("Dot", {"axes": (2, 1)}, [(2, 3, 4), (2, 4, 5)], {}),
    "dot_normalize": ("Dot", {"axes": 1, "normalize": True}, [(2, 3), (2, 3)], {}),
    "conv1d_causal": (
        "Conv1D",
        {"filters": 3, "kernel_size": 3, "padding": "causal", "dilation_rate": 2},
        [(2, 9, 2)],
        {},
    ),
    "conv2d_groups": ("Conv2D", {"filters": 4, "kernel_size": (3, 2), "groups": 2}, [(2, 6, 7, 4)], {}),
    "conv2d_first": ("Conv2D", {"filters": 4, "kernel_size": 3, "data_format": "channels_first"}, [(2, 3, 6, 7)], {}),
    "depthwise_conv1d": ("DepthwiseConv1D", {"kernel_size": 3, "strides": 2, "padding": "same"}, [(2, 8, 3)], {}),
    "depthwise_conv2d": ("DepthwiseConv2D", {"kernel_size": 3, "depth_multiplier": 2}, [(2, 6, 6, 3)], {}),
}
for _rank in (1, 2, 3):
    _places = (2,) + (6,) * _rank + (2,)
    for _padding in ("valid", "same"):
        ROWS[f"conv{_rank}d_{_padding}"] = (
            f"Conv{_rank}D",
            {"filters": 3, "kernel_size": 3, "strides": 2, "padding": _padding, "activation": "relu"},
            [_places],
            {},
        )
        for _kind in ("Max", "Average"):
            ROWS[f"{_kind.lower()}_pool{_rank}d_{_padding}"] = (
                f"{_kind}Pooling{_rank}D",
                {"pool_size": 3, "strides": 2, "padding": _padding},
                [_places],
                {},
            )
    for _kind in ("Max", "Average"):
        ROWS[f"global_{_kind.lower()}_pool{_rank}d"] = (f"Global{_kind}Pooling{_rank}D", {}, [_places], {})
        ROWS[f"global_{_kind.lower()}_pool{_rank}d_kept"] = (
            f"Global{_kind}Pooling{_rank}D",
            {"keepdims": True, "data_format": "channels_first"},
            [_places],
            {},
        )
for _rank in (1, 2, 3):
    _places = (2,) + (2, 3, 2)[:_rank] + (2,)
    for _name, _arguments in {
        "valid": {"strides": 2, "activation": "relu"},
        "same": {"strides": 3, "padding": "same", "use_bias": False},
        "dilated": {"dilation_rate": 2},
        "output_padding": {"strides": 2, "padding": "same", "output_padding": 1},
        "first": {"strides": 2, "output_padding": 0, "data_format": "channels_first"},
    }.items():
        ROWS[f"conv{_rank}d_transpose_{_name}"] = (
            f"Conv{_rank}DTranspose",
            {"filters": 3, "kernel_size": (3, 2, 3)[:_rank], **_arguments},
            [_places if _name != "first" else (2, 2) + (2, 3, 2)[:_rank]],
            {},
        )
    for _kind in ("Max", "Average"):
        ROWS[f"adaptive_{_kind.lower()}_pool{_rank}d"] = (
            f"Adaptive{_kind}Pooling{_rank}D",
            {"output_size": 2 if _rank == 1 else (2, 4, 1)[:_rank]},
            [(2,) + (5, 4, 3)[:_rank] + (2,)],
            {},
        )
        ROWS[f"adaptive_{_kind.lower()}_pool{_rank}d_first"] = (
            f"Adaptive{_kind}Pooling{_rank}D",
            {"output_size": 3, "data_format": "channels_first"},
            [(2, 2) + (5, 4, 3)[:_rank]],
            {},
        )
# Layers that move elements, and those that are at rest while there is no training.
_FRAMES = {1: (1, 2), 2: ((1, 0), (0, 2)), 3: ((1, 0), 1, (0, 2))}
for _rank in (1, 2, 3):
    _places, _first = (2, *(4, 3, 4)[:_rank], 2), (2, 2, *(4, 3, 4)[:_rank])
    _factors = 3 if _rank == 1 else (2, 1, 3)[:_rank]
    ROWS[f"cropping{_rank}d"] = (f"Cropping{_rank}D", {"cropping": _FRAMES[_rank]}, [_places], {})
    ROWS[f"cropping{_rank}d_default"] = (f"Cropping{_rank}D", {}, [_places], {})
    ROWS[f"zero_padding{_rank}d"] = (f"ZeroPadding{_rank}D", {"padding": _FRAMES[_rank]}, [_places], {})
    ROWS[f"zero_padding{_rank}d_default"] = (f"ZeroPadding{_rank}D", {}, [_places], {})
    ROWS[f"zero_padding{_rank}d_first"] = (
        f"ZeroPadding{_rank}D",
        {"padding": 2, "data_format": "channels_first"},
        [_first],
        {},
    )
    ROWS[f"up_sampling{_rank}d"] = (f"UpSampling{_rank}D", {"size": _factors}, [_places], {})
    ROWS[f"spatial_dropout{_rank}d"] = (
        f"SpatialDropout{_rank}D",
        {"rate": 0.5, "seed": 1},
        [_places],
        {"training": False},
    )
    if _rank > 1:
        _format = {"data_format": "channels_first"}
        ROWS[f"cropping{_rank}d_first"] = (f"Cropping{_rank}D", {"cropping": 1, **_format}, [_first], {})
        ROWS[f"up_sampling{_rank}d_first"] = (f"UpSampling{_rank}D", {"size": _factors, **_format}, [_first], {})
        ROWS[f"spatial_dropout{_rank}d_first"] = (
            f"SpatialDropout{_rank}D",
            {"rate": 0.5, **_format},
            [_first],
            {"training": False},
        )
for _interpolation in ("bilinear", "bicubic", "lanczos3", "lanczos5", "area"):
    ROWS[f"up_sampling2d_{_interpolation}"] = (
        "UpSampling2D",
        {"size": (2, 3), "interpolation": _interpolation},
        [(2, 4, 3, 2)],
        {},
    )
ROWS.update(
    {
        "up_sampling2d_bilinear_first": (
            "UpSampling2D",
            {"size": 3, "interpolation": "bilinear", "data_format": "channels_first"},
            [(2, 2, 4, 3)],
            {},
        ),
        "repeat_vector": ("RepeatVector", {"n": 3}, [(2, 4)], {}),
        "repeat_vector_integers": ("RepeatVector", {"n": 2}, [((2, 4), 9)], {}),
        "activity_regularization": ("ActivityRegularization", {"l1": 0.1, "l2": 0.2}, [(2, 3)], {}),
        "alpha_dropout": (
            "AlphaDropout",
            {"rate": 0.5, "noise_shape": (None, 1), "seed": 1},
            [(2, 3)],
            {"training": False},
        ),
        "gaussian_dropout": ("GaussianDropout", {"rate": 0.5, "seed": 1}, [(2, 3)], {"training": False}),
        "gaussian_noise": ("GaussianNoise", {"stddev": 0.5, "seed": 1}, [(2, 3)], {"training": False}),
    }
)
# Recurrent layers; more of them, with masks and states, stand in `recurrent_rows.py`.
for _cell in ("SimpleRNN", "LSTM", "GRU"):
    ROWS[f"{_cell.lower()}"] = (_cell, {"units": 4}, [(2, 5, 3)], {})
    ROWS[f"{_cell.lower()}_sequences"] = (
        _cell,
        {"units": 4, "return_sequences": True, "go_backwards": True, "use_bias": False, "activation": "relu"},
        [(2, 5, 3)],
        {},
    )
for _rank in (1, 2, 3):
    ROWS[f"conv_lstm{_rank}d"] = (
        f"ConvLSTM{_rank}D",
        {"filters": 2, "kernel_size": 2, "strides": 2},
        [(2, 3) + (5,) * _rank + (2,)],
        {},
    )

# Attention, and products with kernels of any rank.
_PAIR = [(2, 5, 8), (2, 7, 6)]
_EQUAL_PAIR = [(2, 5, 8), (2, 7, 8)]
_SOURCES = np.array([[1, 1, 1, 0, 0, 1, 1], [1, 0, 1, 1, 0, 0, 0]], "bool")
_PAIRS = np.tril(np.ones((2, 5, 7), "bool"))
for _name, _class, _arguments in (
    ("multi_head", "MultiHeadAttention", {"num_heads": 2, "key_dim": 3}),
    ("grouped_query", "GroupQueryAttention", {"head_dim": 3, "num_query_heads": 4, "num_key_value_heads": 2}),
):
    for _kind, _more, _call in (
        ("plain", {}, {}),
        ("causal", {"use_bias": False}, {"use_causal_mask": True}),
        ("masks", {"use_gate": True}, {"value_mask": _SOURCES, "attention_mask": _PAIRS}),
        ("scores", {"dropout": 0.3, "seed": 1}, {"return_attention_scores": True, "key_mask": _SOURCES}),
        ("window", {"sliding_window": 2, "kernel_initializer": "zeros"}, {"return_attention_scores": True}),
    ):
        ROWS[f"{_name}_{_kind}"] = (
            _class,
            {**_arguments, **_more},
            _PAIR if _name == "multi_head" else _EQUAL_PAIR,
            _call,
        )
_HEADS = {"num_heads": 2, "key_dim": 3, "value_dim": 4}
ROWS.update(
    {
        "multi_head_key": ("MultiHeadAttention", {**_HEADS, "output_shape": 5}, [*_PAIR, (2, 7, 3)], {}),
        "multi_head_image": ("MultiHeadAttention", _HEADS, [(2, 3, 4, 8), (2, 3, 4, 6)], {}),
        "multi_head_axis": (
            "MultiHeadAttention",
            {**_HEADS, "attention_axes": 2, "output_shape": (5, 2)},
            [(2, 3, 4, 8), (2, 3, 6, 8)],
            {"return_attention_scores": True},
        ),
        "attention": ("Attention", {}, [(2, 5, 6), (2, 7, 6)], {}),
        "attention_concat": (
            "Attention",
            {"use_scale": True, "score_mode": "concat"},
            [(2, 5, 6), (2, 7, 6), (2, 7, 6)],
            {"return_attention_scores": True, "use_causal_mask": True},
        ),
        "attention_masks": (
            "Attention",
            {"use_scale": True, "dropout": 0.2},
            [(2, 5, 6), (2, 7, 6)],
            {"mask": [_SOURCES[:, :5], _SOURCES]},
        ),
        "additive_attention": ("AdditiveAttention", {}, [(2, 5, 6), (2, 7, 6)], {"return_attention_scores": True}),
        "additive_attention_plain": ("AdditiveAttention", {"use_scale": False}, [(2, 5, 6), (2, 7, 6)], {}),
        "einsum_dense": (
            "EinsumDense",
            {"equation": "abc,cde->abde", "output_shape": (None, 2, 3), "bias_axes": "de", "activation": "relu"},
            [(2, 3, 4)],
            {},
        ),
        "einsum_dense_two": (
            "EinsumDense",
            {"equation": "abcd,cde->abe", "output_shape": (None, 5), "bias_axes": "e"},
            [(2, 3, 4, 2)],
            {},
        ),
        "einsum_dense_dots": (
            "EinsumDense",
            {"equation": "...x,xy->...y", "output_shape": 5, "bias_axes": "y"},
            [(2, 3, 4)],
            {},
        ),
        "einsum_dense_batch": (
            "EinsumDense",
            {"equation": "abc,bcd->abd", "output_shape": (3, 5), "bias_axes": "bd"},
            [(2, 3, 4)],
            {},
        ),
        "einsum_dense_last": ("EinsumDense", {"equation": "ab...,bc->ac...", "output_shape": 6}, [(2, 3, 4)], {}),
        "separable_conv1d": (
            "SeparableConv1D",
            {"filters": 3, "kernel_size": 2, "padding": "same", "strides": 2, "use_bias": False},
            [(2, 7, 4)],
            {},
        ),
        "separable_conv2d": (
            "SeparableConv2D",
            {"filters": 3, "kernel_size": (2, 3), "depth_multiplier": 2, "activation": "relu"},
            [(2, 6, 7, 3)],
            {},
        ),
        "group_norm": ("GroupNormalization", {"groups": 4}, [(2, 5, 8)], {}),
        "group_norm_axis": ("GroupNormalization", {"groups": 2, "axis": 1, "center": False}, [(2, 4, 5, 3)], {}),
        "group_norm_each": ("GroupNormalization", {"groups": -1, "epsilon": 0.1, "scale": False}, [(2, 5, 3)], {}),
        "rms_norm": ("RMSNormalization", {}, [(2, 3, 4)], {}),
        "rms_norm_axes": ("RMSNormalization", {"axis": [1, 2], "epsilon": 0.1}, [(2, 3, 4)], {}),
        "unit_norm": ("UnitNormalization", {}, [(2, 3, 4)], {}),
        "unit_norm_axes": ("UnitNormalization", {"axis": [1, 2]}, [(2, 3, 4)], {}),
        "normalization": ("Normalization", {"mean": [1.0, 2.0, 3.0], "variance": [1.0, 4.0, 9.0]}, [(2, 3)], {}),
        "normalization_weights": ("Normalization", {"axis": (1, 2)}, [(2, 3, 4)], {}),
        "normalization_inverted": (
            "Normalization",
            {"axis": None, "mean": 2.0, "variance": 4.0, "invert": True},
            [((2, 3), 9)],
            {},
        ),
    }
)

# Sounds.
ROWS.update(
    {
        "mel_spectrogram": (
            "MelSpectrogram",
            {"fft_length": 64, "sequence_stride": 20, "num_mel_bins": 6},
            [(2, 300)],
            {},
        ),
        "mel_spectrogram_energies": (
            "MelSpectrogram",
            {
                "fft_length": 64,
                "sequence_length": 40,
                "sequence_stride": 31,
                "window": "hamming",
                "sampling_rate": 11025,
                "num_mel_bins": 5,
                "min_freq": 100.0,
                "power_to_db": False,
                "mag_exp": 1.5,
            },
            [(200,)],
            {},
        ),
        "stft_spectrogram": ("STFTSpectrogram", {"mode": "magnitude", "frame_length": 16}, [(2, 100, 2)], {}),
        "stft_spectrogram_psd": (
            "STFTSpectrogram",
            {"mode": "psd", "frame_length": 12, "frame_step": 5, "fft_length": 16, "padding": "same", "scaling": None},
            [(2, 50, 1)],
            {},
        ),
        "stft_spectrogram_first": (
            "STFTSpectrogram",
            {"mode": "stft", "frame_length": 16, "data_format": "channels_first", "window": "hamming"},
            [(2, 2, 50)],
            {},
        ),
        "stft_spectrogram_images": (
            "STFTSpectrogram",
            {"mode": "stft", "frame_length": 16, "expand_dims": True, "periodic": True, "scaling": "spectrum"},
            [(2, 50, 2)],
            {},
        ),
        "stft_spectrogram_images_first": (
            "STFTSpectrogram",
            {
                "mode": "real",
                "frame_length": 16,
                "expand_dims": True,
                "data_format": "channels_first",
                "window": None,
            },
            [(2, 2, 50)],
            {},
        ),
    }
)

# Images. Where a layer draws, both ends of what it draws from are the same.
_PICTURES = [(2, 6, 8, 3)]
ROWS.update(
    {
        "random_flip": ("RandomFlip", {"mode": "vertical", "seed": 1}, _PICTURES, {"training": False}),
        "center_crop": ("CenterCrop", {"height": 3, "width": 4}, _PICTURES, {}),
        "center_crop_resized": ("CenterCrop", {"height": 12, "width": 4}, _PICTURES, {}),
        "center_crop_first": (
            "CenterCrop",
            {"height": 5, "width": 3, "data_format": "channels_first"},
            [(2, 3, 6, 8)],
            {},
        ),
        "random_crop": ("RandomCrop", {"height": 6, "width": 8, "seed": 1}, _PICTURES, {"training": True}),
        "max_num_bounding_boxes": ("MaxNumBoundingBoxes", {"max_number": 2}, _PICTURES, {}),
        "random_erasing": (
            "RandomErasing",
            {"factor": (1.0, 1.0), "scale": (1.0, 1.0), "fill_value": [0.5, 1.0, 2.0], "seed": 1},
            _PICTURES,
            {"training": True},
        ),
        "random_elastic_transform": (
            "RandomElasticTransform",
            {"factor": 0.0, "seed": 1},
            _PICTURES,
            {"training": True},
        ),
        "random_perspective": ("RandomPerspective", {"scale": 0.0, "seed": 1}, _PICTURES, {"training": True}),
        **{
            f"resizing_{name}": ("Resizing", {"height": height, "width": width, **more}, [shape], {})
            for name, height, width, shape, more in (
                ("bilinear", 3, 4, (2, 6, 8, 3), {}),
                ("cropped", 12, 5, (2, 6, 8, 3), {"crop_to_aspect_ratio": True}),
                ("padded", 5, 20, (2, 6, 8, 3), {"pad_to_aspect_ratio": True, "fill_value": 0.7}),
                ("antialias", 3, 4, (2, 6, 8, 3), {"antialias": True}),
                ("nearest", 5, 9, (2, 6, 8, 3), {"interpolation": "nearest"}),
                ("bicubic", 9, 5, (2, 6, 8, 3), {"interpolation": "bicubic"}),
                ("first", 9, 5, (2, 3, 6, 8), {"data_format": "channels_first"}),
            )
        },
        **{
            f"random_{name}_{fill_mode}": (
                f"Random{name.capitalize()}",
                {**arguments, "fill_mode": fill_mode, "fill_value": 0.3, "seed": 1, **more},
                [(2, 3, 6, 8)] if more.get("data_format") else _PICTURES,
                {"training": True},
            )
            for name, arguments in (
                ("rotation", {"factor": (0.1, 0.1)}),
                ("zoom", {"height_factor": (0.2, 0.2), "width_factor": (-0.3, -0.3)}),
                ("translation", {"height_factor": (0.2, 0.2), "width_factor": (-0.15, -0.15)}),
            )
            for fill_mode, more in (
                ("reflect", {}),
                ("wrap", {}),
                ("nearest", {"data_format": "channels_first"}),
                ("constant", {}),
            )
        },
        "random_zoom_alike": ("RandomZoom", {"height_factor": (0.2, 0.2)}, _PICTURES, {"training": True}),
        "random_shear": ("RandomShear", {"x_factor": 0.0, "seed": 1}, _PICTURES, {"training": True}),
        "random_brightness": (
            "RandomBrightness",
            {"factor": (0.2, 0.2), "value_range": (-1, 2), "seed": 1},
            _PICTURES,
            {"training": True},
        ),
    }
)
# Colours: whole numbers, which half floats hold as they are.
_BYTES = [((2, 4, 5, 3), 200.0)]
for _name, _class, _arguments in (
    ("random_contrast", "RandomContrast", {"factor": (0, 0), "value_range": (0, 150)}),
    ("random_saturation", "RandomSaturation", {"factor": (0.3, 0.3)}),
    ("random_hue", "RandomHue", {"factor": (1.0, 1.0)}),
    ("random_sharpness", "RandomSharpness", {"factor": (0.8, 0.8)}),
    ("random_color_degeneration", "RandomColorDegeneration", {"factor": (0.4, 0.4)}),
    ("random_grayscale", "RandomGrayscale", {"factor": 1.0}),
    ("random_invert", "RandomInvert", {"factor": (1.0, 1.0), "value_range": (0, 200)}),
    ("random_posterization", "RandomPosterization", {"factor": (3, 3)}),
    ("random_gaussian_blur", "RandomGaussianBlur", {"factor": (1.0, 1.0), "sigma": (0.7, 0.7), "kernel_size": 5}),
    ("solarization", "Solarization", {"addition_factor": (0.0, 0.0), "threshold_factor": (0.0, 0.0)}),
):
    ROWS[_name] = (_class, {**_arguments, "seed": 1}, _BYTES, {"training": True})
ROWS["random_color_jitter"] = (
    "RandomColorJitter",
    {
        "brightness_factor": (0.1, 0.1),
        "contrast_factor": (0, 0),
        "saturation_factor": (0.3, 0.3),
        "hue_factor": (1.0, 1.0),
        "seed": 1,
    },
    _BYTES,
    {"training": True},
)
ROWS["equalization_adaptive"] = (
    "ContrastLimitedAdaptiveHistogramEqualization",
    {"tile_grid_size": (2, 3), "clip_limit": 2.0, "value_range": (0, 200)},
    [((2, 7, 8, 2), 200.0)],
    {},
)
ROWS["mix_up"] = ("MixUp", {"alpha": 0.3, "seed": 1}, _BYTES, {"training": False})
ROWS["cut_mix"] = ("CutMix", {"factor": 0.7, "seed": 1}, _BYTES, {"training": False})
ROWS["rand_augment"] = ("RandAugment", {"factor": 0.4, "num_ops": 3, "seed": 1}, _BYTES, {"training": False})
ROWS["aug_mix"] = ("AugMix", {"alpha": 0.5, "all_ops": False, "seed": 1}, _BYTES, {"training": False})
ROWS["auto_contrast"] = ("AutoContrast", {"value_range": (0, 200)}, _BYTES, {})
ROWS["equalization"] = ("Equalization", {"bins": 64}, _BYTES, {"training": True})
