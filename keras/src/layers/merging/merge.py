"""Layers that make one tensor of several: sums, products, extremes, concatenation, dot products."""

from keras.src import backend, ops
from keras.src.api_export import keras_export
from keras.src.backend.common.shape_rules import canonical_axis
from keras.src.layers.checks import check_is_integer
from keras.src.layers.merging.base_merge import Merge, MergeOfWhatCounts, check_masks


@keras_export("keras.layers.Add")
class Add(Merge):
    """Sum of a list of tensors.

    Args:
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Example:

    >>> y = keras.layers.Add()([keras.ops.ones((2, 3)), keras.ops.ones((2, 3))])
    """

    def _merge(self, first, second):
        return ops.add(first, second)


@keras_export("keras.layers.Multiply")
class Multiply(MergeOfWhatCounts):
    """Product of a list of tensors; of those that are not masked, where some are and some are not.

    Args:
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Example:

    >>> y = keras.layers.Multiply()([keras.ops.ones((2, 3)), keras.ops.ones((2, 3))])
    """

    def _merge(self, first, second):
        return ops.multiply(first, second)


@keras_export("keras.layers.Maximum")
class Maximum(MergeOfWhatCounts):
    """Largest element at each place of a list of tensors; of those that are not masked, where some are and some are not.

    Args:
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Example:

    >>> y = keras.layers.Maximum()([keras.ops.ones((2, 3)), keras.ops.zeros((2, 3))])
    """

    def _merge(self, first, second):
        return ops.maximum(first, second)


@keras_export("keras.layers.Minimum")
class Minimum(MergeOfWhatCounts):
    """Smallest element at each place of a list of tensors; of those that are not masked, where some are and some are not.

    Args:
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Example:

    >>> y = keras.layers.Minimum()([keras.ops.ones((2, 3)), keras.ops.zeros((2, 3))])
    """

    def _merge(self, first, second):
        return ops.minimum(first, second)


@keras_export("keras.layers.Average")
class Average(Add):
    """Mean of a list of tensors.

    Args:
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Example:

    >>> y = keras.layers.Average()([keras.ops.ones((2, 3)), keras.ops.zeros((2, 3))])
    """

    def _merge_function(self, inputs):
        return ops.divide(super()._merge_function(inputs), len(inputs))


class _OfTwo(Merge):
    """A merger of exactly two tensors."""

    def _check_inputs(self, input_shape):
        super()._check_inputs(input_shape)
        if len(input_shape) != 2:
            raise ValueError(
                f"Layer {self.name!r} (of type {type(self).__name__}) merges exactly 2 tensors. "
                f"Received {len(input_shape)} of shapes {input_shape}"
            )


@keras_export("keras.layers.Subtract")
class Subtract(_OfTwo):
    """First tensor minus the second.

    Args:
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Example:

    >>> y = keras.layers.Subtract()([keras.ops.ones((2, 3)), keras.ops.ones((2, 3))])
    """

    def _merge(self, first, second):
        return ops.subtract(first, second)


@keras_export("keras.layers.Concatenate")
class Concatenate(Merge):
    """Tensors joined along an axis.

    Args:
        axis: Int, the axis along which they follow each other.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Example:

    >>> keras.layers.Concatenate()([keras.ops.ones((2, 3)), keras.ops.ones((2, 4))]).shape
    (2, 7)
    """

    def __init__(self, axis=-1, **kwargs):
        super().__init__(**kwargs)
        self.axis = axis

    def _merge_function(self, inputs):
        return ops.concatenate(inputs, axis=self.axis)

    def call(self, inputs):
        return self._merge_function(inputs)

    def compute_output_shape(self, input_shape):
        specs = [backend.KerasTensor(s, record_history=False) for s in input_shape]
        return ops.concatenate(specs, axis=self.axis).shape

    def compute_mask(self, inputs, mask=None):
        """The masks joined where steps are joined; a tensor without a mask counts everywhere."""
        if mask is None:
            return None
        check_masks(inputs, mask)
        if all(m is None for m in mask):
            return None
        steps = max(len(m.shape) for m in mask if m is not None)
        masks = [_mask_of_values(x, m) for x, m in zip(inputs, mask)]
        joined = ops.concatenate(masks, axis=self.axis)
        return ops.any(joined, axis=tuple(range(steps, len(joined.shape))))


def _mask_of_values(x, mask):
    """The mask of each value of `x`, also where there is none for its steps.

    It is made from `x` in either case: how far layers are from the outputs of a model, by way of masks too, decides on the
    order of its layers in files.
    """
    if mask is None:
        return ops.ones_like(x, dtype="bool")
    while len(mask.shape) < len(x.shape):
        mask = ops.expand_dims(mask, -1)
    return ops.logical_or(mask, ops.zeros_like(x, dtype="bool"))


@keras_export("keras.layers.Dot")
class Dot(_OfTwo):
    """Sums of products of two tensors over an axis of each, sample by sample.

    Args:
        axes: Int, or pair of ints: the axis of each tensor to sum over.
        normalize: Whether the tensors are scaled to length 1 along those axes first: the result is their cosine then.
        **kwargs: Arguments of `keras.Layer`, such as `name` and `dtype`.

    Raises:
        TypeError: `axes` is neither an int nor a pair.
        ValueError: `axes` holds something else than two ints.

    Example:

    >>> keras.layers.Dot(axes=(2, 1))([keras.ops.ones((2, 3, 4)), keras.ops.ones((2, 4, 5))]).shape
    (2, 3, 5)
    """

    def __init__(self, axes, normalize=False, **kwargs):
        super().__init__(**kwargs)
        pair = axes
        if not isinstance(axes, (list, tuple)):
            check_is_integer("axes", axes)
            pair = axes, axes
        if len(pair) != 2 or not all(isinstance(a, int) for a in pair):
            raise ValueError(f"`axes` must be an int or a pair of ints. Received: axes={axes!r}")
        self.axes, self.normalize = axes, normalize
        self.supports_masking = True

    def _axes_of(self, first, second):
        pair = self.axes if isinstance(self.axes, (list, tuple)) else (self.axes, self.axes)
        return tuple(canonical_axis(axis, len(shape), "axes") for axis, shape in zip(pair, (first, second)))

    def call(self, inputs):
        return self._merge_function(inputs)

    def _merge_function(self, inputs):
        first, second = inputs
        i, j = self._axes_of(first.shape, second.shape)
        if self.normalize:
            first, second = ops.normalize(first, axis=i), ops.normalize(second, axis=j)
        first, second = ops.moveaxis(first, i, -1), ops.moveaxis(second, j, 1)
        left, right = ops.shape(first), ops.shape(second)
        rows = ops.reshape(first, (left[0], -1, left[-1]))
        columns = ops.reshape(second, (right[0], right[1], -1))
        product = ops.matmul(rows, columns)
        return ops.reshape(product, (left[0], *left[1:-1], *right[2:]) if len(left) + len(right) > 4 else (left[0], 1))

    def compute_output_shape(self, input_shape):
        first, second = map(tuple, input_shape)
        i, j = self._axes_of(first, second)
        if None not in (first[i], second[j]) and first[i] != second[j]:
            raise ValueError(
                f"`axes` must name axes of equal size. Received: axes={self.axes} for shapes {first} and {second}"
            )
        rest = first[1:i] + first[i + 1 :] + second[1:j] + second[j + 1 :]
        return (first[0], *rest) if rest else (first[0], 1)

    def compute_mask(self, inputs, mask=None):
        """None: the sums have no steps of their own."""
        return None


def _function(name, layer, sentence, shown):
    """The function form of a merging layer; `shown` is what it makes of two rows in its example."""

    def merge(inputs, **kwargs):
        return layer(**kwargs)(inputs)

    merge.__name__ = merge.__qualname__ = name
    merge.__doc__ = (
        f"{sentence}\n\nArgs:\n    inputs: List of tensors.\n    **kwargs: Arguments of the layer.\n\nReturns:\n    Tensor."
        f"\n\nExample:\n\n>>> x = keras.ops.array([[6.0, 1.0]])\n>>> y = keras.ops.array([[2.0, 3.0]])\n"
        f">>> keras.layers.{name}([x, y])\n{shown}"
    )
    return merge


add = keras_export("keras.layers.add")(
    _function("add", Add, "Sum of a list of tensors; see `keras.layers.Add`.", "array([[8., 4.]], dtype=float32)")
)
multiply = keras_export("keras.layers.multiply")(
    _function(
        "multiply",
        Multiply,
        "Product of a list of tensors; see `keras.layers.Multiply`.",
        "array([[12.,  3.]], dtype=float32)",
    )
)
maximum = keras_export("keras.layers.maximum")(
    _function(
        "maximum",
        Maximum,
        "Largest elements of a list of tensors; see `keras.layers.Maximum`.",
        "array([[6., 3.]], dtype=float32)",
    )
)
minimum = keras_export("keras.layers.minimum")(
    _function(
        "minimum",
        Minimum,
        "Smallest elements of a list of tensors; see `keras.layers.Minimum`.",
        "array([[2., 1.]], dtype=float32)",
    )
)
average = keras_export("keras.layers.average")(
    _function(
        "average", Average, "Mean of a list of tensors; see `keras.layers.Average`.", "array([[4., 2.]], dtype=float32)"
    )
)
subtract = keras_export("keras.layers.subtract")(
    _function(
        "subtract",
        Subtract,
        "First tensor minus the second; see `keras.layers.Subtract`.",
        "array([[ 4., -2.]], dtype=float32)",
    )
)


@keras_export("keras.layers.concatenate")
def concatenate(inputs, axis=-1, **kwargs):
    """Tensors joined along an axis; see `keras.layers.Concatenate`.

    Args:
        inputs: List of tensors.
        axis: Int, the axis along which they follow each other.
        **kwargs: Arguments of the layer.

    Returns:
        Tensor.

    Example:

    >>> inputs = [keras.Input((3,)), keras.Input((4,))]
    >>> keras.layers.concatenate(inputs).shape
    (None, 7)
    """
    return Concatenate(axis=axis, **kwargs)(inputs)


@keras_export("keras.layers.dot")
def dot(inputs, axes=-1, **kwargs):
    """Sums of products of two tensors; see `keras.layers.Dot`.

    Args:
        inputs: List of two tensors.
        axes: Int, or pair of ints: the axis of each tensor to sum over.
        **kwargs: Arguments of the layer.

    Returns:
        Tensor.

    Example:

    >>> inputs = [keras.ops.array([[1.0, 2.0]]), keras.ops.array([[3.0, 4.0]])]
    >>> keras.layers.dot(inputs, axes=1)
    array([[11.]], dtype=float32)
    """
    return Dot(axes=axes, **kwargs)(inputs)
