"""`ReversibleEmbedding`: integers to vectors, and vectors to scores of the integers."""

import numbers

from keras.src import backend, ops
from keras.src.api_export import keras_export
from keras.src.backend.common.dtypes import is_float_dtype, standardize_dtype
from keras.src.layers.core.embedding import Embedding
from keras.src.layers.weights.use import Looked, MultipliedAfter


@keras_export("keras.layers.ReversibleEmbedding")
class ReversibleEmbedding(Embedding):
    """Turns integers into vectors, and with `reverse=True` vectors into scores of all integers.

    Language models use one for the tokens that they read and for those that they predict.

    Args:
        input_dim: Number of vectors: the largest integer plus 1.
        output_dim: Size of a vector.
        tie_weights: Whether scores are products with the vectors themselves; else a matrix of its own is trained for them.
        embeddings_initializer: Initial value of the matrices.
        embeddings_regularizer: Penalty on the matrix of vectors.
        embeddings_constraint: What is applied to the matrix of vectors after each update.
        mask_zero: Whether the integer 0 marks steps to be skipped; the vectors get a mask then, the scores none.
        reverse_dtype: Floating-point dtype in which scores are computed; by default the layer's `compute_dtype`.
        logit_soft_cap: Positive float `cap`: scores become `cap * tanh(scores / cap)`. By default they stay as they are.
        **kwargs: Arguments of `keras.layers.Embedding` (`weights`, `lora_rank`, `lora_alpha`) and of `keras.Layer`.

    Inputs: Tensor of integers of any shape, or with `reverse=True` a tensor of shape `(..., output_dim)`. Outputs: tensor of
        one more dimension, of size `output_dim`, or with `reverse=True` of shape `(..., input_dim)`.

    Raises:
        ValueError: An argument is none of what is listed, or vectors are of another size.

    Example:

    >>> layer = keras.layers.ReversibleEmbedding(100, 8)
    >>> vectors = layer(keras.ops.ones((2, 5), dtype="int32"))
    >>> layer(vectors, reverse=True).shape
    (2, 5, 100)

    Reference:

    - [Press and Wolf, 2017](https://arxiv.org/abs/1608.05859)
    - [Gemma 2](https://arxiv.org/abs/2408.00118), for the soft cap
    """

    _quantizable = True
    _also_in_config = (*Embedding._also_in_config, "quantization_config", "lora_rank", "lora_alpha")

    def __init__(
        self,
        input_dim,
        output_dim,
        tie_weights=True,
        embeddings_initializer="uniform",
        embeddings_regularizer=None,
        embeddings_constraint=None,
        mask_zero=False,
        reverse_dtype=None,
        logit_soft_cap=None,
        **kwargs,
    ):
        weights = kwargs.pop("weights", None)
        super().__init__(
            input_dim,
            output_dim,
            embeddings_initializer,
            embeddings_regularizer,
            embeddings_constraint,
            mask_zero,
            **kwargs,
        )
        self.tie_weights = tie_weights
        self.reverse_dtype = _checked_dtype(reverse_dtype)
        self.logit_soft_cap = _checked_cap(logit_soft_cap)
        self._set_initial(weights)

    def _add_further_weights(self):
        if not self.tie_weights:
            self._make_weight(
                (self.output_dim, self.input_dim), "reverse_embeddings", initializer=self.embeddings_initializer
            )

    @property
    def reverse_embeddings(self):
        """The matrix of the other direction, where it is another one."""
        if self.tie_weights:
            raise AttributeError(
                f"The weights of layer {self.name!r} are tied: there is one matrix for both directions."
            )
        return self._schemes["reverse_embeddings"].shown()

    def _use_of(self, name):
        return MultipliedAfter() if name == "reverse_embeddings" else Looked()

    def _file_names(self, scheme):
        both = ("embeddings", "reverse_embeddings")
        if scheme is None:
            return list(both)
        names = (scheme.file_names(name, ()) for name in both)
        return list(dict.fromkeys(name for part in names for name in part))

    @property
    def _saved_weights(self):
        return [variable for scheme in self._schemes.values() for variable in scheme.variables()]

    def call(self, inputs, reverse=False):
        return self._scores(inputs) if reverse else super().call(inputs)

    def _scores(self, inputs):
        self._check_size(inputs.shape)
        dtype = self._score_dtype
        scheme = self._schemes["embeddings" if self.tie_weights else "reverse_embeddings"]
        scores = ops.cast(scheme.product(ops.cast(inputs, dtype)), dtype)
        if self.logit_soft_cap is None:
            return scores
        return ops.multiply(ops.tanh(ops.divide(scores, self.logit_soft_cap)), self.logit_soft_cap)

    @property
    def _score_dtype(self):
        return self.reverse_dtype or self.compute_dtype

    def _check_size(self, shape):
        if not shape or shape[-1] not in (None, self.output_dim):
            raise ValueError(
                f"With `reverse=True`, layer {self.name!r} takes vectors of size {self.output_dim} in the last dimension. "
                f"Received: inputs of shape {tuple(shape)}"
            )

    def _set_masks(self, inputs, outputs):
        if len(outputs.shape) > len(inputs.shape):  # Of integers; vectors have no 0 that marks steps.
            super()._set_masks(inputs, outputs)

    def compute_output_shape(self, input_shape, reverse=False):
        return (*input_shape[:-1], self.input_dim) if reverse else super().compute_output_shape(input_shape)

    def compute_output_spec(self, inputs, reverse=False):
        if not reverse:
            return super().compute_output_spec(inputs)
        self._check_size(inputs.shape)
        return backend.KerasTensor((*inputs.shape[:-1], self.input_dim), self._score_dtype)


def _checked_dtype(dtype):
    if dtype is not None and not is_float_dtype(standardize_dtype(dtype)):
        raise ValueError(f"`reverse_dtype` must be a floating-point dtype or None. Received: reverse_dtype={dtype!r}")
    return dtype


def _checked_cap(cap):
    if cap is not None and (not isinstance(cap, numbers.Real) or cap <= 0):
        raise ValueError(f"`logit_soft_cap` must be a positive number or None. Received: logit_soft_cap={cap!r}")
    return cap
