"""For each argument of each layer two values that must make a difference, and why a few need none."""

import numpy as np

from integration_tests.mute.core import arguments_of
from keras import ops

VECTORS, SEQUENCES, IMAGES, VOLUMES = [(4, 6)], [(4, 5, 6)], [(2, 6, 6, 4)], [(2, 5, 5, 5, 4)]
SPATIAL = {1: [(2, 6, 4)], 2: IMAGES, 3: VOLUMES}
PICTURES = [(8, 6, 5, 3)]
TRIPLES = [(8, 3, 3, 3)]
SOUNDS = [(2, 300)]
SAMPLING = {"interpolation": ("bilinear", "nearest"), "fill_mode": ("reflect", "wrap")}
PAIR = [(2, 5, 6), (2, 5, 6)]

BY_NAME = {
    "activation": ("linear", "tanh"),
    "recurrent_activation": ("sigmoid", "relu"),
    "use_bias": (True, False),
    "dropout": (0.0, 0.5),
    "recurrent_dropout": (0.0, 0.5),
    "rate": (0.2, 0.8),
    "seed": (1, 2),
    "fill_value": (0.0, 2.0),
    "units": (3, 4),
    "filters": (2, 4),
    "kernel_size": (2, 3),
    "strides": (1, 2),
    "padding": ("valid", "same"),
    "data_format": ("channels_last", "channels_first"),
    "dilation_rate": (1, 2),
    "output_padding": (None, 1),
    "groups": (1, 2),
    "depth_multiplier": (1, 2),
    "pool_size": (2, 3),
    "keepdims": (False, True),
    "axis": (-1, 1),
    "epsilon": (1e-3, 0.5),
    "center": (True, False),
    "scale": (True, False),
    "momentum": (0.99, 0.5),
    "return_sequences": (False, True),
    "return_state": (False, True),
    "go_backwards": (False, True),
    "stateful": (False, True),
    "unit_forget_bias": (True, False),
    "reset_after": (True, False),
    "negative_slope": (0.1, 0.3),
    "use_scale": (False, True),
    "use_gate": (False, True),
    "sliding_window": (None, 1),
    "lora_rank": (None, 2),
    "name": ("one", "other"),
    "dtype": ("float32", "float16"),
    "trainable": (True, False),
    "activity_regularizer": (None, "l2"),
}
BY_SUFFIX = {"initializer": ("ones", "zeros"), "regularizer": (None, "l2"), "constraint": (None, "non_neg")}
OF_EACH_LAYER = ("name", "dtype", "trainable", "activity_regularizer")

# What is needed beside an argument for it to matter.
WITH = {
    "seed": {"dropout": 0.5},
    "lora_alpha": {"lora_rank": 2},
    "renorm_clipping": {"renorm": True},
    "renorm_momentum": {"renorm": True},
    **{name: {"power_to_db": True} for name in ("top_db", "min_power", "ref_power")},
    "zero_output_for_mask": {"return_sequences": True},
    "unit_forget_bias": {"bias_initializer": "zeros"},
    "padding": {"strides": 1},
    "output_padding": {"strides": 2},
    "max_tokens": {"pad_to_max_tokens": True},
    "pad_to_max_tokens": {"max_tokens": 9},
    "oov_token": {"output_mode": "int", "invert": True},
    "invert": {"output_mode": "int"},
    "idf_weights": {"output_mode": "tf_idf"},
    "oov_method": {"num_oov_indices": 5},
    "salt": {"num_oov_indices": 5, "oov_method": "farmhash"},
    "fill_value": {"fill_mode": "constant", "pad_to_aspect_ratio": True},
}


def _rnn(layers):
    return layers.GRUCell(3, kernel_initializer="ones", recurrent_initializer="ones", dropout=0.0)


def _dense(layers):
    return layers.Dense(3, kernel_initializer="ones")


def _lstm(layers, **options):
    return layers.LSTM(3, kernel_initializer="ones", recurrent_initializer="ones", **options)


def _dense_alone(layers):
    return [_dense(layers)]


# Class: (arguments, shapes of the inputs, pairs of its own). Functions make arguments of the namespace of layers.
ROWS = {
    "ActivityRegularization": ({}, VECTORS, {"l1": (0.0, 0.1), "l2": (0.0, 0.1)}),
    "AlphaDropout": ({"rate": 0.5}, SEQUENCES, {"noise_shape": (None, (None, 1, None))}),
    "GaussianDropout": ({"rate": 0.5}, SEQUENCES, {}),
    "GaussianNoise": ({"stddev": 0.5}, SEQUENCES, {"stddev": (0.2, 0.5)}),
    "RepeatVector": ({"n": 2}, VECTORS, {"n": (2, 3)}),
    "UpSampling1D": ({}, SPATIAL[1], {"size": (2, 3)}),
    "UpSampling2D": ({}, SPATIAL[2], {"size": (2, (1, 3)), "interpolation": ("nearest", "bilinear")}),
    "UpSampling3D": ({}, SPATIAL[3], {"size": (2, (1, 3, 1))}),
    **{
        f"Cropping{n}D": ({"cropping": 1}, SPATIAL[n], {"cropping": (1, ((1, 0) if n == 1 else (1, 0, 1)[:n]))})
        for n in (1, 2, 3)
    },
    **{
        f"ZeroPadding{n}D": ({}, SPATIAL[n], {"padding": (1, ((1, 0) if n == 1 else (1, 0, 1)[:n]))}) for n in (1, 2, 3)
    },
    **{f"SpatialDropout{n}D": ({"rate": 0.5}, SPATIAL[n], {}) for n in (1, 2, 3)},
    "Activation": ({"activation": "relu"}, VECTORS, {}),
    "AdditiveAttention": ({}, PAIR, {}),
    "Attention": ({}, PAIR, {"score_mode": ("dot", "concat")}),
    "BatchNormalization": (
        {},
        SEQUENCES,
        {"renorm": (False, True), "renorm_clipping": (None, {"rmax": 1.01}), "renorm_momentum": (0.9, 0.5)},
    ),
    "Bidirectional": (
        {"layer": _lstm},
        SEQUENCES,
        {
            "layer": (_lstm, lambda layers: layers.GRU(3)),
            "merge_mode": ("concat", "sum"),
            "backward_layer": (None, lambda layers: layers.GRU(3, go_backwards=True)),
        },
    ),
    "Concatenate": ({}, PAIR, {}),
    "Dense": ({"units": 3}, VECTORS, {"lora_alpha": (1, 8)}),
    "DepthwiseConv1D": ({"kernel_size": 2}, SPATIAL[1], {}),
    "DepthwiseConv2D": ({"kernel_size": 2}, SPATIAL[2], {}),
    "Dot": ({"axes": 1}, PAIR, {"axes": (1, (2, 2)), "normalize": (False, True)}),
    "Dropout": ({"rate": 0.5}, SEQUENCES, {"noise_shape": (None, (None, 1, None))}),
    "ELU": ({}, VECTORS, {"alpha": (1.0, 0.5)}),
    "EinsumDense": (
        {"equation": "abc,cd->abd", "output_shape": (None, 3), "bias_axes": "d"},
        SEQUENCES,
        {
            "equation": ("abc,cd->abd", "abc,dc->abd"),
            "output_shape": ((None, 3), (None, 4)),
            "bias_axes": (None, "d"),
            "lora_alpha": (1, 8),
        },
    ),
    "Embedding": (
        {"input_dim": 9, "output_dim": 3},
        [((4, 5), 9)],
        {"input_dim": (9, 10), "output_dim": (3, 4), "mask_zero": (False, True), "lora_alpha": (1, 8)},
    ),
    "Flatten": ({}, SEQUENCES, {}),
    "GroupNormalization": ({"groups": 2}, SPATIAL[1], {"groups": (2, 4)}),
    "GroupQueryAttention": (
        {"head_dim": 2, "num_query_heads": 2, "num_key_value_heads": 1},
        PAIR,
        {"head_dim": (2, 3), "num_query_heads": (2, 4), "num_key_value_heads": (1, 2)},
    ),
    "Lambda": (
        {"function": lambda layers: ops.softmax},
        VECTORS,
        {
            "function": (lambda layers: ops.softmax, lambda layers: ops.log_softmax),
            "arguments": (None, {"axis": 0}),
            "mask": (None, np.array([True, False, True, True])),
        },
    ),
    "LayerNormalization": ({}, PAIR[:1], {}),
    "LeakyReLU": ({}, VECTORS, {}),
    "Masking": ({}, SEQUENCES, {"mask_value": (0.0, 9.0)}),
    "MelSpectrogram": (
        {"fft_length": 64, "sequence_stride": 20, "num_mel_bins": 6, "power_to_db": False},
        SOUNDS,
        {
            "fft_length": (64, 32),
            "sequence_stride": (20, 21),
            "sequence_length": (None, 32),
            "window": ("hann", None),
            "sampling_rate": (16000, 8000),
            "num_mel_bins": (6, 7),
            "min_freq": (20.0, 200.0),
            "max_freq": (None, 6000.0),
            "power_to_db": (True, False),
            "top_db": (80.0, 5.0),
            "mag_exp": (2.0, 1.0),
            "min_power": (1e-10, 10.0),
            "ref_power": (1.0, 2.0),
        },
    ),
    "MultiHeadAttention": (
        {"num_heads": 2, "key_dim": 2},
        PAIR,
        {
            "num_heads": (2, 3),
            "key_dim": (2, 3),
            "value_dim": (None, 3),
            "output_shape": (None, 3),
            "attention_axes": (None, (0,)),
        },
    ),
    "Normalization": (
        {},
        VECTORS,
        {"axis": (-1, None), "mean": (0.0, 1.0), "variance": (1.0, 2.0), "invert": (False, True)},
    ),
    "PReLU": ({}, SEQUENCES, {"shared_axes": (None, [1])}),
    "Permute": ({"dims": (1, 2)}, SEQUENCES, {"dims": ((1, 2), (2, 1))}),
    "RMSNormalization": ({}, SEQUENCES, {"axis": (-1, (1, 2))}),
    "RNN": (
        {"cell": _rnn},
        SEQUENCES,
        {"cell": (_rnn, lambda layers: layers.GRUCell(4)), "zero_output_for_mask": (False, True)},
    ),
    "CenterCrop": ({"height": 3, "width": 2}, PICTURES, {"height": (3, 4), "width": (2, 3)}),
    "MaxNumBoundingBoxes": ({"max_number": 2}, PICTURES, {}),
    "Pipeline": ({"layers": _dense_alone}, VECTORS, {"layers": (_dense_alone, lambda layers: [layers.ReLU()])}),
    "RandomBrightness": ({"factor": 0.5}, PICTURES, {"factor": (0.5, (0.1, 0.2)), "value_range": ((0, 255), (0, 1))}),
    "RandomCrop": ({"height": 3, "width": 2}, PICTURES, {"height": (3, 4), "width": (2, 3)}),
    "RandomElasticTransform": (
        {"factor": (1.0, 1.0), "scale": (1.0, 1.0)},
        [(2, 32, 32, 3)],
        {
            "factor": ((0.0, 0.0), (1.0, 1.0)),
            "scale": ((1.0, 1.0), (0.5, 0.5)),
            "interpolation": ("bilinear", "nearest"),
            "fill_mode": ("reflect", "constant"),
        },
    ),
    "RandomErasing": (
        {"factor": (1.0, 1.0)},
        PICTURES,
        {
            "factor": ((0.0, 0.0), (1.0, 1.0)),
            "scale": ((0.1, 0.3), (0.5, 1.0)),
            "fill_value": (None, 0.5),
            "value_range": ((0, 255), (0, 1)),
        },
    ),
    **{
        name: ({"factor": 0.5}, PICTURES, {"factor": (0.5, (0.1, 0.2)), "value_range": ((0, 255), (0, 1))})
        for name in ("RandomContrast", "RandomSharpness")
    },
    "RandomInvert": (
        {"factor": (0.6, 0.9)},
        PICTURES,
        {"factor": (0.1, (0.9, 1.0)), "value_range": ((0, 255), (0, 1))},
    ),
    **{
        name: ({"factor": 0.5}, TRIPLES, {"factor": (0.5, (0.1, 0.2)), "value_range": ((0, 255), (0, 1))})
        for name in ("RandomColorDegeneration", "RandomHue")
    },
    "RandomSaturation": ({"factor": (0.9, 0.95)}, TRIPLES, {"factor": (0.5, 0.9), "value_range": ((0, 255), (0, 1))}),
    "RandomGrayscale": ({"factor": 0.5}, TRIPLES, {"factor": (0.5, 0.9)}),
    "RandomPosterization": (
        {"factor": 4, "value_range": (-2, 2)},
        PICTURES,
        {"factor": (4, (2, 2)), "value_range": ((-2, 2), (0, 1))},
    ),
    "RandomGaussianBlur": (
        {"factor": 1.0},
        PICTURES,
        {"factor": (1.0, 0.1), "kernel_size": (3, 5), "sigma": (1.0, (0.1, 0.2))},
    ),
    "Solarization": (
        {"addition_factor": 0.5, "threshold_factor": 0.5},
        PICTURES,
        {
            "addition_factor": (0.5, (0.1, 0.2)),
            "threshold_factor": ((0.5, 0.5), (0.0, 0.0)),
            "value_range": ((0, 255), (0, 1)),
        },
    ),
    "RandomColorJitter": (
        {"brightness_factor": 0.2, "contrast_factor": 0.5, "saturation_factor": 0.5, "hue_factor": 0.5},
        TRIPLES,
        {
            "value_range": ((0, 255), (0, 1)),
            **{f"{kind}_factor": (None, 0.5) for kind in ("brightness", "contrast", "saturation", "hue")},
        },
    ),
    "ContrastLimitedAdaptiveHistogramEqualization": (
        {"value_range": (-2, 2)},
        PICTURES,
        {"value_range": ((-2, 2), (0, 1)), "clip_limit": (0, 1), "tile_grid_size": ((2, 2), (1, 3))},
    ),
    "MixUp": ({"alpha": 1.0}, PICTURES, {"alpha": (0.0, 1.0)}),
    "CutMix": ({}, PICTURES, {"factor": (0.0, 1.0)}),
    "RandAugment": (
        {"factor": (0.5, 0.8), "num_ops": 8, "value_range": (-2, 2)},
        TRIPLES,
        {
            "value_range": ((0, 255), (0, 1)),
            "num_ops": (8, 3),
            "factor": (0.8, 0.2),
            "interpolation": ("bilinear", "nearest"),
        },
    ),
    "AugMix": (
        {"factor": 0.8, "num_chains": 4},
        TRIPLES,
        {
            "value_range": ((0, 255), (0, 1)),
            "num_chains": (3, 2),
            "chain_depth": (3, 1),
            "factor": (0.8, 0.2),
            "alpha": (1.0, 5.0),
            "all_ops": (True, False),
            "interpolation": ("bilinear", "nearest"),
        },
    ),
    "AutoContrast": ({}, PICTURES, {"value_range": ((0, 255), (0, 1))}),
    "Equalization": ({}, PICTURES, {"value_range": ((0, 1), (-2, 2)), "bins": (256, 16)}),
    "RandomFlip": ({}, PICTURES, {"mode": ("horizontal", "vertical")}),
    "RandomPerspective": (
        {"factor": (1.0, 1.0)},
        PICTURES,
        {"factor": ((0.0, 0.0), (1.0, 1.0)), "scale": (0.5, 1.0), "interpolation": ("bilinear", "nearest")},
    ),
    "RandomRotation": ({"factor": 0.4}, PICTURES, {"factor": (0.4, (0.1, 0.2)), **SAMPLING}),
    "RandomShear": ({"x_factor": 0.5}, PICTURES, {"x_factor": (0.1, 0.8), "y_factor": (0.0, 0.5), **SAMPLING}),
    "RandomTranslation": (
        {"height_factor": 0.4, "width_factor": 0.4},
        PICTURES,
        {"height_factor": (0.4, 0.1), "width_factor": (0.4, 0.1), **SAMPLING},
    ),
    "RandomZoom": (
        {"height_factor": (0.2, 0.4)},
        PICTURES,
        {"height_factor": ((0.2, 0.4), 0.1), "width_factor": (None, 0.4), **SAMPLING},
    ),
    "ReLU": ({}, VECTORS, {"max_value": (None, 0.5), "threshold": (0.0, 0.3)}),
    "CategoryEncoding": (
        {"num_tokens": 10},
        [((4, 5), 9)],
        {"num_tokens": (10, 11), "output_mode": ("multi_hot", "count")},
    ),
    "Discretization": (
        {"bin_boundaries": [-0.5, 0.5], "output_mode": "count"},
        VECTORS,
        {"bin_boundaries": ([-0.5, 0.5], [0.0]), "output_mode": ("count", "multi_hot")},
    ),
    "IntegerLookup": (
        {"vocabulary": [1, 5], "output_mode": "count"},
        [((4, 5), 9)],
        {
            "max_tokens": (8, 9),
            "num_oov_indices": (1, 2),
            "mask_token": (None, 7),
            "oov_token": (-1, -2),
            "vocabulary": ([1, 5], [5]),
            "idf_weights": ([0.5, 0.25], [0.5, 0.5]),
            "invert": (False, True),
            "output_mode": ("multi_hot", "count"),
            "pad_to_max_tokens": (False, True),
            "oov_method": ("floormod", "farmhash"),
            "salt": (None, 1),
        },
    ),
    "Hashing": (
        {"num_bins": 5, "output_mode": "count"},
        [((4, 5), 9)],
        {"num_bins": (5, 6), "output_mode": ("multi_hot", "count"), "salt": (None, 1), "mask_value": (None, 9)},
    ),
    "HashedCrossing": (
        {"num_bins": 5, "output_mode": "one_hot"},
        [((4, 1), 9), ((4, 1), 9)],
        {"num_bins": (5, 6), "output_mode": ("one_hot", "int")},
    ),
    "Rescaling": ({"scale": 2.0}, VECTORS, {"scale": (2.0, 3.0), "offset": (0.0, 1.0)}),
    "Resizing": (
        {"height": 3, "width": 4},
        PICTURES,
        {
            "height": (3, 4),
            "width": (2, 3),
            "interpolation": ("bilinear", "nearest"),
            "crop_to_aspect_ratio": (False, True),
            "pad_to_aspect_ratio": (False, True),
            "fill_value": (0.0, 1.0),
            "antialias": (False, True),
        },
    ),
    "Reshape": ({"target_shape": (30,)}, SEQUENCES, {"target_shape": ((30,), (6, 5))}),
    "STFTSpectrogram": (
        {"mode": "psd", "frame_length": 16},
        [(2, 40, 20)],
        {
            "mode": ("log", "magnitude"),
            "frame_length": (16, 12),
            "frame_step": (None, 5),
            "fft_length": (None, 32),
            "window": ("hann", None),
            "periodic": (False, True),
            "scaling": ("density", None),
            "expand_dims": (False, True),
            "data_format": ("channels_last", "channels_first"),
        },
    ),
    "ReversibleEmbedding": (
        {"input_dim": 9, "output_dim": 3},
        [((4, 5), 9)],
        {
            "input_dim": (9, 10),
            "output_dim": (3, 4),
            "mask_zero": (False, True),
            "tie_weights": (False, True),
        },
    ),
    "SeparableConv1D": ({"filters": 2, "kernel_size": 2}, SPATIAL[1], {}),
    "SeparableConv2D": ({"filters": 2, "kernel_size": 2}, SPATIAL[2], {}),
    "Softmax": ({}, SEQUENCES, {}),
    "SpectralNormalization": (
        {"layer": _dense},
        VECTORS,
        {"layer": (_dense, lambda layers: layers.Dense(4)), "power_iterations": (1, 3)},
    ),
    "TimeDistributed": ({"layer": _dense}, SEQUENCES, {"layer": (_dense, lambda layers: layers.Dense(4))}),
    "UnitNormalization": ({}, SEQUENCES, {}),
    **{name: ({}, PAIR, {}) for name in ("Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract")},
    "Identity": ({}, VECTORS, {}),
    **{
        f"Conv{n}D{end}": ({"filters": 2, "kernel_size": 2}, SPATIAL[n], {})
        for n in (1, 2, 3)
        for end in ("", "Transpose")
    },
    **{
        f"ConvLSTM{n}D": ({"filters": 2, "kernel_size": 2}, [(2, 3, *SPATIAL[n][0][1:])], {"filters": (2, 3)})
        for n in (1, 2)
    },
    **{
        f"{kind}Pooling{n}D": ({"pool_size": 2}, SPATIAL[n], {"strides": (1, 2)})
        for kind in ("Average", "Max")
        for n in (1, 2, 3)
    },
    **{
        f"Adaptive{kind}Pooling{n}D": ({"output_size": 2}, SPATIAL[n], {"output_size": (2, 3)})
        for kind in ("Average", "Max")
        for n in (1, 2, 3)
    },
    **{f"Global{kind}Pooling{n}D": ({}, SPATIAL[n], {}) for kind in ("Average", "Max") for n in (1, 2, 3)},
    **{name: ({"units": 3}, SEQUENCES, {}) for name in ("SimpleRNN", "LSTM", "GRU")},
}

EXCEPTIONS = {
    "flash_attention": "chooses a kernel; results are the same",
    "unroll": "writes the loop out; results are the same",
    "use_cudnn": "chooses a kernel; results are the same",
    "synchronized": "needs several replicas",
    "gptq_unpacked_column_size": "for files of quantized layers",
    "quantization_config": "read when a layer is quantized",
    ("ActivityRegularization", "activity_regularizer"): "made of `l1` and `l2`, not given",
    **{
        (f"SpatialDropout{n}D", name): "no argument of this layer"
        for n in (1, 2, 3)
        for name in ("trainable", "activity_regularizer")
    },
    ("Resizing", "fill_mode"): "has one value",
    ("MaxNumBoundingBoxes", "max_number"): "changes bounding boxes only; tested with the layer",
    ("MaxNumBoundingBoxes", "fill_value"): "changes bounding boxes only; tested with the layer",
    ("RandomElasticTransform", "value_range"): "not used; there since other layers have it",
    **{("Pipeline", name): "not an argument of this layer" for name in ("dtype", "trainable", "activity_regularizer")},
    ("Lambda", "output_shape"): "the shape of symbolic outputs, tested with the layer",
    **{
        (name, "value_range"): "scale and offset of pixels have no bearing on what is computed"
        for name in ("RandomGaussianBlur", "RandomHue")
    },
    ("MixUp", "data_format"): "images are mixed as wholes",
    **{(name, "data_format"): "each pixel is changed by itself" for name in ("RandomInvert", "RandomPosterization")},
    ("ReversibleEmbedding", "reverse_dtype"): "of calls with `reverse=True`, tested with the layer",
    ("ReversibleEmbedding", "logit_soft_cap"): "of calls with `reverse=True`, tested with the layer",
    ("Bidirectional", "weights"): "not used; there for older code",
    ("CategoryEncoding", "sparse"): "needs sparse tensors; tested with the layer",
    ("IntegerLookup", "sparse"): "needs sparse tensors; tested with the layer",
    ("IntegerLookup", "vocabulary_dtype"): "int64 is the only one",
    ("IntegerLookup", "dtype"): "indices are int64, and configs of the reference hold no other dtype",
    ("Hashing", "sparse"): "needs sparse tensors; tested with the layer",
    ("HashedCrossing", "sparse"): "needs sparse tensors; tested with the layer",
    ("Discretization", "sparse"): "needs sparse tensors; tested with the layer",
    ("Discretization", "num_bins"): "for `adapt`, tested with the layer",
    ("Discretization", "epsilon"): "for `adapt`, tested with the layer",
    **{
        ("Discretization", name): "the constructor has no such argument"
        for name in ("trainable", "activity_regularizer")
    },
    ("Embedding", "weights"): "initial values, tested with the layer",
}
NOT_THIS_WAY = {
    ("RandomGrayscale", "seed", "reloaded"): "configs of the reference hold no seed of this layer",
    ("SimpleRNN", "seed", "reloaded"): "configs of the reference hold no seed of this layer",
    ("HashedCrossing", "trainable", "reloaded"): "configs of the reference hold five arguments of this layer",
    (
        "HashedCrossing",
        "activity_regularizer",
        "reloaded",
    ): "configs of the reference hold five arguments of this layer",
}
WITHOUT_ROW = {
    "InputLayer": "where a graph starts; tested with models",
    "FlaxLayer": "on two engines only; its arguments are tried in `flax_layer_test.py`",
    "JaxLayer": "on two engines only; its arguments are tried in `jax_layer_test.py`",
    "TFSMLayer": "on one engine only; its arguments are tried in `tfsm_layer_test.py`",
    "TorchModuleWrapper": "on one engine only; its arguments are tried in `torch_module_wrapper_test.py`",
    "Wrapper": "a base class",
    "StringLookup": "takes strings; its arguments are tried in `lookup_arguments_test.py`",
    "TextVectorization": "takes strings; its arguments are tried in `lookup_arguments_test.py`",
    "StackedRNNCells": "called within `RNN`; tested in `rnn_test.py`",
    "SimpleRNNCell": "called within `SimpleRNN`, which shows all its arguments",
    "LSTMCell": "called within `LSTM`, which shows all its arguments",
    "GRUCell": "called within `GRU`, which shows all its arguments",
    "ConvLSTM3D": "the code of `ConvLSTM1D` and `ConvLSTM2D`, but slow",
}


def pair_of(class_name, argument):
    """Two values of an argument, or `None`."""
    own = ROWS[class_name][2]
    if argument in own:
        return own[argument]
    return BY_NAME.get(argument, BY_SUFFIX.get(argument.rpartition("_")[2]))


def cases(layers):
    """Pairs of the name of a class and of one of its arguments."""
    found = []
    for class_name in ROWS:
        names = arguments_of(getattr(layers, class_name).__init__)
        for argument in dict.fromkeys([*names, *OF_EACH_LAYER]):
            if argument not in EXCEPTIONS and (class_name, argument) not in EXCEPTIONS:
                found.append((class_name, argument))
    return found
