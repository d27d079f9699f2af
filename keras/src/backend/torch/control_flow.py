"""Branches and loops: Python's own in eager code, operators of the graph under `torch.compile` where data decides."""

import torch
from torch._higher_order_ops.while_loop import while_loop as traced_while_loop

from keras.src import tree
from keras.src.backend.torch import traced_scan


def cond(pred, true_fn, false_fn):
    """The result of `true_fn()` where the scalar `pred` holds, else of `false_fn()`."""
    if not isinstance(pred, torch.Tensor):
        return true_fn() if pred else false_fn()
    if torch.compiler.is_compiling():
        return torch.cond(pred.reshape(()).to(torch.bool), _without_aliases(true_fn), _without_aliases(false_fn), ())
    if torch._C._functorch.is_functorch_wrapped_tensor(pred):
        return _select(pred, true_fn(), false_fn())
    if torch._subclasses.fake_tensor.is_fake(pred) or pred.device.type == "meta":
        return true_fn()  # only shapes are asked for, and both branches must agree on them
    return true_fn() if pred else false_fn()


def cond_must_be_pure():
    """Whether the branches of `cond` may not even open a scope: so while Dynamo traces."""
    return torch.compiler.is_compiling()


def _without_aliases(function):
    """A branch whose results are tensors of their own, as a traced branch must have them."""
    return lambda: tree.map_structure(lambda x: None if x is None else torch.as_tensor(x).clone(), function())


def _select(pred, when_true, when_false):
    """Both branches, merged element by element: what remains of a branch under `vmap`."""
    pred = pred.to(torch.bool)
    return tree.map_structure(lambda a, b: None if a is None else torch.where(pred, a, b), when_true, when_false)


def switch(index, branches, *operands):
    """Calls the branch of number `index`, held to the range of the branches, on the operands."""
    if isinstance(index, torch.Tensor) and (torch.compiler.is_compiling() or index.device.type == "meta"):
        return _switch_by_cond(index, list(branches), operands)
    return branches[min(max(int(index), 0), len(branches) - 1)](*operands)


def _switch_by_cond(index, branches, operands):
    if len(branches) == 1:
        return branches[0](*operands)
    return cond(index <= 0, lambda: branches[0](*operands), lambda: _switch_by_cond(index - 1, branches[1:], operands))


def while_loop(cond, body, loop_vars, maximum_iterations=None):
    """Calls `body` on the loop variables while `cond` holds of them.

    Args:
        cond: Callable from the loop variables to a scalar.
        body: Callable from the loop variables to their next values.
        loop_vars: Tuple or list of structures of tensors, or one of them.
        maximum_iterations: Number of calls of `body` at most.

    Returns:
        The last values, structured as `loop_vars`.
    """
    several = isinstance(loop_vars, (tuple, list))
    values = tuple(loop_vars) if several else (loop_vars,)
    if torch.compiler.is_compiling():
        values = _traced_loop(cond, body, values, maximum_iterations)
    else:
        values = _python_loop(cond, body, values, maximum_iterations)
    return type(loop_vars)(values) if several else values[0]


def _python_loop(cond, body, values, maximum_iterations):
    iteration = 0
    while (maximum_iterations is None or iteration < maximum_iterations) and cond(*values):
        values = _as_tuple(body(*values))
        iteration += 1
    return values


def _as_tuple(values):
    return tuple(values) if isinstance(values, (tuple, list)) else (values,)


def _traced_loop(cond, body, values, maximum_iterations):
    limit = 2**62 if maximum_iterations is None else int(maximum_iterations)
    leaves = [torch.as_tensor(x) for x in tree.flatten(values)]
    counter = torch.zeros((), dtype=torch.int64, device=leaves[0].device)

    def holds(counter, *leaves):
        answer = torch.as_tensor(cond(*tree.pack_sequence_as(values, leaves)))
        return torch.logical_and(counter < limit, answer.reshape(()))

    def advance(counter, *leaves):
        after = tree.flatten(_as_tuple(body(*tree.pack_sequence_as(values, leaves))))
        return counter + 1, *[torch.as_tensor(new).to(old.dtype).clone() for new, old in zip(after, leaves)]

    _, *leaves = traced_while_loop(holds, advance, (counter, *leaves))
    return tree.pack_sequence_as(values, leaves)


def fori_loop(lower, upper, body_fun, init_val):
    """Calls `value = body_fun(i, value)` for `i` from `lower` up to, not including, `upper`."""
    if isinstance(upper, torch.Tensor) and torch.compiler.is_compiling():
        start = torch.as_tensor(lower, device=upper.device).to(upper.dtype)
        last = while_loop(lambda i, _: i < upper, lambda i, value: (i + 1, body_fun(i, value)), (start, init_val))
        return last[1]
    value = init_val
    for i in range(int(lower), int(upper)):
        value = body_fun(i, value)
    return value


def scan(f, init, xs=None, length=None, reverse=False, unroll=1):
    """Carries a value over the slices of `xs`, and stacks what each step gives.

    Args:
        f: Callable `(carry, x) -> (carry, y)`.
        init: Structure of tensors: the first carry.
        xs: Structure of tensors with equal first dimensions, or `None`.
        length: Number of steps; needed without `xs`.
        reverse: Whether the steps go from the last slice to the first.
        unroll: Not needed here: loops are Python's.

    Returns:
        Tuple of the last carry and the stacked `y`.
    """
    leaves = [] if xs is None else tree.flatten(xs)
    if traced_scan.has_open_length(leaves, length):
        return traced_scan.scan(f, init, xs, length, reverse)
    length = _number_of_steps(leaves, length)
    slices = [torch.unbind(leaf) for leaf in leaves]
    carry, ys = init, [None] * length
    for i in reversed(range(length)) if reverse else range(length):
        x = None if xs is None else tree.pack_sequence_as(xs, [s[i] for s in slices])
        carry, ys[i] = f(carry, x)
    return carry, _stack(ys)


def _number_of_steps(leaves, length):
    lengths = {int(leaf.shape[0]) for leaf in leaves} | ({int(length)} if length is not None else set())
    if len(lengths) != 1:
        raise ValueError(
            "`scan` takes as many steps as the tensors in `xs` have slices, and `length` must be equal to that. "
            f"Received: sizes {sorted(lengths)}, length={length}"
        )
    return lengths.pop()


def _stack(results):
    """One structure of stacked tensors from a list of equal structures."""
    if not results:
        return None
    return tree.map_structure(lambda *leaves: None if leaves[0] is None else torch.stack(list(leaves)), *results)


def map(f, xs):
    """Calls `f` on each slice of `xs` along the first dimension, and stacks the results."""
    return scan(lambda _, x: (None, f(x)), None, xs)[1]


def vectorized_map(function, elements):
    """As `map`, in one call on all slices at once where PyTorch can; else slice by slice."""
    try:
        return torch.vmap(function, randomness="different")(elements)
    except (RuntimeError, NotImplementedError, ValueError):
        return map(function, elements)


def associative_scan(f, elems, reverse=False, axis=0):
    """All prefix results of an associative function along an axis.

    Args:
        f: Callable `(a, b) -> c` on structures like `elems`, associative, over whole batches of slices.
        elems: Structure of tensors of equal size along `axis`.
        reverse: Whether to go from the end.
        axis: The axis.

    Returns:
        Structure like `elems`.
    """
    leaves = tree.flatten(elems)
    length = leaves[0].shape[axis]
    if any(leaf.shape[axis] != length for leaf in leaves):
        raise ValueError(
            f"`elems` must hold tensors of equal size along axis {axis}. "
            f"Received shapes: {[tuple(x.shape) for x in leaves]}"
        )
    flip = (lambda x: torch.flip(x, (axis,))) if reverse else (lambda x: x)
    leaves = [flip(leaf) for leaf in leaves]
    step = 1
    # Each round doubles the stretch that an element sums up: few calls of `f`, which is what counts here.
    while step < length:
        head = [leaf.narrow(axis, 0, step) for leaf in leaves]
        before = tree.pack_sequence_as(elems, [leaf.narrow(axis, 0, length - step) for leaf in leaves])
        after = tree.pack_sequence_as(elems, [leaf.narrow(axis, step, length - step) for leaf in leaves])
        tail = tree.flatten(f(before, after))
        leaves = [torch.cat([a, b], axis) for a, b in zip(head, tail)]
        step *= 2
    return tree.pack_sequence_as(elems, [flip(leaf) for leaf in leaves])
