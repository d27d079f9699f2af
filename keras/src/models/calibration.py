"""Quantization that looks at data: blocks of a model are run one after the other, and rounded by what went into their layers.

Only the layers of one block have their statistics in memory at a time. A block is run again when its weights are rounded, so
that the next one sees the inputs it will have.
"""

import contextlib

import numpy as np

from keras.src import ops
from keras.src.layers.weights import rounding
from keras.src.layers.weights.holder import HoldsWeight
from keras.src.utils.progbar import Progbar

MODES = ("gptq", "awq")
# How many sequences are run at once.
BATCH = 8


def quantize(model, config, wanted, type_check, report):
    """Quantizes the layers of the blocks of a model.

    Args:
        model: The model, built.
        config: `GPTQConfig` or `AWQConfig`.
        wanted: Predicate on layers.
        type_check: Whether subclasses of layers that can be quantized are left alone.
        report: `QuantizationReport` to note in what was done.
    """
    before, blocks = _structure(model, config)
    plain = type(config).from_config({**config.get_config(), "quantization_layer_structure": None})
    states = [_through(before, batch) for batch in _batches(tokens_of(config))]
    progress = Progbar(len(blocks))
    inside = set()
    for number, block in enumerate(blocks, start=1):
        layers = [layer for layer in _leaves(block) if id(layer) not in inside]
        inside.update(map(id, layers))
        chosen = [layer for layer in layers if _check(layer, plain, wanted, type_check, report)]
        for layer, statistics in _run_and_watch(block, chosen, states):
            _round(layer, statistics, plain)
            report.add_quantized(layer)
        if number < len(blocks):
            states = [_through([block], state) for state in states]
        progress.update(number)
    for layer in _leaves(model):
        if id(layer) not in inside:
            report.add_skipped(layer, "outside the blocks" if layer.weights else "no weights")


def _leaves(model):
    layers = [model] if not model._layers else model._flatten_layers(include_self=False)
    return [layer for layer in layers if not layer._layers]


def _structure(model, config):
    structure = config.quantization_layer_structure
    if structure is None:
        structure = model.get_quantization_layer_structure(config.mode)
    names = ("pre_block_layers", "sequential_blocks")
    if not isinstance(structure, dict) or not all(isinstance(structure.get(name), (list, tuple)) for name in names):
        raise ValueError(
            f"Mode {config.mode!r} needs to know the blocks of the model: pass `quantization_layer_structure` to the config, "
            "or override `get_quantization_layer_structure` of the model. It is a dict with a list of the layers before the "
            f"blocks, 'pre_block_layers', and a list of the blocks, 'sequential_blocks'. Received: {structure!r}"
        )
    return [structure[name] for name in names]


def tokens_of(config):
    """The data of a config, as an array of `sequence_length` tokens for each of at most `num_samples` samples."""
    if config.dataset is None:
        raise ValueError(f"Mode {config.mode!r} needs calibration data: pass `dataset` to the config. Received: None")
    length, wanted = config.sequence_length, config.num_samples * config.sequence_length
    found, count = [], 0
    for item in config.dataset:
        found.append(_tokens(item, config.tokenizer))
        count += len(found[-1])
        if count >= wanted:
            break
    stream = np.concatenate(found)[:wanted] if found else np.zeros(0, "int32")
    if len(stream) < length:
        raise ValueError(
            f"The calibration data must have at least one sequence of `sequence_length` tokens. Received: "
            f"{len(stream)} tokens, sequence_length={length}"
        )
    return stream[: len(stream) // length * length].reshape(-1, length)


def _tokens(item, tokenizer):
    if isinstance(item, (str, bytes)):
        if not callable(getattr(tokenizer, "tokenize", None)):
            raise ValueError(
                "Texts to calibrate with need a `tokenizer` with a method `tokenize`. Received: "
                f"tokenizer={tokenizer!r} (of type {type(tokenizer).__name__})"
            )
        item = tokenizer.tokenize(item)
    tokens = ops.convert_to_numpy(item).reshape(-1)
    if tokens.dtype.kind not in "iu":
        raise ValueError(
            f"The calibration data must be texts, or integers that stand for tokens. Received: dtype {tokens.dtype}"
        )
    return tokens.astype("int32")


def _batches(tokens):
    return [tokens[start : start + BATCH] for start in range(0, len(tokens), BATCH)]


def _through(layers, x):
    """What comes out of layers one after the other; of several outputs, the first goes on."""
    for layer in layers:
        x = layer(x)
        x = x[0] if isinstance(x, (list, tuple)) else x
    return x


def _check(layer, config, wanted, type_check, report):
    """Whether a layer of a block is to be rounded; notes why not."""
    if not layer.weights:
        reason = "no weights"
    elif not wanted(layer):
        reason = "excluded by the filters"
    elif not isinstance(layer, HoldsWeight):
        reason = "not supported"
    else:
        try:
            layer._check_can_quantize(config.mode, type_check)
            return True
        except NotImplementedError:
            reason = "not supported"
    report.add_skipped(layer, reason)
    return False


class Statistics:
    """What is known of the inputs of a layer: their Hessian, up to a factor, and their mean size."""

    def __init__(self, use):
        self.use = use
        self.hessian, self.size, self.count = 0.0, 0.0, 0

    def see(self, x):
        """Adds inputs."""
        rows = ops.convert_to_numpy(ops.cast(self.use.matrix_of_inputs(x), "float32"))
        self.hessian = self.hessian + (rows.T @ rows).astype("float64")
        self.size = self.size + np.abs(rows).sum(axis=0, dtype="float64")
        self.count += len(rows)


def _run_and_watch(block, layers, states):
    """Runs a block; `(layer, Statistics)` for each of its layers."""
    statistics = [Statistics(_scheme(layer).use) for layer in layers]
    with contextlib.ExitStack() as stack:
        for layer, each in zip(layers, statistics):
            stack.enter_context(_watched(layer, each.see))
        for state in states if layers else ():
            block(state)
    return zip(layers, statistics)


@contextlib.contextmanager
def _watched(layer, see):
    """Shows what the layer is called with, while it lasts."""
    call = layer.call

    def watching(inputs, *args, **kwargs):
        see(inputs)
        return call(inputs, *args, **kwargs)

    layer.__dict__["call"] = watching
    layer._forget_the_way()
    try:
        yield
    finally:
        del layer.__dict__["call"]
        layer._forget_the_way()


def _scheme(layer):
    """The scheme of a layer's weight, without its low-rank update."""
    scheme = layer._scheme or layer._found()
    return scheme.base if layer.lora_enabled else scheme


def _round(layer, statistics, config):
    """Quantizes a layer by what its inputs were; one that saw none is rounded to the nearest codes."""
    value = _scheme(layer).value()
    layer.quantize(config.mode, type_check=False, config=config)
    if not statistics.count:
        return
    scheme = _scheme(layer)
    matrix = ops.convert_to_numpy(ops.cast(scheme.matrix(value), "float32"))
    hessian = statistics.hessian / statistics.count
    if config.mode == "gptq":
        rounded = rounding.gptq(matrix, hessian, config)
    else:
        rounded = rounding.awq(matrix, hessian, statistics.size / statistics.count, config)
    scheme.take_over(rounded)
