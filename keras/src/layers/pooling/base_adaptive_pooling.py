"""What layers share that pool to a given size, for any number of spatial dimensions."""

from keras.src import backend
from keras.src.backend.common.windows import per_dimension
from keras.src.graph.operation import as_description
from keras.src.layers.input_spec import InputSpec
from keras.src.layers.layer import Layer


class BaseAdaptivePooling(Layer):
    """Reduces the elements of windows that cover the inputs to one each, for any sizes of the inputs.

    Window `i` of `n` over `size` elements goes from `floor(i * size / n)` to before `ceil((i + 1) * size / n)`.

    Args:
        output_size: Int, or one for each spatial dimension: the sizes of the result.
        data_format: `"channels_last"` or `"channels_first"`; by default `keras.config.image_data_format()`.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.
    """

    rank = None
    _pool = None

    def __init__(self, output_size, data_format=None, **kwargs):
        super().__init__(**kwargs)
        self.output_size = tuple(per_dimension(output_size, self.rank, "output_size"))
        self.data_format = backend.standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)
        self._start_built()

    def call(self, inputs):
        return type(self)._pool(inputs, self.output_size, self.data_format)

    def compute_output_shape(self, input_shape):
        return self._of_description(backend.KerasTensor(input_shape, record_history=False)).shape

    def compute_output_spec(self, inputs):
        spec = as_description(inputs)
        return self._of_description(backend.KerasTensor(spec.shape, spec.dtype, record_history=False))

    def _of_description(self, x):
        pooled = BaseAdaptivePooling.call(self, x)
        return backend.KerasTensor(pooled.shape, pooled.dtype)
