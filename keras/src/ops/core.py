"""Operations on any tensor, and control flow."""

from keras.src import backend, tree
from keras.src.api_export import keras_export
from keras.src.backend.common import shape_rules
from keras.src.backend.common.dtypes import standardize_dtype
from keras.src.backend.common.keras_tensor import KerasTensor, any_symbolic_tensors
from keras.src.backend.common.shape_rules import reject
from keras.src.graph.operation import Operation
from keras.src.ops.declare import Index, Shape, Tensor, op
from keras.src.ops.dtype_rules import as_is


@keras_export("keras.ops.convert_to_tensor")
def convert_to_tensor(x, dtype=None, sparse=None, ragged=None):
    """A tensor of the engine from an array, a number, nested lists or a variable.

    Args:
        x: What to convert.
        dtype: Dtype of the result; by default that of `x`, floatx for Python floats, int32 for Python ints.
        sparse: `False` makes sparse tensors dense, `True` and `None` leave them.
        ragged: Likewise for ragged tensors.

    Returns:
        Tensor of the engine.

    Example:

    >>> keras.ops.convert_to_tensor([1.0, 2.0]).shape
    (2,)
    """
    return backend.core.convert_to_tensor(x, dtype=dtype, sparse=sparse, ragged=ragged)


@keras_export("keras.ops.convert_to_numpy")
def convert_to_numpy(x):
    """A NumPy array with the values of a tensor, a variable or nested lists."""
    return backend.core.convert_to_numpy(x)


@keras_export("keras.ops.is_tensor")
def is_tensor(x):
    """Whether `x` is a tensor of the engine that runs (or a symbolic one: then `False`)."""
    return backend.core.is_tensor(x)


@keras_export("keras.ops.shape")
def shape(x):
    """Shape of a tensor as a tuple; a size that is only known while running is a scalar tensor, or `None` symbolically."""
    if isinstance(x, KerasTensor):
        return x.shape
    return backend.core.shape(x)


@keras_export("keras.ops.dtype")
def dtype(x):
    """Name of the dtype of a tensor."""
    return standardize_dtype(x.dtype)


class Cast(Operation):
    """The operation of `keras.ops.cast` in a graph."""

    def __init__(self, dtype, *, name=None):
        super().__init__(name=name)
        self.dtype = standardize_dtype(dtype)

    def call(self, x):
        return backend.core.cast(x, self.dtype)

    def compute_output_spec(self, x):
        return KerasTensor(x.shape, self.dtype, sparse=x.sparse, ragged=x.ragged)


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
    if isinstance(x, KerasTensor):
        return Cast(dtype).symbolic_call(x)
    return backend.core.cast(x, standardize_dtype(dtype))


@op(dtype=as_is, shape=shape_rules.first, sparse="all")
def stop_gradient(variable: Tensor):
    """`variable` as a constant: no gradient flows through the result."""


@op(dtype=as_is, shape=lambda indices, values, shape: tuple(shape))
def scatter(indices: Index, values: Tensor, shape: Shape):
    """A tensor of zeros of `shape` to which `values` are added at `indices`.

    Args:
        indices: Integer tensor of shape `(n, k)`: `n` positions along the first `k` dimensions.
        values: Tensor of shape `(n,) + shape[k:]`.
        shape: Tuple of ints.

    Returns:
        Tensor of shape `shape` and the dtype of `values`.
    """


_REDUCTIONS = (None, "add", "max", "min", "mul")


def _updated(inputs, indices, updates, reduction=None):
    reject(reduction not in _REDUCTIONS, f"`reduction` must be one of {_REDUCTIONS}", reduction=reduction)
    return inputs


@op(dtype=lambda inputs, updates: ((inputs, inputs), inputs), shape=_updated)
def scatter_update(inputs: Tensor, indices: Index, updates: Tensor, reduction=None):
    """`inputs` with `updates` written at `indices`.

    Args:
        inputs: Tensor.
        indices: Integer tensor of shape `(n, k)`: `n` positions along the first `k` dimensions.
        updates: Tensor of shape `(n,) + inputs.shape[k:]`.
        reduction: How an update meets what stands there: `None` replaces, or `"add"`, `"max"`, `"min"`, `"mul"`.

    Returns:
        Tensor like `inputs`.
    """


def _sliced(inputs, start_indices, shape):
    reject(len(shape) != len(inputs), f"`shape` must hold a size for each of the {len(inputs)} dimensions", shape=shape)
    return tuple(shape)


@op(dtype=as_is, shape=_sliced)
def slice(inputs: Tensor, start_indices: Index, shape: Shape):
    """The block of `inputs` that begins at `start_indices` and has `shape`.

    Args:
        inputs: Tensor.
        start_indices: One index for each dimension: list of ints or integer tensor.
        shape: Tuple of ints, the sizes of the block.

    Returns:
        Tensor of shape `shape`.
    """


@op(dtype=lambda inputs, updates: ((inputs, inputs), inputs), shape=lambda inputs, start_indices, updates: inputs)
def slice_update(inputs: Tensor, start_indices: Index, updates: Tensor):
    """`inputs` with the block that begins at `start_indices` replaced by `updates`.

    Args:
        inputs: Tensor.
        start_indices: One index for each dimension: list of ints or integer tensor.
        updates: Tensor of the rank of `inputs`.

    Returns:
        Tensor like `inputs`.
    """


def _unstacked(x, num=None, axis=0):
    axis = shape_rules.canonical_axis(axis, len(x))
    num = x[axis] if num is None else num
    if num is None:
        raise ValueError(
            f"`num` must be given, since the size of axis {axis} is not known. Received: num=None for shape {x}"
        )
    return [x[:axis] + x[axis + 1 :]] * num


@op(dtype=as_is, shape=_unstacked)
def unstack(x: Tensor, num=None, axis=0):
    """The slices of `x` along `axis`.

    Args:
        x: Tensor.
        num: Number of slices; read off the shape by default.
        axis: Int, the dimension to take apart.

    Returns:
        List of tensors of one rank less.
    """


# Control flow


class _ControlFlow(Operation):
    """A control-flow call in a graph: the functions are config, the rest are arguments."""

    def __init__(self, function, *functions, name=None, **settings):
        super().__init__(name=name)
        self.functions = (function, *functions)
        self.settings = settings

    def call(self, *args):
        return getattr(backend.core, self.engine_name)(*self.functions, *args, **self.settings)

    def compute_output_spec(self, *args):
        return backend.core.compute_output_spec(self.call, *args)


def _control_flow(engine_name, functions, args, settings=None):
    settings = settings or {}
    if any_symbolic_tensors(tuple(args)):
        return _CLASSES[engine_name](*functions, **settings).symbolic_call(*args)
    return getattr(backend.core, engine_name)(*functions, *args, **settings)


def _control_flow_class(engine_name):
    class_name = "".join(word.capitalize() for word in engine_name.split("_"))
    return type(class_name, (_ControlFlow,), {"engine_name": engine_name, "__module__": __name__})


_CLASSES = {
    n: _control_flow_class(n) for n in ("scan", "associative_scan", "map", "vectorized_map", "while_loop", "fori_loop")
}
globals().update({c.__name__: c for c in _CLASSES.values()})


class Cond(Operation):
    """The operation of `keras.ops.cond` in a graph."""

    def __call__(self, *args, **kwargs):
        return self.symbolic_call(*args, **kwargs) if any_symbolic_tensors(args, kwargs) else self.call(*args, **kwargs)

    def call(self, pred, true_fn, false_fn):
        return backend.core.cond(pred, true_fn, false_fn)

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

    >>> keras.ops.cond(keras.ops.convert_to_tensor(True), lambda: 1, lambda: 2)
    1
    """
    if any_symbolic_tensors((pred,)):
        return Cond().symbolic_call(pred, true_fn, false_fn)
    return backend.core.cond(pred, true_fn, false_fn)


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
    return _control_flow("scan", (f,), (init, xs), {"length": length, "reverse": reverse, "unroll": unroll})


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
    """
    return _control_flow("associative_scan", (f,), (elems,), {"reverse": reverse, "axis": axis})


@keras_export("keras.ops.map")
def map(f, xs):
    """Applies `f` to each element along the leading axis of `xs`, one after the other, and stacks the results."""
    return _control_flow("map", (f,), (xs,))


@keras_export("keras.ops.vectorized_map")
def vectorized_map(function, elements):
    """Applies `function` to all elements along the leading axis of `elements` at once, and stacks the results."""
    return _control_flow("vectorized_map", (function,), (elements,))


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
    """
    return _control_flow("while_loop", (cond, body), (loop_vars,), {"maximum_iterations": maximum_iterations})


@keras_export("keras.ops.fori_loop")
def fori_loop(lower, upper, body_fun, init_val):
    """`init_val` after `body_fun(i, value)` has been applied for each `i` from `lower` up to before `upper`."""
    if any_symbolic_tensors((lower, upper, init_val)):
        return _SymbolicForiLoop(body_fun).symbolic_call(lower, upper, init_val)
    return backend.core.fori_loop(lower, upper, body_fun, init_val)


class _SymbolicForiLoop(_CLASSES["fori_loop"]):
    def call(self, lower, upper, init_val):
        return backend.core.fori_loop(lower, upper, self.functions[0], init_val)


class Switch(Operation):
    """The operation of `keras.ops.switch` in a graph."""

    def call(self, index, branches, *operands):
        return backend.core.switch(index, branches, *operands)

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
    """
    if any_symbolic_tensors((index, *operands)):
        return Switch().symbolic_call(index, branches, *operands)
    return backend.core.switch(index, branches, *operands)


@keras_export("keras.ops.custom_gradient")
def custom_gradient(f):
    """Decorator that gives a function its own gradient.

    Args:
        f: Function of tensors that returns `(output, grad)`; `grad` takes the upstream gradient (as last positional
            argument or keyword `upstream`) and returns the gradients of the inputs.

    Returns:
        Function of the same arguments that returns `output`.
    """
    return backend.core.custom_gradient(f)
