"""Each public method that a subclass may override is called in ordinary use, when it alone is overridden.

A family says how an object of the overriding class stands in a model, and which use calls which methods. What only users
call stands in `BY_USERS` with the reason. A public method that stands in neither fails.
"""

import functools
import inspect
import json
import operator
import pathlib

import numpy as np
import pytest

import keras
from integration_tests.hooks.uses import (
    Batches,
    Double,
    OwnModel,
    Scale,
    Total,
    adapt,
    add_points,
    build,
    call_in_training,
    compiled,
    convolved,
    double,
    evaluate,
    fit,
    fit_on_batches,
    fit_watched,
    in_optimizer,
    listen,
    load_weights,
    masked,
    model_with,
    predict,
    predict_in_remat_scope,
    predict_watched,
    recurrent,
    reload,
    rematerialized,
    summarize,
    transform,
    transform_one,
    under_watch,
    with_callback,
)
from keras.src import backend

API = json.loads((pathlib.Path(__file__).parents[1] / "api" / "keras_api.json").read_text())


def overriding(base, method):
    """A subclass of `base` that overrides one method by `super()`, and the list of the calls of it."""
    calls = []
    static = inspect.getattr_static(base, method)
    function = static.__func__ if isinstance(static, classmethod) else static

    @functools.wraps(function)
    def override(self, *args, **kwargs):
        calls.append(method)
        return getattr(super(subclass, self), method)(*args, **kwargs)

    member = classmethod(override) if isinstance(static, classmethod) else override
    subclass = type(f"Overriding{base.__name__}", (base,), {method: member, "__module__": __name__})
    return subclass, calls


class Family:
    """A base class whose methods are overridden.

    Args:
        public: Public name of the class that declares the methods.
        base: The class that is subclassed.
        place: Function from the subclass to a model with an object of it.
        uses: Dict from functions `(model, tmp_path)` to names of methods that they call, in one string.
        inherited: Public names of further classes that declare methods of the family.
        trained: Whether the family is of use in training only.
    """

    def __init__(self, public, base, place, uses, inherited=(), trained=False):
        self.public = public
        self.base = base
        self.place = place
        self.rows = [(use, name) for use, names in uses.items() for name in names.split()]
        self.inherited = inherited
        self.trained = trained

    def runs(self, use):
        """Whether the engine can do what a row asks."""
        return backend.CAN_TRAIN or not (self.trained or use in TRAINING)

    def public_methods(self):
        declared = {}
        for entry in API:
            if {self.public, *self.inherited} & set(entry["names"]):
                declared.update(entry["members"])
        return {name for name, kind in declared.items() if kind != "property" and hasattr(self.base, name)}


TRAINING = (fit, fit_watched, fit_on_batches)

OF_IMAGE_LAYERS = {
    transform: "get_random_transformation transform_images transform_labels transform_segmentation_masks "
    "transform_bounding_boxes",
    transform_one: "transform_single_image transform_single_label transform_single_segmentation_mask "
    "transform_single_bounding_box",
}

FAMILIES = {
    "optimizer": Family(
        "keras.optimizers.Optimizer",
        keras.optimizers.SGD,
        in_optimizer(),
        {
            fit: "build update_step apply add_variable add_variable_from_reference add_optimizer_variables assign "
            "assign_add scale_loss finalize_variable_values",
            reload: "get_config from_config save_own_variables load_own_variables",
        },
        trained=True,
    ),
    "plain optimizer": Family(
        "keras.optimizers.Optimizer", keras.optimizers.SGD, in_optimizer(momentum=0.0), {fit: "assign_sub"}
    ),
    "schedule": Family(
        "keras.optimizers.schedules.LearningRateSchedule",
        keras.optimizers.schedules.ExponentialDecay,
        lambda cls: model_with(optimizer=keras.optimizers.SGD(cls(0.1, 10, 0.9))),
        {fit: "__call__", reload: "get_config from_config"},
        trained=True,
    ),
    "callback": Family(
        "keras.callbacks.Callback",
        keras.callbacks.Callback,
        with_callback,
        {
            fit_watched: "set_model set_params on_train_begin on_train_end on_epoch_begin on_epoch_end on_batch_begin "
            "on_batch_end on_train_batch_begin on_train_batch_end on_test_begin on_test_end on_test_batch_begin "
            "on_test_batch_end",
            predict_watched: "on_predict_begin on_predict_end on_predict_batch_begin on_predict_batch_end",
        },
    ),
    "layer": Family(
        "keras.layers.Layer",
        Scale,
        lambda cls: model_with(layer=cls()),
        {
            build: "build call __call__ add_weight add_variable compute_output_spec symbolic_call",
            predict: "add_loss",
            reload: "get_config from_config get_build_config build_from_config save_own_variables load_own_variables",
            load_weights: "save_own_variables load_own_variables",
            summarize: "count_params compute_output_shape",
        },
        inherited=("keras.Operation",),
    ),
    "masked layer": Family("keras.layers.Layer", Scale, masked, {build: "compute_mask"}),
    "rematerialized layer": Family(
        "keras.layers.Layer", keras.layers.Dense, rematerialized, {predict: "rematerialized_call"}
    ),
    "metric": Family(
        "keras.metrics.Metric",
        Total,
        lambda cls: model_with(metrics=[cls()]),
        {
            evaluate: "update_state result reset_state add_weight add_variable",
            reload: "get_config from_config",
        },
    ),
    "loss": Family(
        "keras.losses.Loss",
        keras.losses.MeanSquaredError,
        lambda cls: model_with(loss=cls()),
        {evaluate: "call __call__", reload: "get_config from_config"},
    ),
    "model": Family(
        "keras.Model",
        OwnModel,
        lambda cls: compiled(cls()),
        {
            fit: "compile call build train_step compute_loss compute_metrics get_metrics_result reset_metrics "
            "make_train_function",
            evaluate: "test_step make_test_function",
            predict: "predict_step make_predict_function",
            reload: "get_config from_config get_compile_config compile_from_config get_build_config build_from_config "
            "save_own_variables load_own_variables",
        },
    ),
    "dataset": Family(
        "keras.utils.PyDataset",
        Batches,
        lambda cls: (model_with(), cls()),
        {fit_on_batches: "on_epoch_begin on_epoch_end __getitem__"},
    ),
    "initializer": Family(
        "keras.initializers.Initializer",
        keras.initializers.GlorotUniform,
        lambda cls: model_with(layer=keras.layers.Dense(3, kernel_initializer=cls())),
        {build: "__call__", reload: "get_config from_config"},
    ),
    "regularizer": Family(
        "keras.regularizers.Regularizer",
        keras.regularizers.L2,
        lambda cls: model_with(layer=keras.layers.Dense(3, kernel_regularizer=cls())),
        {evaluate: "__call__", reload: "get_config from_config"},
    ),
    "constraint": Family(
        "keras.constraints.Constraint",
        keras.constraints.MaxNorm,
        lambda cls: model_with(layer=keras.layers.Dense(3, kernel_constraint=cls())),
        {fit: "__call__", reload: "get_config from_config"},
    ),
    "operation": Family(
        "keras.Operation",
        Double,
        double,
        {
            build: "symbolic_call compute_output_spec",
            predict: "call",
            predict_in_remat_scope: "rematerialized_call",
            reload: "get_config from_config",
        },
    ),
    # What single classes, or small families of them, leave to subclasses besides.
    "image layer": Family(
        "keras.layers.RandomFlip",
        keras.layers.RandomFlip,
        lambda cls: cls(bounding_box_format="xyxy"),
        OF_IMAGE_LAYERS,
    ),
    "zoom": Family(
        "keras.layers.RandomZoom",
        keras.layers.RandomZoom,
        lambda cls: cls(0.2, bounding_box_format="xyxy"),
        {**OF_IMAGE_LAYERS, transform: f"{OF_IMAGE_LAYERS[transform]} get_clipped_bbox get_transformed_x_y"},
    ),
    "translation": Family(
        "keras.layers.RandomTranslation",
        keras.layers.RandomTranslation,
        lambda cls: cls(0.2, 0.2, bounding_box_format="xyxy"),
        {**OF_IMAGE_LAYERS, transform: f"{OF_IMAGE_LAYERS[transform]} get_shifted_bbox get_transformed_x_y"},
    ),
    "convolution": Family("keras.layers.Conv1D", keras.layers.Conv1D, convolved, {predict: "convolution_op"}),
    "cell": Family(
        "keras.layers.GRUCell",
        keras.layers.GRUCell,
        recurrent(lambda cls: keras.layers.RNN(cls(3, dropout=0.5, recurrent_dropout=0.5))),
        {
            call_in_training: "get_initial_state get_dropout_mask get_recurrent_dropout_mask reset_dropout_mask "
            "reset_recurrent_dropout_mask"
        },
    ),
    "recurrent layer": Family(
        "keras.layers.RNN",
        keras.layers.RNN,
        recurrent(lambda cls: cls(keras.layers.GRUCell(3))),
        {build: "compute_output_shape compute_mask build", predict: "call get_initial_state inner_loop"},
    ),
    "statistics": Family(
        "keras.layers.Normalization",
        keras.layers.Normalization,
        lambda cls: keras.Sequential([keras.Input((4,)), cls()]),
        {adapt: "finalize_state", load_weights: "finalize_state"},
    ),
    "spectrogram": Family(
        "keras.layers.MelSpectrogram",
        keras.layers.MelSpectrogram,
        lambda cls: cls(fft_length=64, num_mel_bins=4),
        {listen: "linear_to_mel_weight_matrix"},
    ),
    "area": Family(
        "keras.metrics.AUC", keras.metrics.AUC, lambda cls: cls(curve="PR"), {add_points: "interpolate_pr_auc"}
    ),
    "stopping": Family(
        "keras.callbacks.EarlyStopping",
        keras.callbacks.EarlyStopping,
        under_watch(lambda cls: cls("loss")),
        {fit_watched: "get_monitor_value"},
    ),
    "plateau": Family(
        "keras.callbacks.ReduceLROnPlateau",
        keras.callbacks.ReduceLROnPlateau,
        under_watch(lambda cls: cls("loss")),
        {fit_watched: "in_cooldown"},
    ),
    "orthogonal rule": Family(
        "keras.optimizers.Muon",
        keras.optimizers.Muon,
        lambda cls: model_with(optimizer=cls()),
        {fit: "lr_adjust transpose_last_axis zeropower_via_newtonschulz5"},
    ),
    "scaling rule": Family(
        "keras.optimizers.LossScaleOptimizer",
        keras.optimizers.LossScaleOptimizer,
        lambda cls: model_with(optimizer=cls(keras.optimizers.SGD())),
        {fit: "check_finite"},
    ),
    "dtype policy": Family(
        "keras.DTypePolicy",
        keras.DTypePolicy,
        lambda cls: model_with(layer=keras.layers.Dense(3, dtype=cls("mixed_float16"))),
        {build: "convert_input", reload: "get_config from_config"},
    ),
}

_QUANTIZATION = "quantization of layers calls it, once a layer has a quantized form"
_STATELESS = "for training loops of users; the steps of an engine may call it"
_TENSORS = "for `call`s of users, on tensors of another backend"
BY_USERS = {
    "keras.optimizers.Optimizer": {
        "apply_gradients": "older spelling of `apply`, for training loops of users",
        "exclude_from_weight_decay": "called before training",
        "set_weights": "called with what a user has kept",
        "stateless_apply": _STATELESS,
    },
    "keras.layers.Layer": {
        "add_metric": "older method, which refuses",
        "get_weights": "asked by users",
        "set_weights": "called with what a user has kept",
        "stateless_call": _STATELESS,
        "quantize": _QUANTIZATION,
        "quantized_build": _QUANTIZATION,
        "quantized_call": _QUANTIZATION,
    },
    "keras.metrics.Metric": {
        "stateless_reset_state": _STATELESS,
        "stateless_result": _STATELESS,
        "stateless_update_state": _STATELESS,
    },
    "keras.Model": {
        "fit": "an entry",
        "evaluate": "an entry",
        "predict": "an entry",
        "train_on_batch": "an entry",
        "test_on_batch": "an entry",
        "predict_on_batch": "an entry",
        "save": "an entry",
        "save_weights": "an entry",
        "load_weights": "an entry",
        "export": "an entry",
        "summary": "an entry",
        "quantize": "an entry",
        "to_json": "an entry",
        "get_layer": "an entry",
        "get_state_tree": "an entry",
        "set_state_tree": "an entry",
        "get_quantization_layer_structure": _QUANTIZATION,
        "compute_loss_and_updates": _STATELESS,
        "stateless_compute_loss": _STATELESS,
        "jax_state_sync": "for training loops of users on JAX",
    },
    "keras.Operation": {"quantized_call": _QUANTIZATION},
    "keras.layers.Conv1D": {"enable_lora": "called before training"},
    "keras.layers.Normalization": {"adapt": "an entry", "convert_weight": _TENSORS},
    "keras.layers.MelSpectrogram": {"convert_weight": _TENSORS},
    **{f"keras.layers.Random{kind}": {"convert_weight": _TENSORS} for kind in ("Flip", "Zoom", "Translation")},
    "keras.layers.RNN": {"reset_state": "called between sequences", "reset_states": "called between sequences"},
    "keras.initializers.Initializer": {"clone": "for layers of users that draw several weights by one initializer"},
}

ROWS = [(family, use, method) for family, entry in FAMILIES.items() for use, method in entry.rows]


@pytest.mark.parametrize(
    ("family", "use", "method"), ROWS, ids=[f"{family}-{use.__name__}-{method}" for family, use, method in ROWS]
)
def test_is_called(family, use, method, tmp_path, monkeypatch):
    entry = FAMILIES[family]
    if not entry.runs(use):
        pytest.skip("the engine does not train")
    subclass, calls = overriding(entry.base, method)
    monkeypatch.setattr("integration_tests.hooks.uses.SAVED", [subclass])
    use(entry.place(subclass), tmp_path)
    assert calls


def known(publics):
    """Names of methods that have a row in the families of these classes, and names of those that have a reason."""
    rows = {name for entry in FAMILIES.values() if entry.public in publics for _, name in entry.rows}
    return rows, {name for public in publics for name in BY_USERS.get(public, {})}


PUBLIC = sorted({entry.public for entry in FAMILIES.values()})


@pytest.mark.parametrize("public", PUBLIC)
def test_every_public_method_has_a_row_or_a_reason(public):
    entries = [entry for entry in FAMILIES.values() if entry.public == public]
    methods = set().union(*(entry.public_methods() for entry in entries))
    rows, by_users = known([public])
    assert not rows & by_users
    assert all(any(hasattr(entry.base, name) for entry in entries) for name in rows)
    of_bases = [other for other in PUBLIC if any(issubclass(entry.base, of_name(other)) for entry in entries)]
    assert methods <= set().union(*known(of_bases))


def of_name(public):
    return operator.attrgetter(public.removeprefix("keras."))(keras)


def test_overrides_of_both_ways_to_tell_shapes_may_ask_their_base():
    class Asks(Scale):
        def compute_output_shape(self, *args, **kwargs):
            return super().compute_output_shape(*args, **kwargs)

        def compute_output_spec(self, *args, **kwargs):
            return super().compute_output_spec(*args, **kwargs)

    assert Asks()(keras.Input((4,))).shape == (None, 4)
    assert Asks().compute_output_shape((2, 4)) == (2, 4)


def test_an_override_of_symbolic_call_sees_what_was_written_and_gives_the_outputs():
    seen = []

    class Halved(keras.layers.Dropout):
        def symbolic_call(self, *args, **kwargs):
            seen.append((args, kwargs))
            return super().symbolic_call(*args, **kwargs)

    inputs = keras.Input((4,))
    model = keras.Model(inputs, Halved(0.5, dtype="mixed_bfloat16")(inputs))
    assert seen == [((inputs,), {})] and model.output.dtype == "bfloat16"
    ones = np.ones((64, 4), "float32")
    assert np.all(keras.ops.convert_to_numpy(keras.ops.equal(model(ones, training=False), 1)))
    assert np.any(keras.ops.convert_to_numpy(keras.ops.equal(model(ones, training=True), 0)))
