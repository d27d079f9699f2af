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
