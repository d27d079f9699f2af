"""`AdditiveAttention`: attention whose scores are sums."""

from keras.src import ops
from keras.src.api_export import keras_export
from keras.src.layers.attention.attention import Attention


@keras_export("keras.layers.AdditiveAttention")
class AdditiveAttention(Attention):
    """Attention by sums (Bahdanau et al.): a query and a key score the sum of `scale * tanh(query + key)`.

    Args:
        use_scale: Whether `scale` is a trainable vector; all ones otherwise.
        dropout: Probability that a weight is set to zero while training.
        **kwargs: `seed`, an int for the dropout, and arguments of `keras.Layer`, such as `name` and `dtype`.

    The layer is called like `keras.layers.Attention`, on `[query, value]` or `[query, value, key]`.

    Example:

    >>> query, value = keras.ops.ones((2, 3, 4)), keras.ops.ones((2, 5, 4))
    >>> keras.layers.AdditiveAttention()([query, value]).shape
    (2, 3, 4)

    Reference:

    - [Bahdanau et al., 2014](https://arxiv.org/abs/1409.0473)
    """

    _also_in_config = ("seed",)
    _scale_initializer = "glorot_uniform"

    def __init__(self, use_scale=True, dropout=0.0, **kwargs):
        super().__init__(use_scale=use_scale, dropout=dropout, **kwargs)

    def _scale_shape(self, input_shape):
        return (input_shape[0][-1],)

    def _calculate_scores(self, query, key):
        activated = ops.tanh(self._sums(query, key))
        if self.scale is None:
            return ops.sum(activated, axis=-1)
        return ops.matmul(activated, self.scale.value)
