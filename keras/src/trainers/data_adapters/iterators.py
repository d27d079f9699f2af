"""One pass over the data of an adapter, in the form in which each library iterates over batches."""

import itertools

from keras.src import backend, tree
from keras.src.backend.common.training import to_numpy
from keras.src.utils.module_utils import tensorflow, torch


class IteratesForOthers:
    """What trainers of other libraries ask of an adapter. Each call begins a pass of its own.

    The adapter gives `start_pass(number)`, and `rows(selection)` where `is_indexed`.
    """

    _passes_for_others = 0

    @property
    def partial_batch_size(self):
        """Samples in the last batch, 0 where it is full; `None` where that is unknown."""
        samples, size = getattr(self, "num_samples", None), self.batch_size
        return samples % size if samples and size else None

    @property
    def has_partial_batch(self):
        """Whether the last batch has fewer samples than the others; `None` where that is unknown."""
        size = self.partial_batch_size
        return size if size is None else size > 0

    def batches(self):
        """Iterates over the batches of a pass as the source has them."""
        one_pass = self.start_pass(self._passes_for_others)
        self._passes_for_others += 1
        while (item := one_pass.take(1)) is not None:
            yield self.rows(item[0]) if self.is_indexed else item[0]

    def get_numpy_iterator(self):
        """Iterates over the batches of a pass as NumPy arrays."""
        for batch in self.batches():
            # Loaders of PyTorch collate into lists, which TensorFlow takes for tensors.
            yield tree.lists_to_tuples(tree.map_structure(_as_numpy, batch))

    def get_jax_iterator(self):
        """Iterates over the batches of a pass as arrays that JAX takes: NumPy's."""
        return self.get_numpy_iterator()

    def get_tf_dataset(self):
        """A `tf.data.Dataset` over the batches of a pass: the source, where it is one already."""
        if self.serves("tensorflow"):
            return self.dataset
        batches = self.get_numpy_iterator()
        first = next(batches)
        specs = tree.map_structure(_tensorflow_spec, first)
        return tensorflow.data.Dataset.from_generator(lambda: itertools.chain([first], batches), output_signature=specs)

    def get_torch_dataloader(self):
        """A `torch.utils.data.DataLoader` over the batches of a pass: the source, where it is one already."""
        if self.serves("torch"):
            return self.dataset
        batches = self.get_numpy_iterator()

        class Batches(torch.utils.data.IterableDataset):
            def __iter__(self):
                return batches

        return torch.utils.data.DataLoader(Batches(), batch_size=None)

    def serves(self, package):
        """Whether the source is of that library, and its batches are given on as they are."""
        return False


def _as_numpy(array):
    return None if array is None else to_numpy(array)


def _tensorflow_spec(array):
    return tensorflow.TensorSpec((None, *array.shape[1:]), backend.standardize_dtype(array.dtype))
