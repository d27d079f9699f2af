"""`Sequential`: a model that is a stack of layers."""

from keras.src import backend, tree
from keras.src.api_export import keras_export
from keras.src.layers.core.input_layer import Input, InputLayer
from keras.src.layers.layer import Layer
from keras.src.layers.layer_build import shape_from_config
from keras.src.models.functional import Functional
from keras.src.models.model import Model
from keras.src.models.model_graph import ModelGraph
from keras.src.saving import serialization_lib
from keras.src.saving.object_registration import CustomObjectScope
from keras.src.utils.load_budget import budget_if_given
from keras.src.utils.messages import name_of


@keras_export(["keras.Sequential", "keras.models.Sequential"])
class Sequential(Model):
    """A stack of layers, each of which takes what the one before it gives.

    The model is built, with all its variables, as soon as the shape of the input is known: from a `keras.Input` at
    the start, from `build(input_shape)`, or from the first call.

    Args:
        layers: List of layers; more can be added by `add`.
        trainable: Whether training changes the variables.
        name: Name; `sequential` with a number by default.

    Example:

    >>> model = keras.Sequential([keras.Input((8,)), keras.layers.Dense(4), keras.layers.Dense(1)])
    >>> model.output_shape
    (None, 1)
    """

    # The graph holds no state of its own: in files, the layers stand for it.
    _unsaved_attributes = frozenset(("_functional",))
    _layers_in_config = ("_layers",)

    def __new__(cls, *args, **kwargs):
        return super().__new__(cls, *args, **kwargs)

    def __init__(self, layers=None, trainable=True, name=None, **kwargs):
        super().__init__(trainable=trainable, name=name, **kwargs)
        state = self.__dict__
        state["_inputs_of_stack"] = None
        state["_outputs_of_stack"] = []
        self._drop_graph()
        for layer in layers or ():
            self.add(layer, rebuild=False)
        self._maybe_rebuild()

    # The stack

    def _freeze_when_built(self):
        """The flag is the model's own: each layer that it was given has one, and keeps it."""

    def add(self, layer, rebuild=True):
        """Puts a layer on top.

        Args:
            layer: A `keras.Layer`, or the tensor of a `keras.Input` as the first.
            rebuild: Whether the model is built at once where it can be.
        """
        layer = self._checked_layer(layer)
        self._tracker.unlock()
        if not self._layers and getattr(layer, "_input_shape_arg", None) is not None:
            self.add(InputLayer(batch_shape=layer._input_shape_arg), rebuild=False)
            self._tracker.unlock()
        self._tracker.add_to_store("layers", layer)
        if rebuild:
            self._maybe_rebuild(extend=True)
        else:
            self._forget_graph()

    def pop(self, rebuild=True):
        """Takes the layer on top away and returns it.

        Args:
            rebuild: Whether the model stays built.
        """
        if not self.layers:
            raise IndexError(f"Sequential model {self.name!r} has no layers to take away.")
        layer = self._layers[-1]
        self._tracker.untrack(layer)
        if self._outputs_of_stack and rebuild:
            self._outputs_of_stack.pop()
            self._drop_graph()
        else:
            self._forget_graph()
        return layer

    def _checked_layer(self, layer):
        history = getattr(layer, "_keras_history", None)
        if history is not None and isinstance(history.operation, InputLayer):
            layer = history.operation
        if not isinstance(layer, Layer):
            raise ValueError(f"A Sequential model takes `keras.Layer`s. Received: {layer!r} (of type {type(layer)})")
        if any(layer.name == other.name for other in self._layers):
            raise ValueError(
                f"The layers of a Sequential model need names of their own; {name_of(layer.name)} is taken. Pass "
                "`name=` to the layer."
            )
        if isinstance(layer, InputLayer) and self._layers and isinstance(self._layers[0], InputLayer):
            raise ValueError(
                f"Sequential model {self.name!r} starts with an input of shape {self._layers[0].batch_shape} "
                f"already. Received another: {layer}"
            )
        return layer

    def _forget_graph(self):
        self.__dict__["_inputs_of_stack"] = None
        self._drop_graph()
        self._outputs_of_stack.clear()
        self.built = False

    def _drop_graph(self):
        self.__dict__["_stack_graph"] = self.__dict__["_functional_of_stack"] = None

    def _maybe_rebuild(self, extend=False):
        """Builds the model if the shape of its input is known."""
        self._start_with_the_first_model()
        starts = bool(self._layers) and isinstance(self._layers[0], InputLayer)
        if extend and self._inputs_of_stack is not None and self.built:
            self._stack_up()
            self._mark_as_built(self._build_shapes_dict)
        elif starts and len(self._layers) > 1:
            self.build(self._layers[0].batch_shape)
        elif extend:
            self.built = False

    def _start_with_the_first_model(self):
        """Puts an input in front of a model that has one."""
        first = self._layers[0] if self._layers else None
        inputs = getattr(first, "inputs", ()) if isinstance(first, Model) else ()
        if len(inputs) == 1 and not isinstance(getattr(first, "_inputs_struct", None), dict):
            x = inputs[0]
            self._put_first(InputLayer(batch_shape=x.shape, dtype=x.dtype, sparse=x.sparse, ragged=x.ragged))

    def _put_first(self, layer):
        self._tracker.unlock()
        self._tracker.add_to_store("layers", layer)
        self._layers.insert(0, self._layers.pop())

    @property
    def layers(self):
        """The layers, without the input."""
        layers = self._layers
        return layers[1:] if layers and isinstance(layers[0], InputLayer) else layers[:]

    @layers.setter
    def layers(self, value):
        raise AttributeError("`layers` of a Sequential model is its stack; change it by `add` and `pop`.")

    # Building

    def build(self, input_shape=None):
        """Creates all variables.

        Args:
            input_shape: Shape of the input with the batch, or structure of shapes; not needed where the model starts
                with an input.
        """
        starts = bool(self._layers) and isinstance(self._layers[0], InputLayer)
        if not self._layers:
            raise ValueError(f"Sequential model {self.name!r} has no layers to build: `add` some first.")
        if starts:
            inputs = self._layers[0].output
            _check_same_input(self, inputs.shape, input_shape)
        elif input_shape is None:
            raise ValueError(
                f"`build` of Sequential model {self.name!r} needs an `input_shape`: nothing else tells it."
            )
        else:
            inputs = self._new_inputs(input_shape)
        self.__dict__["_inputs_of_stack"] = inputs
        self._outputs_of_stack.clear()
        self._stack_up()

    def _new_inputs(self, input_shape):
        dtype = self._layers[0].compute_dtype
        if isinstance(input_shape, (list, tuple)) and all(n is None or isinstance(n, int) for n in input_shape):
            layer = InputLayer(batch_shape=tuple(input_shape), dtype=dtype)
            self._put_first(layer)
            return layer.output
        return tree.map_shape_structure(lambda shape: Input(batch_shape=shape, dtype=dtype), input_shape)

    def _stack_up(self):
        """Calls the layers that are new on what comes from below.

        Where a layer cannot say what its outputs will be, there is no graph: the layers run one after the other.
        """
        self._drop_graph()
        outputs = self._outputs_of_stack
        try:
            with self._open_name_scope():
                for layer in self.layers[len(outputs) :]:
                    outputs.append(layer(outputs[-1] if outputs else self._inputs_of_stack))
        except NotImplementedError:
            self.__dict__["_inputs_of_stack"] = None
            outputs.clear()

    def _names_of_outputs(self):
        return None if self._graph is None else self._graph.output_names

    @property
    def _graph(self):
        """The stack as a `ModelGraph`; `None` where there is none, or none yet and a compiler is at work."""
        if self._stack_graph is None and self._inputs_of_stack is not None and not backend.core.is_compiling():
            self.__dict__["_stack_graph"] = ModelGraph(*self._ends(), name=self.name)
        return self._stack_graph

    def _graph_of_inputs(self):
        return self._graph

    def _ends(self):
        return self._inputs_of_stack, self._outputs_of_stack[-1] if self._outputs_of_stack else self._inputs_of_stack

    @property
    def _functional(self):
        """The stack as a model of its own, for other libraries; `None` before the model is built."""
        if self._functional_of_stack is None and self._inputs_of_stack is not None:
            self.__dict__["_functional_of_stack"] = Functional(*self._ends(), name=self.name)
        return self._functional_of_stack

    def _defined(self, what):
        if self._graph is None:
            raise AttributeError(f"Sequential model {self.name!r} has no {what} before it is built.")
        return self._graph

    @property
    def input_shape(self):
        """Shape of the input with the batch."""
        return self._defined("input shape").input_shape

    @property
    def output_shape(self):
        """Shape of the output with the batch."""
        return self._defined("output shape").output_shape

    @property
    def inputs(self):
        """List of the symbolic inputs."""
        return self._defined("inputs").inputs

    @property
    def outputs(self):
        """List of the symbolic outputs."""
        return self._defined("outputs").outputs

    @property
    def input_dtype(self):
        """Name of the dtype of the input."""
        return self.layers[0].input_dtype if self.layers else super().input_dtype

    # Calls

    def call(self, inputs, training=None, mask=None, **kwargs):
        """The output of the last layer.

        Args:
            inputs: Tensor, or structure of tensors.
            training: Whether the call trains.
            mask: Mask of the inputs.
        """
        graph = self._graph
        if graph is not None:
            return self._call_graph(graph, inputs, training, mask)
        if mask is not None:
            for x, m in zip(tree.flatten(inputs), tree.flatten(mask)):
                backend.set_keras_mask(x, m)
        for layer in self.layers:
            inputs = layer(inputs)
        return inputs

    def _graph_that_is_called(self):
        return self._graph if type(self).call is Sequential.call else None

    def compute_output_shape(self, input_shape):
        if self._graph is not None:
            return self._graph.compute_output_shape(input_shape)
        for layer in self.layers:
            input_shape = layer.compute_output_shape(input_shape)
        return input_shape

    def compute_output_spec(self, inputs, training=None, mask=None, **kwargs):
        if self._graph is not None:
            return self._graph.compute_output_spec(inputs)
        for layer in self.layers:
            inputs = layer.compute_output_spec(inputs)
        return inputs

    def _set_masks(self, inputs, outputs):
        """The layers within have set the masks of the outputs."""

    # Configs

    def get_config(self):
        config = Layer.get_config(self)
        config["layers"] = [serialization_lib.serialize_keras_object(layer) for layer in self._layers]
        shape = self._layers[0].batch_shape if self._layers and isinstance(self._layers[0], InputLayer) else None
        if shape is not None and self.layers:
            config["build_input_shape"] = shape
        return config

    @classmethod
    def from_config(cls, config, custom_objects=None):
        config = dict(config)
        shape = config.pop("build_input_shape", None)
        entries = config.pop("layers", [])
        model = Layer.from_config.__func__(cls, config)
        with CustomObjectScope(custom_objects), budget_if_given("a config"):
            for entry in entries:
                model.add(serialization_lib.deserialize_keras_object(entry), rebuild=False)
            model._maybe_rebuild()
            if shape is not None and not model.built and model.layers:
                model.build(shape_from_config(shape))
        return model


def _check_same_input(model, known, given):
    if given is None or tuple(given) == tuple(known):
        return
    fits = len(given) == len(known) and all(a is None or b is None or a == b for a, b in zip(given, known))
    if not fits:
        raise ValueError(
            f"Sequential model {model.name!r} starts with an input of shape {known}. It cannot be built for the "
            f"shape {given}."
        )
