"""Scale and shift after normalisation, which these layers share."""

from keras.src import backend, constraints, initializers, ops, regularizers
from keras.src.layers.layer import Layer


class ScaledAndShifted(Layer):
    """A layer with a trainable factor `gamma` and summand `beta` for each feature."""

    def _set_affine(self, center, scale, **settings):
        """Keeps whether there is a summand and a factor, and how to make them."""
        self.center, self.scale = center, scale
        domains = {"initializer": initializers, "regularizer": regularizers, "constraint": constraints}
        for name, value in settings.items():
            setattr(self, name, domains[name.rpartition("_")[2]].get(value))
        self.gamma = self.beta = None

    def _add_affine(self, shape):
        if self.scale:
            self.gamma = self._add_parameter("gamma", shape)
        if self.center:
            self.beta = self._add_parameter("beta", shape)

    def _add_parameter(self, name, shape):
        return self.add_weight(
            name=name,
            shape=shape,
            initializer=getattr(self, f"{name}_initializer"),
            regularizer=getattr(self, f"{name}_regularizer"),
            constraint=getattr(self, f"{name}_constraint"),
            autocast=False,
        )

    def compute_output_shape(self, input_shape):
        return input_shape


def widened(layer, inputs):
    """`inputs` in the dtype in which statistics are taken: the compute dtype, or float32 where that has 16 bits."""
    dtype = layer.compute_dtype
    if dtype in ("float16", "bfloat16"):
        dtype = backend.result_type(inputs.dtype, "float32")
    return inputs if backend.standardize_dtype(inputs.dtype) == dtype else ops.cast(inputs, dtype)


def value_of(variable):
    """Tensor of a variable, or None."""
    return None if variable is None else variable.value


def axes_as_list(axis):
    """`axis`, an int or several, as a list; `TypeError` when it is something else."""
    axes = list(axis) if isinstance(axis, (list, tuple)) else [axis]
    if any(not isinstance(a, int) or isinstance(a, bool) for a in axes):
        raise TypeError(f"`axis` must be an int or a list of ints. Received: axis={axis!r}")
    return axes
