"""More rows as in `method_rows.py`: of optimizers, metrics, losses, variables, descriptions and functions over a graph."""

import numpy as np

import keras
from integration_tests.mute.core import registered_in
from integration_tests.mute.method_rows import (
    SAMPLES,
    X2,
    Y2,
    Store,
    X,
    Y,
    array,
    arrays,
    tensors,
    traits,
    without_none,
)
from keras import ops
from keras.src import backend
from keras.src.layers.input_spec import assert_input_compatibility

ROWS = {}
row = registered_in(ROWS)

# Optimizer

START = [np.array([1.0, -2.0, 3.0], "float32"), np.array([0.5], "float32")]
GRADIENTS = [np.array([0.1, 0.2, -0.3], "float32"), np.array([1.0], "float32")]
OTHERS = [np.array([0.3, -0.2, 0.3], "float32"), np.array([-1.0], "float32")]


def variables():
    return [keras.Variable(x, name=name) for x, name in zip(START, ("kernel", "bias"))]


def adam(**options):
    return keras.optimizers.Adam(0.1, name="adam", **options)


@row(
    "Optimizer",
    "add_optimizer_variables",
    trainable_variables=(1, 2),
    name=("one", "other"),
    initializer=("zeros", "ones"),
)
def add_optimizer_variables(folder, trainable_variables=2, name="one", **given):
    made = adam()
    added = made.add_optimizer_variables(variables()[:trainable_variables], name, **given)
    return traits(added)


@row(
    "Optimizer",
    "add_variable",
    shape=((2,), (3,)),
    initializer=("zeros", "ones"),
    dtype=("float32", "float16"),
    aggregation=("none", "mean"),
    name=("one", "other"),
)
def optimizer_add_variable(folder, **given):
    return traits([adam().add_variable(**{"shape": (2,), "name": "one", **given})])


@row(
    "Optimizer",
    "add_variable_from_reference",
    reference_variable=(0, 1),
    name=("one", "other"),
    initializer=("zeros", "ones"),
)
def add_variable_from_reference(folder, reference_variable=0, **given):
    return traits([adam().add_variable_from_reference(variables()[reference_variable], **{"name": "one", **given})])


@row("Optimizer", "apply", grads=(GRADIENTS, OTHERS), trainable_variables=(0, 1))
def apply(folder, grads=GRADIENTS, trainable_variables=0):
    made, both = keras.optimizers.SGD(0.1), variables()
    others = variables()
    made.build(both + others)
    made.apply(tensors(grads), others if trainable_variables else both)
    return arrays(both + others)


@row("Optimizer", "apply_gradients", grads_and_vars=(GRADIENTS, OTHERS))
def apply_gradients(folder, grads_and_vars):
    made, both = adam(), variables()
    made.apply_gradients(list(zip(tensors(grads_and_vars), both)))
    return arrays(both)


def _assigned(method):
    def observe(folder, variable=0, value=1.0):
        both = variables()
        getattr(adam(), method)(both[variable], ops.full(both[variable].shape, value))
        return arrays(both)

    return observe


for _method in ("assign", "assign_add", "assign_sub"):
    row("Optimizer", _method, variable=(0, 1), value=(1.0, 2.0))(_assigned(_method))


@row("Optimizer", "build", variables=(1, 2))
def optimizer_build(folder, variables):
    made = adam()
    made.build(globals()["variables"]()[:variables])
    return [v.name for v in made.variables]


@row("Optimizer", "exclude_from_weight_decay", var_list=(None, 0), var_names=(None, ["bias"]))
def exclude_from_weight_decay(folder, var_list=None, var_names=None):
    made, both = keras.optimizers.SGD(0.1, weight_decay=0.5), variables()
    made.exclude_from_weight_decay(var_list=None if var_list is None else [both[var_list]], var_names=var_names)
    made.build(both)
    made.apply(tensors(GRADIENTS), both)
    return arrays(both)


@row("Optimizer", "finalize_variable_values", var_list=(0, 1))
def finalize_variable_values(folder, var_list):
    made, both = keras.optimizers.SGD(0.1, use_ema=True, ema_momentum=0.5), variables()
    made.build(both)
    for _ in range(3):
        made.apply(tensors(GRADIENTS), both)
    made.finalize_variable_values([both[var_list]])
    return arrays(both)


@row("Optimizer", "from_config", config=({"learning_rate": 0.1}, {"learning_rate": 0.2}), custom_objects=(1, 2))
def optimizer_from_config(folder, config=None, custom_objects=None):
    if custom_objects is not None:
        schedule = {"module": None, "class_name": "Mine", "config": {}, "registered_name": "Mine"}
        kind = {1: _Falling, 2: _Rising}[custom_objects]
        made = keras.optimizers.SGD.from_config({"learning_rate": schedule}, custom_objects={"Mine": kind})
    else:
        made = keras.optimizers.SGD.from_config(config)
    return float(array(made.learning_rate))


class _Falling(keras.optimizers.schedules.LearningRateSchedule):
    """A schedule that only custom objects name."""

    rate = 0.1

    def __call__(self, step):
        return self.rate

    def get_config(self):
        return {}


class _Rising(_Falling):
    """Another one."""

    rate = 0.2


def _optimizer_of_two():
    made = adam()
    made.build(variables())
    return made


@row("Optimizer", "load_own_variables", store=(0.0, 1.0))
def optimizer_load(folder, store):
    made = _optimizer_of_two()
    made.load_own_variables({str(i): np.full(v.shape, store) for i, v in enumerate(made.variables)})
    return arrays(made.variables)


@row("Optimizer", "save_own_variables", store=({}, Store()))
def optimizer_save(folder, store):
    _optimizer_of_two().save_own_variables(store)
    return len(store)


@row("Optimizer", "scale_loss", loss=(1.0, 2.0))
def scale_loss(folder, loss):
    return float(array(adam(loss_scale_factor=3.0).scale_loss(ops.convert_to_tensor(loss))))


@row("Optimizer", "set_weights", weights=(0.0, 1.0))
def optimizer_set_weights(folder, weights):
    made = _optimizer_of_two()
    made.set_weights([np.full(v.shape, weights) for v in made.variables])
    return arrays(made.variables)


@row(
    "Optimizer",
    "stateless_apply",
    optimizer_variables=(0, 5),
    grads=(GRADIENTS, OTHERS),
    trainable_variables=(START, OTHERS),
)
def stateless_apply(folder, optimizer_variables=0, grads=GRADIENTS, trainable_variables=START):
    made = _optimizer_of_two()
    state = [v.value for v in made.variables]
    state[0] = ops.convert_to_tensor(optimizer_variables, state[0].dtype)
    return arrays(made.stateless_apply(state, tensors(grads), tensors(trainable_variables)))


@row("Optimizer", "update_step", gradient=(0.1, -0.2), variable=(0, 1), learning_rate=(0.1, 0.2))
def update_step(folder, gradient=0.1, variable=0, learning_rate=0.1):
    made, both = keras.optimizers.SGD(0.1), variables()
    made.build(both)
    chosen = both[variable]
    made.update_step(ops.full(chosen.shape, gradient), chosen, ops.convert_to_tensor(learning_rate))
    return arrays(both)


# Metric and Loss


@row(
    "Metric",
    "add_variable",
    shape=((2,), (3,)),
    initializer=("zeros", "ones"),
    dtype=("float32", "float16"),
    aggregation=("sum", "mean"),
    name=("one", "other"),
)
def metric_add_variable(folder, **given):
    return traits(
        [keras.metrics.Mean().add_variable(**{"shape": (2,), "initializer": "zeros", "name": "one", **given})]
    )


@row(
    "Metric",
    "add_weight",
    shape=((2,), (3,)),
    initializer=("zeros", "ones"),
    dtype=("float32", "float16"),
    name=("one", "other"),
)
def metric_add_weight(folder, **given):
    return traits([keras.metrics.Mean().add_weight(**{"shape": (2,), "initializer": "zeros", "name": "one", **given})])


@row("Metric", "from_config", config=({"name": "one"}, {"name": "other"}))
def metric_from_config(folder, config):
    return keras.metrics.Mean.from_config(config).name


@row("Metric", "stateless_result", metric_variables=([6.0, 2.0], [6.0, 3.0]))
def stateless_result(folder, metric_variables):
    return float(array(keras.metrics.Mean().stateless_result(tensors(metric_variables))))


@row("Metric", "stateless_update_state", metric_variables=([6.0, 2.0], [6.0, 3.0]))
def stateless_update_state(folder, metric_variables):
    return arrays(keras.metrics.Mean().stateless_update_state(tensors(metric_variables), ops.convert_to_tensor(X)))


@row("Loss", "__call__", y_true=(Y, Y2), y_pred=(Y, Y2), sample_weight=(None, SAMPLES))
def loss_call(folder, **given):
    return array(keras.losses.MeanSquaredError()(**tensors({"y_true": Y, "y_pred": X[:, :2], **without_none(given)})))


@row("Loss", "call", y_true=(Y, Y2), y_pred=(Y, Y2))
def loss_inner_call(folder, **given):
    return array(keras.losses.MeanSquaredError().call(**tensors({"y_true": Y, "y_pred": X[:, :2], **given})))


@row("Loss", "from_config", config=({"name": "one"}, {"name": "other"}))
def loss_from_config(folder, config):
    return keras.losses.MeanSquaredError.from_config(config).name


# Variable and descriptions


@row(
    "Variable",
    "__init__",
    initializer=("zeros", "ones"),
    shape=((2,), (3,)),
    dtype=("float32", "float16"),
    trainable=(True, False),
    autocast=(True, False),
    aggregation=("none", "mean"),
    synchronization=("auto", "on_read"),
    name=("one", "other"),
)
def variable_init(folder, **given):
    variable = keras.Variable(**{"initializer": "zeros", "shape": (2,), "name": "one", **given})
    with backend.AutocastScope("bfloat16"):
        inside = str(ops.convert_to_tensor(variable).dtype)
    return traits([variable]), variable.synchronization, inside


def _changed(method, **beside):
    def observe(folder, **given):
        variable = keras.Variable(START[0])
        getattr(variable, method)(**{**beside, **given})
        return array(variable)

    return observe


for _method in ("assign", "assign_add", "assign_sub"):
    row("Variable", _method, value=(START[0], GRADIENTS[0]))(_changed(_method))
row("Variable", "accumulate", value=(START[0], GRADIENTS[0]), times=(1, 2))(_changed("accumulate", value=START[0]))


@row("KerasTensor", "reshape", newshape=((6,), (3, 2)))
def described_reshape(folder, newshape):
    return keras.KerasTensor((2, 3)).reshape(newshape).shape


@row("KerasTensor", "squeeze", axis=(None, 0))
def described_squeeze(folder, axis):
    return keras.KerasTensor((1, 3, 1)).squeeze(axis).shape


@row(
    "KerasTensor",
    "__init__",
    shape=((2,), (3,)),
    dtype=("float32", "int32"),
    name=("one", "other"),
    record_history=(True, False),
)
def described(folder, **given):
    made = keras.KerasTensor(**{"shape": (2,), **given})
    named = made.name if "name" in given else None
    doubled = made + 1
    return made.shape, made.dtype, named, hasattr(doubled, "_keras_history")


_SPECS = [((2, 3), "float32"), ((2, 4), "float32"), ((2, 3, 3), "float32"), ((2, 3), "int32"), ((2,), "float32")]


@row(
    "InputSpec",
    "__init__",
    dtype=(None, "int32"),
    shape=((2, 3), (2, 4)),
    ndim=(2, 3),
    max_ndim=(2, 1),
    min_ndim=(2, 3),
    axes=(None, {1: 4}),
    allow_last_axis_squeeze=(False, True, {"shape": (2, 1)}),
    name=(None, "known"),
    optional=(False, True),
)
def input_spec(folder, **given):
    spec = keras.InputSpec(**given)
    accepted = []
    for shape, dtype in _SPECS:
        try:
            assert_input_compatibility(spec, keras.KerasTensor(shape, dtype), "it")
            accepted.append(True)
        except (ValueError, TypeError) as error:
            accepted.append(type(error).__name__)
    return accepted, spec.name, spec.optional


@row("InputSpec", "from_config", config=({"ndim": 2}, {"ndim": 3}))
def input_spec_from_config(folder, config):
    return keras.InputSpec.from_config(config).ndim


@row("SeedGenerator", "__init__", seed=(1, 2), name=("one", "other"))
def seed_generator(folder, seed=1, name="one"):
    made = keras.random.SeedGenerator(seed, name=name)
    return array(made.next()), made.name


@row("SeedGenerator", "from_config", config=({"seed": 1}, {"seed": 2}))
def seed_generator_from_config(folder, config):
    return array(keras.random.SeedGenerator.from_config(config).next())


# Functions over a graph


@row("Function", "__init__", inputs=(0, 1), outputs=(0, 1), name=("one", "other"))
def function_init(folder, inputs=0, outputs=0, name="one"):
    first, second = keras.Input((3,)), keras.Input((3,))
    doubled = [first * 2.0 if inputs == 0 else second * 2.0]
    made = keras.Function([first, second][inputs], doubled[0] + float(outputs), name=name)
    return array(made(ops.convert_to_tensor(X))), made.name, made._inputs[0] is first


@row("Function", "call", inputs=(X, X2))
def function_call(folder, inputs):
    symbol = keras.Input((3,))
    return array(keras.Function(symbol, symbol * 2.0).call(ops.convert_to_tensor(inputs)))


@row("Function", "compute_output_shape", input_shape=((2, 3), (4, 3)))
def function_shape(folder, input_shape):
    symbol = keras.Input((3,))
    return keras.Function(symbol, symbol * 2.0).compute_output_shape(input_shape)


@row("Function", "compute_output_spec", inputs=((2, 3), (4, 3)))
def function_spec(folder, inputs):
    symbol = keras.Input((3,))
    return keras.Function(symbol, symbol * 2.0).compute_output_spec(keras.KerasTensor(inputs)).shape


@row("Function", "rematerialized_call", fn=(lambda x: x, lambda x: 2 * x))
def function_rematerialized_call(folder, fn):
    symbol = keras.Input((3,))
    return array(keras.Function(symbol, symbol * 2.0).rematerialized_call(fn)(ops.convert_to_tensor(X)))
