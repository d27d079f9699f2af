"""Rows as in `method_rows.py` for what concrete layers, metrics, optimizers and small objects have of their own.

A row stands for the class that defines the method, under the name that Python knows it by.
"""

import numpy as np

import keras
from integration_tests.mute.core import registered_in
from integration_tests.mute.method_rows import SAMPLES, X2, X, array, arrays
from integration_tests.mute.object_rows import GRADIENTS, variables
from keras import layers, metrics, ops, optimizers

ROWS = {}
row = registered_in(ROWS)

STEPS = np.stack([X, X2])  # (batch, time, features)
MASK, OTHER_MASK = np.array([[True] * 4, [True, True, False, False]]), np.array([[True, False, True, True]] * 2)

# Schedules, initializers, constraints, regularizers

SCHEDULES = {
    "CosineDecay": (0.1, 10),
    "CosineDecayRestarts": (0.1, 10),
    "ExponentialDecay": (0.1, 10, 0.9),
    "InverseTimeDecay": (0.1, 10, 0.9),
    "PiecewiseConstantDecay": ([3], [0.1, 0.2]),
    "PolynomialDecay": (0.1, 10),
}
for _name, _arguments in SCHEDULES.items():

    @row(_name, "__call__", step=(1, 5))
    def schedule(folder, step, name=_name, arguments=_arguments):
        return array(getattr(optimizers.schedules, name)(*arguments)(step))


INITIALIZERS = {"Constant": (2.0,), "Identity": (), "Ones": (), "Zeros": (), "STFT": (), "RandomNormal": (0.0, 1.0, 3)}
for _name, _arguments in INITIALIZERS.items():

    @row(
        "RandomInitializer" if _name == "RandomNormal" else _name,
        "__call__",
        shape=((2, 1, 4), (3, 1, 4)) if _name == "STFT" else ((2, 3), (3, 3)),
        dtype=("float32", "float16"),
    )
    def initializer(folder, shape=None, dtype="float32", name=_name, arguments=_arguments):
        shape = shape or ((2, 1, 4) if name == "STFT" else (2, 3))
        return array(getattr(keras.initializers, name)(*arguments)(shape, dtype))


for _name in ("MaxNorm", "MinMaxNorm", "NonNeg", "UnitNorm"):

    @row(_name, "__call__", w=(3 * X, X2 - 2))
    def constraint(folder, w, name=_name):
        return array(getattr(keras.constraints, name)()(ops.convert_to_tensor(w)))


for _name, _options in {"L1": {}, "L1L2": {"l1": 0.1}, "L2": {}, "OrthogonalRegularizer": {}}.items():

    @row(_name, "__call__", **{"inputs" if _name == "OrthogonalRegularizer" else "x": (X, X2)})
    def regularizer(folder, x=None, inputs=None, name=_name, options=_options):
        given = inputs if x is None else x
        return array(getattr(keras.regularizers, name)(**options)(ops.convert_to_tensor(given)))


# Metrics

ONE_HOT, OTHER_ONE_HOT = np.eye(2, dtype="float32")[[0, 1, 1, 0]], np.eye(2, dtype="float32")[[1, 1, 1, 0]]
SCORES, OTHER_SCORES = (
    np.array([[0.7, 0.3], [0.4, 0.6], [0.8, 0.2], [0.1, 0.9]], "float32"),
    np.array([[0.2, 0.8], [0.4, 0.6], [0.1, 0.9], [0.6, 0.4]], "float32"),
)
METRICS = {
    "AUC": ("AUC", ()),
    "BinaryIoU": ("BinaryIoU", ()),
    "FBetaScore": ("FBetaScore", ()),
    "MeanMetricWrapper": ("MeanSquaredError", ()),
    "R2Score": ("R2Score", ()),
    "RootMeanSquaredError": ("RootMeanSquaredError", ()),
    "SensitivitySpecificityBase": ("PrecisionAtRecall", (0.5,)),
    "_ConfusionMatrixConditionCount": ("TruePositives", ()),
    "_HitRate": ("Precision", ()),
    "_IoUBase": ("IoU", (2, [0, 1])),
}
for _name, (_class, _arguments) in METRICS.items():

    @row(
        _name,
        "update_state",
        y_true=(ONE_HOT, OTHER_ONE_HOT),
        y_pred=(SCORES, OTHER_SCORES),
        sample_weight=(None, SAMPLES),
    )
    def update_state(folder, y_true=ONE_HOT, y_pred=SCORES, sample_weight=None, name=_class, arguments=_arguments):
        metric = getattr(metrics, name)(*arguments)
        if name == "IoU":
            y_true, y_pred = y_true[:, 0], np.round(y_pred[:, 0])
        if name == "BinaryIoU" and sample_weight is not None:
            sample_weight = np.stack([sample_weight] * 2, -1)
        if name in ("AUC", "TruePositives", "Precision", "PrecisionAtRecall") and sample_weight is not None:
            sample_weight = sample_weight[:, None]
        metric.update_state(y_true, y_pred, sample_weight)
        return arrays(metric.variables)


for _name in ("Mean", "Sum"):

    @row(_name, "update_state", values=(SAMPLES, 2 * SAMPLES), sample_weight=(None, SAMPLES))
    def update_reduction(folder, values=SAMPLES, sample_weight=None, name=_name):
        metric = getattr(metrics, name)()
        metric.update_state(values, sample_weight)
        return arrays(metric.variables)


# Optimizers


def optimizer_of(name, **options):
    options = {"learning_rate": 0.1, **options}
    if name == "LossScaleOptimizer":
        return optimizers.LossScaleOptimizer(optimizers.SGD(0.1, momentum=0.9))
    if name == "MultiOptimizer":
        return optimizers.MultiOptimizer({".*": optimizers.Adam(0.1, name="adam")})
    return getattr(optimizers, name)(**options)


BUILT = {"Adafactor": "Adafactor", "LossScaleOptimizer": "LossScaleOptimizer", "MultiOptimizer": "MultiOptimizer"}
BUILT.update({"Muon": "Muon", "Nadam": "Nadam", "RuleOptimizer": "Adam", "ScheduleFreeAdamW": "ScheduleFreeAdamW"})
for _name, _class in BUILT.items():

    @row(_name, "build", var_list=(1, 2))
    def build_optimizer(folder, var_list, name=_class):
        made = optimizer_of(name)
        made.build(variables()[:var_list])
        inner = getattr(made, "inner_optimizer", made)
        return [tuple(v.shape) for v in inner.variables]


@row("Adadelta", "update_step", grad=(0.1, -0.2))
def update_step_of_adadelta(folder, grad):
    made, variable = optimizers.Adadelta(0.1), keras.Variable([1.0, 2.0])
    made.build([variable])
    made.update_step(ops.convert_to_tensor([grad, 1.0]), variable, ops.convert_to_tensor(0.1))
    return arrays([variable, *made.variables])


@row("LossScaleOptimizer", "check_finite", grads=(GRADIENTS, [np.array([np.nan], "float32")]))
def check_finite(folder, grads):
    return array(optimizer_of("LossScaleOptimizer").check_finite([ops.convert_to_tensor(g) for g in grads]))


@row("Muon", "lr_adjust", x=(0.1, 0.2))
def lr_adjust(folder, x):
    return array(optimizers.Muon().lr_adjust(ops.full((8, 2), x)))


@row("Muon", "transpose_last_axis", X=(X, X2))
def transpose_last_axis(folder, X):  # noqa: N803
    return array(optimizers.Muon().transpose_last_axis(ops.convert_to_tensor(X)))


@row("Muon", "zeropower_via_newtonschulz5", x=(X, X2), steps=(1, 2))
def zeropower(folder, x=X, steps=2):
    return array(optimizers.Muon().zeropower_via_newtonschulz5(ops.convert_to_tensor(x), steps))


@row("OptimizerMap", "__call__", variable=(0, 1))
def optimizer_for(folder, variable):
    made = optimizers.OptimizerMap(optimizers.SGD(name="sgd"), {"kernel": optimizers.Adam(name="adam")})
    return made(variables()[variable]).name


# Layers


@row("BaseConv", "convolution_op", inputs=(STEPS, 2 * STEPS), kernel=(1.0, 2.0))
def convolution_op(folder, inputs=STEPS, kernel=1.0):
    layer = layers.Conv1D(2, 2)
    layer.build((None, 4, 3))
    return array(layer.convolution_op(ops.convert_to_tensor(inputs), ops.full((2, 3, 2), kernel)))


@row("DataLayer", "convert_weight", weight=(X, X2))
def convert_weight(folder, weight):
    return array(layers.Normalization().convert_weight(ops.convert_to_tensor(weight)))


@row("DTypePolicy", "convert_input", x=(X, X2), autocast=(True, False), dtype=("float16", "float32"))
def convert_input(folder, x=X, autocast=True, dtype="float16"):
    policy = keras.dtype_policies.DTypePolicy("mixed_float16")
    return array(policy.convert_input(ops.convert_to_tensor(x), autocast, dtype))


for _name in ("get_dropout_mask", "get_recurrent_dropout_mask"):

    @row("DropoutRNNCell", _name, step_input=((2, 3), (4, 3)))
    def dropout_mask(folder, step_input, name=_name):
        cell = layers.LSTMCell(2, dropout=0.5, recurrent_dropout=0.5, seed=1)
        masks = getattr(cell, name)(ops.ones(step_input))
        return [tuple(m.shape) for m in keras.tree.flatten(masks)]


@row(
    "HoldsWeight",
    "enable_lora",
    rank=(1, 2),
    lora_alpha=(1, 3),
    a_initializer=("ones", "zeros"),
    b_initializer=("ones", "zeros"),
)
def enable_lora(folder, rank=2, lora_alpha=1, a_initializer="ones", b_initializer="ones"):
    layer = layers.Dense(2, kernel_initializer="zeros")
    layer.build((None, 3))
    layer.enable_lora(rank, lora_alpha, a_initializer, b_initializer)
    return array(layer(ops.convert_to_tensor(X))), [tuple(w.shape) for w in layer.weights]


@row(
    "MelSpectrogram",
    "linear_to_mel_weight_matrix",
    num_mel_bins=(4, 5),
    num_spectrogram_bins=(33, 35),
    sampling_rate=(8000, 9000),
    lower_edge_hertz=(125.0, 200.0),
    upper_edge_hertz=(3800.0, 3000.0),
    dtype=("float32", "float16"),
)
def mel_weights(folder, dtype="float32", **given):
    given = {"num_mel_bins": 4, "num_spectrogram_bins": 33, "sampling_rate": 8000, **given}
    return np.asarray(layers.MelSpectrogram().linear_to_mel_weight_matrix(dtype=dtype, **given))


SHAPES = {"sequences_shape": ((2, 4, 3), (2, 4, 5)), "initial_state_shape": (None, 1)}
for _name in ("RNN", "Bidirectional"):

    @row(_name, "compute_output_shape", sequences_shape=((2, 4, 3), (3, 4, 3)))
    def rnn_output_shape(folder, sequences_shape, name=_name):
        return recurrent(name).compute_output_shape(sequences_shape)

    @row(_name, "compute_mask", mask=(MASK, OTHER_MASK))
    def rnn_mask(folder, mask, name=_name):
        return array(recurrent(name).compute_mask(None, ops.convert_to_tensor(mask)))

    @row(_name, "build", sequences_shape=((2, 4, 3), (2, 4, 5)))
    def build_rnn(folder, sequences_shape, name=_name):
        layer = recurrent(name)
        layer.build(sequences_shape)
        return [tuple(v.shape) for v in layer.weights]


def recurrent(name="RNN", **options):
    layer = layers.LSTM(2, return_sequences=True, kernel_initializer="ones", recurrent_initializer="ones", **options)
    return layers.Bidirectional(layer) if name == "Bidirectional" else layer


STATES = [np.zeros((2, 2), "float32")] * 2


@row(
    "RNN",
    "inner_loop",
    sequences=(STEPS, 2 * STEPS),
    initial_state=(STATES, [s + 1 for s in STATES]),
    mask=(MASK, OTHER_MASK),
    training=(True, False),
)
def inner_loop(folder, sequences=STEPS, initial_state=STATES, mask=None, training=False):
    keras.utils.set_random_seed(1)
    layer = recurrent(dropout=0.5)
    layer.build((2, 4, 3))
    made = [ops.convert_to_tensor(s) for s in initial_state]
    mask = None if mask is None else ops.convert_to_tensor(mask)
    return arrays(layer.inner_loop(ops.convert_to_tensor(sequences), made, mask, training))


CELLS = {
    "RNN": lambda: layers.RNN(layers.LSTMCell(2)),
    "RecurrentCell": lambda: layers.LSTMCell(2),
    "StackedRNNCells": lambda: layers.StackedRNNCells([layers.LSTMCell(2), layers.LSTMCell(3)]),
}
for _name, _cell in CELLS.items():

    @row(_name, "get_initial_state", batch_size=(2, 3))
    def initial_state(folder, batch_size, cell=_cell):
        return [tuple(s.shape) for s in keras.tree.flatten(cell().get_initial_state(batch_size=batch_size))]


ATTENTION = {
    "MultiHeadAttention": lambda: layers.MultiHeadAttention(1, 2),
    "GroupedQueryAttention": lambda: layers.GroupQueryAttention(2, 2, 1),
}
for _name, _make in ATTENTION.items():

    @row(
        _name,
        "build",
        query_shape=((2, 4, 3), (2, 4, 5)),
        value_shape=((2, 4, 3), (2, 4, 5)),
        key_shape=((2, 4, 3), (2, 4, 5)),
    )
    def build_attention(folder, query_shape=(2, 4, 3), value_shape=(2, 4, 3), key_shape=(2, 4, 3), make=_make):
        layer = make()
        layer.build(query_shape, value_shape, key_shape)
        return [tuple(v.shape) for v in layer.weights]

    @row(_name, "compute_output_shape", query_shape=((2, 4, 3), (2, 5, 3)))
    def attention_output_shape(folder, query_shape, make=_make):
        return make().compute_output_shape(query_shape, (2, 4, 3), (2, 4, 3))

    @row(_name, "compute_output_spec", query=((2, 4, 3), (2, 5, 3)), return_attention_scores=(False, True))
    def attention_output_spec(folder, query=(2, 4, 3), return_attention_scores=False, make=_make):
        value = keras.KerasTensor((2, 4, 3))
        spec = make().compute_output_spec(
            keras.KerasTensor(query), value, return_attention_scores=return_attention_scores
        )
        return [s.shape for s in keras.tree.flatten(spec)]


@row("Attention", "compute_output_spec", return_attention_scores=(False, True))
def plain_attention_output_spec(folder, return_attention_scores):
    tensors = [keras.KerasTensor((2, 4, 3))] * 2
    spec = layers.Attention().compute_output_spec(tensors, return_attention_scores=return_attention_scores)
    return [s.shape for s in keras.tree.flatten(spec)]


for _name in ("compute_output_shape", "compute_output_spec"):

    @row("ReversibleEmbedding", _name, reverse=(False, True))
    def reversed_spec(folder, reverse, name=_name):
        layer = layers.ReversibleEmbedding(5, 3)
        layer.build((None, 3))
        given = (2, 3) if name == "compute_output_shape" else keras.KerasTensor((2, 3), "int32")
        result = getattr(layer, name)(given, reverse=reverse)
        return tuple(getattr(result, "shape", result))


MASKED = {
    "Attention": lambda: layers.Attention(),
    "Concatenate": lambda: layers.Concatenate(axis=-1),
    "Merge": lambda: layers.Add(),
}
for _name, _make in MASKED.items():

    @row(_name, "compute_mask", mask=([MASK, MASK], [OTHER_MASK, OTHER_MASK]))
    def merged_mask(folder, mask, make=_make):
        inputs = [ops.convert_to_tensor(STEPS)] * 2
        return array(make().compute_mask(inputs, [ops.convert_to_tensor(m) for m in mask]))


@row("Lambda", "compute_mask", mask=(MASK, OTHER_MASK))
def mask_of_lambda(folder, mask):
    layer = layers.Lambda(lambda x: x, mask=lambda x, mask: mask)
    return array(layer.compute_mask(ops.convert_to_tensor(STEPS), ops.convert_to_tensor(mask)))


@row("Lambda", "from_config", safe_mode=(True, False))
def lambda_from_config(folder, safe_mode):
    config = layers.Lambda(lambda x: 2 * x, output_shape=(3,)).get_config()
    try:
        layers.Lambda.from_config(config, safe_mode=safe_mode)
    except ValueError:
        return "refused"
    return "read"


@row("EarlyStopping", "get_monitor_value", logs=({"loss": 1.0}, {"loss": 2.0}))
def monitor_value(folder, logs):
    return keras.callbacks.EarlyStopping("loss").get_monitor_value(logs)


class Told(keras.callbacks.Callback):
    pass


@row("Callback", "set_params", params=({"epochs": 1}, {"epochs": 2}))
def set_params(folder, params):
    callback = Told()
    callback.set_params(params)
    return callback.params


@row("Callback", "set_model", model=("one", "other"))
def set_model(folder, model):
    callback = Told()
    callback.set_model(keras.Sequential(name=model))
    return callback.model.name


@row("StatelessScope", "add_update", update=(X, X2))
def add_update(folder, update):
    variable = keras.Variable(X)
    with keras.StatelessScope() as scope:
        scope.add_update((variable, ops.convert_to_tensor(update)))
        return array(scope.get_current_value(variable))


@row("StatelessScope", "get_current_value", variable=(0, 1))
def current_value(folder, variable):
    kept = [keras.Variable(X), keras.Variable(X2)]
    with keras.StatelessScope([(v, ops.convert_to_tensor(2 * array(v))) for v in kept]) as scope:
        return array(scope.get_current_value(kept[variable]))


# Configs of quantization


def _named(argument):
    """A config whose quantizer says its name."""
    return None if argument is None else keras.quantizers.QuantizationConfig(argument, argument)


for _name in ("weight_quantizer_or_default", "activation_quantizer_or_default"):

    @row("QuantizationConfig", _name, config=("one", None), default=("default", "other"))
    def quantizer_or_default(folder, config=None, default="default", name=_name):
        return getattr(keras.quantizers.QuantizationConfig, name)(_named(config), default)
