"""Structures of losses; expected numbers were computed by the reference implementation on the same data."""

import numpy as np
import pytest

import keras
from keras import layers, ops
from keras.src import backend

pytestmark = pytest.mark.skipif(not backend.CAN_TRAIN, reason="this engine computes no gradients")
RNG = np.random.default_rng(0)
X = RNG.normal(size=(20, 4)).astype("float32")
Y = RNG.normal(size=(20, 1)).astype("float32")
WEIGHTS = np.linspace(0, 1, 20)
OUTPUTS = {
    "tuple": lambda p, q: (p, q),
    "list": lambda p, q: [p, q],
    "dict": lambda p, q: {"p": p, "q": q},
    "nested": lambda p, q: {"o": {"p": p, "q": q}},
    "deep": lambda p, q: (p, (q, q)),
    "one": lambda p, q: p,
}
TARGETS = {
    "tuple": (Y, 2 * Y),
    "list": [Y, 2 * Y],
    "dict": {"p": Y, "q": 2 * Y},
    "nested": {"o": {"p": Y, "q": 2 * Y}},
    "deep": (Y, (Y, Y)),
    "one": Y,
}


def whole(y_true, y_pred):
    pairs = zip(keras.tree.flatten(y_true), keras.tree.flatten(y_pred), strict=True)
    return sum(ops.mean((a - b) ** 2) for a, b in pairs)


def model_of(kind):
    inputs = keras.Input((4,))
    p, q = (layers.Dense(1, name=name, kernel_initializer="ones")(inputs) for name in "pq")
    return keras.Model(inputs, OUTPUTS[kind](p, q))


def first_logs(kind, loss, loss_weights=None, **arguments):
    model = model_of(kind)
    model.compile("sgd", loss, loss_weights=loss_weights)
    history = model.fit(X, TARGETS[kind], batch_size=20, verbose=0, **arguments).history
    return {name: values[0] for name, values in history.items()}


EACH = {"p_loss": 4.36975, "q_loss": 2.22086}
BOTH = {**EACH, "p_q_loss": 11.02118}
CASES = {
    "tuple": ("tuple", [whole, ("mse", "mae")], None, {**BOTH, "loss": 17.61179}),
    "dict": ("dict", [whole, {"p": "mse", "q": "mae"}], None, {**BOTH, "loss": 17.61179}),
    "weights": ("tuple", [whole, ("mse", "mae")], [2.0, (3.0, 5.0)], {**BOTH, "loss": 46.25591}),
    "weights in a dict": ("dict", [whole, {"p": "mse", "q": "mae"}], [2.0, {"p": 3.0, "q": 5.0}], {"loss": 46.25591}),
    "one factor": ("tuple", [whole, ("mse", "mae")], 2.0, {**BOTH, "loss": 2 * 17.61179}),
    "alone": ("tuple", [whole], None, {"loss": 11.02118}),
    "nested": (
        "nested",
        [{"o": whole}, {"o": {"p": "mse", "q": "mae"}}],
        None,
        {"loss": 17.61179, "o/p_loss": 4.36975, "o/q_loss": 2.22086, "o_loss": 11.02118},
    ),
    "inner part": ("deep", ("mse", whole), None, {"1_loss": 8.7395, "p_loss": 4.36975, "loss": 13.10925}),
    "parts of dicts": ("dict", [{"p": "mse"}, {"q": "mae"}], None, {**EACH, "loss": 6.59061}),
    "by position": ("tuple", ["mse", "mae"], None, {**EACH, "loss": 6.59061}),
    "by position in a dict": ("dict", ["mse", "mae"], [2.0, 3.0], {**EACH, "loss": 15.40207}),
    "none": ("tuple", ["mse", None], None, {"loss": 4.36975}),
    "two for an output": ("dict", {"p": ["mse", "mae"], "q": "mse"}, None, {"loss": 12.81965, "q_loss": 6.65143}),
    "two of a list": ("list", [["mse", "mae"], "mse"], None, {"loss": 12.81966}),
    "weights of two": (
        "dict",
        {"p": ["mse", "mae"], "q": "mse"},
        {"p": [2.0, 3.0], "q": 1.0},
        {"loss": 20.78635, "p_loss": 4.36975 + 1.79847},
    ),
    "two for the only output": ("one", ["mse", "mae"], None, {"loss": 4.36975 + 1.79847}),
    "weights of names": ("tuple", {"p": "mse", "q": "mae"}, {"p": 2.0, "q": 3.0}, {**EACH, "loss": 15.40207}),
}


@pytest.mark.parametrize("case", CASES)
def test_structures(case):
    kind, loss, weights, expected = CASES[case]
    found = first_logs(kind, loss, weights)
    assert {name: found[name] for name in expected} == pytest.approx(expected, abs=2e-5)


def test_sample_weights_of_parts():
    assert first_logs("tuple", ("mse", "mae"), sample_weight=(WEIGHTS, WEIGHTS)) == pytest.approx(
        {"loss": 3.48963, "p_loss": 2.29742, "q_loss": 1.1922}, abs=2e-5
    )
    with pytest.raises(ValueError, match="one array of sample weights"):
        first_logs("tuple", [whole], sample_weight=(WEIGHTS, 1 - WEIGHTS))


def test_what_is_computed_is_lowered():
    model = model_of("tuple")
    model.compile(keras.optimizers.SGD(0.0), [whole, ("mse", None)], loss_weights=[1.0, (1.0, None)])
    before = model.evaluate(X, TARGETS["tuple"], verbose=0, return_dict=True)["loss"]
    model.optimizer.learning_rate = 0.05
    model.fit(X, TARGETS["tuple"], epochs=3, verbose=0)
    assert model.evaluate(X, TARGETS["tuple"], verbose=0, return_dict=True)["loss"] < before


@pytest.mark.parametrize(
    ("units", "activation", "y", "same_as"),
    [
        (1, "sigmoid", (Y > 0) * 1.0, "binary_crossentropy"),
        (3, "softmax", np.arange(20) % 3, "sparse_categorical_crossentropy"),
        (3, "softmax", np.eye(3)[np.arange(20) % 3], "categorical_crossentropy"),
    ],
)
@pytest.mark.parametrize("name", ["crossentropy", "ce"])
def test_crossentropy_by_the_shapes(units, activation, y, same_as, name):
    losses = []
    for loss in (name, same_as):
        keras.utils.set_random_seed(0)
        model = keras.Sequential([keras.Input((4,)), layers.Dense(units, activation=activation)])
        model.compile("sgd", loss)
        losses.append(model.fit(X, y, verbose=0).history["loss"][0])
    assert losses[0] == losses[1] > 0


WRONG_NAMES = {
    "loss": ({"loss": {"z": "mse"}}, {}),
    "metrics": ({"loss": "mse", "metrics": {"z": "mse"}}, {}),
    "metrics beside right ones": ({"loss": "mse", "metrics": {"p": "mae", "z": "mse"}}, {}),
    "weighted_metrics": ({"loss": "mse", "weighted_metrics": {"z": "mse"}}, {}),
    "loss_weights": ({"loss": "mse", "loss_weights": {"z": 2.0}}, {}),
    "y": ({"loss": "mse"}, {"y": {"z": Y}}),
    "sample_weight": ({"loss": "mse"}, {"sample_weight": {"z": WEIGHTS}}),
}


@pytest.mark.parametrize("case", WRONG_NAMES)
@pytest.mark.parametrize("made_as", ["functional", "sequential"])
def test_wrong_names_for_the_only_output(case, made_as):
    compiled, given = WRONG_NAMES[case]
    model = model_of("one")
    if made_as == "sequential":
        model = keras.Sequential([keras.Input((4,)), layers.Dense(1, name="p")])
    model.compile("sgd", **compiled)
    with pytest.raises(ValueError, match=rf"`{case.split()[0]}` does not match .*names \['p'\].*unknown names: z"):
        model.fit(X, **{"y": Y, **given}, verbose=0)


def test_right_names_for_the_only_output():
    model = model_of("one")
    model.compile("sgd", {"p": "mse"}, loss_weights={"p": 2.0}, metrics={"p": ["mae"]})
    logs = model.evaluate(X, {"p": Y}, sample_weight={"p": np.ones(20)}, verbose=0, return_dict=True)
    assert logs == pytest.approx({"loss": 2 * 4.36975, "mae": 1.79847}, abs=2e-5)


def test_an_unknown_name_of_a_loss_is_a_key_error_too():
    with pytest.raises(KeyError, match="unknown names: z"):
        first_logs("dict", {"p": "mse", "z": "mse"})


@pytest.mark.parametrize(
    "loss", [lambda own: own, lambda own: [own], lambda own: {"a": own}], ids=["one", "list", "dict"]
)
@pytest.mark.parametrize("targets", [Y, {"a": [Y]}], ids=["array", "nested"])
def test_a_loss_of_the_user_gets_the_only_output_out_of_its_containers(loss, targets):
    def own(y_true, y_pred):
        return ops.mean((y_true - y_pred) ** 2)

    inputs = layers.Input((4,))
    model = keras.Model(inputs, {"a": [layers.Dense(1, kernel_initializer="zeros")(inputs)]})
    model.compile("sgd", loss(own))
    assert model.evaluate(X, targets, verbose=0) == pytest.approx(float((Y**2).mean()), rel=1e-5)


class Nested(keras.Model):
    """A model whose outputs have no names but their keys."""

    def __init__(self, form):
        super().__init__()
        self.form, self.hidden = form, [layers.Dense(1), layers.Dense(1)]

    def call(self, x):
        return self.form(*[layer(x) for layer in self.hidden])


@pytest.mark.parametrize(
    "form, names",
    [
        (lambda p, q: [p, q], ["mae_loss", "mse_loss"]),
        (lambda p, q: [p, [q]], ["1/mae_loss", "mse_loss"]),
        (lambda p, q: [p, {"k": q}], ["1/k_loss", "mse_loss"]),
        (lambda p, q: {"y": p, "z": [q]}, ["y_loss", "z/mae_loss"]),
        (lambda p, q: {"y": p, "z": {"k": q}}, ["y_loss", "z/k_loss"]),
    ],
    ids=["list", "lists", "dict in list", "list in dict", "dicts"],
)
def test_names_of_losses_have_the_keys_to_outputs_without_names(form, names):
    model = Nested(form)
    model.compile("sgd", form("mse", "mae"))
    assert sorted(model.fit(X, form(Y, Y), verbose=0).history) == sorted([*names, "loss"])
