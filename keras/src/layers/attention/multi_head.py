"""What layers of attention with several heads share: projections, masks, and the weighing of values."""

from keras.src import backend, ops
from keras.src.layers.activations.activation import Softmax
from keras.src.layers.attention import attention_masks as masks
from keras.src.layers.core.einsum_dense import EinsumDense
from keras.src.layers.layer import Layer
from keras.src.layers.regularization.dropout import Dropout
from keras.src.layers.weight_options import keep_options

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


class MultiHead(Layer):
    """Base of attention with several heads.

    Subclasses set `_rate`, `_with_bias`, `_with_gate`, `_window`, `_flash_attention` and `seed`, call `_keep_weights`,
    and in `build` the parts that begin with `_build`.
    """

    _also_in_config = ("activity_regularizer",)
    _not_in_config = ("flash_attention",)

    def _keep_weights(self, kernel_initializer, bias_initializer, **options):
        """Keeps how to make the weights of the projections."""
        for name, initializer in (("kernel", kernel_initializer), ("bias", bias_initializer)):
            kinds = {kind: options[f"{name}_{kind}"] for kind in ("regularizer", "constraint")}
            keep_options(self, name, initializer=initializer, **kinds)
        if self._window is not None and (not isinstance(self._window, int) or self._window < 1):
            raise ValueError(
                f"`sliding_window` must be a positive integer or None. Received: sliding_window={self._window!r}"
            )
        if self._flash_attention and self._rate > 0:
            raise ValueError(
                "`flash_attention=True` needs `dropout=0`: the engines' flash kernels leave no weights to drop. "
                f"Received: dropout={self._rate}"
            )

    # Building

    def _build_projection(self, name, input_shape, heads, size, activation=None):
        """A projection of the last axis to `heads` vectors of `size`, built."""
        inputs, added = _letters(len(input_shape), 2)
        equation = f"{inputs},{inputs[-1]}{added}->{inputs[:-1]}{added}"
        return self._built(
            name, equation, (None,) * (len(input_shape) - 2) + (heads, size), added, input_shape, activation
        )

    def _build_output(self, query_shape, heads, size, sizes):
        """The projection of the heads to axes of `sizes`, built."""
        inputs, added = _letters(len(query_shape) + 1, len(sizes))
        equation = f"{inputs},{inputs[-2:]}{added}->{inputs[:-2]}{added}"
        output_shape = (None,) * (len(query_shape) - 2) + tuple(sizes)
        return self._built("attention_output", equation, output_shape, added, (*query_shape[:-1], heads, size))

    def _built(self, name, equation, output_shape, bias_axes, input_shape, activation=None):
        layer = EinsumDense(
            equation,
            output_shape=output_shape,
            activation=activation,
            bias_axes=bias_axes if self._with_bias else None,
            kernel_initializer=_another(self.kernel_initializer),
            bias_initializer=_another(self.bias_initializer),
            kernel_regularizer=self.kernel_regularizer,
            bias_regularizer=self.bias_regularizer,
            kernel_constraint=self.kernel_constraint,
            bias_constraint=self.bias_constraint,
            activity_regularizer=self._projections_regularizer(),
            dtype=self.dtype_policy,
            name=name,
        )
        layer.build(input_shape)
        return layer

    def _projections_regularizer(self):
        return self.activity_regularizer

    def _build_weighing(self):
        self._softmax = Softmax(dtype=self.dtype_policy)
        self._dropout_layer = Dropout(self._rate, dtype=self.dtype_policy, seed=self.seed)

    # Calling

    def _checked_scores(self, wanted):
        if wanted and self._flash_attention:
            raise ValueError(
                f"Layer {self.name!r} cannot return attention scores: `flash_attention=True` never computes them."
            )
        return wanted

    def _attended(self, query, key, value, mask, causal, training, wants_scores):
        """Means of values of shape `(batch, targets, heads, size)`, and the weights where they are wanted.

        A row of the mask that admits nothing gives the mean of all values in the engine's kernel, and zeros where
        weights are computed here.
        """
        drops = self._rate > 0 and (training or mask is not None)
        if not (wants_scores or drops):
            attended = ops.dot_product_attention(
                query, key, value, mask=mask, is_causal=causal, flash_attention=self._flash_attention
            )
            return attended, None
        return self._weighed(query, key, value, mask, causal, training)

    def _weighed(self, query, key, value, mask, causal, training):
        groups = query.shape[-2] // key.shape[-2]
        if groups > 1:
            key, value = ops.repeat(key, groups, axis=-2), ops.repeat(value, groups, axis=-2)
        query, key, value = (ops.swapaxes(x, -2, -3) for x in (query, key, value))
        attended, weights = self._weighed_by_head(query, key, value, mask, causal, training)
        return ops.swapaxes(attended, -2, -3), weights

    def _weighed_by_head(self, query, key, value, mask, causal, training):
        """The same for tensors of shape `(..., heads, places, size)`."""
        query = ops.multiply(query, query.shape[-1] ** -0.5)
        logits = ops.matmul(query, ops.swapaxes(key, -1, -2))
        if causal:
            mask = masks.joined(mask, masks.causal(*ops.shape(logits)[-2:]))
        weights = self._softmax(logits) if mask is None else self._softmax(logits, mask=mask)
        kept = self._dropout_layer(weights, training=training) if self._rate > 0 else weights
        return ops.matmul(kept, value), weights

    def _windowed(self, mask, targets, sources):
        """`mask` within the sliding window, if there is one."""
        return mask if self._window is None else masks.joined(mask, masks.window(targets, sources, self._window))

    def _finished(self, attended, query):
        if self._with_gate:
            attended = ops.multiply(attended, self._gate_dense(query))
        return self._output_dense(attended)

    # Descriptions

    def _spec(self, query, value, key, scores_shape, wants_scores):
        shapes = [tuple(x.shape) for x in (query, value) + (() if key is None else (key,))]
        outputs = backend.KerasTensor(self.compute_output_shape(*shapes), dtype=self.compute_dtype)
        if not wants_scores:
            return outputs
        return outputs, backend.KerasTensor(scores_shape, dtype=self.compute_dtype)


def check_key_shape(value_shape, key_shape):
    """Raises `ValueError` unless values and keys have the same places."""
    if tuple(key_shape[:-1]) != tuple(value_shape[:-1]):
        raise ValueError(
            "`key` and `value` must have equal sizes along all axes but the last. "
            f"Received shapes: {tuple(key_shape)} and {tuple(value_shape)}"
        )


def _letters(first, count):
    return _LETTERS[:first], _LETTERS[first : first + count]


def _another(initializer):
    """An initializer like this one; without a seed, it draws other numbers."""
    if not hasattr(initializer, "get_config"):
        return initializer
    return type(initializer).from_config(initializer.get_config())
