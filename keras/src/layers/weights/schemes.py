"""Which scheme a mode of quantization is, and what is decided before one is made."""

from keras.src import dtype_policies, quantizers
from keras.src.layers.weights.calibrated import AWQ, GPTQ
from keras.src.layers.weights.float8 import Float8
from keras.src.layers.weights.int4 import GroupedInt4, Int4
from keras.src.layers.weights.integers import Int8
from keras.src.layers.weights.ternary import Ternary

# The schemes of each mode, the one with most variables first.
SCHEMES = {
    "int8": (Int8,),
    "int4": (GroupedInt4, Int4),
    "float8": (Float8,),
    "gptq": (GPTQ,),
    "awq": (AWQ,),
    "ternary": (Ternary,),
}

# The configs of modes that look at data.
CALIBRATED = {"gptq": quantizers.GPTQConfig, "awq": quantizers.AWQConfig}


def resolved(mode, config):
    """The `QuantizationConfig` that `mode` and `config`, arguments of `quantize`, ask for.

    Raises:
        ValueError: There is neither, the mode is unknown, or the two contradict each other.
    """
    if isinstance(config, str):
        mode, config = mode or config, None
    if mode is None and config is None:
        raise ValueError("`quantize` needs a `mode` such as 'int8', or a `config`. Received neither.")
    if config is not None and not isinstance(config, quantizers.QuantizationConfig):
        raise ValueError(
            "`config` must be a `keras.quantizers.QuantizationConfig`, such as `Int8QuantizationConfig()`. "
            f"Received: config={config!r} (of type {type(config).__name__})"
        )
    if mode is not None and mode not in dtype_policies.QUANTIZATION_MODES:
        raise ValueError(f"`mode` must be one of {dtype_policies.QUANTIZATION_MODES}. Received: mode={mode!r}")
    if config is None:
        return _default(mode)
    if mode is not None and config.mode != mode:
        raise ValueError(
            f"`mode` and `config` contradict each other. Received: mode={mode!r}, config.mode={config.mode!r}"
        )
    return config


def _default(mode):
    classes = {"int8": "Int8", "int4": "Int4", "float8": "Float8", "ternary": "Ternary"}
    if mode not in classes:
        name = CALIBRATED[mode].__name__
        raise ValueError(f"Mode {mode!r} needs calibration data: pass `config=keras.quantizers.{name}(...)`.")
    return getattr(quantizers, f"{classes[mode]}QuantizationConfig")()


def of_policy(policy):
    """The config of weights that are made quantized, since the dtype policy of their layer says so."""
    mode = policy.quantization_mode
    if mode == "int4":
        return quantizers.Int4QuantizationConfig(block_size=getattr(policy, "block_size", None))
    if mode in CALIBRATED:
        return CALIBRATED[mode](None, None, weight_bits=policy.weight_bits, group_size=policy.group_size)
    return _default(mode)


def scheme_class(config):
    """The class of the scheme that a config asks for."""
    return next(scheme for scheme in SCHEMES[config.mode] if scheme.serves(config))


def largest(mode):
    """The class of the scheme of a mode that has most variables."""
    return SCHEMES[mode][0]
