"""The part of a layer that its large weights make up: how they are held, adapted, quantized, saved and loaded."""

from keras.src import dtype_policies, quantizers
from keras.src.layers.weight_options import add_weight_with_options
from keras.src.layers.weights import schemes
from keras.src.layers.weights.low_rank import LowRank
from keras.src.layers.weights.scheme import Scheme


class HoldsWeight:
    """A mixin for layers with weights that schemes may hold.

    The constructor calls `_set_adaptation`; `build` makes the weight by `_make_weight`, and ends with `_adapt_as_configured`.
    `call` computes with `_weight_value()`; layers whose weight multiplies inputs have a `quantized_call` that asks the scheme
    for the product. A class whose own weights may be quantized has `_quantizable = True` in its body, and `_use_of` tells
    what it does with a weight.
    """

    # Name of the weight; its variable is kept in `_<name>`, and its options in `<name>_constraint` and others.
    _held_name = "kernel"

    _omitted_from_config_when_none = frozenset(("lora_rank", "lora_alpha"))

    def _set_adaptation(self, rank, alpha, quantization_config=None):
        self.lora_rank = rank
        self.lora_alpha = rank if alpha is None else alpha
        self.quantization_config = quantizers.get(quantization_config)
        self.lora_enabled = False
        self._scheme = None
        self.__dict__["_schemes"] = {}
        self.bias = None

    def _use_of(self, name):
        """The `Use` of a weight."""
        return None

    def _make_weight(self, shape, name=None, **settings):
        """Makes a weight, as the dtype policy says."""
        name = name or self._held_name
        if self.quantization_mode is None:
            self._hold(add_weight_with_options(self, name, shape, **settings), name)
            return
        if name == self._held_name:
            self.quantized_build(shape, self.quantization_mode, self.quantization_config)
        else:
            self._make_quantized(name, shape, self.quantization_config)
        if self._schemes[name].keeps_variable:
            self._give(name, add_weight_with_options(self, name, shape, **settings))

    def _give(self, name, variable):
        """Makes a variable the weight of a scheme that keeps one."""
        setattr(self, f"_{name}", variable)
        self._schemes[name].take(variable)

    def _hold(self, variable, name=None):
        name = name or self._held_name
        setattr(self, f"_{name}", variable)
        self._keep(name, Scheme(variable, self._use_of(name)))

    def _keep(self, name, scheme):
        self._schemes[name] = scheme
        if name == self._held_name:
            self._scheme = scheme

    def _weight_value(self):
        scheme = self._scheme
        return (self._found() if scheme is None else scheme).value()

    def _found(self):
        """The scheme of a variable that a subclass made by itself."""
        self._keep(self._held_name, Scheme(getattr(self, f"_{self._held_name}"), self._use_of(self._held_name)))
        return self._scheme

    def _shown_weight(self):
        if not self.built:
            raise AttributeError(f"Layer {self.name!r} has no {self._held_name} before it is built.")
        return (self._found() if self._scheme is None else self._scheme).shown()

    # Low-rank adaptation

    def _adapt_as_configured(self):
        if self.lora_rank:
            self._check_can_adapt(built=True)
            self._adapt(self.lora_rank, self.lora_alpha, "he_uniform", "zeros")

    def enable_lora(self, rank, lora_alpha=None, a_initializer="he_uniform", b_initializer="zeros"):
        """Freezes the large weight and trains a product of two small ones beside it.

        Args:
            rank: Size between the two factors.
            lora_alpha: The product is scaled by `lora_alpha / rank`; by default `rank`.
            a_initializer: Initial value of the first factor.
            b_initializer: Initial value of the second one.

        Raises:
            ValueError: The layer is not built, has a constraint on the weight, or is adapted already.
        """
        self._check_can_adapt(self.built)
        self._adapt(rank, rank if lora_alpha is None else lora_alpha, a_initializer, b_initializer)

    def _check_can_adapt(self, built):
        constraint = f"{self._held_name}_constraint"
        if getattr(self, constraint) is not None:
            raise ValueError(
                f"Low-rank adaptation cannot keep the `{constraint}` of layer {self.name!r}: make the layer without one."
            )
        if not built:
            raise ValueError(f"`enable_lora` needs a built layer; {self.name!r} is not built yet.")
        if self.lora_enabled:
            raise ValueError(f"Low-rank adaptation is switched on already for layer {self.name!r}.")

    def _adapt(self, rank, alpha, a_initializer, b_initializer):
        name = self._held_name
        base = self._scheme or self._found()
        self._keep(name, LowRank(self, name, base, rank, alpha, a_initializer, b_initializer))
        self.lora_enabled, self.lora_rank, self.lora_alpha = True, rank, alpha

    # Quantization

    _quantizable = False

    def quantize(self, mode=None, type_check=True, config=None):
        """Replaces the large weights by quantized ones.

        Args:
            mode: Kind of quantization, such as `"int8"`.
            type_check: Whether a subclass of a layer that can be quantized is refused.
            config: `keras.quantizers.QuantizationConfig` with the details; tells the mode where `mode` is absent.

        Raises:
            ValueError: The layer is not built or is quantized already, or `mode` and `config` do not fit together.
            NotImplementedError: The layer cannot be quantized in this way.
        """
        config = schemes.resolved(mode, config)
        self._check_can_quantize(config.mode, type_check)
        policy = self._quantized_policy(schemes.scheme_class(config).policy_mode(config))
        self._quantize_weights(config, policy)

    def _check_can_quantize(self, mode, type_check):
        if not self.built:
            raise ValueError(
                f"Layer {self.name!r} (of type {type(self).__name__}) must be built before it is quantized."
            )
        if self.quantization_mode is not None:
            raise ValueError(
                f"Layer {self.name!r} is quantized already, with dtype_policy={self._effective_policy.name!r}. "
                f"Received: mode={mode!r}"
            )
        if (type_check and "_quantizable" not in vars(type(self))) or mode in self._refused_modes:
            raise self._not_quantizable(mode)

    # Modes in which the layer cannot be quantized.
    _refused_modes = frozenset()

    def _quantized_policy(self, mode):
        return dtype_policies.get(f"{mode}_from_{self._effective_policy.name}")

    def _quantize_weights(self, config, policy):
        if self._scheme is None:
            self._found()
        former = dict(self._schemes)
        keeps_variable = schemes.scheme_class(config).keeps_variable
        self._tracker.unlock()
        for scheme in () if keeps_variable else former.values():
            self._untrack_variable(scheme.variable)
        self.quantization_config = config
        self._replace_policy(policy)
        for name, scheme in former.items():
            weight = scheme.base if self.lora_enabled and name == self._held_name else scheme
            quantized = self._make_quantized(name, scheme.shape, config)
            if keeps_variable:
                self._give(name, weight.variable)
            else:
                quantized.encode(weight.value())
            if weight is not scheme:
                scheme.put_on(quantized)
                self._keep(name, scheme)
        self._lock_state()

    def _quantize_as(self, policy):
        config = schemes.of_policy(policy)
        if config.mode in schemes.CALIBRATED:
            raise ValueError(
                f"Layer {self.name!r} cannot be quantized by its `dtype_policy` alone: mode {config.mode!r} needs calibration "
                f"data. Call `quantize({config.mode!r}, config=...)` of the model. Received: dtype_policy={policy.name!r}"
            )
        self._check_can_quantize(config.mode, type_check=True)
        self._quantize_weights(config, policy)

    def quantized_build(self, kernel_shape, mode, config=None):
        """Makes the variables of a quantized weight.

        Args:
            kernel_shape: Shape of the weight.
            mode: Kind of quantization.
            config: `QuantizationConfig`; by default what the dtype policy says.
        """
        self._make_quantized(self._held_name, kernel_shape, config)

    def _make_quantized(self, name, shape, config):
        if self.quantization_mode in self._refused_modes:
            raise self._not_quantizable(self.quantization_mode)
        config = config or schemes.of_policy(self._effective_policy)
        options = {kind: getattr(self, f"{name}_{kind}", None) for kind in ("initializer", "regularizer", "constraint")}
        scheme = schemes.scheme_class(config)(self, name, shape, self._use_of(name), config, options)
        self._keep(name, scheme)
        return scheme

    def quantized_call(self, *args, **kwargs):
        """`call` with quantized weights."""
        return self.call(*args, **kwargs)

    # Files

    @property
    def variable_serialization_spec(self):
        """Names of the saved variables, in order, by quantization mode."""
        modes = {mode: schemes.largest(mode) for mode in schemes.SCHEMES if mode not in self._refused_modes}
        return {None: self._file_names(None), **{mode: self._file_names(scheme) for mode, scheme in modes.items()}}

    # Names of the other weights in files, where they are behind the large one.
    _further_names = ("bias",)

    def _file_names(self, scheme):
        if scheme is None:
            return [self._held_name, *self._further_names]
        return scheme.file_names(self._held_name, self._further_names)

    @property
    def _saved_weights(self):
        """The variables in the order of files."""
        if not self.built:
            return self._own_weights
        if self._scheme is None:
            self._found()
        held = list(self._schemes.values())
        first, others = [], []
        for scheme in held:
            variables = scheme.variables()
            first += variables[: scheme.before]
            others += variables[scheme.before :]
        return [*first, *self._further_weights(), *others]

    def _further_weights(self):
        """The variables that files hold behind the large weights."""
        factors = [self._scheme.a, self._scheme.b] if self.lora_enabled else []
        held = [variable for scheme in self._schemes.values() for variable in scheme.variables()]
        apart = {id(variable) for variable in (*factors, *held)}
        return [variable for variable in self._own_weights if id(variable) not in apart]

    def save_own_variables(self, store):
        if not self.built:
            return
        values = {}
        if self.lora_enabled:
            values = {id(v): value for v, value in zip(self._scheme.variables(), self._scheme.saved(), strict=True)}
        for i, variable in enumerate(self._saved_weights):
            store[str(i)] = values.get(id(variable), variable)

    def load_own_variables(self, store):
        if self.lora_enabled and len(store) != len(self._saved_weights):
            raise ValueError(
                f"Layer {self.name!r} saves {len(self._saved_weights)} variables (low-rank updates are part of the "
                f"{self._held_name}); the saved state has {len(store)}."
            )
        super().load_own_variables(store)
        if self.lora_enabled:
            self._scheme.reset()


class HoldsKernel(HoldsWeight):
    """A layer whose large weight is its `kernel`."""

    @property
    def kernel(self):
        """The kernel: a variable, or the tensor that low-rank adaptation makes of it."""
        return self._shown_weight()
