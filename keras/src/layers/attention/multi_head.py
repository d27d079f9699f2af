"""What layers of attention with several heads share: projections, masks, and the weighing of values."""

from keras.src import backend, ops
from keras.src.layers.activations.activation import Softmax
from keras.src.layers.attention import attention_masks as masks
from keras.src.layers.call_signature import call_signature
from keras.src.layers.core.einsum_dense import EinsumDense
from keras.src.layers.layer import Layer
from keras.src.layers.regularization.dropout import Dropout
from keras.src.layers.weight_options import keep_options

_LETTERS = "abcdefghijklmnopqrstuvwxyz"


STEPS = ("_compute_attention", "_compute_attention_mask", "_compute_causal_mask", "_masked_softmax")
"""Steps of the call that subclasses in other libraries override."""


class MultiHead(Layer):
    """Base of attention with several heads.

    Subclasses set `_dropout`, `_use_bias`, `_use_gate`, `_sliding_window`, `_flash_attention` and `seed`, call `_keep_weights`,
    and in `build` the parts that begin with `_build`.
    """

    _also_in_config = ("activity_regularizer",)
    _not_in_config = ("flash_attention",)
    _default_steps, _own_class = (), None
    _return_attention_scores = False

    def _keep_weights(self, kernel_initializer, bias_initializer, **options):
        """Keeps how to make the weights of the projections, and notes which steps a subclass overrides."""
        steps = zip(STEPS, self._default_steps)
        self._own_steps = tuple(name for name, default in steps if getattr(type(self), name) is not default)
        for name, initializer in (("kernel", kernel_initializer), ("bias", bias_initializer)):
            kinds = {kind: options[f"{name}_{kind}"] for kind in ("regularizer", "constraint")}
            keep_options(self, name, initializer=initializer, **kinds)
        if self._sliding_window is not None and (not isinstance(self._sliding_window, int) or self._sliding_window < 1):
            raise ValueError(
                f"`sliding_window` must be a positive integer or None. Received: sliding_window={self._sliding_window!r}"
            )
        if self._flash_attention and self._dropout > 0:
            raise ValueError(
                "`flash_attention=True` needs `dropout=0`: the engines' flash kernels leave no weights to drop. "
                f"Received: dropout={self._dropout}"
            )

    # Building

    def _get_common_kwargs_for_sublayer(self):
        """Arguments of each projection, as a dict; may be overridden."""
        return {
            "kernel_initializer": _another(self.kernel_initializer),
            "bias_initializer": _another(self.bias_initializer),
            "kernel_regularizer": self.kernel_regularizer,
            "bias_regularizer": self.bias_regularizer,
            "kernel_constraint": self.kernel_constraint,
            "bias_constraint": self.bias_constraint,
            "activity_regularizer": self._projections_regularizer(),
            "dtype": self.dtype_policy,
        }

    def _build_projection(self, name, input_shape, heads, size, activation=None):
        """A projection of the last axis to `heads` vectors of `size`, built."""
        inputs, added = _letters(len(input_shape), 2)
        layer = EinsumDense(
            f"{inputs},{inputs[-1]}{added}->{inputs[:-1]}{added}",
            output_shape=(None,) * (len(input_shape) - 2) + (heads, size),
            activation=activation,
            bias_axes=added if self._use_bias else None,
            name=name,
            **self._get_common_kwargs_for_sublayer(),
        )
        # The mask of what is projected is used by this layer; that of the projection is nobody's.
        layer.supports_masking = True
        layer.build(input_shape)
        layer._bias_learns = name != "key" or not self._bias_of_keys_is_without_effect(layer)
        return layer

    def _bias_of_keys_is_without_effect(self, layer):
        """Whether nothing depends on the bias of the projection of keys, in 16 bits.

        It adds the same to all scores of a query, and the softmax takes that away. Its gradient is zero; computed in 16 bits,
        it would be the sum of roundings, of which optimizers such as Adam make steps as large as any.
        """
        is_ours = type(self) is self._own_class and self._projections_regularizer() is None
        return is_ours and layer.compute_dtype in ("bfloat16", "float16")

    def _output_projection(self, query_shape, sizes, options, name):
        """The projection of the heads to axes of `sizes`, not built yet."""
        inputs, added = _letters(len(query_shape) + 1, len(sizes))
        equation = f"{inputs},{inputs[-2:]}{added}->{inputs[:-2]}{added}"
        output_shape = (None,) * (len(query_shape) - 2) + tuple(sizes)
        bias_axes = added if self._use_bias else None
        return EinsumDense(equation, output_shape=output_shape, bias_axes=bias_axes, name=name, **options)

    def _projections_regularizer(self):
        return self.activity_regularizer

    def _build_weighing(self):
        self._softmax = Softmax(dtype=self.dtype_policy)
        self._dropout_layer = Dropout(self._dropout, dtype=self.dtype_policy, seed=self.seed)

    # Calling

    def _attend(self, inputs, heads, query_mask, value_mask, key_mask, attention_mask, training, scores, causal):
        """Means of values and perhaps the weights, by the steps that may be overridden.

        Engines have fast ways for causality, so a mask shows it only where a subclass may want to see it.
        """
        unmasked = query_mask is None and value_mask is None and key_mask is None and attention_mask is None
        if unmasked and self._sliding_window is None and not self._own_steps:
            return self._compute_attention(
                *heads, None, training, return_attention_scores=scores, use_causal_mask=causal
            )
        in_mask = bool(causal) and bool(self._own_steps)
        mask = self._compute_attention_mask(
            *inputs,
            query_mask=query_mask,
            value_mask=value_mask,
            key_mask=key_mask,
            attention_mask=attention_mask,
            use_causal_mask=in_mask,
        )
        options = {"use_causal_mask": True} if causal and not in_mask else {}
        return self._compute_attention(*heads, mask, training, **self._about_scores(scores), **options)

    def _about_scores(self, wanted):
        """How `_compute_attention` is told whether weights are wanted, as keyword arguments."""
        if "_compute_attention" in self._own_steps:
            # Of use where the overriding method calls this class's, but has no argument to pass on.
            self.__dict__["_return_attention_scores"] = wanted
            if "return_attention_scores" not in call_signature(type(self)._compute_attention).known:
                return {}
        return {"return_attention_scores": wanted}

    def _wants_scores(self, said):
        return self._return_attention_scores if said is None else said

    def _compute_attention_mask(
        self,
        query,
        value,
        query_mask=None,
        value_mask=None,
        key_mask=None,
        attention_mask=None,
        use_causal_mask=False,
    ):
        """One mask of shape `(batch, targets, sources)`, or with an axis of heads where a given one has it, or `None`."""
        found = [masks.of_keys(masks.as_bool(m)) for m in (value_mask, key_mask) if m is not None]
        if query_mask is not None:
            found.append(masks.of_queries(masks.as_bool(query_mask)))
        if attention_mask is not None:
            found.append(masks.as_bool(attention_mask))
        if use_causal_mask:
            found.append(self._compute_causal_mask(query, value))
        if self._sliding_window is not None:
            found.append(self._compute_sliding_window_mask(query, value))
        rank = max([3] + [len(m.shape) for m in found])
        return masks.joined(*[masks.beside_heads(m, rank, 2) for m in found])

    def _compute_causal_mask(self, query, value=None):
        """A mask of shape `(1, targets, sources)`: each place looks at itself and at those before.

        Args:
            query: Tensor of shape `(batch, targets, ...)`.
            value: Tensor of shape `(batch, sources, ...)`; `query` by default.
        """
        return ops.expand_dims(masks.causal(*self._counts_of_places(query, value)), 0)

    def _compute_sliding_window_mask(self, query, value=None):
        """Likewise: each place looks at those less than the size of the window apart; may be overridden."""
        return ops.expand_dims(masks.window(*self._counts_of_places(query, value), self._sliding_window), 0)

    def _counts_of_places(self, query, value):
        return [ops.shape(x)[1] for x in (query, query if value is None else value)]

    def _masked_softmax(self, attention_scores, attention_mask=None):
        """Weights from scores of shape `(batch, heads, targets, sources)`, 0 where the mask does not hold."""
        if attention_mask is None:
            return self._softmax(attention_scores)
        return self._softmax(attention_scores, mask=masks.beside_heads(attention_mask, len(attention_scores.shape), 2))

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
        drops = self._dropout > 0 and (training or mask is not None)
        mask = None if mask is None else masks.beside_heads(mask, 4, 2)
        if not (wants_scores or drops or "_masked_softmax" in self._own_steps):
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
        weights = self._masked_softmax(logits, mask)
        kept = self._dropout_layer(weights, training=training) if self._dropout > 0 else weights
        return ops.matmul(kept, value), weights

    def _finished(self, attended, query):
        if self._use_gate:
            attended = ops.multiply(attended, self._gate_dense(query))
        return self._output_dense(attended)

    # Descriptions

    def _output_spec_shape(self, *shapes):
        return self.compute_output_shape(*shapes)

    def _spec(self, query, value, key, scores_shape, wants_scores):
        shapes = [tuple(x.shape) for x in (query, value) + (() if key is None else (key,))]
        outputs = backend.KerasTensor(self._output_spec_shape(*shapes), dtype=self.compute_dtype)
        if not wants_scores:
            return outputs
        return outputs, backend.KerasTensor(scores_shape, dtype=self.compute_dtype)


def with_default_steps(cls):
    """Class decorator: notes what the steps of the call are, and the class, where no subclass overrides them."""
    cls._default_steps = tuple(getattr(cls, name) for name in STEPS)
    cls._own_class = cls
    return cls


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
