"""Shape rules: from the shapes of an op's tensor arguments, and config by name, to the shape of the result.

A shape is a tuple of ints and `None`s. A rule returns one shape, a tuple of shapes for an op that gives a tuple, or a list of
shapes for an op that gives a list. Static misuse raises `ValueError` here; eager calls come here when an engine refuses,
so that the same mistake raises the same error everywhere.
"""

import math
import re


def reject(fault, expected, **received):
    """Raises `ValueError` with what was expected and what came, by name, where there is a `fault`."""
    if fault:
        came = ", ".join(f"{name}={value!r}" for name, value in received.items())
        raise ValueError(f"{expected}. Received: {came}")


def canonical_axis(axis, rank, name="axis"):
    """`axis` counted from the front; `ValueError` when it is no integer, or out of range."""
    reject(not hasattr(axis, "__index__"), f"`{name}` must be an integer", **{name: axis})
    if not -rank <= axis < rank:
        raise ValueError(
            f"`{name}` must be between {-rank} and {rank - 1} for a tensor of rank {rank}. Received: {name}={axis}"
        )
    return axis % rank if rank else 0


def canonical_axes(axis, rank, name="axis"):
    """Tuple of axes counted from the front, all of them for `None`; `ValueError` on a bad or repeated one."""
    if axis is None:
        return tuple(range(rank))
    axes = tuple(canonical_axis(int(a), rank, name) for a in (axis if isinstance(axis, (tuple, list)) else (axis,)))
    if len(set(axes)) != len(axes):
        raise ValueError(
            f"`{name}` must not name a dimension twice. Received: {name}={axis} for a tensor of rank {rank}"
        )
    return axes


def broadcast(*shapes):
    """NumPy broadcasting of any number of shapes; `None` arguments (absent tensors) are passed over."""
    shapes = [s for s in shapes if s is not None]
    if len(shapes) == 1 or all(s == shapes[0] for s in shapes[1:]):
        return shapes[0] if shapes else ()
    rank = max(map(len, shapes))
    padded = [(1,) * (rank - len(s)) + tuple(s) for s in shapes]
    return tuple(_broadcast_sizes(sizes, shapes) for sizes in zip(*padded))


def _broadcast_sizes(sizes, shapes):
    known = {n for n in sizes if n is not None and n != 1}
    if len(known) > 1:
        raise ValueError(
            f"shapes that broadcast together are expected: sizes must be equal or 1. Received shapes: {', '.join(map(str, shapes))}"
        )
    if known:
        return known.pop()
    return None if None in sizes else 1


def first(x, *others):
    """The shape of the first argument."""
    return x


def reduced(x, axis=None, keepdims=False):
    """`x` without the axes of `axis`, or with size 1 there."""
    axes = canonical_axes(axis, len(x))
    if keepdims:
        return tuple(1 if i in axes else n for i, n in enumerate(x))
    return tuple(n for i, n in enumerate(x) if i not in axes)


def along_axis(x, axis=-1):
    """Same shape as `x`; `axis` must exist (`None` flattens)."""
    if axis is None:
        return (size(x),)
    canonical_axes(axis, len(x))
    return x


def of_rank(least):
    """The rule of an op that keeps the shape of tensors of this rank or more."""

    def rule(x):
        reject(len(x) < least, f"a tensor of rank {least} or more is expected", shape=x)
        return x

    return rule


def two_axes(x, axis1, axis2):
    """`axis1` and `axis2` counted from the front; they must differ."""
    i, j = canonical_axis(axis1, len(x), "axis1"), canonical_axis(axis2, len(x), "axis2")
    reject(i == j, "`axis1` and `axis2` must differ", axis1=axis1, axis2=axis2)
    return i, j


def size(shape):
    """Number of elements, `None` where unknown."""
    return None if None in shape else math.prod(shape)


def joined(xs, axis=0):
    """Concatenation of the shapes `xs` along `axis`."""
    if not xs:
        raise ValueError("`xs` must hold at least one tensor. Received an empty list.")
    rank = len(xs[0])
    reject(any(len(s) != rank for s in xs), "`xs` must hold tensors of equal rank", shapes=xs)
    if rank == 0:
        raise ValueError("`xs` must hold tensors of rank 1 or more. Received tensors of rank 0.")
    axis = canonical_axis(axis, rank)
    total = None if any(s[axis] is None for s in xs) else sum(s[axis] for s in xs)
    rest = [merge_sizes([s[i] for s in xs], xs) if i != axis else total for i in range(rank)]
    return tuple(rest)


def merge_sizes(sizes, shapes):
    """The one known size among `sizes`; `ValueError` when there are two."""
    known = {n for n in sizes if n is not None}
    reject(len(known) > 1, "sizes must be equal in all other dimensions", shapes=shapes)
    return known.pop() if known else None


def stacked(x, axis=0):
    """A new dimension of `len(x)` at `axis` before equal shapes."""
    if not x:
        raise ValueError("`x` must hold at least one tensor. Received an empty list.")
    reject(any(len(s) != len(x[0]) for s in x), "`x` must hold tensors of equal shape", shapes=x)
    shape = [merge_sizes(sizes, x) for sizes in zip(*x)]
    shape.insert(canonical_axis(axis, len(shape) + 1), len(x))
    return tuple(shape)


def multiplied(x1, x2):
    """Matrix product with broadcast leading dimensions, as NumPy's `matmul`."""
    reject(not x1 or not x2, "`x1` and `x2` must have rank 1 or more", shapes=(x1, x2))
    left = (1,) + x1 if len(x1) == 1 else x1
    right = x2 + (1,) if len(x2) == 1 else x2
    if left[-1] is not None and right[-2] is not None and left[-1] != right[-2]:
        raise ValueError(
            f"the last dimension of `x1` must equal the second-to-last of `x2`. Received shapes {x1} and {x2}."
        )
    shape = broadcast(left[:-2], right[:-2]) + (left[-2], right[-1])
    if len(x1) == 1:
        shape = shape[:-2] + shape[-1:]
    return shape[:-1] if len(x2) == 1 else shape


def agree(*sizes):
    """Whether the sizes can be equal: no two known ones differ."""
    return len(set(sizes) - {None}) <= 1


def _are_given_alike(letters, sizes):
    """Whether each letter stands for one size, for each of the letters."""
    given = dict(zip(letters, sizes))
    return (given[letter] == size for letter, size in zip(letters, sizes))


def pattern(description, as_given=True):
    """The rule that a description such as `"...mn,...nk->...mk"` stands for.

    Letters name sizes, digits are sizes, and `...` are leading dimensions that broadcast. Results that are separated by commas make a tuple.

    Args:
        description: String.
        as_given: Whether a letter that one term holds twice, as those of square matrices do, is a size that must be the
            same as it is given, so that an unknown size is not taken for a known one.
    """
    given, _, made = description.partition("->")

    def rule(*shapes):
        sizes, leading = {}, []
        for term, shape in zip(given.split(","), shapes):
            letters = term.removeprefix("...")
            extra = len(shape) - len(letters)
            fits = extra >= 0 if term.startswith("...") else extra == 0
            fits = fits and (not as_given or all(_are_given_alike(letters, shape[extra:])))
            for letter, size in zip(letters, shape[extra:] if fits else ()):
                known = int(letter) if letter.isdigit() else sizes.get(letter)
                fits = fits and agree(known, size)
                sizes[letter] = size if known is None else known
            reject(not fits, f"shapes like {spelled} are expected", shapes=shapes)
            leading += [shape[:extra]]
        results = [
            (broadcast(*leading) if term.startswith("...") else ()) + tuple(sizes[c] for c in term.removeprefix("..."))
            for term in made.split(",")
        ]
        return tuple(results) if "," in made else results[0]

    spelled = " and ".join("(" + ", ".join(re.findall(r"\.\.\.|.", term)) + ")" for term in given.split(","))
    return rule
