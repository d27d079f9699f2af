"""`ExportArchive`: a file with several functions."""

import functools
import inspect
import sys

from keras.src import backend, tree
from keras.src.api_export import keras_export
from keras.src.export import contents as export_contents
from keras.src.export import export_lib, signatures, tensorflow_module
from keras.src.layers.layer import Layer

_NAMES = {"tf_saved_model": "saved_model"}
"""What formats are called here, where that is not what `Model.export` calls them."""


@keras_export("keras.export.ExportArchive")
class ExportArchive:
    """Writes functions, with the layers that they use, into one file for use without this library.

    `Model.export` writes the inference of one model; an archive takes several functions, which may train, and chooses their
    names. Each function is called on unknown sizes wherever the signature has `None`.

    Where functions train, a file keeps what they change: the variables of a SavedModel or a LiteRT file, which all functions share;
    buffers of each program of `"torch"`, where every function has weights of its own; and with `"stablehlo"`, whose functions
    take the weights as an argument, what is to be put in their place is a second result. That file is an archive whose
    `README.txt` says how JAX reads it.

    Args:
        format: `"saved_model"`, TensorFlow's; or `"litert"`, `"torch"` or `"stablehlo"`, as `Model.export` writes them.
        **kwargs: Arguments of the format, as `Model.export` takes them.

    Raises:
        ValueError: The format is not known, or holds one function only.
        ImportError: A package that the format needs is not installed.

    Example:

    >>> import importlib.util, os, tempfile
    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    >>> if importlib.util.find_spec("tensorflow"):
    ...     archive = keras.export.ExportArchive()
    ...     archive.track(model)
    ...     rows = [keras.InputSpec(shape=(None, 3), dtype="float32")]
    ...     _ = archive.add_endpoint("serve", model, rows)
    ...     _ = archive.add_endpoint("doubled", lambda x: 2 * model(x), rows)
    ...     with tempfile.TemporaryDirectory() as folder:
    ...         archive.write_out(os.path.join(folder, "served"), verbose=False)
    ...         assert os.listdir(folder) == ["served"]
    """

    # Not in `__init__`, which has the public signature `(*args, **kwargs)`, that of `object`.
    def __new__(cls, format="saved_model", **kwargs):
        known = {
            _NAMES.get(name, name): name for name in export_lib.FORMATS if export_lib.writer_class(name).holds_several
        }
        if format not in known:
            raise ValueError(
                f"Unsupported format: {format}. An archive has one of the formats {list(known)}; other formats hold one "
                "function, which `Model.export` writes."
            )
        self = super().__new__(cls)
        self._format, self._options = known[format], kwargs
        self._contents = export_contents.Contents(is_archive=True)
        export_lib.writer_of(self._format, kwargs)
        return self

    variables = property(lambda self: self._contents.variables(), doc="All variables of what is tracked.")
    trainable_variables = property(
        lambda self: self._contents.trainable_variables(), doc="Those variables that training changes."
    )

    @property
    def non_trainable_variables(self):
        """Those variables that training leaves alone."""
        trainable = {id(v) for v in self.trainable_variables}
        return [v for v in self.variables if id(v) not in trainable]

    def track(self, resource):
        """Makes the variables and lookup tables of a layer part of the file.

        Args:
            resource: A built `keras.Layer`, such as a model, or an object that TensorFlow tracks, such as a `tf.lookup` table.

        Raises:
            ValueError: It is something else, or a layer that is not built.
        """
        if isinstance(resource, Layer):
            _check_built(resource)
        elif not _is_of_tensorflow(resource):
            raise ValueError(
                "Invalid resource type. Expected a Keras `Layer` or `Model` or a TensorFlow `Trackable` object. "
                f"Received object {resource} of type '{type(resource)}'."
            )
        if not any(resource is other for other in self._contents.resources):
            self._contents.resources.append(resource)

    def add_endpoint(self, name, fn, input_signature=None, **kwargs):
        """Adds a function.

        Args:
            name: Name by which the file offers it.
            fn: Function of tensors, or of lists and dicts of tensors; a layer or model; or on TensorFlow a `tf.function`, which
                needs no signature where it has one itself or was called.
            input_signature: List with a description for each positional argument: a `keras.InputSpec`, a `keras.Input`, an array,
                a dict such as `{"shape": (None, "time"), "dtype": "int32", "name": "tokens", "bounds": {"time": (1, 64)}}`, or
                lists and dicts of these. A layer or model that is built needs none.
            **kwargs: Arguments of `fn` by name, such as `training=True`; `is_static` and `jax2tf_kwargs` are those of the format.

        Returns:
            The function that the file offers, for calls here.

        Raises:
            ValueError: The name is taken, or there is no signature and none can be known.
        """
        options = {key: kwargs.pop(key) for key in tensorflow_module.OPTIONS if key in kwargs}
        if not callable(fn):
            raise TypeError(f"`fn` must be callable. Received: fn={fn!r}")
        if isinstance(fn, Layer):
            _check_built(fn)
            endpoint = export_contents.of_model(fn, input_signature, name=name, **kwargs)
        else:
            endpoint = _of_function(name, fn, input_signature, kwargs)
        endpoint.options = options
        self._contents.add(endpoint)
        return endpoint.function

    def track_and_add_endpoint(self, name, resource, input_signature, **kwargs):
        """Tracks a layer or model and adds its call.

        Args:
            name: Name by which the file offers the call.
            resource: A built layer or model.
            input_signature: As for `add_endpoint`.
            **kwargs: As for `add_endpoint`.

        Returns:
            The function that the file offers.
        """
        if not isinstance(resource, Layer) and not _is_of_tensorflow(resource):
            self.track(resource)
        endpoint = self.add_endpoint(name, resource, input_signature, **kwargs)
        self.track(resource)
        return endpoint

    def add_variable_collection(self, name, variables):
        """Makes a list of variables an attribute of the object that is loaded.

        Args:
            name: Name of the attribute.
            variables: List, tuple or set of variables.

        Raises:
            ValueError: `variables` is something else, or holds something else.
        """
        if not isinstance(variables, (list, tuple, set)):
            raise ValueError(
                f"Expected `variables` to be a list/tuple/set. Received instead object of type '{type(variables)}'."
            )
        others = [type(v) for v in variables if not isinstance(v, backend.Variable) and not _is_of_tensorflow(v)]
        if others:
            raise ValueError(
                f"Expected all elements in `variables` to be variables. Found instead the following types: {others}"
            )
        self._contents.collections[name] = list(variables)

    def write_out(self, filepath, options=None, verbose=True):
        """Writes the file.

        Args:
            filepath: Path of the file or folder; what is there is replaced.
            options: `tf.saved_model.SaveOptions` for SavedModels, or `None`.
            verbose: Whether to print what the file offers.

        Raises:
            ValueError: There is no endpoint, or the format cannot hold one.
        """
        if not self._contents.endpoints:
            raise ValueError("No endpoints have been set yet. Call add_endpoint().")
        chosen = self._options if options is None else {**self._options, "options": options}
        export_lib.write(export_lib.writer_of(self._format, chosen), self._contents, filepath, verbose)


def _check_built(layer):
    if not layer.built:
        raise ValueError(
            f"The layer provided has not yet been built. It must be built before export: call {layer.name!r} first."
        )


def _is_of_tensorflow(x):
    """Whether TensorFlow can save `x`; nothing is of TensorFlow before that is imported."""
    tf = sys.modules.get("tensorflow")
    return tf is not None and isinstance(x, tf.__internal__.tracking.Trackable)


def _of_function(name, function, given, arguments):
    """The endpoint of a function that is no layer."""
    if given is None:
        return _of_graph_function(name, function, arguments)
    unknown = sorted(set(arguments) - _keywords(function))
    if unknown:
        raise ValueError(f"The function of the endpoint {name!r} has no parameters {unknown}.")
    signature = signatures.of_function(function, given)
    bound = functools.partial(function, **arguments)
    return export_contents.Endpoint(name, bound, signature)


def _keywords(function):
    """Names of the arguments that a function takes by name."""
    parameters = inspect.signature(function).parameters.values()
    return {p.name for p in parameters if p.kind in (p.KEYWORD_ONLY, p.POSITIONAL_OR_KEYWORD)}


def _of_graph_function(name, function, arguments):
    """The endpoint of a `tf.function` as it is."""
    if not tensorflow_module.is_graph_function(function):
        raise ValueError(
            "If the `fn` argument provided is not a `tf.function`, you must provide an `input_signature` argument to specify "
            "the shape and dtype of the function arguments. Example:\n\n"
            "export_archive.add_endpoint(\n    name='call',\n    fn=model.call,\n    input_signature=[\n"
            "        keras.InputSpec(\n            shape=(None, 224, 224, 3),\n            dtype='float32',\n        )\n"
            "    ],\n)"
        )
    graph = tensorflow_module.concrete(function)
    if graph is None or arguments:
        raise ValueError(
            f"The provided tf.function '{function}' has never been called. To specify the expected shape and dtype of the "
            "function's arguments, you must either provide a function that has been called at least once, or alternatively "
            "pass an `input_signature` argument in `add_endpoint()`."
        )
    described = [x for x in tree.flatten(graph.structured_input_signature) if hasattr(x, "shape")]
    return export_contents.Endpoint(name, function, signatures.of_arguments(described))
