"""Applying the activation that a layer has, or has not."""


def activated(layer, x):
    """`x` after the activation of the layer; `layer.activation` may be set to `None` at any time.

    Args:
        layer: A layer with `activation`, a function or `None`.
        x: Tensor.
    """
    activation = layer.activation
    return x if activation is None else activation(x)
