"""Which distribution is in force, as other libraries ask for it before they place tensors."""

from keras.src.api_export import keras_export


@keras_export("keras.distribution.distribution")
def distribution():
    """The distribution in force: `None`, as models run on one device.

    Example:

    >>> keras.distribution.distribution() is None
    True
    """
    return None


@keras_export("keras.distribution.distribute_tensor")
def distribute_tensor(tensor, layout):
    """Places a tensor by a layout.

    Args:
        tensor: Tensor.
        layout: The layout, or `None` for none.

    Returns:
        The tensor, where there is no layout.

    Raises:
        NotImplementedError: There is a layout.

    Example:

    >>> keras.distribution.distribute_tensor(keras.ops.ones(2), None)
    array([1., 1.], dtype=float32)
    """
    if layout is None:
        return tensor
    raise NotImplementedError(
        "Tensors cannot be laid out over devices, since models run on one device here. Expected layout=None, which "
        f"leaves the tensor where it is. Received: layout={layout!r}"
    )


@keras_export("keras.distribution.set_distribution")
def set_distribution(value):
    """Puts a distribution in force.

    Args:
        value: The distribution, or `None` for none.

    Raises:
        NotImplementedError: There is a distribution.

    Example:

    >>> keras.distribution.set_distribution(None)
    """
    if value is not None:
        raise NotImplementedError(
            f"Models run on one device here. Expected None, which is what is in force. Received: value={value!r}"
        )
