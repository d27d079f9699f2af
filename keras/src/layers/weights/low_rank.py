"""Low-rank adaptation: a weight stays as it is, and the product of two small matrices is trained beside it.

- [LoRA: Low-Rank Adaptation of Large Language Models](https://arxiv.org/abs/2106.09685)
"""

from keras.src import initializers, ops
from keras.src.layers.weights.scheme import Scheme


class LowRank(Scheme):
    """A frozen weight plus a trainable product.

    Makes the variables `lora_<name>_a` and `lora_<name>_b`, sets them as attributes of the layer, and freezes the weight.

    Args:
        layer: The layer, built.
        name: Name of the weight, such as `"kernel"`.
        base: The scheme by which the weight was held so far.
        rank: Size between the two factors.
        alpha: Scale of the product is `alpha / rank`.
        a_initializer: Initial value of the first factor.
        b_initializer: Initial value of the second factor; zeros leave the layer's outputs as they were.
    """

    def __init__(self, layer, name, base, rank, alpha, a_initializer, b_initializer):
        super().__init__(base.variable)
        self.base = base
        self.scale = alpha / rank
        *sizes, last = base.variable.shape
        layer._tracker.unlock()
        self.a = self._factor(layer, f"lora_{name}_a", (*sizes, rank), a_initializer)
        self.b = self._factor(layer, f"lora_{name}_b", (rank, last), b_initializer)
        base.variable.trainable = False
        layer._lock_state()

    def _factor(self, layer, name, shape, initializer):
        initializer, regularizer = initializers.get(initializer), self.variable.regularizer
        factor = layer.add_weight(name=name, shape=shape, initializer=initializer, regularizer=regularizer)
        setattr(layer, name, factor)
        return factor

    def value(self):
        weight = self.base.value()
        update = ops.multiply(ops.matmul(self.a.value, self.b.value), self.scale)
        return ops.add(weight, ops.cast(update, weight.dtype))

    def shown(self):
        return self.value()

    def load(self, value):
        self.base.load(value)
        # The product is part of what was saved.
        self.b.assign(ops.zeros(self.b.shape, dtype=self.b.dtype))
