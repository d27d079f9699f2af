"""The part of a layer that one large weight makes up: how it is held, adapted, quantized, saved and loaded."""

from keras.src.layers.weights.low_rank import LowRank
from keras.src.layers.weights.scheme import Scheme


class HoldsWeight:
    """A mixin for layers with one weight that schemes may hold.

    The constructor calls `_set_adaptation`; `build` makes the variable, gives it to `_hold`, and ends with
    `_adapt_as_configured`. `call` computes with `_weight_value()`.
    """

    # Name of the weight; its variable is kept in `_<name>`, and its options in `<name>_constraint` and others.
    _held_name = "kernel"

    _omitted_from_config_when_none = frozenset(("lora_rank", "lora_alpha"))

    def _set_adaptation(self, rank, alpha, quantization_config=None):
        self.lora_rank = rank
        self.lora_alpha = rank if alpha is None else alpha
        self.quantization_config = quantization_config
        self.lora_enabled = False
        self._scheme = None
        self.bias = None

    def _hold(self, variable):
        setattr(self, f"_{self._held_name}", variable)
        self._scheme = Scheme(variable)

    def _weight_value(self):
        scheme = self._scheme
        return (self._found() if scheme is None else scheme).value()

    def _found(self):
        """The scheme of a variable that a subclass made by itself."""
        self._scheme = Scheme(getattr(self, f"_{self._held_name}"))
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
        self._scheme = LowRank(self, self._held_name, self._scheme, rank, alpha, a_initializer, b_initializer)
        self.lora_enabled, self.lora_rank, self.lora_alpha = True, rank, alpha

    # Files

    @property
    def variable_serialization_spec(self):
        """Names of the saved variables, in order, by quantization mode."""
        return {None: [self._held_name, "bias"]}

    def save_own_variables(self, store):
        if not self.built:
            return
        for i, value in enumerate([(self._scheme or self._found()).saved(), *self._further_weights()]):
            store[str(i)] = value

    def _further_weights(self):
        """The variables that files hold behind the large weight."""
        return [] if self.bias is None else [self.bias]

    def load_own_variables(self, store):
        if not self.lora_enabled:
            super().load_own_variables(store)
            return
        further = self._further_weights()
        if len(store) != 1 + len(further):
            raise ValueError(
                f"Layer {self.name!r} saves {1 + len(further)} variables (low-rank updates are part of the {self._held_name}); "
                f"the saved state has {len(store)}."
            )
        self._scheme.load(store["0"])
        for i, variable in enumerate(further, start=1):
            variable.assign(store[str(i)])

    def quantized_build(self, kernel_shape, mode, config=None):
        raise self._not_quantizable(mode)


class HoldsKernel(HoldsWeight):
    """A layer whose large weight is its `kernel`."""

    @property
    def kernel(self):
        """The kernel: a variable, or the tensor that low-rank adaptation makes of it."""
        return self._shown_weight()
