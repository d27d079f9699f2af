"""Low-rank adaptation: a kernel stays as it is, and the product of two small matrices is trained beside it.

- [LoRA: Low-Rank Adaptation of Large Language Models](https://arxiv.org/abs/2106.09685)
"""

from keras.src import initializers, ops


class LowRankUpdate:
    """The trainable product that a layer adds to a frozen kernel.

    Makes the variables `lora_<name>_a` and `lora_<name>_b`, sets them as attributes of the layer, and freezes the
    kernel.

    Args:
        layer: The layer, built.
        name: Name of the kernel, such as `"kernel"`.
        kernel: Its variable.
        rank: Size between the two factors.
        alpha: Scale of the product is `alpha / rank`; by default `rank`.
        a_shape: Shape of the first factor.
        b_shape: Shape of the second factor.
        a_initializer: Initial value of the first factor.
        b_initializer: Initial value of the second factor; zeros leave the layer's outputs as they were.
    """

    def __init__(self, layer, name, kernel, rank, alpha, a_shape, b_shape, a_initializer, b_initializer):
        self.scale = (rank if alpha is None else alpha) / rank
        layer._tracker.unlock()
        self.a, self.b = (
            layer.add_weight(
                name=f"lora_{name}_{part}",
                shape=shape,
                initializer=initializers.get(initializer),
                regularizer=kernel.regularizer,
            )
            for part, shape, initializer in (("a", a_shape, a_initializer), ("b", b_shape, b_initializer))
        )
        setattr(layer, f"lora_{name}_a", self.a)
        setattr(layer, f"lora_{name}_b", self.b)
        kernel.trainable = False
        layer._lock_state()

    def added_to(self, kernel):
        """The kernel with the update, a tensor."""
        update = ops.multiply(ops.matmul(self.a.value, self.b.value), self.scale)
        return ops.add(kernel, ops.cast(update, kernel.dtype))

    def forget(self):
        """Sets the update to zero, as after the kernel took it in."""
        self.b.assign(ops.zeros(self.b.shape, dtype=self.b.dtype))


def check_can_adapt(layer, constraint, built=None):
    """Raises `ValueError` unless low-rank adaptation can be switched on for the layer."""
    if constraint is not None:
        raise ValueError(
            f"Low-rank adaptation cannot keep the `kernel_constraint` of layer {layer.name!r}: make the layer "
            "without one."
        )
    if not (layer.built if built is None else built):
        raise ValueError(f"`enable_lora` needs a built layer; {layer.name!r} is not built yet.")
    if layer.lora_enabled:
        raise ValueError(f"Low-rank adaptation is switched on already for layer {layer.name!r}.")


class AdaptableKernel:
    """The part of a layer that its kernel makes up: low-rank adaptation, quantization, and what a file holds.

    The layer keeps the kernel in `_kernel`, the bias (or `None`) in `bias`, and has `kernel_constraint`.
    """

    _omitted_from_config_when_none = frozenset(("lora_rank", "lora_alpha"))

    def _set_adaptation(self, rank, alpha, quantization_config):
        self.lora_rank = rank
        self.lora_alpha = rank if alpha is None else alpha
        self.quantization_config = quantization_config
        self.lora_enabled = False
        self._lora = None
        self.bias = None

    def _adapt_as_configured(self):
        if self.lora_rank:
            check_can_adapt(self, self.kernel_constraint, built=True)
            self._adapt(self.lora_rank, self.lora_alpha, "he_uniform", "zeros")

    @property
    def kernel(self):
        """The kernel: a variable, or the tensor that low-rank adaptation makes of it."""
        if not self.built:
            raise AttributeError(f"Layer {self.name!r} has no kernel before it is built.")
        return self._kernel if self._lora is None else self._lora.added_to(self._kernel.value)

    def _kernel_value(self):
        kernel = self._kernel.value
        return kernel if self._lora is None else self._lora.added_to(kernel)

    def enable_lora(self, rank, lora_alpha=None, a_initializer="he_uniform", b_initializer="zeros"):
        """Freezes the kernel and trains a product of two small matrices beside it.

        Args:
            rank: Size between the two matrices.
            lora_alpha: The product is scaled by `lora_alpha / rank`; by default `rank`.
            a_initializer: Initial value of the first matrix.
            b_initializer: Initial value of the second one.
        """
        check_can_adapt(self, self.kernel_constraint, self.built)
        self._adapt(rank, rank if lora_alpha is None else lora_alpha, a_initializer, b_initializer)

    def _adapt(self, rank, alpha, a_initializer, b_initializer):
        *sizes, last = self._kernel.shape
        shapes = (*sizes, rank), (rank, last)
        self._lora = LowRankUpdate(self, "kernel", self._kernel, rank, alpha, *shapes, a_initializer, b_initializer)
        self.lora_enabled, self.lora_rank, self.lora_alpha = True, rank, alpha

    @property
    def variable_serialization_spec(self):
        """Names of the saved variables, in order, by quantization mode."""
        return {None: ["kernel", "bias"]}

    def save_own_variables(self, store):
        if not self.built:
            return
        for i, value in enumerate([self.kernel] + ([] if self.bias is None else [self.bias])):
            store[str(i)] = value

    def load_own_variables(self, store):
        if self._lora is None:
            super().load_own_variables(store)
            return
        variables = [self._kernel] + ([] if self.bias is None else [self.bias])
        if len(store) != len(variables):
            raise ValueError(
                f"Layer {self.name!r} saves {len(variables)} variables (low-rank updates are part of the kernel); "
                f"the saved state has {len(store)}."
            )
        for i, variable in enumerate(variables):
            variable.assign(store[str(i)])
        self._lora.forget()

    def quantized_build(self, kernel_shape, mode, config=None):
        raise self._not_quantizable(mode)
