"""Loops and branches: each body is a graph of its own, which may use what stands around it."""

import numpy as np

from keras.src import tree
from keras.src.backend.onnx import build
from keras.src.backend.onnx.graph import (
    Graph,
    constant,
    current,
    emit,
    emit_elementwise,
    emit_several,
    inverse,
    settled,
    transposed,
)
from keras.src.backend.onnx.tensor import NotInGraph, Tensor, Unknown, is_symbolic, known


def _tensors(structure):
    """A structure with numbers and arrays as tensors; `None` stays."""
    return tree.map_structure(lambda x: x if x is None else constant(x), structure)


def _leaves(structure):
    return [x for x in tree.flatten(structure) if x is not None]


def _packed(structure, leaves):
    leaves = iter(leaves)
    return tree.map_structure(lambda x: None if x is None else next(leaves), structure)


def _body(inputs, function):
    """A graph with inputs like the tensors given, and what the function gave for them.

    Args:
        inputs: List of `(dims, dtype)`.
        function: Function of the list of inputs.
    """
    body = Graph(parent=current())
    with body.opened():
        tensors = [body.input(dims, dtype, None) for dims, dtype in inputs]
        result = function(tensors)
        body.outputs = [_own(body, x) for x in _leaves(result)]
    return body, result


def _own(body, x):
    """An output of a body must be a value that is made in it."""
    x = settled(constant(x))
    if x.node in body.nodes:
        return x
    return emit("Identity", [x], x.dims, x.dtype)


def scan(f, init, xs=None, length=None, reverse=False, unroll=1):
    """Carries a state through a loop over the leading axis of `xs`: a `Scan` node."""
    carry, xs = _tensors(init), _tensors(xs)
    states, sequences = _leaves(carry), _leaves(xs)
    if not sequences:
        return _counted(f, carry, length, reverse)
    count = len(states)
    inputs = [(x.dims, x.dtype) for x in states] + [(x.dims[1:], x.dtype) for x in sequences]
    y = None

    def run(tensors):
        nonlocal y
        new, y = f(_packed(carry, tensors[:count]), None if xs is None else _packed(xs, tensors[count:]))
        new = [build.cast(constant(x), old.dtype) for x, old in zip(_leaves(new), states)]
        return new + [constant(x) for x in _leaves(y)]

    body, _ = _body(inputs, run)
    n = sequences[0].dims[0]
    outputs = [(x.dims, x.dtype) for x in states] + [((n, *x.dims), x.dtype) for x in body.outputs[count:]]
    ys = len(outputs) - count
    results = emit_several(
        "Scan",
        states + sequences,
        outputs,
        body=body,
        num_scan_inputs=len(sequences),
        scan_input_directions=[int(reverse)] * len(sequences),
        scan_output_directions=[int(reverse)] * ys if ys else None,
    )
    return _packed(carry, results[:count]), None if y is None else _packed(y, results[count:])


def _counted(f, carry, length, reverse):
    """A scan over nothing but a number of steps."""
    return scan(lambda c, _: f(c, None), carry, np.zeros(length, np.int32), reverse=reverse)


def while_loop(cond, body, loop_vars, maximum_iterations=None):
    """Repeats `body` as long as `cond` holds: a `Loop` node."""
    is_single = not isinstance(loop_vars, (list, tuple))
    variables = _tensors([loop_vars] if is_single else loop_vars)
    states = _leaves(variables)

    def holds(structure):
        return build.cast(constant(cond(*structure)), "bool")

    def run(tensors):
        result = body(*_packed(variables, tensors[2:]))
        result = [result] if is_single or not isinstance(result, (list, tuple)) else result
        new = [build.cast(constant(x), old.dtype) for x, old in zip(_leaves(result), states)]
        return [holds(_packed(variables, new)), *new]

    outputs = [(x.dims, x.dtype) for x in states]
    graph, _ = _body([((), np.int64), ((), np.bool_), *outputs], run)
    most = None if maximum_iterations is None else build.cast(constant(maximum_iterations), "int64")
    results = emit_several("Loop", [most, holds(variables), *states], outputs, body=graph)
    results = _packed(variables, results)
    return results[0] if is_single else results


def fori_loop(lower, upper, body_fun, init_val):
    """Applies `body_fun(i, value)` for each `i`."""
    state = (constant(np.int32(lower)) if not isinstance(lower, Tensor) else lower, init_val)

    def step(i, value):
        return emit_elementwise("Add", [i, build.like(1, i)]), body_fun(i, value)

    def goes_on(i, value):
        return emit_elementwise("Less", [i, build.cast(constant(upper), i.dtype)], np.bool_)

    return while_loop(goes_on, step, state)[1]


def map(f, xs):
    """`f` of each element along the leading axis of `xs`, stacked."""
    return scan(lambda carry, x: (carry, f(x)), None, xs)[1]


def vectorized_map(function, elements):
    """As `map`."""
    return map(function, elements)


def associative_scan(f, elems, reverse=False, axis=0):
    """All prefix results, one after the other."""
    leaves = tree.flatten(_tensors(elems))
    moved = [_first(x, axis) for x in leaves]
    edge = -1 if reverse else 0
    init = tree.pack_sequence_as(elems, [x[edge : None if reverse else 1] for x in moved])
    rest = tree.pack_sequence_as(elems, [x[:-1] if reverse else x[1:] for x in moved])
    expanded = [build.unsqueeze(x, [1]) for x in tree.flatten(rest)]

    def step(carry, x):
        new = f(carry, x)
        return new, new

    _, ys = scan(step, init, tree.pack_sequence_as(elems, expanded), reverse=reverse)
    first, rows = tree.flatten(init), [build.squeeze(y, [1]) for y in tree.flatten(ys)]
    joined = [build.concatenated([y, x] if reverse else [x, y], 0) for x, y in zip(first, rows)]
    return tree.pack_sequence_as(elems, [_first(x, axis, back=True) for x in joined])


def _first(x, axis, back=False):
    """`x` with an axis brought to the front, or back."""
    axis %= x.ndim
    order = [axis, *(i for i in range(x.ndim) if i != axis)]
    return transposed(x, inverse(order) if back else order)


def cond(pred, true_fn, false_fn):
    """One of two results: an `If` node."""
    if not is_symbolic(pred) or pred.value is not None:
        return true_fn() if bool(np.asarray(pred if not isinstance(pred, Tensor) else pred.value)) else false_fn()
    branches = [_body([], lambda _, f=f: _tensors(f())) for f in (true_fn, false_fn)]
    (then, result), (otherwise, other) = branches
    tree.assert_same_structure(result, other)
    outputs = []
    for a, b in zip(then.outputs, otherwise.outputs):
        if a.ndim != b.ndim:
            raise NotInGraph("Both branches of `cond` must give tensors of one rank in an ONNX graph.")
        outputs.append(
            (tuple(m if m is n or (known(m) and m == n) else Unknown() for m, n in zip(a.dims, b.dims)), a.dtype)
        )
    if not outputs:
        return result
    pred = build.cast(pred, "bool")
    pred = build.squeeze(pred, list(range(pred.ndim))) if pred.ndim else pred
    results = emit_several("If", [pred], outputs, then_branch=then, else_branch=otherwise)
    return _packed(result, results)


def switch(index, branches, *operands):
    """`branches[index]` of the operands; the index is clamped."""
    if not is_symbolic(index) or index.value is not None:
        number = int(np.asarray(index if not isinstance(index, Tensor) else index.value))
        return branches[min(max(number, 0), len(branches) - 1)](*operands)
    if len(branches) == 1:
        return branches[0](*operands)
    is_first = emit_elementwise("LessOrEqual", [index, build.like(0, index)], np.bool_)
    return cond(
        is_first,
        lambda: branches[0](*operands),
        lambda: switch(emit_elementwise("Sub", [index, build.like(1, index)]), branches[1:], *operands),
    )


def repeated(count, step, *state):
    """What the state has become after `count` calls `state = step(i, *state)`; shapes and dtypes stay."""
    return fori_loop(0, count, lambda i, values: step(i, *values), tuple(state))
