"""From what users pass as data to batches."""

from keras.src.trainers.data_adapters import data_adapter_utils
from keras.src.trainers.data_adapters.array_data_adapter import ArrayDataAdapter, all_arrays
from keras.src.trainers.data_adapters.data_adapter import DataAdapter, Feed
from keras.src.trainers.data_adapters.generator_data_adapter import GeneratorDataAdapter
from keras.src.trainers.data_adapters.grain_dataset_adapter import GrainDatasetAdapter
from keras.src.trainers.data_adapters.iterable_adapters import iterable_adapter
from keras.src.trainers.data_adapters.py_dataset_adapter import PyDataset, PyDatasetAdapter
from keras.src.trainers.data_adapters.sample_dataset import SampleDataset
from keras.src.trainers.data_adapters.tf_dataset_adapter import TFDatasetAdapter
from keras.src.trainers.data_adapters.torch_data_loader_adapter import TorchDataLoaderAdapter

__all__ = [
    "ArrayDataAdapter",
    "DataAdapter",
    "Feed",
    "GeneratorDataAdapter",
    "GrainDatasetAdapter",
    "PyDataset",
    "PyDatasetAdapter",
    "TFDatasetAdapter",
    "TorchDataLoaderAdapter",
    "all_arrays",
    "get_data_adapter",
]


def get_data_adapter(
    x, y=None, sample_weight=None, batch_size=None, steps_per_epoch=None, shuffle=False, class_weight=None
):
    """Returns the `DataAdapter` for the data arguments of `fit`, `evaluate` or `predict`.

    Args:
        x: Arrays, nested in any way, or a source of batches.
        y: Targets; only with arrays.
        sample_weight: Weights of the samples; only with arrays.
        batch_size: Samples in a batch; for arrays.
        steps_per_epoch: Number of steps of an epoch, if it was given.
        shuffle: Whether each pass has an order of its own.
        class_weight: Dict from class to weight, or `None`.
    """
    if isinstance(x, DataAdapter):
        return x
    class_weight = data_adapter_utils.checked_class_weight(class_weight)
    if all_arrays(x, y, sample_weight) and x is not None:
        return ArrayDataAdapter(x, y, sample_weight, batch_size, steps_per_epoch, shuffle, class_weight)
    if isinstance(x, PyDataset):
        _check_alone(x, y, sample_weight)
        # Whoever made a dataset of samples said whether they are shuffled.
        return PyDatasetAdapter(x, class_weight, shuffle and not isinstance(x, SampleDataset))
    adapter = iterable_adapter(x)
    if adapter is None:
        raise ValueError(
            "Data must be arrays or tensors (also nested in lists, tuples and dicts), a PyDataset, a generator, "
            "a `tf.data.Dataset`, a "
            "torch `DataLoader` or a grain dataset; lists of numbers become an array by `np.array(...)`. "
            f"Received: x of type {_kinds(x)}, y of type {_kinds(y)}"
        )
    _check_alone(x, y, sample_weight)
    return adapter(x, class_weight)


def _check_alone(x, y, sample_weight):
    for name, value in (("y", y), ("sample_weight", sample_weight)):
        if value is not None:
            raise ValueError(
                f"`x` is a {type(x).__name__}, which yields whole batches: `{name}` belongs into them, as `(x, y)` or "
                f"`(x, y, sample_weight)`. Received also: {name} of type {type(value).__name__}"
            )


def _kinds(value):
    if isinstance(value, (list, tuple)) and value:
        return f"{type(value).__name__} of {type(value[0]).__name__}"
    return type(value).__name__
