"""`Attention`: means of values, weighted by how well their keys fit the queries."""

from keras.src import backend, ops
from keras.src.api_export import keras_export
from keras.src.layers.attention import attention_masks as masks
from keras.src.layers.layer import Layer
from keras.src.random import random
from keras.src.random.seed_generator import SeedGenerator
from keras.src.utils.messages import shapes_of

_SCORE_MODES = ("dot", "concat")


@keras_export("keras.layers.Attention")
class Attention(Layer):
    """Attention by products (Luong et al.): for each query, the mean of the values, weighted by the softmax of scores.

    Args:
        use_scale: Whether a trainable number, 1 at the start, multiplies the scores.
        score_mode: `"dot"` scores a query and a key by their product; `"concat"` by the sum of `tanh(query + key)`,
            times a trainable number.
        dropout: Probability that a weight is set to zero while training.
        seed: Int, for the dropout.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Call arguments:
        inputs: List of `query`, a tensor of shape `(batch, targets, size)`, `value`, of shape
            `(batch, sources, value_size)`, and perhaps `key`, of shape `(batch, sources, size)`, which is `value` by
            default.
        mask: List of `query_mask`, a bool tensor of shape `(batch, targets)` or `None` (outputs are 0 where it does
            not hold), and `value_mask`, of shape `(batch, sources)` or `None` (values are not looked at where it does
            not hold).
        training: Whether the call trains.
        return_attention_scores: Whether to return the weights too.
        use_causal_mask: Whether each target looks only at sources up to its own place.

    Outputs: Tensor of shape `(batch, targets, value_size)`, and perhaps the weights, of shape
        `(batch, targets, sources)`.

    Example:

    >>> query, value = keras.ops.ones((2, 3, 4)), keras.ops.ones((2, 5, 4))
    >>> keras.layers.Attention()([query, value]).shape
    (2, 3, 4)

    Reference:

    - [Luong et al., 2015](https://arxiv.org/abs/1508.04025)
    """

    def __init__(self, use_scale=False, score_mode="dot", dropout=0.0, seed=None, **kwargs):
        super().__init__(**kwargs)
        if score_mode not in _SCORE_MODES:
            raise ValueError(f"`score_mode` must be one of {_SCORE_MODES}. Received: score_mode={score_mode!r}")
        self.use_scale, self.score_mode, self.dropout, self.seed = use_scale, score_mode, dropout, seed
        if dropout > 0:
            self.seed_generator = SeedGenerator(seed)
        self.scale = self.concat_score_weight = None
        self.supports_masking = True

    def build(self, input_shape):
        self._check_shapes(input_shape)
        if self.use_scale:
            self.scale = self._add_factor("scale", self._scale_shape(input_shape), self._scale_initializer)
        if self.score_mode == "concat":
            self.concat_score_weight = self._add_factor("concat_score_weight", (), "ones")

    _scale_initializer = "ones"

    def _scale_shape(self, input_shape):
        return ()

    def _add_factor(self, name, shape, initializer):
        return self.add_weight(name=name, shape=shape, initializer=initializer)

    def _calculate_scores(self, query, key):
        """How well each key fits each query.

        Args:
            query: Tensor of shape `(batch, targets, size)`.
            key: Tensor of shape `(batch, sources, size)`.

        Returns:
            Tensor of shape `(batch, targets, sources)`.
        """
        if self.score_mode == "dot":
            scores = ops.matmul(query, ops.swapaxes(key, -1, -2))
            return scores if self.scale is None else ops.multiply(scores, self.scale.value)
        sums = self._sums(query, key)
        sums = sums if self.scale is None else ops.multiply(sums, self.scale.value)
        return ops.multiply(ops.sum(ops.tanh(sums), axis=-1), self.concat_score_weight.value)

    @staticmethod
    def _sums(query, key):
        """Each query plus each key, of shape `(batch, targets, sources, size)`."""
        return ops.add(ops.expand_dims(query, -2), ops.expand_dims(key, -3))

    def call(self, inputs, mask=None, training=False, return_attention_scores=False, use_causal_mask=False):
        self._check_inputs(inputs)
        self._check_mask(mask)
        query, value = inputs[:2]
        key = inputs[2] if len(inputs) > 2 else value
        query_mask, value_mask = (None, None) if mask is None else mask[:2]
        scores = self._calculate_scores(query, key)
        weights = ops.softmax(self._hidden(scores, value_mask, use_causal_mask), axis=-1)
        if training and self.dropout > 0:
            weights = random.dropout(weights, self.dropout, seed=self.seed_generator)
        outputs = ops.matmul(weights, value)
        if query_mask is not None:
            outputs = ops.multiply(outputs, ops.cast(ops.expand_dims(query_mask, -1), outputs.dtype))
        return (outputs, weights) if return_attention_scores else outputs

    @staticmethod
    def _hidden(scores, value_mask, causal):
        """Scores, very small where nothing may be looked at."""
        mask = None if value_mask is None else masks.of_keys(masks.as_bool(value_mask))
        if causal:
            mask = masks.joined(mask, masks.causal(*ops.shape(scores)[-2:]))
        if mask is None:
            return scores
        lowest = -3e4 if ops.dtype(scores) == "float16" else -1e9
        return ops.where(mask, scores, ops.cast(lowest, scores.dtype))

    def compute_mask(self, inputs, mask=None):
        self._check_mask(mask)
        return None if mask is None or mask[0] is None else ops.convert_to_tensor(mask[0])

    def compute_output_shape(self, input_shape):
        self._check_shapes(input_shape)
        return (*input_shape[0][:-1], input_shape[1][-1])

    def compute_output_spec(
        self, inputs, mask=None, return_attention_scores=False, training=None, use_causal_mask=False
    ):
        self._check_inputs(inputs)
        query, value = (tuple(x.shape) for x in inputs[:2])
        dtype = self.compute_dtype
        outputs = backend.KerasTensor((*query[:-1], value[-1]), dtype=dtype)
        if not return_attention_scores:
            return outputs
        return outputs, backend.KerasTensor((*query[:-1], value[-2]), dtype=dtype)

    def _check_shapes(self, shapes):
        """As `_check_inputs`; the sizes of one shape are no list of shapes."""
        if any(x is None or isinstance(x, int) for x in shapes):
            self._refuse(f"one tensor of shape {tuple(shapes)}")
        self._check_inputs(shapes)

    def _check_inputs(self, inputs):
        if not isinstance(inputs, (list, tuple)) or len(inputs) not in (2, 3):
            self._refuse(f"inputs={shapes_of(inputs)}")

    def _refuse(self, received):
        raise ValueError(
            f"{type(self).__name__} takes a list of `query` and `value`, or of `query`, `value` and `key`. "
            f"Received: {received}"
        )

    def _check_mask(self, mask):
        if mask is not None and (not isinstance(mask, (list, tuple)) or len(mask) not in (2, 3)):
            raise ValueError(
                f"`mask` of {type(self).__name__} must be a list of `query_mask` and `value_mask`. Received: mask={shapes_of(mask)}"
            )
