"""Rows of the table of ops: how to draw the inputs of a call, and an independent oracle of its result."""

import dataclasses
import zlib

import numpy as np

FLOATS = ("float16", "bfloat16", "float32", "float64")
INTS = ("int8", "uint8", "int16", "int32", "int64", "uint32")
ALL = ("bool", *INTS, *FLOATS)


@dataclasses.dataclass(frozen=True)
class Draw:
    """A tensor to draw: its shape and the kind of its numbers."""

    shape: tuple
    kind: str = "normal"
    dtype: str = "float32"

    def array(self, rng):
        values = _KINDS[self.kind](rng, self.shape)
        return np.asarray(values).astype(self.dtype)


_KINDS = {
    "normal": lambda rng, s: rng.normal(size=s),
    "positive": lambda rng, s: rng.uniform(0.5, 3.0, size=s),
    "unit": lambda rng, s: rng.uniform(-0.9, 0.9, size=s),
    "fraction": lambda rng, s: rng.uniform(0.05, 0.95, size=s),
    "above_one": lambda rng, s: rng.uniform(1.1, 3.0, size=s),
    "int": lambda rng, s: rng.integers(1, 9, size=s),
    "signed": lambda rng, s: rng.integers(-9, 9, size=s),
    "small": lambda rng, s: rng.integers(0, 3, size=s),
    "bool": lambda rng, s: rng.integers(0, 2, size=s).astype(bool),
    "distinct": lambda rng, s: rng.permutation(int(np.prod(s))).reshape(s) - 3.0,
    "nan": lambda rng, s: np.where(rng.uniform(size=s) < 0.3, np.nan, rng.normal(size=s)),
    "special": lambda rng, s: np.resize([np.nan, np.inf, -np.inf, 0.0, -0.0, 1.5, -2.5], s),
    "complex": lambda rng, s: rng.normal(size=s) + 1j * rng.normal(size=s),
    "spd": lambda rng, s: _positive_definite(rng.normal(size=s)),
}


def _positive_definite(a):
    return a @ np.swapaxes(a, -1, -2) + np.eye(a.shape[-1]) * a.shape[-1]


def F(*shape):
    """Normal floats."""
    return Draw(shape)


def of(kind, *shape, dtype=None):
    """Numbers of another kind."""
    default = {"int": "int32", "signed": "int32", "small": "int32", "bool": "bool", "complex": "complex64"}
    return Draw(shape, kind, dtype or default.get(kind, "float32"))


@dataclasses.dataclass(frozen=True)
class Case:
    """Arguments of one call; `Draw`s among them become tensors."""

    args: tuple
    kwargs: dict

    def draw(self, seed):
        """The arguments with arrays in the place of `Draw`s."""
        rng = np.random.default_rng(zlib.crc32(seed.encode()))

        def drawn(x):
            if isinstance(x, Draw):
                return x.array(rng)
            return [drawn(e) for e in x] if isinstance(x, list) else x

        return [drawn(x) for x in self.args], {k: drawn(v) for k, v in self.kwargs.items()}


def case(*args, **kwargs):
    """A `Case` of these arguments."""
    return Case(args, kwargs)


SHAPE_ONLY = object()
"""In the place of an oracle, where the values are not determined."""


@dataclasses.dataclass(frozen=True)
class Row:
    """What the tests know of one op.

    Attributes:
        name: Public name below `keras.ops`.
        cases: Calls to test.
        oracle: Function of NumPy arrays with the op's arguments that gives what the op should give.
        dtypes: Dtypes of the tensors for which the symbolic result is held against the eager one.
        gradient: Whether the gradient is held against finite differences.
        tolerance: Relative and absolute tolerance in float32.
        static: Whether symbolic shapes are known (`False`: they depend on values).
        compiles: Whether the op can run inside compiled code with these arguments.
        unknown: Whether sizes may be unknown symbolically.
        products: Function of the results that is unique, for factors that are not (their signs are the engine's choice).
        half: Tolerance in float16 and bfloat16; `None` where the op has no meaning there.
    """

    name: str
    cases: tuple
    oracle: object
    dtypes: tuple = ("float32",)
    gradient: bool = False
    tolerance: float = 1e-5
    static: bool = True
    compiles: bool = True
    unknown: bool = True
    products: object = lambda *results: results
    half: float | None = 2e-2


class Table(dict):
    """Rows by name."""

    def row(self, name, *cases, oracle=None, **settings):
        """Adds a row; the oracle is NumPy's function of the same name unless given."""
        if name in self:
            raise ValueError(f"The table has two rows for {name!r}.")
        self[name] = Row(name, cases, oracle or getattr(np, name), **settings)
