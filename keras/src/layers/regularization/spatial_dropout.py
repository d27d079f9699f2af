"""Dropout of whole channels, over one, two and three spatial dimensions."""

from keras.src import backend
from keras.src.api_export import keras_export
from keras.src.dtype_policies import DTypePolicy
from keras.src.layers.input_spec import InputSpec
from keras.src.layers.rank_family import of_rank
from keras.src.layers.regularization.dropout import Dropout


class BaseSpatialDropout(Dropout):
    """Sets whole channels to zero at random while training, in each sample, and scales the others up.

    Args:
        rate: Float from 0 to 1, the probability that a channel is set to zero.
        data_format: `"channels_last"` or `"channels_first"`; by default `keras.config.image_data_format()`.
        seed: Int or `keras.random.SeedGenerator`.
        name: Name of the layer.
        dtype: Dtype or policy of the layer.
    """

    rank = None
    _not_in_config = ("noise_shape",)

    def __init__(self, rate, data_format=None, seed=None, name=None, dtype=None):
        self._set_dropout(rate, data_format, seed, name, dtype)

    def _set_dropout(self, rate, data_format, seed, name, dtype):
        places, channels = (1,) * self.rank, (None,)
        data_format = backend.standardize_data_format(data_format)
        noise_shape = (*places, *channels) if data_format == "channels_last" else (*channels, *places)
        super().__init__(rate, (None, *noise_shape), seed, name=name, dtype=dtype)
        self.data_format = data_format
        self.input_spec = InputSpec(ndim=self.rank + 2)

    def get_config(self):
        config = super().get_config()
        del config["trainable"]  # The constructor has no such argument.
        if type(self.dtype_policy) is DTypePolicy:
            config["dtype"] = self.dtype_policy.name
        return config if self.rank == 1 else {**config, "data_format": self.data_format}


@keras_export("keras.layers.SpatialDropout1D")
@of_rank(1)
class SpatialDropout1D(BaseSpatialDropout):
    """Sets whole channels of sequences to zero at random while training, and scales the others up.

    Args:
        rate: Float from 0 to 1, the probability that a channel of a sample is set to zero.
        seed: Int or `keras.random.SeedGenerator`.
        name: Name of the layer.
        dtype: Dtype or policy of the layer.

    Inputs: Tensor of shape `(batch, steps, channels)`. Outputs: tensor of the same shape.

    Raises:
        ValueError: `rate` is no number from 0 to 1.

    Example:

    >>> keras.layers.SpatialDropout1D(0.5)(keras.ops.ones((2, 5, 3)), training=True).shape
    (2, 5, 3)

    Reference:

    - [Tompson et al., 2014](https://arxiv.org/abs/1411.4280)
    """

    def __init__(self, rate, seed=None, name=None, dtype=None):
        self._set_dropout(rate, "channels_last", seed, name, dtype)


@keras_export("keras.layers.SpatialDropout2D")
@of_rank(2)
class SpatialDropout2D(BaseSpatialDropout):
    """Sets whole channels of images to zero at random while training, and scales the others up.

    Inputs: Tensor of shape `(batch, height, width, channels)`. Outputs: tensor of the same shape.

    Raises:
        ValueError: `rate` is no number from 0 to 1.

    Example:

    >>> keras.layers.SpatialDropout2D(0.5)(keras.ops.ones((2, 5, 5, 3)), training=True).shape
    (2, 5, 5, 3)

    Reference:

    - [Tompson et al., 2014](https://arxiv.org/abs/1411.4280)
    """


@keras_export("keras.layers.SpatialDropout3D")
@of_rank(3)
class SpatialDropout3D(BaseSpatialDropout):
    """Sets whole channels of volumes to zero at random while training, and scales the others up.

    Inputs: Tensor of shape `(batch, depth, height, width, channels)`. Outputs: tensor of the same shape.

    Raises:
        ValueError: `rate` is no number from 0 to 1.

    Example:

    >>> keras.layers.SpatialDropout3D(0.5)(keras.ops.ones((2, 5, 5, 5, 3)), training=True).shape
    (2, 5, 5, 5, 3)

    Reference:

    - [Tompson et al., 2014](https://arxiv.org/abs/1411.4280)
    """
