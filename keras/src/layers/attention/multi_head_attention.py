"""`MultiHeadAttention`: several attentions side by side."""

import operator

from keras.src import backend, ops, regularizers
from keras.src.api_export import keras_export
from keras.src.layers.attention import attention_masks as masks
from keras.src.layers.attention.equations import (  # noqa: F401  other libraries take them from here
    _build_attention_equation,
    _build_proj_equation,
)
from keras.src.layers.attention.multi_head import MultiHead, check_key_shape, with_default_steps
from keras.src.layers.checks import positive_int


def _another_name_of(name):
    return property(operator.attrgetter(name), lambda self, value: setattr(self, name, value))


@keras_export("keras.layers.MultiHeadAttention")
@with_default_steps
class MultiHeadAttention(MultiHead):
    """Lets each place of `query` look at places of `value`: in each head, the mean of projected values, weighted by
    the softmax of the products of projected queries and keys.

    Args:
        num_heads: Number of heads.
        key_dim: Size of queries and keys in a head.
        value_dim: Size of values in a head; `key_dim` by default.
        dropout: Probability that a weight is set to zero while training.
        use_bias: Whether the projections add biases.
        output_shape: Int or tuple: size of the last axis, or axes, of the outputs; that of `query` by default.
        attention_axes: Int or tuple of ints: the axes along which places look at each other; all but the first and the
            last by default.
        sliding_window: Int: only places less than this far apart look at each other; no limit by default.
        flash_attention: Whether to use the engine's flash kernel; by default where it can, and where
            `keras.config.enable_flash_attention()` asked for it.
        kernel_initializer: Initial value of the kernels of the projections.
        bias_initializer: Initial value of their biases.
        kernel_regularizer: Penalty on the kernels.
        bias_regularizer: Penalty on the biases.
        activity_regularizer: Penalty on the outputs of the projections.
        kernel_constraint: What is applied to the kernels after each update.
        bias_constraint: What is applied to the biases after each update.
        use_gate: Whether each head's result is multiplied by the sigmoid of a projection of `query`.
        seed: Int, for the dropout.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Call arguments:
        query: Tensor of shape `(batch, targets, features)`, or with more axes in between.
        value: Tensor of shape `(batch, sources, value_features)`.
        key: Tensor of shape `(batch, sources, key_features)`; `value` by default.
        query_mask: Bool tensor of shape `(batch, targets)`; without effect, as in Keras 3. What counts is the mask that
            `query` carries, from an `Embedding` or `Masking`, which becomes the mask of the outputs too.
        value_mask: Bool tensor of shape `(batch, sources)`: which sources may be looked at.
        key_mask: Likewise.
        attention_mask: Bool tensor of shape `(batch, targets, sources)`, or one that broadcasts to
            `(batch, heads, targets, sources)`: which target may look at which source.
        return_attention_scores: Whether to return the weights too.
        training: Whether the call trains.
        use_causal_mask: Whether each target looks only at sources up to its own place.

    Outputs: Tensor of shape `(batch, targets, features)`, and perhaps the weights, of shape
        `(batch, heads, targets, sources)`.

    Example:

    >>> layer = keras.layers.MultiHeadAttention(num_heads=2, key_dim=4)
    >>> query, value = keras.ops.ones((1, 5, 8)), keras.ops.ones((1, 7, 6))
    >>> outputs, weights = layer(query, value, return_attention_scores=True)
    >>> outputs.shape, weights.shape
    ((1, 5, 8), (1, 2, 5, 7))

    Reference:

    - [Vaswani et al., 2017](https://arxiv.org/abs/1706.03762)
    - [Beltagy et al., 2020](https://arxiv.org/abs/2004.05150) (sliding windows)
    - [Qiu et al., 2025](https://arxiv.org/abs/2505.06708) (gates)
    """

    _arguments_kept_in = {
        "output_shape": "_output_shape",
        "activity_regularizer": "_activity_regularizer",
        "use_gate": "_use_gate",
        "sliding_window": "_sliding_window",
    }

    def __init__(
        self,
        num_heads,
        key_dim,
        value_dim=None,
        dropout=0.0,
        use_bias=True,
        output_shape=None,
        attention_axes=None,
        sliding_window=None,
        flash_attention=None,
        kernel_initializer="glorot_uniform",
        bias_initializer="zeros",
        kernel_regularizer=None,
        bias_regularizer=None,
        activity_regularizer=None,
        kernel_constraint=None,
        bias_constraint=None,
        use_gate=False,
        seed=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        self.supports_masking = True
        self._num_heads = positive_int("num_heads", num_heads)
        self._key_dim = positive_int("key_dim", key_dim)
        self._value_dim = self._key_dim if value_dim is None else positive_int("value_dim", value_dim)
        self._dropout, self._use_bias, self._use_gate = dropout, use_bias, use_gate
        self._sliding_window, self._flash_attention, self.seed = sliding_window, flash_attention, seed
        self._inverse_sqrt_key_dim = self._key_dim**-0.5
        self._output_shape = _sizes("output_shape", output_shape)
        self._attention_axes = _axes(attention_axes)
        # The projections have it, as parts of this layer; the layer itself penalizes nothing.
        self._activity_regularizer = regularizers.get(activity_regularizer)
        self._keep_weights(
            kernel_initializer,
            bias_initializer,
            kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
        )

    num_heads = property(operator.attrgetter("_num_heads"), doc="Number of heads.")
    key_dim = property(operator.attrgetter("_key_dim"), doc="Size of queries and keys in a head.")
    value_dim = property(operator.attrgetter("_value_dim"), doc="Size of values in a head.")
    dropout = property(operator.attrgetter("_dropout"), doc="Probability that a weight is dropped.")
    use_bias = property(operator.attrgetter("_use_bias"), doc="Whether the projections add biases.")
    attention_axes = property(operator.attrgetter("_attention_axes"), doc="Axes along which places look at each other.")
    query_dense = property(operator.attrgetter("_query_dense"), doc="The projection of queries, an `EinsumDense`.")
    key_dense = property(operator.attrgetter("_key_dense"), doc="The projection of keys, an `EinsumDense`.")
    value_dense = property(operator.attrgetter("_value_dense"), doc="The projection of values, an `EinsumDense`.")
    output_dense = property(operator.attrgetter("_output_dense"), doc="The projection of the heads, an `EinsumDense`.")

    # Subclasses in other libraries read and set the options of the projections by these names.
    _kernel_initializer = _another_name_of("kernel_initializer")
    _kernel_regularizer = _another_name_of("kernel_regularizer")
    _kernel_constraint = _another_name_of("kernel_constraint")
    _bias_initializer = _another_name_of("bias_initializer")
    _bias_regularizer = _another_name_of("bias_regularizer")
    _bias_constraint = _another_name_of("bias_constraint")

    # Whether attention is along the one axis of time; not known before the rank of tensors is, from `build` or a call.
    _is_plain = None

    def _projections_regularizer(self):
        return self._activity_regularizer

    def build(self, query_shape, value_shape, key_shape=None):
        key_shape = value_shape if key_shape is None else key_shape
        check_key_shape(value_shape, key_shape)
        rank = len(query_shape)
        if rank != len(value_shape):
            raise ValueError(
                "`query` and `value` must have as many axes as each other. "
                f"Received shapes: {tuple(query_shape)} and {tuple(value_shape)}"
            )
        self._settle_axes(rank)
        heads = self._num_heads
        self._query_dense = self._build_projection("query", query_shape, heads, self._key_dim)
        self._key_dense = self._build_projection("key", key_shape, heads, self._key_dim)
        if self._use_gate:
            self._gate_dense = self._build_projection("gate", query_shape, heads, self._value_dim, "sigmoid")
        self._value_dense = self._build_projection("value", value_shape, heads, self._value_dim)
        self._build_attention(rank + 1)
        self._output_dense = self._make_output_dense(
            query_shape, self._get_common_kwargs_for_sublayer(), "attention_output"
        )
        self._output_dense.build((*query_shape[:-1], heads, self._value_dim))

    def _build_attention(self, rank):
        """What weighs values: equations, the softmax and the dropout; may be overridden.

        Args:
            rank: Rank of the projected queries, keys and values, which have an axis of heads.
        """
        self._settle_axes(rank - 1)
        self._dot_product_equation, self._combine_equation = self._equations(rank - 1)
        self._build_weighing()

    def _equations(self, rank):
        """The product of queries and keys, and that of weights and values, as equations."""
        letters = "abcdefghijklmnopqrstuvwxyz"
        targets = letters[: rank + 1]
        other = dict(zip(self._attention_axes, letters[rank + 1 :]))
        sources = "".join(other.get(axis, letter) for axis, letter in enumerate(targets))
        before = "".join(targets[a] for a in (*self._batch_axes, rank - 1))
        weights = before + "".join(targets[a] for a in self._attention_axes) + "".join(other.values())
        return f"{sources},{targets}->{weights}", f"{weights},{sources}->{targets}"

    def _make_output_dense(self, query_shape, common_kwargs, name=None):
        """The projection of the heads, not built yet; may be overridden."""
        sizes = self._output_sizes(query_shape)
        return self._output_projection(query_shape, sizes, common_kwargs, name)

    def _settle_axes(self, rank):
        """Turns `attention_axes` into indices from 0, now that the rank is known."""
        axes = tuple(range(1, rank - 1)) if self._attention_axes is None else self._attention_axes
        axes = tuple(a + rank if a < 0 else a for a in axes)
        if not axes or len(set(axes)) != len(axes) or any(not 0 <= a < rank - 1 for a in axes):
            raise ValueError(
                "`attention_axes` must be different axes of `query`, not the last one. "
                f"Received: attention_axes={self._attention_axes} for a query with {rank} axes"
            )
        self._attention_axes = axes
        self._batch_axes = tuple(a for a in range(rank - 1) if a not in axes)
        self._is_plain = rank == 3 and axes == (1,)

    def _output_sizes(self, query_shape):
        return query_shape[-1:] if self._output_shape is None else self._output_shape

    def call(
        self,
        query,
        value,
        key=None,
        query_mask=None,
        value_mask=None,
        key_mask=None,
        attention_mask=None,
        return_attention_scores=False,
        training=None,
        use_causal_mask=False,
    ):
        wants_scores = self._checked_scores(return_attention_scores)
        key = value if key is None else key
        heads = self._query_dense(query), self._key_dense(key), self._value_dense(value)
        # As in Keras 3, `query_mask` itself says nothing: rows of queries are masked by the mask that comes with them.
        given = backend.get_keras_mask(query), value_mask, key_mask, attention_mask
        attended, weights = self._attend((query, value), heads, *given, training, wants_scores, use_causal_mask)
        outputs = self._finished(attended, query)
        return (outputs, weights) if wants_scores else outputs

    def _compute_attention(
        self,
        query,
        key,
        value,
        attention_mask=None,
        training=None,
        return_attention_scores=None,
        use_causal_mask=False,
    ):
        """Means of projected values, `(..., heads, size)`, and the weights or `None`; may be overridden."""
        if self._is_plain is None:
            self._settle_axes(len(query.shape) - 1)
        attend = self._attended if self._is_plain else self._attended_along_axes
        wanted = self._wants_scores(return_attention_scores)
        return attend(query, key, value, attention_mask, bool(use_causal_mask), training, wanted)

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
        """One mask that broadcasts to `(*batch, heads, targets, sources)`, perhaps without heads, or `None`."""
        given = query_mask, value_mask, key_mask, attention_mask
        if self._is_plain is None:
            self._settle_axes(len(query.shape))
        if self._is_plain:
            return super()._compute_attention_mask(query, value, *given, use_causal_mask)
        found = self._mask_along_axes(query, value, *given)
        if use_causal_mask:
            found = masks.joined(found, self._compute_causal_mask(query, value))
        if self._sliding_window is not None:
            found = masks.joined(found, self._compute_sliding_window_mask(query, value))
        return found

    def _counts_of_places(self, query, value):
        return [_product(self._places(x)) for x in (query, query if value is None else value)]

    def _mask_along_axes(self, query, value, query_mask, value_mask, key_mask, attention_mask):
        """One mask of `(*batch, heads, targets, sources)` from those given, or `None`."""
        count = len(self._attention_axes)
        found = []
        for mask in (value_mask, key_mask):
            if mask is not None:
                found.append(
                    masks.of_keys(self._with_axes_in_order(masks.as_bool(mask), len(value.shape)), count, count)
                )
        if query_mask is not None:
            query_mask = self._with_axes_in_order(masks.as_bool(query_mask), len(query.shape))
            found.append(masks.of_queries(query_mask, count, count))
        if attention_mask is not None:
            attention_mask = masks.as_bool(attention_mask)
            rank = max(len(attention_mask.shape), 2 * count)
            found.append(masks.beside_heads(attention_mask, rank, rank))
        mask = masks.joined(*(self._lifted(m, query) for m in found))
        if count > 1 and mask is not None:
            mask = self._flattened(mask, *(self._places(x) for x in (query, value)))
        return mask

    def _with_axes_in_order(self, mask, rank):
        """A mask of all places of `value` with the axes of attention last."""
        order = self._batch_axes + self._attention_axes
        if len(mask.shape) != rank - 1 or order == tuple(range(rank - 1)):
            return mask
        return ops.transpose(mask, order)

    def _lifted(self, mask, query):
        """A mask without heads with an axis for them, and with all axes of the batch."""
        count = len(self._attention_axes)
        return masks.beside_heads(mask, len(query.shape) + count, 2 * count)

    def _places(self, x):
        """Sizes of `x` along the axes of attention."""
        sizes = ops.shape(x)
        return [sizes[a] for a in self._attention_axes]

    def _flattened(self, mask, targets, sources):
        """A mask with one axis of targets and one of sources in place of several."""
        count = len(targets)
        before = ops.shape(mask)[: -2 * count]
        mask = ops.broadcast_to(mask, (*before, *targets, *sources))
        return ops.reshape(mask, (*before, _product(targets), _product(sources)))

    def _attended_along_axes(self, query, key, value, mask, causal, training, wants_scores):
        """Attention along chosen axes of tensors of any rank: these are brought to the end and made one."""
        targets, sources = self._places(query), self._places(key)
        heads_first = [self._with_places_last(x) for x in (query, key, value)]
        attended, weights = self._weighed_by_head(*heads_first, mask, causal, training)
        before = ops.shape(attended)[:-2]
        attended = ops.reshape(attended, (*before, *targets, self._value_dim))
        order = (*self._batch_axes, len(query.shape) - 2, *self._attention_axes, len(query.shape) - 1)
        attended = ops.transpose(attended, [order.index(a) for a in range(len(order))])
        return attended, ops.reshape(weights, (*before, *targets, *sources)) if wants_scores else None

    def _with_places_last(self, x):
        """`(..., heads, size)` as `(*batch, heads, places, size)`."""
        rank = len(x.shape)
        x = ops.transpose(x, (*self._batch_axes, rank - 2, *self._attention_axes, rank - 1))
        sizes, count = ops.shape(x), len(self._attention_axes)
        return ops.reshape(x, (*sizes[: -1 - count], _product(sizes[-1 - count : -1]), sizes[-1]))

    def compute_output_shape(self, query_shape, value_shape, key_shape=None):
        if key_shape is not None:
            check_key_shape(value_shape, key_shape)
        return (*query_shape[:-1], *self._output_sizes(query_shape))

    def compute_output_spec(
        self,
        query,
        value,
        key=None,
        query_mask=None,
        value_mask=None,
        key_mask=None,
        attention_mask=None,
        return_attention_scores=False,
        training=None,
        use_causal_mask=False,
    ):
        axes = self._attention_axes or tuple(range(1, len(query.shape) - 1))
        places = [tuple(x.shape[a] for a in axes) for x in (query, value)]
        batch = tuple(query.shape[a] for a in range(len(query.shape) - 1) if a not in axes)
        scores_shape = (*batch, self._num_heads, *places[0], *places[1])
        return self._spec(query, value, key, scores_shape, self._checked_scores(return_attention_scores))


def _sizes(name, value):
    """A tuple of positive ints, or None."""
    if value is None:
        return None
    if not isinstance(value, (int, list, tuple)):
        raise ValueError(f"`{name}` must be an int or a tuple of ints. Received: {name}={value!r}")
    return tuple(positive_int(name, n) for n in (value if isinstance(value, (list, tuple)) else (value,)))


def _axes(value):
    if value is None or isinstance(value, list):
        return value
    if isinstance(value, int) and not isinstance(value, bool):
        return (value,)
    if not isinstance(value, tuple):
        raise ValueError(f"`attention_axes` must be an int or a tuple of ints. Received: attention_axes={value!r}")
    return value


def _product(sizes):
    result = 1
    for n in sizes:
        result = n * result
    return result
