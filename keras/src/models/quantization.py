"""`Model.quantize`: which layers are quantized, and what is told of it."""

import re

from keras.src import quantizers
from keras.src.utils.warning_utils import warn


def quantize(model, config, filters, type_check):
    """Quantizes the layers of a model that can be.

    Args:
        model: The model, built.
        config: `QuantizationConfig`.
        filters: Which layers: a regular expression for names, a list of these, a function of a layer, or `None` for all.
        type_check: Whether subclasses of layers that can be quantized are left alone.

    Returns:
        A `QuantizationReport`.
    """
    wanted = name_filter(filters)
    report = quantizers.QuantizationReport(config.mode)
    for layer in model._flatten_layers(include_self=False):
        if layer._layers:
            continue
        if not wanted(layer):
            report.add_skipped(layer, "excluded by the filters")
            continue
        try:
            layer.quantize(config.mode, type_check=type_check, config=config)
            report.add_quantized(layer)
        except NotImplementedError as error:
            report.add_skipped(layer, "not supported" if layer.weights else "no weights")
            if layer.weights:
                warn(str(error))
    return report


def name_filter(filters):
    """A predicate on layers from a regular expression for names, a list of these, a function, or `None`."""
    if filters is None:
        return lambda layer: True
    if callable(filters):
        return filters
    patterns = [filters] if isinstance(filters, str) else filters
    if not isinstance(patterns, (list, tuple)) or not all(isinstance(pattern, str) for pattern in patterns):
        raise ValueError(
            "`filters` must be a regular expression for names of layers, a list of these, or a function of a layer. "
            f"Received: filters={filters!r} (of type {type(filters).__name__})"
        )
    compiled = [re.compile(pattern) for pattern in patterns]
    return lambda layer: any(pattern.search(layer.name) for pattern in compiled)
