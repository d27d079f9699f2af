"""One class for a family of layers, one small subclass for each number of spatial dimensions."""

import inspect
import types

from keras.src.utils.family_docs import with_arguments_of_family


def of_rank(rank, *repeated):
    """Class decorator: a member of a family, for `rank` spatial dimensions.

    The constructor is the family's own, with the defaults of the parameters named in `repeated` as tuples of `rank`
    (for rank 1 as they are), so that signatures say what a user of that member expects.
    """

    def decorate(cls):
        function = cls.__init__
        parameters = list(inspect.signature(function).parameters.values())
        optional = [p for p in parameters if p.default is not p.empty]
        defaults = tuple((p.default,) * rank if rank > 1 and p.name in repeated else p.default for p in optional)
        constructor = types.FunctionType(
            function.__code__, function.__globals__, "__init__", defaults, function.__closure__
        )
        constructor.__qualname__ = f"{cls.__qualname__}.__init__"
        constructor.__kwdefaults__ = function.__kwdefaults__
        cls.__init__ = constructor
        cls.rank = rank
        cls.__doc__ = with_arguments_of_family(cls)
        return cls

    return decorate


def own_rank(layer, options, name="rank"):
    """The number of spatial dimensions of a layer, taken out of its options where its class is no member of a family.

    Other libraries make layers from the class of a family, as in `BaseConv(rank=2, ...)`.

    Args:
        layer: The layer; not initialized yet.
        options: Dict of keyword arguments, from which the number is removed.
        name: Name of the number.

    Returns:
        The number.

    Raises:
        ValueError: The class has no number, and none is given.
    """
    if layer.rank is not None:
        return layer.rank
    rank = options.pop(name, None)
    if not isinstance(rank, int) or rank < 1:
        raise ValueError(
            f"{type(layer).__name__} serves any number of spatial dimensions: `{name}` must say how many, as in "
            f"`{type(layer).__name__}({name}=2, ...)`. Received: {name}={rank!r}"
        )
    return rank
