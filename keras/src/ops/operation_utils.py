"""Shapes of results, under the names by which other libraries ask for them; see `backend/common/shape_rules.py`."""

from keras.src.api_export import keras_export
from keras.src.backend.common import shape_rules, shaping_rules, window_rules
from keras.src.backend.common.windows import per_dimension


def compute_conv_output_shape(
    input_shape, filters, kernel_size, strides=1, padding="valid", data_format="channels_last", dilation_rate=1
):
    """Shape of a convolution's result.

    Args:
        input_shape: Shape of the inputs with the batch; sizes may be `None`.
        filters: Number of channels of the result.
        kernel_size: Tuple of ints, or an int.
        strides: Tuple of ints, or an int.
        padding: `"valid"`, `"same"`, or `"causal"` for one spatial dimension.
        data_format: `"channels_last"` or `"channels_first"`.
        dilation_rate: Tuple of ints, or an int.
    """
    window_rules.check_inputs(input_shape, "input_shape")
    kernel_size = per_dimension(kernel_size, len(input_shape) - 2, "kernel_size")
    if padding not in ("valid", "same", "causal"):
        raise ValueError(f"`padding` must be 'valid', 'same' or 'causal'. Received: padding={padding!r}")
    sizes = window_rules.moved(
        input_shape, kernel_size, strides, "same" if padding == "causal" else padding, data_format, dilation_rate
    )
    return window_rules.with_format(input_shape[0], sizes, filters, data_format)


def compute_pooling_output_shape(input_shape, pool_size, strides, padding="valid", data_format="channels_last"):
    """Shape of a pool's result; `strides` of `None` are `pool_size`."""
    return window_rules.pooled(tuple(input_shape), pool_size, strides, padding, data_format)


def compute_matmul_output_shape(shape1, shape2):
    """Shape of a product of matrices, or of stacks of them."""
    return shape_rules.multiplied(tuple(shape1), tuple(shape2))


def compute_reshape_output_shape(input_shape, newshape, newshape_arg_name="newshape"):
    """Shape after a reshape: `newshape` with the size in the place of -1.

    Args:
        input_shape: Shape of the input.
        newshape: Sizes, one of which may be -1.
        newshape_arg_name: Name of the argument, for whoever calls by position.
    """
    return shaping_rules.reshaped(tuple(input_shape), tuple(newshape))


def compute_transpose_output_shape(input_shape, axes):
    """Shape after the axes were put in another order; `None` turns them around."""
    return shaping_rules.transposed(tuple(input_shape), axes)


def compute_take_along_axis_output_shape(input_shape, indices_shape, axis):
    """Shape of the entries that were taken along an axis, or from the flat input for `None`."""
    if axis is None:
        return list(indices_shape)
    axis = shape_rules.canonical_axis(axis, len(input_shape))
    shapes = [(*shape[:axis], 1, *shape[axis + 1 :]) for shape in (input_shape, indices_shape)]
    sizes = broadcast_shapes(*shapes)
    return [*sizes[:axis], indices_shape[axis], *sizes[axis + 1 :]]


def compute_expand_dims_output_shape(input_shape, axis):
    """Shape with axes of size 1 put in."""
    return shaping_rules.expanded(tuple(input_shape), axis)


def broadcast_shapes(shape1, shape2):
    """List of the sizes that two shapes have in common when they are broadcast."""
    return list(shape_rules.broadcast(tuple(shape1), tuple(shape2)))


def reduce_shape(shape, axis=None, keepdims=False):
    """Shape without some axes, which is all for `None`, or with size 1 in their place."""
    return shape_rules.reduced(tuple(shape), axis, keepdims)


@keras_export("keras.utils.get_source_inputs")
def get_source_inputs(tensor):
    """Finds the inputs of the graph that a symbolic tensor comes from.

    Args:
        tensor: A symbolic tensor.

    Returns:
        List of symbolic tensors, each once, in the order in which they stand in the arguments of the calls; `[tensor]` for an
        input itself; an empty list where there is no graph.

    Example:

    >>> x = keras.Input((3,))
    >>> y = keras.layers.Dense(2)(x)
    >>> [source is x for source in keras.utils.get_source_inputs(y)]
    [True]
    """
    found, visited = [], set()
    waiting = [tensor] if hasattr(tensor, "_keras_history") else []
    while waiting:
        current = waiting.pop()
        if id(current) in visited:
            continue
        visited.add(id(current))
        operation, node_index, _ = current._keras_history
        node = operation._inbound_nodes[node_index]
        if node.is_input:
            found.append(current)
        waiting.extend(reversed(node.input_tensors))
    return found
