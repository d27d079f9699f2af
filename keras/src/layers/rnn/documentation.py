"""Docstrings of a family: what a parameter means is written once, and stands in each member that has it."""

import inspect
import re

_ENTRY = re.compile(r"^    (\*{0,2}\w+): ", re.MULTILINE)


def explains_arguments(*sources):
    """Class decorator: fills the section `Args:` from the docstrings of the class itself and of `sources`.

    Args:
        *sources: Classes whose docstrings explain parameters of the same names.
    """

    def decorate(cls):
        own = inspect.cleandoc(cls.__doc__)
        known = {}
        for text in (own, *(inspect.cleandoc(source.__doc__) for source in sources)):
            known = {**_entries(text), **known}
        names = [str(p).partition("=")[0] for p in list(inspect.signature(cls.__init__).parameters.values())[1:]]
        section = "Args:\n" + "\n".join(known[name] for name in names)
        head, _, rest = own.partition("Args:\n")
        tail = rest.partition("\n\n")[2] if rest else ""
        if not rest:
            head, _, tail = own.partition("\n\nInputs:")
            head, tail = f"{head}\n\n", f"Inputs:{tail}"
        cls.__doc__ = f"{head}{section}\n\n{tail}"
        return cls

    return decorate


def _entries(text):
    """Entries of the section `Args:` of a docstring, by name."""
    section = text.partition("Args:\n")[2].partition("\n\n")[0]
    starts = list(_ENTRY.finditer(section))
    ends = [match.start() - 1 for match in starts[1:]] + [len(section)]
    return {match.group(1): section[match.start() : end] for match, end in zip(starts, ends)}
