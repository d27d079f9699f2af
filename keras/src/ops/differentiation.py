"""Derivatives of functions of tensors and of variables, on the engines that compute gradients."""

from keras.src import backend, tree
from keras.src.api_export import keras_export
from keras.src.backend.common.dtypes import is_float_dtype, standardize_dtype
from keras.src.backend.common.keras_tensor import KerasTensor, any_symbolic_tensors
from keras.src.backend.common.training import cannot_train
from keras.src.backend.common.variables import Variable
from keras.src.graph.operation import Operation, record_call
from keras.src.ops import core, numpy


@keras_export("keras.ops.value_and_grad")
def value_and_grad(fn, argnums=None, has_aux=False, variables=None):
    """Makes a function that computes what `fn` computes, and its gradient.

    What `fn` reads and updates besides its arguments, such as the statistics of `BatchNormalization`, the state of
    seed generators and metrics, is read and updated as if `fn` had been called. The result can be called eagerly and
    within compiled code, and be differentiated again. What the value does not depend on has a gradient of zeros.

    On PyTorch, gradients with respect to `variables` can be differentiated again by the functions of this module, but
    `Tensor.backward()` does not follow them.

    Args:
        fn: Function that returns a scalar tensor of a floating-point dtype.
        argnums: Position, or tuple of positions, of the arguments to differentiate by: tensors, or structures of
            tensors. The first argument by default; none where `variables` is given.
        has_aux: Whether `fn` returns a pair `(value, auxiliary)`, of which only the value is differentiated.
        variables: List or other structure of `keras.Variable`s to differentiate by, such as
            `model.trainable_variables`.

    Returns:
        Function of the arguments of `fn` that returns `(value, gradient)`; with `has_aux`,
        `((value, auxiliary), gradient)`. The gradient has the structure, shapes and dtypes of what `fn` is
        differentiated by: the argument, a tuple of arguments, or the variables; with both, it is a pair of the
        gradients of arguments and of variables.

    Raises:
        TypeError: `fn` is not callable, or something to differentiate by is not of a floating-point dtype.
        ValueError: The value is not a scalar, or there is no argument at that position.

    Example:

    >>> square = keras.ops.value_and_grad(lambda x: keras.ops.sum(x * x))
    >>> value, gradient = square(keras.ops.convert_to_tensor([1.0, 2.0]))
    >>> float(value), keras.ops.convert_to_numpy(gradient).tolist()
    (5.0, [2.0, 4.0])
    """
    derivative = _Derivative("value_and_grad", fn, argnums, has_aux, variables)

    def evaluated(*args, **kwargs):
        (value,), auxiliary, pullback = derivative.run(args, kwargs)
        gradient = pullback([numpy.ones_like(value)])
        return ((value, auxiliary) if has_aux else value), gradient

    def described(*args, **kwargs):
        (value,), auxiliary, gradient = derivative.describe(args, kwargs)
        return ((value, auxiliary) if has_aux else value), gradient

    return _for_symbols_too(evaluated, described)


@keras_export("keras.ops.grad")
def grad(fn, argnums=None, has_aux=False, variables=None):
    """Makes a function that computes the gradient of `fn`; see `keras.ops.value_and_grad`.

    Args:
        fn: Function that returns a scalar tensor of a floating-point dtype.
        argnums: Position, or tuple of positions, of the arguments to differentiate by. The first argument by default;
            none where `variables` is given.
        has_aux: Whether `fn` returns a pair `(value, auxiliary)`.
        variables: List or other structure of `keras.Variable`s to differentiate by.

    Returns:
        Function of the arguments of `fn` that returns the gradient; with `has_aux`, `(gradient, auxiliary)`.

    Example:

    >>> second = keras.ops.grad(keras.ops.grad(lambda x: x**3))
    >>> float(second(2.0))
    12.0
    """
    derivative = _Derivative("grad", fn, argnums, has_aux, variables)

    def evaluated(*args, **kwargs):
        (value,), auxiliary, pullback = derivative.run(args, kwargs)
        gradient = pullback([numpy.ones_like(value)])
        return (gradient, auxiliary) if has_aux else gradient

    def described(*args, **kwargs):
        _, auxiliary, gradient = derivative.describe(args, kwargs)
        return (gradient, auxiliary) if has_aux else gradient

    return _for_symbols_too(evaluated, described)


@keras_export("keras.ops.vjp")
def vjp(fn, *primals, has_aux=False, variables=None):
    """Calls `fn`, and makes a function that carries gradients of its outputs back to its arguments.

    Args:
        fn: Function that returns a tensor of a floating-point dtype, or a structure of them.
        *primals: Arguments of `fn`: tensors, or structures of tensors.
        has_aux: Whether `fn` returns a pair `(outputs, auxiliary)`.
        variables: List or other structure of `keras.Variable`s that gradients are carried back to as well.

    Returns:
        `(outputs, pullback)`; with `has_aux`, `(outputs, pullback, auxiliary)`. The pullback takes a structure like
        the outputs, and returns the tuple of the gradients of the arguments; with `variables`, a pair of that and the
        gradients of the variables. It can be called any number of times.

    Example:

    >>> outputs, pullback = keras.ops.vjp(lambda x: x * x, keras.ops.convert_to_tensor([1.0, 3.0]))
    >>> keras.ops.convert_to_numpy(pullback(keras.ops.convert_to_tensor([1.0, 10.0]))[0]).tolist()
    [2.0, 60.0]
    """
    derivative = _Derivative("vjp", fn, tuple(range(len(primals))), has_aux, variables)
    make = _symbolic_vjp if any_symbolic_tensors(primals) else _vjp
    outputs, pullback, auxiliary = make(derivative, primals)
    return (outputs, pullback, auxiliary) if has_aux else (outputs, pullback)


def _vjp(derivative, primals):
    flat, auxiliary, pull = derivative.run(primals, {}, once=False)
    outputs = derivative.packed(flat)
    return outputs, lambda gradients: pull(_like_outputs(gradients, outputs)), auxiliary


def _symbolic_vjp(derivative, primals):
    """In a graph, the pullback is an operation on the arguments and the gradients of the outputs."""
    flat, auxiliary, gradient = derivative.describe(primals, {})
    described = derivative.packed(flat), auxiliary

    def pulled_back(gradients, *primals):
        outputs, pullback, _ = _vjp(derivative, primals)
        return pullback(gradients)

    call = Derivative(lambda *primals: derivative.call(primals, {}), lambda *primals: described)
    pull = Derivative(pulled_back, lambda *args: gradient)
    outputs, auxiliary = call.symbolic_call(*primals)
    return outputs, lambda gradients: pull.symbolic_call(gradients, *primals), auxiliary


@keras_export("keras.ops.jacobian")
def jacobian(fn, argnums=None, has_aux=False, variables=None):
    """Makes a function that computes the Jacobian of `fn`: the derivative of each output element by each input element.

    Args:
        fn: Function that returns a tensor of a floating-point dtype, or a structure of them.
        argnums: Position, or tuple of positions, of the arguments to differentiate by. The first argument by default;
            none where `variables` is given.
        has_aux: Whether `fn` returns a pair `(outputs, auxiliary)`.
        variables: List or other structure of `keras.Variable`s to differentiate by.

    Returns:
        Function of the arguments of `fn` that returns the Jacobian; with `has_aux`, `(jacobian, auxiliary)`. In the
        place of each output tensor stands what `keras.ops.grad` gives for a scalar, with tensors of the shape
        `output.shape + input.shape`.

    Example:

    >>> jacobian = keras.ops.jacobian(lambda x: keras.ops.stack([x[0] * x[1], x[1]]))
    >>> keras.ops.convert_to_numpy(jacobian(keras.ops.convert_to_tensor([2.0, 3.0]))).tolist()
    [[3.0, 2.0], [0.0, 1.0]]
    """
    derivative = _Derivative("jacobian", fn, argnums, has_aux, variables)

    def evaluated(*args, **kwargs):
        outputs, auxiliary, pullback = derivative.run(args, kwargs, once=False)
        rows = [_rows_of(outputs, i, pullback) for i in range(len(outputs))]
        found = derivative.packed(rows)
        return (found, auxiliary) if has_aux else found

    def described(*args, **kwargs):
        outputs, auxiliary, gradient = derivative.describe(args, kwargs)
        rows = [_described_rows(output, gradient) for output in outputs]
        found = derivative.packed(rows)
        return (found, auxiliary) if has_aux else found

    return _for_symbols_too(evaluated, described)


def _rows_of(outputs, index, pullback):
    """The derivatives of all elements of one output: gradients are carried back for all of them at once."""
    output = outputs[index]
    shape = core.shape(output)
    count = _product(shape)
    units = numpy.reshape(numpy.eye(count, dtype=output.dtype), (count, *shape))
    others = [numpy.zeros_like(x) for x in outputs]
    rows = core.vectorized_map(lambda unit: pullback([*others[:index], unit, *others[index + 1 :]]), units)
    return tree.map_structure(lambda x: numpy.reshape(x, (*shape, *core.shape(x)[1:])), rows)


def _product(sizes):
    """Number of elements; a tensor where a size is one."""
    product = 1
    for size in sizes:
        product = size * product
    return product


def _like_outputs(gradients, outputs):
    """Flat list of the gradients of outputs, held against these."""
    try:
        tree.assert_same_structure(outputs, gradients)
    except (ValueError, TypeError):
        raise ValueError(
            "keras.ops.vjp: the pullback takes a structure like that of the outputs. "
            f"Expected: {_shapes(outputs)}. Received: {_shapes(gradients)}"
        ) from None
    flat = [core.convert_to_tensor(x, y.dtype) for x, y in zip(tree.flatten(gradients), tree.flatten(outputs))]
    if any(tuple(x.shape) != tuple(y.shape) for x, y in zip(flat, tree.flatten(outputs))):
        raise ValueError(
            "keras.ops.vjp: the pullback takes gradients of the shapes of the outputs. "
            f"Expected: {_shapes(outputs)}. Received: {_shapes(gradients)}"
        )
    return flat


def _shapes(structure):
    return tree.map_structure(lambda x: tuple(getattr(x, "shape", ())), structure)


def _described(x, shape=None):
    return KerasTensor(x.shape if shape is None else shape, standardize_dtype(x.dtype), record_history=False)


def _described_rows(output, gradient):
    return tree.map_structure(lambda x: _described(x, output.shape + x.shape), gradient)


class Derivative(Operation):
    """A differentiated function in a graph, which gives the tensors among what the function returns.

    Args:
        evaluated: The function on tensors.
        described: The function on descriptions of tensors.
    """

    def __init__(self, evaluated, described, *, name=None):
        super().__init__(name=name)
        self.evaluated = evaluated
        self.described = described

    def call(self, *args, **kwargs):
        return [x for x in tree.flatten(self.evaluated(*args, **kwargs)) if backend.is_tensor(x)]

    def symbolic_call(self, *args, **kwargs):
        results = self.described(*args, **kwargs)
        leaves = tree.flatten(results)
        places = [i for i, x in enumerate(leaves) if isinstance(x, KerasTensor)]
        for place, x in zip(places, record_call(self, args, kwargs, [leaves[i] for i in places])):
            leaves[place] = x
        return tree.pack_sequence_as(results, leaves)


def _for_symbols_too(evaluated, described):
    """A function that evaluates, or in a graph of symbolic tensors stands for the evaluation."""

    def differentiated(*args, **kwargs):
        if any_symbolic_tensors(args, kwargs):
            return Derivative(evaluated, described).symbolic_call(*args, **kwargs)
        return evaluated(*args, **kwargs)

    return differentiated


class _Derivative:
    """A function and what it is differentiated by.

    Args:
        name: Name of the public function, for errors.
        function: The function.
        argnums: Position or tuple of positions of arguments, or `None`.
        has_aux: Whether the function returns auxiliary data beside its outputs.
        variables: Structure of variables, or `None`.
    """

    def __init__(self, name, function, argnums, has_aux, variables):
        self._name = f"keras.ops.{name}"
        self._wants_scalar = name in ("value_and_grad", "grad")
        if not callable(function):
            raise TypeError(f"{self._name}: `fn` must be a function. Received: fn={function!r}")
        self._function = function
        self._has_aux = has_aux
        self._variables = variables
        self._flat_variables = [] if variables is None else self._checked_variables(variables)
        self._positions = self._checked_positions(argnums)
        self._outputs_struct = None

    # What it is differentiated by

    def _checked_variables(self, variables):
        flat = tree.flatten(variables)
        for variable in flat:
            if not isinstance(variable, Variable):
                raise TypeError(
                    f"{self._name}: `variables` must be a list, or other structure, of `keras.Variable`s, such as "
                    f"`model.trainable_variables`. Received: {variable!r} (of type {type(variable)})"
                )
            self._check_dtype(f"the variable {variable.path!r}", variable._dtype)
        return flat

    def _checked_positions(self, argnums):
        """`None`, a position, or a tuple of positions."""
        if argnums is None:
            return 0 if self._variables is None else None
        positions = argnums if isinstance(argnums, (tuple, list)) else (argnums,)
        if any(isinstance(i, bool) or not isinstance(i, int) for i in positions):
            raise TypeError(f"{self._name}: `argnums` must be an int or a tuple of ints. Received: argnums={argnums!r}")
        return tuple(argnums) if isinstance(argnums, list) else argnums

    def _arguments(self, args):
        """The arguments to differentiate by: `(positions, structure)`."""
        if self._positions is None:
            return (), ()
        positions = self._positions if isinstance(self._positions, tuple) else (self._positions,)
        for position in positions:
            if not -len(args) <= position < len(args):
                raise ValueError(
                    f"{self._name}: the function is to be differentiated by its positional argument {position}. "
                    f"Received: {len(args)} positional arguments"
                )
        positions = [position % len(args) for position in positions]
        return positions, [args[position] for position in positions]

    def _checked_tensor(self, x):
        if not isinstance(x, KerasTensor):
            try:
                x = core.convert_to_tensor(x)
            except (ValueError, TypeError) as error:
                raise TypeError(
                    f"{self._name}: arguments to differentiate by must be tensors, or structures of tensors. "
                    f"Received: {x!r} (of type {type(x)})"
                ) from error
        self._check_dtype("an argument to differentiate by", standardize_dtype(x.dtype))
        return x

    def _check_dtype(self, what, dtype):
        if not is_float_dtype(dtype):
            raise TypeError(
                f"{self._name}: {what} must be of a floating-point dtype; convert it with `keras.ops.cast`. "
                f"Received: dtype={dtype}"
            )

    # Calls

    def call(self, args, kwargs):
        """Outputs and auxiliary data of the function."""
        results = self._function(*args, **kwargs)
        if not self._has_aux:
            return results, None
        if not isinstance(results, (tuple, list)) or len(results) != 2:
            raise TypeError(
                f"{self._name}: with `has_aux=True` the function must return a pair `(outputs, auxiliary)`. "
                f"Received: {results!r}"
            )
        return results

    def _outputs_and_auxiliary(self, args, kwargs):
        outputs, auxiliary = self.call(args, kwargs)
        self._outputs_struct = outputs
        return [self._checked_output(x) for x in tree.flatten(outputs)], auxiliary

    def _checked_output(self, x):
        try:
            x = x if isinstance(x, KerasTensor) else core.convert_to_tensor(x)
        except (ValueError, TypeError) as error:
            raise TypeError(
                f"{self._name}: the function must return tensors. Received: {x!r} (of type {type(x)})"
            ) from error
        self._check_dtype("what the function returns", standardize_dtype(x.dtype))
        if self._wants_scalar and len(x.shape):
            raise ValueError(
                f"{self._name}: the function must return a scalar; reduce it, as by `keras.ops.sum`, or use "
                f"`keras.ops.jacobian`. Received: a tensor of shape {tuple(x.shape)}"
            )
        return x

    def packed(self, flat):
        """What belongs to the outputs, in their structure."""
        return tree.pack_sequence_as(self._outputs_struct, flat)

    def run(self, args, kwargs, once=True):
        """Calls the function; returns `(flat outputs, auxiliary, pullback)`.

        The pullback takes a flat list of gradients of outputs.
        """
        if backend.autodiff.vjp is None:
            raise cannot_train(self._name)
        positions, arguments = self._arguments(args)
        tensors = [self._checked_tensor(x) for x in tree.flatten(arguments)]
        variables = list({id(variable): variable for variable in self._flat_variables}.values())

        def of_tensors(tensors):
            filled = list(args)
            for position, argument in zip(positions, tree.pack_sequence_as(arguments, tensors)):
                filled[position] = argument
            return self._outputs_and_auxiliary(filled, kwargs)

        outputs, auxiliary, pull = backend.autodiff.vjp(of_tensors, tensors, variables, once)

        def pullback(gradients):
            of_arguments, of_variables = pull(gradients)
            by_variable = {id(variable): gradient for variable, gradient in zip(variables, of_variables)}
            of_variables = [by_variable[id(variable)] for variable in self._flat_variables]
            return self._gradient(tree.pack_sequence_as(arguments, list(of_arguments)), of_variables)

        return outputs, auxiliary, pullback

    def describe(self, args, kwargs):
        """`(flat outputs, auxiliary, gradient)` as descriptions, for descriptions among the arguments."""
        args, kwargs = tree.map_structure(lambda x: _described(x) if isinstance(x, KerasTensor) else x, (args, kwargs))
        _, arguments = self._arguments(args)
        of_arguments = tree.map_structure(lambda x: _described(self._checked_tensor(x)), arguments)
        outputs, auxiliary = self._outputs_and_auxiliary(args, kwargs)
        gradient = self._gradient(of_arguments, [_described(variable) for variable in self._flat_variables])
        return outputs, auxiliary, gradient

    def _gradient(self, of_arguments, of_variables):
        """Gradients as the caller asked for them."""
        of_arguments = tuple(of_arguments) if isinstance(self._positions, tuple) else (*of_arguments, None)[0]
        if self._variables is None:
            return of_arguments
        of_variables = tree.pack_sequence_as(self._variables, of_variables)
        return of_variables if self._positions is None else (of_arguments, of_variables)
