"""The options of a weight, `<name>_initializer`, `<name>_regularizer` and `<name>_constraint`, that many layers
have for each of their weights.
"""

from keras.src import constraints, initializers, regularizers

_FAMILIES = {
    "initializer": initializers.get,
    "regularizer": regularizers.get,
    "constraint": constraints.get,
}


def keep_options(layer, name, **options):
    """Sets the options of the weight `name` as attributes of the layer.

    Args:
        layer: The layer.
        name: Name of the weight, such as `"kernel"`.
        **options: `initializer`, `regularizer` and `constraint`, each an object, its name or its config.
    """
    for kind, value in options.items():
        setattr(layer, f"{name}_{kind}", _FAMILIES[kind](value))


def add_weight_with_options(layer, name, shape, **settings):
    """Makes the weight `name` with the options that `keep_options` set.

    Args:
        layer: The layer.
        name: Name of the weight.
        shape: Tuple of ints.
        **settings: Further arguments of `add_weight`, or options in the place of the layer's.

    Returns:
        A `keras.Variable`.
    """
    return layer.add_weight(name=name, shape=shape, **{**options_of(layer, name), **settings})


def options_of(layer, name):
    """The options of the weight `name`, as arguments of `add_weight`; those that the layer lacks are `None`."""
    return {kind: getattr(layer, f"{name}_{kind}", None) for kind in _FAMILIES}
