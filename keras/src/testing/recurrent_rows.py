"""Recurrent layers and calls of them: `name: (function of keras.layers that makes the layer, shape of the inputs, arguments)`.

Arguments of the call: `mask=True` for a mask of the first two axes, `states=[shape, ...]` for initial states.
"""

import zlib

import numpy as np

_SEQUENCES = (3, 5, 4)


def _simple(name, **options):
    return lambda layers: getattr(layers, name)(3, **options)


def _cells(layers):
    return [layers.LSTMCell(3), layers.GRUCell(2)]


ROWS = {}
for _name, _states in (("SimpleRNN", 1), ("LSTM", 2), ("GRU", 1)):
    _initial = {"states": [(3, 3)] * _states}
    _all = {"return_sequences": True, "return_state": True}
    for _key, _options, _call in (
        ("all", _all, {}),
        ("last", {"return_state": True}, {}),
        ("states", _all, _initial),
        ("masked", _all, {"mask": True}),
        ("masked_last", {"return_state": True}, {"mask": True}),
        ("masked_states", _all, {"mask": True, **_initial}),
        ("masked_zero", {**_all, "zero_output_for_mask": True}, {"mask": True}),
        ("masked_zero_last", {"return_state": True, "zero_output_for_mask": True}, {"mask": True}),
        ("masked_back", {**_all, "go_backwards": True}, {"mask": True, **_initial}),
        ("back", {**_all, "go_backwards": True}, {}),
        ("unrolled", {**_all, "unroll": True}, {"mask": True}),
        ("no_bias", {**_all, "use_bias": False}, {}),
        ("other_activation", {**_all, "activation": "relu"}, _initial),
    ):
        ROWS[f"{_name}_{_key}"] = (_simple(_name, **_options), _SEQUENCES, _call)
    if _name != "LSTM":  # Those that are the same code for all cells are in the table once.
        for _key in ("last", "masked", "masked_last", "masked_zero", "masked_zero_last", "unrolled", "no_bias", "back"):
            del ROWS[f"{_name}_{_key}"]
    ROWS[f"Bidirectional_{_name}"] = (
        lambda layers, name=_name: layers.Bidirectional(getattr(layers, name)(3, return_sequences=True)),
        _SEQUENCES,
        {"mask": True},
    )
    ROWS[f"cell_{_name}"] = (
        lambda layers, name=_name: layers.RNN(
            getattr(layers, f"{name}Cell")(3), return_sequences=True, return_state=True
        ),
        _SEQUENCES,
        {"mask": True},
    )
ROWS["GRU_reset_before"] = (_simple("GRU", reset_after=False, return_sequences=True), _SEQUENCES, {"mask": True})
ROWS["LSTM_hard"] = (_simple("LSTM", recurrent_activation="hard_sigmoid", unit_forget_bias=False), _SEQUENCES, {})
for _mode in ("concat", "sum", "mul", "ave", None):
    ROWS[f"Bidirectional_{_mode}"] = (
        lambda layers, mode=_mode: layers.Bidirectional(
            layers.LSTM(3, return_state=True, return_sequences=True), merge_mode=mode
        ),
        _SEQUENCES,
        {"states": [(3, 3)] * 4},
    )
ROWS["Bidirectional_pair"] = (
    lambda layers: layers.Bidirectional(
        layers.LSTM(3, name="ahead"), backward_layer=layers.GRU(3, go_backwards=True, name="behind")
    ),
    _SEQUENCES,
    {},
)
ROWS["stacked"] = (
    lambda layers: layers.RNN(_cells(layers), return_sequences=True, return_state=True, zero_output_for_mask=True),
    _SEQUENCES,
    {"mask": True},
)
ROWS["stacked_last"] = (lambda layers: layers.RNN(_cells(layers)), _SEQUENCES, {"mask": True})
ROWS["distributed"] = (lambda layers: layers.TimeDistributed(layers.Conv1D(3, 2)), (2, 3, 5, 4), {})
ROWS["distributed_norm"] = (
    lambda layers: layers.TimeDistributed(layers.BatchNormalization(momentum=0.5)),
    (4, 3, 5),
    {"training": True},
)
_CONVOLUTIONS = {"same": {"padding": "same", "strides": 2}, "dilated": {"dilation_rate": 2}}
for _rank, _format, _keys in (
    (1, "channels_last", ["dilated"]),
    (2, "channels_last", ["same"]),
    (2, "channels_first", ["same", "dilated"]),
    (3, "channels_last", ["dilated"]),
):
    for _key in _keys:
        ROWS[f"ConvLSTM{_rank}D_{_format}_{_key}"] = (
            lambda layers, rank=_rank, data_format=_format, options=_CONVOLUTIONS[_key]: getattr(
                layers, f"ConvLSTM{rank}D"
            )(2, 2, data_format=data_format, return_sequences=True, return_state=True, **options),
            (2, 3, 3) + (5,) * _rank if _format == "channels_first" else (2, 3) + (5,) * _rank + (3,),
            {"mask": True},
        )


def rng_of(name):
    """A generator that depends on a name alone."""
    return np.random.default_rng(zlib.crc32(name.encode()))


def arguments_of(name):
    """Inputs and keyword arguments of the call of a row, as arrays."""
    _, shape, call = ROWS[name]
    rng = rng_of(name)
    options = dict(call)
    inputs = rng.normal(size=shape).astype("float32")
    if options.pop("mask", False):
        # Some sample begins with steps that are masked, some ends with them.
        options["mask"] = (np.add.outer(np.arange(shape[0]), np.arange(shape[1])) % 3) != 0
    if "states" in options:
        options["initial_state"] = [rng.normal(size=s).astype("float32") for s in options.pop("states")]
    return inputs, options


def set_weights(name, layer):
    """Weights that do not depend on initializers, around zero; positive ones for variances."""
    rng = rng_of(f"{name}/weights")
    values = [rng.uniform(-0.6, 0.6, size=w.shape).astype("float32") for w in layer.get_weights()]
    layer.set_weights([abs(v) for v in values] if "norm" in name else values)
