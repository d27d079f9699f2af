"""Marks public names in the source; `api_gen.py` turns the marks into the public namespace."""

import namex


class keras_export(namex.export):
    """Decorator that gives a class or function its public name or names, e.g. `@keras_export("keras.layers.Dense")`.

    Args:
        path: A dotted public name, or a list of them; the first is the canonical one.
    """

    def __init__(self, path):
        super().__init__(package="keras", path=path)
