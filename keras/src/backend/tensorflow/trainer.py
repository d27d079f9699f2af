"""Training on TensorFlow: steps as `tf.function`s, and loops over many steps in one of them."""

import functools

import tensorflow as tf

from keras.src import tree
from keras.src.backend.common.keras_tensor import KerasTensor
from keras.src.backend.common.training import Engine as CommonEngine
from keras.src.backend.common.training import (
    StatefulSteps,
    block_steps,
    in_batches,
    join_batches,
    specs_of,
    to_numpy,
    unpack,
)

# On a CPU, XLA computes these several times slower than TensorFlow's own kernels.
_SLOW_UNDER_XLA = ("Conv", "DepthwiseConv", "MaxPool", "AvgPool")
# XLA cannot differentiate loops that read slices of a tensor, since the number of slices must be a constant.
_NOT_UNDER_XLA = ("TensorListReserve",)
_XLA_REFUSES = (tf.errors.InvalidArgumentError, tf.errors.UnimplementedError, tf.errors.NotFoundError)


class TrainSteps(StatefulSteps):
    """The public steps of a model on this engine."""

    def train_step(self, data):
        logs = self._train_and_update(data)
        return self.get_metrics_result() if logs is None else logs

    train_step.__doc__ = StatefulSteps.train_step.__doc__

    def _train_and_update(self, data):
        x, y, sample_weight = unpack(data)
        with tf.GradientTape() as tape:
            y_pred = self(x, training=True)
            loss = self._loss_of_batch(x, y, y_pred, sample_weight, training=True)
            scaled = self.optimizer.scale_loss(loss)
        variables = self.trainable_variables
        gradients = tape.gradient(scaled, [v._value for v in variables])
        # A step that fails changes neither the optimizer nor the metrics.
        with tf.control_dependencies([g for g in gradients if g is not None]):
            self._loss_tracker.update_state(loss, sample_weight=self._size_of_batch(x))
            self.optimizer.apply(gradients, variables)
            return self._metrics_of_batch(x, y, y_pred, sample_weight)


class Engine(CommonEngine):
    """Compiles steps with `tf.function`; array data goes to the device in blocks of many batches, over which a loop
    runs there."""

    def __init__(self, model):
        super().__init__(model)
        self._programs = {}

    def _program(self, kind, name):
        model = self.model
        identity = (tuple(id(v) for v in model.trainable_variables), len(model.variables), model.run_eagerly)
        known = self._programs.get(kind)
        if known is None or known[0] != identity:
            self._programs[kind] = known = (identity, _Programs(model, kind))
        return getattr(known[1], name)

    def step(self, kind):
        return _run_payload

    def function_of_iterator(self, kind, force=False):
        if force:
            self._programs.pop(kind, None)

        def function(iterator):
            program = self._program(kind, "single")
            results = [program(self.place(batch)) for batch in self.taken(iterator)]
            return self.joined(results) if kind == "predict" else results[-1]

        return self.own(function)

    def joined(self, outputs):
        return tree.map_structure(lambda *parts: tf.concat(parts, axis=0), *outputs)

    def step_of_function(self, kind, function):
        if kind == "predict":
            return function
        return lambda batches: function(_graph_iterator(batches))

    def on_batch(self, kind, batch):
        return _run_payload((self._program(kind, "single"), (self.place(batch),)))

    def batches(self, feed, kind, pace):
        adapter = feed.adapter
        single, block_program = self._program(kind, "single"), self._program(kind, "block")
        if not adapter.is_indexed:
            for batch, steps in feed.epoch(lambda: 1):
                yield (single, (self.place(batch),)), steps
            return
        size = adapter.batch_size
        block = 1 if pace.one_by_one or adapter.num_samples < 2 * size else self._block_steps(kind, adapter)
        for selection, steps in feed.epoch(lambda: block):
            rows = adapter.rows(selection)
            if block == 1 or tree.flatten(rows)[0].shape[0] < size:
                yield (single, (self.place(rows),)), steps
                continue
            rows = self.place(tree.map_structure(lambda array: in_batches(array, block, size), rows))
            start = 0
            while start < steps:
                stop = min(start + pace.most(), steps)
                yield (block_program, (rows, start, stop)), stop - start
                start = stop

    def _block_steps(self, kind, adapter):
        """Number of batches in a block; 1 where steps had better run one by one."""
        steps = block_steps(adapter.rows(slice(0, 1)), adapter.batch_size)
        if steps == 1 or self.model.run_eagerly:
            return 1
        return steps if self._program(kind, "may_loop")(self.place(adapter.first_batch())) else 1

    def place_array(self, array):
        if isinstance(array, (tf.Tensor, tf.SparseTensor, tf.RaggedTensor)):
            return array
        return tf.convert_to_tensor(to_numpy(array))

    def outputs_of(self, result):
        return result

    def collect(self, outputs):
        return join_batches([tree.map_structure(_as_numpy, part) for part in outputs])


def _graph_iterator(batches):
    """An iterator over batches that a `tf.function` takes as an argument."""
    datasets = [tf.data.Dataset.from_tensors(batch) for batch in batches]
    return iter(functools.reduce(lambda a, b: a.concatenate(b), datasets))


def _run_payload(payload):
    program, args = payload
    try:
        return program(*args)
    except Exception as error:
        error = _as_raised(error)
        if isinstance(error, tf.errors.InvalidArgumentError):
            _check_inputs(program, args)
        raise error from error.__cause__


def _as_raised(error):
    """The error as Python code raised it: AutoGraph puts another one in its place, at times of another type."""
    while hasattr(error.__context__, "ag_error_metadata"):
        error = error.__context__
    return error


def _check_inputs(program, args):
    """Raises the error of a layer that does not take inputs of this shape; a graph finds it out by itself only in its
    kernels."""
    programs = getattr(program, "__self__", None)
    if isinstance(programs, _Programs) and len(args) == 1:
        x, *_ = unpack(args[0])
        programs.model(specs_of(x, functools.partial(KerasTensor, record_history=False)), training=False)


class _Programs:
    """The compiled functions of one kind of step.

    `inner` is traced once for each shape of a batch; the others call it.
    """

    def __init__(self, model, kind):
        self.model = model
        self._kind = kind
        self._step = step = getattr(model, f"{kind}_step")
        self._eager = model.run_eagerly
        self._xla = None
        self._loops = {}
        self.inner = step if self._eager else tf.function(step, reduce_retracing=True)
        self._single = self.inner

    def single(self, batch):
        """Runs the step on one batch."""
        if self._eager or not self._forces_xla():
            return self.inner(batch)
        if self._single is self.inner:
            self._single = tf.function(self.inner, jit_compile=True, reduce_retracing=True)
        return self._single(batch)

    def _forces_xla(self):
        return self.model._wants_compiled_steps(by_default=False)

    def may_loop(self, batch):
        """Whether the results of a step can be gathered in a loop; decides on XLA as well."""
        concrete = _run_payload((self.inner.get_concrete_function, (batch,)))
        specs = tf.nest.flatten(concrete.structured_outputs)
        if self._xla is None:
            self._xla = self._forces_xla() or (
                self._kind == "train"
                and self.model._wants_compiled_steps(by_default=True)
                and not _is_not_for_xla(concrete.graph)
            )
        return all(isinstance(spec, tf.Tensor) and spec.shape.is_fully_defined() for spec in specs)

    def block(self, rows, start, stop):
        """Runs the steps `start` to `stop` of a block of batches, each array `(steps, batch size, ...)`."""
        args = rows, tf.constant(start, tf.int32), tf.constant(stop, tf.int32)
        try:
            result = self._loop()(*args)
        except _XLA_REFUSES:
            if not self._xla or self._forces_xla():
                raise
            self._xla = False
            result = self._loop()(*args)
        if self._kind == "predict":
            return tf.nest.map_structure(lambda x: _first_axes_joined(x[start:stop]), result)
        return result

    def _loop(self):
        if self._xla not in self._loops:
            body = _stacked_outputs if self._kind == "predict" else _last_logs
            loop = tf.autograph.experimental.do_not_convert(lambda *args: body(self.inner, *args))
            self._loops[self._xla] = tf.function(loop, jit_compile=True if self._xla else None)
        return self._loops[self._xla]


def _batch_at(rows, index):
    return tree.map_structure(lambda array: None if array is None else tf.gather(array, index), rows)


def _results_of(inner, rows):
    """Specs of what a step returns."""
    batch = tree.map_structure(lambda a: None if a is None else tf.TensorSpec(a.shape[1:], a.dtype), rows)
    return inner.get_concrete_function(batch).structured_outputs


def _last_logs(inner, rows, start, stop):
    zeros = tf.nest.map_structure(lambda x: tf.zeros(x.shape, x.dtype), _results_of(inner, rows))

    def body(index, _):
        return index + 1, inner(_batch_at(rows, index))

    _, logs = tf.while_loop(lambda index, _: index < stop, body, (start, zeros), parallel_iterations=1)
    return logs


def _stacked_outputs(inner, rows, start, stop):
    specs = _results_of(inner, rows)
    steps = tree.flatten(rows)[0].shape[0]
    flat = tf.nest.flatten(specs)
    arrays = [tf.TensorArray(x.dtype, size=steps, element_shape=x.shape) for x in flat]

    def body(index, arrays):
        outputs = tf.nest.flatten(inner(_batch_at(rows, index)))
        return index + 1, [array.write(index, x) for array, x in zip(arrays, outputs)]

    _, arrays = tf.while_loop(lambda index, _: index < stop, body, (start, arrays), parallel_iterations=1)
    return tf.nest.pack_sequence_as(specs, [array.stack() for array in arrays])


def _first_axes_joined(x):
    return tf.reshape(x, (-1, *x.shape[2:]))


def _is_not_for_xla(graph):
    names = _NOT_UNDER_XLA if tf.config.list_physical_devices("GPU") else _NOT_UNDER_XLA + _SLOW_UNDER_XLA
    nodes = [node.op for node in graph.as_graph_def().node]
    nodes += [node.op for function in graph.as_graph_def().library.function for node in function.node_def]
    return any(op.startswith(names) for op in nodes)


def _as_numpy(x):
    if isinstance(x, (tf.RaggedTensor, tf.SparseTensor)):
        raise ValueError(f"`predict` returns dense outputs only; the model returned a {type(x).__name__}.")
    return x.numpy()
