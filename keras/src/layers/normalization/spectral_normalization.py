"""`SpectralNormalization`: a layer whose kernel is kept at spectral norm 1."""

from keras.src import backend, ops
from keras.src.api_export import keras_export
from keras.src.layers.core.wrapper import Wrapper
from keras.src.layers.input_spec import InputSpec


@keras_export("keras.layers.SpectralNormalization")
class SpectralNormalization(Wrapper):
    """Divides the kernel of a layer by its largest singular value, at each call while training.

    This bounds how much the layer can stretch its inputs, which steadies the training of adversarial networks. The
    singular value is found by power iteration, which goes on from call to call.

    Args:
        layer: A layer with a `kernel` or `embeddings`.
        power_iterations: Number of iterations in each call.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Example:

    >>> layer = keras.layers.SpectralNormalization(keras.layers.Dense(4))
    >>> layer(keras.ops.ones((2, 3)), training=True).shape
    (2, 4)

    Reference:

    - [Miyato et al., 2018](https://arxiv.org/abs/1802.05957)
    """

    def __init__(self, layer, power_iterations=1, **kwargs):
        super().__init__(layer, **kwargs)
        if power_iterations <= 0:
            raise ValueError(f"`power_iterations` must be 1 or more. Received: power_iterations={power_iterations}")
        self.power_iterations = power_iterations

    def build(self, input_shape):
        super().build(input_shape)
        self.input_spec = InputSpec(min_ndim=1, axes={-1: input_shape[-1]})
        name = next((n for n in ("kernel", "embeddings") if hasattr(self.layer, n)), None)
        if name is None:
            raise ValueError(
                f"`layer` must have a `kernel` or `embeddings` to normalize. Received: {type(self.layer).__name__}"
            )
        self._kernel_name = name
        quantized = self.layer.quantization_mode is not None
        self.vector_u = self.add_weight(
            name="vector_u",
            shape=(1, (self.layer._scheme if quantized else self.kernel).shape[-1]),
            initializer="truncated_normal",
            trainable=False,
            dtype=self.layer.variable_dtype if quantized else self.kernel.dtype,
        )

    @property
    def kernel(self):
        """The weight of the layer that is normalized."""
        return getattr(self.layer, self._kernel_name)

    @property
    def _own_weights(self):
        """The kernel too, as files of Keras 3 have it, unless it is held in few bits."""
        own = super()._own_weights
        if "_kernel_name" not in self.__dict__:
            return own
        kernel = self.kernel
        shared = isinstance(kernel, backend.Variable) and backend.is_float_dtype(kernel.dtype)
        return [kernel, *own] if shared else own

    def call(self, inputs, training=False):
        if training:
            self._check_can_normalize()
            vector_u, kernel = self.normalized_weights()
            self.vector_u.assign(vector_u)
            self.kernel.assign(kernel)
        return ops.cast(self.layer(inputs), inputs.dtype)

    def _check_can_normalize(self):
        if self.layer.quantization_mode is not None:
            raise ValueError(
                f"Layer {self.name!r} cannot train: the weights of its layer {self.layer.name!r} are quantized "
                f"({self.layer.quantization_mode!r}), and normalizing them would round them in each step. Train before "
                "`quantize` is called."
            )

    def normalized_weights(self):
        """The vector from which the power iteration goes on, and the kernel divided by its spectral norm.

        Returns:
            Tuple of two tensors, of the shapes of `vector_u` and the kernel.
        """
        kernel, left = self.kernel.value, self.vector_u.value
        before = left
        matrix = ops.reshape(kernel, (-1, kernel.shape[-1]))
        for _ in range(self.power_iterations):
            right = ops.normalize(ops.matmul(left, ops.transpose(matrix)), axis=None, epsilon=1e-12)
            left = ops.normalize(ops.matmul(right, matrix), axis=None, epsilon=1e-12)
        left, right = ops.stop_gradient(left), ops.stop_gradient(right)
        norm = ops.matmul(ops.matmul(right, matrix), ops.transpose(left))
        # A kernel of zeros stays so, and the iteration does not get stuck in it.
        left = ops.where(ops.equal(norm, 0), before, left)
        return left, ops.reshape(ops.divide_no_nan(matrix, norm), kernel.shape)

    def compute_output_shape(self, input_shape):
        return self.layer.compute_output_shape(input_shape)
