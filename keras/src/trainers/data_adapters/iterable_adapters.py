"""Sources that are iterated over: generators, `tf.data.Dataset`, torch's `DataLoader`, grain."""

import itertools
from collections.abc import Iterator

from keras.src import tree
from keras.src.backend.common.global_state import STATE
from keras.src.distribution.processes import agreed, have_own_data
from keras.src.trainers.data_adapters import data_adapter_utils
from keras.src.trainers.data_adapters.data_adapter import DataAdapter, IteratorPass
from keras.src.utils.module_utils import tensorflow, torch


class IterableAdapter(DataAdapter):
    """An object over which each `iter()` is a pass.

    Args:
        dataset: The object.
        class_weight: Dict from class to weight, or `None`.
        num_batches: Its length, where that is known.
    """

    # The library whose form of data the source has.
    package = None

    def __init__(self, dataset, class_weight=None, num_batches=None):
        self.dataset = dataset
        self.class_weight = class_weight
        self.num_batches = num_batches

    def start_pass(self, number):
        return IteratorPass(self._weighted(iter(self.dataset)))

    def serves(self, package):
        return package == self.package and self.class_weight is None

    def pass_over(self, start, stop):
        """Begins passes that another process has made, since sources shuffle by how often they were begun."""
        for _ in range(start, stop):
            next(iter(self.dataset), None)

    def _weighted(self, batches):
        if self.class_weight is None:
            return batches
        return (data_adapter_utils.with_class_weight(_to_numpy(batch), self.class_weight) for batch in batches)


def _to_numpy(batch):
    x, y, sample_weight = data_adapter_utils.unpack_x_y_sample_weight(batch)
    return x, y, sample_weight


class GeneratorAdapter(DataAdapter):
    """A Python generator or another iterator: one pass, and no way back.

    Args:
        generator: Iterator over batches.
        class_weight: Dict from class to weight, or `None`.
    """

    def __init__(self, generator, class_weight=None):
        first = list(itertools.islice(generator, 1))
        if not first and not have_own_data():
            raise ValueError("The generator given as data must yield at least one batch; it yielded none.")
        for batch in first:
            data_adapter_utils.unpack_x_y_sample_weight(batch)
        batches = itertools.chain(first, generator)
        if class_weight is not None:
            batches = (data_adapter_utils.with_class_weight(batch, class_weight) for batch in batches)
        self._pass = _SharedPass(batches)

    def start_pass(self, number):
        return self._pass


class _SharedPass(IteratorPass):
    def close(self):
        """The generator belongs to the caller, who may go on with it."""


class TensorFlowDatasetAdapter(IterableAdapter):
    """A `tf.data.Dataset` that yields batches."""

    package = "tensorflow"

    def __init__(self, dataset, class_weight=None):
        size = int(dataset.cardinality())
        super().__init__(dataset, class_weight, num_batches=size if size >= 0 else None)
        # "OFF": whoever made it has divided it among the processes.
        self.is_divided = dataset.options().experimental_distribute.auto_shard_policy.name == "OFF"


class DistributedDatasetAdapter(IterableAdapter):
    """What a `tf.distribute.Strategy` made of a dataset: batches in parts for the devices of this process, which are joined."""

    is_divided = True

    def __init__(self, dataset, class_weight=None):
        size = getattr(dataset, "cardinality", None)
        super().__init__(dataset, class_weight, num_batches=int(size) if size is not None and size >= 0 else None)

    def start_pass(self, number):
        return IteratorPass(self._weighted(tree.map_structure(_joined, batch) for batch in self.dataset))


def _joined(x):
    """The rows of all devices, where a tensor has a part for each."""
    return tensorflow.concat(x.values, 0) if isinstance(x, tensorflow.distribute.DistributedValues) else x


class TorchDataLoaderAdapter(IterableAdapter):
    """A `torch.utils.data.DataLoader`."""

    package = "torch"

    def __init__(self, dataloader, class_weight=None):
        _check_is_divided_once(dataloader)
        _share_order()
        super().__init__(dataloader, class_weight, num_batches=_length(dataloader))
        self.batch_size = getattr(dataloader, "batch_size", None)
        drops_last = getattr(dataloader, "drop_last", False)
        self.num_samples = None if drops_last else _length(getattr(dataloader, "dataset", None))


def _takes_rows():
    """Whether this process takes its rows of batches that all processes are given."""
    distribution = STATE.distribution
    return distribution is not None and distribution.num_processes > 1 and distribution.auto_shard_dataset


def _share_order():
    """Lets PyTorch's random numbers go on alike in all processes, as they are in the first one: loaders shuffle by them."""
    if _takes_rows():
        state = agreed(torch.get_rng_state().numpy())
        torch.set_rng_state(torch.from_numpy(state.copy()))


def _check_is_divided_once(dataloader):
    """Refuses a loader that gives each process its own samples, where each takes its rows of what all are given."""
    if _takes_rows() and getattr(getattr(dataloader, "sampler", None), "num_replicas", 1) > 1:
        raise ValueError(
            "The DataLoader has a DistributedSampler, which gives each process samples of its own, and of these each would take "
            "its share again: samples would be lost. Say so by `DataParallel(auto_shard_dataset=False)`, or leave the sampler "
            f"out. Received: {dataloader.sampler!r} and {STATE.distribution}"
        )


class GrainAdapter(IterableAdapter):
    """A `grain.MapDataset`, `grain.IterDataset` or `grain.DataLoader` that yields batches."""

    def __init__(self, dataset, class_weight=None):
        num_batches = None
        if hasattr(dataset, "to_iter_dataset"):
            num_batches = _length(dataset)
            dataset = dataset.to_iter_dataset()
        super().__init__(dataset, class_weight, num_batches=num_batches)


def _length(sized):
    try:
        return len(sized)
    except (TypeError, NotImplementedError):
        return None


def iterable_adapter(x):
    """The adapter class for a source that is iterated over, told by its type without importing other libraries; or
    `None`."""
    for kind in type(x).__mro__:
        package, name = kind.__module__.partition(".")[0], kind.__name__
        if package == "tensorflow" and name in ("DatasetV2", "DatasetV1", "Dataset"):
            return TensorFlowDatasetAdapter
        if package == "tensorflow" and name in ("DistributedDataset", "DistributedDatasetsFromFunction"):
            return DistributedDatasetAdapter
        if package == "torch" and name == "DataLoader":
            return TorchDataLoaderAdapter
        if package == "grain" and name in ("MapDataset", "IterDataset", "DataLoader"):
            return GrainAdapter
    return GeneratorAdapter if isinstance(x, Iterator) else None
