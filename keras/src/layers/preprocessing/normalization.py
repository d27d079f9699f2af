"""`Normalization`: features brought to mean 0 and variance 1 by known statistics."""

import numpy as np

from keras.src import backend, ops
from keras.src.api_export import keras_export
from keras.src.layers.preprocessing import adapting
from keras.src.layers.preprocessing.data_layer import DataLayer


@keras_export("keras.layers.Normalization")
class Normalization(DataLayer):
    """`(inputs - mean) / sqrt(variance)`, with a mean and a variance that are given or taken from data beforehand.

    Args:
        axis: Int, tuple of ints or `None`: the axes along which elements have a mean and variance of their own, such
            as that of the features. With `None`, all elements share one.
        mean: Number or array to be used instead of `adapt`, together with `variance`.
        variance: Likewise.
        invert: Whether to undo a normalization: `inputs * sqrt(variance) + mean`.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Inputs: Tensor of numbers of any shape, also in `tf.data` pipelines. Outputs: tensor of floats of the same shape.

    Example:

    >>> layer = keras.layers.Normalization()
    >>> layer.adapt(np.array([[1.0, 10.0], [3.0, 30.0]]))
    >>> keras.ops.convert_to_numpy(layer(np.array([[2.0, 30.0]])))
    array([[0., 1.]], dtype=float32)
    """

    def __init__(self, axis=-1, mean=None, variance=None, invert=False, **kwargs):
        super().__init__(**kwargs)
        if (mean is None) != (variance is None):
            raise ValueError(
                f"`mean` and `variance` must be given together, or neither. Received: mean={mean}, variance={variance}"
            )
        self.axis = () if axis is None else (axis,) if isinstance(axis, int) else tuple(axis)
        self.input_mean, self.input_variance = mean, variance
        self.invert = invert
        self.supports_masking = True
        self._given = self._kept_axes = self._seen = None

    def build(self, input_shape):
        rank = len(input_shape)
        if any(not -rank <= a < rank for a in self.axis):
            raise ValueError(f"`axis` must be axes of the inputs. Received: axis={self.axis} for shape {input_shape}")
        self._kept_axes = sorted(a % rank for a in self.axis)
        sizes = tuple(input_shape[a] for a in self._kept_axes)
        if None in sizes:
            raise ValueError(
                f"The sizes of the inputs along `axis` must be known. Received: axis={self.axis}, shape {input_shape}"
            )
        self._statistics_shape = tuple(input_shape[a] if a in self._kept_axes else 1 for a in range(rank))
        if self.input_mean is None:
            self._add_statistics(sizes)
        else:
            self._given = tuple(
                np.broadcast_to(np.asarray(backend.convert_to_numpy(x), "float32"), sizes).reshape(
                    self._statistics_shape
                )
                for x in (self.input_mean, self.input_variance)
            )

    def _add_statistics(self, sizes):
        self.adapt_mean = self.add_weight(name="mean", shape=sizes, initializer="zeros", trainable=False)
        self.adapt_variance = self.add_weight(name="variance", shape=sizes, initializer="ones", trainable=False)
        self.count = self.add_weight(name="count", shape=(), dtype="int", initializer="zeros", trainable=False)

    @property
    def mean(self):
        """The mean, shaped to go with inputs; `None` before the layer is built."""
        return self._statistics()[0] if self.built else None

    @property
    def variance(self):
        """The variance, shaped to go with inputs; `None` before the layer is built."""
        return self._statistics()[1] if self.built else None

    def _statistics(self):
        if self._given is not None:
            return tuple(ops.convert_to_tensor(x, dtype=self.compute_dtype) for x in self._given)
        variables = self.adapt_mean, self.adapt_variance
        return tuple(ops.cast(ops.reshape(v.value, self._statistics_shape), self.compute_dtype) for v in variables)

    @adapting.by_batches
    def adapt(self, data):
        """Takes mean and variance from data; what an earlier call found is forgotten.

        Args:
            data: Array or tensor, or batches of them: a `tf.data.Dataset`, a `keras.utils.PyDataset` or an iterable. Of
                batches that are tuples, such as `(x, y)`, the first part counts.

        Raises:
            TypeError: It is something else.
            ValueError: The layer was made with a `mean` and `variance`, or there is no data.
        """
        if self.input_mean is not None:
            raise ValueError("`adapt` is for layers that were made without `mean` and `variance`; this one has both.")
        self.reset_state()
        # One array is seen as a whole; of several batches the sizes differ.
        several = not hasattr(data, "shape")
        for batch in adapting.batches(data):
            self._take(batch, several)
        self.finish()

    def reset_state(self):
        """Forgets the data that was seen; mean and variance stay until they are replaced."""
        self._seen = None

    def update_state(self, data):
        """Takes a batch of data into account.

        Args:
            data: Array or tensor.
        """
        self._take(data, several=True)

    def _take(self, batch, several):
        if not hasattr(batch, "shape"):
            raise TypeError(
                f"Each batch for `adapt` must be an array or a tensor. Received: {batch!r} (of type {type(batch)})"
            )
        array = backend.convert_to_numpy(batch)
        if not self.built:
            self.build((None, *array.shape[1:]) if several else array.shape)
        self._seen = _joined(self._seen, self._moments(array))

    def has_seen_data(self):
        """Whether there was a batch of data."""
        return self._seen is not None

    def finish(self):
        """Takes mean and variance from the data that was seen, of which there must be some."""
        adapting.finish(self, "batch of data")

    def _moments(self, batch):
        """Number of samples, mean and variance of one batch, in double precision."""
        if batch.ndim != len(self._statistics_shape):
            raise ValueError(
                f"`adapt` needs data of the rank the layer was built for, {len(self._statistics_shape)}. "
                f"Received a batch of shape {batch.shape}"
            )
        axes = tuple(a for a in range(batch.ndim) if a not in self._kept_axes)
        return batch.shape[0] if batch.ndim else 1, batch.mean(axes, "float64"), batch.var(axes, "float64")

    def call(self, inputs):
        x = ops.cast(inputs, self.compute_dtype)
        mean, variance = self._statistics()
        deviation = ops.maximum(ops.sqrt(variance), backend.epsilon())
        if self.invert:
            return ops.add(ops.multiply(x, deviation), mean)
        return ops.divide(ops.subtract(x, mean), deviation)

    def load_own_variables(self, store):
        super().load_own_variables(store)
        self.reset_state()
        self.finalize_state()

    def finalize_state(self):
        """Takes mean and variance from the data that was seen, if there was any; they are read at each call."""
        if self._seen is None:
            return
        _, mean, variance = self._seen
        self.adapt_mean.assign(mean.reshape(self.adapt_mean.shape).astype("float32"))
        self.adapt_variance.assign(variance.reshape(self.adapt_variance.shape).astype("float32"))
        self._seen = None

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        config = super().get_config()
        statistics = {"mean": self.input_mean, "variance": self.input_variance}
        return {**config, "axis": self.axis, "invert": self.invert, **{k: _plain(x) for k, x in statistics.items()}}


def _plain(x):
    """A number or an array as a value for a config."""
    return (
        x if x is None or isinstance(x, (int, float, list, tuple)) else np.asarray(backend.convert_to_numpy(x)).tolist()
    )


def _joined(first, second):
    """Count, mean and variance of two sets of samples together, from those of each (Chan et al., 1979)."""
    if first is None:
        return second
    (n1, mean1, variance1), (n2, mean2, variance2) = first, second
    share = n2 / (n1 + n2)
    distance = mean2 - mean1
    variance = variance1 + (variance2 - variance1) * share + distance**2 * share * (1 - share)
    return n1 + n2, mean1 + distance * share, variance
