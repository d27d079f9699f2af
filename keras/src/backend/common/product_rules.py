"""Shape rules of products of tensors."""

from keras.src.backend.common import shape_rules
from keras.src.backend.common.shape_rules import agree, canonical_axes, canonical_axis, reject


def dotted(x1, x2):
    if not x1 or not x2:
        return x1 or x2
    axis = -1 if len(x2) == 1 else -2
    reject(not agree(x1[-1], x2[axis]), "summed dimensions of equal size are expected", shapes=(x1, x2))
    return x1[:-1] + (x2[:-2] + x2[-1:] if len(x2) > 1 else ())


def inner(x1, x2):
    if not x1 or not x2:
        return x1 or x2
    reject(not agree(x1[-1], x2[-1]), "last dimensions of equal size are expected", shapes=(x1, x2))
    return x1[:-1] + x2[:-1]


def flat_product(x1, x2):
    counts = {shape_rules.size(x1), shape_rules.size(x2)} - {None}
    reject(len(counts) > 1, "`x1` and `x2` must have equally many elements", shapes=(x1, x2))
    return ()


def contracted_axes(x1, x2, axes):
    """The two lists of axes that `tensordot` sums over, counted from the front."""
    if isinstance(axes, int):
        reject(
            not 0 <= axes <= min(len(x1), len(x2)),
            "both tensors must have `axes` dimensions",
            axes=axes,
            shapes=(x1, x2),
        )
        return list(range(len(x1) - axes, len(x1))), list(range(axes))
    first, second = axes
    return list(canonical_axes(first, len(x1), "axes[0]")), list(canonical_axes(second, len(x2), "axes[1]"))


def contracted(x1, x2, axes=2):
    first, second = contracted_axes(x1, x2, axes)
    fits = len(first) == len(second) and all(agree(x1[i], x2[j]) for i, j in zip(first, second))
    reject(not fits, "`axes` must name dimensions of equal sizes", axes=axes, shapes=(x1, x2))
    kept = [n for i, n in enumerate(x1) if i not in first] + [n for i, n in enumerate(x2) if i not in second]
    return tuple(kept)


def kron(x1, x2):
    rank = max(len(x1), len(x2))
    left, right = (1,) * (rank - len(x1)) + x1, (1,) * (rank - len(x2)) + x2
    return tuple(None if a is None or b is None else a * b for a, b in zip(left, right))


def crossed(x1, x2, axisa=-1, axisb=-1, axisc=-1, axis=None):
    if axis is not None:
        axisa = axisb = axisc = axis
    a, b = canonical_axis(axisa, len(x1), "axisa"), canonical_axis(axisb, len(x2), "axisb")
    sizes = (x1[a], x2[b])
    reject(any(n not in (2, 3, None) for n in sizes), "vectors of 2 or 3 components are expected", shapes=(x1, x2))
    shape = shape_rules.broadcast(x1[:a] + x1[a + 1 :], x2[:b] + x2[b + 1 :])
    if sizes == (2, 2):
        return shape
    axisc = canonical_axis(axisc, len(shape) + 1, "axisc")
    return shape[:axisc] + (None if sizes == (None, None) else 3,) + shape[axisc:]


def trace(x, offset=0, axis1=0, axis2=1):
    reject(not hasattr(offset, "__index__"), "`offset` must be an int", offset=offset)
    axes = shape_rules.two_axes(x, axis1, axis2)
    return tuple(n for i, n in enumerate(x) if i not in axes)


def einsum_terms(subscripts, shapes):
    """Letters of each operand and of the result, the ellipsis spelled out with capital digits of its own."""
    subscripts = subscripts.replace(" ", "")
    left, arrow, result = subscripts.partition("->")
    terms = left.split(",")
    if len(terms) != len(shapes):
        raise ValueError(
            f"`subscripts` must name {len(terms)} operands, as it has that many terms. Received: {subscripts!r} with {len(shapes)} operands"
        )
    dots = [len(s) - len(t.replace("...", "")) for t, s in zip(terms, shapes) if "..." in t]
    longest = max(dots, default=0)
    spelled = [list(spelled_out(t, len(s), longest)) for t, s in zip(terms, shapes)]
    if arrow:
        return spelled, list(spelled_out(result, longest + len(result.replace("...", "")), longest))
    letters = [c for t in terms for c in t.replace("...", "")]
    implicit = sorted(c for c in set(letters) if letters.count(c) == 1)
    return spelled, [("dot", i) for i in range(longest)] + implicit


def spelled_out(term, rank, longest):
    if "..." not in term:
        if len(term) != rank:
            raise ValueError(
                f"each term of `subscripts` must have one letter for each dimension. Received: {term!r} for rank {rank}"
            )
        yield from term
        return
    before, _, after = term.partition("...")
    count = rank - len(before) - len(after)
    yield from before
    yield from (("dot", longest - count + i) for i in range(count))
    yield from after


def einsum_shape(subscripts, shapes):
    terms, result = einsum_terms(subscripts, shapes)
    sizes = {}
    for term, shape in zip(terms, shapes):
        for letter, n in zip(term, shape):
            known = sizes.get(letter)
            if known in (None, 1):
                sizes[letter] = n if n is not None or known is None else known
            elif n not in (None, 1, known):
                raise ValueError(
                    f"`subscripts` {subscripts!r} must give dimension {letter!r} one size. Received: {known} and {n}"
                )
    return tuple(sizes[letter] for letter in result)


MOST_EXACT = 1024
"""So many products of two numbers of int8 have a sum that float32 holds exactly, and so are all sums on the way."""


def exact_parts(size):
    """Slices of an axis that is summed over, each as long as float32 holds sums of products of int8."""
    return [slice(start, min(start + MOST_EXACT, size)) for start in range(0, size, MOST_EXACT)]
