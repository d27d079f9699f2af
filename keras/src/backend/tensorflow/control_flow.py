"""Control flow over structures of tensors, in eager mode by Python, in functions by nodes of the graph."""

import tensorflow as tf

from keras.src import tree
from keras.src.backend.common.variables import Variable as BaseVariable
from keras.src.backend.tensorflow import convertible
from keras.src.backend.tensorflow.tensors import cast, convert_to_tensor, shape


def pack(structure):
    """Tensors of a structure, and the function that puts others in their places; `None` and tensor arrays stay."""
    leaves = tree.flatten(structure)
    tensors = [x if isinstance(x, tf.TensorArray) else convert_to_tensor(x) for x in leaves if x is not None]

    def rebuild(values):
        values = iter(values)
        return tree.pack_sequence_as(structure, [None if x is None else next(values) for x in leaves])

    return tensors, rebuild


def _is_symbolic(x):
    return isinstance(x, (tf.Tensor, tf.Variable)) and not tf.executing_eagerly()


def _value(x):
    return x.value if isinstance(x, BaseVariable) else x


class _Branches:
    """Functions of which one will run in the graph; their results must agree in structure."""

    def __init__(self, functions):
        self.structures = []
        self.flat = [self._flattened(function) for function in functions]

    def _flattened(self, function):
        def run():
            result = function()
            tensors, rebuild = pack(result)
            self.structures.append((result, rebuild))
            return tensors or [tf.constant(0)]  # a branch of a graph must give something

        return run

    def pack(self, tensors):
        """The result in the structure that all branches gave."""
        first, rebuild = self.structures[0]
        for other, _ in self.structures[1:]:
            tree.assert_same_structure(first, other)
        return rebuild(tensors)


def cond(pred, true_fn, false_fn):
    """The result of `true_fn()` where `pred` holds, else of `false_fn()`."""
    pred = _value(pred)
    if not _is_symbolic(pred):
        return true_fn() if pred else false_fn()
    branches = _Branches([true_fn, false_fn])
    return branches.pack(tf.cond(cast(pred, "bool"), *branches.flat))


def switch(index, branches, *operands):
    """The result of `branches[index](*operands)`, `index` being clamped to the range."""
    index = convert_to_tensor(_value(index), "int32")
    index = tf.clip_by_value(index, 0, len(branches) - 1)
    if not _is_symbolic(index):
        return branches[int(index)](*operands)
    branches = _Branches([lambda branch=branch: branch(*operands) for branch in branches])
    return branches.pack(tf.switch_case(index, branches.flat))


def while_loop(cond, body, loop_vars, maximum_iterations=None):
    """Repeats `loop_vars = body(*loop_vars)` while `cond(*loop_vars)` holds.

    Args:
        cond: Function of the loop variables that gives a boolean.
        body: Function of the loop variables that gives their next values.
        loop_vars: Tuple or list of structures of tensors; anything else is one loop variable.
        maximum_iterations: Integer, or `None`.

    Returns:
        The last values, in the structure of `loop_vars`.
    """
    several = isinstance(loop_vars, (tuple, list))
    variables = tuple(loop_vars) if several else (loop_vars,)
    tensors, rebuild = pack(variables)

    def step(*values):
        result = body(*rebuild(values))
        result = (result,) if not several else tuple(result) if isinstance(result, (tuple, list)) else (result,)
        return _as_before(values, pack(result)[0])

    def goes_on(*values):
        return convert_to_tensor(cond(*rebuild(values)), "bool")

    result = rebuild(tf.while_loop(goes_on, step, tensors, maximum_iterations=maximum_iterations))
    if not several:
        return result[0]
    return list(result) if isinstance(loop_vars, list) else result


def _as_before(old, new):
    if len(old) != len(new):
        raise ValueError(f"`body` must give as many tensors as it takes. It takes {len(old)} and gave {len(new)}.")
    return list(new)


def fori_loop(lower, upper, body_fun, init_val):
    """Folds `val = body_fun(i, val)` over the integers from `lower` to `upper`."""
    # A known bound lets XLA differentiate the loop.
    most = max(upper - lower, 0) if isinstance(lower, int) and isinstance(upper, int) else None
    upper = convert_to_tensor(_value(upper))
    lower = convert_to_tensor(_value(lower), upper.dtype)
    final = while_loop(
        lambda i, _: i < upper,
        lambda i, value: (i + 1, body_fun(i, value)),
        (lower, init_val),
        maximum_iterations=most,
    )
    return final[1]


def scan(f, init, xs=None, length=None, reverse=False, unroll=1):
    """Folds `carry, y = f(carry, x)` over the leading axis of `xs`, and stacks the `y`s.

    Args:
        f: Function of a carry and a slice of `xs`.
        init: First carry, a structure of tensors.
        xs: Structure of tensors with equal leading sizes, or `None`.
        length: Number of steps, needed where `xs` is `None`.
        reverse: Whether to go from the last slice to the first.
        unroll: `True` writes the steps out in the graph.

    Returns:
        The last carry and the stacked `y`s.
    """
    inputs, rebuild_x = pack(xs)
    count = _length(inputs, length)
    if isinstance(count, int) and count and (tf.executing_eagerly() or unroll is True or _has_open_list(init)):
        return _scan_by_steps(f, init, inputs, rebuild_x, count, reverse)
    return _scan_by_loop(f, init, inputs, rebuild_x, count, reverse)


def _length(inputs, length):
    sizes = [shape(x)[0] for x in inputs]
    known = {n for n in [*sizes, length] if isinstance(n, int)}
    if len(known) > 1:
        raise ValueError(f"`length` and the leading sizes of `xs` must be equal. Received: {sorted(known)}")
    if known:
        return known.pop()
    if not sizes and length is None:
        raise ValueError("`scan` needs `xs` or `length`. Received: xs=None, length=None")
    return sizes[0] if sizes else length


def _has_open_list(init):
    """Whether a loop would collect tensors of open sizes, which converters do not know lists of."""
    return convertible.wanted() and not all(x.shape.is_fully_defined() for x in pack(init)[0])


def _scan_by_steps(f, init, inputs, rebuild_x, count, reverse):
    slices = [tf.unstack(x, count) for x in inputs]
    carry, results = pack(init)[1](pack(init)[0]), [None] * count
    for i in reversed(range(count)) if reverse else range(count):
        carry, results[i] = f(carry, rebuild_x([s[i] for s in slices]))
    columns = zip(*[pack(y)[0] for y in results])
    return carry, pack(results[0])[1]([tf.stack(column) for column in columns])


def _scan_by_loop(f, init, inputs, rebuild_x, count, reverse):
    carry, rebuild_carry = pack(init)
    example, rebuild_y = _example_of_y(f, carry, rebuild_carry, inputs, rebuild_x)
    arrays = [tf.TensorArray(x.dtype, count, element_shape=x.shape[1:]).unstack(x) for x in inputs]
    outputs = [tf.TensorArray(y.dtype, count, element_shape=y.shape) for y in example]

    def step(i, carry, outputs):
        position = count - 1 - i if reverse else i
        slices = [array.read(position) for array in arrays]
        new, y = f(rebuild_carry(carry), rebuild_x(slices))
        outputs = [array.write(position, leaf) for array, leaf in zip(outputs, pack(y)[0])]
        return i + 1, _as_before(carry, pack(new)[0]), outputs

    maximum = count if isinstance(count, int) else None
    loop_vars = (tf.constant(0), carry, outputs)
    _, carry, outputs = tf.while_loop(lambda i, *_: i < count, step, loop_vars, maximum_iterations=maximum)
    return rebuild_carry(carry), rebuild_y([array.stack() for array in outputs])


def _example_of_y(f, carry, rebuild_carry, inputs, rebuild_x):
    """Symbolic leaves of one `y`, found by tracing one step in a graph that is thrown away."""

    def placeholder(like, dims):
        return tf.compat.v1.placeholder(like.dtype, dims)

    with tf.__internal__.FuncGraph("scan_step").as_default():
        first = rebuild_carry([placeholder(c, c.shape) for c in carry])
        _, y = f(first, rebuild_x([placeholder(x, x.shape[1:]) for x in inputs]))
        return pack(y)


def map(f, xs):
    """Applies `f` to each slice of `xs` along the leading axis, and stacks the results."""
    return scan(lambda carry, x: (carry, f(x)), (), xs)[1]


def vectorized_map(function, elements):
    """Applies `function` to all slices of `elements` along the leading axis at once."""
    tensors, rebuild = pack(elements)
    return tf.vectorized_map(function, rebuild(tensors))


def associative_scan(f, elems, reverse=False, axis=0):
    """Running results of the associative `f` along `axis`: the last slice combines all."""
    tensors, rebuild = pack(elems)
    tensors = [_axis_to_front(x, axis) for x in tensors]
    if reverse:
        tensors = [tf.reverse(x, [0]) for x in tensors]

    def combine(left, right):
        return pack(f(rebuild(left), rebuild(right)))[0]

    count = shape(tensors[0])[0]
    if isinstance(count, int):
        tensors = _scan_halves(combine, tensors, count)
    else:
        tensors = _scan_doubling(combine, tensors, count)
    if reverse:
        tensors = [tf.reverse(x, [0]) for x in tensors]
    return rebuild([_axis_from_front(x, axis) for x in tensors])


def _scan_halves(combine, xs, count):
    """Pairs are combined, their scan gives the odd places, and one more combination the even ones: linear work."""
    if count < 2:
        return xs
    pairs = combine([x[0 : count - 1 : 2] for x in xs], [x[1:count:2] for x in xs])
    odd = _scan_halves(combine, pairs, count // 2)
    even = combine([x[: (count - 1) // 2] for x in odd], [x[2::2] for x in xs])
    even = [tf.concat([x[:1], e], 0) for x, e in zip(xs, even)] if count > 2 else [x[:1] for x in xs]
    return [_interleave(e, o, count) for e, o in zip(even, odd)]


def _interleave(even, odd, count):
    paired = tf.stack([even[: count // 2], odd], axis=1)
    paired = tf.reshape(paired, [2 * (count // 2), *shape(even)[1:]])
    return tf.concat([paired, even[-1:]], 0) if count % 2 else paired


def _scan_doubling(combine, xs, count):
    """For a length known only at run time: each round combines with what stands 1, 2, 4, ... places before."""

    def step(distance, xs):
        places = tf.range(count)
        before = [tf.gather(x, tf.maximum(places - distance, 0)) for x in xs]
        combined = combine(before, list(xs))
        keep = places < distance
        chosen = [tf.where(tf.reshape(keep, [-1] + [1] * (x.shape.rank - 1)), x, c) for x, c in zip(xs, combined)]
        return distance * 2, [tf.ensure_shape(c, x.shape) for c, x in zip(chosen, xs)]

    return list(tf.while_loop(lambda distance, _: distance < count, step, (tf.constant(1), xs))[1])


def _axis_to_front(x, axis):
    if not axis:
        return x
    order = list(range(x.shape.rank))
    order.insert(0, order.pop(axis))
    return tf.transpose(x, order)


def _axis_from_front(x, axis):
    if not axis:
        return x
    order = list(range(x.shape.rank))
    order.insert(axis % x.shape.rank, order.pop(0))
    return tf.transpose(x, order)
