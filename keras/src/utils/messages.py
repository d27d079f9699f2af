"""Names and values as text that fits an error message, whatever their number and length."""

from keras.src import tree

LONGEST_NAME = 60
MOST_NAMES = 10
LONGEST_VALUE = 500


def name_of(name):
    """A name, cut, in quotes."""
    return repr(name if len(name) <= LONGEST_NAME else f"{name[:LONGEST_NAME]}...")


def few(names):
    """The first names of a list, each cut."""
    names = list(names)
    shown_names = [name_of(name) for name in names[:MOST_NAMES]]
    rest = [f"... ({len(names)} of them)"] * (len(names) > MOST_NAMES)
    return f"[{', '.join(shown_names + rest)}]"


def shown(value):
    """A value, such as a config, as text that is cut."""
    return cut(repr(value))


def shapes_of(structure):
    """A structure of tensors as text, with its shape in the place of each, since values say nothing and may be many."""
    return cut(str(tree.map_structure(_shape, structure)))


def _shape(x):
    shape = getattr(x, "shape", x)
    known = shape is not x and shape is not None and getattr(shape, "rank", 0) is not None
    return tuple(shape) if known else shape


def cut(text):
    """A text, cut."""
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}... ({len(text)} characters)"
