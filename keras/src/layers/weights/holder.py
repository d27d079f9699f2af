"""The part of a layer that its large weights make up: how they are held, adapted, quantized, saved and loaded."""

from keras.src import dtype_policies, quantizers
from keras.src.layers.weight_options import options_of
from keras.src.layers.weights import schemes
from keras.src.layers.weights.doors import QuantizedDoors
from keras.src.layers.weights.low_rank import LowRank
from keras.src.layers.weights.scheme import Scheme

# Modes that are ways of multiplying inputs with a weight, or need inputs to calibrate with.
OF_PRODUCTS = frozenset(("float8", "gptq", "awq"))


class HoldsWeight(QuantizedDoors):
    """A mixin for layers with weights that schemes may hold.

    The constructor calls `_set_adaptation`; `build` makes the weight by `_make_weight`, and ends with `_adapt_as_configured`.
    `call` computes with `_weight_value()`; layers whose weight multiplies inputs have a `quantized_call` that asks the scheme
    for the product. A class whose own weights may be quantized has `_quantizable = True` in its body, and `_use_of` tells
    what it does with a weight.
    """

    # Name of the weight; its variable is kept in `_<name>`, and its options in `<name>_constraint` and others.
    _held_name = "kernel"

    # What stands in the place of a weight's name in the names of its options, such as `depthwise` for `kernel`.
    _option_prefixes = {}

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
        if self.quantization_mode is None or self._follows_variables:
            self._hold(self._plain_variable(name, shape, settings), name)
            return
        if name == self._held_name:
            self.quantized_build(shape, self.quantization_mode, self.quantization_config)
        else:
            self._make_quantized(name, shape, self.quantization_config)
        if self._schemes[name].keeps_variable:
            self._give(name, self._plain_variable(name, shape, settings))

    @property
    def _follows_variables(self):
        """Whether a config says that variables were there first, beside which the layer keeps what quantizes them."""
        config = self.quantization_config
        return config is not None and schemes.scheme_class(config).keeps_variable

    def _plain_variable(self, name, shape, settings):
        return self.add_weight(name=name, shape=shape, **{**self._options_of(name), **settings})

    def _give(self, name, variable):
        """Makes a variable the weight of a scheme that keeps one."""
        setattr(self, f"_{name}", variable)
        self._schemes[name].take(variable)

    def _options_of(self, name):
        """The options of a weight, as arguments of `add_weight`."""
        return options_of(self, self._option_prefixes.get(name, name))

    def _hold(self, variable, name=None):
        name = name or self._held_name
        setattr(self, f"_{name}", variable)
        self._keep(name, Scheme(variable, self._use_of(name)))

    def _keep(self, name, scheme):
        self._schemes[name] = scheme
        if name == self._held_name:
            self._scheme = scheme

    def _weight_value(self, name=None):
        scheme = self._scheme if name is None else self._schemes[name]
        if scheme.__class__ is Scheme:
            return scheme.variable.value
        return (self._found() if scheme is None else scheme).value()

    def _found(self):
        """The scheme of a variable that a subclass made by itself."""
        self._keep(self._held_name, Scheme(getattr(self, f"_{self._held_name}"), self._use_of(self._held_name)))
        return self._scheme

    def _shown_weight(self, name=None):
        name = name or self._held_name
        if name in self._schemes:
            return self._schemes[name].shown()
        if not self.built or f"_{name}" not in self.__dict__:
            raise AttributeError(f"Layer {self.name!r} has no {name} before it is built.")
        return self._found().shown()

    # Low-rank adaptation

    def _adapt_as_configured(self):
        if self.quantization_mode is not None and self._follows_variables:
            for name, scheme in dict(self._schemes).items():
                self._take_over(name, scheme, self.quantization_config)
        if self.lora_rank:
            self._check_can_adapt(built=True)
            self._adapt_weights(self.lora_rank, self.lora_alpha, "he_uniform", "zeros")

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
        self._adapt_weights(rank, rank if lora_alpha is None else lora_alpha, a_initializer, b_initializer)

    def _check_can_adapt(self, built):
        for name in self._adapted_names:
            if self._options_of(name)["constraint"] is not None:
                raise ValueError(
                    f"Low-rank adaptation cannot keep the `{self._option_prefixes.get(name, name)}_constraint` of layer "
                    f"{self.name!r}: make the layer without one."
                )
        if not built:
            raise ValueError(f"`enable_lora` needs a built layer; {self.name!r} is not built yet.")
        if self.lora_enabled:
            raise ValueError(f"Low-rank adaptation is switched on already for layer {self.name!r}.")

    @property
    def _adapted_names(self):
        """Names of the weights that are adapted."""
        return (self._held_name,)

    def _adapt_weights(self, rank, alpha, a_initializer, b_initializer):
        for name in self._adapted_names:
            base = self._schemes.get(name) or self._found()
            self._keep(name, LowRank(self, name, base, rank, alpha, a_initializer, b_initializer))
        self.lora_enabled, self.lora_rank, self.lora_alpha = True, rank, alpha

    @property
    def _adapted(self):
        """The schemes of weights that are adapted."""
        return [scheme for scheme in self._schemes.values() if isinstance(scheme, LowRank)]

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

    # Variables that schemes make for other layers, but not for this one.
    _absent_parts = frozenset()

    def _quantized_policy(self, mode):
        return dtype_policies.get(f"{mode}_from_{self._effective_policy.name}")

    def _quantize_weights(self, config, policy):
        if self._scheme is None:
            self._found()
        former, variables = dict(self._schemes), list(self._own_variables)
        former_policy = self._effective_policy
        self._tracker.unlock()
        self._replace_policy(policy)
        try:
            for name, scheme in former.items():
                self._take_over(name, scheme.base if isinstance(scheme, LowRank) else scheme, config)
        except BaseException:
            self._take_back(former, variables)
            self._replace_policy(former_policy)
            raise
        finally:
            self._lock_state()
        self._replace_weights(former)
        self.quantization_config = config

    def _take_over(self, name, former, config):
        """Holds a weight by a quantized scheme, with the value that it has."""
        quantized = self._make_quantized(name, former.shape, config)
        if quantized.keeps_variable:
            self._give(name, former.variable)
        else:
            quantized.encode(former.value())

    def _replace_weights(self, former):
        """Forgets how weights were held, now that quantized ones are there; low-rank updates go on beside these."""
        for name, scheme in former.items():
            if not self._schemes[name].keeps_variable:
                self._untrack_variable(scheme.variable)
            if isinstance(scheme, LowRank):
                scheme.put_on(self._schemes[name])
                self._keep(name, scheme)

    def _take_back(self, former, variables):
        """Makes the layer what it was before quantizing it failed."""
        known = {id(variable) for variable in variables}
        for variable in [variable for variable in self._own_variables if id(variable) not in known]:
            self._untrack_variable(variable)
            for name in [name for name, value in self.__dict__.items() if value is variable]:
                delattr(self, name)
        for name, scheme in former.items():
            setattr(self, f"_{name}", scheme.variable)
            self._keep(name, scheme)

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
        scheme = schemes.scheme_class(config)(self, name, shape, self._use_of(name), config, self._options_of(name))
        self._keep(name, scheme)
        return scheme

    # Files

    @property
    def variable_serialization_spec(self):
        """Names of the saved variables, in order, by quantization mode."""
        modes = {mode: schemes.largest(mode) for mode in schemes.SCHEMES if mode not in self._refused_modes}
        return {None: self._file_names(None), **{mode: self._file_names(scheme) for mode, scheme in modes.items()}}

    # Names of the other weights in files, where they are behind the large one.
    _further_names = ("bias",)

    # Names of all weights that schemes hold, in the order of files.
    _held_names = None

    def _file_names(self, scheme):
        held = self._held_names or (self._held_name,)
        if scheme is None:
            return [*held, *self._further_names]
        names = [[part for part in scheme.file_names(name, ()) if part not in self._absent_parts] for name in held]
        first = [name for part in names for name in part[: scheme.before]]
        others = [name for part in names for name in part[scheme.before :]]
        return list(dict.fromkeys([*first, *self._further_names, *others]))

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
        factors = [factor for scheme in self._adapted for factor in (scheme.a, scheme.b)]
        held = [variable for scheme in self._schemes.values() for variable in scheme.variables()]
        apart = {id(variable) for variable in (*factors, *held)}
        return [variable for variable in self._own_weights if id(variable) not in apart]

    def save_own_variables(self, store):
        if not self.built:
            return
        values = {}
        for scheme in self._adapted:
            values |= {id(v): value for v, value in zip(scheme.variables(), scheme.saved(), strict=True)}
        for i, variable in enumerate(self._saved_weights):
            store[str(i)] = values.get(id(variable), variable)

    def load_own_variables(self, store):
        if self.lora_enabled and len(store) != len(self._saved_weights):
            raise ValueError(
                f"Layer {self.name!r} saves {len(self._saved_weights)} variables (low-rank updates are part of the "
                f"{self._held_name}); the saved state has {len(store)}."
            )
        super().load_own_variables(store)
        for scheme in self._adapted:
            scheme.reset()


def held(name):
    """A property: the weight `name` of a layer, a variable, or the tensor that low-rank adaptation makes of it.

    A variable that is assigned is held from then on.
    """

    def read(self):
        return self._shown_weight(name)

    def hold(self, variable):
        self._hold(variable, name)

    return property(read, hold, doc=f"The weight `{name}`: a variable, or the tensor that is computed in its place.")


class HoldsKernel(HoldsWeight):
    """A layer whose large weight is its `kernel`."""

    @property
    def kernel(self):
        """The kernel: a variable, or the tensor that low-rank adaptation makes of it."""
        return self._shown_weight()
