"""`Discretization`: numbers as numbers of bins."""

import numpy as np

from keras.src import backend, ops
from keras.src.api_export import keras_export
from keras.src.layers.preprocessing import adapting, quantile_summary
from keras.src.layers.preprocessing.data_layer import DataLayer
from keras.src.layers.preprocessing.encoding import (
    INDICATORS,
    check_sparse,
    encode,
    encoded_shape,
    encoded_spec,
)

_MODES = ("int", *INDICATORS)


@keras_export("keras.layers.Discretization")
class Discretization(DataLayer):
    """Puts numbers into bins between boundaries, which are given or found in data such that bins are equally full.

    Bin `i` holds what is at least boundary `i - 1` and less than boundary `i`.

    Args:
        bin_boundaries: List of numbers in ascending order; one more bin than these exists.
        num_bins: Int, the number of bins for which `adapt` finds boundaries, instead of `bin_boundaries`.
        epsilon: Float, how coarse the quantiles may be that `adapt` finds, as a share of the data: about `1 / epsilon`
            numbers are kept in memory.
        output_mode: `"int"` for the numbers of the bins, `"one_hot"` for a vector for each value, `"multi_hot"` or
            `"count"` for one vector for each sample, with ones or with the number of values in each bin.
        sparse: Whether vectors come as sparse tensors, on engines that have these.
        dtype: Dtype of the vectors; floatx by default. Numbers of bins are int32.
        name: Name of the layer.

    Inputs: Tensor or array of numbers of any shape. Outputs: tensor of the same shape, or with a last axis of as many elements
    as there are bins: see `output_mode`.

    Raises:
        ValueError: An argument has a wrong value, or the layer is called before it has boundaries.

    Example:

    >>> layer = keras.layers.Discretization(bin_boundaries=[0.0, 1.0, 2.0])
    >>> layer([[-1.5, 1.0, 3.4, 0.5], [0.0, 3.0, 1.3, 0.0]])
    array([[0, 2, 3, 1],
           [1, 3, 2, 1]], dtype=int32)
    >>> layer = keras.layers.Discretization(num_bins=4)
    >>> layer.adapt(np.arange(100.0))
    >>> layer.bin_boundaries
    [24.0, 49.0, 74.0]
    """

    def __init__(
        self,
        bin_boundaries=None,
        num_bins=None,
        epsilon=0.01,
        output_mode="int",
        sparse=False,
        dtype=None,
        name=None,
    ):
        super().__init__(name=name, dtype=dtype)
        if output_mode not in _MODES:
            raise ValueError(
                f"Discretization: `output_mode` must be one of {_MODES}. Received: output_mode={output_mode!r}"
            )
        check_sparse("Discretization", output_mode, sparse)
        _check_bins(bin_boundaries, num_bins)
        if not isinstance(epsilon, (int, float)) or not 0 <= epsilon <= 1:
            raise ValueError(f"Discretization: `epsilon` must be a number from 0 to 1. Received: epsilon={epsilon!r}")
        self.input_bin_boundaries = bin_boundaries
        self.bin_boundaries = None if bin_boundaries is None else _as_list(bin_boundaries)
        self.num_bins, self.epsilon = num_bins, epsilon
        self.output_mode, self.sparse = output_mode, sparse
        self.summary = quantile_summary.EMPTY
        self._convert_input_args = False
        self._allow_non_tensor_positional_args = True
        self._start_built()

    @property
    def output_dtype(self):
        """Name of the dtype of the outputs."""
        return "int32" if self.output_mode == "int" else self.compute_dtype

    @property
    def _depth(self):
        return self.num_bins if self.bin_boundaries is None else len(self.bin_boundaries) + 1

    @property
    def _learnt(self):
        return self.bin_boundaries

    @adapting.by_batches
    def adapt(self, data, steps=None):
        """Finds boundaries in data; what an earlier call found is forgotten, unless this one fails.

        Args:
            data: Array or tensor, or batches of them: a `tf.data.Dataset`, a `keras.utils.PyDataset`, a loader, an iterable. Of
                batches that are tuples, such as `(x, y)`, the first part counts.
            steps: Int, the number of batches that are read; all by default.

        Raises:
            TypeError: It is something else.
            ValueError: The layer was made with `bin_boundaries`, or there is no data.
        """
        if self.input_bin_boundaries is not None:
            raise ValueError(
                "`adapt` is for layers that were made with `num_bins`; this one was made with `bin_boundaries`."
            )
        with adapting.all_or_nothing(self, "summary", "bin_boundaries"):
            self.reset_state()
            for batch in adapting.batches(data, steps, takes_lists=True):
                self.update_state(batch)
            self.finish()

    def has_seen_data(self):
        """Whether there was a number in the data."""
        return self.summary.size > 0

    def finish(self):
        """Finds boundaries from the data that was seen, of which there must be some."""
        adapting.finish(self, "number")

    def reset_state(self):
        """Forgets the data that was seen; boundaries stay until they are replaced."""
        self.summary = quantile_summary.EMPTY

    def update_state(self, data):
        """Takes a batch of data into account.

        Args:
            data: Array, tensor or list of numbers.
        """
        values = _as_numbers(data)
        if values.size:
            seen = quantile_summary.summarized(values, self.epsilon)
            self.summary = quantile_summary.merged(self.summary, seen, self.epsilon)

    def finalize_state(self):
        """Finds boundaries from the data that was seen."""
        if self.input_bin_boundaries is None and self.summary.size:
            self.bin_boundaries = quantile_summary.boundaries(self.summary, self.num_bins).tolist()

    def call(self, inputs):
        if self.bin_boundaries is None:
            raise ValueError(
                "This Discretization has no boundaries yet: give it `bin_boundaries`, or call `adapt` first, with data."
            )
        is_tensor = backend.is_tensor(inputs) and not isinstance(inputs, np.ndarray)
        x = ops.cast(inputs if is_tensor else _as_numbers(inputs), "float32")
        bins = ops.digitize(x, np.array(self.bin_boundaries, "float32"))
        return encode(bins, self.output_mode, self._depth, self.output_dtype, self.sparse)

    def compute_output_shape(self, input_shape):
        return encoded_shape(input_shape, self.output_mode, self._depth)

    def compute_output_spec(self, inputs):
        return encoded_spec(inputs, self.output_mode, self._depth, self.output_dtype, self.sparse)

    def get_config(self):
        names = ("bin_boundaries", "num_bins", "epsilon", "output_mode", "sparse", "name")
        return {**{name: getattr(self, name) for name in names}, "dtype": self.dtype}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Makes the layer of a config; boundaries that were found in data are those of the new layer too.

        Args:
            config: Dict that `get_config` gave.
            custom_objects: Dict of classes by name; not needed here.
        """
        if config.get("bin_boundaries") is None or config.get("num_bins") is None:
            return cls(**config)
        found = config["bin_boundaries"]
        layer = cls(**{**config, "bin_boundaries": None})
        _check_bins(found, None)
        layer.bin_boundaries = _as_list(found)
        return layer


def _check_bins(bin_boundaries, num_bins):
    if (bin_boundaries is None) == (num_bins is None):
        raise ValueError(
            "Discretization takes `bin_boundaries`, or else `num_bins` for `adapt`. Received: "
            f"bin_boundaries={bin_boundaries}, num_bins={num_bins}"
        )
    if num_bins is not None and (not isinstance(num_bins, (int, np.integer)) or num_bins < 1):
        raise ValueError(f"Discretization: `num_bins` must be a positive int. Received: num_bins={num_bins!r}")
    if bin_boundaries is not None:
        numbers = np.asarray(bin_boundaries)
        is_list = numbers.ndim == 1 and (not numbers.size or numbers.dtype.kind in "iuf")
        if not is_list or (np.diff(numbers) < 0).any():
            raise ValueError(
                "Discretization: `bin_boundaries` must be a list of numbers in ascending order. Received: "
                f"bin_boundaries={bin_boundaries!r}"
            )


def _as_list(numbers):
    return [float(x) if isinstance(x, float) else int(x) for x in np.asarray(numbers).tolist()]


def _as_numbers(data):
    """An array of numbers."""
    is_tensor = backend.is_tensor(data) and not isinstance(data, np.ndarray)
    array = backend.convert_to_numpy(data) if is_tensor else np.asarray(data)
    if array.dtype.kind not in "biufV":
        raise TypeError(f"Discretization takes numbers. Received an array of dtype {array.dtype}: {str(array)[:100]}")
    return array
