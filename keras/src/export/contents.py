"""What is exported: functions with their signatures, and what they keep."""

import contextlib
import inspect

from keras.src import backend, tree
from keras.src.export import signatures
from keras.src.layers import Layer


class Endpoint:
    """A function that a runtime can call.

    Args:
        name: Name of the function in the file.
        function: Callable of structures of tensors, one for each positional argument.
        signature: List with a structure of `TensorSpec`s for each argument.
        options: Dict of what the format takes for a single endpoint.
    """

    def __init__(self, name, function, signature, options=None):
        self.name, self.function, self.signature, self.options = name, function, signature, options or {}
        self.inputs = tree.flatten(signature)

    def with_shared_sizes(self):
        """The endpoint where sizes of one axis are equal, see `signatures.with_shared_sizes`."""
        return Endpoint(self.name, self.function, signatures.with_shared_sizes(self.signature), self.options)

    def argument_names(self):
        """Names of the arguments: those of their tensors, and `args_1` for a second one that is a structure."""
        return [getattr(x, "name", f"args_{i}") for i, x in enumerate(self.signature)]

    def __call__(self, *tensors):
        """What the function gives.

        Args:
            *tensors: One for each of `inputs`, in that order.
        """
        return self.function(*tree.pack_sequence_as(self.signature, tensors))


def of_model(model, input_signature=None, training=False, name="serve"):
    """The endpoint of a model or layer: its call, in inference unless `training`.

    Args:
        model: Built model or layer.
        input_signature: As users give it, or `None`.
        training: Whether the call is one of training.
        name: Name of the endpoint.
    """
    takes_training = "training" in inspect.signature(model.call).parameters or hasattr(model, "_model_graph")
    arguments = {"training": training} if takes_training else {}

    def call(*inputs):
        return model(*inputs, **arguments)

    return Endpoint(name, call, signatures.of_model(model, input_signature))


class Contents:
    """All that goes into one file.

    Attributes:
        endpoints: Dict from names to `Endpoint`s.
        resources: List of what was tracked: layers, models and lookup tables, whose variables the endpoints use.
        collections: Dict from names to lists of variables.
        is_archive: Whether this is what a user put together, and not the inference of one model.
    """

    def __init__(self, is_archive=False):
        self.is_archive = is_archive
        self.endpoints, self.resources, self.collections = {}, [], {}

    def add(self, endpoint):
        """Adds an endpoint, whose name must be new."""
        if endpoint.name in self.endpoints:
            raise ValueError(f"Endpoint name {endpoint.name!r} is already taken.")
        self.endpoints[endpoint.name] = endpoint

    def variables(self):
        """All variables of the resources, each once."""
        return self._gathered("variables")

    def trainable_variables(self):
        """Those that training changes."""
        return self._gathered("trainable_variables")

    def held_variables(self):
        """All variables of the file: those of the resources and those of collections, each once."""
        of_collections = [v for each in self.collections.values() for v in each if isinstance(v, backend.Variable)]
        return list({id(v): v for v in (*self.variables(), *of_collections)}.values())

    def check_changes(self, endpoint, variables):
        """Raises where an endpoint changes a variable that is none of the file's.

        Args:
            endpoint: `Endpoint`.
            variables: Variables that it changes.
        """
        known = {id(v) for v in self.held_variables()}
        for variable in variables:
            if id(variable) not in known:
                raise ValueError(
                    f"The endpoint {endpoint.name!r} changes the variable {variable.path!r}, which is not among those of the "
                    "file. Call `track(layer)` on the layer or model that it belongs to."
                )

    def _gathered(self, attribute):
        of_layers = (x for x in self.resources if isinstance(x, Layer))
        return list({id(v): v for layer in of_layers for v in getattr(layer, attribute)}.values())

    def layers(self):
        """All layers of the resources, with those within them."""
        found = [each for each in self.resources if isinstance(each, Layer)]
        return [layer for each in found for layer in each._flatten_layers()]


def flat_outputs(outputs):
    """Pairs of a name and a tensor: keys of a dict are names, other outputs are `output_0`, `output_1`, ...

    Args:
        outputs: What an endpoint gave: a tensor or a structure of them.
    """
    pairs = tree.flatten_with_path(outputs)
    named = [(".".join(map(str, path)), x) for path, x in pairs if x is not None]
    if isinstance(outputs, dict):
        return named
    return [(f"output_{i}", x) for i, (_, x) in enumerate(named)]


def plain(structure, function=lambda x: x):
    """A structure of dicts, lists and tuples without classes of the library's own, with a function of its tensors.

    Args:
        structure: Structure of tensors, of which some may be `None`.
        function: Function of a tensor.
    """
    if isinstance(structure, dict):
        return {key: plain(value, function) for key, value in structure.items()}
    if isinstance(structure, (list, tuple)):
        return (tuple if isinstance(structure, tuple) else list)(plain(value, function) for value in structure)
    return None if structure is None else function(structure)


def of_suitable_sizes(endpoint, trace, format):
    """What `trace` makes of an endpoint; where it fails, of one in which unknown sizes of one axis are equal.

    Args:
        endpoint: `Endpoint`.
        trace: Function of an `Endpoint`.
        format: Name of the format, for the error.

    Raises:
        ValueError: Both fail, perhaps since nothing bounds a size.
    """
    try:
        return trace(endpoint)
    except Exception as error:
        shared = endpoint.with_shared_sizes()
        if shared.inputs != endpoint.inputs:
            with contextlib.suppress(Exception):
                return trace(shared)
        raise _told(endpoint, error, format) from error


def _told(endpoint, error, format):
    """An error of a runtime with what can be done about it."""
    sizes = signatures.open_sizes(endpoint.inputs)
    advice = "Layers that are exported must be written with `keras.ops`, and know values only when they run."
    if sizes:
        advice += (
            f" The sizes {sorted(sizes)} are left open; where the model holds for some only, or needs to know that they are equal, say so: "
            "`input_signature=[{'shape': ('batch', 'time'), 'dtype': 'int32', 'bounds': {'time': (1, 64)}}]`, or give numbers."
        )
    return ValueError(
        f"The endpoint {endpoint.name!r} cannot be written in the format {format!r}. {advice} The runtime says: {error}"
    )


@contextlib.contextmanager
def inference(server, weights=()):
    """Context in which an endpoint runs on the tensors of another engine, or of a tracer.

    Args:
        server: Who serves these tensors, as `backend.door` knows them; `None` for the running engine.
        weights: Pairs of a variable and the tensor that stands for it.

    Yields:
        The scope that has the values of the variables, also of those that the endpoint changes.
    """
    with contextlib.ExitStack() as stack:
        if server is not None:
            stack.enter_context(backend.door.within(server))
        yield stack.enter_context(backend.StatelessScope(weights, initialize_variables=False))
