"""`InputSpec`: what a layer demands of the rank, shape and dtype of an input."""

from keras.src import backend, tree
from keras.src.api_export import keras_export
from keras.src.backend.common.dtypes import standardize_dtype
from keras.src.utils.messages import name_of, shapes_of, shown


@keras_export(["keras.InputSpec", "keras.layers.InputSpec"])
class InputSpec:
    """A demand on one input of a layer; `None` demands nothing.

    Args:
        dtype: Name of the dtype.
        shape: Tuple of sizes; `None` in it stands for any size.
        ndim: Rank.
        max_ndim: Highest rank.
        min_ndim: Lowest rank.
        axes: Dict from an axis to the size that it must have.
        allow_last_axis_squeeze: Whether a last axis of size 1 may be missing or too much.
        name: Key of the input in a dict of inputs.
        optional: Whether `None` may stand in the place of the input.

    Example:

    >>> keras.InputSpec(min_ndim=2, axes={-1: 8})
    InputSpec(min_ndim=2, axes={-1: 8})
    """

    def __init__(
        self,
        dtype=None,
        shape=None,
        ndim=None,
        max_ndim=None,
        min_ndim=None,
        axes=None,
        allow_last_axis_squeeze=False,
        name=None,
        optional=False,
    ):
        self.dtype = None if dtype is None else standardize_dtype(dtype)
        self.shape = None if shape is None else backend.standardize_shape(shape)
        self.ndim = ndim if self.shape is None else len(self.shape)
        self.max_ndim = max_ndim
        self.min_ndim = min_ndim
        self.name = name
        self.optional = optional
        self.allow_last_axis_squeeze = allow_last_axis_squeeze
        self.axes = _checked_axes(axes)
        self._check_axes_against_rank()

    def _check_axes_against_rank(self):
        limit = self.ndim or self.max_ndim
        if self.axes and limit and max(self.axes) >= limit:
            raise ValueError(
                f"An axis in `axes` must be below {limit}, the highest rank allowed. Received: axes={self.axes}"
            )

    def _settings(self):
        names = ("dtype", "shape", "ndim", "max_ndim", "min_ndim", "axes")
        return {name: getattr(self, name) for name in names}

    def __repr__(self):
        settings = ", ".join(f"{name}={value}" for name, value in self._settings().items() if value)
        return f"InputSpec({settings})"

    def get_config(self):
        """Constructor arguments, as a dict."""
        return {**self._settings(), "optional": self.optional}

    @classmethod
    def from_config(cls, config):
        """Makes an `InputSpec` from what `get_config` gave."""
        return cls(**config)

    def fault_of(self, shape, dtype):
        """What is wrong with an input of this shape and dtype, in words, or `None`."""
        rank = len(shape)
        if self.ndim is not None and rank != self.ndim and not (self.allow_last_axis_squeeze and self._squeezes(shape)):
            return f"expected ndim={self.ndim}, found ndim={rank}. Full shape received: {shape}"
        if self.max_ndim is not None and rank > self.max_ndim:
            return f"expected max_ndim={self.max_ndim}, found ndim={rank}. Full shape received: {shape}"
        if self.min_ndim is not None and rank < self.min_ndim:
            return f"expected min_ndim={self.min_ndim}, found ndim={rank}. Full shape received: {shape}"
        if self.dtype is not None and standardize_dtype(dtype) != self.dtype:
            return f"expected dtype={self.dtype}, found dtype={standardize_dtype(dtype)}"
        for axis, size in self.axes.items():
            if not -rank <= axis < rank:
                return f"expected an axis {axis} of size {size}, found ndim={rank}. Full shape received: {shape}"
            if size is not None and shape[axis] not in (size, None):
                return f"expected axis {axis} of the input to have size {size}. Full shape received: {shape}"
        if self.shape is not None and not self._admits_sizes(shape):
            return f"expected shape={self.shape}, found shape={shape}"
        return None

    def _squeezes(self, shape):
        if self.ndim == len(shape) + 1:
            return self.shape is None or self.shape[-1] == 1
        return self.ndim == len(shape) - 1 and shape[-1] == 1

    def _admits_sizes(self, shape):
        wanted = self.shape
        if self.allow_last_axis_squeeze and len(wanted) != len(shape):
            wanted = wanted[:-1] if wanted and wanted[-1] == 1 else wanted
            shape = shape[:-1] if shape and shape[-1] == 1 else shape
        if len(wanted) != len(shape):
            return False
        return all(w is None or s is None or w == s for w, s in zip(wanted, shape))


def _checked_axes(axes):
    try:
        return {int(axis): size for axis, size in (axes or {}).items()}
    except (TypeError, ValueError, AttributeError):
        raise TypeError(f"`axes` must be a dict whose keys are integers. Received: axes={axes!r}") from None


def static_shape(x):
    """Shape of a tensor as a tuple with `None` where a size is unknown; `None` where the rank is."""
    shape = x.shape
    if shape is None or getattr(shape, "rank", 0) is None:
        return None
    return tuple(shape)


def assert_input_compatibility(input_spec, inputs, layer_name):
    """Holds the inputs of a layer against what it demands.

    Args:
        input_spec: An `InputSpec`, or a nested structure of them with one for each input.
        inputs: Tensor or nested structure of tensors.
        layer_name: Name of the layer, for the message.

    Raises:
        ValueError: An input does not meet the demand, or there are too few or too many.
    """
    if not input_spec:
        return
    specs = tree.flatten(input_spec)
    values = _in_order_of_names(specs, inputs, layer_name) if isinstance(inputs, dict) else tree.flatten(inputs)
    if len(values) != len(specs):
        raise ValueError(
            f"Layer {name_of(layer_name)} expects {len(specs)} input(s), but {len(values)} came. Shapes received: {shapes_of(inputs)}"
        )
    for position, (x, spec) in enumerate(zip(values, specs)):
        if spec is None or (x is None and spec.optional):
            continue
        if not hasattr(x, "shape"):
            raise ValueError(
                f"The inputs of layer {name_of(layer_name)} must be tensors. Input {position} is {shown(x)} (of type {type(x)})."
            )
        shape = static_shape(x)
        fault = None if shape is None else spec.fault_of(shape, x.dtype)
        if fault:
            name = f" ({spec.name!r})" if spec.name else ""
            raise ValueError(f"Input {position}{name} does not fit layer {name_of(layer_name)}: {fault}")


def _in_order_of_names(specs, inputs, layer_name):
    names = [spec.name for spec in specs if spec is not None]
    if len(names) < len(specs) or None in names or any(isinstance(x, (list, tuple, dict)) for x in inputs.values()):
        return tree.flatten(inputs)
    missing = [spec.name for spec in specs if spec.name not in inputs and not spec.optional]
    if missing:
        raise ValueError(
            f"Layer {name_of(layer_name)} misses the inputs {missing}. It received a dict with the keys {sorted(inputs)}."
        )
    return [inputs.get(name) for name in names]


def quick_check(input_spec):
    """A function of one tensor that says whether it surely meets the demand; `None` where there is nothing to check.

    It must be cheap, since it stands on the fast path of every call; `False` sends the call to the full check.
    """
    specs = tree.flatten(input_spec) if input_spec is not None else []
    if not specs or specs == [None]:
        return None
    if len(specs) > 1:
        return lambda x: False
    spec = specs[0]
    if spec.dtype is not None:
        return lambda x: False
    of_axes = (axis + 1 if axis >= 0 else -axis for axis in spec.axes)
    lowest = max(n for n in (spec.ndim, spec.min_ndim, 0, *of_axes) if n is not None)
    highest = min(n for n in (spec.ndim, spec.max_ndim, 1000) if n is not None)
    sizes = dict(enumerate(spec.shape or ()))
    sizes.update(spec.axes)
    sizes = tuple((axis, size) for axis, size in sizes.items() if size is not None)

    def check(x):
        shape = x.shape
        if getattr(shape, "rank", 0) is None or not lowest <= len(shape) <= highest:
            return False
        for axis, size in sizes:
            if shape[axis] != size and shape[axis] is not None:
                return False
        return True

    return check
