"""Embeddings in both directions. Numbers are NumPy's; names of variables and configs are those of the reference."""

import json

import numpy as np
import pytest

from keras.src import backend, layers, models, ops
from keras.src.backend.common.masking import get_keras_mask
from keras.src.saving.saving_api import load_model
from keras.src.testing import engine

RNG = np.random.default_rng(0)
IDS = np.array([[1, 2, 0], [4, 3, 1]], "int32")
VECTORS = RNG.normal(size=(2, 3, 3)).astype("float32")
MATRIX = RNG.normal(size=(5, 3)).astype("float32")
OTHER = RNG.normal(size=(3, 5)).astype("float32")


def array(x):
    return np.array(ops.convert_to_numpy(x))


def made(**options):
    layer = layers.ReversibleEmbedding(5, 3, **options)
    layer.build()
    layer.set_weights([MATRIX] if options.get("tie_weights", True) else [MATRIX, OTHER])
    return layer


def language_model(**options):
    """Scores of the next integer; the layer stands at both ends."""
    layer = layers.ReversibleEmbedding(5, 3, **options)
    inputs = layers.Input((None,), dtype="int32")
    vectors = layers.Dense(3, activation="tanh")(layer(inputs))
    return models.Model(inputs, layer(vectors, reverse=True)), layer


class TestValues:
    def test_tied(self):
        layer = made()
        assert [v.name for v in layer.weights] == ["embeddings"]
        np.testing.assert_allclose(array(layer(IDS)), MATRIX[IDS])
        np.testing.assert_allclose(array(layer(VECTORS, reverse=True)), VECTORS @ MATRIX.T, rtol=1e-4, atol=1e-5)

    def test_untied(self):
        layer = made(tie_weights=False)
        assert [v.name for v in layer.weights] == ["embeddings", "reverse_embeddings"]
        np.testing.assert_allclose(array(layer(IDS)), MATRIX[IDS])
        np.testing.assert_allclose(array(layer(VECTORS, reverse=True)), VECTORS @ OTHER, rtol=1e-4, atol=1e-5)

    def test_soft_cap(self):
        y = array(made(logit_soft_cap=0.5)(VECTORS, reverse=True))
        np.testing.assert_allclose(y, 0.5 * np.tanh(VECTORS @ MATRIX.T / 0.5), rtol=1e-4, atol=1e-5)
        assert abs(y).max() <= 0.5

    @pytest.mark.parametrize(
        "policy, reverse_dtype, expected",
        [
            ("float32", None, "float32"),
            ("mixed_float16", None, "float16"),
            ("mixed_float16", "float32", "float32"),
            ("float32", "float16", "float16"),
            ("mixed_bfloat16", "float32", "float32"),
        ],
    )
    @pytest.mark.parametrize("tie_weights", [True, False])
    def test_dtype_of_scores(self, policy, reverse_dtype, expected, tie_weights):
        layer = made(dtype=policy, reverse_dtype=reverse_dtype, tie_weights=tie_weights)
        assert all(v.dtype == "float32" for v in layer.weights)
        y = layer(VECTORS, reverse=True)
        assert backend.standardize_dtype(y.dtype) == expected
        assert layer(layers.Input((3,)), reverse=True).dtype == expected
        wanted = VECTORS @ (MATRIX.T if tie_weights else OTHER)
        np.testing.assert_allclose(array(y).astype("float32"), wanted, atol=2e-2)
        assert layer(layers.Input((3,), dtype="int32")).dtype == layer.compute_dtype

    def test_shapes(self):
        layer = layers.ReversibleEmbedding(5, 3)
        assert layer.compute_output_shape((None, 4)) == (None, 4, 3)
        assert layer.compute_output_shape((None, None, 3), reverse=True) == (None, None, 5)
        assert layer(layers.Input((None, 3)), reverse=True).shape == (None, None, 5)

    def test_masks_are_those_of_integers(self):
        layer, inputs = made(mask_zero=True), layers.Input((3,), dtype="int32")
        assert get_keras_mask(layer(inputs)).shape == (None, 3)
        vectors = layer(ops.convert_to_tensor(IDS))
        np.testing.assert_array_equal(array(get_keras_mask(vectors)), IDS != 0)
        assert get_keras_mask(layer(layer(inputs), reverse=True)) is None
        assert get_keras_mask(layer(vectors, reverse=True)) is None


class TestModels:
    @pytest.mark.parametrize("options", [{}, {"tie_weights": False}, {"logit_soft_cap": 2.0, "mask_zero": True}])
    @pytest.mark.parametrize("name", ["m.keras", "m"])
    def test_files(self, options, name, tmp_path):
        model, layer = language_model(**options)
        model.save(tmp_path / name, **({} if "." in name else {"zipped": False}))
        again = load_model(tmp_path / name)
        assert again.count_params() == model.count_params()
        for ids in (IDS, IDS[:, :2]):
            expected = model.predict(ids, verbose=0)
            assert expected.shape == (*ids.shape, 5)
            np.testing.assert_allclose(again.predict(ids, verbose=0), expected, rtol=1e-5, atol=1e-6)

    @pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="training")
    @pytest.mark.parametrize(
        "options", [{}, {"tie_weights": False}, {"dtype": "mixed_bfloat16", "reverse_dtype": "float32"}]
    )
    def test_training(self, options):
        model, layer = language_model(**options)
        before = [array(v).copy() for v in layer.weights]
        model.compile("adam", "mse")
        model.optimizer.learning_rate = 0.05
        ids = RNG.integers(0, 5, (64, 4))
        wanted = np.eye(5)[ids]
        history = model.fit(ids, wanted, epochs=150, batch_size=64, verbose=0).history["loss"]
        assert history[-1] < 0.7 * history[0]
        assert all(abs(array(v) - w).max() > 0.01 for v, w in zip(layer.weights, before))


class TestLowRankAdaptation:
    @pytest.mark.parametrize("tie_weights", [True, False])
    def test_it_is_of_the_vectors(self, tie_weights, tmp_path):
        layer = layers.ReversibleEmbedding(5, 3, tie_weights=tie_weights, lora_rank=2, lora_alpha=6)
        layer.build()
        names = ["embeddings"] + ([] if tie_weights else ["reverse_embeddings"])
        assert [v.name for v in layer.weights if v.name in names] == names
        factors = [RNG.normal(size=(5, 2)), RNG.normal(size=(2, 3))]
        layer.lora_embeddings_a.assign(factors[0])
        layer.lora_embeddings_b.assign(factors[1])
        merged = array(layer._embeddings) + 3 * factors[0] @ factors[1]
        np.testing.assert_allclose(array(layer(IDS)), merged[IDS], rtol=1e-4, atol=1e-5)
        other = merged.T if tie_weights else array(layer.reverse_embeddings)
        np.testing.assert_allclose(array(layer(VECTORS, reverse=True)), VECTORS @ other, rtol=1e-3, atol=1e-4)
        store = {}
        layer.save_own_variables(store)
        store = {key: array(value) for key, value in store.items()}
        np.testing.assert_allclose(store["0"], merged, rtol=1e-4, atol=1e-5)
        plain = layers.ReversibleEmbedding(5, 3, tie_weights=tie_weights)
        for again in (plain, layers.ReversibleEmbedding.from_config(layer.get_config())):
            again.build()
            again.load_own_variables(store)
            for x, reverse in ((IDS, False), (VECTORS, True)):
                np.testing.assert_allclose(
                    array(again(x, reverse=reverse)), array(layer(x, reverse=reverse)), rtol=1e-3, atol=1e-4
                )


def test_config():
    options = {"tie_weights": False, "reverse_dtype": "float32", "logit_soft_cap": 3.0, "mask_zero": True}
    config = json.loads(json.dumps(layers.ReversibleEmbedding(5, 3, lora_rank=2, name="e", **options).get_config()))
    assert {key: config[key] for key in options} == options
    assert {key for key in config if key not in options} == {
        "name",
        "trainable",
        "dtype",
        "input_dim",
        "output_dim",
        "embeddings_initializer",
        "embeddings_regularizer",
        "embeddings_constraint",
        "activity_regularizer",
        "quantization_config",
        "lora_rank",
        "lora_alpha",
    }
    again = layers.ReversibleEmbedding.from_config(config)
    assert json.loads(json.dumps(again.get_config())) == config
    assert issubclass(layers.ReversibleEmbedding, layers.Embedding)


def test_initial_weights_may_be_given():
    np.testing.assert_array_equal(array(layers.ReversibleEmbedding(5, 3, weights=MATRIX)(IDS)), MATRIX[IDS])
    both = layers.ReversibleEmbedding(5, 3, tie_weights=False, weights=[MATRIX, OTHER])
    np.testing.assert_array_equal(array(both.reverse_embeddings), OTHER)


@pytest.mark.parametrize(
    "make, match",
    [
        (lambda: layers.ReversibleEmbedding(0, 3), "input_dim"),
        (lambda: layers.ReversibleEmbedding(5, 3.5), "output_dim"),
        (lambda: layers.ReversibleEmbedding(5, 3, reverse_dtype="int8"), "reverse_dtype"),
        (lambda: layers.ReversibleEmbedding(5, 3, reverse_dtype="x"), "dtype"),
        (lambda: layers.ReversibleEmbedding(5, 3, logit_soft_cap=-1.0), "logit_soft_cap"),
        (lambda: layers.ReversibleEmbedding(5, 3)(np.ones((2, 4), "float32"), reverse=True), "size 3"),
        (lambda: layers.ReversibleEmbedding(5, 3)(layers.Input((4,)), reverse=True), "size 3"),
    ],
)
def test_misuse(make, match):
    with pytest.raises(ValueError, match=match):
        make()
