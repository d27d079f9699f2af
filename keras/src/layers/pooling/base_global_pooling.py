"""What layers that pool over all places share, for any number of spatial dimensions."""

from keras.src import backend, ops
from keras.src.layers.input_spec import InputSpec
from keras.src.layers.layer import Layer
from keras.src.layers.rank_family import own_rank


class BaseGlobalPooling(Layer):
    """Reduces all places to one.

    Args:
        data_format: `"channels_last"` or `"channels_first"`; by default `keras.config.image_data_format()`.
        keepdims: Whether the spatial dimensions stay with size 1.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`; where the class is no member of the family,
            `pool_dimensions`.
    """

    rank = None
    _reduce = None

    def __init__(self, data_format=None, keepdims=False, **kwargs):
        rank = own_rank(self, kwargs, "pool_dimensions")
        super().__init__(**kwargs)
        if type(self).rank is None:
            self.rank = rank
        self.data_format = backend.standardize_data_format(data_format)
        self.keepdims = keepdims
        self.input_spec = InputSpec(ndim=self.rank + 2)
        self._start_built()

    @property
    def _axes(self):
        first = 1 if self.data_format == "channels_last" else 2
        return tuple(range(first, first + self.rank))

    def call(self, inputs):
        return type(self)._reduce(inputs, self._axes, self.keepdims)

    def compute_output_shape(self, input_shape):
        return ops.mean(backend.KerasTensor(input_shape, record_history=False), self._axes, self.keepdims).shape
