"""`Model.quantize`: which layers are quantized, and what is told of it."""

import math
import re

from keras.src import backend, quantizers
from keras.src.layers.weights import schemes
from keras.src.layers.weights.holder import HoldsWeight
from keras.src.models import calibration
from keras.src.utils.summary_utils import count_params, memory_size
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
    _check_can_quantize(model, config, wanted)
    if config.mode in calibration.MODES:
        calibration.quantize(model, config, wanted, type_check, report)
        return report
    for layer in _leaves(model):
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
        except Exception as error:  # The layer stays as it was, and so does what was done to the others.
            report.add_error(layer, error)
            warn(f"Layer {layer.name!r} could not be quantized: {error}")
    return report


def _leaves(model):
    return [layer for layer in model._flatten_layers(include_self=False) if not layer._layers]


def _check_can_quantize(model, config, wanted):
    """Raises before anything is changed, where a layer is not ready, or has a dtype that the mode cannot have."""
    mode, policy_mode = config.mode, schemes.scheme_class(config).policy_mode(config)
    for layer in _leaves(model):
        if not isinstance(layer, HoldsWeight) or not wanted(layer):
            continue
        if not layer.built:
            raise ValueError(
                f"Model {model.name!r} must be built before it is quantized; its layer {layer.name!r} is not."
            )
        if layer.quantization_mode is not None:
            raise ValueError(
                f"Layer {layer.name!r} of model {model.name!r} is quantized already, with "
                f"dtype_policy={layer.dtype_policy.name!r}; `filters` can leave it out. Received: mode={mode!r}"
            )
        layer._quantized_policy(policy_mode)


def summary(model, verbose):
    """What `Model.quantization_summary` returns."""
    rows = [_sizes(layer) for layer in _leaves(model) if layer.weights]
    total = ["total", "", *(sum(row[i] for row in rows) for i in (2, 3, 4))]
    lines = [["layer", "mode", "parameters", "bytes before", "bytes now"], *(rows if verbose else ()), total]
    cells = [[f"{cell:,}" if isinstance(cell, int) else cell for cell in line] for line in lines]
    widths = [max(len(cell) for cell in column) for column in zip(*cells)]
    return "\n".join(_line(line, widths) for line in cells)


def _line(cells, widths):
    names = [cell.ljust(width) for cell, width in zip(cells[:2], widths)]
    return "  ".join([*names, *(cell.rjust(width) for cell, width in zip(cells[2:], widths[2:]))])


def _sizes(layer):
    """Name, mode, number of parameters, and bytes without quantization and as it is."""
    now, held = memory_size(layer.weights), []
    if layer.quantization_mode is not None and isinstance(layer, HoldsWeight):
        held = list(layer._schemes.values())
    apart = {id(variable) for scheme in held for variable in scheme.variables()}
    others = [variable for variable in layer.weights if id(variable) not in apart]
    large = sum(math.prod(scheme.shape) for scheme in held)
    before = memory_size(others) + large * backend.dtype_size(layer.variable_dtype) // 8
    return [layer.path or layer.name, layer.quantization_mode or "-", count_params(others) + large, before, now]


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
