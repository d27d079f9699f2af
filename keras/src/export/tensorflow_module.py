"""Endpoints as functions of TensorFlow with their variables, as one object that TensorFlow saves, whichever engine runs.

The functions are traced on tensors of TensorFlow's graphs, which that engine's kernels serve (`backend/door.py`). Each
variable of what was tracked has a twin, a variable of TensorFlow; where TensorFlow runs, it is its own twin.
"""

import contextlib
import inspect
import keyword
import re

from keras.src import backend, tree
from keras.src.backend import door
from keras.src.backend.common.stateless_scope import changes_within
from keras.src.export.contents import flat_outputs, inference
from keras.src.export.jax_module import JaxProgram
from keras.src.utils.module_utils import tensorflow as tf
from keras.src.utils.naming import apart

OPTIONS = ("is_static", "jax2tf_kwargs")
"""What users say of an endpoint: whether its calls change no variable, and how code of JAX's own is compiled."""


class TensorFlowModule:
    """What `Contents` are to TensorFlow.

    Args:
        contents: `Contents`.
        options: Dict of the `OPTIONS` of all endpoints.

    Attributes:
        root: The object that is saved; its attributes are the functions and lists of variables.
        functions: Dict from the names of endpoints to functions of TensorFlow.
        changes_variables: Whether an endpoint assigns to a variable.
    """

    def __init__(self, contents, options):
        self._options, self.changes_variables = options, False
        self._server = door.engine_named("tensorflow")
        self._contents = contents
        self._twins = {id(v): (v, self._twin(v)) for v in contents.held_variables()}
        self.functions = {name: self._function(e) for name, e in contents.endpoints.items()}
        self.root = tf.__internal__.tracking.AutoTrackable()
        self._keep(contents)

    def signatures(self):
        """Dict from names to functions whose outputs are a tensor, a list or a dict; `serving_default` is the first one."""
        found = {name: self.flat(name) for name in self.functions}
        return {**found, "serving_default": found.get("serving_default", next(iter(found.values())))}

    def has_loop_over_lists(self, name):
        """Whether the graph of an endpoint has a loop that collects tensors step by step, as recurrences have."""
        graph = concrete(self.functions[name]).graph.as_graph_def()
        nodes = [*graph.node, *(node for function in graph.library.function for node in function.node_def)]
        return any(node.op.startswith("TensorList") for node in nodes)

    # Functions.

    def _function(self, endpoint):
        if is_graph_function(endpoint.function):
            return endpoint.function
        try:
            return self._traced(endpoint, self._run)
        except Exception:
            if door.engine_named("jax") is None:  # The model may call JAX itself, which takes no tensors of others.
                with contextlib.suppress(Exception):
                    return self._traced(endpoint, self._program_of_jax(endpoint))
            raise

    def _traced(self, endpoint, run):
        """The `tf.function` of an endpoint; `run` gives its outputs and the variables that change."""
        names = set()
        signature = tree.map_structure(lambda x: _tensor_spec(x, names), endpoint.signature)

        def call(*arguments):
            pairs = [(variable, twin.value) for variable, twin in self._twins.values()]
            outputs, changes = run(endpoint, pairs, arguments)
            if not self._options_of(endpoint).get("is_static"):
                self._assign(endpoint, changes)
            convert = door.core_named("tensorflow").convert_to_tensor
            return tree.map_structure(lambda x: x if x is None else convert(x), outputs)

        call.__name__, call.__signature__ = legal_name(endpoint.name), _parameters(endpoint)
        function = tf.function(call, input_signature=signature, autograph=False)
        concrete(function)
        return function

    def _run(self, endpoint, pairs, arguments):
        with inference(self._server, pairs) as scope:
            outputs = endpoint.function(*arguments)
        return outputs, changes_within(scope)

    def _program_of_jax(self, endpoint):
        program = JaxProgram(endpoint, self._contents, self._options_of(endpoint), "tf_saved_model")
        return lambda endpoint, pairs, arguments: program([value for _, value in pairs], arguments)

    def _options_of(self, endpoint):
        return {**self._options, **endpoint.options}

    def _assign(self, endpoint, changes):
        self.changes_variables |= bool(changes)
        self._contents.check_changes(endpoint, [variable for variable, _ in changes])
        for variable, value in changes:
            self._twins[id(variable)][1].assign(value)

    def flat(self, name):
        """The function of an endpoint with outputs as signatures have them."""
        function = self.functions[name]
        graph = concrete(function)
        outputs = graph.structured_outputs
        leaves = (
            outputs.values() if isinstance(outputs, dict) else outputs if isinstance(outputs, (list, tuple)) else ()
        )
        if not any(x is None or isinstance(x, (list, tuple, dict)) for x in leaves):
            return graph if function.input_signature is None else function
        endpoint = self._contents.endpoints[name]

        def call(*arguments):
            return dict(flat_outputs(function(*arguments)))

        call.__name__, call.__signature__ = legal_name(name), _parameters(endpoint)
        return tf.function(call, input_signature=function.input_signature, autograph=False)

    # What is kept.

    def _keep(self, contents):
        root, twins = self.root, [self._twins[id(v)] for v in contents.variables()]
        trainable = {id(v) for v in contents.trainable_variables()}
        for name, function in self.functions.items():
            setattr(root, name, function)
        for name, variables in contents.collections.items():
            setattr(root, name, [self._of_collection(v) for v in variables])
        root.variables = [twin for _, twin in twins]
        root.trainable_variables = [twin for v, twin in twins if id(v) in trainable]
        root.non_trainable_variables = [twin for v, twin in twins if id(v) not in trainable]
        root._states = self._states()
        # Layers make their tables when the functions are traced, which `_states` did.
        root._resources = trackables_of(contents.resources)

    def _twin(self, variable):
        if self._server is None:
            return variable
        core = self._server.core
        *scopes, name = variable.path.split("/")
        value = backend.convert_to_numpy(variable.value)
        with contextlib.ExitStack() as stack:
            for scope in (core.outside_of_graphs(), *map(core.name_scope, scopes)):
                stack.enter_context(scope)
            return core.Variable(value, dtype=variable.dtype, trainable=variable.trainable, name=name)

    def _of_collection(self, variable):
        """What stands for a variable of a collection, which may be one of TensorFlow's."""
        return self._twins[id(variable)][1] if isinstance(variable, backend.Variable) else variable

    def _states(self):
        """Variables that the graphs use beside the twins, such as states of seed generators."""
        known = {id(twin.handle) for _, twin in self._twins.values()}
        used = [v for function in self.functions.values() for v in concrete(function).graph.variables]
        return list({id(v.handle): v for v in used if id(v.handle) not in known}.values())


def is_graph_function(x):
    """Whether `x` is a `tf.function`; TensorFlow is not imported to know that."""
    return type(x).__module__.startswith("tensorflow.") and isinstance(x, tf.types.experimental.GenericFunction)


def concrete(function):
    """The graph of a `tf.function`: for its signature, or else the first one that was traced; `None` if there was none."""
    if function.input_signature is not None:
        return function.get_concrete_function()
    return next(iter(function._list_all_concrete_functions()), None)


def trackables_of(resources):
    """Objects of TensorFlow that layers hold, such as lookup tables and loaded SavedModels, and those among the resources."""
    kind, found = tf.__internal__.tracking.Trackable, []
    for resource in resources:
        layers = resource._flatten_layers() if hasattr(resource, "_flatten_layers") else None
        held = [resource] if layers is None else [x for layer in layers for x in _values(vars(layer))]
        found += [x for x in held if isinstance(x, kind) and not _is_ours(x)]
    return list({id(x): x for x in found}.values())


def _values(attributes):
    for value in attributes.values():
        if isinstance(value, dict):
            yield from value.values()
        else:
            yield value


def _is_ours(x):
    return isinstance(x, backend.Variable) or hasattr(x, "_flatten_layers") or type(x).__module__.startswith("keras.")


# ---------------------------------------------------------------------------------------------------------------------
# Names and parameters


def legal_name(name):
    """A name as parameters of TensorFlow's functions have them: letters, digits and `_`, with a letter first."""
    name = re.sub(r"[^A-Za-z0-9_]", "_", name)
    return name if name[:1].isalpha() and name != "self" and not keyword.iskeyword(name) else f"arg_{name.lstrip('_')}"


def _tensor_spec(spec, names):
    return tf.TensorSpec(spec.known_shape, spec.dtype, apart(legal_name(spec.name), names))


def _parameters(endpoint):
    """The signature, as `inspect` has it, of a function with the parameters of an endpoint."""
    names = set()
    kind = inspect.Parameter.POSITIONAL_OR_KEYWORD
    return inspect.Signature([inspect.Parameter(apart(legal_name(n), names), kind) for n in endpoint.argument_names()])
