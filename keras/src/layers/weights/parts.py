"""Quantized and adapted layers of which the config of the one around them does not tell: how files do, and copies become so."""

from keras.src import backend, dtype_policies, quantizers
from keras.src.layers.weights import schemes
from keras.src.layers.weights.holder import HoldsWeight


def described(layer, in_config=False):
    """What `restore` needs to quantize and adapt the layers below one again: a list of dicts, empty where none is to be told of.

    The layers that are told of elsewhere in the config of the one above are left out.

    Args:
        layer: The layer above.
        in_config: Whether its config shall tell. Low-rank updates alone are no matter of configs, of which other libraries
            make layers.
    """
    if layer._parts_to_come:
        return layer._parts_to_come
    if not layer._layers:
        return []
    told = {id(part) for part in _told_in_config(layer)}
    parts = [
        (number, part)
        for number, part in enumerate(layer._flatten_layers(include_self=False))
        if isinstance(part, HoldsWeight) and part.built and id(part) not in told
    ]
    if in_config and not any(_is_quantized(part) for _, part in parts):
        return []
    return [_description(number, part) for number, part in parts if _is_quantized(part) or part.lora_enabled]


def _description(number, part):
    config = part.quantization_config
    described = {
        "number": number,
        "dtype": dtype_policies.serialize(part._effective_policy),
        "quantization_config": quantizers.serialize(config) if config is not None else None,
    }
    return {**described, **_adaptation(part)} if part.lora_enabled else described


def _adaptation(part):
    return {"lora_rank": part.lora_rank, "lora_alpha": part.lora_alpha}


def _told_in_config(layer):
    """The layers below one that its config tells of."""
    for name in layer._layers_in_config:
        held = getattr(layer, name)
        for part in held if isinstance(held, (list, tuple)) else (held,):
            if hasattr(part, "_flatten_layers"):
                yield from part._flatten_layers()


def restore(layer, parts):
    """Quantizes and adapts the layers below one as `described` told: now, or when they are built.

    Raises:
        ValueError: The layer has no such layers.
    """
    below = layer._flatten_layers(include_self=False)
    for part in parts:
        found = below[part["number"]] if part["number"] < len(below) else None
        if not isinstance(found, HoldsWeight):
            raise ValueError(
                f"Layer {layer.name!r} was saved with a quantized or adapted layer at place {part['number']} below it, where there is "
                f"now {'nothing' if found is None else repr(found)}: does it make the layers that it made then?"
            )
        _quantize(found, quantizers.get(part["quantization_config"]), dtype_policies.get(part["dtype"]))
        _adapt(found, part.get("lora_rank"), part.get("lora_alpha"))


def copy(layer, clone):
    """Quantizes and adapts the layers below `clone` like those below `layer`, of which it is a copy that is built or not."""
    pairs = zip(layer._flatten_layers(include_self=False), clone._flatten_layers(include_self=False))
    for part, copied in pairs:
        if not isinstance(part, HoldsWeight) or not isinstance(copied, type(part)) or not copied.built:
            continue
        if _is_quantized(part):
            _quantize(copied, part.quantization_config, part._effective_policy)
        if part.lora_enabled:
            _adapt(copied, **_adaptation(part))


def as_stored(layer, entry):
    """Quantizes a layer if its arrays in a file are those of a quantized one: other libraries' files may tell no more.

    Args:
        layer: A layer.
        entry: The entry of a store with its arrays.

    Returns:
        Whether it did.
    """
    if not isinstance(layer, HoldsWeight) or not layer.built or layer.lora_enabled or layer.quantization_mode:
        return False
    held = layer._saved_weights
    mode, source = _stored_mode(layer, entry), layer._effective_policy.name
    if mode == "float8":
        length = entry.shape(str(len(entry) - 1))[0]
        policy = dtype_policies.QuantizedFloat8DTypePolicy("float8", source, amax_history_length=length)
        _quantize(layer, quantizers.Float8QuantizationConfig(), policy)
    elif mode == "grouped":
        size = _block_size(entry)
        config = quantizers.Int4QuantizationConfig(block_size=size)
        _quantize(layer, config, dtype_policies.get(f"int4/{size}_from_{source}"))
    elif mode == "scaled" and entry.shape("0") == tuple(held[0].shape):
        _quantize(layer, quantizers.Int8QuantizationConfig(), dtype_policies.get(f"int8_from_{source}"))
    elif mode == "scaled":
        config = quantizers.Int4QuantizationConfig(block_size=None)
        _quantize(layer, config, dtype_policies.get(f"int4/-1_from_{source}"))
    return mode is not None


# Kinds of quantization by the number of weights, and that of arrays in a file beyond those of a layer without any.
_MODES = {(1, 1): "scaled", (2, 2): "scaled", (1, 3): "grouped", (2, 5): "grouped", (1, 6): "float8"}


def _stored_mode(layer, entry):
    """The kind of quantization that an entry is of, for a layer without any; `None` if of none."""
    mode = _MODES.get((len(layer._schemes), len(entry) - len(layer._saved_weights)))
    numbers = map(str, range(len(entry)))
    if mode is None or not all(number in entry and entry.shape(number) is not None for number in numbers):
        return None
    is_float = backend.is_float_dtype(backend.standardize_dtype(entry["0"].dtype))
    return mode if is_float == (mode == "float8") else None


_QUANTIZED_FILE = (
    "The file holds quantized weights, and the model is not quantized: call `quantize` first, as was done there."
)
_QUANTIZED_MODEL = (
    "The model is quantized, and the file holds weights that are not: load them before `quantize` is called."
)

_WITHOUT_ZEROS = (
    "The file holds weights that GPTQ or AWQ rounded, without their zero points: Keras 3.15 writes it so, and nobody can "
    "read it. Quantize the model of floats again, and save it here."
)


def advice(layer, entry):
    """What to do about a layer that an entry does not fit because one of the two is quantized; `None` otherwise."""
    if not isinstance(layer, HoldsWeight) or not layer.built or layer.lora_enabled:
        return None
    if layer.quantization_mode is None:
        return _QUANTIZED_FILE if _stored_mode(layer, entry) is not None or _holds_codes(entry) else None
    if layer.quantization_mode in schemes.CALIBRATED and len(entry) == len(layer._saved_weights) - 1:
        return _WITHOUT_ZEROS
    further = sum(len(scheme.variables()) - 1 for scheme in layer._schemes.values())
    if len(entry) == len(layer._saved_weights) - further:
        return _QUANTIZED_MODEL
    return None


def _holds_codes(entry):
    """Whether an entry has what GPTQ or AWQ made of a weight."""
    numbers = map(str, range(len(entry)))
    return any(n in entry and entry.shape(n) is not None and str(entry[n].dtype) == "uint8" for n in numbers)


def _block_size(entry):
    """How many members the first group has, by the last array but those of a second weight."""
    groups = next(entry[str(number)] for number in reversed(range(len(entry))) if len(entry.shape(str(number))) == 1)
    return int((groups[:] == 0).sum())


def _is_quantized(layer):
    return isinstance(layer, HoldsWeight) and layer.quantization_mode is not None and layer.built


def _quantize(layer, config, policy):
    if layer.quantization_mode is not None or policy.quantization_mode is None:
        return
    if not layer.built:
        layer._replace_policy(policy)
        layer.quantization_config = config
    else:
        layer._quantize_weights(config or schemes.of_policy(policy), policy)


def _adapt(layer, lora_rank, lora_alpha):
    if not lora_rank or layer.lora_enabled:
        return
    if layer.built:
        layer.enable_lora(lora_rank, lora_alpha)
    else:
        layer.lora_rank, layer.lora_alpha = lora_rank, lora_alpha
