"""Constructors of layers and wrong values for each of their arguments.

`ROWS` maps classes to arguments that do; a function makes its argument of the namespace `keras.layers`. Public names only, so
that the table also runs under another library.
"""

import inspect

_CONVOLUTION = {"filters": 2, "kernel_size": 2}
ROWS = {
    **{f"{kind}{rank}D": {} for kind in ("Cropping", "ZeroPadding", "UpSampling") for rank in (1, 2, 3)},
    **{f"SpatialDropout{rank}D": {"rate": 0.5} for rank in (1, 2, 3)},
    **{kind: {"rate": 0.5} for kind in ("AlphaDropout", "Dropout", "GaussianDropout")},
    "ActivityRegularization": {},
    "GaussianNoise": {"stddev": 0.5},
    "RepeatVector": {"n": 2},
    "Activation": {"activation": "relu"},
    "AdditiveAttention": {},
    "Attention": {},
    "BatchNormalization": {},
    "Bidirectional": {"layer": lambda layers: layers.LSTM(2)},
    "CategoryEncoding": {"num_tokens": 3},
    "IntegerLookup": {},
    "StringLookup": {},
    "TextVectorization": {},
    "Concatenate": {},
    "Dense": {"units": 2},
    "DepthwiseConv1D": {"kernel_size": 2},
    "DepthwiseConv2D": {"kernel_size": 2},
    "Discretization": {"num_bins": 3},
    "Dot": {"axes": 1},
    "ELU": {},
    "EinsumDense": {"equation": "ab,bc->ac", "output_shape": 2},
    "Embedding": {"input_dim": 3, "output_dim": 2},
    "Flatten": {},
    "GroupNormalization": {},
    "GroupQueryAttention": {"head_dim": 2, "num_query_heads": 2, "num_key_value_heads": 1},
    "HashedCrossing": {"num_bins": 3},
    "Hashing": {"num_bins": 3},
    "InputLayer": {"shape": (2,)},
    "Lambda": {"function": lambda layers: abs},
    "LayerNormalization": {},
    "LeakyReLU": {},
    "Masking": {},
    "MelSpectrogram": {},
    "MultiHeadAttention": {"num_heads": 2, "key_dim": 2},
    "Normalization": {},
    "PReLU": {},
    "Permute": {"dims": (1, 2)},
    "RMSNormalization": {},
    "RNN": {"cell": lambda layers: layers.GRUCell(2)},
    "CenterCrop": {"height": 2, "width": 2},
    "MaxNumBoundingBoxes": {"max_number": 2},
    "Pipeline": {"layers": lambda layers: [layers.RandomFlip()]},
    "RandomBrightness": {"factor": 0.5},
    "RandomCrop": {"height": 2, "width": 2},
    "RandomElasticTransform": {},
    "RandomErasing": {},
    "AugMix": {},
    "AutoContrast": {},
    "RandAugment": {},
    "ContrastLimitedAdaptiveHistogramEqualization": {},
    "CutMix": {},
    "MixUp": {},
    "RandomColorJitter": {},
    "Equalization": {},
    **{
        f"Random{kind}": {"factor": 0.5}
        for kind in ("ColorDegeneration", "Contrast", "GaussianBlur", "Grayscale", "Hue", "Invert")
    },
    **{f"Random{kind}": {"factor": 0.5} for kind in ("Saturation", "Sharpness")},
    "RandomPosterization": {"factor": 4},
    "Solarization": {},
    "RandomFlip": {},
    "RandomPerspective": {},
    "RandomRotation": {"factor": 0.5},
    "RandomShear": {},
    "RandomTranslation": {"height_factor": 0.5, "width_factor": 0.5},
    "RandomZoom": {"height_factor": 0.5},
    "Resizing": {"height": 2, "width": 2},
    "ReLU": {},
    "Rescaling": {"scale": 2.0},
    "Reshape": {"target_shape": (2,)},
    "STFTSpectrogram": {},
    "ReversibleEmbedding": {"input_dim": 3, "output_dim": 2},
    "SeparableConv1D": _CONVOLUTION,
    "SeparableConv2D": _CONVOLUTION,
    "Softmax": {},
    "SpectralNormalization": {"layer": lambda layers: layers.Dense(2)},
    "StackedRNNCells": {"cells": lambda layers: [layers.GRUCell(2)]},
    "TimeDistributed": {"layer": lambda layers: layers.Dense(2)},
    "UnitNormalization": {},
    "Wrapper": {"layer": lambda layers: layers.Dense(2)},
    **{f"{kind}{rank}D": _CONVOLUTION for kind in ("Conv", "ConvLSTM") for rank in (1, 2, 3)},
    **{f"Adaptive{kind}Pooling{rank}D": {"output_size": 2} for kind in ("Average", "Max") for rank in (1, 2, 3)},
    **{f"Conv{rank}DTranspose": _CONVOLUTION for rank in (1, 2, 3)},
    **{f"{kind}Pooling{rank}D": {"pool_size": 2} for kind in ("Average", "Max") for rank in (1, 2, 3)},
    **{f"Global{kind}Pooling{rank}D": {} for kind in ("Average", "Max") for rank in (1, 2, 3)},
    **{f"{kind}{end}": {"units": 2} for kind in ("SimpleRNN", "LSTM", "GRU") for end in ("", "Cell")},
}
VALUES = (0, -1, 2.5, -0.5, 1.5, "x", None, True, (1, 0), (2, -1), (1, 2, 3, 4), (), {})

EXCEPTIONS = {
    ("BatchNormalization", "synchronized"): "which engines can do it differs",
    ("InputLayer", "sparse"): "which engines have sparse tensors differs",
    ("InputLayer", "ragged"): "which engines have ragged tensors differs",
    ("CategoryEncoding", "sparse"): "which engines have sparse tensors differs",
    ("Discretization", "sparse"): "which engines have sparse tensors differs",
    ("IntegerLookup", "sparse"): "which engines have sparse tensors differs",
    ("StringLookup", "sparse"): "which engines have sparse tensors differs",
    ("TextVectorization", "sparse"): "which engines have sparse tensors differs",
    ("TextVectorization", "ragged"): "which engines have ragged tensors differs",
    ("HashedCrossing", "sparse"): "which engines have sparse tensors differs",
    ("Hashing", "sparse"): "which engines have sparse tensors differs",
    ("Bidirectional", "weights"): "the argument is there for older code; what it takes is not documented",
}


def refused(layers, class_name, accepts=None):
    """Dict from arguments to the indices in `VALUES` with which the constructor raises an exception.

    Args:
        layers: Namespace with the classes.
        class_name: Name of the class.
        accepts: Function of an exception; where it gives `False`, the exception goes on.
    """
    cls = getattr(layers, class_name)
    found = {}
    for name, parameter in list(inspect.signature(cls.__init__).parameters.items())[1:]:
        if parameter.kind in (parameter.VAR_KEYWORD, parameter.VAR_POSITIONAL) or (class_name, name) in EXCEPTIONS:
            continue
        for i, value in enumerate(VALUES):
            try:
                cls(**{**_arguments(layers, class_name), name: value})
            except Exception as error:
                if accepts is not None and not accepts(error):
                    raise
                found.setdefault(name, []).append(i)
    return found


def _arguments(layers, class_name):
    return {name: x(layers) if callable(x) else x for name, x in ROWS[class_name].items()}
