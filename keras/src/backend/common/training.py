"""What the training engines share: steps on live variables, and an `Engine` that runs them one by one.

An engine runs three kinds of steps, "train", "test" and "predict". The loop of `keras.src.trainers` opens a
`run(kind)`, which owns what the steps hold as long as it is open: several threads may have one each. A run has

* `batches(feed, pace)`: pairs `(payload, number of batches in it)`, ready for a step;
* `step(payload)`: logs, or outputs for "predict". Logs are a dict, or a function that returns one when somebody wants
  to read it;
* `sync()`: writes what the run holds back to the variables.

The engine itself keeps programs only, and `collect(outputs)` makes NumPy arrays from the outputs of all steps.
"""

import contextlib
import itertools
import operator
import threading

import ml_dtypes
import numpy as np

from keras.src import tree
from keras.src.backend import config
from keras.src.backend.common.conversion import coordinates_of, dense_of
from keras.src.backend.common.dtypes import standardize_dtype
from keras.src.backend.common.stateless_scope import StatelessScope
from keras.src.utils.byte_strings import is_array_of_strings

KINDS = ("train", "test", "predict")


def unpack(data):
    """Inputs, targets and weights of a batch, with `None` for what it lacks."""
    if isinstance(data, (tuple, list)):
        return (*data, None, None)[:3]
    return data, None, None


class StatefulSteps:
    """The public steps of engines whose variables are live while they run.

    Steps are methods of the model. What they ask of `Trainer` beside its public methods is this:

    * `_loss_of_batch(x, y, y_pred, sample_weight, training)`: the number to be lowered;
    * `_loss_tracker`: the metric that shows the mean of these; `_size_of_batch(x)`: how many samples count in it;
    * `_metrics_of_batch(x, y, y_pred, sample_weight)`: updates the metrics; logs where the user computes them, or `None`;
    * `_engine`: the `Engine` that runs the model.

    Steps without their logs are `_train_and_update(data)` and `_test_and_update(data)`, for `Engine` to call.
    """

    def train_step(self, data):
        """Trains on one batch.

        Args:
            data: The batch: `x`, `(x, y)` or `(x, y, sample_weight)`.

        Returns:
            Dict from the names of metrics to their values.
        """
        raise cannot_train("fit")

    def test_step(self, data):
        """Evaluates one batch.

        Args:
            data: The batch: `x`, `(x, y)` or `(x, y, sample_weight)`.

        Returns:
            Dict from the names of metrics to their values.
        """
        logs = self._test_and_update(data)
        return self.get_metrics_result() if logs is None else logs

    def predict_step(self, data):
        """Computes the outputs for one batch.

        Args:
            data: The batch: `x`, or a tuple that begins with it.

        Returns:
            The outputs of the model.
        """
        return self(unpack(data)[0], training=False)

    def _test_and_update(self, data):
        x, y, sample_weight = unpack(data)
        return self._update_from_outputs(x, y, self(x, training=False), sample_weight)

    def _update_from_outputs(self, x, y, y_pred, sample_weight):
        loss = self._loss_of_batch(x, y, y_pred, sample_weight, training=False)
        self._loss_tracker.update_state(loss, sample_weight=self._size_of_batch(x))
        return self._metrics_of_batch(x, y, y_pred, sample_weight)

    def _losses_of_batch(self):
        """What layers added by `add_loss`, and the penalties of regularizers."""
        return self.losses

    def make_train_function(self, force=False):
        """Makes `train_function`, which trains on the next batches of an iterator and returns logs.

        Args:
            force: Whether a new one is made if there is one already.
        """
        if force or self.train_function is None:
            self.train_function = self._engine.function_of_iterator("train", force)

    def make_test_function(self, force=False):
        """Makes `test_function`, which evaluates the next batches of an iterator and returns logs.

        Args:
            force: Whether a new one is made if there is one already.
        """
        if force or self.test_function is None:
            self.test_function = self._engine.function_of_iterator("test", force)

    def make_predict_function(self, force=False):
        """Makes `predict_function`, which returns the outputs for the next batches of an iterator.

        Args:
            force: Whether a new one is made if there is one already.
        """
        if force or self.predict_function is None:
            self.predict_function = self._engine.function_of_iterator("predict", force)


def cannot_train(method):
    """The error of an engine without gradients."""
    return NotImplementedError(
        f"`{method}` needs an engine that computes gradients; the {config.backend()} backend runs inference only. "
        "Train with KERAS_BACKEND=jax, tensorflow or torch, save the model, and load it here."
    )


class Engine:
    """Runs steps one by one, as they are; engines that compile or hold state override parts of it, or of its `Run`.

    Args:
        training: The `keras.src.trainers.engine_view.ModelInTraining`, by which the engine asks of the model what its
            public methods do not say.
    """

    def __init__(self, training):
        self.training = training
        self.model = training.model
        # The innermost run of each thread.
        self._running = threading.local()
        self._steps = {}

    def run(self, kind, function=None):
        """Context around steps of one kind: a `Run`.

        Args:
            kind: "train", "test" or "predict".
            function: What the user put in the place of the engine's function of an iterator.
        """
        return Run(self, kind, function)

    def scope(self):
        """Context in which variables that the model still lacks are made."""
        return contextlib.nullcontext()

    def has_own_job(self):
        """Whether the model was made for a job whose processes have met by means of the engine's own."""
        return False

    def computes_in_16_bits(self):
        """Whether a layer of the model does."""
        return any(layer.compute_dtype in ("bfloat16", "float16") for layer in self.training.layers())

    @property
    def current(self):
        """The innermost run of this thread, or `None`."""
        return getattr(self._running, "run", None)

    @current.setter
    def current(self, run):
        self._running.run = run

    def sync(self):
        """Writes what the runs of this thread hold back to the variables."""
        run = self.current
        while run is not None:
            run.sync()
            run = run.outer

    def depends_on(self, kind):
        """What a compiled step depends on, a list of objects: a program serves as long as they are the same ones."""
        model = self.model
        facts = [self._function_of_step(kind), model.run_eagerly, *model.trainable_variables]
        facts += model.non_trainable_variables
        for layer in self.training.layers():
            facts += (layer.trainable, layer.dtype_policy, layer._learnt)
        return facts

    def step(self, kind):
        """The function that runs the steps of a payload."""
        key = (kind, self._function_of_step(kind))
        if key not in self._steps:
            self._steps[key] = self._make_step(kind)
        return self._steps[key]

    def _function_of_step(self, kind):
        step = getattr(self.model, f"{kind}_step")
        return getattr(step, "__func__", step)

    def _make_step(self, kind):
        one_step = self._one_step(kind)

        def run_payload(batches):
            for batch in batches:
                logs = one_step(batch)
            return logs

        def predict_payload(batches):
            return [one_step(batch) for batch in batches]

        return predict_payload if kind == "predict" else run_payload

    def _one_step(self, kind):
        """`train_step`, `test_step` or `predict_step`; where nobody overrode how logs come about, they are read when
        needed."""
        model = self.model
        public = getattr(model, f"{kind}_step")
        if kind == "predict" or not self.uses_default_logs(kind):
            return public
        update = model._train_and_update if kind == "train" else model._test_and_update

        def update_only(batch):
            update(batch)
            return self.results

        return update_only

    def results(self):
        """Results of the metrics, once somebody reads them."""
        return self.model.get_metrics_result()

    def uses_default_logs(self, kind):
        """Whether the step and the metrics are those of this library, so that reading logs later changes nothing."""
        return not self.training.overrides(f"{kind}_step", "compute_metrics", "get_metrics_result")

    def function_of_iterator(self, kind, force=False):
        """A function that takes the next batches of an iterator and runs a step on them; not the user's."""
        if force:
            self._steps.clear()

        def function(iterator):
            batches = [self.place(batch) for batch in self.taken(iterator)]
            result = self.step(kind)(batches)
            if kind == "predict":
                return self.joined(result)
            return result() if callable(result) else result

        return self.own(function)

    def joined(self, outputs):
        """The outputs of several batches as those of one."""
        return outputs[0] if len(outputs) == 1 else join_batches([tree.map_structure(to_numpy, x) for x in outputs])

    def own(self, function):
        """Marks a function as made by an engine."""
        function.is_of_engine = True
        return function

    def taken(self, iterator):
        """The next batches of an iterator: as many as one execution takes."""
        return [batch for _, batch in zip(range(self.training.steps_per_call()), iterator)]

    def on_batch(self, kind, batch, function=None):
        """Runs a single step on a batch that the caller made; returns logs, or the outputs for "predict"."""
        with self.run(kind, function) as run:
            result = run.step(run.payload_of(batch))
        if kind == "predict":
            return self.outputs_of(result)
        return result() if callable(result) else result

    def rehearse(self, kind, batch):
        """Runs a step uncompiled and forgets what it did: errors that only values bring about are raised then.

        Args:
            kind: "train" or "test".
            batch: A batch as `place` gives it.
        """
        self.sync()
        state = self.model.__dict__
        former, state["_run_eagerly"] = state["_run_eagerly"], True
        try:
            with StatelessScope(collect_losses=True):
                self._step_on_values(kind, batch)
        finally:
            state["_run_eagerly"] = former

    def _step_on_values(self, kind, batch):
        getattr(self.model, f"{kind}_step")(batch)

    def split(self, array, size):
        """Parts of an array with so many rows; `None` for ever, where there is no array."""
        if array is None:
            return itertools.repeat(None)
        return [array[start : start + size] for start in range(0, len(array), size)]

    def place(self, batch):
        """A batch as the model takes it on this engine.

        Args:
            batch: Structure of arrays and tensors of any library.
        """
        return tree.map_structure(lambda array: None if array is None else self.place_array(array), batch)

    def place_array(self, array):
        """One array of a batch, as the engine's steps take it."""
        return to_numpy(array)

    def outputs_of(self, result):
        """The outputs of a payload of one step, for callbacks."""
        return result[-1]

    def collect(self, outputs):
        """NumPy arrays from the outputs of all payloads, joined along the batch axis."""
        parts = [output for payload in outputs for output in payload]
        arrays = [tree.map_structure(to_numpy, part) for part in parts]
        return join_batches(arrays)


class Run:
    """Context around steps of one kind, which owns what they hold meanwhile; payloads are lists of batches.

    Args:
        engine: The `Engine`.
        kind: "train", "test" or "predict".
        function: What the user put in the place of the engine's function of an iterator, or `None`.
    """

    def __init__(self, engine, kind, function=None):
        self.engine = engine
        self.kind = kind
        self.function = function
        self.outer = None

    def __enter__(self):
        self.engine.sync()
        self.outer, self.engine.current = self.engine.current, self
        return self

    def __exit__(self, *exception):
        try:
            self.sync()
        finally:
            self.engine.current = self.outer

    def sync(self):
        """Writes what the run holds back to the variables."""

    def payload_of(self, batch):
        """The payload of a single batch, structure of arrays of any library."""
        return [self.engine.place(batch)]

    def batch_of(self, payload):
        """The first batch of a payload."""
        return payload[0]

    def step(self, payload):
        """Runs the steps of a payload.

        Returns:
            Logs: a dict, or a function that returns one when somebody wants to read it; outputs for "predict".
        """
        if self.function is None:
            return self.engine.step(self.kind)(payload)
        result = self.function(payload)
        return [result] if self.kind == "predict" else result

    def batches(self, feed, pace):
        """Iterates over pairs `(payload, number of batches)`.

        Args:
            feed: `Feed` with the data.
            pace: `Pace`: `most()` is the most batches that the next payload may hold, `one_by_one` says that it is
                always one.
        """
        adapter = feed.adapter
        # What other iterators yield is used before they are asked for more: they may wait, or raise.
        if adapter.is_indexed:
            batches = self._rows_in_batches(feed, adapter)
        else:
            batches = (self.engine.place(item) for item, _ in feed.epoch(_one))
        while group := _next_group(batches, pace.most() if adapter.is_indexed or pace.is_fixed else 1):
            yield group, len(group)

    def _rows_in_batches(self, feed, adapter):
        """Batches of arrays: rows are gathered for many batches at once and then divided."""
        size, split = adapter.batch_size, self.engine.split
        block = block_steps(adapter.rows(slice(0, 1)), size)
        for selection, steps in feed.epoch(lambda: block):
            rows = self.engine.place(adapter.rows(selection))
            if steps == 1:
                yield rows
            elif not tree.is_nested(rows):
                yield from split(rows, size)
            elif isinstance(rows, tuple) and not any(isinstance(part, (tuple, list, dict)) for part in rows):
                yield from zip(*(split(array, size) for array in rows))
            else:
                parts = zip(*(split(array, size) for array in tree.flatten(rows)))
                yield from (tree.pack_sequence_as(rows, list(arrays)) for arrays in parts)


class BlockEngine(Engine):
    """Compiles steps; array data goes to the device in blocks of many batches, over which a compiled loop runs.

    So a step costs no dispatch. The first and the last step of a loop are arguments: one program serves all.
    """

    def __init__(self, model):
        super().__init__(model)
        self._programs = {}

    def programs(self, kind):
        """The compiled functions of a kind of step, made anew when what they depend on has changed."""
        facts = self.depends_on(kind)
        known = self._programs.get(kind)
        if known is None or not are_same(known[0], facts):
            self._programs[kind] = known = (facts, self.make_programs(kind))
        return known[1]

    def forget_programs(self, kind):
        self._programs.pop(kind, None)

    def arguments_of(self, batch):
        """What the program of a single step takes for a batch."""
        return (self.place(batch),)


class BlockRun(Run):
    """A run whose payloads are pairs of the name of a program, "single" or "block", and its arguments.

    "single" takes a batch; "block" takes batches, each array `(steps, batch size, ...)`, and the steps to begin with
    and to stop before.
    """

    def payload_of(self, batch):
        return ("single", self.engine.arguments_of(batch)) if self.function is None else [self.engine.place(batch)]

    def batch_of(self, payload):
        if self.function is not None:
            return super().batch_of(payload)
        name, (batch, *steps) = payload
        # What a single step takes beside its batch is the engine's own.
        return batch if name == "single" else tree.map_structure(lambda a: None if a is None else a[steps[0]], batch)

    def batches(self, feed, pace):
        if self.function is not None:
            yield from super().batches(feed, pace)
            return
        adapter = feed.adapter
        if not adapter.is_indexed:
            for batch, steps in feed.epoch(_one):
                yield self.payload_of(batch), steps
            return
        size = adapter.batch_size
        block = 1 if pace.one_by_one or adapter.num_samples < 2 * size else self._block_steps(adapter)
        for selection, steps in feed.epoch(lambda: block):
            rows = adapter.rows(selection)
            if block == 1 or _count_of_rows(rows) < size:
                yield self.payload_of(rows), steps
                continue
            rows = self.place_block(tree.map_structure(lambda array: in_batches(array, block, size), rows))
            start = 0
            while start < steps:
                stop = min(start + pace.most(), steps)
                yield ("block", (rows, np.int32(start), np.int32(stop))), stop - start
                start = stop

    def place_block(self, rows):
        """A block as its program takes it."""
        return self.engine.place(rows)

    def _block_steps(self, adapter):
        """Number of batches in a block; 1 where steps had better run one by one."""
        steps = block_steps(adapter.rows(slice(0, 1)), adapter.batch_size)
        return steps if steps > 1 and self.may_loop(adapter.first_batch()) else 1


def are_same(these, those):
    """Whether two lists hold the same objects."""
    return len(these) == len(those) and all(map(operator.is_, these, those))


def _count_of_rows(rows):
    return next(array for array in tree.flatten(rows) if array is not None).shape[0]


def _one():
    return 1


def _next_group(batches, size):
    return [batch for _, batch in zip(range(size), batches)]


def join_batches(parts):
    """Joins structures of NumPy arrays along the first axis; the result has memory of its own."""
    if len(parts) == 1:
        return tree.map_structure(np.array, parts[0])
    return tree.map_structure(lambda *arrays: np.concatenate(arrays, axis=0) if arrays[0].ndim else arrays[-1], *parts)


def to_numpy(array):
    """A NumPy array, of the machine's order of bytes, from an array or tensor of any library."""
    if isinstance(array, np.ndarray):
        return array if array.dtype.isnative else array.astype(array.dtype.newbyteorder("="))
    if hasattr(array, "toarray"):
        return array.toarray()
    if (coordinates := coordinates_of(array)) is not None:
        return dense_of(*coordinates)
    if hasattr(array, "detach"):
        array = array.detach().cpu()
        if "bfloat16" in str(array.dtype):
            return array.float().numpy().astype(ml_dtypes.bfloat16)
    if hasattr(array, "numpy"):
        return np.asarray(array.numpy())
    return np.asarray(array)


# Rows of many batches are gathered at once up to this number of bytes, and this number of batches.
BLOCK_BYTES = 2**20
BLOCK_STEPS = 128


def block_steps(one_row, batch_size):
    """How many batches to gather at once: enough to hide the cost of a call, few enough to be small."""
    size = sum(_bytes_of(array) for array in tree.flatten(one_row) if array is not None) * batch_size
    steps = max(1, min(BLOCK_STEPS, BLOCK_BYTES // max(size, 1)))
    return 1 << (steps.bit_length() - 1)


def _bytes_of(array):
    return getattr(array, "nbytes", 8) if hasattr(array, "nbytes") else 8


def in_batches(array, steps, size):
    """Rows of an array as `(steps, size, ...)`, filled up with zeros, or strings without characters."""
    if array is None:
        return None
    array = to_numpy(array)
    missing = steps * size - len(array)
    if missing:
        nothing = "" if is_array_of_strings(array) else 0
        array = np.concatenate([array, np.full((missing, *array.shape[1:]), nothing, array.dtype)])
    return array.reshape(steps, size, *array.shape[1:])


def specs_of(batch, make_spec):
    """Symbolic tensors in the place of the arrays of a batch.

    Args:
        batch: Structure of arrays.
        make_spec: Function `(shape, dtype)` that makes one.
    """

    def spec(array):
        if array is None:
            return None
        dtype = getattr(array, "dtype", None)
        if is_array_of_strings(array):
            return make_spec(array.shape, "string")
        name = standardize_dtype(getattr(dtype, "name", dtype)) if dtype is not None else config.floatx()
        return make_spec(tuple(getattr(array, "shape", ())), name)

    return tree.map_structure(spec, batch)
