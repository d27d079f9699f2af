"""Arrays in memory, cut into batches."""

import ml_dtypes
import numpy as np

from keras.src import backend, tree
from keras.src.backend.common.conversion import coordinates_of, dense_of
from keras.src.distribution.processes import agreed, have_own_data
from keras.src.trainers.data_adapters import data_adapter_utils
from keras.src.trainers.data_adapters.data_adapter import DataAdapter
from keras.src.utils.module_utils import LazyModule

scipy_sparse = LazyModule("scipy.sparse", pip_name="scipy")


class ArrayDataAdapter(DataAdapter):
    """Arrays, tensors of any engine, pandas frames and sparse matrices of SciPy, JAX and TensorFlow, nested in any way.

    Args:
        x: Inputs.
        y: Targets, or `None`.
        sample_weight: Weights of the samples, or `None`; one array serves all outputs.
        batch_size: Samples in a batch; 32 by default.
        steps: Number of steps of an epoch; where it is given without `batch_size`, the data is divided into as many
            batches.
        shuffle: Whether each pass has an order of its own; `"batch"` shuffles whole batches.
        class_weight: Dict from class to weight, or `None`.
        seed: Seed of the orders; the same seed gives the same orders.
    """

    is_indexed = True

    def __init__(
        self, x, y=None, sample_weight=None, batch_size=None, steps=None, shuffle=False, class_weight=None, seed=None
    ):
        self.structure = (x, y, sample_weight)
        arrays = tuple(None if part is None else tree.map_structure(to_array, part) for part in self.structure)
        self.num_samples = data_adapter_utils.check_lengths(arrays)
        if not self.num_samples and not have_own_data():
            raise ValueError("The data is empty: `x` holds no samples.")
        if class_weight is not None:
            arrays = data_adapter_utils.with_class_weight(arrays, class_weight)
        arrays = (arrays[0], arrays[1], _weights_per_output(arrays[2], arrays[1]))
        self.arrays = data_adapter_utils.pack_x_y_sample_weight(*arrays)
        if batch_size is None and steps:
            batch_size = max(-(-self.num_samples // steps), 1)
        self.batch_size = 32 if batch_size is None else _as_integer(batch_size)
        if self.batch_size < 1:
            raise ValueError(f"`batch_size` must be positive. Received: batch_size={batch_size}")
        self.num_batches = -(-self.num_samples // self.batch_size)
        self.shuffle = shuffle
        self.seed = seed

    def start_pass(self, number):
        return ArrayPass(self.num_samples, self.batch_size, self._order(number))

    def _order(self, number):
        if not self.shuffle:
            return None
        if self.seed is None:
            seed = np.random.randint(0, 2**31 - 1)
            # Data of a process's own has an order of its own: others may have no arrays, and agree upon none.
            self.seed = int(seed if have_own_data() else agreed(seed))
        generator = np.random.default_rng((self.seed, number))
        if self.shuffle != "batch":
            return generator.permutation(self.num_samples)
        full = self.num_samples // self.batch_size
        rows = np.arange(full * self.batch_size).reshape(full, self.batch_size)
        return np.concatenate([rows[generator.permutation(full)].ravel(), np.arange(rows.size, self.num_samples)])

    def first_batch(self):
        """The rows of the first batch, in natural order; to see what batches look like."""
        return self.rows(slice(0, self.batch_size))

    def rows(self, selection):
        """The given rows of all arrays, as NumPy arrays.

        Args:
            selection: Slice or array of indices.
        """
        return tree.map_structure(lambda array: None if array is None else array[selection], self.arrays)


class ArrayPass:
    """One pass over the rows of arrays; an item is a selection of rows: a slice, or indices."""

    def __init__(self, num_samples, batch_size, order):
        self._size = num_samples
        self._batch_size = batch_size
        self._order = order
        self._at = 0

    def skip(self, batches):
        self._at = min(self._at + batches * self._batch_size, self._size)

    def take(self, most):
        left = self._size - self._at
        if not left:
            return None
        batches = min(most, left // self._batch_size) or 1
        start, self._at = self._at, min(self._at + batches * self._batch_size, self._size)
        rows = slice(start, self._at)
        return (rows if self._order is None else self._order[rows]), batches


def _as_integer(value):
    try:
        return int(value.__index__())
    except AttributeError:
        raise ValueError(f"`batch_size` must be an integer. Received: batch_size={value!r}") from None


def is_array(value):
    """Whether `value` is an array or tensor of some library, with a shape and a dtype, or a pandas object."""
    return isinstance(value, np.ndarray) or (
        hasattr(value, "shape")
        and (hasattr(value, "dtype") or hasattr(value, "dtypes"))
        and (hasattr(value, "__getitem__") or hasattr(value, "dense_shape"))
    )


def all_arrays(*parts):
    """Whether every leaf of every part that is given is an array."""
    leaves = [leaf for part in parts if part is not None for leaf in tree.flatten(part)]
    return bool(leaves) and all(leaf is None or is_array(leaf) for leaf in leaves)


def to_array(value):
    """An array as the engine's loop takes it: NumPy or SciPy sparse, floats in floatx."""
    if value is None:
        return None
    coordinates = None if isinstance(value, np.ndarray) else coordinates_of(value)
    if coordinates is not None:
        indices, values, shape = coordinates
        is_matrix = len(shape) == 2
        value = scipy_sparse.coo_matrix((values, indices.T), shape) if is_matrix else dense_of(*coordinates)
    if hasattr(value, "tocsr"):
        return value.tocsr().astype(backend.floatx())
    array = _to_numpy(value)
    if array.dtype.kind == "O":
        _check_objects(array)
    elif array.dtype.kind in "fV" and backend.is_float_dtype(array.dtype.name):
        floatx = backend.floatx()
        return array.astype(ml_dtypes.bfloat16 if floatx == "bfloat16" else floatx, copy=False)
    return array


def _check_objects(array):
    if not all(isinstance(value, (str, bytes)) for value in array.ravel()):
        raise ValueError(
            "An array of Python objects is no data to train on: convert it to numbers, e.g. by "
            "`array.astype('float32')`. "
            f"Received: an array of dtype object and shape {array.shape}"
        )


def _to_numpy(value):
    if isinstance(value, np.ndarray):
        return value
    if hasattr(value, "to_numpy"):
        # pandas: a Series becomes one column.
        array = value.to_numpy()
        return array[:, np.newaxis] if array.ndim == 1 else array
    if hasattr(value, "detach"):
        value = value.detach().cpu()
        if str(value.dtype) == "torch.bfloat16":
            value = value.float()
    return np.asarray(value)


def _weights_per_output(sample_weight, y):
    if sample_weight is None:
        return None
    outputs = tree.flatten(y)
    weights = tree.flatten(sample_weight)
    if tree.is_nested(sample_weight) and len(weights) != len(outputs):
        raise ValueError(
            "`sample_weight` must be one array, or one array for each output in `y`. "
            f"Received: {len(weights)} arrays of weights for {len(outputs)} outputs"
        )
    return sample_weight


def train_validation_split(arrays, validation_split):
    """Divides arrays into a first and a last part.

    Args:
        arrays: Nested structure of arrays, with `None`s.
        validation_split: Fraction of the samples that goes to the second part.

    Returns:
        Pair of structures.
    """
    if not 0 < validation_split < 1:
        raise ValueError(f"`validation_split` must lie between 0 and 1. Received: validation_split={validation_split}")
    if not all_arrays(arrays):
        kinds = sorted(
            {type(leaf).__name__ for leaf in tree.flatten(arrays) if leaf is not None and not is_array(leaf)}
        )
        raise ValueError(
            "`validation_split` needs data in arrays or tensors; pass `validation_data` instead. Received: "
            f"{', '.join(kinds)}"
        )
    arrays = tree.map_structure(to_array, arrays)
    size = data_adapter_utils.len_of(next(leaf for leaf in tree.flatten(arrays) if leaf is not None))
    at = int(size * (1 - validation_split))
    if at in (0, size):
        raise ValueError(
            f"`validation_split={validation_split}` of {size} samples leaves one part empty: {at} for training, "
            f"{size - at} for validation."
        )

    def part(rows):
        return tree.map_structure(lambda array: None if array is None else array[rows], arrays)

    return part(slice(0, at)), part(slice(at, size))
