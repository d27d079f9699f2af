"""Operations on any tensor, and control flow."""

import functools

import numpy as np

from keras.src import backend, tree
from keras.src.api_export import keras_export
from keras.src.backend import door
from keras.src.backend.common import shape_rules
from keras.src.backend.common.dtypes import standardize_dtype
from keras.src.backend.common.keras_tensor import KerasTensor, any_symbolic_tensors, of_any_rank
from keras.src.backend.common.variables import Variable
from keras.src.graph.operation import Operation, constructor_parameters, description_of_tensor
from keras.src.ops.declare import Tensor, op
from keras.src.ops.dispatch import DENSE, taken_by
from keras.src.ops.dtype_rules import as_is


@keras_export("keras.ops.convert_to_tensor")
def convert_to_tensor(x, dtype=None, sparse=None, ragged=None):
    """A tensor of the engine from an array, a number, nested lists or a variable.

    Args:
        x: What to convert. A symbolic tensor becomes one of `dtype`.
        dtype: Dtype of the result; by default that of `x`, floatx for Python floats, int32 for Python ints.
        sparse: `False` makes sparse tensors dense, `True` and `None` leave them.
        ragged: Likewise for ragged tensors.

    Returns:
        Tensor of the engine.

    Example:

    >>> keras.ops.convert_to_tensor([1.0, 2.0]).shape
    (2,)
    """
    if isinstance(x, KerasTensor):
        return ConvertToTensor(dtype, sparse, ragged).symbolic_call(x)
    try:
        return backend.core.convert_to_tensor(x, dtype=dtype, sparse=sparse, ragged=ragged)
    except Exception:
        server = door.server_among([x])
        if server is None:
            raise
    return server.core.convert_to_tensor(x, dtype=dtype, sparse=sparse, ragged=ragged)


class ConvertToTensor(Operation):
    """The operation of `keras.ops.convert_to_tensor` in a graph."""

    def __init__(self, dtype=None, sparse=None, ragged=None, *, name=None):
        super().__init__(name=name)
        self.dtype = None if dtype is None else standardize_dtype(dtype)
        self.sparse, self.ragged = sparse, ragged

    def call(self, x):
        return backend.core.convert_to_tensor(x, dtype=self.dtype, sparse=self.sparse, ragged=self.ragged)

    def compute_output_spec(self, x):
        kept_sparse, kept_ragged = x.sparse and self.sparse is not False, x.ragged and self.ragged is not False
        return of_any_rank(x.shape, self.dtype or x.dtype, sparse=kept_sparse, ragged=kept_ragged)


@keras_export("keras.ops.convert_to_numpy")
def convert_to_numpy(x):
    """A NumPy array with the values of a tensor, a variable or nested lists.

    Example:

    >>> x = keras.ops.ones((2,))
    >>> type(keras.ops.convert_to_numpy(x))
    <class 'numpy.ndarray'>
    """
    return backend.core.convert_to_numpy(x)


@keras_export("keras.ops.is_tensor")
def is_tensor(x):
    """Whether `x` is a tensor of the engine that runs, or of a graph that another one builds (`False` for a symbolic one).

    Example:

    >>> keras.ops.is_tensor(keras.ops.ones((2,)))
    True
    >>> keras.ops.is_tensor(np.ones)
    False
    """
    return backend.is_tensor(x)


@keras_export("keras.ops.shape")
def shape(x):
    """Shape of a tensor as a tuple; a size that is only known while running is a scalar tensor, or `None` symbolically.

    Example:

    >>> keras.ops.shape(keras.ops.ones((2, 3)))
    (2, 3)
    >>> keras.ops.shape(keras.Input((3,)))
    (None, 3)
    """
    if type(x) in DENSE:
        return backend.core.shape(x)
    return x.shape if isinstance(x, KerasTensor) else backend.core.shape(x)


@keras_export("keras.ops.dtype")
def dtype(x):
    """Name of the dtype of a tensor.

    Example:

    >>> keras.ops.dtype(keras.ops.ones((2,)))
    'float32'
    """
    return standardize_dtype(x.dtype)


class Cast(Operation):
    """The operation of `keras.ops.cast` in a graph."""

    def __init__(self, dtype, *, name=None):
        super().__init__(name=name)
        self.dtype = standardize_dtype(dtype)

    def call(self, x):
        return backend.core.cast(x, self.dtype)

    def compute_output_spec(self, x):
        return of_any_rank(x.shape, self.dtype, sparse=x.sparse, ragged=x.ragged)


@keras_export("keras.ops.cast")
def cast(x, dtype):
    """`x` in another dtype.

    Args:
        x: Tensor or variable.
        dtype: Name of the dtype.

    Returns:
        Tensor of the shape of `x`.

    Example:

    >>> keras.ops.cast([0.5, 1.5], "int32")
    array([0, 1], dtype=int32)
    """
    if type(x) not in DENSE and isinstance(x, KerasTensor):
        return Cast(dtype).symbolic_call(x)
    return backend.core.cast(x, standardize_dtype(dtype))


@op(dtype=as_is, shape=shape_rules.first, sparse="all")
def stop_gradient(variable: Tensor):
    """`variable` as a constant: no gradient flows through the result.

    Example:

    >>> keras.ops.stop_gradient([1.0, 2.0])
    array([1., 2.], dtype=float32)
    """


# Control flow


_NOT_YET_TENSORS = (bool, int, float, complex, np.ndarray, np.generic, Variable)


def _as_tensors(structure, core=None):
    """Arrays, numbers and variables as tensors: functions that loop over them see what compiled code would show them."""
    core = core or backend.core
    structure = _without_constants(structure, core)
    return tree.map_structure(lambda x: core.convert_to_tensor(x) if isinstance(x, _NOT_YET_TENSORS) else x, structure)


def _without_constants(structure, core):
    """A structure in which tensors of the running engine are tensors of the one with this core."""
    if core is backend.core:
        return structure
    return tree.map_structure(lambda x: taken_by(core, x) if backend.core.is_tensor(x) else x, structure)


def _for_engine(core, function):
    """A function of a loop or a branch, whose results may be constants of the running engine."""
    if core is backend.core or not callable(function):
        return function
    return lambda *args: _without_constants(function(*args), core)


def _branched(pred, true_fn, false_fn):
    core = door.engine_for(pred).core
    return core.cond(pred, _for_engine(core, true_fn), _for_engine(core, false_fn))


def _switched(index, branches, operands):
    core = door.engine_for(index, *tree.flatten(operands)).core
    return core.switch(index, [_for_engine(core, b) for b in branches], *_without_constants(operands, core))


def _looped(name, first, structures, **settings):
    """Calls a loop of the engine, or of the server of foreign tensors.

    Args:
        name: Its name in the contract.
        first: Its first arguments: functions, perhaps bounds.
        structures: The structures of tensors that follow.
        **settings: Its other arguments.
    """
    core = door.engine_for(*tree.flatten((first, structures))).core
    first = [_for_engine(core, x) for x in first]
    return getattr(core, name)(*first, *(_as_tensors(x, core) for x in structures), **settings)


def _specs(structure):
    """New symbolic tensors like those of a structure, as loops keep their values in shape and dtype."""
    return tree.map_structure(
        lambda x: KerasTensor(x.shape, x.dtype) if isinstance(x, KerasTensor) else x,
        tree.map_structure(description_of_tensor, _as_tensors(structure)),
    )


class Scan(Operation):
    """The operation of `keras.ops.scan` in a graph."""

    def __init__(self, length=None, reverse=False, unroll=1, *, name=None):
        super().__init__(name=name)
        self.length, self.reverse, self.unroll = length, reverse, unroll

    def call(self, f, init, xs=None):
        settings = {"length": self.length, "reverse": self.reverse, "unroll": self.unroll}
        return _looped("scan", (f,), (init, xs), **settings)

    def compute_output_spec(self, f, init, xs=None):
        return backend.core.compute_output_spec(lambda init, xs: self.call(f, init, xs), init, xs)


class AssociativeScan(Operation):
    """The operation of `keras.ops.associative_scan` in a graph."""

    def __init__(self, reverse=False, axis=0, *, name=None):
        super().__init__(name=name)
        self.reverse, self.axis = reverse, axis

    def call(self, f, elems):
        return _looped("associative_scan", (f,), (elems,), reverse=self.reverse, axis=self.axis)

    def compute_output_spec(self, f, elems):
        return _specs(elems)


class Map(Operation):
    """The operation of `keras.ops.map` in a graph."""

    def call(self, f, xs):
        return _looped("map", (f,), (xs,))

    def compute_output_spec(self, f, xs):
        return backend.core.compute_output_spec(lambda xs: self.call(f, xs), xs)


class _HoldsFunctions(Operation):
    """An operation whose constructor takes functions; those named here are made again when its config is read."""

    FUNCTIONS_IN_CONFIG = ()

    def get_config(self):
        names = [p.name for p in constructor_parameters(type(self)) if p.name != "name"]
        return {"name": self.name, **{name: getattr(self, name) for name in names}}


class VectorizedMap(_HoldsFunctions):
    """The operation of `keras.ops.vectorized_map` in a graph."""

    FUNCTIONS_IN_CONFIG = ("function",)

    def __init__(self, function, *, name=None):
        super().__init__(name=name)
        self.function = function

    def call(self, elements):
        return _looped("vectorized_map", (self.function,), (elements,))

    def compute_output_spec(self, elements):
        return backend.core.compute_output_spec(self.call, elements)


class WhileLoop(_HoldsFunctions):
    """The operation of `keras.ops.while_loop` in a graph."""

    FUNCTIONS_IN_CONFIG = ("cond", "body")

    def __init__(self, cond, body, maximum_iterations=None, *, name=None):
        super().__init__(name=name)
        self.cond, self.body, self.maximum_iterations = cond, body, maximum_iterations

    def call(self, loop_vars):
        return _looped("while_loop", (self.cond, self.body), (loop_vars,), maximum_iterations=self.maximum_iterations)

    def compute_output_spec(self, loop_vars):
        return _specs(loop_vars)


class ForiLoop(_HoldsFunctions):
    """The operation of `keras.ops.fori_loop` in a graph."""

    FUNCTIONS_IN_CONFIG = ("body_fun",)

    def __init__(self, lower, upper, body_fun, *, name=None):
        super().__init__(name=name)
        self.lower, self.upper, self.body_fun = lower, upper, body_fun

    def call(self, init_val):
        return _looped("fori_loop", (self.lower, self.upper, self.body_fun), (init_val,))

    def compute_output_spec(self, init_val):
        return _specs(init_val)


class _SymbolicForiLoop(_HoldsFunctions):
    """A loop whose bounds come from the graph."""

    FUNCTIONS_IN_CONFIG = ("body_fun",)

    def __init__(self, body_fun, *, name=None):
        super().__init__(name=name)
        self.body_fun = body_fun

    def call(self, lower, upper, init_val):
        return _looped("fori_loop", (lower, upper, self.body_fun), (init_val,))

    def compute_output_spec(self, lower, upper, init_val):
        return _specs(init_val)


class Cond(Operation):
    """The operation of `keras.ops.cond` in a graph."""

    def __call__(self, *args, **kwargs):
        return self.symbolic_call(*args, **kwargs) if any_symbolic_tensors(args, kwargs) else self.call(*args, **kwargs)

    def call(self, pred, true_fn, false_fn):
        return _branched(pred, true_fn, false_fn)

    def compute_output_spec(self, pred, true_fn, false_fn):
        true_spec = backend.core.compute_output_spec(true_fn)
        false_spec = backend.core.compute_output_spec(false_fn)
        _check_equal_specs(true_spec, false_spec)
        return true_spec


def _check_equal_specs(true_spec, false_spec):
    described = [
        tree.map_structure(lambda x: (x.shape, x.dtype) if isinstance(x, KerasTensor) else x, spec)
        for spec in (true_spec, false_spec)
    ]
    if described[0] != described[1]:
        raise ValueError(
            "keras.ops.cond: `true_fn` and `false_fn` must give outputs of the same structure, shapes and dtypes. "
            f"Received: {described[0]} and {described[1]}"
        )


@keras_export("keras.ops.cond")
def cond(pred, true_fn, false_fn):
    """Calls `true_fn` where `pred` holds, else `false_fn`, also in compiled code.

    Args:
        pred: Scalar bool tensor.
        true_fn: Function of no arguments.
        false_fn: Function of no arguments whose result has the same structure, shapes and dtypes.

    Returns:
        What the function gave.

    Example:

    >>> x = keras.ops.array(5)
    >>> keras.ops.cond(x > 3, lambda: x * 10, lambda: x)
    array(50, dtype=int32)
    """
    if any_symbolic_tensors((pred,)):
        return Cond().symbolic_call(pred, true_fn, false_fn)
    return _branched(pred, true_fn, false_fn)


@keras_export("keras.ops.scan")
def scan(f, init, xs=None, length=None, reverse=False, unroll=1):
    """Carries a state through a loop over the leading axis of `xs`.

    Args:
        f: Function `(carry, x) -> (carry, y)`.
        init: Structure of tensors, the first carry.
        xs: Structure of tensors with a common leading size, or None.
        length: Number of steps; needed when `xs` is None.
        reverse: Whether to go from the last element to the first.
        unroll: Number of steps written out in each turn of the compiled loop.

    Returns:
        Pair of the last carry and the stacked `y`s.

    Example:

    >>> total, sums = keras.ops.scan(lambda c, x: (c + x, c + x), 0, keras.ops.arange(1, 4))
    """
    if any_symbolic_tensors((init, xs)):
        return Scan(length, reverse, unroll).symbolic_call(f, init, xs)
    return _looped("scan", (f,), (init, xs), length=length, reverse=reverse, unroll=unroll)


@keras_export("keras.ops.associative_scan")
def associative_scan(f, elems, reverse=False, axis=0):
    """All prefix results of an associative function, in a logarithmic number of steps.

    Args:
        f: Associative function of two structures like `elems`.
        elems: Structure of tensors with a common size along `axis`.
        reverse: Whether to scan from the end.
        axis: Int, the dimension to scan over.

    Returns:
        Structure like `elems`.

    Example:

    >>> keras.ops.associative_scan(lambda a, b: a + b, keras.ops.array([1, 2, 3, 4]))
    array([ 1,  3,  6, 10], dtype=int32)
    """
    if any_symbolic_tensors((elems,)):
        return AssociativeScan(reverse, axis).symbolic_call(f, elems)
    return _looped("associative_scan", (f,), (elems,), reverse=reverse, axis=axis)


@keras_export("keras.ops.map")
def map(f, xs):
    """Applies `f` to each element along the leading axis of `xs`, one after the other, and stacks the results.

    Example:

    >>> keras.ops.map(lambda row: keras.ops.max(row), keras.ops.array([[1, 5], [7, 2]]))
    array([5, 7], dtype=int32)
    """
    if any_symbolic_tensors((xs,)):
        return Map().symbolic_call(f, xs)
    return _looped("map", (f,), (xs,))


@keras_export("keras.ops.vectorized_map")
def vectorized_map(function, elements):
    """Applies `function` to all elements along the leading axis of `elements` at once, and stacks the results.

    Example:

    >>> keras.ops.vectorized_map(lambda row: keras.ops.flip(row), keras.ops.array([[1, 2], [3, 4]]))
    array([[2, 1],
           [4, 3]], dtype=int32)
    """
    if any_symbolic_tensors((elements,)):
        return VectorizedMap(function).symbolic_call(elements)
    return _looped("vectorized_map", (function,), (elements,))


@keras_export("keras.ops.while_loop")
def while_loop(cond, body, loop_vars, maximum_iterations=None):
    """Repeats `body` as long as `cond` holds.

    Args:
        cond: Function of the loop variables that gives a scalar bool.
        body: Function of the loop variables that gives their next values.
        loop_vars: Tensor, or list or tuple of tensors or structures.
        maximum_iterations: Most turns that are taken; no limit by default.

    Returns:
        The loop variables in the end.

    Example:

    >>> keras.ops.while_loop(lambda i, x: i < 3, lambda i, x: (i + 1, x * 2.0), (keras.ops.array(0), keras.ops.array(1.0)))
    (array(3, dtype=int32), array(8., dtype=float32))
    """
    if any_symbolic_tensors((loop_vars,)):
        return WhileLoop(cond, body, maximum_iterations).symbolic_call(loop_vars)
    return _looped("while_loop", (cond, body), (loop_vars,), maximum_iterations=maximum_iterations)


@keras_export("keras.ops.fori_loop")
def fori_loop(lower, upper, body_fun, init_val):
    """`init_val` after `body_fun(i, value)` has been applied for each `i` from `lower` up to before `upper`.

    Example:

    >>> keras.ops.fori_loop(0, 4, lambda i, total: total + i, keras.ops.array(0))
    array(6, dtype=int32)
    """
    if any_symbolic_tensors((lower, upper)):
        return _SymbolicForiLoop(body_fun).symbolic_call(lower, upper, init_val)
    if any_symbolic_tensors((init_val,)):
        return ForiLoop(lower, upper, body_fun).symbolic_call(init_val)
    return _looped("fori_loop", (lower, upper, body_fun), (init_val,))


class Switch(Operation):
    """The operation of `keras.ops.switch` in a graph."""

    def call(self, index, branches, *operands):
        return _switched(index, branches, operands)

    def compute_output_spec(self, index, branches, *operands):
        return backend.core.compute_output_spec(branches[0], *operands)


@keras_export("keras.ops.switch")
def switch(index, branches, *operands):
    """Calls `branches[index]` on the operands; an index out of range is clamped.

    Args:
        index: Scalar integer tensor.
        branches: List of functions that give the same structure, shapes and dtypes.
        *operands: Arguments of the function.

    Returns:
        What the function gave.

    Example:

    >>> keras.ops.switch(keras.ops.array(1), [lambda x: x + 1, lambda x: x * 10], keras.ops.array(5))
    array(50, dtype=int32)
    """
    if any_symbolic_tensors((index, *operands)):
        return Switch().symbolic_call(index, branches, *operands)
    return _switched(index, branches, operands)


@keras_export("keras.ops.custom_gradient")
def custom_gradient(f):
    """Decorator that gives a function its own gradient.

    Args:
        f: Function of tensors that returns `(output, grad)`; `grad` takes the upstream gradient (as last positional
            argument or keyword `upstream`) and returns the gradients of the inputs.

    Returns:
        Function of the same arguments that returns `output`.

    Example:

    >>> @keras.ops.custom_gradient
    ... def clipped_identity(x):
    ...     return x, lambda upstream: keras.ops.clip(upstream, -1.0, 1.0)
    >>> clipped_identity(keras.ops.array([3.0]))
    array([3.], dtype=float32)
    """
    of_engine = backend.core.custom_gradient(f)

    @functools.wraps(f)
    def call(*args, **kwargs):
        server = door.server_among(args)
        function = of_engine if server is None else server.core.custom_gradient(f)
        return function(*args, **kwargs)

    return call
