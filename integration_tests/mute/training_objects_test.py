"""Each argument of each loss, metric, optimizer and schedule matters: by itself, from its config, in a file, in `fit`."""

import inspect
import json

import numpy as np
import pytest

import keras
from integration_tests.mute.core import arguments_of, differs
from integration_tests.mute.training_pairs import (
    ABSTRACT,
    DATA,
    NOT_IN_CONFIGS,
    ONE_HOT,
    ONLY_IN_CONFIGS,
    PAIRS,
    PROBABILITIES,
    REQUIRED,
    WITH,
)
from keras import ops
from keras.src.testing import engine

trains = pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="the engine does not train")


def array(x):
    return np.array(ops.convert_to_numpy(x))


def members(namespace, base):
    """Classes of a namespace with their arguments, each class once."""
    found = {getattr(namespace, name) for name in dir(namespace) if inspect.isclass(getattr(namespace, name))}
    classes = sorted((c for c in found if issubclass(c, base) and c.__name__ not in ABSTRACT), key=lambda c: c.__name__)
    return [(cls, argument) for cls in classes for argument in arguments_of(cls.__init__)]


def ids(cases):
    return [f"{cls.__name__}-{argument}" for cls, argument in cases]


def looked_up(table, class_name, argument, default=None):
    for key in ((class_name, argument), argument):
        if key in table:
            return table[key]
    return default


def pair_of(class_name, argument):
    pair = looked_up(PAIRS, class_name, argument)
    assert pair is not None, f"`training_pairs.py` needs two values for `{argument}` of {class_name}"
    return pair


def made(cls, argument, value, common=None):
    known = arguments_of(cls.__init__)
    beside = {**(common or {}), **REQUIRED.get(cls.__name__, {}), **looked_up(WITH, cls.__name__, argument, {})}
    return cls(**{**{name: x for name, x in beside.items() if name in known}, argument: value})


def from_config(thing):
    config = json.loads(json.dumps(keras.saving.serialize_keras_object(thing)))
    return keras.saving.deserialize_keras_object(config)


def check(cls, argument, make, observe):
    """Two values give two observations; the same value the same one, and an object from the config too."""
    pair = pair_of(cls.__name__, argument)
    if (cls.__name__, argument) in ONLY_IN_CONFIGS:
        observe = lambda thing: thing.get_config()
    first, second = (observe(make(value)) for value in pair)
    assert differs(first, second), f"{argument} is mute in {cls.__name__}"
    for value, expected in zip(pair, (first, second)):
        again = from_config(make(value))
        if in_configs(cls, argument):
            assert not differs(observe(again), expected, 1e-5), f"{argument} is lost by the config of {cls.__name__}"


def in_configs(cls, argument):
    return not any((base.__name__, argument) in NOT_IN_CONFIGS for base in cls.__mro__)


def data_of(cls, argument):
    return DATA.get((cls.__name__, argument), DATA.get(cls.__name__, (ONE_HOT, PROBABILITIES)))


LOSSES = members(keras.losses, keras.losses.Loss)
METRICS = members(keras.metrics, keras.metrics.Metric)
OPTIMIZERS = members(keras.optimizers, keras.optimizers.Optimizer)
SCHEDULES = members(keras.optimizers.schedules, keras.optimizers.schedules.LearningRateSchedule)


def make_loss(cls, argument, value):
    return made(cls, argument, value, {"reduction": "sum"})


def observed_loss(loss, targets, predictions):
    return loss.name, array(loss(targets, predictions))


@pytest.mark.parametrize("cls, argument", LOSSES, ids=ids(LOSSES))
def test_losses(cls, argument):
    data = data_of(cls, argument)
    check(cls, argument, lambda value: make_loss(cls, argument, value), lambda loss: observed_loss(loss, *data))


def observed_metric(metric, targets, predictions):
    variables = [(v.name, tuple(v.shape), v.dtype) for v in metric.variables]
    metric.reset_state()
    metric.update_state(*((targets, predictions) if takes_predictions(metric) else (predictions,)))
    return metric.name, variables, metric.dtype, array(metric.result())


def takes_predictions(metric):
    return "y_pred" in inspect.signature(metric.update_state).parameters


@pytest.mark.parametrize("cls, argument", METRICS, ids=ids(METRICS))
def test_metrics(cls, argument):
    data = data_of(cls, argument)
    if argument == "from_sorted_ids":
        data = (data[0], np.argsort(-data[1], axis=-1).astype("int32"))
    check(
        cls,
        argument,
        lambda value: made(cls, argument, value, {"name": "metric"}),
        lambda metric: observed_metric(metric, *data),
    )


RNG = np.random.default_rng(9)
STARTS = {
    "dense/kernel": RNG.normal(size=(4, 3)),
    "dense/bias": RNG.normal(size=3),
    "embedding": RNG.normal(size=(5, 2)),
}
# The last gradient is small, so that what remembers the greatest differs from what forgets.
GRADIENTS = [{name: RNG.normal(size=x.shape) * size for name, x in STARTS.items()} for size in (1.0, 2.0, 0.01, 0.5)]


def observed_optimizer(optimizer):
    """What some updates leave behind, and the final values."""
    variables = [keras.Variable(x.astype("float32"), name=name.replace("/", "_")) for name, x in STARTS.items()]
    optimizer.build(variables)
    for gradients in GRADIENTS:
        optimizer.apply([ops.convert_to_tensor(g.astype("float32")) for g in gradients.values()], variables)
    facts = {"values": [array(v) for v in variables], "steps": int(array(optimizer.iterations))}
    facts["scaled"] = float(array(optimizer.scale_loss(ops.convert_to_tensor(1.0))))
    optimizer.finalize_variable_values(variables)
    return {**facts, "final": [array(v) for v in variables], "name": optimizer.name}


def make_optimizer(cls, argument, value):
    return made(cls, argument, value, {"learning_rate": 0.05, "name": "optimizer"})


@pytest.mark.parametrize("cls, argument", OPTIMIZERS, ids=ids(OPTIMIZERS))
def test_optimizers(cls, argument):
    check(cls, argument, lambda value: make_optimizer(cls, argument, value), observed_optimizer)


def observed_schedule(schedule):
    name = json.loads(json.dumps(schedule.get_config())).get("name")
    return name, [float(array(schedule(ops.convert_to_tensor(step, "int32")))) for step in range(10)]


@pytest.mark.parametrize("cls, argument", SCHEDULES, ids=ids(SCHEDULES))
def test_schedules(cls, argument):
    check(cls, argument, lambda value: made(cls, argument, value), observed_schedule)


def sgd(rate):
    return lambda: keras.optimizers.SGD(rate, momentum=0.9, name="inner")


def map_of(patterns):
    return lambda: keras.optimizers.OptimizerMap(sgd(0.1)(), {key: make() for key, make in patterns.items()})


def wrapped(cls, argument, value):
    """An optimizer around others, with one argument set."""
    inner = keras.optimizers.SGD(0.1, momentum=0.9, name="inner")
    least = {
        keras.optimizers.LossScaleOptimizer: {
            "inner_optimizer": inner,
            "initial_scale": 8.0,
            "dynamic_growth_steps": 3,
        },
        keras.optimizers.MultiOptimizer: {"optimizer_map": keras.optimizers.OptimizerMap(inner)},
        keras.optimizers.OptimizerMap: {"default_optimizer": inner},
    }[cls]
    made = cls(**{**least, **({"name": "outer"} if "name" in arguments_of(cls.__init__) else {}), argument: value()})
    return keras.optimizers.MultiOptimizer(made, name="outer") if cls is keras.optimizers.OptimizerMap else made


WRAPPERS = {
    (keras.optimizers.LossScaleOptimizer, "inner_optimizer"): (sgd(0.1), sgd(0.2)),
    (keras.optimizers.LossScaleOptimizer, "initial_scale"): (lambda: 8.0, lambda: 16.0),
    (keras.optimizers.LossScaleOptimizer, "dynamic_growth_steps"): (lambda: 3, lambda: 2),
    (keras.optimizers.LossScaleOptimizer, "name"): (lambda: "one", lambda: "two"),
    (keras.optimizers.MultiOptimizer, "optimizer_map"): (map_of({}), map_of({"dense_.*": sgd(0.2)})),
    (keras.optimizers.MultiOptimizer, "loss_scale_factor"): (lambda: None, lambda: 4.0),
    (keras.optimizers.MultiOptimizer, "name"): (lambda: "one", lambda: "two"),
    (keras.optimizers.OptimizerMap, "default_optimizer"): (sgd(0.1), sgd(0.2)),
    (keras.optimizers.OptimizerMap, "optimizer_map"): (lambda: {}, lambda: {"embedding": sgd(0.2)()}),
}


@pytest.mark.parametrize("cls, argument", WRAPPERS, ids=ids(WRAPPERS))
def test_optimizers_around_others(cls, argument):
    first, second = (observed_optimizer(wrapped(cls, argument, value)) for value in WRAPPERS[cls, argument])
    assert differs(first, second), f"{argument} is mute in {cls.__name__}"
    for value, expected in zip(WRAPPERS[cls, argument], (first, second)):
        again = from_config(wrapped(cls, argument, value))
        assert not differs(observed_optimizer(again), expected, 1e-5), f"{argument} of {cls.__name__} is lost"


def test_each_argument_of_a_wrapper_has_its_values():
    classes = {cls for cls, _ in WRAPPERS}
    assert {(cls, argument) for cls in classes for argument in arguments_of(cls.__init__)} == set(WRAPPERS)
    known = [getattr(keras.optimizers, name, None) in classes for name in ABSTRACT if name.endswith("Optimizer")]
    assert known == [name != "Optimizer" for name in ABSTRACT if name.endswith("Optimizer")]


def alone(cases):
    """The cases by their classes."""
    return {cls: [argument for other, argument in cases if other is cls] for cls, _ in cases}


def through_file(tmp_path, losses=("mse",), metrics=(), optimizer="sgd"):
    """A model compiled with these, saved and loaded: its outputs are as many as there are losses."""
    inputs = keras.Input((3,))
    outputs = [keras.layers.Identity(name=f"output_{i}")(inputs) for i in range(len(losses))]
    model = keras.Model(inputs, outputs)
    model.compile(optimizer, loss=list(losses), metrics=[list(metrics)] + [[] for _ in losses[1:]])
    model.save(tmp_path / "model.keras")
    return keras.saving.load_model(tmp_path / "model.keras")


@pytest.mark.parametrize("cls", alone(LOSSES), ids=lambda cls: cls.__name__)
def test_arguments_of_losses_are_in_files(cls, tmp_path):
    arguments = [argument for argument in alone(LOSSES)[cls] if in_configs(cls, argument)]
    losses = [make_loss(cls, argument, pair_of(cls.__name__, argument)[1]) for argument in arguments]
    for argument, loss, again in zip(arguments, losses, through_file(tmp_path, losses).loss, strict=True):
        data = data_of(cls, argument)
        assert not differs(observed_loss(again, *data), observed_loss(loss, *data)), argument


@pytest.mark.parametrize("cls", alone(METRICS), ids=lambda cls: cls.__name__)
def test_arguments_of_metrics_are_in_files(cls, tmp_path):
    arguments = alone(METRICS)[cls]
    metrics = [made(cls, argument, pair_of(cls.__name__, argument)[1], {"name": argument}) for argument in arguments]
    loaded = through_file(tmp_path, metrics=metrics).get_compile_config()["metrics"]
    for metric, config in zip(metrics, loaded[0], strict=True):
        assert not differs(keras.saving.serialize_keras_object(metric), config), metric.name


@pytest.mark.parametrize("cls", alone(OPTIMIZERS), ids=lambda cls: cls.__name__)
def test_arguments_of_optimizers_are_in_files(cls, tmp_path):
    values = {argument: pair_of(cls.__name__, argument)[1] for argument in alone(OPTIMIZERS)[cls]}
    optimizer = cls(**{name: x for name, x in values.items() if name not in ("clipvalue", "global_clipnorm")})
    loaded = through_file(tmp_path, optimizer=optimizer).optimizer
    assert not differs(loaded.get_config(), optimizer.get_config())


@pytest.mark.parametrize("cls", alone(SCHEDULES), ids=lambda cls: cls.__name__)
def test_arguments_of_schedules_are_in_files(cls, tmp_path):
    for argument in alone(SCHEDULES)[cls]:
        schedule = made(cls, argument, pair_of(cls.__name__, argument)[1])
        config = through_file(tmp_path, optimizer=keras.optimizers.SGD(schedule)).optimizer.get_config()
        assert not differs(config["learning_rate"]["config"], schedule.get_config()), argument


COMMON = arguments_of(keras.optimizers.Optimizer.__init__)
STEP = {"learning_rate": 0.05, "momentum": 0.9, "name": "optimizer"}


def trained(**compiled):
    """Weights and losses of a model after some steps of `fit`."""
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(3)])
    model.set_weights([STARTS["dense/kernel"][:3], STARTS["dense/bias"]])
    model.compile(**{"optimizer": "sgd", "loss": "mse", **compiled})
    history = model.fit(PROBABILITIES, 9 * ONE_HOT, batch_size=2, epochs=2, shuffle=False, verbose=0)
    variables = [array(v) for v in model.optimizer.variables]
    return model.get_weights(), history.history["loss"], len(variables), model.optimizer.name


@trains
@pytest.mark.parametrize("argument", COMMON)
def test_arguments_of_optimizers_in_fit(argument):
    beside = {**STEP, **looked_up(WITH, "SGD", argument, {})}
    results = [trained(optimizer=keras.optimizers.SGD(**{**beside, argument: v})) for v in pair_of("SGD", argument)]
    if argument == "loss_scale_factor":
        # It is made up for, so that nothing but rounding may differ: what differs is what the loss is multiplied by.
        assert not differs(*results, 1e-5)
        results = [trained(optimizer=keras.optimizers.SGD(loss_scale_factor=v)) for v in (None, 1e38)]
    assert differs(*results), f"{argument} is mute in fit"
