"""Layers of colours with given transformations: `name: (class, arguments, transformation, range of the images)`.

Public names only, so that the table also runs under another library.
"""

import numpy as np

_WHOLE, _UNIT, _BOTH = (0, 255), (0, 1), (-1, 1)


def _numbers(*values, dtype="float32", wide=False):
    return np.array(values, dtype).reshape((-1, 1, 1, 1) if wide else (-1,))


CASES = {
    "contrast": ("RandomContrast", {"factor": 0.5}, {"contrast_factor": _numbers(0.3, 1.4, wide=True)}, _WHOLE),
    "contrast_unit": ("RandomContrast", {"factor": 0.5}, {"contrast_factor": _numbers(0.3, 1.4, wide=True)}, _UNIT),
    "saturation": ("RandomSaturation", {"factor": 0.5}, {"factor": _numbers(0.3, 1.7)}, _WHOLE),
    "saturation_unit": ("RandomSaturation", {"factor": 0.5}, {"factor": _numbers(-0.3, 1.0)}, _UNIT),
    "saturation_both": ("RandomSaturation", {"factor": 0.5}, {"factor": _numbers(0.3, 2.0)}, _BOTH),
    "hue": ("RandomHue", {"factor": 0.5}, {"factor": _numbers(0.3, -0.8)}, _WHOLE),
    "hue_both": ("RandomHue", {"factor": 0.5}, {"factor": _numbers(0.1, -0.3)}, _BOTH),
    "sharpness": ("RandomSharpness", {"factor": 0.5}, {"factor": _numbers(0.2, 0.9)}, _WHOLE),
    "sharpness_both": ("RandomSharpness", {"factor": 0.5}, {"factor": _numbers(0.2, 0.9)}, _BOTH),
    "degeneration": ("RandomColorDegeneration", {"factor": 0.5}, {"factor": _numbers(0.4, -0.7, wide=True)}, _WHOLE),
    "invert": ("RandomInvert", {}, {"apply_inversion": _numbers(1, 0, dtype="bool")}, _WHOLE),
    "invert_both": ("RandomInvert", {}, {"apply_inversion": _numbers(1, 0, dtype="bool")}, _BOTH),
    "posterization": ("RandomPosterization", {"factor": 3}, {"shift_factor": _numbers(5, 2, dtype="uint8")}, _WHOLE),
    "posterization_unit": (
        "RandomPosterization",
        {"factor": 3},
        {"shift_factor": _numbers(7, 6, dtype="uint8")},
        _UNIT,
    ),
    "blur": (
        "RandomGaussianBlur",
        {"kernel_size": 5},
        {"should_apply_blur": _numbers(1, 0, dtype="bool"), "blur_factor": _numbers(0.8, 0.3)},
        _WHOLE,
    ),
    "solarization": (
        "Solarization",
        {},
        {"additions": _numbers(20, -10, wide=True), "thresholds": _numbers(100, 30, wide=True)},
        _WHOLE,
    ),
    "solarization_both": (
        "Solarization",
        {},
        {"additions": _numbers(20, -10, wide=True), "thresholds": _numbers(100, 30, wide=True)},
        _BOTH,
    ),
    "auto_contrast": ("AutoContrast", {}, None, _WHOLE),
    "auto_contrast_both": ("AutoContrast", {}, None, _BOTH),
    "equalization": ("Equalization", {}, None, _WHOLE),
    **{
        f"adaptive_{down}_{across}_{limit}": (
            "ContrastLimitedAdaptiveHistogramEqualization",
            {"tile_grid_size": (down, across), "clip_limit": limit},
            None,
            _WHOLE,
        )
        for down, across, limit in ((1, 1, 0), (2, 2, 2.0), (3, 4, 1.5), (8, 8, 4.0))
    },
    "equalization_bins": ("Equalization", {"bins": 16}, None, _WHOLE),
}


def images(value_range):
    """Two images of whole numbers of the range 0..255, brought to another."""
    low, high = value_range
    numbers = np.random.default_rng(0).integers(5, 250, size=(2, 5, 6, 3)).astype("float64")
    return (numbers / 255 * (high - low) + low).astype("float32")


def outputs(keras, name):
    """The images of a case, transformed.

    Args:
        keras: The library.
        name: Name of the case.
    """
    class_name, arguments, transformation, value_range = CASES[name]
    layer = getattr(keras.layers, class_name)(**arguments, value_range=value_range)
    convert = keras.ops.convert_to_tensor
    given = transformation and {key: convert(x) for key, x in transformation.items()}
    return keras.ops.convert_to_numpy(layer.transform_images(convert(images(value_range)), given))
