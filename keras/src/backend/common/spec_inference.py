"""Shapes and dtypes of the results of code that calls an engine: it runs on stand-ins, twice where sizes are unknown.

An engine supplies `trace`, which runs the function on stand-ins of known shapes without computing much. Sizes that
come out different when the unknown sizes that go in are different are unknown as well.
"""

from keras.src import tree
from keras.src.backend.common.dtypes import standardize_dtype
from keras.src.backend.common.keras_tensor import KerasTensor, of_any_rank
from keras.src.backend.common.stateless_scope import StatelessScope
from keras.src.backend.common.symbolic_scope import SymbolicScope

STAND_IN_SIZES = (64, 96)
"""Big enough for windows and strides, divisible by what people divide by."""


def infer_output_spec(trace, args, kwargs):
    """Describes the results of a function by tracing it.

    Args:
        trace: Callable `(args, kwargs) -> results`. The arguments hold `KerasTensor`s of fully known shape; the
            results may hold anything that has a `shape` and a `dtype`.
        args: Positional arguments, with `KerasTensor`s at any depth.
        kwargs: Keyword arguments, likewise.

    Returns:
        The structure of the results with a `KerasTensor` for each tensor.
    """
    unknown = any(isinstance(x, KerasTensor) and None in x.shape for x in tree.flatten((args, kwargs)))
    with StatelessScope(), SymbolicScope():
        runs = [trace(*_with_sizes(args, kwargs, size)) for size in STAND_IN_SIZES[: 2 if unknown else 1]]
    return tree.map_structure(_merge, *runs)


def _with_sizes(args, kwargs, size):
    return tree.map_structure(lambda x: _filled(x, size) if isinstance(x, KerasTensor) else x, (args, kwargs))


def _filled(x, size):
    shape = tuple(size if n is None else n for n in x.shape)
    return KerasTensor(shape, x.dtype, sparse=x.sparse, ragged=x.ragged, record_history=False)


def _merge(*results):
    """One description from the same result of each run."""
    first = results[0]
    if not hasattr(first, "shape") or not hasattr(first, "dtype"):
        return first
    if any(len(r.shape) != len(first.shape) for r in results):
        return of_any_rank(None, standardize_dtype(first.dtype))
    sizes = zip(*(tuple(r.shape) for r in results))
    shape = tuple(None if None in s or len(set(s)) > 1 else int(s[0]) for s in sizes)
    sparse = bool(getattr(first, "sparse", False)) if isinstance(first, KerasTensor) else False
    return KerasTensor(shape, standardize_dtype(first.dtype), sparse=sparse)
