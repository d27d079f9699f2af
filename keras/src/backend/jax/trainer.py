"""Training on JAX: steps are functions of the state, which the engine holds and donates while an epoch runs."""

import collections
import contextlib
import functools
import sys
import threading
import weakref

import jax
import jax.numpy as jnp
import numpy as np
from jax import lax

from keras.src import tree
from keras.src.backend.common.conversion import reject_text
from keras.src.backend.common.global_state import STATE
from keras.src.backend.common.own_data import joined_batches, rows_of
from keras.src.backend.common.stateless_scope import StatelessScope, initialize_all_variables
from keras.src.backend.common.training import BlockEngine, BlockRun, StatefulSteps, join_batches, to_numpy, unpack
from keras.src.backend.jax.core import copied
from keras.src.backend.jax.distribution import sharding_of
from keras.src.backend.jax.programs import BLOCKS, changing_little, cut_step, single_step
from keras.src.backend.jax.spread import Spread, placed, spread_out
from keras.src.backend.jax.stateful_steps import OtherVariables, stateful_too, takes_state, with_state
from keras.src.backend.jax.wide_sums import with_wide_sums

# Which parts of the state a step takes, in the order of its tuple, and how many of them it returns changed.
_PARTS = {
    "train": ("trainable", "non_trainable", "optimizer", "metrics"),
    "test": ("trainable", "non_trainable", "metrics"),
    "predict": ("trainable", "non_trainable"),
}
# How many payloads the host may run ahead of the device.
_AHEAD = 2
# References to a value that only its variable holds: that one, the local name, and the argument of `getrefcount`.
_OUR_REFERENCES = 3
# Within a loop XLA computes these many times slower on a CPU than outside of one.
_SLOW_IN_LOOPS = {
    "conv_general_dilated",
    "reduce_window_max",
    "reduce_window_sum",
    "select_and_scatter_add",
    "custom_call",
}


def _variables(model, part):
    if part == "optimizer":
        return [] if model.optimizer is None else model.optimizer.variables
    return getattr(model, f"{part}_variables")


def _state_variables(model, kind):
    return [_variables(model, part) for part in _PARTS[kind]]


class TrainSteps(StatefulSteps):
    """The public steps of a model on this engine: they take the state and return it changed.

    Overrides may also take the batch alone, and work on the variables themselves, as on the other engines.
    """

    def compute_loss_and_updates(
        self,
        trainable_variables,
        non_trainable_variables,
        metrics_variables,
        x,
        y,
        sample_weight,
        training=False,
        optimizer_variables=None,
    ):
        """Runs the model and its loss on given values of the variables; made for `jax.value_and_grad(...,
        has_aux=True)`.

        Args:
            trainable_variables: Values of `trainable_variables`.
            non_trainable_variables: Values of `non_trainable_variables`.
            metrics_variables: Values of `metrics_variables`.
            x: Inputs.
            y: Targets.
            sample_weight: Weights of the samples, or `None`.
            training: Whether the model is to behave as in training.
            optimizer_variables: Values of the optimizer's variables; with them the loss is scaled as the optimizer
                wants it.

        Returns:
            `(loss, (unscaled_loss, y_pred, non_trainable_variables, metrics_variables))`.
        """
        mapping = _pairs(self.trainable_variables, trainable_variables)
        mapping += _pairs(self.non_trainable_variables, non_trainable_variables)
        mapping += _pairs(self.metrics_variables, metrics_variables)
        if optimizer_variables is not None:
            mapping += _pairs(self.optimizer.variables, optimizer_variables)
        with StatelessScope(state_mapping=mapping, collect_losses=True) as scope:
            y_pred = self(x, training=training)
            loss = self._loss_of_batch(x, y, y_pred, sample_weight, training=training)
            scaled = self.optimizer.scale_loss(loss) if training and optimizer_variables is not None else loss
        non_trainable = _values_in(scope, self.non_trainable_variables, non_trainable_variables)
        metrics = _values_in(scope, self.metrics_variables, metrics_variables)
        return scaled, (loss, y_pred, non_trainable, metrics)

    @stateful_too("train", _state_variables)
    def train_step(self, state, data):
        """Trains on one batch.

        Args:
            state: Tuple of the values of the trainable, non-trainable, optimizer and metrics variables, each a list.
            data: The batch: `x`, `(x, y)` or `(x, y, sample_weight)`.

        Returns:
            `(logs, state)`.
        """
        trainable, non_trainable, optimizer_variables, metrics = state
        x, y, sample_weight = unpack(data)
        gradient = jax.value_and_grad(self.compute_loss_and_updates, has_aux=True)
        (_, (loss, y_pred, non_trainable, metrics)), gradients = gradient(
            trainable,
            non_trainable,
            metrics,
            x,
            y,
            sample_weight,
            training=True,
            optimizer_variables=optimizer_variables,
        )
        update = self._engine.training.updated_values
        trainable, optimizer_variables = update(optimizer_variables, gradients, trainable)
        logs, metrics = self._logs_and_metrics(metrics, loss, x, y, y_pred, sample_weight)
        return logs, (trainable, non_trainable, optimizer_variables, metrics)

    @stateful_too("test", _state_variables)
    def test_step(self, state, data):
        """Evaluates one batch.

        Args:
            state: Tuple of the values of the trainable, non-trainable and metrics variables, each a list.
            data: The batch: `x`, `(x, y)` or `(x, y, sample_weight)`.

        Returns:
            `(logs, state)`.
        """
        trainable, non_trainable, metrics = state
        x, y, sample_weight = unpack(data)
        loss, (_, y_pred, non_trainable, metrics) = self.compute_loss_and_updates(
            trainable, non_trainable, metrics, x, y, sample_weight, training=False
        )
        logs, metrics = self._logs_and_metrics(metrics, loss, x, y, y_pred, sample_weight)
        return logs, (trainable, non_trainable, metrics)

    @stateful_too("predict", _state_variables)
    def predict_step(self, state, data):
        """Computes the outputs for one batch.

        Args:
            state: Tuple of the values of the trainable and non-trainable variables, each a list.
            data: The batch: `x`, or a tuple that begins with it.

        Returns:
            `(outputs, non_trainable_variables)`.
        """
        trainable, non_trainable = state
        return self.stateless_call(trainable, non_trainable, unpack(data)[0], training=False)

    def _logs_and_metrics(self, values, loss, x, y, y_pred, sample_weight):
        variables = self.metrics_variables
        with StatelessScope(state_mapping=_pairs(variables, values)) as scope:
            self._loss_tracker.update_state(loss, sample_weight=self._size_of_batch(x))
            logs = self.compute_metrics(x, y, y_pred, sample_weight)
        return logs, _values_in(scope, variables, values)

    def jax_state_sync(self):
        """Writes the state that training holds back to the variables; for callbacks that read weights in the middle
        of an epoch."""
        self._engine.sync()


def _pairs(variables, values):
    variables, values = list(variables), list(values)
    if len(variables) != len(values):
        raise ValueError(f"The state has {len(values)} values for {len(variables)} variables.")
    return list(zip(variables, values))


def _values_in(scope, variables, values):
    """What the variables hold within a scope, or the values they began with."""
    current = [scope.get_current_value(v) for v in variables]
    return [old if new is None else new for old, new in zip(values, current)]


class Engine(BlockEngine):
    """Compiles steps with `jax.jit`."""

    def __init__(self, training):
        super().__init__(training)
        # Variables that steps use besides those of the model, such as those of a second optimizer.
        self.others = {kind: [] for kind in _PARTS}
        # The values that runs gave to variables, by their ids: only these buffers are surely nobody else's.
        self.written = {}
        # Runs that train, of all threads: while one holds the state, the buffers of the variables may be donated.
        self.trains = []
        self._spread = None
        self.lock = threading.RLock()

    def run(self, kind, function=None):
        return _Run(self, kind, function)

    def owned(self, kind):
        """The variables of each part of the state."""
        owned = {part: list(_variables(self.model, part)) for part in _PARTS[kind]}
        if self.others[kind]:
            known = {id(v) for variables in owned.values() for v in variables}
            owned[_PARTS[kind][-1]] += [v for v in self.others[kind] if id(v) not in known]
        return owned

    def depends_on(self, kind):
        facts = super().depends_on(kind) + [v for variables in self.owned(kind).values() for v in variables]
        return [*facts, STATE.distribution]

    @property
    def spread(self):
        """How batches are laid out over devices; `None` on one."""
        distribution = STATE.distribution
        if distribution is None:
            return None
        if self._spread is None or self._spread.distribution is not distribution:
            self._spread = Spread(distribution, in_groups=self.model.jit_compile)
        return self._spread

    def make_programs(self, kind):
        """Functions of the state: of one batch, and of a block of them; `inner` keeps its arguments."""
        model = self.model
        step = getattr(model, f"{kind}_step")
        if not takes_state(step):
            step = with_state(step, kind, list(self.owned(kind).values()))
        single = functools.partial(single_step, step, kind)
        if not model.jit_compile:
            return {"single": single if self.spread is None else functools.partial(cut_step, single, self.spread)}
        if self._widens_sums():
            single = with_wide_sums(single)
        donated = 0 if kind == "train" else ()
        inner = jax.jit(single)
        block = functools.partial(BLOCKS[kind], inner)
        if self.spread is None:
            programs = {
                "single": jax.jit(single, donate_argnums=0) if kind == "train" else changing_little(single, kind),
                "block": jax.jit(block, donate_argnums=donated),
            }
        else:
            options = {"donate_argnums": donated, "out_shardings": self._shardings_of_results(kind)}
            cut = functools.partial(cut_step, single, self.spread)
            programs = {
                "single": jax.jit(cut, static_argnums=2, **options),
                "block": jax.jit(block, **options),
            }
        return {"inner": inner, **programs}

    def _widens_sums(self):
        """Whether sums in 16 bits are rounded once: where devices share them, and where XLA computes them in float32 anyway."""
        is_worth_it = self.spread is not None or jax.default_backend() == "cpu"
        # Numbers of eight bits are rounded from such of 16: to leave out one rounding would move them by a quarter.
        has_8_bits = any(v.overwrite_with_gradient for v in self.model.trainable_variables)
        return is_worth_it and self.computes_in_16_bits() and not has_8_bits

    def _shardings_of_results(self, kind):
        """Variables stay laid out as they are; logs and outputs are on each device, as each process reads them."""
        parts = [[sharding_of(v._layout) for v in variables] for variables in self.owned(kind).values()]
        return self.spread.replicated, (parts[1] if kind == "predict" else tuple(parts))

    def arguments_of(self, batch):
        spread = self.spread
        if spread is None:
            return (self.place(batch),)
        return self.place(batch), None

    def _step_on_values(self, kind, batch):
        step = getattr(self.model, f"{kind}_step")
        state = tuple([v._own_value() for v in variables] for variables in self.owned(kind).values())
        step(state, batch) if takes_state(step) else step(batch)

    def function_of_iterator(self, kind, force=False):
        if force:
            self.forget_programs(kind)

        def function(state, iterator):
            single = self.programs(kind)["single"]
            results = []
            for batch in self.taken(iterator):
                result, changed = single(state, *self.arguments_of(batch))
                state = (state[0], changed) if kind == "predict" else changed
                results.append(result)
            return (self.joined(results) if kind == "predict" else result), state

        return self.own(function)

    def place_array(self, array):
        array = self._as_array(array)
        return array if STATE.distribution is None else placed(array, self.spread.place)

    def _as_array(self, array):
        is_ours = isinstance(array, jax.Array) or type(array).__module__.startswith("jax.experimental.sparse")
        if array is None or is_ours:
            return array
        array = to_numpy(array)
        if self.model.jit_compile:
            reject_text(array, "Data of compiled steps")
        return array

    def outputs_of(self, result):
        return result.value

    def collect(self, outputs):
        return join_batches([part.as_numpy() for part in outputs])


class _Run(BlockRun):
    """Holds the state from the first step on, until somebody wants to see the variables."""

    def __init__(self, engine, kind, function=None):
        super().__init__(engine, kind, function)
        self._held = None
        self._in_flight = collections.deque()

    def __enter__(self):
        super().__enter__()
        self._settle()
        return self

    def __exit__(self, *exception):
        self._in_flight.clear()
        super().__exit__(*exception)

    def _settle(self):
        """Looks up which variables there are now, and the programs that belong to them."""
        self._owned = self.engine.owned(self.kind)
        if STATE.distribution is not None:
            self._lay_out()
        self._programs = self.engine.programs(self.kind)

    def _lay_out(self):
        """Lays out the variables that were made before there was a distribution."""
        for variables in self._owned.values():
            for variable in variables:
                if variable._layout is None:
                    variable._settle_layout()
                    if variable._value is not None:
                        variable._direct_assign(variable._value)

    def _take_state(self):
        """Reads the state off the variables; from then on the run owns the buffers, and may donate them."""
        with self.engine.lock:
            elsewhere = self._held_elsewhere()
            owned = self._owned.values()
            self._held = tuple([self._own(v, elsewhere.get(id(v))) for v in variables] for variables in owned)
            if self.kind == "train":
                self.engine.trains.append(self)
            else:
                self._begun = {id(v): _reference(v._value) for variables in owned for v in variables}

    def _held_elsewhere(self):
        """What training in other threads holds of the state, by the ids of its variables."""
        held = {}
        for run in self.engine.trains:
            for variables, values in zip(run._owned.values(), run._held):
                held.update(zip(map(id, variables), values))
        return held

    def _own(self, variable, held=None):
        if held is not None:
            # The other thread donates its buffer in its next step.
            return copied(held)
        if self._takes_host_arrays():
            constant = variable._constant()
            if constant is not None:
                return constant
        value = variable._value
        if value is None:
            variable._deferred_initialize()
            value = variable._value
        if self.kind != "train":
            return value
        written = self.engine.written.get(id(variable))
        # What somebody else holds, or may hold the memory of, must stay: a copy can be donated.
        is_ours = written is not None and written() is value and sys.getrefcount(value) <= _OUR_REFERENCES
        return value if is_ours else copied(value)

    def _takes_host_arrays(self):
        """Whether the state goes to a compiled step alone, which takes constants that wait for less than arrays of JAX."""
        return self.kind == "train" and self.function is None and self.engine.model.jit_compile

    def sync(self):
        with self.engine.lock:
            if self._held is not None:
                self._write_back()

    def _write_back(self):
        """Gives variables their values; interrupted, it is done again as a whole."""
        for (part, variables), values in zip(self._owned.items(), self._held):
            if part == "trainable" and self.kind != "train":
                continue
            for variable, value in zip(variables, values):
                if self.kind != "train" and self._begun[id(variable)]() is not variable._value:
                    # Training in another thread has written it meanwhile, which counts.
                    continue
                if isinstance(value, np.ndarray):
                    # No step has run: the variable still waits.
                    continue
                variable._hold(value)
                if self.kind == "train":
                    self.engine.written[id(variable)] = weakref.ref(value)
        if self.kind == "train":
            self.engine.trains.remove(self)
        self._held = None

    def _adopt(self, variables):
        """Makes variables a part of the state."""
        self.engine.others[self.kind] += variables
        initialize_all_variables()
        self.sync()
        self._settle()

    def _with_all_variables(self, function):
        """Calls a function that runs or traces the step, again when the step turned out to need more variables."""
        while True:
            try:
                return function()
            except OtherVariables as found:
                self._adopt(found.variables)

    def _call(self, payload):
        if self._held is None:
            self._take_state()
        if self.function is not None:
            return self.function(self._held, iter(payload))
        name, args = payload
        return self._programs[name](self._held, *args)

    def step(self, payload):
        predicts = self.kind == "predict"
        # Between the call, which donates the state, and the new one nobody may look.
        with self.engine.lock if self.kind == "train" else contextlib.nullcontext():
            result, changed = self._with_all_variables(lambda: self._call(payload))
            self._held = (self._held[0], changed) if predicts and self.function is None else changed
        if self.function is not None:
            return _Outputs(result) if predicts else result
        # The host may run ahead of the device, but not far.
        self._in_flight.append(result)
        if len(self._in_flight) > _AHEAD:
            jax.block_until_ready(self._in_flight.popleft())
        steps = payload[1][1:] if payload[0] == "block" else ()
        return _Outputs(result, *steps) if predicts else result

    def place_block(self, rows):
        spread = self.engine.spread
        if spread is None:
            return jax.device_put(super().place_block(rows))
        return tree.map_structure(lambda x: placed(self.engine._as_array(x), lambda x: spread.place(x, axis=1)), rows)

    def batches(self, feed, pace):
        spread = self.engine.spread
        if spread is None or not spread.distribution._has_own_data or self.function is not None:
            return super().batches(feed, pace)
        return self._joined_batches(feed, spread)

    def _joined_batches(self, feed, spread):
        """Payloads of single steps on what all processes have."""
        as_arrays = functools.partial(tree.map_structure, self.engine._as_array)
        for batch, sizes in joined_batches(feed, as_arrays, spread.sizes):
            yield ("single", spread_out(batch, functools.partial(spread.joined, sizes=sizes))), 1

    def may_loop(self, batch):
        """Whether the step runs as fast within a compiled loop as outside of one."""
        if "inner" not in self._programs:
            return False
        spread = self.engine.spread
        if spread is not None and rows_of(batch) % spread.parts:
            return False
        if jax.default_backend() != "cpu":
            return True
        if "may_loop" not in self._programs:
            batch = jax.tree.map(lambda x: jax.ShapeDtypeStruct(x.shape, x.dtype), self.engine.place(batch))
            found = self._with_all_variables(lambda: _uses(self._traced(batch).jaxpr, _SLOW_IN_LOOPS))
            self._programs["may_loop"] = not found
        return self._programs["may_loop"]

    def _traced(self, batch):
        state = tuple([v.value for v in variables] for variables in self._owned.values())
        return self._programs["inner"].trace(state, batch)


def _reference(value):
    return weakref.ref(value) if isinstance(value, jax.Array) else lambda: value


class _Outputs:
    """Outputs of one batch, or of the batches `start` to `stop` of a block, stacked."""

    def __init__(self, value, start=None, stop=None):
        self.value = value
        self.start = start
        self.stop = stop

    def as_numpy(self):
        arrays = tree.map_structure(np.asarray, self.value)
        if self.start is None:
            return arrays
        steps = slice(self.start, self.stop)
        return tree.map_structure(lambda array: array[steps].reshape(-1, *array.shape[2:]), arrays)


def start_profiler(folder):
    """See `contract.Trainer.start_profiler`."""
    jax.profiler.start_trace(folder)
    return jax.profiler.stop_trace


def _uses(jaxpr, primitives):
    """Whether a program, or one that it calls, uses one of the primitives."""
    for equation in jaxpr.eqns:
        if equation.primitive.name in primitives:
            return True
        for parameter in equation.params.values():
            for inner in parameter if isinstance(parameter, (list, tuple)) else (parameter,):
                inner = getattr(inner, "jaxpr", inner)
                if hasattr(inner, "eqns") and _uses(inner, primitives):
                    return True
    return False
