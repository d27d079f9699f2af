"""`Embedding`: integers to vectors."""

from keras.src import backend, ops
from keras.src.api_export import keras_export
from keras.src.backend.common.dtypes import standardize_dtype
from keras.src.layers.checks import positive_int
from keras.src.layers.layer import Layer
from keras.src.layers.weight_options import keep_options
from keras.src.layers.weights.holder import OF_PRODUCTS, HoldsWeight
from keras.src.layers.weights.use import Looked


@keras_export("keras.layers.Embedding")
class Embedding(HoldsWeight, Layer):
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
        quantization_config: `keras.quantizers.QuantizationConfig` of a matrix that is quantized, as `dtype` says.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Tensor of integers of any shape. Outputs: tensor of one more dimension, of size `output_dim`.

    Example:

    >>> keras.layers.Embedding(100, 8)(keras.ops.ones((2, 5), dtype="int32")).shape
    (2, 5, 8)
    """

    _held_name = "embeddings"
    _quantizable = True
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
        keep_options(
            self,
            "embeddings",
            initializer=embeddings_initializer,
            regularizer=embeddings_regularizer,
            constraint=embeddings_constraint,
        )
        self.mask_zero = mask_zero
        self.supports_masking = mask_zero
        self.autocast = False
        self._set_adaptation(lora_rank, lora_alpha, quantization_config)
        self._set_initial(weights)

    def _set_initial(self, weights):
        if weights is not None:
            self.build()
            self.set_weights(weights if isinstance(weights, list) else [weights])

    def build(self, input_shape=None):
        if self.built:
            return
        self._make_weight((self.input_dim, self.output_dim))
        self._add_further_weights()
        self.built = True
        self._adapt_as_configured()

    def _add_further_weights(self):
        """For subclasses with more weights than the matrix."""

    @property
    def embeddings(self):
        """The matrix: a variable, or the tensor that low-rank adaptation makes of it."""
        return self._shown_weight()

    def call(self, inputs):
        if standardize_dtype(inputs.dtype) not in ("int32", "int64"):
            inputs = ops.cast(inputs, "int32")
        scheme = self._scheme or self._found()
        return ops.cast(scheme.rows(inputs), self.compute_dtype)

    def _use_of(self, name):
        return Looked()

    _further_names = ()
    _refused_modes = OF_PRODUCTS

    def compute_mask(self, inputs, mask=None):
        return ops.not_equal(inputs, 0) if self.mask_zero else None

    def compute_output_shape(self, input_shape):
        return (*input_shape, self.output_dim)

    def compute_output_spec(self, inputs):
        return backend.KerasTensor((*inputs.shape, self.output_dim), self.compute_dtype)

    def load_own_variables(self, store):
        if not self.built:
            self.build()
        super().load_own_variables(store)

    def quantized_build(self, embeddings_shape, mode, config=None):
        """Makes the variables of quantized embeddings.

        Args:
            embeddings_shape: Shape of the matrix.
            mode: Kind of quantization.
            config: `QuantizationConfig`; by default what the dtype policy says.
        """
        super().quantized_build(embeddings_shape, mode, config)
