"""What of a file did not fit a model, and what of the model the file does not have, as text of readable size."""

import difflib

from keras.src.utils.messages import cut, name_of

# So many lines a section shows, and among so many names the nearest is looked for.
_MOST_LINES = 8
_MOST_CANDIDATES = 500


class LoadReport:
    """Collects, place by place, how what a file holds differs from what a model wants.

    Args:
        file: Name of the file, for the text.
    """

    def __init__(self, file=None):
        self.file = file
        self.missing = []
        self.differing = []
        self.broken = []
        self.unused = []
        self.failed = {}
        self.advice = None

    def add_missing(self, owner, name, shape, place):
        """Notes a variable that the file does not have."""
        self.failed[id(owner)] = owner
        self.missing.append((name, tuple(shape), place))

    def add_differing(self, owner, name, shape, place, found):
        """Notes a variable for which the file has another shape."""
        self.failed[id(owner)] = owner
        self.differing.append((name, tuple(shape), place, None if found is None else tuple(found)))

    def add_broken(self, owner, place, error):
        """Notes an object that cannot be loaded for another reason."""
        self.failed[id(owner)] = owner
        self.broken.append((owner, place, error))

    def add_unused(self, place, shape=None, label=None):
        """Notes an entry of the file that nobody took; `label` is what the file says of its owner."""
        self.unused.append((place, None if shape is None else tuple(shape), label))

    def has_failed(self, owner):
        """Whether something of an object does not fit."""
        return id(owner) in self.failed

    @property
    def cause(self):
        """The first exception, if there is one."""
        return self.broken[0][2] if self.broken else None

    def refusal(self):
        """Text for the error of a load that failed."""
        return (
            f"A total of {len(self.failed)} objects could not be loaded, because they do not fit what {self._where()} "
            f"has for them.{self._advised()}{self.sections()}\nUse `skip_mismatch=True` with `load_weights` to leave such objects out "
            "and load the rest."
        )

    def _advised(self):
        return "" if self.advice is None else f"\n{self.advice}"

    def left_out(self):
        """Text for the warning of a load that left objects out."""
        return (
            f"Left out {len(self.failed)} objects, which do not fit what {self._where()} has for them; the rest is "
            f"loaded.{self.sections()}"
        )

    def not_taken(self):
        """Text for the warning of a load to which the file gave more than the model has a place for."""
        return f"The model is loaded, but {self._where()} holds more than that.{self.sections()}"

    def loaded_in_part(self):
        """Text for the warning of a load by names, to which not all has a counterpart."""
        return f"Layers were loaded by their names, and not all of them are on both sides, with {self._where()}.{self.sections()}"

    def _where(self):
        return "the file" if self.file is None else _place(str(self.file))[1:-1]

    def sections(self):
        """What was noted, by kind."""
        sections = [
            ("Variables of the model that the file does not have", self.missing, self._missing_line),
            ("Shapes that differ", self.differing, _differing_line),
            ("Objects that could not be read", self.broken, _broken_line),
            ("Entries of the file that nothing in the model took", self.unused, self._unused_line),
        ]
        return "".join(_section(title, items, line) for title, items, line in sections if items)

    def _missing_line(self, item):
        name, shape, place = item
        text = f"{name_of(name)} {shape}, looked for at {_place(place)}"
        return text + _nearest(place, shape, [(p, s) for p, s, _ in self.unused], "the file has")

    def _unused_line(self, item):
        place, shape, label = item
        text = _place(place) + ("" if shape is None else f" {shape}") + (f" of {name_of(label)}" if label else "")
        return text + _nearest(place, shape, [(p, s) for _, s, p in self.missing], "the model looks at")


def _section(title, items, line):
    shown = [f"\n  {line(item)}" for item in items[:_MOST_LINES]]
    rest = [f"\n  ... and {len(items) - _MOST_LINES} more"] * (len(items) > _MOST_LINES)
    return f"\n\n{title} ({len(items)}):{''.join(shown + rest)}"


def _differing_line(item):
    name, shape, place, found = item
    return f"{name_of(name)} is {shape}; the file has {found} at {_place(place)}"


def _broken_line(item):
    owner, place, error = item
    return f"{name_of(str(owner))[1:-1]}, at {_place(place)}: {cut(str(error))}"


def _place(place):
    """A path in a file, the middle of a long one cut."""
    return repr(place if len(place) <= 80 else f"{place[:40]}...{place[-37:]}")


def _nearest(place, shape, others, words):
    """Words on the most similar of other places: of those of the same shape, if there are any."""
    others = others[:_MOST_CANDIDATES]
    same = [other for other in others if other[1] == shape]
    found = difflib.get_close_matches(place, [p for p, _ in same or others], n=1, cutoff=0.0 if same else 0.6)
    if not found:
        return ""
    return f"; nearest: {words} {_place(found[0])} {next(s for p, s in others if p == found[0])}"
