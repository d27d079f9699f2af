"""An array that lies in a file, of which a variable that is divided among devices reads its parts."""


class Slices:
    """An array that is read in parts.

    Args:
        shape: Its shape.
        read: Function of a tuple of slices, one for each axis, that gives a NumPy array.
    """

    def __init__(self, shape, read):
        self.shape = tuple(shape)
        self.read = read

    def __array__(self, dtype=None, copy=None):
        array = self.read((slice(None),) * len(self.shape))
        return array if dtype is None else array.astype(dtype, copy=False)


def is_divided(variable):
    """Whether devices hold parts of a variable, and not the whole each."""
    layout = variable._layout
    # A layout of the engine's own says nothing here.
    return layout is not None and not getattr(layout, "is_replicated", True)
