"""What pooling layers share, for any number of spatial dimensions."""

from keras.src import backend
from keras.src.backend.common.windows import per_dimension
from keras.src.layers.input_spec import InputSpec
from keras.src.layers.layer import Layer


class BasePooling(Layer):
    """Reduces each window to one element.

    Args:
        pool_size: Int, or one for each spatial dimension: the window.
        strides: Int, or one for each spatial dimension: the steps of the window; `pool_size` by default.
        padding: `"valid"` keeps the window inside, `"same"` gives `ceil(size / stride)` places.
        data_format: `"channels_last"` or `"channels_first"`; by default `keras.config.image_data_format()`.
        name: Name of the layer.
        **kwargs: Further arguments of `keras.Layer`, such as `dtype`.
    """

    rank = None
    _pool = None

    def __init__(self, pool_size, strides=None, padding="valid", data_format=None, name=None, **kwargs):
        super().__init__(name=name, **kwargs)
        self.pool_size = tuple(per_dimension(pool_size, self.rank, "pool_size"))
        self.strides = tuple(per_dimension(self.pool_size if strides is None else strides, self.rank, "strides"))
        self.padding = str(padding).lower()
        if self.padding not in ("valid", "same"):
            raise ValueError(f"`padding` must be 'valid' or 'same'. Received: padding={padding!r}")
        self.data_format = backend.standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)
        self._start_built()

    def call(self, inputs):
        return type(self)._pool(inputs, self.pool_size, self.strides, self.padding, self.data_format)

    def compute_output_shape(self, input_shape):
        return BasePooling.call(self, backend.KerasTensor(input_shape, record_history=False)).shape
