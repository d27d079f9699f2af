"""`clone_model`: the same architecture with new layers."""

from keras.src import backend, tree
from keras.src.api_export import keras_export
from keras.src.layers.core.input_layer import Input, InputLayer
from keras.src.layers.layer import Layer
from keras.src.layers.weights import parts
from keras.src.metrics.metric import Metric
from keras.src.models.functional import Functional
from keras.src.models.model import Model, takes_graph_arguments
from keras.src.models.sequential import Sequential
from keras.src.optimizers.optimizer import Optimizer
from keras.src.saving.keras_saveable import KerasSaveable
from keras.src.utils.traceback_utils import filter_traceback


@keras_export("keras.models.clone_model")
@filter_traceback
def clone_model(model, input_tensors=None, clone_function=None, call_function=None, recursive=False, **kwargs):
    """Makes a model of the same architecture; its layers are new, and so are the values of its weights.

    Args:
        model: A model. A layer, or another object with a config, gives a new one of its config, built where it was
            built; lists and dicts give new ones of what they hold, and other objects come back as they are.
        input_tensors: Symbolic tensors to start from, instead of new inputs, in the structure of the model's inputs.
        clone_function: Function from a layer to the layer that takes its place; by default a new one from its config.
            It is not asked about inputs.
        call_function: Function `(layer, *args, **kwargs)` that calls the new layers of a graph; by default they are
            just called.
        recursive: Whether `clone_function` is asked about the layers of nested models as well.

    Returns:
        A model; compiled anew, with an optimizer of its own, where `model` is compiled. Of a subclassed model, one made
        from its config.

    Example:

    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    >>> keras.models.clone_model(model).output_shape
    (None, 2)
    """
    if kwargs.pop("cache", None) is not None or kwargs:
        raise ValueError(f"clone_model does not know the arguments {kwargs}.")
    clone = _clone(model, input_tensors, clone_function, call_function, recursive)
    if clone_function is None and isinstance(model, Layer):
        parts.copy(model, clone)
    if isinstance(model, Model) and model.compiled:
        _compile_alike(clone, model)
    return clone


def _compile_alike(clone, model):
    """Compiles a model as another one is; what has state is made anew, what has none, such as functions, is shared."""
    if model._compile_config is None or model._overrides("compile", "get_compile_config", "compile_from_config"):
        if (config := model.get_compile_config()) is not None:
            clone.compile_from_config(config)
        return
    arguments = {name: _with_new_state(value) for name, value in model._compile_config.items()}
    clone.compile(**arguments)
    if clone.optimizer is not None and clone.built:
        clone.optimizer.build(clone.trainable_variables)


def _with_new_state(value):
    def renewed(item):
        return _from_its_config(item) if isinstance(item, (Optimizer, Metric)) else item

    return tree.map_structure(renewed, value) if isinstance(value, (list, tuple, dict)) else renewed(value)


def _clone(model, input_tensors, clone_function, call_function, recursive):
    copy_layer = _copier(clone_function, call_function, recursive)
    if isinstance(model, Sequential):
        if call_function is not None:
            raise ValueError("`call_function` is for graphs; a Sequential model calls its layers one after the other.")
        return _clone_sequential(model, input_tensors, copy_layer)
    if isinstance(model, Functional) and (
        takes_graph_arguments(type(model)) or clone_function or input_tensors is not None
    ):
        return _clone_graph(model, input_tensors, copy_layer, call_function)
    return _clone_by_config(model, input_tensors, clone_function, call_function)


def _copier(clone_function, call_function, recursive):
    """The function from each layer to the one that takes its place."""
    replace = clone_function or (lambda layer: layer.__class__.from_config(layer.get_config()))
    if recursive and clone_function is None:
        raise ValueError("`recursive=True` applies a `clone_function` to nested models; it received none.")

    def copy_layer(layer):
        if recursive and (isinstance(layer, Sequential) or isinstance(layer, Functional)):
            of_graph = None if isinstance(layer, Sequential) else call_function
            return _clone(layer, None, clone_function, of_graph, True)
        return replace(layer)

    return copy_layer


def _clone_sequential(model, input_tensors, copy_layer):
    clone = Sequential(name=model.name, trainable=model.trainable)
    start = model._layers[0] if model._layers and isinstance(model._layers[0], InputLayer) else None
    if input_tensors is not None:
        clone.add(_start_at(_the_only(input_tensors, model)), rebuild=False)
    elif start is not None:
        clone.add(InputLayer.from_config(start.get_config()), rebuild=False)
    for layer in model.layers:
        clone.add(copy_layer(layer), rebuild=False)
    clone._maybe_rebuild()
    return clone


def _the_only(input_tensors, model):
    flat = tree.flatten(input_tensors)
    if len(flat) != 1:
        raise ValueError(
            f"Sequential model {model.name!r} starts from one tensor. Received: input_tensors={input_tensors}"
        )
    return flat[0]


def _start_at(tensor):
    """An input tensor: `tensor` itself, where a graph may start there, else a new one of its shape."""
    history = getattr(tensor, "_keras_history", None)
    if history is not None and isinstance(history.operation, InputLayer):
        return tensor
    if isinstance(tensor, backend.KerasTensor):
        return Input(batch_shape=tensor.shape, dtype=tensor.dtype, name=tensor.name)
    return Input(batch_shape=tuple(tensor.shape), dtype=backend.standardize_dtype(tensor.dtype))


def _clone_graph(model, input_tensors, copy_layer, call_function):
    graph = model._model_graph
    if input_tensors is None:
        inputs = tree.map_structure(_new_input, graph._inputs_struct)
    else:
        _check_structure(input_tensors, graph)
        inputs = tree.map_structure(_start_at, input_tensors)
    new_ones = {}

    def replaced(operation):
        if not isinstance(operation, Layer):
            return operation.__class__.from_config(operation.get_config())
        return copy_layer(operation)

    def operation_fn(operation):
        if operation not in new_ones:
            new_ones[operation] = replaced(operation)
        return new_ones[operation]

    outputs = graph._run_through_graph(inputs, operation_fn=operation_fn, call_fn=call_function)
    cls = type(model) if takes_graph_arguments(type(model)) else Functional
    return cls(inputs, outputs, name=model.name)


def _new_input(x):
    layer = x._keras_history.operation
    return Input(
        batch_shape=x.shape, dtype=x.dtype, sparse=x.sparse, ragged=x.ragged, name=layer.name, optional=layer.optional
    )


def _check_structure(input_tensors, graph):
    try:
        tree.assert_same_structure(input_tensors, graph._inputs_struct)
    except (ValueError, TypeError) as error:
        raise ValueError(
            f"`input_tensors` must have the structure of the inputs of model {graph.name!r}. Expected: "
            f"{graph._inputs_struct}\n"
            f"Received: {input_tensors}"
        ) from error


def _clone_by_config(model, input_tensors, clone_function, call_function):
    if input_tensors is not None or clone_function is not None or call_function is not None:
        raise ValueError(
            "`input_tensors`, `clone_function` and `call_function` are for Sequential models and graphs. "
            f"Received an object of type {type(model)}."
        )
    # Structures of objects alone are asked of the tree, which remembers the types that it was asked about.
    return (
        tree.map_structure(_from_its_config, model)
        if isinstance(model, (list, tuple, dict))
        else _from_its_config(model)
    )


def _from_its_config(item):
    """An object like this one, built where it is built; what has no config, as it is."""
    if not isinstance(item, KerasSaveable):
        return item
    clone = item.__class__.from_config(item.get_config())
    if isinstance(item, Layer) and item.built and not clone.built and (build_config := item.get_build_config()):
        clone.build_from_config(build_config)
    return clone
