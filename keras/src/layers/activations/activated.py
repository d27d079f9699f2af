"""Applying the activation that a layer has, or has not."""

from keras.src.activations import linear


def activated(layer, x):
    """`x` after the activation of the layer; `layer.activation` may be set to `None` at any time.

    Args:
        layer: A layer with `activation`, a function or `None`.
        x: Tensor.
    """
    activation = layer.activation
    return x if activation is None or activation is linear else activation(x)
