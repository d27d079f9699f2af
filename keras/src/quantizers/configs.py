"""What `quantize` is told in detail: a config for each mode."""

from keras.src.api_export import keras_export
from keras.src.quantizers import lookup
from keras.src.quantizers.quantizers import AbsMaxQuantizer
from keras.src.saving.serialization_lib import serialize_keras_object
from keras.src.utils.messages import shown


@keras_export("keras.quantizers.QuantizationConfig")
class QuantizationConfig:
    """Base class of what `quantize` takes as `config`; subclasses define `mode`.

    Args:
        weight_quantizer: How weights are quantized; None leaves it to the mode.
        activation_quantizer: How the inputs of a layer are quantized when it is called; None leaves them as they are.

    Example:

    >>> class MyConfig(keras.quantizers.QuantizationConfig):
    ...     @property
    ...     def mode(self):
    ...         return "int8"
    >>> MyConfig().mode
    'int8'
    """

    def __init__(self, weight_quantizer=None, activation_quantizer=None):
        self.weight_quantizer = weight_quantizer
        self.activation_quantizer = activation_quantizer

    @property
    def mode(self):
        """Kind of quantization, such as `"int8"`."""
        raise NotImplementedError(
            "Subclasses must implement this property. Do not instantiate QuantizationConfig directly."
        )

    def get_config(self):
        """Returns the constructor's arguments, as plain values."""
        return {
            "weight_quantizer": serialize_keras_object(self.weight_quantizer),
            "activation_quantizer": serialize_keras_object(self.activation_quantizer),
        }

    @classmethod
    def from_config(cls, config):
        """Builds a config from what `get_config()` returned."""
        # Files tell what there is: a quantizer that they don't name is none, and no default.
        parts = {name: lookup.get(config.get(name)) for name in ("weight_quantizer", "activation_quantizer")}
        return cls(**{**config, **parts})

    @staticmethod
    def weight_quantizer_or_default(config, default):
        """The quantizer of weights.

        Args:
            config: A `QuantizationConfig` or None.
            default: What stands in where the config names none.

        Returns:
            A quantizer.
        """
        return default if config is None or config.weight_quantizer is None else config.weight_quantizer

    @staticmethod
    def activation_quantizer_or_default(config, default):
        """The quantizer of activations.

        Args:
            config: A `QuantizationConfig` or None.
            default: What stands in where there is no config.

        Returns:
            A quantizer, or None where activations stay as they are.
        """
        return default if config is None else config.activation_quantizer


def _quantizer(identifier, name):
    """What users gave as a quantizer, as an object; None stays None."""
    quantizer = lookup.get(identifier)
    if quantizer is not None and not hasattr(quantizer, "output_dtype"):
        raise ValueError(f"`{name}` must be a `keras.Quantizer`, its name or its config. Received: {shown(identifier)}")
    return quantizer


def _check(owner, quantizer, attribute, wanted):
    found = quantizer if quantizer is None else getattr(quantizer, attribute, None)
    if quantizer is not None and found != wanted:
        wanted, found = (f"'{wanted}'", found) if isinstance(wanted, str) else (wanted, found)
        raise ValueError(
            f"{type(owner).__name__} requires a weight_quantizer with {attribute}={wanted}. Received: {attribute}={found}"
        )


@keras_export("keras.quantizers.Int8QuantizationConfig")
class Int8QuantizationConfig(QuantizationConfig):
    """Weights, and by default the inputs of layers, in eight bits.

    Args:
        weight_quantizer: A `Quantizer` with `output_dtype="int8"`, its name or config; None takes
            `AbsMaxQuantizer` along the inputs of each unit.
        activation_quantizer: The same for the inputs of a layer. `"default"` takes `AbsMaxQuantizer` for each row;
            None leaves them in floats.

    Raises:
        ValueError: One is no quantizer, or the one of weights gives another dtype.

    Example:

    >>> weights_only = keras.quantizers.Int8QuantizationConfig(activation_quantizer=None)
    >>> weights_only.mode
    'int8'
    """

    def __init__(self, weight_quantizer=None, activation_quantizer="default"):
        if activation_quantizer == "default":
            activation_quantizer = AbsMaxQuantizer()
        super().__init__(
            _quantizer(weight_quantizer, "weight_quantizer"), _quantizer(activation_quantizer, "activation_quantizer")
        )
        _check(self, self.weight_quantizer, "output_dtype", "int8")

    @property
    def mode(self):
        return "int8"


@keras_export("keras.quantizers.Int4QuantizationConfig")
class Int4QuantizationConfig(QuantizationConfig):
    """Weights in four bits, two to a byte.

    Args:
        weight_quantizer: A `Quantizer` with `output_dtype="int8"` and `value_range=(-8, 7)`, its name or config; only
            without groups.
        activation_quantizer: The same for the inputs of a layer, of any dtype. `"default"` and None leave them in
            floats.
        block_size: How many inputs of a unit share a scale and a zero point; None or -1: all of them share a scale,
            without a zero point.

    Raises:
        ValueError: `block_size` is another number; a quantizer is given together with groups, is no quantizer, or the
            one of weights gives another dtype or range.

    Example:

    >>> keras.quantizers.Int4QuantizationConfig(block_size=64).get_config()["block_size"]
    64
    """

    def __init__(self, weight_quantizer=None, activation_quantizer="default", block_size=128):
        _check_block_size(block_size)
        activation_quantizer = None if activation_quantizer == "default" else activation_quantizer
        if block_size not in (None, -1) and (weight_quantizer is not None or activation_quantizer is not None):
            raise ValueError(
                "Int4 sub-channel quantization (block_size > 0) does not support custom quantizers. Either set "
                "block_size to None or -1 for per-channel quantization, or remove the custom quantizer arguments. "
                f"Received: block_size={block_size}"
            )
        super().__init__(
            _quantizer(weight_quantizer, "weight_quantizer"), _quantizer(activation_quantizer, "activation_quantizer")
        )
        _check(self, self.weight_quantizer, "value_range", (-8, 7))
        _check(self, self.weight_quantizer, "output_dtype", "int8")
        self.block_size = block_size

    @property
    def mode(self):
        return "int4"

    def get_config(self):
        return {**super().get_config(), "block_size": self.block_size}

    @classmethod
    def from_config(cls, config):
        # Files from before there were groups do not tell.
        return super().from_config({"block_size": None, **config})


def _check_block_size(size):
    if size is not None and (not isinstance(size, int) or isinstance(size, bool) or size == 0 or size < -1):
        raise ValueError(f"block_size must be None, -1, or a positive integer. Received: block_size={size}")


@keras_export("keras.quantizers.Float8QuantizationConfig")
class Float8QuantizationConfig(QuantizationConfig):
    """Products of matrices in eight bits that float, in training too; there is nothing to choose.

    Example:

    >>> keras.quantizers.Float8QuantizationConfig().mode
    'float8'
    """

    def __init__(self):
        super().__init__(None, None)

    @property
    def mode(self):
        return "float8"

    def get_config(self):
        return {}

    @classmethod
    def from_config(cls, config):
        return cls()


@keras_export("keras.quantizers.TernaryQuantizationConfig")
class TernaryQuantizationConfig(QuantizationConfig):
    """Weights that are -1, 0 or 1 times a scale for each unit, four to a byte.

    Args:
        activation_quantizer: A `Quantizer` of the inputs of a layer, its name or config; None leaves them in floats.

    Example:

    >>> keras.quantizers.TernaryQuantizationConfig().mode
    'ternary'

    Reference:

    - [Ma et al., 2024](https://arxiv.org/abs/2402.17764)
    """

    def __init__(self, activation_quantizer=None):
        super().__init__(None, _quantizer(activation_quantizer, "activation_quantizer"))

    @property
    def mode(self):
        return "ternary"

    def get_config(self):
        return {"activation_quantizer": serialize_keras_object(self.activation_quantizer)}

    @classmethod
    def from_config(cls, config):
        return cls(lookup.get(config["activation_quantizer"]))
