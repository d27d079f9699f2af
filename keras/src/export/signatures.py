"""What an exported function takes: names, dtypes and shapes, in which sizes may be unknown, named and bounded."""

import dataclasses
import inspect

from keras.src import backend, tree
from keras.src.backend import KerasTensor
from keras.src.layers.input_spec import InputSpec
from keras.src.models.sequential import Sequential
from keras.src.utils.naming import apart

FORMS = (
    "a `keras.InputSpec`, a `keras.Input`, an array, anything with a `shape` and a `dtype`, or a dict "
    "{'shape': (None, 'time'), 'dtype': 'int32', 'name': 'tokens', 'bounds': {'time': (1, 64)}}"
)
_KEYS = {"shape", "dtype", "name", "bounds"}


@dataclasses.dataclass(frozen=True)
class Size:
    """A size that is only known when the exported file runs; sizes of one name are equal.

    Args:
        name: Name of the size, such as `"batch"`.
        least: Smallest value.
        most: Largest value, or `None`.
    """

    name: str
    least: int = 1
    most: int = None


@dataclasses.dataclass(frozen=True)
class TensorSpec:
    """One input of an exported function.

    Args:
        shape: Tuple of ints and `Size`s.
        dtype: Name of the dtype.
        name: Name by which the runtime knows the input.
    """

    shape: tuple
    dtype: str
    name: str

    @property
    def known_shape(self):
        """The shape with `None` for sizes that are unknown."""
        return tuple(None if isinstance(n, Size) else n for n in self.shape)


def of_model(model, given=None):
    """The signature of a model: a list with a structure of `TensorSpec`s for each positional argument of its call.

    Args:
        model: A built model or layer.
        given: What the user gave as `input_signature`: a list with an entry for each argument (or the entry of the only one), in
            any of the forms of `FORMS`; `None` stands for what the model was built with.
    """
    if given is None:
        return _named(_built_signature(model))
    graph = _graph_of(model)
    if graph is None:
        _check_built(model)
        return of_arguments(given, _argument_names(model.call))
    flat = tree.flatten(_described(given))
    names = [spec.name for spec in graph.input_specs()]
    if len(flat) != len(names):
        raise ValueError(
            f"`input_signature` must describe the {len(names)} inputs {names} of model {model.name!r}. "
            f"Received: {given!r}"
        )
    flat = [dataclasses.replace(spec, name=spec.name or name) for spec, name in zip(flat, names)]
    return _named([tree.pack_sequence_as(graph._inputs_struct, flat)])


def _graph_of(model):
    """The graph that a model is made from, or `None`."""
    find = getattr(model, "_graph_of_inputs", None)
    return None if find is None else find()


def of_arguments(given, argument_names=()):
    """The signature that a user wrote: a list with a structure for each argument, or the structure of the only one.

    Args:
        given: List, tuple or single description; see `FORMS`.
        argument_names: Names of the arguments, which inputs without a name get.
    """
    return _named(_described(given), argument_names)


def of_function(function, given):
    """The signature of a function, whose inputs without a name are called as its parameters are.

    Args:
        function: Callable of structures of tensors.
        given: As for `of_arguments`.
    """
    return of_arguments(given, _argument_names(function))


def _argument_names(function):
    """Names of the positional parameters of a function, as far as they can be told."""
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return ()
    return [p.name for p in parameters if p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD)]


def _described(given):
    """The signature that a user wrote, with `None` for names that were not given."""
    if not isinstance(given, (list, tuple)):
        given = [given]
    return [tree.map_structure(_of_description, entry) for entry in _marked(list(given))]


def _marked(structure):
    if isinstance(structure, dict):
        if structure and set(structure) <= _KEYS and "shape" in structure:
            return _Leaf(structure)
        return {key: _marked(value) for key, value in structure.items()}
    if isinstance(structure, (list, tuple)):
        return [_marked(value) for value in structure]
    return structure


class _Leaf:
    """Keeps a dict from being taken for a structure."""

    def __init__(self, entries):
        self.shape = entries["shape"]
        self.dtype = entries.get("dtype", backend.floatx())
        self.name = entries.get("name")
        self.bounds = entries.get("bounds") or {}


def _of_description(x):
    """The `TensorSpec`, perhaps without a name, of one description of a tensor."""
    if isinstance(x, TensorSpec):
        return x
    shape, dtype = getattr(x, "shape", None), getattr(x, "dtype", None)
    if shape is None or dtype is None:
        raise ValueError(f"A description of an input has a shape and a dtype; it is {FORMS}. Received: {x!r}")
    bounds = getattr(x, "bounds", {})
    shape = tuple(_size(n, i, bounds) for i, n in enumerate(shape))
    name = getattr(x, "name", None)
    return TensorSpec(shape, backend.standardize_dtype(dtype), name if isinstance(name, str) else None)


def _size(n, axis, bounds):
    """A size of a shape: an int, or a `Size` for `None` and for names."""
    if isinstance(n, Size):
        return n
    if isinstance(n, str) or n is None:
        name = n or ("batch" if axis == 0 else None)
        least, most = bounds.get(name if n else axis, (1, None))
        return Size(name, least, most)
    return int(n)


def _built_signature(model):
    """What the calls of a model take, as it was built, before inputs without a name are given one."""
    graph = _graph_of(model)
    if graph is not None:
        names, is_open = iter(spec.name for spec in graph.input_specs()), _takes_any_batch(model)
        return [tree.map_structure(lambda x: _of_keras_tensor(x, next(names), is_open), graph._inputs_struct)]
    _check_built(model)
    shapes = model._build_shapes_dict
    if not shapes or len(shapes) < _required_arguments(model.call):
        raise ValueError(
            f"The shapes of the inputs of model {model.name!r} are not known. Give them: `input_signature=[...]`, where each "
            f"entry is {FORMS}."
        )
    dtype = model.input_dtype or backend.floatx()
    return [tree.map_shape_structure(lambda s: _of_built_shape(s, dtype), shape) for shape in shapes.values()]


def _check_built(model):
    """Refuses a model without weights: to make them is no part of a graph."""
    if not model.built:
        raise ValueError(
            f"Model {model.name!r} must be built before it is exported: call it on data, or on `keras.Input`s, first."
        )


def _required_arguments(function):
    positional = (inspect.Parameter.POSITIONAL_ONLY, inspect.Parameter.POSITIONAL_OR_KEYWORD)
    parameters = inspect.signature(function).parameters.values()
    return sum(p.kind in positional and p.default is p.empty for p in parameters)


def _takes_any_batch(model):
    """Whether the batch that a model was built with, perhaps by its first call, binds nothing: a stack without states."""
    return isinstance(model, Sequential) and not any(getattr(layer, "stateful", False) for layer in model.layers)


def _of_keras_tensor(x, name, is_open):
    shape = (None, *x.shape[1:]) if is_open and x.shape else x.shape
    return _of_description(KerasTensor(shape, x.dtype, name=name))


def _of_built_shape(shape, dtype):
    return _of_description(InputSpec(shape=(None, *shape[1:]), dtype=dtype))


def _named(signature, argument_names=()):
    """Names inputs and sizes that have none, and keeps names apart."""
    given = dict(enumerate(argument_names))
    names = set()

    def name(path, spec):
        chosen = apart(spec.name or _name_of_place(path, given.get(path[0])), names)
        shape = tuple(_named_size(n, chosen, i) for i, n in enumerate(spec.shape))
        return TensorSpec(shape, spec.dtype, chosen)

    return [tree.map_structure_with_path(lambda path, s, i=i: name((i, *path), s), x) for i, x in enumerate(signature)]


def _name_of_place(path, argument):
    """`args_0` or the argument's name, with `_key` where it is a structure; a dict's key alone names an entry of an argument."""
    if len(path) == 2 and isinstance(path[1], str):
        return path[1]
    return "_".join([argument or f"args_{path[0]}", *map(str, path[1:])])


def _named_size(n, name, axis):
    if isinstance(n, Size) and n.name is None:
        return dataclasses.replace(n, name=f"{name}_axis_{axis}")
    return n


def open_sizes(specs):
    """Dict from names to the `Size`s of tensors.

    Args:
        specs: List of `TensorSpec`s.
    """
    return {n.name: n for spec in specs for n in spec.shape if isinstance(n, Size)}


def with_shared_sizes(signature):
    """The signature with one `Size` for each axis: for runtimes that must know which sizes are equal.

    Args:
        signature: As `of_model` gives it.
    """
    sizes = {}

    def shared(spec):
        shape = [sizes.setdefault(i, n) if isinstance(n, Size) else n for i, n in enumerate(spec.shape)]
        return dataclasses.replace(spec, shape=tuple(shape))

    return tree.map_structure(shared, signature)
