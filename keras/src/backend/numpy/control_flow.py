"""Control flow on NumPy: Python's own, over nested structures of arrays."""

import operator

import numpy as np

from keras.src import tree


def cond(pred, true_fn, false_fn):
    """Calls one of two functions."""
    return true_fn() if pred else false_fn()


def switch(index, branches, *operands):
    """Calls the branch at `index`, which is clipped into range."""
    return branches[int(np.clip(index, 0, len(branches) - 1))](*operands)


def while_loop(cond, body, loop_vars, maximum_iterations=None):
    """Repeats `body` while `cond` holds."""
    several = isinstance(loop_vars, (tuple, list))
    state = tuple(loop_vars) if several else (loop_vars,)
    state = tree.map_structure(_as_array, state)
    count = 0
    while cond(*state) and (maximum_iterations is None or count < maximum_iterations):
        state = body(*state)
        state = tuple(state) if isinstance(state, (list, tuple)) else (state,)
        count += 1
    return state if several else state[0]


def fori_loop(lower, upper, body_fun, init_val):
    """Repeats `value = body_fun(i, value)`."""
    value = init_val
    for i in range(int(lower), int(upper)):
        value = body_fun(i, value)
    return value


def scan(f, init, xs=None, length=None, reverse=False, unroll=1):
    """Loops over the leading axis of `xs`, carrying a state, and stacks what each step gives out."""
    length = _scan_length(xs, length)
    order = range(length - 1, -1, -1) if reverse else range(length)
    carry, outputs = init, []
    xs = None if xs is None else tree.map_structure(_as_array, xs)
    for i in order:
        carry, y = f(carry, None if xs is None else tree.map_structure(operator.itemgetter(i), xs))
        outputs.append(y)
    return carry, _stack(outputs[::-1] if reverse else outputs)


def _scan_length(xs, length):
    sizes = {len(_as_array(x)) for x in tree.flatten(xs) if x is not None}
    if length is not None:
        sizes.add(int(length))
    if len(sizes) != 1:
        raise ValueError(
            "`scan` needs leading axes of one size, and `length` where there is no `xs`. "
            f"Received: sizes {sorted(sizes)}"
        )
    return sizes.pop()


def _stack(outputs):
    if not outputs:
        return None
    flat = zip(*(tree.flatten(output) for output in outputs))
    stacked = [None if leaves[0] is None else np.stack(leaves) for leaves in flat]
    return tree.pack_sequence_as(outputs[0], stacked)


def map(f, xs):
    """Calls `f` on each element along the leading axis."""
    return scan(lambda _, x: ((), f(x)), (), xs)[1]


def vectorized_map(function, elements):
    """As `map`."""
    return map(function, elements)


def associative_scan(f, elems, reverse=False, axis=0):
    """Combines all prefixes along an axis, in a number of calls of `f` that grows with the logarithm of the length."""
    flat = [np.moveaxis(_as_array(x), axis, 0) for x in tree.flatten(elems)]
    if len({len(x) for x in flat}) != 1:
        raise ValueError(
            f"`associative_scan` needs elements of one size along axis {axis}. Received: {[x.shape for x in flat]}"
        )
    if reverse:
        flat = [x[::-1] for x in flat]

    def combine(left, right):
        # `f` sees the axis where the caller has it.
        left, right = ([np.moveaxis(x, 0, axis) for x in side] for side in (left, right))
        result = f(tree.pack_sequence_as(elems, left), tree.pack_sequence_as(elems, right))
        return [np.moveaxis(x, axis, 0) for x in tree.flatten(result)]

    flat = _prefixes(combine, flat)
    if reverse:
        flat = [x[::-1] for x in flat]
    return tree.pack_sequence_as(elems, [np.moveaxis(x, 0, axis) for x in flat])


def _prefixes(combine, xs):
    """Prefixes at odd places are those of the combined pairs; those at even places follow from them."""
    size = len(xs[0])
    if size < 2:
        return xs
    odd = _prefixes(combine, combine([x[: size - 1 : 2] for x in xs], [x[1::2] for x in xs]))
    results = [np.empty(x.shape, y.dtype) for x, y in zip(xs, odd)]
    for result, x, y in zip(results, xs, odd):
        result[0] = x[0]
        result[1::2] = y
    if size > 2:
        rest = combine([y[: (size - 1) // 2] for y in odd], [x[2::2] for x in xs])
        for result, even in zip(results, rest):
            result[2::2] = even
    return results


def unstack(x, num=None, axis=0):
    """Splits into a list of arrays without the axis."""
    return list(np.moveaxis(x, axis, 0))


def stop_gradient(variable):
    """Returns its argument: there are no gradients."""
    return variable


def custom_gradient(f):
    """Wraps a function that returns its result and a gradient function; the latter is dropped."""

    def without_gradient(*args, **kwargs):
        return f(*args, **kwargs)[0]

    return without_gradient


def remat(f):
    """Returns `f`: nothing is kept for gradients."""
    return f


def _as_array(x):
    return x if isinstance(x, (np.ndarray, np.generic)) else _convert(x)


def _convert(x):
    array = np.asarray(x)
    return array.astype({"i": "int32", "f": "float32"}.get(array.dtype.kind, array.dtype))
