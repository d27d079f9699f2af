"""Attention: masks, seeds, descriptions, mistakes, speed of graphs. Oracles: NumPy, and properties that must hold."""

import warnings

import numpy as np
import pytest

from keras.src import backend, layers, models, ops, tree
from keras.src.backend import config
from keras.src.backend.common.dtypes import standardize_dtype
from keras.src.saving import deserialize_keras_object, serialize_keras_object
from keras.src.testing import engine

RNG = np.random.default_rng(0)


def normal(*shape):
    return RNG.normal(size=shape).astype("float32")


def array(x):
    return ops.convert_to_numpy(x)


def weighted(layer, query, value, mask=None):
    """What `MultiHeadAttention` or `GroupQueryAttention` must give, by loops over heads."""
    (wq, bq), (wk, bk), (wv, bv), (wo, bo) = (
        [array(w) for w in part.weights]
        for part in (layer._query_dense, layer._key_dense, layer._value_dense, layer._output_dense)
    )
    groups = wq.shape[1] // wk.shape[1]
    outputs = np.zeros((*query.shape[:-1], wo.shape[-1])) + bo
    for head in range(wq.shape[1]):
        q = query @ wq[:, head] + bq[head]
        k, v = (value @ w[:, head // groups] + b[head // groups] for w, b in ((wk, bk), (wv, bv)))
        scores = q @ np.swapaxes(k, -1, -2) / np.sqrt(q.shape[-1])
        scores = scores if mask is None else np.where(mask, scores, -1e30)
        weights = np.exp(scores - scores.max(-1, keepdims=True))
        outputs = outputs + weights / weights.sum(-1, keepdims=True) @ v @ wo[head]
    return outputs


def multi_head(**options):
    return layers.MultiHeadAttention(2, 4, bias_initializer="random_normal", **options)


def grouped(**options):
    return layers.GroupQueryAttention(4, 6, 2, bias_initializer="random_normal", **options)


BOTH = pytest.mark.parametrize("make", [multi_head, grouped])
QUERY, VALUE = normal(2, 5, 8), normal(2, 7, 8)
SOURCES = np.array([[1, 1, 1, 0, 0, 1, 1], [1, 0, 1, 1, 0, 0, 0]], "bool")
PAIRS = RNG.uniform(size=(2, 5, 7)) < 0.6
PAIRS[:, :, 0] = True


@BOTH
@pytest.mark.parametrize(
    "options, mask",
    [
        ({}, None),
        ({"value_mask": SOURCES}, SOURCES[:, None]),
        ({"key_mask": SOURCES.astype("int32")}, SOURCES[:, None]),
        ({"attention_mask": PAIRS}, PAIRS),
        ({"attention_mask": PAIRS[0]}, PAIRS[0]),
        ({"attention_mask": PAIRS[:, None], "value_mask": SOURCES}, PAIRS & SOURCES[:, None]),
        ({"use_causal_mask": True}, np.tri(5, 7, dtype="bool")),
        ({"use_causal_mask": True, "attention_mask": PAIRS}, PAIRS & np.tri(5, 7, dtype="bool")),
    ],
    ids=["none", "value", "key of ints", "attention", "one for all", "two", "causal", "causal and attention"],
)
def test_values(make, options, mask):
    layer = make()
    found = layer(QUERY, VALUE, **options)
    with_scores, scores = layer(QUERY, VALUE, return_attention_scores=True, **options)
    expected = weighted(layer, QUERY, VALUE, mask)
    np.testing.assert_allclose(array(found), expected, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(array(with_scores), expected, rtol=1e-4, atol=1e-4)
    np.testing.assert_allclose(array(scores).sum(-1), 1.0, rtol=1e-4)
    assert mask is None or np.all(array(scores)[~np.broadcast_to(np.expand_dims(mask, -3), scores.shape)] == 0)


@BOTH
def test_window_of_neighbours(make):
    _, scores = make(sliding_window=2)(QUERY, QUERY, return_attention_scores=True)
    near = np.abs(np.subtract.outer(np.arange(5), np.arange(5))) < 2
    np.testing.assert_array_equal(array(scores) > 0, np.broadcast_to(near, scores.shape))


@BOTH
def test_gate_multiplies_each_head(make):
    layer = make(use_gate=True)
    layer(QUERY, VALUE)
    kernel, bias = layer._gate_dense.weights
    kernel.assign(np.zeros(kernel.shape))
    bias.assign(np.full(bias.shape, 100.0))
    np.testing.assert_allclose(array(layer(QUERY, VALUE)), weighted(layer, QUERY, VALUE), rtol=1e-4, atol=1e-4)
    bias.assign(np.zeros(bias.shape))
    half = (weighted(layer, QUERY, VALUE) + array(layer._output_dense.bias)) / 2
    np.testing.assert_allclose(array(layer(QUERY, VALUE)), half, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("axes, order", [((1,), (2, 1)), ((2,), (1, 2)), (-2, (1, 2))])
def test_attention_along_an_axis_is_attention_of_each_slice(axes, order):
    x = normal(2, 3, 4, 8)
    layer = multi_head(attention_axes=axes)
    outputs, scores = layer(x, x, return_attention_scores=True)
    slices = np.transpose(x, (0, *order, 3))
    expected = np.transpose(weighted(layer, slices, slices), (0, *order, 3))
    np.testing.assert_allclose(array(outputs), expected, rtol=1e-4, atol=1e-4)
    places = slices.shape[2]
    assert tuple(scores.shape) == (2, slices.shape[1], 2, places, places)


def test_attention_along_all_axes_is_attention_of_the_flattened_places():
    x, mask = normal(2, 3, 4, 8), RNG.uniform(size=(2, 3, 4)) < 0.7
    mask[:, 0, 0] = True
    layer = multi_head()
    flat = x.reshape(2, 12, 8)
    for options, expected in (
        ({}, weighted(layer, flat, flat) if layer.built else None),
        ({"value_mask": mask}, mask.reshape(2, 1, 12)),
        ({"use_causal_mask": True}, np.tri(12, dtype="bool")),
    ):
        outputs = layer(x, x, **options)
        mask_of_places = expected if options else None
        np.testing.assert_allclose(
            array(outputs).reshape(2, 12, 8), weighted(layer, flat, flat, mask_of_places), rtol=1e-4, atol=1e-4
        )
    assert layer.attention_axes == (1, 2)


@BOTH
def test_masks_come_with_embeddings(make):
    tokens = np.array([[1, 2, 0, 0], [3, 0, 4, 0]])
    embed, layer = layers.Embedding(5, 8, mask_zero=True), make()
    x = embed(tokens)
    outputs = layer(x, x)
    plain = array(x)
    np.testing.assert_allclose(
        array(outputs)[0, :2], array(layer(plain, plain, value_mask=tokens != 0))[0, :2], rtol=1e-4
    )
    np.testing.assert_array_equal(array(backend.get_keras_mask(outputs)), tokens != 0)
    inputs = layers.Input((4,), dtype="int32")
    symbolic = embed(inputs)
    model = models.Model(inputs, layer(symbolic, symbolic))
    np.testing.assert_allclose(array(model(tokens)), array(outputs), rtol=1e-4, atol=1e-5)


@BOTH
def test_dropout_drops_weights_while_training_only(make):
    layer = make(dropout=0.5, seed=3)
    quiet = array(layer(QUERY, VALUE))
    np.testing.assert_allclose(quiet, weighted(layer, QUERY, VALUE), rtol=1e-4, atol=1e-4)
    loud = array(layer(QUERY, VALUE, training=True))
    assert np.abs(loud - quiet).max() > 1e-3
    again = make(dropout=0.5, seed=3)
    again(QUERY, VALUE)
    again.set_weights(layer.get_weights())
    np.testing.assert_allclose(array(again(QUERY, VALUE, training=True)), loud, rtol=1e-5, atol=1e-6)


@BOTH
def test_a_mask_that_admits_nothing_leaves_no_nan(make):
    nothing = np.zeros((2, 7), "bool")
    for options in ({}, {"dtype": "mixed_float16"}, {"dropout": 0.1}):
        layer = make(**options)
        for wants in (False, True):
            outputs = layer(QUERY, VALUE, value_mask=nothing, return_attention_scores=wants)
            assert all(np.isfinite(array(x).astype("float32")).all() for x in tree.flatten(outputs))


@pytest.mark.parametrize(
    "make",
    [multi_head, grouped, lambda **o: layers.MultiHeadAttention(2, 4, value_dim=3, output_shape=(5, 2), **o)],
)
def test_descriptions_with_unknown_sizes(make):
    layer = make()
    query, value = layers.Input((None, 8)), layers.Input((None, 6))
    outputs, scores = layer(query, value, return_attention_scores=True)
    eager, eager_scores = layer(normal(2, 5, 8), normal(2, 7, 6), return_attention_scores=True)
    assert outputs.shape == (None, None, *eager.shape[2:])
    assert scores.shape == (None, eager_scores.shape[1], None, None)
    model = models.Model([query, value], [outputs, scores])
    for n in (5, 3):
        found = model([normal(2, n, 8), normal(2, n + 1, 6)])
        assert tuple(found[1].shape)[2:] == (n, n + 1)


@pytest.mark.skipif(not engine.CAN_COMPILE, reason="the engine compiles nothing")
@BOTH
@pytest.mark.parametrize("options", [{}, {"use_causal_mask": True, "value_mask": True, "attention_mask": True}])
def test_compiled_calls_equal_eager_ones(make, options):
    layer = make()
    layer(QUERY, VALUE)
    tensors = [ops.convert_to_tensor(x) for x in (QUERY, VALUE, SOURCES, PAIRS)]

    def call(query, value, sources, pairs):
        masks = {"value_mask": sources, "attention_mask": pairs} if options else {}
        return layer(query, value, use_causal_mask=bool(options), **masks)

    compiled, count = engine.compiled(call)
    for _ in range(2):
        np.testing.assert_allclose(array(compiled(*tensors)), array(call(*tensors)), rtol=1e-4, atol=1e-5)
    assert count() == 1


@pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="the engine has no gradients")
@BOTH
@pytest.mark.parametrize("options", [{}, {"use_causal_mask": True}, {"value_mask": SOURCES}])
def test_gradients_equal_finite_differences(make, options):
    layer = make()
    layer(QUERY, VALUE)

    def loss(query, value):
        return ops.sum(ops.square(layer(query, value, **options)))

    found = engine.gradients(loss, [ops.convert_to_tensor(x) for x in (QUERY, VALUE)])
    for i, x in enumerate((QUERY, VALUE)):
        direction = normal(*x.shape)
        sides = []
        for step in (1e-2, -1e-2):
            moved = [QUERY, VALUE]
            moved[i] = x + step * direction
            sides.append(float(array(loss(*map(ops.convert_to_tensor, moved)))))
        slope = (sides[0] - sides[1]) / 2e-2
        np.testing.assert_allclose((array(found[i]) * direction).sum(), slope, rtol=2e-2, atol=2e-2)


@BOTH
def test_mixed_precision_computes_in_16_bits_and_keeps_variables_in_32(make):
    layer = make(dtype="mixed_bfloat16")
    outputs, scores = layer(QUERY, VALUE, return_attention_scores=True)
    assert {standardize_dtype(x.dtype) for x in (outputs, scores)} == {"bfloat16"}
    assert {v.dtype for v in layer.weights} == {"float32"}
    expected = weighted(layer, QUERY, VALUE)
    np.testing.assert_allclose(array(layer(QUERY, VALUE)).astype("float32"), expected, atol=0.1)


@BOTH
def test_serialized_and_made_again(make):
    layer = make(dropout=0.1, kernel_regularizer="l2", kernel_constraint="non_neg", name="a")
    layer(QUERY, VALUE)
    description = serialize_keras_object(layer)
    again = deserialize_keras_object(description)
    assert again.built and serialize_keras_object(again) == description
    again.set_weights(layer.get_weights())
    np.testing.assert_allclose(array(again(QUERY, VALUE)), array(layer(QUERY, VALUE)), rtol=1e-5)
    assert len(layer.losses) == 4


def test_projections_can_be_adapted():
    layer = multi_head()
    layer(QUERY, VALUE)
    before = array(layer(QUERY, VALUE))
    layer.query_dense.enable_lora(2)
    layer.output_dense.enable_lora(2)
    np.testing.assert_allclose(array(layer(QUERY, VALUE)), before, rtol=1e-5, atol=1e-6)
    assert [v.name for v in layer.trainable_weights if "lora" in v.name] == [
        f"lora_kernel_{part}" for part in ("a", "b", "a", "b")
    ]


def test_kernels_differ_unless_seeded():
    layer = layers.MultiHeadAttention(2, 4)
    layer(QUERY, QUERY)
    assert not np.allclose(array(layer.query_dense.kernel), array(layer.key_dense.kernel))


class TestFlashAttention:
    @BOTH
    def test_it_leaves_no_scores_and_no_dropout(self, make):
        with pytest.raises(ValueError, match="dropout"):
            make(flash_attention=True, dropout=0.1)
        with pytest.raises(ValueError, match="scores"):
            make(flash_attention=True)(QUERY, VALUE, return_attention_scores=True)

    @BOTH
    def test_switched_on_for_all_it_is_used_where_it_can_be(self, make):
        before = config._settings.flash_attention
        try:
            layer = make(dropout=0.1)
            expected = array(layer(QUERY, VALUE))
            config.enable_flash_attention()
            np.testing.assert_allclose(array(layer(QUERY, VALUE)), expected, rtol=1e-4, atol=1e-5)
            layer(QUERY, VALUE, return_attention_scores=True)
            config.disable_flash_attention()
            np.testing.assert_allclose(array(layer(QUERY, VALUE)), expected, rtol=1e-4, atol=1e-5)
        finally:
            config._settings.flash_attention = before


class TestAttention:
    def test_masked_queries_give_zeros_and_masked_values_do_not_count(self):
        query, value = normal(2, 3, 4), normal(2, 5, 4)
        masks = [np.array([[1, 1, 0], [0, 1, 1]], "bool"), SOURCES[:, :5]]
        outputs, weights = layers.Attention()([query, value], mask=masks, return_attention_scores=True)
        assert np.all(array(weights)[~np.broadcast_to(masks[1][:, None], weights.shape)] == 0)
        assert np.all(array(outputs)[~masks[0]] == 0) and np.all(array(outputs)[masks[0]] != 0)

    def test_the_mask_of_queries_goes_on(self):
        tokens = np.array([[1, 2, 0], [3, 0, 0]])
        x = layers.Embedding(5, 8, mask_zero=True)(tokens)
        outputs = layers.AdditiveAttention()([x, x])
        np.testing.assert_array_equal(array(backend.get_keras_mask(outputs)), tokens != 0)

    def test_dropout_with_a_seed(self):
        pair = [normal(2, 5, 4), normal(2, 6, 4)]
        first, second = (array(layers.Attention(dropout=0.5, seed=1)(pair, training=True)) for _ in range(2))
        np.testing.assert_array_equal(first, second)
        assert np.abs(first - array(layers.Attention()(pair))).max() > 1e-3

    @pytest.mark.parametrize("layer", [layers.Attention(), layers.AdditiveAttention()])
    def test_descriptions(self, layer):
        query, value = layers.Input((None, 4)), layers.Input((7, 4))
        outputs, weights = layer([query, value], return_attention_scores=True)
        assert outputs.shape == (None, None, 4) and weights.shape == (None, None, 7)


@pytest.mark.parametrize(
    "call, match",
    [
        (lambda: layers.MultiHeadAttention(0, 4), "num_heads"),
        (lambda: layers.MultiHeadAttention("a", 4), "num_heads"),
        (lambda: layers.MultiHeadAttention(2, -1), "key_dim"),
        (lambda: layers.MultiHeadAttention(2, 4, value_dim=0), "value_dim"),
        (lambda: layers.MultiHeadAttention(2, 4, output_shape=3.5), "output_shape"),
        (lambda: layers.MultiHeadAttention(2, 4, attention_axes="a"), "attention_axes"),
        (lambda: multi_head(attention_axes=3)(QUERY, VALUE), "attention_axes"),
        (lambda: layers.MultiHeadAttention(2, 4, sliding_window=0), "sliding_window"),
        (lambda: multi_head(dropout=1.5)(QUERY, VALUE), "rate"),
        (lambda: multi_head()(QUERY, VALUE, QUERY), "equal sizes"),
        (lambda: multi_head()(QUERY[0], VALUE), "axes"),
        (lambda: multi_head()(QUERY, VALUE, attention_mask=PAIRS[:, :, :3]), "broadcast"),
        (lambda: layers.GroupQueryAttention(4, 5, 2), "num_query_heads"),
        (lambda: layers.GroupQueryAttention(0, 4, 2), "head_dim"),
        (lambda: grouped()(QUERY[None], VALUE[None]), "3 axes"),
        (lambda: layers.Attention(score_mode="sum"), "score_mode"),
        (lambda: layers.Attention()(QUERY), "list"),
        (lambda: layers.Attention()([QUERY]), "list"),
        (lambda: layers.Attention()([QUERY, VALUE], mask=SOURCES), "mask"),
        (lambda: layers.Attention()([QUERY, VALUE], mask=[SOURCES]), "mask"),
    ],
)
def test_mistakes(call, match):
    with pytest.raises(ValueError, match=match):
        call()


class Noting(layers.MultiHeadAttention):
    """Notes the steps of its calls."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.seen = {}

    def _compute_attention(self, query, key, value, attention_mask=None, training=None):
        self.seen["attention"] = query.shape, None if attention_mask is None else tuple(attention_mask.shape), training
        return super()._compute_attention(query, key, value, attention_mask, training)

    def _compute_attention_mask(self, query, value, **options):
        self.seen["mask"] = options
        return super()._compute_attention_mask(query, value, **options)

    def _masked_softmax(self, attention_scores, attention_mask=None):
        self.seen["softmax"] = tuple(attention_scores.shape)
        return super()._masked_softmax(attention_scores, attention_mask)


class NotingGrouped(layers.GroupQueryAttention):
    """Likewise."""

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        self.seen = {}

    def _compute_attention(self, query, key, value, attention_mask=None, training=None):
        self.seen["attention"] = query.shape, None if attention_mask is None else tuple(attention_mask.shape), training
        return super()._compute_attention(query, key, value, attention_mask=attention_mask, training=training)

    def _compute_attention_mask(self, query, value, **options):
        self.seen["mask"] = options
        return super()._compute_attention_mask(query, value, **options)

    def _masked_softmax(self, scores, attention_mask=None):
        self.seen["softmax"] = tuple(scores.shape)
        return super()._masked_softmax(scores, attention_mask)


@pytest.mark.parametrize("scores", [False, True])
@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize(
    "make, plain, heads",
    [
        (lambda: Noting(2, 4), lambda: layers.MultiHeadAttention(2, 4), 2),
        (lambda: NotingGrouped(4, 6, 2), lambda: layers.GroupQueryAttention(4, 6, 2), 6),
    ],
)
def test_overridden_steps_are_called_and_change_nothing_by_themselves(make, plain, heads, causal, scores):
    layer, other = make(), plain()
    options = {"return_attention_scores": scores, "use_causal_mask": causal, "value_mask": SOURCES}
    found = layer(QUERY, VALUE, training=False, **options)
    assert layer.seen["attention"][1:] == ((2, 5, 7) if causal else (2, 1, 7), False)
    assert layer.seen["mask"]["use_causal_mask"] is causal
    assert layer.seen["softmax"] == (2, heads, 5, 7)
    other.build(QUERY.shape, VALUE.shape)
    other.set_weights(layer.get_weights())
    for x, y in zip(tree.flatten(found), tree.flatten(other(QUERY, VALUE, **options)), strict=True):
        np.testing.assert_allclose(array(x), array(y), rtol=1e-4, atol=1e-5)


def test_what_overridden_attention_gives_is_the_result():
    class OnlyValues(layers.MultiHeadAttention):
        def _compute_attention(self, query, key, value, attention_mask=None, training=None):
            return ops.zeros_like(query), None

    layer = OnlyValues(2, 4)
    inputs = layers.Input((5, 8))
    model = models.Model(inputs, layer(inputs, inputs))
    np.testing.assert_array_equal(array(layer(QUERY, QUERY)), np.zeros((2, 5, 8)))
    np.testing.assert_array_equal(model.predict(QUERY, verbose=0), np.zeros((2, 5, 8)))


@pytest.mark.parametrize("causal", [False, True])
@pytest.mark.parametrize(
    "make", [lambda **o: multi_head(**o), lambda **o: multi_head(attention_axes=(1,), **o), grouped]
)
def test_rows_of_masked_queries_are_the_mean_of_all_values(make, causal):
    layer = make()
    queries = np.array([[1, 1, 0, 0, 1], [1, 0, 1, 1, 1]], "bool")
    query = ops.convert_to_tensor(QUERY)
    backend.set_keras_mask(query, ops.convert_to_tensor(queries))
    found = array(layer(query, VALUE, value_mask=SOURCES, use_causal_mask=causal))
    admitted = SOURCES[:, None] & np.tri(5, 7, dtype="bool") if causal else np.broadcast_to(SOURCES[:, None], (2, 5, 7))
    everything = weighted(layer, QUERY * 0, VALUE, None) * 0 + weighted_mean(layer, VALUE)
    expected = np.where(queries[..., None], weighted(layer, QUERY, VALUE, admitted), everything)
    np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize("options", [{}, {"attention_axes": (1,)}])
def test_only_the_mask_that_queries_carry_masks_their_rows(options):
    layer, queries = multi_head(**options), np.array([[1, 1, 0, 0, 1], [1, 0, 1, 1, 1]], "bool")
    plain = array(layer(QUERY, VALUE, value_mask=SOURCES))
    np.testing.assert_array_equal(array(layer(QUERY, VALUE, query_mask=queries, value_mask=SOURCES)), plain)
    query = ops.convert_to_tensor(QUERY)
    backend.set_keras_mask(query, ops.convert_to_tensor(queries))
    carried = array(layer(query, VALUE, query_mask=~queries, value_mask=SOURCES))
    np.testing.assert_array_equal(np.isclose(carried, plain, atol=1e-4).all(-1), queries)


def weighted_mean(layer, value):
    """What comes out where each head gives the mean of all its values."""
    kernel, bias = (array(w) for w in layer._value_dense.weights)
    outer, shift = (array(w) for w in layer._output_dense.weights)
    heads = np.einsum("bsf,fhd->bhd", value, kernel) / value.shape[1] + bias
    heads = np.repeat(heads, outer.shape[0] // kernel.shape[1], axis=1)
    return (np.einsum("bhd,hdo->bo", heads, outer) + shift)[:, None]


def test_causality_may_be_told_by_a_number():
    layer = multi_head()
    for flag in (0, 1):
        np.testing.assert_allclose(
            array(layer(QUERY, VALUE, use_causal_mask=flag)), array(layer(QUERY, VALUE, use_causal_mask=bool(flag)))
        )


def test_what_other_libraries_read():
    layer = layers.MultiHeadAttention(2, 3, dropout=0.2, sliding_window=3, kernel_regularizer="l2", use_gate=True)
    layer.build((2, 4, 6), (2, 5, 6))
    assert (layer._dropout, layer._use_bias, layer._sliding_window, layer._use_gate) == (0.2, True, 3, True)
    assert layer._inverse_sqrt_key_dim == 3**-0.5
    assert (layer._dot_product_equation, layer._combine_equation) == ("aecd,abcd->acbe", "acbe,aecd->abcd")
    assert set(layer._get_common_kwargs_for_sublayer()) == {
        *(f"{name}_{kind}" for name in ("kernel", "bias") for kind in ("initializer", "regularizer", "constraint")),
        "activity_regularizer",
        "dtype",
    }
    layer = layers.GroupQueryAttention(4, 6, 2, sliding_window=3, use_gate=True)
    assert (layer.sliding_window, layer.use_gate, layer._inverse_sqrt_head_dim) == (3, True, 0.5)


@pytest.mark.parametrize("cls", [layers.Attention, layers.AdditiveAttention])
def test_one_tensor_is_no_list_of_query_and_value(cls):
    for call in (cls(), cls().build, cls().compute_output_shape):
        with pytest.raises(ValueError, match="list of `query` and `value`"):
            call(QUERY if isinstance(call, cls) else QUERY.shape)


def test_shapes_of_grouped_attention_need_values_like_queries():
    with pytest.raises(ValueError, match="last axis"):
        grouped().compute_output_shape((2, 3, 4), (2, 3, 5))


@BOTH
def test_masked_inputs_give_no_warning(make):
    x = layers.Masking()(ops.convert_to_tensor(QUERY))
    layer = make()
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        outputs = layer(x, x)
        inputs = layers.Masking()(layers.Input((5, 8)))
        layer(inputs, inputs)
    assert backend.get_keras_mask(outputs) is not None


class Other(layers.MultiHeadAttention):
    """May give keys a meaning of its own."""


@pytest.mark.skipif(not engine.CAN_DIFFERENTIATE, reason="training")
@pytest.mark.parametrize(
    "make, options, learns",
    [
        (layers.MultiHeadAttention, {"dtype": "mixed_bfloat16"}, False),
        (layers.MultiHeadAttention, {"dtype": "mixed_bfloat16", "dropout": 0.5}, False),
        (layers.MultiHeadAttention, {"dtype": "mixed_bfloat16", "activity_regularizer": "l2"}, True),
        (layers.GroupQueryAttention, {"dtype": "mixed_bfloat16", "num_key_value_heads": 1}, False),
        (layers.MultiHeadAttention, {}, True),
        (Other, {"dtype": "mixed_bfloat16"}, True),
    ],
)
def test_biases_of_keys_do_not_learn_from_roundings(make, options, learns):
    """The softmax takes away what they add to scores: their gradients are zero, but for how rows of 16 bits were rounded."""
    model = models.Sequential([layers.Input((5, 8)), SelfAttention(make(2, 4, **options))])
    attention = model.layers[0].attention
    before = {part: array(getattr(attention, f"_{part}_dense").bias) for part in ("query", "key", "value")}
    model.compile("adam", "mse", jit_compile=False)
    model.fit(QUERY, normal(2, 5, 8), verbose=0)
    moved = {part: np.abs(array(getattr(attention, f"_{part}_dense").bias) - b).max() for part, b in before.items()}
    assert moved["query"] > 1e-4 and moved["value"] > 1e-4
    assert (moved["key"] > 0) == learns


class SelfAttention(layers.Layer):
    def __init__(self, attention):
        super().__init__(dtype=attention.dtype_policy)
        self.attention = attention

    def call(self, x):
        return self.attention(x, x)
