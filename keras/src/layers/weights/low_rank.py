"""Low-rank adaptation: a weight stays as it is, and the product of two small matrices is trained beside it.

- [LoRA: Low-Rank Adaptation of Large Language Models](https://arxiv.org/abs/2106.09685)
"""

from keras.src import initializers, ops
from keras.src.layers.weights.quantized import Quantized
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
        self.use, self.shape = base.use, base.shape
        self.scale = alpha / rank
        self.put_on(base)
        *sizes, last = base.shape
        layer._tracker.unlock()
        self.a = self._factor(layer, f"lora_{name}_a", (*sizes, rank), a_initializer)
        self.b = self._factor(layer, f"lora_{name}_b", (rank, last), b_initializer)
        layer._lock_state()

    def put_on(self, base):
        """Adapts the weight that `base` holds, from now on."""
        self.base, self.variable, self.before = base, base.variable, base.before
        self.variable.trainable = False

    def _factor(self, layer, name, shape, initializer):
        initializer = initializers.get(initializer)
        regularizer = self.variable.regularizer
        factor = layer.add_weight(name=name, shape=shape, initializer=initializer, regularizer=regularizer)
        setattr(layer, name, factor)
        return factor

    def _update(self):
        return ops.multiply(ops.matmul(self.a.value, self.b.value), self.scale)

    def value(self):
        weight = self.base.value()
        return ops.add(weight, ops.cast(self._update(), weight.dtype))

    def product(self, x, training=None):
        if not isinstance(self.base, Quantized):
            return super().product(x, training)
        if self.base.keeps_variable:  # It rounds the sum, as it will when the two were merged.
            return self.base.product_with(self.value(), x, training)
        if self.use.factors:
            update = ops.multiply(ops.matmul(self.use.product(x, self.a.value), self.b.value), self.scale)
        else:
            update = self.use.product(x, self._update())
        return ops.add(self.base.product(x, training), update)

    def with_bias(self, outputs, bias):
        return self.base.with_bias(outputs, bias)

    def rows(self, indices):
        rows = self.base.rows(indices)
        update = ops.multiply(ops.matmul(ops.take(self.a.value, indices, axis=0), self.b.value), self.scale)
        return ops.add(rows, ops.cast(update, rows.dtype))

    def shown(self):
        return self.value()

    def variables(self):
        return self.base.variables()

    def saved(self):
        return self.base.encoded(self.value())

    def reset(self):
        """Makes the product zero, since it is part of the weight that was loaded."""
        self.b.assign(ops.zeros(self.b.shape, dtype=self.b.dtype))
