"""`Embedding`: integers to vectors."""

from keras.src import backend, constraints, initializers, ops, regularizers
from keras.src.api_export import keras_export
from keras.src.backend.common.dtypes import standardize_dtype
from keras.src.layers.checks import positive_int
from keras.src.layers.layer import Layer
from keras.src.layers.lora import LowRankUpdate, check_can_adapt


@keras_export("keras.layers.Embedding")
class Embedding(Layer):
    """Turns integers, such as the indices of words, into trainable vectors.

    Args:
        input_dim: Number of vectors: the largest integer plus 1.
        output_dim: Size of a vector.
        embeddings_initializer: Initial value of the matrix of vectors.
        embeddings_regularizer: Penalty on it.
        embeddings_constraint: What is applied to it after each update.
        mask_zero: Whether the integer 0 marks steps to be skipped; the outputs get a mask then.
        weights: Initial matrix of shape `(input_dim, output_dim)`, as an array or in a list.
        lora_rank: Rank of a low-rank adaptation: the matrix is frozen and a product of two small ones is trained
            beside it.
        lora_alpha: The product is scaled by `lora_alpha / lora_rank`; by default `lora_rank`.
        quantization_config: How to quantize the layer.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Tensor of integers of any shape. Outputs: tensor of one more dimension, of size `output_dim`.

    Example:

    >>> keras.layers.Embedding(100, 8)(keras.ops.ones((2, 5), dtype="int32")).shape
    (2, 5, 8)
    """

    _omitted_from_config_when_none = frozenset(("lora_rank", "lora_alpha"))
    _also_in_config = ("activity_regularizer",)
    _not_in_config = ("weights",)

    def __init__(
        self,
        input_dim,
        output_dim,
        embeddings_initializer="uniform",
        embeddings_regularizer=None,
        embeddings_constraint=None,
        mask_zero=False,
        weights=None,
        lora_rank=None,
        lora_alpha=None,
        quantization_config=None,
        **kwargs,
    ):
        input_length = kwargs.pop("input_length", None)
        if input_length is not None:
            kwargs.setdefault("input_shape", (input_length,))
        super().__init__(**kwargs)
        self.input_dim = positive_int("input_dim", input_dim)
        self.output_dim = positive_int("output_dim", output_dim)
        self.embeddings_initializer = initializers.get(embeddings_initializer)
        self.embeddings_regularizer = regularizers.get(embeddings_regularizer)
        self.embeddings_constraint = constraints.get(embeddings_constraint)
        self.mask_zero = mask_zero
        self.supports_masking = mask_zero
        self.autocast = False
        self.lora_rank = lora_rank
        self.lora_alpha = lora_rank if lora_alpha is None else lora_alpha
        self.lora_enabled = False
        self._lora = None
        self.quantization_config = quantization_config
        if weights is not None:
            self.build()
            self.set_weights(weights if isinstance(weights, list) else [weights])

    def build(self, input_shape=None):
        if self.built:
            return
        self._embeddings = self.add_weight(
            name="embeddings",
            shape=(self.input_dim, self.output_dim),
            initializer=self.embeddings_initializer,
            regularizer=self.embeddings_regularizer,
            constraint=self.embeddings_constraint,
        )
        self.built = True
        if self.lora_rank:
            self.enable_lora(self.lora_rank, self.lora_alpha)

    @property
    def embeddings(self):
        """The matrix: a variable, or the tensor that low-rank adaptation makes of it."""
        if not self.built:
            raise AttributeError(f"Layer {self.name!r} has no embeddings before it is built.")
        return self._embeddings if self._lora is None else self._lora.added_to(self._embeddings.value)

    def call(self, inputs):
        if standardize_dtype(inputs.dtype) not in ("int32", "int64"):
            inputs = ops.cast(inputs, "int32")
        matrix = self._embeddings.value
        if self._lora is not None:
            matrix = self._lora.added_to(matrix)
        return ops.cast(ops.take(matrix, inputs, axis=0), self.compute_dtype)

    def compute_mask(self, inputs, mask=None):
        return ops.not_equal(inputs, 0) if self.mask_zero else None

    def compute_output_shape(self, input_shape):
        return (*input_shape, self.output_dim)

    def compute_output_spec(self, inputs):
        return backend.KerasTensor((*inputs.shape, self.output_dim), self.compute_dtype)

    def enable_lora(self, rank, lora_alpha=None, a_initializer="he_uniform", b_initializer="zeros"):
        """Freezes the matrix and trains a product of two small ones beside it.

        Args:
            rank: Size between the two factors.
            lora_alpha: The product is scaled by `lora_alpha / rank`; by default `rank`.
            a_initializer: Initial value of the first factor.
            b_initializer: Initial value of the second one.
        """
        check_can_adapt(self, self.embeddings_constraint)
        alpha = rank if lora_alpha is None else lora_alpha
        shapes = (self.input_dim, rank), (rank, self.output_dim)
        self._lora = LowRankUpdate(
            self, "embeddings", self._embeddings, rank, alpha, *shapes, a_initializer, b_initializer
        )
        self.lora_enabled, self.lora_rank, self.lora_alpha = True, rank, alpha

    @property
    def variable_serialization_spec(self):
        """Names of the saved variables, in order, by quantization mode."""
        return {None: ["embeddings"]}

    def save_own_variables(self, store):
        if self.built:
            store["0"] = self.embeddings

    def load_own_variables(self, store):
        if not self.built:
            self.build()
        self._embeddings.assign(store["0"])
        if self._lora is not None:
            self._lora.forget()

    def quantized_build(self, embeddings_shape, mode, config=None):
        raise self._not_quantizable(mode)
