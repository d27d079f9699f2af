"""Dtype policies: in which dtype a layer computes, and in which it keeps its variables."""

from keras.src import backend
from keras.src.api_export import keras_export
from keras.src.backend.common import global_state
from keras.src.utils.byte_strings import is_array_of_strings
from keras.src.utils.messages import name_of

QUANTIZATION_MODES = ("int8", "float8", "int4", "gptq", "awq", "ternary")
_MIXED_POLICIES = {"mixed_float16": ("float16", "float32"), "mixed_bfloat16": ("bfloat16", "float32")}
_POLICY_KEY = "dtype_policy"


@keras_export(
    [
        "keras.DTypePolicy",
        "keras.FloatDTypePolicy",
        "keras.dtype_policies.DTypePolicy",
        "keras.dtype_policies.FloatDTypePolicy",
        "keras.mixed_precision.DTypePolicy",
        "keras.mixed_precision.Policy",
    ]
)
class DTypePolicy:
    """The dtypes of a layer: one to compute in, one to keep variables in.

    Args:
        name: A dtype, for both; `"mixed_float16"` or `"mixed_bfloat16"` to compute in half precision on float32
            variables; the global policy when absent.

    Example:

    >>> policy = keras.DTypePolicy("mixed_bfloat16")
    >>> policy.compute_dtype, policy.variable_dtype
    ('bfloat16', 'float32')
    """

    # Files do not tell which layers share a policy: equal ones are as good as one.
    _is_value = True

    def __init__(self, name=None):
        self._name = dtype_policy().name if name is None else name
        self._compute_dtype, self._variable_dtype = dtypes_of_name(self._name)
        self._quantization_mode = None

    @property
    def name(self):
        """Name of the policy."""
        return self._name

    @property
    def compute_dtype(self):
        """Name of the dtype that inputs are cast to and layers compute in."""
        return self._compute_dtype

    @property
    def variable_dtype(self):
        """Name of the dtype of the variables."""
        return self._variable_dtype

    @property
    def quantization_mode(self):
        """Name of the quantization mode, or `None`."""
        return self._quantization_mode

    def convert_input(self, x, autocast, dtype):
        """Casts a tensor to `dtype`, if it is a floating-point one; makes a tensor of an array.

        Args:
            x: Tensor, symbolic tensor or array; anything else comes back as it is.
            autocast: Whether tensors are cast.
            dtype: Name of the dtype, usually `compute_dtype`.
        """
        if is_array_of_strings(x):
            return backend.convert_to_tensor(x) if backend.strings.SUPPORTED else x
        if isinstance(x, backend.KerasTensor):
            if self._should_cast(x, autocast, dtype):
                return backend.KerasTensor(x.shape, dtype, sparse=x.sparse, ragged=x.ragged, record_history=False)
            return x
        if isinstance(x, backend.Variable):
            x = x.value
        if backend.is_tensor(x):
            return backend.cast(x, dtype) if self._should_cast(x, autocast, dtype) else x
        if hasattr(x, "__array__"):
            return self._convert_array(x, autocast, dtype)
        return x

    def _convert_array(self, x, autocast, dtype):
        cast = self._should_cast(x, autocast, dtype) if hasattr(x, "dtype") else False
        return backend.convert_to_tensor(x, dtype=dtype if cast else None)

    def _should_cast(self, x, autocast, dtype):
        current = backend.standardize_dtype(x.dtype)
        return autocast and current != dtype and backend.is_float_dtype(current)

    @classmethod
    def from_config(cls, config):
        """Makes a policy from what `get_config` gave."""
        return cls(**config)

    def get_config(self):
        """Constructor arguments, as a dict."""
        return {"name": self.name}

    def __repr__(self):
        return f'<{self.__class__.__name__} "{self._name}">'

    def __eq__(self, other):
        if self.__class__ is not other.__class__:
            return False
        return self.get_config() == other.get_config()

    __hash__ = None


def dtypes_of_name(name):
    """`(compute dtype, variable dtype)` of a policy's name.

    Raises:
        TypeError: `name` is not a string.
        ValueError: No policy has this name.
    """
    if not isinstance(name, str):
        raise TypeError(f"The name of a dtype policy is a string. Received: name={name!r} (of type {type(name)})")
    if name in _MIXED_POLICIES:
        return _MIXED_POLICIES[name]
    try:
        dtype = backend.standardize_dtype(name)
    except ValueError:
        dtype = None
    if dtype is None or name == "float":
        mixed = ", ".join(map(repr, _MIXED_POLICIES))
        raise ValueError(
            f"There is no dtype policy {name_of(name)}: expected {mixed} or the name of a dtype such as 'float32'."
        )
    return dtype, dtype


FloatDTypePolicy = DTypePolicy


@keras_export("keras.dtype_policies.QuantizedDTypePolicy")
class QuantizedDTypePolicy(DTypePolicy):
    """The dtypes of a quantized layer.

    Args:
        mode: Kind of quantization: `"int8"`, `"int4"`, `"float8"`, ...
        source_name: Name of the policy of the layer before it was quantized; the global policy when absent.

    Example:

    >>> keras.dtype_policies.QuantizedDTypePolicy("int8", "mixed_bfloat16").name
    'int8_from_mixed_bfloat16'
    """

    def __init__(self, mode, source_name=None):
        source_name = dtype_policy().name if source_name is None else source_name
        self._compute_dtype, self._variable_dtype = dtypes_of_name(source_name)
        self._check_mode(mode)
        self._name = f"{mode}_from_{source_name}"
        self._source_name = source_name
        self._full_mode = mode
        self._quantization_mode = self.mode = mode.split("/")[0]

    def _check_mode(self, mode):
        if mode not in QUANTIZATION_MODES:
            raise ValueError(
                f"`mode` of a quantized policy must be one of {QUANTIZATION_MODES}. Received: mode={mode!r}"
            )
        if mode == "int8" and self._compute_dtype == "float16":
            raise ValueError(
                "A policy of mode 'int8' computes in float32 or bfloat16: sums of products of int8 pass the range of float16. "
                f"Received: compute_dtype={self._compute_dtype!r}"
            )

    def get_config(self):
        """Constructor arguments, as a dict."""
        return {"mode": self._full_mode, "source_name": self._source_name}


@keras_export("keras.dtype_policies.QuantizedFloat8DTypePolicy")
class QuantizedFloat8DTypePolicy(QuantizedDTypePolicy):
    """The dtypes of a layer that multiplies in float8.

    Args:
        mode: `"float8"`.
        source_name: Name of the policy before quantization; the global policy when absent.
        amax_history_length: How many past maxima the scales are computed from.

    Example:

    >>> policy = keras.dtype_policies.QuantizedFloat8DTypePolicy("float8", "mixed_bfloat16")
    >>> policy.name, policy.compute_dtype
    ('float8_from_mixed_bfloat16', 'bfloat16')
    """

    default_amax_history_length = 1024

    def __init__(self, mode, source_name=None, amax_history_length=1024):
        super().__init__(mode, source_name)
        if not isinstance(amax_history_length, int):
            raise TypeError(
                f"`amax_history_length` must be an int. Received: amax_history_length={amax_history_length!r}"
            )
        self._amax_history_length = amax_history_length

    @property
    def amax_history_length(self):
        """How many past maxima the scales are computed from."""
        return self._amax_history_length

    def get_config(self):
        """Constructor arguments, as a dict."""
        return {**super().get_config(), "amax_history_length": self.amax_history_length}


class _SizedQuantizedPolicy(QuantizedDTypePolicy):
    """A quantized policy whose mode carries numbers, such as `"gptq/4/128"`."""

    _kind = ""
    _numbers = ()

    def _check_mode(self, mode):
        parts = mode.split("/") if isinstance(mode, str) else []
        pattern = "/".join([self._kind, *(f"<{name}>" for name in self._numbers)])
        if len(parts) != len(self._numbers) + 1 or parts[0] != self._kind:
            raise ValueError(f"`mode` must have the form '{pattern}'. Received: mode={mode!r}")
        try:
            values = [int(part) for part in parts[1:]]
        except ValueError:
            raise ValueError(f"`mode` must have the form '{pattern}' with integers. Received: mode={mode!r}") from None
        for name, value in zip(self._numbers, values):
            self._check_number(name, value, mode)
            setattr(self, name, value)

    def _check_number(self, name, value, mode):
        allowed = self._allowed_bits if name == "weight_bits" else None
        if allowed and value not in allowed:
            raise ValueError(f"`weight_bits` of {self._kind} must be one of {allowed}. Received: mode={mode!r}")
        if value < -1 or value == 0:
            raise ValueError(f"`{name}` must be positive, or -1 for one group. Received: mode={mode!r}")


@keras_export("keras.dtype_policies.Int4DTypePolicy")
class Int4DTypePolicy(_SizedQuantizedPolicy):
    """The dtypes of a layer with int4 weights scaled in blocks.

    Args:
        mode: `"int4/<block_size>"`; -1 means one block.
        source_name: Name of the policy before quantization; the global policy when absent.

    Example:

    >>> policy = keras.dtype_policies.Int4DTypePolicy("int4/128", "float32")
    >>> policy.block_size
    128
    """

    _kind = "int4"
    _numbers = ("block_size",)

    def __init__(self, mode, source_name=None):
        super().__init__(mode, source_name)


@keras_export("keras.dtype_policies.GPTQDTypePolicy")
class GPTQDTypePolicy(_SizedQuantizedPolicy):
    """The dtypes of a layer quantized by GPTQ.

    Args:
        mode: `"gptq/<weight_bits>/<group_size>"`; a group size of -1 means one group.
        source_name: Name of the policy before quantization; the global policy when absent.

    Example:

    >>> policy = keras.dtype_policies.GPTQDTypePolicy("gptq/4/128", "float32")
    >>> policy.weight_bits, policy.group_size
    (4, 128)
    """

    _kind = "gptq"
    _numbers = ("weight_bits", "group_size")
    _allowed_bits = (2, 3, 4, 8)

    def __init__(self, mode, source_name=None):
        super().__init__(mode, source_name)


@keras_export("keras.dtype_policies.AWQDTypePolicy")
class AWQDTypePolicy(_SizedQuantizedPolicy):
    """The dtypes of a layer quantized by AWQ.

    Args:
        mode: `"awq/4/<group_size>"`; a group size of -1 means one group.
        source_name: Name of the policy before quantization; the global policy when absent.

    Example:

    >>> policy = keras.dtype_policies.AWQDTypePolicy("awq/4/128", "float32")
    >>> policy.weight_bits, policy.group_size
    (4, 128)
    """

    _kind = "awq"
    _numbers = ("weight_bits", "group_size")
    _allowed_bits = (4,)

    def __init__(self, mode, source_name=None):
        super().__init__(mode, source_name)


_GIVEN_MODES = {"gptq": GPTQDTypePolicy, "awq": AWQDTypePolicy, "float8": QuantizedFloat8DTypePolicy}


def quantized_policy(name):
    """The policy of a name such as `"int8_from_float32"`."""
    mode, _, source_name = name.partition("_from_")
    kind = mode.split("/")[0]
    policy_class = Int4DTypePolicy if mode.startswith("int4/") else _GIVEN_MODES.get(kind, QuantizedDTypePolicy)
    return policy_class(mode, source_name)


def named_policy(name):
    """The policy of a name; that of a mode of quantization is none, though one of these is a dtype too."""
    if "_from_" in name:
        return quantized_policy(name)
    if name in QUANTIZATION_MODES:
        raise ValueError(
            f"A policy of mode {name!r} says which policy the layer had before it was quantized, such as "
            f"'{name}_from_float32'. Received: {name!r}"
        )
    return DTypePolicy(name)


# The name by which libraries that quantize know it.
_get_quantized_dtype_policy_by_str = quantized_policy


@keras_export(
    ["keras.config.dtype_policy", "keras.mixed_precision.dtype_policy", "keras.mixed_precision.global_policy"]
)
def dtype_policy():
    """The policy of layers that are given none.

    Returns:
        A `DTypePolicy`: floatx, unless `set_dtype_policy` was called.

    Example:

    >>> keras.config.dtype_policy().name
    'float32'
    """
    policy = global_state.get_global_attribute(_POLICY_KEY)
    if policy is None:
        policy = DTypePolicy(backend.floatx())
    return policy


@keras_export(
    [
        "keras.config.set_dtype_policy",
        "keras.mixed_precision.set_dtype_policy",
        "keras.mixed_precision.set_global_policy",
    ]
)
def set_dtype_policy(policy):
    """Sets the policy of layers that are given none.

    Args:
        policy: A `DTypePolicy`, or its name.

    Example:

    >>> keras.config.set_dtype_policy("mixed_bfloat16")
    >>> keras.layers.Dense(1).compute_dtype
    'bfloat16'
    >>> keras.config.set_dtype_policy("float32")
    """
    if isinstance(policy, str):
        policy = named_policy(policy)
    if not isinstance(policy, DTypePolicy):
        raise ValueError(
            f"`policy` must be a DTypePolicy or the name of one, such as 'mixed_float16'. Received: policy={policy!r}"
        )
    global_state.set_global_attribute(_POLICY_KEY, policy)
