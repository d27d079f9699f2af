"""`MultiHeadAttention`: several attentions side by side."""

import operator

from keras.src import ops, regularizers
from keras.src.api_export import keras_export
from keras.src.layers.attention import attention_masks as masks
from keras.src.layers.attention.multi_head import MultiHead, check_key_shape
from keras.src.layers.checks import positive_int


@keras_export("keras.layers.MultiHeadAttention")
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
        query_mask: Bool tensor of shape `(batch, targets)`; it becomes the mask of the outputs.
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
        "use_gate": "_with_gate",
        "sliding_window": "_window",
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
        self._rate, self._with_bias, self._with_gate = dropout, use_bias, use_gate
        self._window, self._flash_attention, self.seed = sliding_window, flash_attention, seed
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
    dropout = property(operator.attrgetter("_rate"), doc="Probability that a weight is dropped.")
    use_bias = property(operator.attrgetter("_with_bias"), doc="Whether the projections add biases.")
    attention_axes = property(operator.attrgetter("_attention_axes"), doc="Axes along which places look at each other.")
    query_dense = property(operator.attrgetter("_query_dense"), doc="The projection of queries, an `EinsumDense`.")
    key_dense = property(operator.attrgetter("_key_dense"), doc="The projection of keys, an `EinsumDense`.")
    value_dense = property(operator.attrgetter("_value_dense"), doc="The projection of values, an `EinsumDense`.")
    output_dense = property(operator.attrgetter("_output_dense"), doc="The projection of the heads, an `EinsumDense`.")

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
        if self._with_gate:
            self._gate_dense = self._build_projection("gate", query_shape, heads, self._value_dim, "sigmoid")
        self._value_dense = self._build_projection("value", value_shape, heads, self._value_dim)
        self._build_weighing()
        self._output_dense = self._build_output(query_shape, heads, self._value_dim, self._output_sizes(query_shape))

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
        mask = self._joined_mask(query, value, value_mask, key_mask, attention_mask)
        query_heads, key_heads = self._query_dense(query), self._key_dense(key)
        attend = self._attended if self._is_plain else self._attended_along_axes
        attended, weights = attend(
            query_heads, key_heads, self._value_dense(value), mask, use_causal_mask, training, wants_scores
        )
        outputs = self._finished(attended, query)
        return (outputs, weights) if wants_scores else outputs

    def _joined_mask(self, query, value, value_mask, key_mask, attention_mask):
        """One mask that broadcasts to `(*batch, heads, targets, sources)`, or `None`."""
        if value_mask is None and key_mask is None and attention_mask is None and self._window is None:
            return None
        count = len(self._attention_axes)
        found = None
        for mask in (value_mask, key_mask):
            if mask is not None:
                mask = self._with_axes_in_order(masks.as_bool(mask), len(value.shape))
                found = masks.joined(found, masks.of_keys(mask, count, count))
        if attention_mask is not None:
            attention_mask = masks.as_bool(attention_mask)
            rank = max(len(attention_mask.shape), 2 * count)
            attention_mask = masks.beside_heads(attention_mask, rank, rank)
            found = self._lifted(found, query), self._lifted(attention_mask, query)
            found = masks.joined(*found)
        else:
            found = self._lifted(found, query)
        sizes = [self._places(x) for x in (query, value)]
        if count > 1 and found is not None:
            found = self._flattened(found, *sizes)
        return self._windowed(found, *(_product(n) for n in sizes))

    def _with_axes_in_order(self, mask, rank):
        """A mask of all places of `value` with the axes of attention last."""
        order = self._batch_axes + self._attention_axes
        if len(mask.shape) != rank - 1 or order == tuple(range(rank - 1)):
            return mask
        return ops.transpose(mask, order)

    def _lifted(self, mask, query):
        """A mask without heads with an axis for them, and with all axes of the batch."""
        count = len(self._attention_axes)
        return None if mask is None else masks.beside_heads(mask, len(query.shape) + count, 2 * count)

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
