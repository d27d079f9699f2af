"""Patterns of named axes, such as `"b h w c -> b (h w) c"`."""

import math
import re


def plan(shape, pattern, lengths):
    """Sizes by name; the order of the names; the shape in which each name is a dimension; the shape of the result."""
    left, right = _sides(pattern, len(shape))
    sizes = _sizes(shape, left, lengths, pattern)
    names, wanted = _flat(left), _flat(right)
    if sorted(names) != sorted(wanted) or len(set(names)) != len(names):
        raise ValueError(
            f"keras.ops.rearrange: `pattern` must name each dimension once on both sides. Received: pattern={pattern!r}"
        )
    after = tuple(_product([sizes[n] for n in group]) for group in right)
    return sizes, [names.index(n) for n in wanted], tuple(sizes[n] for n in names), after


def _sides(pattern, rank):
    """Both sides of the pattern as lists of groups of names; `...` gets names of its own."""
    sides = pattern.split("->")
    if len(sides) != 2:
        raise ValueError(
            f"keras.ops.rearrange: `pattern` must have the form 'a b -> b a'. Received: pattern={pattern!r}"
        )
    left, right = (_groups(side, pattern) for side in sides)
    count = rank - len(left) + (["..."] in left)
    if count < 0 or (count != 0 and ["..."] not in left):
        raise ValueError(
            f"keras.ops.rearrange: `pattern` must name the {rank} dimensions of `tensor`. Received: pattern={pattern!r}"
        )
    rest = [f"...{i}" for i in range(count)]
    return [[g for group in side for g in _spread(group, rest)] for side in (left, right)]


def _spread(group, rest):
    """A group without `...`: alone it becomes groups of one, within brackets names."""
    if group == ["..."]:
        return [[n] for n in rest]
    return [[n for name in group for n in (rest if name == "..." else [name])]]


def _groups(side, pattern):
    tokens = re.findall(r"\([^()]*\)|\.\.\.|\w+|\S", side)
    groups = [t.strip("()").split() if t[0] == "(" else [t] for t in tokens]
    groups = [[n for n in g if n != "1"] for g in groups]
    if not all(n == "..." or n.isidentifier() for g in groups for n in g):
        raise ValueError(
            f"keras.ops.rearrange: `pattern` must hold names, brackets, 1 and '...' only. Received: pattern={pattern!r}"
        )
    return groups


def _flat(groups):
    return [name for group in groups for name in group]


def _sizes(shape, groups, lengths, pattern):
    """Size of each name; at most one in a group may be left open."""
    sizes = dict(lengths)
    for total, group in zip(shape, groups):
        unknown = [n for n in group if n not in lengths]
        given = _product([lengths[n] for n in group if n in lengths])
        fits = not isinstance(total, int) or (total % given == 0 if unknown else total == given)
        if len(unknown) > 1 or not fits:
            raise ValueError(
                f"keras.ops.rearrange: sizes must be given of all names but one in ({' '.join(group)}), and divide the "
                f"dimension. Received: pattern={pattern!r}, sizes {lengths} and shape {tuple(shape)}"
            )
        if unknown:
            sizes[unknown[0]] = None if total is None else total // given
    return sizes


def _product(sizes):
    return None if None in [n for n in sizes if n is None] else math.prod(sizes)
