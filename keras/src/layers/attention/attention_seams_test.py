"""What subclasses of `MultiHeadAttention` in other libraries override, call and read, in the ways that they do."""

import numpy as np
import pytest

from keras.src import initializers, layers, models, ops

RNG = np.random.default_rng(0)
X = RNG.normal(size=(2, 3, 8)).astype("float32")


def array(x):
    return ops.convert_to_numpy(x)


class OwnProjections(layers.MultiHeadAttention):
    """Makes its projections itself, keys without bias, as speech models have it."""

    def _projection(self, name, equation, axes, shape, bias=True):
        options = self._get_common_kwargs_for_sublayer()
        bias_axes = axes if bias and self._use_bias else None
        return layers.EinsumDense(equation, output_shape=shape, bias_axes=bias_axes, name=name, **options)

    def build(self, query_shape, value_shape, key_shape=None):
        shape = (None, self._num_heads, self._key_dim)
        for name in ("query", "key", "value"):
            dense = self._projection(name, "abc,cde->abde", "de", shape, bias=name != "key")
            dense.build(value_shape)
            setattr(self, f"_{name}_dense", dense)
        self._build_attention(4)
        self._output_dense = self._projection("attention_output", "abcd,cde->abe", "e", (None, query_shape[-1]))
        self._output_dense.build((*query_shape[:-1], self._num_heads, self._value_dim))
        self.built = True

    def call(self, query, value, attention_mask=None, training=None):
        heads = [
            dense(x) for dense, x in zip((self._query_dense, self._key_dense, self._value_dense), (query, value, value))
        ]
        attended, self.scores = self._compute_attention(
            *heads, attention_mask=attention_mask, training=training, return_attention_scores=True
        )
        return self._output_dense(attended)


def test_a_subclass_that_makes_its_own_projections():
    layer, plain = OwnProjections(2, 4), layers.MultiHeadAttention(2, 4)
    layer(X, X)
    plain(X, X)
    # The bias of keys adds the same number to all scores of a query, so that it changes nothing.
    assert len(layer.weights) == len(plain.weights) - 1
    plain.set_weights(with_zero_bias_of_keys(layer, plain))
    mask = np.tril(np.ones((1, 3, 3), bool))
    expected, scores = plain(X, X, attention_mask=mask, return_attention_scores=True)
    np.testing.assert_allclose(array(layer(X, X, attention_mask=mask)), array(expected), rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(array(layer.scores), array(scores), rtol=1e-5, atol=1e-5)


def with_zero_bias_of_keys(layer, plain):
    values = {w.path.split("/", 1)[1]: array(w) for w in layer.weights}
    return [values.get(w.path.split("/", 1)[1], np.zeros(w.shape)) for w in plain.weights]


@pytest.mark.parametrize("rank", [3, 4])
def test_the_rank_of_projected_tensors_is_told(rank):
    told = []

    class Own(layers.MultiHeadAttention):
        def _build_attention(self, rank):
            told.append(rank)
            super()._build_attention(rank)

    shape = (None, 3, 4, 8)[: rank - 1] + (8,)
    layer = Own(2, 4)
    layer.build(shape, shape)
    assert told == [rank + 1]
    # The equations that Keras 3.15.1 has.
    expected = {3: ("aecd,abcd->acbe", "acbe,aecd->abcd"), 4: ("afgde,abcde->adbcfg", "adbcfg,afgde->abcde")}
    assert (layer._dot_product_equation, layer._combine_equation) == expected[rank]


def test_options_of_projections_by_their_inner_names():
    layer = layers.MultiHeadAttention(
        2, 4, kernel_initializer="ones", bias_regularizer="l2", kernel_constraint="non_neg"
    )
    for name in ("initializer", "regularizer", "constraint"):
        for weight in ("kernel", "bias"):
            assert getattr(layer, f"_{weight}_{name}") is getattr(layer, f"{weight}_{name}")
    assert isinstance(layer._kernel_initializer, initializers.Ones)
    layer._kernel_initializer = initializers.Zeros()
    layer(X, X)
    assert not np.any(array(layer.query_dense.kernel))
    assert layer._inverse_sqrt_key_dim == 0.5 and layer._use_bias and layer._dropout == 0.0


@pytest.mark.parametrize(
    "make",
    [
        lambda base, **options: base(2, 4, sliding_window=2, **options),
        lambda base, **options: base(2, 4, attention_axes=(1,), sliding_window=2, **options),
    ],
)
@pytest.mark.parametrize(
    "base, shape", [(layers.MultiHeadAttention, (2, 4, 8)), (layers.MultiHeadAttention, (2, 4, 3, 8))]
)
def test_the_window_is_a_step(make, base, shape):
    class Wider(base):
        def _compute_sliding_window_mask(self, query, value=None):
            self.asked = True
            return ops.ones_like(super()._compute_sliding_window_mask(query, value))

    x = RNG.normal(size=shape).astype("float32")
    wide, plain = make(Wider), base(2, 4, attention_axes=make(base).attention_axes)
    wide.build(shape, shape)
    plain.build(shape, shape)
    plain.set_weights(wide.get_weights())
    np.testing.assert_allclose(array(wide(x, x)), array(plain(x, x)), rtol=1e-5, atol=1e-5)
    assert wide.asked


def test_the_mask_of_a_window():
    layer = layers.MultiHeadAttention(2, 4, sliding_window=2)
    layer.build((None, 4, 8), (None, 5, 8))
    found = array(layer._compute_sliding_window_mask(np.ones((1, 4, 8)), np.ones((1, 5, 8))))
    near = np.abs(np.arange(4)[:, None] - np.arange(5)) < 2
    np.testing.assert_array_equal(found, near[None])
    assert layer._compute_sliding_window_mask(np.ones((1, 4, 8))).shape == (1, 4, 4)
    grouped = layers.GroupQueryAttention(4, 2, 1, sliding_window=2)
    np.testing.assert_array_equal(
        array(grouped._compute_sliding_window_mask(np.ones((1, 4, 8)), np.ones((1, 5, 8)))), near[None]
    )


def test_files_of_a_subclass(tmp_path):
    inputs = layers.Input((3, 8))
    model = models.Model(inputs, OwnProjections(2, 4, name="own")(inputs, inputs))
    model.save_weights(tmp_path / "own.weights.h5")
    before = array(model(X))
    model.set_weights([w * 0 for w in model.get_weights()])
    model.load_weights(tmp_path / "own.weights.h5")
    np.testing.assert_allclose(array(model(X)), before, rtol=1e-6)


@pytest.mark.parametrize("shape, axes", [((2, 4, 8), None), ((2, 4, 3, 8), (1,)), ((2, 4, 3, 8), None)])
def test_parts_that_a_subclass_builds_itself(shape, axes):
    """`build` is overridden, without a call of the base's, as in HGQ2."""

    class Own(layers.MultiHeadAttention):
        def build(self, query_shape, value_shape, key_shape=None):
            common = self._get_common_kwargs_for_sublayer()
            letters = "abc"[: len(query_shape) - 1]
            for name in ("query", "key", "value"):
                sizes = (*query_shape[1:-1], self._num_heads, self._key_dim)
                dense = layers.EinsumDense(f"{letters}y,yhk->{letters}hk", sizes, bias_axes="hk", **common)
                dense.build(query_shape)
                setattr(self, f"_{name}_dense", dense)
            self._output_dense = self._make_output_dense(query_shape, common, "attention_output")
            self._output_dense.build((*query_shape[:-1], self._num_heads, self._value_dim))
            self._attention_axes = axes
            self._build_weighing()

    own, plain = Own(2, 4), layers.MultiHeadAttention(2, 4, attention_axes=axes)
    x = RNG.normal(size=shape).astype("float32")
    own.build(shape, shape)
    plain.build(shape, shape)
    for part in ("_query_dense", "_key_dense", "_value_dense", "_output_dense"):
        getattr(own, part).set_weights(getattr(plain, part).get_weights())
    expected = array(plain(x, x, use_causal_mask=True))
    np.testing.assert_allclose(array(own(x, x, use_causal_mask=True)), expected, rtol=1e-5, atol=1e-5)
