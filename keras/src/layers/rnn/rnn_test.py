"""Behaviour of recurrent layers that no stored outputs show: states between calls, dropout, cells of users, bad input."""

import json

import numpy as np
import pytest

import keras
from keras.src import backend, layers, models, ops, tree
from keras.src.testing import engine

X = np.random.default_rng(0).normal(size=(2, 6, 3)).astype("float32")


def tensor(x):
    return ops.convert_to_tensor(x)


def array(x):
    return ops.convert_to_numpy(x)


def assert_close(a, b, tolerance=1e-5):
    np.testing.assert_allclose(array(a), array(b), rtol=tolerance, atol=tolerance)


class Counter(layers.Layer):
    """A cell whose output is not its state."""

    state_size = 3

    def call(self, inputs, states):
        total = ops.add(states[0], inputs)
        return ops.concatenate([total, ops.multiply(total, 10.0)], axis=-1), [total]

    output_size = 6


def test_cell_of_user_with_mask_repeats_outputs_and_keeps_states():
    mask = np.array([[False, True, True, False, True, False]] * 2)
    outputs, state = layers.RNN(Counter(), return_sequences=True, return_state=True)(tensor(X), mask=tensor(mask))
    sums = np.cumsum(X * mask[..., None], axis=1)
    assert_close(outputs, np.concatenate([sums, sums * 10], -1))
    assert_close(state, sums[:, -1])
    zeros = layers.RNN(Counter(), return_sequences=True, zero_output_for_mask=True)(tensor(X), mask=tensor(mask))
    assert_close(zeros, np.concatenate([sums, sums * 10], -1) * mask[..., None])


def test_cell_of_user_runs_in_both_directions():
    layer = layers.Bidirectional(layers.RNN(Counter(), return_sequences=True), merge_mode="sum")
    forward, backward = np.cumsum(X, 1), np.cumsum(X[:, ::-1], 1)[:, ::-1]
    assert_close(layer(tensor(X)), np.concatenate([forward + backward, (forward + backward) * 10], -1))


def test_padding_that_an_embedding_masks_does_not_count():
    embedding, layer = layers.Embedding(9, 4, mask_zero=True), layers.LSTM(3)
    padded, short = np.array([[1, 2, 3, 0, 0]]), np.array([[1, 2, 3]])
    assert_close(layer(embedding(tensor(padded))), layer(embedding(tensor(short))))
    inputs = layers.Input((None,), dtype="int32")
    model = models.Model(inputs, layers.Bidirectional(layer)(embedding(inputs)))
    assert_close(model.predict(padded, verbose=0), model.predict(short, verbose=0))


@pytest.mark.parametrize("name", ["SimpleRNN", "LSTM", "GRU"])
def test_states_go_on_between_batches(name):
    layer = getattr(layers, name)(3, stateful=True)
    model = models.Sequential([layers.Input((3, 3), batch_size=2), layer])
    whole = getattr(layers, name)(3)
    whole.build(X.shape)
    whole.set_weights(layer.get_weights())
    model.predict(X[:, :3], verbose=0)
    assert_close(model.predict(X[:, 3:], verbose=0), whole(tensor(X)))
    layer.reset_state()
    assert all(not array(v.value).any() for v in layer.states)
    assert_close(layer(tensor(X[:, :3])), whole(tensor(X[:, :3])))
    assert len(layer.get_weights()) == len(whole.get_weights())
    with pytest.raises(ValueError, match="batch"):
        layer(tensor(X[:1, :3]))


def test_states_of_both_directions():
    layer = layers.Bidirectional(layers.LSTM(3, stateful=True))
    assert layer.states is None
    layer.build((2, 3, 3))
    layer(tensor(X[:, :3]))
    assert [tuple(state.shape) for state in layer.states] == [(2, 3)] * 4
    assert all(array(v.value).any() for v in layer.states)
    assert list(layer.states) == [*layer.forward_layer.states, *layer.backward_layer.states]
    layer.reset_state()
    assert not any(array(v.value).any() for v in layer.states)


@pytest.mark.skipif(not backend.CAN_TRAIN, reason="the engine has no gradients")
def test_training_hands_states_on_and_learns():
    layer = layers.LSTM(4, stateful=True)
    model = models.Sequential([layers.Input((6, 3), batch_size=2), layer, layers.Dense(1)])
    model.compile("adam", "mse")
    x, y = np.concatenate([X] * 4), np.ones((8, 1), "float32")
    losses = model.fit(x, y, batch_size=2, epochs=8, shuffle=False, verbose=0).history["loss"]
    assert losses[-1] < losses[0]
    assert all(array(v.value).any() for v in layer.states)


@pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="the engine has no gradients")
@pytest.mark.parametrize("name", ["SimpleRNN", "LSTM", "GRU"])
def test_gradients_equal_those_of_steps_written_out(name):
    layer = getattr(layers, name)(3, return_sequences=True)
    written_out = type(layer).from_config({**layer.get_config(), "unroll": True})
    layer.build(X.shape)
    written_out.build(X.shape)
    written_out.set_weights(layer.get_weights())
    results = [
        engine.gradients(lambda x, each=each: ops.square(each(x)), [tensor(X)])[0] for each in (layer, written_out)
    ]
    assert_close(*results)
    shifted = [array(ops.sum(ops.square(written_out(tensor(X + sign * 1e-2 * X))))) for sign in (1, -1)]
    directional = float(np.sum(array(results[0]) * X))
    np.testing.assert_allclose((shifted[0] - shifted[1]) / 2e-2, directional, rtol=2e-2, atol=1e-3)


@pytest.mark.parametrize("name", ["SimpleRNN", "LSTM", "GRU"])
def test_dropout_draws_once_for_a_call(name):
    cell = getattr(layers, f"{name}Cell")(4, dropout=0.5, recurrent_dropout=0.5, seed=1)
    masks = [cell.get_dropout_mask(tensor(X[:, 0])) for _ in range(2)]
    assert masks[0] is masks[1]
    cell.reset_dropout_mask()
    assert cell.get_dropout_mask(tensor(X[:, 0])) is not masks[0]
    layer = getattr(layers, name)(32, dropout=0.5, recurrent_dropout=0.2, seed=1)
    plain = layer(tensor(X))
    trained = [array(layer(tensor(X), training=True)) for _ in range(2)]
    assert np.abs(trained[0] - trained[1]).max() > 1e-3
    assert_close(layer(tensor(X), training=False), plain)
    assert layer.cell._dropout_mask is None


def test_all_inputs_dropped_is_as_zeros_in_and_stacks_drop_too():
    layer = layers.LSTM(3, dropout=1.0, return_sequences=True)
    layer.build(X.shape)
    assert_close(layer(tensor(X), training=True), layer(tensor(X * 0)))
    stack = layers.RNN([layers.LSTMCell(4, dropout=0.5), layers.GRUCell(3, recurrent_dropout=0.5)])
    outputs = [array(stack(tensor(X), training=True)) for _ in range(2)]
    assert np.abs(outputs[0] - outputs[1]).max() > 1e-4


def test_states_travel_through_a_model_and_its_config():
    inputs = layers.Input((None, 3))
    encoded, *states = layers.LSTM(4, return_state=True)(inputs)
    outputs = layers.LSTM(4)(inputs, initial_state=states)
    model = models.Model(inputs, [encoded, outputs])
    again = models.Model.from_config(json.loads(json.dumps(model.get_config())))
    again.set_weights(model.get_weights())
    for a, b in zip(model.predict(X, verbose=0), again.predict(X, verbose=0)):
        assert_close(a, b)


@pytest.mark.parametrize("make", [layers.LSTM, layers.GRU, layers.SimpleRNN])
def test_mixed_precision_computes_in_float16(make):
    layer = make(4, return_state=True, dtype="mixed_float16")
    outputs = layer(tensor(X))
    assert all(backend.standardize_dtype(x.dtype) == "float16" for x in outputs)
    assert all(w.dtype == "float32" for w in layer.weights)
    plain = make(4)
    plain.build(X.shape)
    plain.set_weights(layer.get_weights())
    assert_close(array(outputs[0]).astype("float32"), plain(tensor(X)), 1e-2)


@pytest.mark.parametrize(
    "call, match",
    [
        (lambda: layers.RNN(3), "call"),
        (lambda: layers.RNN(layers.Dense(3)), "state_size"),
        (lambda: layers.RNN([]), "at least one cell"),
        (lambda: layers.LSTM(0), "units"),
        (lambda: layers.GRU(4, dropout=1.5), "dropout"),
        (lambda: layers.LSTM(4)(tensor(X), initial_state=[tensor(X[:, 0])]), "initial_state"),
        (lambda: layers.LSTM(4)(tensor(X), mask=tensor(np.ones((2, 4), bool))), "mask"),
        (lambda: layers.LSTM(4)(tensor(X[:, :0])), "time step"),
        (lambda: layers.LSTM(4)(tensor(X[0])), "ndim=3"),
        (lambda: layers.LSTM(4)(layers.Input((5, None))), "features"),
        (lambda: layers.LSTM(4, stateful=True)(layers.Input((5, 3))), "batch size"),
        (lambda: layers.ConvLSTM2D(0, 3), "filters"),
        (lambda: layers.ConvLSTM2D(4, (3, 3, 3)), "kernel_size"),
        (lambda: layers.ConvLSTM2D(4, 3, strides=2, dilation_rate=2), "dilation_rate"),
        (lambda: layers.ConvLSTM1D(4, 3, padding="causal"), "padding"),
        (lambda: layers.ConvLSTM2D(4, 3)(layers.Input((3, None, 5, 2))), "spatial"),
        (lambda: layers.Bidirectional(layers.Dense(3)), "recurrent layer"),
        (lambda: layers.Bidirectional(layers.LSTM(3), merge_mode="max"), "merge_mode"),
        (lambda: layers.Bidirectional(layers.LSTM(3), backward_layer=layers.LSTM(3)), "go_backwards"),
        (lambda: layers.Bidirectional(layers.GRU(3))(tensor(X), initial_state=[tensor(X[:, 0])]), "initial_state"),
        (lambda: layers.TimeDistributed(layers.Dense(3))(tensor(X[0])), "3 dimensions"),
        (lambda: layers.TimeDistributed(3), "keras.Layer"),
    ],
)
def test_misuse_raises_value_errors_that_name_the_argument(call, match):
    with pytest.raises(ValueError, match=match):
        call()


INTEGERS = np.arange(2 * 5 * 3).reshape(2, 5, 3) % 4


@pytest.mark.parametrize("name", ["LSTM", "GRU", "SimpleRNN"])
def test_integers_are_cast(name):
    layer = getattr(layers, name)(4)
    floats = layer(tensor(INTEGERS.astype("float32")))
    assert_close(layer(ops.convert_to_tensor(INTEGERS, dtype="int32")), floats)
    states = [ops.ones((2, 4), "int32")] * (2 if name == "LSTM" else 1)
    expected = layer(tensor(X), initial_state=[ops.cast(s, "float32") for s in states])
    assert_close(layer(tensor(X), initial_state=states), expected)
    pair = layers.Bidirectional(getattr(layers, name)(4))
    expected = pair(tensor(INTEGERS.astype("float32")))
    assert_close(pair(ops.convert_to_tensor(INTEGERS, dtype="int32")), expected)
    cell = getattr(layers, f"{name}Cell")(4)
    step = ops.convert_to_tensor(INTEGERS[:, 0], dtype="int32")
    assert_close(cell(step, states)[0], cell(ops.cast(step, "float32"), [ops.cast(s, "float32") for s in states])[0])


@pytest.mark.parametrize("name", ["LSTM", "GRU"])
def test_attributes_that_older_code_reads(name):
    cls = getattr(layers, name)
    assert cls(2).use_cudnn == "auto" and cls(2).cell._use_engine
    layer = cls(2, use_cudnn=False)
    assert layer.use_cudnn is False and not layer.cell._use_engine
    pair = layers.Bidirectional(layer)
    assert pair.forward_layer.use_cudnn is False and pair.backward_layer.use_cudnn is False
    with pytest.raises(ValueError, match="use_cudnn"):
        cls(2, use_cudnn="x")
    cell = getattr(layers, f"{name}Cell")
    assert cell(2).implementation == 2 and cell(2, implementation=1).implementation == 1
    assert "implementation" not in cell(2).get_config()


def test_whether_there_is_one_state():
    assert layers.GRU(2).single_state and layers.SimpleRNN(2).single_state
    assert layers.RNN(layers.GRUCell(2)).single_state
    assert not layers.LSTM(2).single_state
    assert not layers.RNN([layers.GRUCell(2), layers.GRUCell(2)]).single_state


def test_a_mask_may_have_a_last_axis_of_one():
    layer = layers.SimpleRNN(2, activation=None, kernel_initializer="ones", recurrent_initializer="ones")
    x = np.arange(6, dtype="float32").reshape(1, 3, 2)
    mask = np.array([[[True], [True], [False]]])
    # The sums of steps are 1 and 5; each output before counts twice, once for each unit.
    np.testing.assert_allclose(ops.convert_to_numpy(layer(x, mask=mask)), [[7.0, 7.0]])


class Counting(layers.Layer):
    """A cell that counts its steps in a variable, and adds a loss in each."""

    state_size = output_size = 2

    def build(self, input_shape):
        self.count = self.add_weight(shape=(), initializer="zeros", trainable=False)
        self.scale = self.add_weight(shape=(), initializer="ones")

    def call(self, inputs, states):
        self.count.assign_add(1.0)
        self.add_loss(0.5 * self.scale)
        output = states[0] + self.scale * inputs
        return output, [output]


@pytest.mark.skipif(not backend.CAN_TRAIN, reason="this engine computes no gradients")
@pytest.mark.parametrize("masked", [False, True])
def test_cells_that_assign_and_add_losses_in_steps_that_are_written_out(masked):
    inputs = keras.Input((3, 2))
    x = layers.Masking()(inputs) if masked else inputs
    layer = layers.RNN(Counting(), unroll=True)
    model = keras.Model(inputs, layer(x))
    model.compile(keras.optimizers.SGD(0.0), "mse")
    before = float(layer.cell.count)
    data = np.ones((4, 3, 2), "float32")
    history = model.fit(data, np.full((4, 2), 3.0), batch_size=2, verbose=0).history
    assert float(layer.cell.count) - before == 2 * 3
    np.testing.assert_allclose(history["loss"], [1.5], rtol=1e-5)


def _starts_at_one(base):
    class StartsAtOne(base):
        def get_initial_state(self, batch_size=None):
            return [ops.ones_like(x) for x in super().get_initial_state(batch_size)]

    return StartsAtOne


@pytest.mark.parametrize("make", [layers.LSTM, layers.GRU, layers.SimpleRNN])
def test_states_to_begin_with_that_are_overridden_count(make):
    x = tensor(np.random.default_rng(0).normal(size=(2, 3, 4)))
    usual, of_layer, of_cell = make(5), _starts_at_one(make)(5), make(5)
    of_cell.cell = _starts_at_one(type(usual.cell))(5)
    states = [ops.ones((2, 5)) for _ in range(2 if make is layers.LSTM else 1)]
    zeros = array(usual(x))
    expected = array(usual(x, initial_state=states))
    assert np.abs(zeros - expected).max() > 1e-3
    assert_close(usual(x, initial_state=[ops.zeros_like(state) for state in states]), zeros)
    for layer in (of_layer, of_cell):
        layer(x)
        layer.set_weights(usual.get_weights())
        assert_close(layer(x), expected)


def test_an_overridden_loop_runs():
    class Twice(layers.LSTM):
        def inner_loop(self, *args, **kwargs):
            last, outputs, states = super().inner_loop(*args, **kwargs)
            return 2 * last, outputs, states

    x = tensor(np.random.default_rng(0).normal(size=(2, 3, 4)))
    layer = Twice(5, return_state=True)
    output, last, _ = layer(x)
    assert_close(output, 2 * array(last))


@pytest.mark.parametrize("merge_mode", ["concat", None])
def test_two_directions_of_different_sizes(merge_mode):
    """The description has the features and the states of both layers, not those of the first one twice."""
    options = {"return_sequences": True, "return_state": True}
    backward = layers.GRU(4, go_backwards=True, **options)
    pair = layers.Bidirectional(layers.LSTM(3, **options), merge_mode=merge_mode, backward_layer=backward)
    inputs = layers.Input((6, 3))
    model = models.Model(inputs, pair(inputs))
    results = model.predict(X, verbose=0)
    assert [x.shape[1:] for x in results] == [tuple(x.shape[1:]) for x in model.outputs]
    states = [(3,), (3,), (4,)]
    assert [x.shape[1:] for x in results] == ([(6, 7)] if merge_mode else [(6, 3), (6, 4)]) + states
    for expected, result in zip(tree.flatten(pair(tensor(X))), results):
        assert_close(expected, result)
