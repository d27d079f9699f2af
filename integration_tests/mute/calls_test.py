"""Each argument of the `call` of each layer matters: called, in a Functional model, and in one from its config.

So do the weights of samples of each loss and metric, and the arguments of calls of initializers, regularizers and constraints.
"""

import inspect
import json

import numpy as np
import pytest

import keras
from integration_tests.mute.core import arguments_of, differs
from integration_tests.mute.layer_pairs import ROWS
from integration_tests.mute.layers_test import array, inputs_of, made, with_known_weights
from integration_tests.mute.options_test import CONSTRAINTS, INITIALIZERS, REGULARIZERS, SHAPES
from integration_tests.mute.training_objects_test import LOSSES, METRICS, data_of, takes_predictions
from integration_tests.mute.training_objects_test import made as made_object
from keras import layers, ops

FROM_MANY = ("MultiHeadAttention", "GroupQueryAttention")


def states(layer, inputs):
    """States that no layer begins with."""
    cells = [layer.forward_layer, layer.backward_layer] if hasattr(layer, "forward_layer") else [layer]
    zeros = [x for cell in cells for x in cell.get_initial_state(len(inputs[0]))]
    return [np.full(x.shape, 0.5, "float32") for x in zeros]


def mask_of(shape):
    return np.broadcast_to(np.arange(shape[1]) < 2, shape[:2]).copy()


def other_than_default(layer, inputs):
    """A value of `training` that is not what it is without one."""
    return inspect.signature(type(layer).call).parameters["training"].default is not True


def of_elements(layer, inputs):
    """A mask of single elements."""
    return inputs[0] > 0


@keras.saving.register_keras_serializable("mute")
def looking_at_both(x, mask=None, training=None):
    """A function that makes use of `mask` and `training`."""
    x = x if mask is None else ops.where(mask, x, 0.0)
    return x * 2.0 if training else x


# Argument: the second of two values, of which the first is the default; functions make it of the layer and its inputs.
VALUES = {
    "training": other_than_default,
    "mask": lambda layer, inputs: mask_of(inputs[0].shape),
    "initial_state": states,
    "query_mask": lambda layer, inputs: mask_of(inputs[0].shape),
    "value_mask": lambda layer, inputs: mask_of(inputs[0].shape),
    "key_mask": lambda layer, inputs: mask_of(inputs[0].shape),
    "attention_mask": lambda layer, inputs: np.tril(np.ones((2, 5, 5), "bool")),
    "key": lambda layer, inputs: np.flip(inputs[0]).copy(),
    "return_attention_scores": True,
    "use_causal_mask": True,
    "count_weights": lambda layer, inputs: (
        np.linspace(0.5, 2, inputs[0].size).reshape(inputs[0].shape).astype("float32")
    ),
    ("Attention", "mask"): lambda layer, inputs: [mask_of(x.shape) for x in inputs],
    ("AdditiveAttention", "mask"): lambda layer, inputs: [mask_of(x.shape) for x in inputs],
    **{(name, "mask"): of_elements for name in ("Lambda", "Pipeline", "Softmax", "TimeDistributed")},
}
# What the constructor needs for it.
SETTINGS = {
    **{(name, "training"): ("dropout", 0.5) for name in ("Attention", "AdditiveAttention", *FROM_MANY)},
    **{(name, "training"): ("dropout", 0.5) for name in ("SimpleRNN", "LSTM", "GRU", "ConvLSTM1D", "ConvLSTM2D")},
    ("RNN", "training"): ("cell", lambda layers: layers.GRUCell(3, dropout=0.5, seed=1)),
    ("Bidirectional", "training"): ("layer", lambda layers: layers.LSTM(3, dropout=0.5, seed=1)),
    ("TimeDistributed", "training"): ("layer", lambda layers: layers.Dropout(0.5, seed=1)),
    **{("Lambda", name): ("function", lambda layers: looking_at_both) for name in ("mask", "training")},
    ("Pipeline", "training"): ("layers", lambda layers: [layers.Dropout(0.5, seed=1)]),
    ("Pipeline", "mask"): ("layers", lambda layers: [layers.Softmax()]),
    ("TimeDistributed", "mask"): ("layer", lambda layers: layers.Softmax()),
    ("CategoryEncoding", "count_weights"): ("output_mode", "count"),
}
# What is given beside it.
BESIDE = {("BatchNormalization", "mask"): {"training": True}}
_OF_ANY_TIME = (
    "AutoContrast",
    "CenterCrop",
    "ContrastLimitedAdaptiveHistogramEqualization",
    "MaxNumBoundingBoxes",
    "Resizing",
)
MUTE = {
    ("Dense", "training"): "for subclasses",
    ("EinsumDense", "training"): "for subclasses",
    ("ReversibleEmbedding", "reverse"): "with it, inputs are of another kind; tested with the layer",
    ("MultiHeadAttention", "query_mask"): "as in Keras 3, where the mask that the query carries counts",
    **{(name, "training"): "does the same at any time" for name in _OF_ANY_TIME},
}


def call_arguments():
    found = []
    for class_name in ROWS:
        names = arguments_of(getattr(layers, class_name).call)
        found += [(class_name, name) for name in names[1:] if name != "value" and (class_name, name) not in MUTE]
    return found


CALLS = call_arguments()


def called(layer, inputs, given):
    return lambda: _call(layer, [ops.convert_to_tensor(x) for x in inputs], given)


def _call(layer, tensors, given):
    if "query" in inspect.signature(type(layer).call).parameters:
        return layer(*tensors, **given)
    return layer(tensors if len(tensors) > 1 else tensors[0], **given)


def functional(layer, inputs, given):
    model, fed = _model(layer, inputs, given)
    return lambda: model(fed)


def reloaded(layer, inputs, given):
    model, fed = _model(layer, inputs, given)
    again = keras.Model.from_config(json.loads(json.dumps(model.get_config())))
    again.set_weights(model.get_weights())
    return lambda: again(fed)


def _model(layer, inputs, given):
    """A model of one call, whose inputs are all arrays in it."""
    symbols, fed = [], []

    def symbol(x):
        if not isinstance(x, np.ndarray):
            return x
        fed.append(ops.convert_to_tensor(x))
        symbols.append(keras.Input(batch_shape=x.shape, dtype=str(x.dtype)))
        return symbols[-1]

    tensors, given = [symbol(x) for x in inputs], keras.tree.map_structure(symbol, given)
    return keras.Model(symbols, _call(layer, tensors, given)), fed


def seen(way, class_name, argument, value):
    """Outputs of a call, and the variables after it."""
    keras.utils.set_random_seed(3)
    inputs = inputs_of(class_name)
    layer = made(class_name, *SETTINGS.get((class_name, argument), ("name", "layer")))
    _call(layer, [ops.convert_to_tensor(x) for x in inputs], {})
    with_known_weights(layer)
    value = value(layer, inputs) if callable(value) else value
    given = {**BESIDE.get((class_name, argument), {}), **({} if value is None else {argument: value})}
    call = way(layer, inputs, given)
    keras.utils.set_random_seed(3)
    return [array(x) for x in keras.tree.flatten(call())], [array(v) for v in layer.weights]


@pytest.mark.parametrize("class_name, argument", CALLS, ids=["-".join(case) for case in CALLS])
def test_arguments_of_call(class_name, argument):
    value = VALUES.get((class_name, argument), VALUES.get(argument))
    assert value is not None, f"`VALUES` needs a value of `{argument}` of the call of {class_name}"
    for way in (called, functional, reloaded):
        first, second = (seen(way, class_name, argument, x) for x in (None, value))
        assert differs(first, second), f"{argument} is mute in the call of {class_name} ({way.__name__})"


WEIGHTS = np.linspace(0.1, 3.0, 8).astype("float32")


def _of_all(cases):
    return list(dict.fromkeys(cls for cls, _ in cases))


@pytest.mark.parametrize("cls", _of_all(LOSSES), ids=lambda cls: cls.__name__)
def test_weights_of_samples_in_losses(cls):
    targets, predictions = data_of(cls, None)
    loss = made_object(cls, "reduction", "sum")
    weights = ops.convert_to_tensor(WEIGHTS[: len(targets)])
    if cls.__name__ in ("Dice", "Tversky"):
        weights = weights[0]
    assert differs(array(loss(targets, predictions)), array(loss(targets, predictions, sample_weight=weights)))


@pytest.mark.parametrize("cls", _of_all(METRICS), ids=lambda cls: cls.__name__)
def test_weights_of_samples_in_metrics(cls):
    targets, predictions = data_of(cls, None)
    data = (targets, predictions) if takes_predictions(made_object(cls, "name", "metric")) else (predictions,)
    results = []
    for weights in (None, ops.convert_to_tensor(WEIGHTS[: len(targets)])):
        metric = made_object(cls, "name", "metric")
        metric.update_state(*data, sample_weight=weights)
        results.append([array(metric.result()), *(array(v) for v in metric.variables)])
    assert differs(*results)


@pytest.mark.parametrize("cls", _of_all(INITIALIZERS), ids=lambda cls: cls.__name__)
def test_shapes_and_dtypes_of_initializers(cls):
    initializer = cls(**({"seed": 1} if "seed" in inspect.signature(cls.__init__).parameters else {}))
    shape = SHAPES.get(cls.__name__, (3, 4))
    others = [initializer(shape[:-1] + (shape[-1] + 1,)), initializer(shape, dtype="float16")]
    first = initializer(shape)
    assert (tuple(first.shape), keras.backend.standardize_dtype(first.dtype)) == (shape, "float32")
    assert tuple(others[0].shape) == shape[:-1] + (shape[-1] + 1,)
    assert keras.backend.standardize_dtype(others[1].dtype) == "float16"


@pytest.mark.parametrize("cls", _of_all(REGULARIZERS) + _of_all(CONSTRAINTS), ids=lambda cls: cls.__name__)
def test_what_regularizers_and_constraints_are_called_with(cls):
    x = np.random.default_rng(0).normal(size=(3, 3)).astype("float32")
    made = cls(l1=0.1) if cls is keras.regularizers.L1L2 else cls()
    first, second = (array(made(ops.convert_to_tensor(value))) for value in (x, x * x))
    assert differs(first, second)
