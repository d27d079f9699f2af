"""What layers share that make one tensor of several, element by element."""

import functools

from keras.src import backend, ops
from keras.src.layers.layer import Layer


class Merge(Layer):
    """Merges tensors element by element; those of lower rank get dimensions of size 1 behind the batch."""

    _masks_come_from_masks = True

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True

    def _merge(self, first, second):
        """The merger of two tensors of equal rank."""
        raise NotImplementedError(f"{type(self).__name__} must define `_merge`.")

    def build(self, input_shape):
        self._check_inputs(input_shape)
        self.compute_output_shape(input_shape)
        self.built = True

    def _check_inputs(self, input_shape):
        if not isinstance(input_shape, (list, tuple)) or not isinstance(input_shape[0], (list, tuple)):
            raise ValueError(
                f"Layer {self.name!r} merges a list of tensors. Received one tensor of shape {tuple(input_shape)}"
            )

    def _merge_function(self, inputs):
        """The merger of a list of tensors of equal rank; layers of other libraries override it."""
        return functools.reduce(self._merge, inputs)

    def call(self, inputs):
        rank = max(len(x.shape) for x in inputs)
        return self._merge_function([_with_rank(x, rank) for x in inputs])

    def compute_output_shape(self, input_shape):
        first = tuple(input_shape[0])
        if all([tuple(shape) == first for shape in input_shape]):
            return first
        rank = max(map(len, input_shape))
        specs = [
            backend.KerasTensor((*s[:1], *(1,) * (rank - len(s)), *s[1:]), record_history=False) for s in input_shape
        ]
        return functools.reduce(ops.add, specs).shape

    def compute_output_spec(self, inputs):
        shape = self.compute_output_shape([x.shape for x in inputs])
        sparse = all(x.sparse for x in inputs)
        return backend.KerasTensor(shape, self.compute_dtype, sparse=sparse)

    def compute_mask(self, inputs, mask=None):
        """A place counts where it counts in some input: `None` unless all inputs have masks.

        Args:
            inputs: List of tensors.
            mask: List of masks and `None`s, one for each of them, or `None`.
        """
        if mask is None:
            return None
        check_masks(inputs, mask)
        return None if any(m is None for m in mask) else functools.reduce(ops.logical_or, mask)


def check_masks(inputs, mask):
    """Raises `ValueError` unless both are lists of equal length."""
    for name, value in (("inputs", inputs), ("mask", mask)):
        if not isinstance(value, (list, tuple)):
            raise ValueError(f"`{name}` must be a list. Received: {name}={value!r}")
    if len(inputs) != len(mask):
        raise ValueError(
            f"`inputs` and `mask` must be lists of equal length. Received: {len(inputs)} inputs and {len(mask)} masks"
        )


class MergeOfWhatCounts(Merge):
    """A merger that leaves out what is masked in one input where another input counts."""

    def call(self, inputs):
        masks = [backend.get_keras_mask(x) for x in inputs]
        if all(mask is None for mask in masks):
            return super().call(inputs)
        rank = max(len(x.shape) for x in inputs)
        pairs = [(_with_rank(x, rank), _mask_with_rank(m, x, rank)) for x, m in zip(inputs, masks)]
        return functools.reduce(self._merge_pairs, pairs)[0]

    def _merge_pairs(self, first, second):
        (x, x_mask), (y, y_mask) = first, second
        merged = self._merge(x, y)
        if y_mask is not None:
            merged = ops.where(_only(x_mask, y_mask), x, merged)
        if x_mask is not None:
            merged = ops.where(_only(y_mask, x_mask), y, merged)
        both = None if x_mask is None or y_mask is None else ops.logical_or(x_mask, y_mask)
        return merged, both


def _only(mask, other):
    """Where `mask` holds, which is everywhere for `None`, and `other` does not."""
    missing = ops.logical_not(other)
    return missing if mask is None else ops.logical_and(mask, missing)


def _mask_with_rank(mask, x, rank):
    """A mask of the first axes of `x` shaped to go with `_with_rank(x, rank)`."""
    if mask is None:
        return None
    before = rank - len(x.shape)
    mask = ops.expand_dims(mask, tuple(range(1, 1 + before))) if before else mask
    behind = rank - len(mask.shape)
    return ops.expand_dims(mask, tuple(range(rank - behind, rank))) if behind else mask


def _with_rank(x, rank):
    missing = rank - len(x.shape)
    return ops.expand_dims(x, tuple(range(1, 1 + missing))) if missing else x
