"""`Function`: the graph between symbolic inputs and outputs, callable on other tensors."""

import collections

from keras.src import tree
from keras.src.api_export import keras_export
from keras.src.backend.common.keras_tensor import KerasTensor
from keras.src.graph.operation import Operation
from keras.src.utils.messages import shapes_of


@keras_export("keras.Function")
class Function(Operation):
    """The computation that leads from symbolic inputs to symbolic outputs.

    Args:
        inputs: Structure of `KerasTensor`s (nested lists, tuples, dicts).
        outputs: Structure of `KerasTensor`s made from the inputs by operations.
        name: Name; made from the class name when absent.

    Example:

    >>> x = keras.Input((3,))
    >>> f = keras.Function(x, x * 2 + 1)
    >>> f(keras.ops.ones((2, 3))).shape
    (2, 3)
    """

    def __init__(self, inputs, outputs, name=None):
        super().__init__(name=name)
        self._inputs_struct = tree.map_structure(lambda x: x, inputs)
        self._outputs_struct = tree.map_structure(lambda x: x, outputs)
        self._inputs = tree.flatten(inputs)
        self._outputs = tree.flatten(outputs)
        self._has_one_output = isinstance(outputs, KerasTensor)
        if not self._inputs:
            raise ValueError(f"A Function needs at least one input. Received: inputs={inputs!r}")
        if not self._outputs:
            raise ValueError(f"A Function needs at least one output. Received: outputs={outputs!r}")
        graph = Graph(self._inputs, self._outputs)
        self._nodes = graph.nodes
        self._nodes_by_depth = graph.nodes_by_depth
        self._operations = graph.operations
        self._operations_by_depth = graph.operations_by_depth
        for operation in self._operations:
            self._parent_of(operation)
        self._steps = _steps_of(graph, self._inputs, self._outputs)
        self._chain = _chain_of(self._steps, self._inputs, self._outputs_struct)

    def _parent_of(self, operation):
        """Hook for subclasses that track the operations; nothing here."""

    @property
    def operations(self):
        """The operations of the graph, inputs first."""
        return self._operations[:]

    @property
    def inputs(self):
        """Flat list of the symbolic inputs."""
        return self._inputs

    @property
    def outputs(self):
        """Flat list of the symbolic outputs."""
        return self._outputs

    def compute_output_spec(self, inputs):
        self._check_structure(inputs)
        return self._run_through_graph(inputs, operation_fn=lambda operation: operation.compute_output_spec)

    def compute_output_shape(self, input_shape):
        """Shapes of the outputs for shapes of the inputs: structures like those of the function."""
        shapes = tree.map_shape_structure(lambda s: s, input_shape)
        flat = _flatten_shapes(shapes)
        dtypes = [x.dtype for x in self._inputs]
        specs = [KerasTensor(s, d, record_history=False) for s, d in zip(flat, dtypes)]
        outputs = self.compute_output_spec(tree.pack_sequence_as(self._inputs_struct, specs))
        return tree.map_structure(lambda x: x.shape, outputs)

    def call(self, inputs):
        """The outputs for `inputs`, a structure like that of the symbolic inputs."""
        self._check_structure(inputs)
        return self._run_through_graph(inputs, operation_fn=None)

    def _check_structure(self, inputs):
        try:
            tree.assert_same_structure(inputs, self._inputs_struct)
        except (ValueError, TypeError) as error:
            raise ValueError(
                f"{self.name} was called with inputs of another structure than it was built with. "
                f"Expected: {self._inputs_struct}\nReceived: {shapes_of(inputs)}"
            ) from error
        for x, wanted in zip(tree.flatten(inputs), self._inputs):
            if not _fits(getattr(x, "shape", None), wanted.shape):
                raise ValueError(
                    f"{self.name} was called with an input of another shape than it was built with. "
                    f"Expected for {wanted.name!r}: {wanted.shape}. Received: {tuple(x.shape)}"
                )

    def _run_through_graph(self, inputs, operation_fn, call_fn=None):
        """Runs the graph on `inputs`.

        Args:
            inputs: Structure like that of the symbolic inputs.
            operation_fn: Function from an operation to what is called in its place; `None` calls the operation.
            call_fn: Function `(operation, *args, **kwargs)` that does the call, where given; it gets what
                `operation_fn` returned as its first argument.

        Returns:
            Structure like that of the symbolic outputs.
        """
        return self._run_flat(tree.flatten(inputs), operation_fn, call_fn)

    def _run_flat(self, inputs, operation_fn, call_fn=None):
        """Runs the graph on a flat list of inputs; see `_run_through_graph`."""
        if self._chain is not None and call_fn is None:
            return _run_chain(self._chain, inputs[0], operation_fn)
        values = {id(x): y for x, y in zip(self._inputs, inputs)}
        for operation, node, single_input, single_output, spent in self._steps:
            function = operation if operation_fn is None else operation_fn(operation)
            if single_input is not None and call_fn is None:
                outputs = function(values[single_input])
            else:
                args, kwargs = node.arguments.fill_in(values)
                outputs = function(*args, **kwargs) if call_fn is None else call_fn(function, *args, **kwargs)
            if single_output is not None and type(outputs) not in _CONTAINERS:
                values[single_output] = outputs
            else:
                values.update(zip(map(id, node.outputs), tree.flatten(outputs)))
            for key in spent:
                del values[key]
        outputs = [values[id(x)] for x in self._outputs]
        return outputs[0] if self._has_one_output else tree.pack_sequence_as(self._outputs_struct, outputs)


_CONTAINERS = frozenset((list, tuple, dict))


def _fits(shape, wanted):
    """Whether a shape has the sizes of another one, as far as both are known."""
    if shape is None or wanted is None or getattr(shape, "rank", 0) is None:
        return True
    return len(shape) == len(wanted) and all(a is None or b is None or a == b for a, b in zip(shape, wanted))


def _flatten_shapes(shapes):
    """The shapes in a structure of shapes, in order."""
    flat = []
    tree.map_shape_structure(lambda s: flat.append(tuple(s)), shapes)
    return flat


def _steps_of(graph, inputs, outputs):
    """What to run, in order: `(operation, node, id of its only input, id of its only output, ids of what is used last)`.

    The single ids are `None` where there are several. What no later step needs is let go, so that its memory can be used
    again.
    """
    given = {id(x) for x in inputs}
    ordered = [n for depth in sorted(graph.nodes_by_depth, reverse=True) for n in graph.nodes_by_depth[depth]]
    ordered = [n for n in ordered if not (n.is_input or all(id(x) in given for x in n.outputs))]
    steps, needed = [], {id(x) for x in outputs}
    for node in reversed(ordered):
        touched = {id(x) for x in (*node.input_tensors, *node.outputs)}
        single = node.arguments.single
        steps.append(
            (
                node.operation,
                node,
                None if single is None else id(single),
                id(node.outputs[0]) if len(node.outputs) == 1 else None,
                tuple(touched - needed),
            )
        )
        needed |= touched
    return steps[::-1]


def _chain_of(steps, inputs, outputs):
    """The operations of a graph in which each takes what the one before gave, and no more; else `None`."""
    last = id(inputs[0])
    for _, _, single_input, single_output, _ in steps:
        if single_input != last or single_output is None:
            return None
        last = single_output
    return [operation for operation, *_ in steps] if len(inputs) == 1 and id(outputs) == last else None


def _run_chain(operations, x, operation_fn):
    for operation in operations:
        x = operation(x) if operation_fn is None else operation_fn(operation)(x)
        if type(x) in _CONTAINERS:
            x = tree.flatten(x)[0]
    return x


class Graph:
    """Nodes and operations between inputs and outputs, by their distance from the outputs.

    The order of `operations` is file format: by falling depth, then by the order in which a walk from the outputs meets them.
    """

    def __init__(self, inputs, outputs):
        self._given = {id(x): x for x in inputs}
        self._post_order, self._first_met = self._walk(outputs)
        self._check_unused_inputs(inputs)
        depths = self._depths()
        self.nodes = list(self._post_order)
        self.nodes_by_depth = collections.defaultdict(list)
        for node in self._post_order:
            self.nodes_by_depth[depths[node]].append(node)
        self.operations_by_depth = self._operations_at(depths)
        self.operations = [
            o for d in sorted(self.operations_by_depth, reverse=True) for o in self.operations_by_depth[d]
        ]
        self._check_names()

    def _walk(self, outputs):
        """Nodes in an order in which each comes after those it needs, and the rank at which each operation is first met."""
        order, first_met, done, open_nodes = [], {}, set(), set()
        stack = [(x, False) for x in reversed(outputs)]
        while stack:
            tensor, finished = stack.pop()
            history = _history_of(tensor)
            node = history.operation._inbound_nodes[history.node_index]
            if finished:
                open_nodes.discard(node)
                if node not in done:
                    done.add(node)
                    order.append(node)
                continue
            if node in done:
                continue
            if node in open_nodes:
                raise ValueError(f"The graph has a cycle at operation {history.operation.name!r}.")
            first_met.setdefault(history.operation, len(first_met))
            open_nodes.add(node)
            stack.append((tensor, True))
            if not self._stops_at(node):
                stack.extend((x, False) for x in reversed(node.input_tensors))
        return order, first_met

    def _stops_at(self, node):
        """Whether walks from the outputs go no further: what the node made is given."""
        if not node.arguments.keras_tensors:
            return True
        for x in node.outputs:
            if id(x) not in self._given:
                return False
        return True

    def _check_unused_inputs(self, inputs):
        """Inputs that lead nowhere belong to the graph all the same; other starting points are an error."""
        reached = {id(x) for node in self._post_order for x in node.outputs}
        for x in inputs:
            if id(x) not in reached:
                history = _history_of(x)
                self._first_met.setdefault(history.operation, len(self._first_met))
                self._post_order.append(history.operation._inbound_nodes[history.node_index])
        for node in self._post_order:
            if node.is_input and not any(id(x) in self._given for x in node.outputs):
                raise ValueError(
                    f"The outputs depend on {node.outputs[0]!r}, made by {node.operation.name!r}, which is not among the inputs "
                    f"{list(self._given.values())}: the graph is disconnected. Add it to the inputs."
                )

    def _depths(self):
        """Longest distance of each node from the outputs; nodes of one operation at least as deep as the operation is."""
        depths, operation_depths = {}, {}
        for node in reversed(self._post_order):
            depth = max(depths.get(node, 0), operation_depths.get(node.operation, 0))
            operation_depths[node.operation] = depths[node] = depth
            if self._stops_at(node):
                continue
            for parent in node.parent_nodes:
                depths[parent] = max(depth + 1, depths.get(parent, 0))
        self._operation_depths = operation_depths
        return depths

    def _operations_at(self, depths):
        # Inputs whose value is given by an intermediate tensor bring no operation of their own.
        inner = {n.operation for n in self._post_order if n.is_input or not self._stops_at(n)}
        by_depth = collections.defaultdict(list)
        for operation, depth in self._operation_depths.items():
            if operation in inner:
                by_depth[depth].append(operation)
        for operations in by_depth.values():
            operations.sort(key=self._first_met.__getitem__)
        return by_depth

    def _check_names(self):
        counts = collections.Counter(o.name for o in self.operations)
        repeated = {name: n for name, n in counts.items() if n > 1}
        if repeated:
            raise ValueError(
                f"Names in a model must be unique, but some are used more than once: {repeated}. Give each layer or operation a name of its own."
            )


def _history_of(tensor):
    if not isinstance(tensor, KerasTensor) or not hasattr(tensor, "_keras_history"):
        raise ValueError(
            f"Inputs and outputs must be symbolic tensors made from `keras.Input` by operations. Received: {tensor!r}"
        )
    return tensor._keras_history
