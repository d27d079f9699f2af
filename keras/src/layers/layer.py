"""`Layer`: an operation with state."""

from operator import attrgetter

from keras.src import backend, dtype_policies, regularizers
from keras.src.api_export import keras_export
from keras.src.backend.common.remat import get_current_remat_mode
from keras.src.dtype_policies import DTypePolicyMap
from keras.src.graph.operation import Operation, UnknownArguments
from keras.src.layers.derived_config import derived_config, is_derived_from_passed_arguments
from keras.src.layers.engine_hooks import EngineHooks
from keras.src.layers.layer_build import LayerBuild
from keras.src.layers.layer_call import LayerCall
from keras.src.layers.layer_outputs import LayerOutputs
from keras.src.layers.layer_state import LayerState
from keras.src.layers.weights import parts
from keras.src.saving import serialization_lib
from keras.src.saving.keras_saveable import KerasSaveable
from keras.src.utils.tracking import INERT
from keras.src.utils.warning_utils import warn

# What the short way of a call was decided on: setting one of these decides anew.
_DECIDES_THE_WAY = frozenset(
    (
        "built",
        "input_spec",
        "_input_spec",
        "dtype_policy",
        "activity_regularizer",
        "autocast",
        "call",
        "quantized_call",
        "_convert_input_args",
        "_remat_mode",
    )
)


def _stored_property(key, doc):
    """A property whose value stands in the instance's dict under `key`, past the tracking of attributes."""

    # Plain functions: Dynamo does not see into an `attrgetter`.
    def read(self):
        return getattr(self, key)

    def store(self, value):
        self.__dict__[key] = value

    return property(read, store, doc=doc)


@keras_export(["keras.Layer", "keras.layers.Layer"])
class Layer(
    LayerCall, LayerBuild, LayerOutputs, LayerState, backend.EngineLayer, Operation, KerasSaveable, EngineHooks
):
    """The base of layers: a computation on tensors together with the variables that it needs.

    A subclass defines `call(self, inputs)`. It creates its state in `__init__()`, or in `build(self, input_shape)`
    where that depends on the shape of the inputs. Variables come from `add_weight`; variables, layers, metrics and seed
    generators that are assigned to attributes, also within lists and dicts, become part of the layer.

    `call` may take `training` (whether the call trains), `mask` (the mask of the inputs) and `<argument>_mask`; the
    layer fills them in.

    Args:
        activity_regularizer: Penalty on the outputs, or `None`.
        trainable: Whether training changes the layer's variables.
        dtype: A dtype policy, its name or config; the global policy by default.
        autocast: Whether floating-point inputs are cast to the compute dtype.
        name: Name, unique in a model; made from the class name by default.
        **kwargs: `input_shape=(...)` or `input_dim=...`: the shape of the input without the batch, for the first
            layer of a `Sequential`.

    Example:

    >>> class Scale(keras.layers.Layer):
    ...     def build(self, input_shape):
    ...         self.scale = self.add_weight(shape=(input_shape[-1],), initializer="ones", name="scale")
    ...     def call(self, inputs):
    ...         return inputs * self.scale
    >>> layer = Scale()
    >>> layer(keras.ops.ones((2, 3))).shape
    (2, 3)
    """

    # Where a config is not just the constructor's arguments: the format of saved files has it so.
    _omitted_from_config_when_none = frozenset()
    _also_in_config = ()
    _not_in_config = ()
    _arguments_kept_in = {}
    # Names of the attributes with layers that the config tells of.
    _layers_in_config = ()

    def __new__(cls, *args, **kwargs):
        instance = super().__new__(cls, *args, **kwargs)
        instance.__dict__["_constructor_arguments"] = (args, kwargs)
        instance._initialize_tracker()
        return instance

    def __init__(self, *, activity_regularizer=None, trainable=True, dtype=None, autocast=True, name=None, **kwargs):
        backend.EngineLayer.__init__(self)
        Operation.__init__(self, name=name)
        if not isinstance(trainable, bool):
            raise ValueError(
                f"`trainable` must be a bool. Received: trainable={trainable!r} (of type {type(trainable)})"
            )
        state = self.__dict__
        state["_parts_to_come"] = kwargs.pop("quantized_parts", None) or ()
        state["_input_shape_arg"] = _input_shape_argument(self, kwargs)
        state["activity_regularizer"] = regularizers.get(activity_regularizer)
        state["autocast"] = autocast
        state["_trainable"] = trainable
        state["_dtype_policy"] = dtype_policies.get(dtype)
        state["_path"] = state["_parent_path"] = state["_input_spec"] = state["_build_shapes_dict"] = None
        state["_losses"], state["_loss_holders"] = [], []
        state["_losses_override"] = None
        state["_remat_mode"] = get_current_remat_mode()
        state["_convert_input_args"] = True
        state["_allow_non_tensor_positional_args"] = False
        state["_supports_masking"] = type(self).compute_mask is not LayerCall.compute_mask
        state["built"] = False
        self._settle_compute_dtype()

    def _check_super_called(self):
        if "_dtype_policy" not in self.__dict__:
            raise RuntimeError(
                f"{type(self).__name__} must call `super().__init__()` first thing in its `__init__()`, before it is "
                "used."
            )

    def __setattr__(self, name, value):
        name, value = self._setattr_hook(name, value)
        if name in _DECIDES_THE_WAY:
            self._forget_the_way()
        if value.__class__ not in INERT and name not in self._untracked_attributes:
            value = self._tracker.track(self._adopted(value))
        super().__setattr__(name, value)

    def _forget_the_way(self):
        """Drops what was decided on how to call, since something changed that it was decided on."""
        self.__dict__.pop("_quick", None)
        self.__dict__.pop("_scope", None)

    _untracked_attributes = frozenset(("_inbound_nodes", "_outbound_nodes"))

    # Dtypes

    def _settle_compute_dtype(self):
        policy = self._dtype_policy
        if isinstance(policy, DTypePolicyMap) and self._parent_path is not None:
            policy = policy[self._path or self._path_in_its_place()]
        self.__dict__["_effective_policy"] = policy
        self.__dict__["_compute_dtype"] = policy.compute_dtype
        self._forget_the_way()

    @property
    def dtype_policy(self):
        """The dtype policy, or map of policies, of the layer."""
        return self._dtype_policy

    @dtype_policy.setter
    def dtype_policy(self, value):
        policy = dtype_policies.get(value)
        if self.built and policy.quantization_mode is not None and policy != self._effective_policy:
            self._quantize_as(policy)
        self._replace_policy(policy)

    def _replace_policy(self, policy):
        former = self._dtype_policy
        if isinstance(former, DTypePolicyMap) and self._path and not isinstance(policy, DTypePolicyMap):
            if self._path in former:
                del former[self._path]
            former[self._path] = policy
        else:
            self.__dict__["_dtype_policy"] = policy
        self._settle_compute_dtype()

    @property
    def dtype(self):
        """Name of the dtype of the variables."""
        return self.variable_dtype

    @property
    def compute_dtype(self):
        """Name of the dtype in which the layer computes."""
        return self._compute_dtype

    @property
    def variable_dtype(self):
        """Name of the dtype of the variables."""
        return self._effective_policy.variable_dtype

    @property
    def input_dtype(self):
        """Name of the dtype that floating-point inputs are cast to."""
        return self._compute_dtype

    @property
    def quantization_mode(self):
        """Name of the quantization mode, or `None`."""
        return self._effective_policy.quantization_mode

    _serialize_argument = staticmethod(serialization_lib.serialize_keras_object)

    # What it is

    path = property(
        attrgetter("_path"), doc="Names of the layers around it and its own, joined by `/`; `None` before it is built."
    )
    input_spec = _stored_property(
        "_input_spec", "`InputSpec`, or structure of them, that inputs are held against; `None` admits everything."
    )
    supports_masking = _stored_property(
        "_supports_masking", "Whether the layer says what becomes of the mask of its inputs."
    )

    # Whether steps of a model with this layer may be compiled; a layer may say so of itself too.
    supports_jit = True

    # What other libraries ask a layer for.

    @property
    def call_signature_parameters(self):
        """List of the names of the parameters of `call`."""
        return list(self._call_signature.parameters)

    @property
    def _call_signature(self):
        return self._signature_of_call().signature

    @property
    def _call_has_training_arg(self):
        return "training" in self._call_signature.parameters

    @property
    def _call_has_mask_arg(self):
        return "mask" in self._call_signature.parameters

    @property
    def _lock(self):
        return False

    @_lock.setter
    def _lock(self, value):
        if value:
            self._lock_state()
        else:
            self._tracker.unlock()

    def _settle_by_path(self):
        """Once the place of the layer is known, before it makes any weight."""
        if isinstance(self._dtype_policy, DTypePolicyMap):
            self._settle_compute_dtype()

    def add_metric(self, *args, **kwargs):
        """Not available: pass metrics to `compile`, or keep a metric in an attribute and update it in `call`."""
        raise NotImplementedError(
            "`add_metric()` is not available. Pass metrics to `compile(metrics=[...])`, or create a metric in "
            "`__init__()` "
            "and call its `update_state()` in `call()`."
        )

    # Quantization

    def quantize(self, mode=None, type_check=True, config=None):
        """Replaces the weights by quantized ones; layers that can be quantized override this.

        Args:
            mode: Kind of quantization, such as `"int8"`.
            type_check: Whether a subclass of a layer that can be quantized is refused.
            config: Details of the quantization.
        """
        mode = mode or getattr(config, "mode", None)
        if mode is None or mode.split("/")[0] not in dtype_policies.QUANTIZATION_MODES:
            raise ValueError(f"`mode` must be one of {dtype_policies.QUANTIZATION_MODES}. Received: mode={mode!r}")
        if not self.built:
            raise ValueError(
                f"Layer {self.name!r} (of type {type(self).__name__}) must be built before it is quantized."
            )
        raise self._not_quantizable(mode)

    def quantized_build(self, input_shape, mode):
        """Creates the quantized weights; layers that can be quantized override this."""
        raise self._not_quantizable(mode)

    def quantized_call(self, *args, **kwargs):
        """What is computed where the dtype policy is a quantized one; `call`, but for layers whose weights multiply."""
        return self.call(*args, **kwargs)

    def _quantize_as(self, policy):
        """Quantizes a built layer, since its dtype policy becomes `policy`; layers that can be quantized override this."""

    def _quantized_parts(self, config):
        """What a file says of quantized and adapted layers below this one, unless its config does."""
        return [] if {"layers", "layer", "quantized_parts"} & set(config) else parts.described(self)

    def _restore_quantized_parts(self, described):
        """Makes layers below this one quantized, or adapted, again: now, or once it is built."""
        self.__dict__["_parts_to_come"] = [] if self.built else described
        if self.built and described:
            parts.restore(self, described)

    def _not_quantizable(self, mode):
        return NotImplementedError(
            f"Layer {self.name!r} (of type {type(self).__name__}) cannot be quantized (mode {mode!r})."
        )

    # Configs

    def get_config(self):
        """Constructor arguments as a dict of plain values; `from_config` makes an equal layer from it."""
        self._check_super_called()
        common = {
            "name": self.name,
            "trainable": self.trainable,
            "dtype": dtype_policies.serialize(self._dtype_policy),
        }
        if self.activity_regularizer is not None:
            common["activity_regularizer"] = regularizers.serialize(self.activity_regularizer)
        config = derived_config(self, Layer, common)
        quantized = parts.described(self, in_config=True)
        return {**config, "quantized_parts": quantized} if quantized else config

    @classmethod
    def from_config(cls, config):
        """Makes a layer from what `get_config` gave.

        Args:
            config: Dict of constructor arguments.
        """
        config = dict(config)
        quantized = config.pop("quantized_parts", None)
        if isinstance(config.get("dtype"), dict):
            policy = dtype_policies.deserialize(config["dtype"])
            plain = type(policy) is dtype_policies.DTypePolicy
            config["dtype"] = policy.name if plain else policy
        if is_derived_from_passed_arguments(cls, Layer):
            config = {name: _object_of_config(value) for name, value in config.items()}
        layer = super().from_config(config)
        if quantized:
            layer._restore_quantized_parts(quantized)
        return layer

    def _obj_type(self):
        return "Layer"

    def __repr__(self):
        return f"<{type(self).__name__} name={self.__dict__.get('_name')}, built={self.__dict__.get('built')}>"

    def __str__(self):
        return repr(self)


def _object_of_config(value):
    if isinstance(value, dict) and "class_name" in value and "config" in value:
        return serialization_lib.deserialize_keras_object(value)
    return value


def _input_shape_argument(layer, kwargs):
    """Shape of the input with the batch, from the keyword arguments that the first layer of a `Sequential` may have."""
    batch_shape = kwargs.pop("batch_input_shape", None)
    shape = kwargs.pop("input_shape", None)
    size = kwargs.pop("input_dim", None)
    if kwargs:
        raise UnknownArguments(f"{type(layer).__name__} does not know the arguments {kwargs}")
    if batch_shape is not None:
        return tuple(batch_shape)
    if shape is not None or size is not None:
        warn(
            "Do not pass an `input_shape`/`input_dim` argument to a layer, which is deprecated: let a Sequential begin "
            "with `keras.Input(shape)`."
        )
    shape = (size,) if shape is None and size is not None else shape
    return None if shape is None else (None, *shape)
