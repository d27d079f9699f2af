"""Names and values as text that fits an error message, whatever their number and length."""

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


def cut(text):
    """A text, cut."""
    return text if len(text) <= LONGEST_VALUE else f"{text[:LONGEST_VALUE]}... ({len(text)} characters)"
