"""`GroupQueryAttention`: attention whose heads share keys and values in groups."""

from keras.src.api_export import keras_export
from keras.src.layers.attention.multi_head import MultiHead, check_key_shape, with_default_steps
from keras.src.layers.checks import positive_int


@keras_export("keras.layers.GroupQueryAttention")
@with_default_steps
class GroupedQueryAttention(MultiHead):
    """Attention with several heads, in which groups of query heads share one head of keys and values.

    With as many heads of keys as of queries it is multi-head attention; with one, multi-query attention.

    Args:
        head_dim: Size of queries, keys and values in a head.
        num_query_heads: Number of heads of queries, a multiple of `num_key_value_heads`.
        num_key_value_heads: Number of heads of keys and values.
        dropout: Probability that a weight is set to zero while training.
        use_bias: Whether the projections add biases.
        sliding_window: Int: only places less than this far apart look at each other; no limit by default.
        flash_attention: Whether to use the engine's flash kernel; by default where it can, and where
            `keras.config.enable_flash_attention()` asked for it.
        kernel_initializer: Initial value of the kernels of the projections.
        bias_initializer: Initial value of their biases.
        kernel_regularizer: Penalty on the kernels.
        bias_regularizer: Penalty on the biases.
        activity_regularizer: Penalty on the outputs.
        kernel_constraint: What is applied to the kernels after each update.
        bias_constraint: What is applied to the biases after each update.
        use_gate: Whether each head's result is multiplied by the sigmoid of a projection of `query`.
        seed: Int, for the dropout.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Call arguments:
        query: Tensor of shape `(batch, targets, features)`.
        value: Tensor of shape `(batch, sources, value_features)`.
        key: Tensor of shape `(batch, sources, key_features)`; `value` by default.
        query_mask: Bool tensor of shape `(batch, targets)`: which targets look at anything.
        value_mask: Bool tensor of shape `(batch, sources)`: which sources may be looked at.
        key_mask: Likewise.
        attention_mask: Bool tensor of shape `(batch, targets, sources)`, or one that broadcasts to
            `(batch, num_query_heads, targets, sources)`.
        return_attention_scores: Whether to return the weights too.
        training: Whether the call trains.
        use_causal_mask: Whether each target looks only at sources up to its own place.

    Outputs: Tensor of shape `(batch, targets, features)`, and perhaps the weights, of shape
        `(batch, num_query_heads, targets, sources)`.

    Example:

    >>> layer = keras.layers.GroupQueryAttention(head_dim=4, num_query_heads=6, num_key_value_heads=2)
    >>> layer(keras.ops.ones((1, 5, 8)), keras.ops.ones((1, 7, 8))).shape
    (1, 5, 8)

    Reference:

    - [Ainslie et al., 2023](https://arxiv.org/abs/2305.13245)
    """

    _arguments_kept_in = {"use_gate": "_use_gate", "sliding_window": "_sliding_window"}

    def __init__(
        self,
        head_dim,
        num_query_heads,
        num_key_value_heads,
        dropout=0.0,
        use_bias=True,
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
        super().__init__(activity_regularizer=activity_regularizer, **kwargs)
        self.supports_masking = True
        self.head_dim = positive_int("head_dim", head_dim)
        self.num_query_heads = positive_int("num_query_heads", num_query_heads)
        self.num_key_value_heads = positive_int("num_key_value_heads", num_key_value_heads)
        if num_query_heads % num_key_value_heads:
            raise ValueError(
                "`num_query_heads` must be a multiple of `num_key_value_heads`. Received: "
                f"num_query_heads={num_query_heads}, num_key_value_heads={num_key_value_heads}"
            )
        self.num_repeats = num_query_heads // num_key_value_heads
        self.dropout = self._dropout = dropout
        self.use_bias = self._use_bias = use_bias
        self.use_gate = self._use_gate = use_gate
        self.sliding_window = self._sliding_window = sliding_window
        self._inverse_sqrt_head_dim = self.head_dim**-0.5
        self._flash_attention, self.seed = flash_attention, seed
        self._keep_weights(
            kernel_initializer,
            bias_initializer,
            kernel_regularizer=kernel_regularizer,
            bias_regularizer=bias_regularizer,
            kernel_constraint=kernel_constraint,
            bias_constraint=bias_constraint,
        )

    def build(self, query_shape, value_shape, key_shape=None):
        key_shape = value_shape if key_shape is None else key_shape
        check_key_shape(value_shape, key_shape)
        if not len(query_shape) == len(value_shape) == 3:
            raise ValueError(
                "`query` and `value` must have 3 axes: batch, places and features. "
                f"Received shapes: {tuple(query_shape)} and {tuple(value_shape)}"
            )
        self.feature_dim = query_shape[-1]
        size = self.head_dim
        self._query_dense = self._build_projection("query", query_shape, self.num_query_heads, size)
        self._key_dense = self._build_projection("key", key_shape, self.num_key_value_heads, size)
        if self._use_gate:
            self._gate_dense = self._build_projection("gate", query_shape, self.num_query_heads, size, "sigmoid")
        self._value_dense = self._build_projection("value", value_shape, self.num_key_value_heads, size)
        self._dot_product_equation, self._combine_equation = "bquh,bkuh->buqk", "buqk,bkuh->bquh"
        self._build_weighing()
        self._output_dense = self._output_projection(
            query_shape, (self.feature_dim,), self._get_common_kwargs_for_sublayer(), "attention_output"
        )
        self._output_dense.build((*query_shape[:-1], self.num_query_heads, size))

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
        given = query_mask, value_mask, key_mask, attention_mask
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
        use_causal_mask=False,
        return_attention_scores=None,
    ):
        """Means of projected values, `(batch, targets, heads, size)`, and the weights or `None`; may be overridden."""
        wanted = self._wants_scores(return_attention_scores)
        return self._attended(query, key, value, attention_mask, bool(use_causal_mask), training, wanted)

    def compute_output_shape(self, query_shape, value_shape, key_shape=None):
        if key_shape is not None:
            check_key_shape(value_shape, key_shape)
        if query_shape[-1] != value_shape[-1]:
            raise ValueError(
                "`query` and `value` must have equal sizes along their last axis. "
                f"Received shapes: {tuple(query_shape)} and {tuple(value_shape)}"
            )
        return tuple(query_shape)

    def _output_spec_shape(self, query_shape, value_shape, key_shape=None):
        # A call takes values of another size than queries, as it does on tensors.
        if key_shape is not None:
            check_key_shape(value_shape, key_shape)
        return query_shape

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
        scores_shape = (query.shape[0], self.num_query_heads, query.shape[1], value.shape[1])
        return self._spec(query, value, key, scores_shape, self._checked_scores(return_attention_scores))
