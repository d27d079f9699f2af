"""Training on TensorFlow: steps as `tf.function`s, and loops over many steps in one of them."""

import functools

import numpy as np
import tensorflow as tf

from keras.src import tree
from keras.src.backend.common.global_state import STATE
from keras.src.backend.common.keras_tensor import KerasTensor
from keras.src.backend.common.own_data import joined_batches, sizes_of_all
from keras.src.backend.common.training import (
    BlockEngine,
    BlockRun,
    StatefulSteps,
    join_batches,
    specs_of,
    to_numpy,
    unpack,
)
from keras.src.backend.tensorflow import replicas
from keras.src.backend.tensorflow.distribution import strategy_of, takes_for_job
from keras.src.backend.tensorflow.support import HALF
from keras.src.utils.warning_utils import warn

# On a CPU, XLA computes these several times slower than TensorFlow's own kernels.
_SLOW_UNDER_XLA = ("Conv", "DepthwiseConv", "MaxPool", "AvgPool")
# There it multiplies in 16 bits up to three times slower, and leaves out roundings, which several devices do not.
_PRODUCTS = ("MatMul", "BatchMatMul")
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

    # What steps of users who came from Keras 2 ask for.

    @property
    def distribute_strategy(self):
        """The `tf.distribute.Strategy` under which the model was made, or is used."""
        values = (variable._value for variable in self.variables if variable._holds_value())
        of_values = (getattr(value, "distribute_strategy", None) for value in values)
        return next(filter(None, of_values), None) or tf.distribute.get_strategy()

    def compiled_loss(self, y, y_pred, sample_weight=None, regularization_losses=None):
        """Deprecated: `compute_loss`, without the inputs; the metric `loss` is updated, too.

        Args:
            y: Targets.
            y_pred: Outputs of the model.
            sample_weight: Weights of the samples, or `None`.
            regularization_losses: Not used, since the losses that layers added count in any case.

        Returns:
            Scalar tensor.
        """
        warn(
            "`model.compiled_loss()` is deprecated. Call "
            "`model.compute_loss(x, y, y_pred, sample_weight, training=...)` instead."
        )
        loss = self.compute_loss(None, y, y_pred, sample_weight)
        if self._loss_tracker is not None:
            self._loss_tracker.update_state(loss, sample_weight=self._size_of_batch(y))
        return loss

    @property
    def compiled_metrics(self):
        """Deprecated: an object whose `update_state(y, y_pred, sample_weight=None)` updates the compiled metrics."""
        return _CompiledMetrics(self)

    def _losses_of_batch(self):
        share, losses = STATE.share, super()._losses_of_batch()
        if share is None or share.weight == 1:
            return losses
        # Losses of layers are means over the rows of this replica, or concern the weights alone.
        return [loss * tf.cast(share.weight, loss.dtype) for loss in losses] if share.size else []


class _CompiledMetrics:
    """The compiled metrics of a model, for steps that were written for Keras 2."""

    def __init__(self, model):
        self._model = model

    def update_state(self, y, y_pred, sample_weight=None):
        warn(
            "`model.compiled_metrics` is deprecated. Call `metric.update_state(y, y_pred)` for each metric in "
            "`model.metrics`, or `model.compute_metrics(x, y, y_pred, sample_weight)`, instead."
        )
        self._model._update_compiled_metrics(y, y_pred, sample_weight)


class Engine(BlockEngine):
    """Compiles steps with `tf.function`."""

    @property
    def _strategy_of_user(self):
        """The strategy of the user's own under whose scope the optimizer or the model was made, or `None`."""
        if not replicas.COPIES.exist:
            return None
        return next((v._strategy for v in self.state() if v._strategy is not None), None)

    def state(self):
        """The variables that steps read and write."""
        optimizer = getattr(self.model, "optimizer", None)
        return [
            *([] if optimizer is None else optimizer.variables),
            *self.model.variables,
            *self.model.metrics_variables,
        ]

    @property
    def strategy(self):
        """The strategy whose replicas run the steps; `None` on one device."""
        distribution = STATE.distribution
        return self._strategy_of_user if distribution is None else strategy_of(distribution)

    def scope(self):
        strategy = self._strategy_of_user if STATE.distribution is None else None
        return super().scope() if strategy is None else strategy.scope()

    def has_own_job(self):
        strategy = self._strategy_of_user
        return strategy is not None and takes_for_job(strategy)

    def depends_on(self, kind):
        return [*super().depends_on(kind), self.strategy]

    def run(self, kind, function=None):
        return _Run(self, kind, function)

    def make_programs(self, kind):
        return _Programs(self, kind)

    def function_of_iterator(self, kind, force=False):
        if force:
            self.forget_programs(kind)

        def function(iterator):
            program = self.programs(kind).single
            results = [program(self.place(batch)) for batch in self.taken(iterator)]
            return self.joined(results) if kind == "predict" else results[-1]

        return self.own(function)

    def joined(self, outputs):
        return tree.map_structure(lambda *parts: tf.concat(parts, axis=0), *outputs)

    def place_array(self, array):
        if isinstance(array, (tf.Tensor, tf.SparseTensor, tf.RaggedTensor)):
            return array
        return tf.convert_to_tensor(to_numpy(array))

    def outputs_of(self, result):
        return result

    def collect(self, outputs):
        return join_batches([tree.map_structure(_as_numpy, part) for part in outputs])


class _Run(BlockRun):
    """Runs the programs that there are when it begins."""

    def __enter__(self):
        self._programs = None if self.function is not None else self.engine.programs(self.kind)
        return super().__enter__()

    def step(self, payload):
        if self.function is None:
            return self._programs.run(*payload)
        return self.function(payload if self.kind == "predict" else _graph_iterator(payload))

    def batch_of(self, payload):
        return payload[1][0] if payload[0] == "joined" else super().batch_of(payload)

    def batches(self, feed, pace):
        distribution = STATE.distribution
        if self.function is not None or distribution is None or distribution.num_processes == 1:
            return super().batches(feed, pace)
        if not feed.is_of_process:
            return super().batches(feed, pace)
        return self._joined_batches(feed, functools.partial(sizes_of_all, distribution))

    def _joined_batches(self, feed, sizes_of):
        """Payloads of what processes have of their own."""
        for batch, sizes in joined_batches(feed, self.engine.place, sizes_of):
            yield ("joined", (batch, sizes)), 1

    def may_loop(self, batch):
        return not self.engine.model.run_eagerly and self._programs.may_loop(self.engine.place(batch))


def _graph_iterator(batches):
    """An iterator over batches that a `tf.function` takes as an argument."""
    datasets = [tf.data.Dataset.from_tensors(batch) for batch in batches]
    return iter(functools.reduce(lambda a, b: a.concatenate(b), datasets))


def _as_raised(error):
    """The error as Python code raised it: AutoGraph puts another one in its place, at times of another type."""
    while hasattr(error.__context__, "ag_error_metadata"):
        error = error.__context__
    return error


class _ByRanks:
    """A `tf.function` for each combination of ranks: one for all would be traced for tensors of unknown rank.

    With `by_rows` there is one for each number of rows, too, which is known then.
    """

    def __init__(self, function, by_rows=False, **options):
        self._function, self._by_rows, self._options, self._traced = function, by_rows, options, {}

    def __call__(self, *args):
        return self._traced_for(args)(*args)

    def get_concrete_function(self, *args):
        return self._traced_for(args).get_concrete_function(*args)

    def _traced_for(self, args):
        shapes = [getattr(x, "shape", None) for x in tree.flatten(args)]
        key = tuple([getattr(shape, "rank", None) for shape in shapes])
        if self._by_rows:
            key += tuple([shape[0] if getattr(shape, "rank", None) else None for shape in shapes])
        if key not in self._traced:
            self._traced[key] = tf.function(self._function, reduce_retracing=True, **self._options)
        return self._traced[key]


def _named(step):
    """A step whose ops are called by the layers, whenever it is traced.

    TensorFlow adds up in the order of names: where names were others the next time, sums in 16 bits would be, too.
    """

    def named(batch):
        before, STATE.names_calls = STATE.names_calls, True
        try:
            return step(batch)
        finally:
            STATE.names_calls = before

    return named


class _Programs:
    """The compiled functions of one kind of step.

    `inner` is traced once for each shape of a batch; the others call it.
    """

    def __init__(self, engine, kind):
        self.training = training = engine.training
        self.model = model = training.model
        self._kind = kind
        step = getattr(model, f"{kind}_step")
        self._eager = model.run_eagerly
        self._xla = None
        self._loops, self._joined = {}, {}
        self._strategy = strategy = engine.strategy
        if strategy is not None:
            replicas.mirror(engine.state(), strategy)
            if self.training.wants_compiled_steps(by_default=False):
                warn(
                    "jit_compile=True has no effect on several devices of TensorFlow, since a program of XLA has one device: "
                    "steps run as graphs of TensorFlow. On JAX they are compiled for all devices."
                )
            step = replicas.Step(step, strategy, kind, engine.uses_default_logs(kind))
        self._step = step
        self.inner = step if self._eager else _ByRanks(_named(step), by_rows=strategy is not None)
        self._single = self.inner

    def run(self, name, args):
        """Calls a program; its errors are those that Python code raised while it was traced."""
        program = getattr(self, name)
        try:
            return program(*args)
        except Exception as error:
            error = _as_raised(error)
            if isinstance(error, tf.errors.InvalidArgumentError) and name == "single":
                self._check_inputs(*args)
            raise error from error.__cause__

    def _check_inputs(self, batch):
        """Raises the error of a layer that does not take inputs of this shape; a graph finds it out by itself only in
        its kernels."""
        x, *_ = unpack(batch)
        self.model(specs_of(x, functools.partial(KerasTensor, record_history=False)), training=False)

    def _trace(self, batch):
        return self.inner.get_concrete_function(batch)

    def single(self, batch):
        """Runs the step on one batch."""
        if self._eager or not self._forces_xla():
            return self.inner(batch)
        if self._single is self.inner:
            self._single = _ByRanks(self.inner, jit_compile=True)
        return self._single(batch)

    def joined(self, batch, sizes):
        """Runs the step on what processes have of their own, so many rows each."""
        if sizes not in self._joined:
            step = self._step.of_sizes(sizes)
            self._joined[sizes] = step if self._eager else _ByRanks(_named(step), by_rows=True)
        return self._joined[sizes](batch)

    def _forces_xla(self):
        # A program of XLA has one device.
        return self._strategy is None and self.training.wants_compiled_steps(by_default=False)

    def may_loop(self, batch):
        """Whether the results of a step can be gathered in a loop; decides on XLA as well."""
        concrete = self.run("_trace", (batch,))
        specs = tf.nest.flatten(concrete.structured_outputs)
        if self._xla is None:
            self._xla = self._forces_xla() or (
                self._kind == "train"
                and self._strategy is None
                and self.training.wants_compiled_steps(by_default=True)
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
    steps = next(array for array in tree.flatten(rows) if array is not None).shape[0]
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
    definition, has_gpu = graph.as_graph_def(), bool(tf.config.list_physical_devices("GPU"))
    names = _NOT_UNDER_XLA if has_gpu else _NOT_UNDER_XLA + _SLOW_UNDER_XLA
    nodes = [*definition.node, *(node for function in definition.library.function for node in function.node_def)]
    return any(node.op.startswith(names) or not has_gpu and _multiplies_in_16_bits(node) for node in nodes)


def _multiplies_in_16_bits(node):
    return node.op.startswith(_PRODUCTS) and tf.as_dtype(node.attr["T"].type or tf.float32) in HALF


def _as_numpy(x):
    if isinstance(x, (tf.RaggedTensor, tf.SparseTensor)):
        raise ValueError(f"`predict` returns dense outputs only; the model returned a {type(x).__name__}.")
    return x.numpy() if isinstance(x, (tf.Tensor, tf.Variable)) else np.array(x)


def start_profiler(folder):
    """See `contract.Trainer.start_profiler`."""
    tf.profiler.experimental.start(folder)
    return tf.profiler.experimental.stop
