"""`Model`: a layer that can be trained, summarised and saved."""

import inspect
import json

from keras.src.api_export import keras_export
from keras.src.backend.common.global_state import STATE
from keras.src.layers.call_context import calling
from keras.src.layers.call_signature import call_signature
from keras.src.layers.layer import Layer
from keras.src.layers.weights import schemes
from keras.src.models import quantization
from keras.src.models import state_tree as state_trees
from keras.src.models.graph_config import functional_from_config, graph_config, restore_tuples, tuples_config
from keras.src.models.model_graph import ModelGraph
from keras.src.saving import serialization_lib
from keras.src.saving.legacy import keras_2
from keras.src.trainers.trainer import Trainer
from keras.src.utils import io_utils, summary_utils
from keras.src.utils.later import export_lib, saving_api
from keras.src.utils.messages import few, name_of
from keras.src.utils.traceback_utils import filter_traceback


class OfGraph:
    """An attribute that a model has where it has a graph, which knows it.

    Not a property: subclasses may use these names for what they like.
    """

    def __init__(self, doc=None):
        self.__doc__ = doc

    def __set_name__(self, owner, name):
        self.name = name

    def __get__(self, model, owner=None):
        if model is None:
            return self
        graph = model._model_graph
        if graph is None:
            raise AttributeError(f"{type(model).__name__!r} object has no attribute {self.name!r}")
        return getattr(graph, self.name)


@keras_export(["keras.Model", "keras.models.Model"])
class Model(Trainer, Layer):
    """Layers put together, with methods to train, evaluate, summarise and save them.

    There are three ways to make one. From symbolic tensors: `Model(inputs, outputs)` is the graph between them, where
    both are tensors or structures of tensors. By subclassing: layers are made in `__init__()` and used in `call()`.
    As a
    stack: see `keras.Sequential`.

    Args:
        inputs: Symbolic tensor, or structure of them, from `keras.Input`.
        outputs: Symbolic tensor, or structure of them, made from the inputs by layers and operations.
        name: Name; made from the class name by default.

    Example:

    >>> x = keras.Input((8,))
    >>> y = keras.layers.Dense(1)(keras.layers.Dense(4, activation="relu")(x))
    >>> model = keras.Model(x, y)
    >>> model(keras.ops.ones((2, 8))).shape
    (2, 1)

    >>> class Classifier(keras.Model):
    ...     def __init__(self):
    ...         super().__init__()
    ...         self.dense = keras.layers.Dense(3, activation="softmax")
    ...     def call(self, inputs, training=False):
    ...         return self.dense(inputs)
    >>> Classifier()(keras.ops.ones((2, 8))).shape
    (2, 3)
    """

    # The class of what `Model(inputs, outputs)` makes; `functional.py` sets it, since it stands to the right.
    _graph_class = None

    # The `ModelGraph` of a model made from inputs and outputs, whatever its class.
    _model_graph = None

    def __new__(cls, *args, **kwargs):
        if cls is Model and has_graph_arguments(args, kwargs):
            return Model._graph_class.__new__(Model._graph_class, *args, **kwargs)
        return super().__new__(cls, *args, **kwargs)

    def __init__(self, *args, **kwargs):
        if has_graph_arguments(args, kwargs):
            self._start_from_graph(*args, **kwargs)
            return
        if args:
            raise TypeError(
                f"{type(self).__name__} takes `inputs` and `outputs` together, or keyword arguments only. "
                f"Received by position: {args}"
            )
        Trainer.__init__(self)
        Layer.__init__(self, **kwargs)

    # The graph of a model made from inputs and outputs

    def _start_from_graph(self, inputs, outputs, name=None, trainable=True, dtype=None, **kwargs):
        parts = kwargs.pop("quantized_parts", None)
        if kwargs:
            raise ValueError(f"{type(self).__name__} does not know the arguments {kwargs}.")
        Trainer.__init__(self)
        Layer.__init__(self, name=name, trainable=trainable, dtype=dtype, quantized_parts=parts)
        graph = ModelGraph(inputs, outputs, name=self.name)
        for layer in graph.layers:
            self._tracker.add_to_store("layers", layer)
        state = self.__dict__
        state["_model_graph"] = graph
        state["_convert_input_args"] = False
        state["_allow_non_tensor_positional_args"] = True
        state["_input_spec"] = graph.input_specs()
        self.build(None)

    input_names = OfGraph("Names of the inputs, in order.")
    output_names = OfGraph("Names of the layers and operations that make the outputs, in order.")
    input_shape = OfGraph("Shape of the input, or list of shapes.")
    output_shape = OfGraph("Shape of the output, or list of shapes.")
    inputs = OfGraph("Flat list of the symbolic inputs.")
    outputs = OfGraph("Flat list of the symbolic outputs.")
    operations = OfGraph("The operations of the graph, inputs first.")
    # What other libraries read.
    _inputs, _outputs, _inputs_struct, _outputs_struct = OfGraph(), OfGraph(), OfGraph(), OfGraph()
    _nodes, _nodes_by_depth, _operations, _operations_by_depth = OfGraph(), OfGraph(), OfGraph(), OfGraph()
    _run_through_graph = OfGraph()

    @property
    def input(self):
        """Symbolic inputs, structured as the model was made with them."""
        return super().input if self._model_graph is None else self._model_graph._inputs_struct

    @property
    def output(self):
        """Symbolic outputs, structured likewise."""
        return super().output if self._model_graph is None else self._model_graph._outputs_struct

    def _lock_state(self):
        if self._model_graph is None:
            super()._lock_state()  # A graph is built from the start, so attributes are set later.

    def _freeze_when_built(self):
        if self._model_graph is None:
            super()._freeze_when_built()  # The flag is a graph's own: each layer that it was given keeps its own.

    # Calls

    def call(self, *args, **kwargs):
        """The computation: that of the graph, which takes `inputs`, `training` and `mask`; or what a subclass overrides
        this with.
        """
        if self._model_graph is None:
            raise NotImplementedError(
                f"{type(self).__name__} does not define `call()`. Override it, or make the model from inputs and "
                "outputs."
            )
        return self._call_graph(self._model_graph, *args, **kwargs)

    def _call_graph(self, graph, inputs, training=None, mask=None, **kwargs):
        context = STATE.call
        if context is not None and (training is None or context.training == training):
            return graph.call(inputs, context.training, mask)
        with calling(self, training):
            return graph.call(inputs, training, mask)

    @property
    def _is_called_as_graph(self):
        return self._model_graph is not None and type(self).call is Model.call

    def _graph_that_is_called(self):
        return self._model_graph if self._is_called_as_graph else None

    def _signature_of_call(self):
        return call_signature(ModelGraph.call) if self._is_called_as_graph else super()._signature_of_call()

    def compute_output_spec(self, *args, **kwargs):
        if not self._is_called_as_graph:
            return super().compute_output_spec(*args, **kwargs)
        return self._model_graph.compute_output_spec(args[0] if args else kwargs["inputs"])

    def compute_output_shape(self, *args, **kwargs):
        if not self._is_called_as_graph:
            return super().compute_output_shape(*args, **kwargs)
        return self._model_graph.compute_output_shape(*args, **kwargs)

    _default_output_shape = compute_output_shape

    def _dtypes_of_quick_calls(self):
        if self._model_graph is None:
            return super()._dtypes_of_quick_calls()
        dtypes = self._model_graph.input_dtypes()
        return dtypes if len(dtypes) == 1 else None

    def _set_masks(self, inputs, outputs):
        if self._model_graph is None:
            super()._set_masks(inputs, outputs)  # The layers of a graph have set the masks of the outputs.

    # Layers

    @property
    def layers(self):
        """The layers directly in the model; those of a graph from the inputs to the outputs."""
        if self._model_graph is not None:
            return self._model_graph.layers[:]
        return self._flatten_layers(include_self=False, recursive=False)

    @layers.setter
    def layers(self, value):
        raise AttributeError(
            "`layers` of a model lists what is assigned to its attributes; use another name for your attribute."
        )

    def get_layer(self, name=None, index=None):
        """Finds a layer.

        Args:
            name: Name of the layer.
            index: Its position in `layers`, instead of the name.

        Returns:
            The layer.

        Raises:
            ValueError: There is no such layer.
        """
        if (name is None) == (index is None):
            raise ValueError(
                f"`get_layer` takes a name or an index, one of them. Received: name={name!r}, index={index!r}"
            )
        layers = self.layers
        if index is not None:
            if index >= len(layers):
                raise ValueError(f"Model {self.name!r} has {len(layers)} layers. Received: index={index}")
            return layers[index]
        for layer in layers:
            if layer.name == name:
                return layer
        raise ValueError(
            f"Model {name_of(self.name)} has no layer {name_of(name)}. Its layers are: {few(layer.name for layer in layers)}"
        )

    @filter_traceback
    def summary(
        self,
        line_length=None,
        positions=None,
        print_fn=None,
        expand_nested=False,
        show_trainable=False,
        layer_range=None,
    ):
        """Prints a table of the layers, with their output shapes and numbers of parameters.

        Args:
            line_length: Number of characters in a line; by default as many as the terminal and the text ask for.
            positions: Ends of the columns as fractions of the line, such as `[0.45, 0.78, 1.0]`; by default so that
                no name is cut while there is room.
            print_fn: Function that gets the text, without colours; by default it is printed, in colours in a terminal
                or a notebook.
            expand_nested: Whether the layers of nested models are listed too.
            show_trainable: Whether a column tells which layers are trainable.
            layer_range: Pair of names, or regular expressions, of the first and the last layer to list.
        """
        summary_utils.print_summary(self, line_length, positions, print_fn, expand_nested, show_trainable, layer_range)

    # Files

    @filter_traceback
    def save(self, filepath, overwrite=True, zipped=None, **kwargs):
        """Writes the model, with its weights and the state of its training, to a file.

        Args:
            filepath: Path or URL that ends in `.keras`; or `"hf://user/name"`, a repository of Hugging Face's hub; or a
                binary file object.
            overwrite: Whether an existing file is replaced without asking.
            zipped: Whether the file is one zip archive; a folder otherwise.
            **kwargs: `weights_format="safetensors"`, and what else `keras.saving.save_model` takes.
        """
        return saving_api.save_model(self, filepath, overwrite=overwrite, zipped=zipped, **kwargs)

    @filter_traceback
    def save_weights(self, filepath, overwrite=True, max_shard_size=None):
        """Writes the weights to a file.

        Args:
            filepath: Path or URL that ends in `.weights.h5` or `.safetensors`, or `.weights.json` with shards; or a
                binary file object.
            overwrite: Whether an existing file is replaced without asking.
            max_shard_size: Largest size of a file, in GB; `None` means one file.
        """
        return saving_api.save_weights(self, filepath, overwrite=overwrite, max_shard_size=max_shard_size)

    @filter_traceback
    def load_weights(self, filepath, skip_mismatch=False, **kwargs):
        """Reads weights from a file.

        Args:
            filepath: Path or URL of a file of weights, or of a whole model; or a binary file object.
            skip_mismatch: Whether weights whose number or shape does not fit are passed over.
        """
        return saving_api.load_weights(self, filepath, skip_mismatch=skip_mismatch, **kwargs)

    @filter_traceback
    def export(self, filepath, format="tf_saved_model", verbose=None, input_signature=None, **kwargs):
        """Writes the model's inference for use without this library; any engine writes any format.

        Args:
            filepath: Path of the file, or of the folder of a SavedModel; what is there is replaced.
            format: `"tf_saved_model"` (TensorFlow), `"litert"` (a `.tflite` file), `"onnx"`, `"openvino"`, `"torch"` (what
                `torch.export.load` reads) or `"stablehlo"` (what `jax.export.deserialize` reads).
            verbose: Whether to print what the file offers and how it is loaded; `None` prints it too.
            input_signature: List with a description for each input: a `keras.InputSpec`, a `keras.Input`, an array, or a dict such
                as `{"shape": (None, "time"), "dtype": "int32", "name": "tokens", "bounds": {"time": (1, 64)}}`, in which sizes that
                stay open are `None` or have a name. By default the inputs are what the model was built with, for any batch size.
            **kwargs: Arguments of the format: `is_static` and `jax2tf_kwargs` of SavedModels, `opset_version` of ONNX, attributes of
                `tf.lite.TFLiteConverter` for LiteRT, and others that an error names.

        Raises:
            ValueError: The format is not known, or cannot hold the model; or the model is not built.
            ImportError: A package that the format needs is not installed.

        Example:

        >>> import importlib.util, os, tempfile
        >>> model = keras.Sequential([keras.Input((3,), name="rows"), keras.layers.Dense(2)])
        >>> if importlib.util.find_spec("tensorflow"):
        ...     import tensorflow as tf
        ...
        ...     with tempfile.TemporaryDirectory() as folder:
        ...         model.export(os.path.join(folder, "served"), verbose=False)
        ...         served = tf.saved_model.load(os.path.join(folder, "served"))
        ...         assert served.serve(np.ones((4, 3), "float32")).shape == (4, 2)
        """
        return export_lib.export_model(
            self, filepath, format=format, verbose=verbose, input_signature=input_signature, **kwargs
        )

    def _graph_of_inputs(self):
        """The graph that tells what the inputs are, or `None`."""
        return self._model_graph

    def to_json(self, **kwargs):
        """Config of the model as a JSON string, from which `keras.models.model_from_json` makes an equal one.

        Args:
            **kwargs: Arguments of `json.dumps`.
        """
        return json.dumps(serialization_lib.serialize_with_sharing(self), **kwargs)

    @classmethod
    def from_config(cls, config, custom_objects=None):
        """Makes a model from what `get_config` gave.

        Args:
            config: Dict.
            custom_objects: Dict from names to classes of one's own.
        """
        if is_graph_config(config) and takes_graph_arguments(cls):
            return functional_from_config(cls, config, custom_objects)
        return super().from_config(config)

    def get_config(self):
        graph = self._model_graph
        if graph is None or not takes_graph_arguments(type(self)):
            return super().get_config()
        return {"name": self.name, "trainable": self.trainable, **graph_config(graph)}

    # A file has lists for tuples; this is read though a graph is built already.

    @property
    def _reads_build_config_when_built(self):
        return self._model_graph is not None

    def get_build_config(self):
        if self._model_graph is None:
            return super().get_build_config()
        return {"input_shape": None, **tuples_config(self._model_graph)}

    def build_from_config(self, config):
        if self._model_graph is None:
            super().build_from_config(config)
        else:
            restore_tuples(self._model_graph, config)

    def _get_variable_map(self):
        return {variable.path: variable for variable in self.variables}

    def get_state_tree(self, value_format="backend_tensor"):
        """Values of all variables, of the optimizer and the metrics too, as nested dicts by path.

        Args:
            value_format: `"backend_tensor"` or `"numpy_array"`.

        Returns:
            Dict with the entries `trainable_variables`, `non_trainable_variables`, `optimizer_variables`,
            `metrics_variables`.
        """
        return state_trees.get_state_tree(self, value_format)

    def set_state_tree(self, state_tree):
        """Sets variables from nested dicts such as `get_state_tree` gives; what they do not name stays as it is."""
        state_trees.set_state_tree(self, state_tree)

    # Quantization

    def quantize(self, mode=None, config=None, filters=None, **kwargs):
        """Replaces the weights of all layers that can be quantized.

        Args:
            mode: Kind of quantization: `"int8"`, `"int4"`, `"float8"`, ...
            config: `keras.quantizers.QuantizationConfig` with the details; tells the mode where `mode` is absent.
            filters: Which layers: a regular expression for their names, a list of these, or a function of a layer.
            **kwargs: `type_check`: whether subclasses of layers that can be quantized are left alone (they are by default);
                `verbose`: whether the report is printed.

        Returns:
            A `keras.quantizers.QuantizationReport` of what was done to which layer.

        Raises:
            ValueError: `mode` and `config` do not fit together, or the model is not built or quantized already. Nothing
                has changed then. Where a layer fails later, the report tells of it, and the layer stays as it was.

        Example:

        >>> model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(4)])
        >>> report = model.quantize("int8")
        >>> model.layers[0].dtype_policy.name
        'int8_from_float32'
        """
        type_check, verbose = kwargs.pop("type_check", True), kwargs.pop("verbose", False)
        if kwargs:
            raise ValueError(f"`quantize` does not know the arguments {kwargs}.")
        config = schemes.resolved(mode, config)
        report = quantization.quantize(self, config, filters, type_check)
        if report.num_quantized:
            self._forget_functions()
        self._quantization_report = report
        self._post_quantize(config.mode)
        if verbose:
            io_utils.print_msg(report.render(verbose=True))
        return report

    def quantization_summary(self, verbose=True):
        """A table of what quantization has made of the model.

        Args:
            verbose: Whether there is a line for each layer with weights; else there is the total alone.

        Returns:
            A string: mode, number of parameters, and bytes that weights would take unquantized, and that they take.

        Example:

        >>> model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(4)])
        >>> report = model.quantize("int8")
        >>> print(model.quantization_summary(verbose=False))
        layer  mode  parameters  bytes before  bytes now
        total                36           144         64
        """
        return quantization.summary(self, verbose)

    def _post_quantize(self, mode, **kwargs):
        """Called when the layers were quantized; models of other libraries override it to drop what they compiled.

        Args:
            mode: Kind of quantization.
            **kwargs: What else `quantize` was told.
        """

    def get_quantization_layer_structure(self, mode=None):
        """The layers of the model as methods that calibrate layer by layer need them; `None` unless overridden.

        Args:
            mode: Kind of quantization.
        """
        return None

    def _obj_type(self):
        return "Model"


def has_graph_arguments(args, kwargs):
    """Whether the arguments of a model are inputs and outputs."""
    return len(args) == 2 or (len(args) == 1 and "outputs" in kwargs) or ("inputs" in kwargs and "outputs" in kwargs)


def is_graph_config(config):
    """Whether a config describes a graph."""
    return "layers" in config and "input_layers" in config


def takes_graph_arguments(cls):
    """Whether the constructor of a class of models takes `inputs` and `outputs` first, as `Model` does."""
    parameters = list(inspect.signature(cls.__init__).parameters.values())[1:]
    if [p.kind for p in parameters[:2]] == [inspect.Parameter.VAR_POSITIONAL, inspect.Parameter.VAR_KEYWORD]:
        return True
    return [p.name for p in parameters[:2]] == ["inputs", "outputs"]


@keras_export("keras.models.model_from_json")
@filter_traceback
def model_from_json(json_string, custom_objects=None):
    """Makes a model, with new weights, from the string that `Model.to_json` gave.

    Args:
        json_string: The string.
        custom_objects: Dict from names to classes or functions of one's own.

    Returns:
        A model, not compiled.

    Example:

    >>> model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    >>> keras.models.model_from_json(model.to_json()).output_shape
    (None, 2)
    """
    config = serialization_lib.read_json(json_string, "The string")
    return serialization_lib.deserialize_with_sharing(keras_2.to_keras_3(config), custom_objects=custom_objects)
