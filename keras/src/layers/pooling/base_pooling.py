"""What pooling layers share, for any number of spatial dimensions."""

from keras.src import backend, ops
from keras.src.backend.common.windows import per_dimension
from keras.src.layers.input_spec import InputSpec
from keras.src.layers.layer import Layer
from keras.src.layers.rank_family import own_rank

_MODES = {"max": ops.max_pool, "average": ops.average_pool}


class BasePooling(Layer):
    """Reduces each window to one element.

    Args:
        pool_size: Int, or one for each spatial dimension: the window.
        strides: Int, or one for each spatial dimension: the steps of the window; `pool_size` by default.
        padding: `"valid"` keeps the window inside, `"same"` gives `ceil(size / stride)` places.
        data_format: `"channels_last"` or `"channels_first"`; by default `keras.config.image_data_format()`.
        name: Name of the layer.
        **kwargs: Further arguments of `keras.Layer`, such as `dtype`; where the class is no member of the family,
            `pool_dimensions` and `pool_mode`, `"max"` or `"average"`.
    """

    rank = None
    _pool = None

    def __init__(self, pool_size, strides=None, padding="valid", data_format=None, name=None, **kwargs):
        rank, pool = own_rank(self, kwargs, "pool_dimensions"), self._own_pool(kwargs)
        super().__init__(name=name, **kwargs)
        if type(self).rank is None:
            self.rank, self._pool = rank, pool
        self.pool_size = tuple(per_dimension(pool_size, self.rank, "pool_size"))
        self.strides = tuple(per_dimension(self.pool_size if strides is None else strides, self.rank, "strides"))
        self.padding = str(padding).lower()
        if self.padding not in ("valid", "same"):
            raise ValueError(f"`padding` must be 'valid' or 'same'. Received: padding={padding!r}")
        self.data_format = backend.standardize_data_format(data_format)
        self.input_spec = InputSpec(ndim=self.rank + 2)
        self._start_built()

    def _own_pool(self, options):
        """The function that reduces windows, where the class has none."""
        if type(self)._pool is not None:
            return type(self)._pool
        mode = options.pop("pool_mode", "max")
        if mode not in _MODES:
            raise ValueError(f"`pool_mode` must be one of {sorted(_MODES)}. Received: pool_mode={mode!r}")
        return _MODES[mode]

    def call(self, inputs):
        pool = type(self)._pool or self._pool
        return pool(inputs, self.pool_size, self.strides, self.padding, self.data_format)

    def compute_output_shape(self, input_shape):
        return BasePooling.call(self, backend.KerasTensor(input_shape, record_history=False)).shape
