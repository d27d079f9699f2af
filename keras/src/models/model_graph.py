"""`ModelGraph`: the graph of a model, which takes inputs in many forms."""

import numpy as np

from keras.src import backend, ops, tree
from keras.src.backend import door
from keras.src.backend.common.dtypes import standardize_dtype
from keras.src.backend.common.masking import set_keras_mask
from keras.src.graph.function import Function
from keras.src.layers.core.input_layer import InputLayer
from keras.src.layers.input_spec import InputSpec, assert_input_compatibility, static_shape
from keras.src.layers.layer import Layer
from keras.src.layers.quick_call import engine_dtype
from keras.src.ops.dispatch import DENSE
from keras.src.utils.byte_strings import is_array_of_strings
from keras.src.utils.messages import shapes_of
from keras.src.utils.warning_utils import warn


class ModelGraph(Function):
    """What a model made from symbolic inputs and outputs has between them.

    Args:
        inputs: Symbolic tensor or structure of them; from `keras.Input`, or from the middle of a graph.
        outputs: Symbolic tensor or structure of them.
        name: Name of the model.
    """

    def __init__(self, inputs, outputs, name):
        _check_symbolic("inputs", inputs)
        _check_symbolic("outputs", outputs)
        if not all(_starts_a_graph(x) for x in tree.flatten(inputs)):
            inputs, outputs = _graph_from_within(inputs, outputs)
        super().__init__(inputs, outputs, name=name)
        self.layers = [x for x in self._operations if isinstance(x, Layer)]
        self.input_names = [_input_name(x) for x in self._inputs]
        self._says_training = any("training" in node.arguments.kwargs for _, node, *_ in self._steps)
        self._inputs_are_listed = isinstance(inputs, (list, tuple)) and not any(map(tree.is_nested, inputs))
        self._only_input = _dtype_and_rank(self._inputs[0]) if len(self._inputs) == 1 else None
        # Calls on tensors then give the output alone; symbolic calls the list, as all layers do.
        self._has_one_output_in_list = isinstance(outputs, (list, tuple)) and len(outputs) == 1

    output_names = property(lambda self: [x._keras_history.operation.name for x in self._outputs])
    input_shape = property(lambda self: _shape_or_shapes(self._inputs))
    output_shape = property(lambda self: _shape_or_shapes(self._outputs))

    def input_dtypes(self):
        """The dtypes of the engine that the inputs have."""
        return frozenset(backend.to_engine_dtype(x.dtype) for x in self._inputs if not _is_no_tensor(x))

    # Inputs

    def input_specs(self):
        """List of what the graph demands of each of its inputs, as `InputSpec`s."""
        named = isinstance(self._inputs_struct, dict) and all(
            isinstance(x, backend.KerasTensor) for x in self._inputs_struct.values()
        )
        names = sorted(self._inputs_struct) if named else self.input_names
        return [
            InputSpec(
                shape=(None, *x.shape[1:]) if x.shape else x.shape,
                allow_last_axis_squeeze=True,
                name=name,
                optional=getattr(x._keras_history.operation, "optional", False),
            )
            for x, name in zip(self._inputs, names)
        ]

    def _standardize_inputs(self, inputs):
        """Flat list of the inputs in the order of the model's own, as tensors of their dtypes and ranks."""
        if inputs.__class__ in DENSE and (inputs.dtype, inputs.ndim) == self._only_input:
            return (inputs,)
        flat = self._flatten_inputs(inputs)
        return [self._standardize_input(x, wanted) for x, wanted in zip(flat, self._inputs)]

    def _flatten_inputs(self, inputs):
        if len(self._inputs) == 1 and backend.is_tensor(inputs):
            return (inputs,)
        struct = self._inputs_struct
        if isinstance(inputs, dict):
            if isinstance(struct, dict) and all(isinstance(x, backend.KerasTensor) for x in struct.values()):
                self._warn_of_unknown_keys(inputs)
                return [self._entry(inputs, key) for key in sorted(struct)]
            if not isinstance(struct, dict):
                return [self._entry(inputs, name) for name in self.input_names]
        if self._inputs_are_listed and _is_flat(inputs) and len(inputs) == len(self._inputs):
            return inputs
        flat = tree.flatten(inputs)
        if len(flat) != len(self._inputs):
            raise ValueError(
                f"Model {self.name!r} has {len(self._inputs)} input(s), {self.input_names}. "
                f"Received {len(flat)}: {shapes_of(inputs)}"
            )
        if len(flat) > 1 and not _same_structure(inputs, struct):
            self._take_in_order(inputs)
        return flat

    def _take_in_order(self, inputs):
        """Warns of inputs of another structure; refuses a list where the order of a dict is not that of its names.

        Raises:
            ValueError: The names of the model's inputs do not stand in sorted order.
        """
        struct = self._inputs_struct
        expected = f"Expected: {tree.map_structure(_input_name, struct)}. Received: {shapes_of(inputs)}"
        if isinstance(struct, dict) and list(struct) != sorted(struct):
            raise ValueError(
                f"Model {self.name!r} takes a dict: which of its inputs comes first is not defined. {expected}"
            )
        if not backend.core.is_compiling():  # No compiler sees through the search for the line.
            warn(
                f"Model {self.name!r} takes its inputs in the order in which they come, though their structure is not "
                f"that of the model. {expected}"
            )

    def _warn_of_unknown_keys(self, inputs):
        unknown = [key for key in inputs if key not in self._inputs_struct]
        if unknown and not backend.core.is_compiling():
            warn(
                f"Model {self.name!r} has no inputs {unknown}, which are ignored. Expected the keys "
                f"{list(self._inputs_struct)}."
            )

    def _entry(self, inputs, key):
        if key not in inputs:
            names = dict(
                zip(sorted(self._inputs_struct) if isinstance(self._inputs_struct, dict) else (), self._inputs)
            )
            position = self.input_names.index(key) if key in self.input_names else None
            spec = names.get(key, None if position is None else self._inputs[position])
            if spec is not None and getattr(spec._keras_history.operation, "optional", False):
                return None
            raise ValueError(
                f"The input {key!r} of model {self.name!r} is missing. Received a dict with the keys {sorted(inputs)}."
            )
        return inputs[key]

    def _standardize_input(self, x, wanted):
        if x is None:
            return x
        if isinstance(x, (list, tuple, dict)):
            raise ValueError(f"Model {self.name!r} takes a tensor for {wanted!r}. Received: {shapes_of(x)}")
        if isinstance(x, backend.KerasTensor):
            return self._adjust_rank(x, wanted)
        _check_kind(x, wanted)
        if _is_no_tensor(wanted) and door.server_of(x) is None:
            return self._adjust_rank(np.asarray(x, object if isinstance(x, (str, bytes)) else None), wanted)
        if not backend.is_tensor(x) or standardize_dtype(x.dtype) != wanted.dtype:
            mask = backend.get_keras_mask(x)
            x = backend.convert_to_tensor(x, dtype=wanted.dtype)
            if mask is not None:
                set_keras_mask(x, mask)
        return self._adjust_rank(x, wanted)

    def _adjust_rank(self, x, wanted):
        """Adds or drops a last axis of size 1 where that makes the rank right."""
        shape = static_shape(x)
        if shape is None or len(shape) == len(wanted.shape):
            return x
        if len(shape) == len(wanted.shape) + 1 and shape[-1] == 1:
            return x[..., 0] if isinstance(x, np.ndarray) else ops.squeeze(x, axis=-1)
        if len(shape) == len(wanted.shape) - 1 and wanted.shape[-1] == 1:
            return x[..., None] if isinstance(x, np.ndarray) else ops.expand_dims(x, axis=-1)
        raise ValueError(
            f"The input {wanted._keras_history.operation.name!r} of model {self.name!r} has shape {wanted.shape}. "
            f"Received a tensor of shape {shape}."
        )

    # Calls

    def call(self, inputs, training=None, mask=None, **kwargs):
        """The outputs for `inputs`; where the caller says whether to train, that counts, not what the graph was made with.

        Args:
            inputs: Tensor or structure of tensors; a dict may name them by the names of the inputs.
            training: Whether the call trains.
            mask: Mask of the inputs, or structure of masks.
        """
        flat = self._standardize_inputs(inputs)
        if mask is not None:
            for x, m in zip(flat, tree.flatten(mask)):
                if m is not None and x is not None:
                    set_keras_mask(x, m)
        overrules = training is not None and self._says_training
        outputs = self._run_flat(flat, operation_fn=None, call_fn=_call_as_told if overrules else None)
        return outputs[0] if self._has_one_output_in_list else outputs

    def compute_output_spec(self, inputs):
        return self._run_flat(self._standardize_inputs(inputs), operation_fn=_checked_spec)

    def recorded_outputs(self, inputs):
        """Descriptions of the outputs as they were recorded, where these tell all sizes but that of the batch; else `None`.

        Args:
            inputs: Structure of descriptions of a batch; `None` too where they are not such as the graph was made for.
        """
        flat = tree.flatten(inputs)
        if len(flat) != len(self._inputs) or not _same_structure(inputs, self._inputs_struct):
            return None
        is_as_recorded = all(x is not None and _is_batch_of(x, wanted) for x, wanted in zip(flat, self._inputs))
        if not is_as_recorded or not all(map(_tells_all_sizes, self._outputs)):
            return None
        return tree.map_structure(lambda output: _with_batch(output, flat[0].shape[0]), self._outputs_struct)


def _is_batch_of(x, wanted):
    """Whether a description is one of batches of a symbolic input."""
    return bool(wanted.shape) and x.dtype == wanted.dtype and x.shape[1:] == wanted.shape[1:]


def _tells_all_sizes(x):
    return x.shape is not None and len(x.shape) > 1 and None not in x.shape[1:]


def _with_batch(x, size):
    """A description of `x` in which the size of the batch is known."""
    shape = (size if x.shape[0] is None else x.shape[0], *x.shape[1:])
    return backend.KerasTensor(shape, x.dtype, record_history=False)


def _check_kind(x, wanted):
    """Refuses numbers for inputs of strings, and the other way round."""
    if isinstance(x, np.ndarray):
        holds_strings = is_array_of_strings(x) if x.size else wanted.dtype == "string"
    else:
        holds_strings = backend.is_tensor(x) and standardize_dtype(x.dtype) == "string"
    if holds_strings == (wanted.dtype == "string"):
        return
    kind = "strings" if wanted.dtype == "string" else "numbers"
    raise ValueError(
        f"The input {wanted._keras_history.operation.name!r} takes {kind}, of dtype {wanted.dtype}. "
        f"Received: an array of dtype {getattr(x, 'dtype', type(x))}"
    )


def _checked_spec(operation):
    """The function that describes an operation's outputs; a layer looks at its inputs first, as in a call."""
    input_spec = getattr(operation, "_input_spec", None)
    if input_spec is None:
        return operation.compute_output_spec

    def describe(*args, **kwargs):
        if args:
            assert_input_compatibility(input_spec, args[0], operation.name)
        return operation.compute_output_spec(*args, **kwargs)

    return describe


def _call_as_told(operation, *args, training=None, **kwargs):
    """Calls `operation`; a layer takes `training` from the call around it."""
    if training is None or isinstance(operation, Layer):
        return operation(*args, **kwargs)
    return operation(*args, training=training, **kwargs)


def _shape_or_shapes(tensors):
    shapes = [x.shape for x in tensors]
    return shapes[0] if len(shapes) == 1 else shapes


def _input_name(x):
    return x._keras_history.operation.name


def _dtype_and_rank(x):
    """The engine's dtype and the rank of an input; `None` where one of them is not known."""
    return None if x.shape is None or _is_no_tensor(x) else (engine_dtype(x.dtype), len(x.shape))


def _is_no_tensor(x):
    """Whether values of an input are arrays of strings, since the engine has no tensors of them."""
    return x.dtype == "string" and not backend.strings.SUPPORTED


def _is_flat(inputs):
    return inputs.__class__ in (list, tuple) and not any(x.__class__ in (list, tuple, dict) for x in inputs)


def _same_structure(a, b):
    try:
        tree.assert_same_structure(tree.lists_to_tuples(a), tree.lists_to_tuples(b))
    except (ValueError, TypeError):
        return False
    return True


def _check_symbolic(argument, structure):
    for x in tree.flatten(structure):
        if not isinstance(x, backend.KerasTensor):
            raise ValueError(
                f"`{argument}` of a model must be symbolic tensors, made from `keras.Input`. "
                f"Received: {x!r} (of type {type(x)})"
            )


def _starts_a_graph(x):
    history = getattr(x, "_keras_history", None)
    return history is not None and isinstance(history.operation, InputLayer)


def _graph_from_within(inputs, outputs):
    """The same graph, started at new inputs in the place of tensors in its middle."""
    starts = tree.map_structure(_start_in_the_place_of, inputs)
    function = Function(inputs, outputs)
    return starts, function._run_through_graph(starts, operation_fn=None)


def _start_in_the_place_of(x):
    if _starts_a_graph(x):
        return x
    layer = InputLayer(batch_shape=x.shape, dtype=x.dtype, sparse=x.sparse, ragged=x.ragged, name=f"{x.name}CLONE")
    return layer.output
