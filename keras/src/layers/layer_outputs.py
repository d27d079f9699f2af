"""Output specs: what a layer's outputs will be, found without data."""

import functools
import inspect

from keras.src import backend, tree
from keras.src.backend.common.global_state import STATE, cached_for_session
from keras.src.backend.common.keras_tensor import of_any_rank
from keras.src.backend.common.stateless_scope import StatelessScope
from keras.src.backend.common.symbolic_scope import SymbolicScope
from keras.src.graph.operation import as_description
from keras.src.layers.call_signature import shapes_of, tensor_arguments


class DescriptionScope(StatelessScope):
    """Discards what a call on descriptions does to variables; layers are built for good within, see
    `built_for_good`.
    """


class built_for_good:
    """Leaves the `DescriptionScope`s, so that variables get their values when they are made, within the `with`
    block.
    """

    def __enter__(self):
        scope = STATE.stateless_scope
        self._changes = isinstance(scope, DescriptionScope)
        if self._changes:
            outer = scope
            while isinstance(outer, DescriptionScope):
                outer = outer._previous
            self._left = STATE.enter("stateless_scope", outer)

    def __exit__(self, *exception):
        if self._changes:
            STATE.enter("stateless_scope", self._left)


class LayerOutputs:
    """Shapes and dtypes of outputs, from `compute_output_shape` where a layer has one, else from a call on
    descriptions.
    """

    def compute_output_shape(self, *args, **kwargs):
        """Shape of the output, or structure of shapes, for inputs of the given shapes.

        Args:
            *args: Shapes of the arguments of `call`, in order.
            **kwargs: Shapes by name: `x_shape` for the argument `x`.
        """
        make = functools.partial(tree.map_shape_structure, self._input_of_shape)
        named = {name.removesuffix("_shape"): make(shape) for name, shape in kwargs.items()}
        if "input" in named and "input" not in self._signature_of_call().known:
            args, named = (kwargs["input_shape"], *args), {k: v for k, v in named.items() if k != "input"}
        args = [make(shape) for shape in args]
        if self.built and self._tells_shapes():
            # Asked by `super()`: what the class itself says would ask here again.
            outputs = self._spec_by_calling(args, named)
        else:
            outputs = self(*args, **named)
        return tree.map_structure(lambda x: x.shape, outputs)

    # A class with another one tells the shapes of its outputs by that.
    _default_output_shape = compute_output_shape

    def compute_output_spec(self, *args, **kwargs):
        """Descriptions of the outputs for symbolic inputs.

        Args:
            *args: Positional arguments of the call, with `KerasTensor`s for tensors.
            **kwargs: Keyword arguments of the call.

        Returns:
            A `KerasTensor`, or a structure of them.
        """
        self._check_super_called()
        return self._spec_by_shape(args, kwargs) if self._tells_shapes() else self._spec_by_calling(args, kwargs)

    def _tells_shapes(self):
        """Whether the class says by a `compute_output_shape` of its own which shapes its outputs have."""
        return type(self).compute_output_shape is not type(self)._default_output_shape

    def _spec_by_shape(self, args, kwargs):
        arguments = self._signature_of_call().bind(args, kwargs)
        shapes = shapes_of(tensor_arguments(arguments))
        parameters = _shape_parameters(type(self).compute_output_shape)
        if len(parameters) == 1 and parameters[0] not in shapes:
            shape = self.compute_output_shape(next(iter(shapes.values()), None))
        elif parameters:
            shape = self.compute_output_shape(**{name: shapes[name] for name in parameters if name in shapes})
        else:
            shape = self.compute_output_shape(*shapes.values())
        dtype = self.compute_dtype
        if shape.__class__ is tuple and (not shape or shape[0] is None or shape[0].__class__ is int):
            return of_any_rank(shape, dtype)
        return tree.map_shape_structure(lambda s: of_any_rank(s, dtype), shape)

    def _spec_by_calling(self, args, kwargs):
        args, kwargs = tree.map_structure(as_description, (args, kwargs))
        with SymbolicScope(), DescriptionScope():
            try:
                outputs = self._with_autocast(self.call, args, kwargs)
            except NotImplementedError:
                raise
            except Exception as error:
                outputs = self._spec_by_tracing(args, kwargs, error)
        return tree.map_structure(_as_output, outputs)

    def _spec_by_tracing(self, args, kwargs, error):
        """Code that calls the engine itself does not run on descriptions: the engine traces it."""
        try:
            return backend.compute_output_spec(functools.partial(self._with_autocast, self.call), args, kwargs)
        except Exception as engine_error:
            # A refusal by an operation's own rules says more than what an engine makes of the same mistake.
            raise error if isinstance(error, ValueError) else engine_error from error


def _as_output(x):
    if not isinstance(x, backend.KerasTensor):
        return x
    if not x.record_history or hasattr(x, "_keras_history"):
        return of_any_rank(x.shape, x.dtype, sparse=x.sparse, ragged=x.ragged)
    return x


@cached_for_session
def _shape_parameters(function):
    parameters = list(inspect.signature(function).parameters.values())[1:]
    return [p.name for p in parameters if p.kind not in (p.VAR_POSITIONAL, p.VAR_KEYWORD)]
