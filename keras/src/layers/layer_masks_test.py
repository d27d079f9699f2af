"""Masks: how they travel through layers, structures and graphs."""

import numpy as np
import pytest

from keras.src import layers, models, ops
from keras.src.backend.common.masking import get_keras_mask, set_keras_mask
from keras.src.layers.core.input_layer import Input


def array(x):
    return ops.convert_to_numpy(x)


class MaskReader(layers.Layer):
    """Notes the mask of each call."""

    def __init__(self, **kwargs):
        super().__init__(**kwargs)
        self.supports_masking = True
        self.__dict__["calls"] = []

    def call(self, x, mask=None):
        self.calls.append(mask)
        return x + 1


class TestMasks:
    def masked(self):
        x = ops.convert_to_tensor(np.array([[[1.0, 2.0], [0.0, 0.0]]], "float32"))
        return layers.Masking()(x)

    @pytest.mark.parametrize("rounds", [1, 3])
    def test_masks_travel(self, rounds):
        reader, plain = MaskReader(), layers.Dense(2)
        for _ in range(rounds):
            y = plain(reader(self.masked()))
        np.testing.assert_array_equal(array(reader.calls[-1]), [[True, False]])
        np.testing.assert_array_equal(array(get_keras_mask(y)), [[True, False]])
        reader(ops.ones((1, 2, 2)))
        assert reader.calls[-1] is None

    def test_an_explicit_mask_wins(self):
        reader = MaskReader()
        reader(self.masked(), mask=np.array([[False, False]]))
        assert not np.any(array(reader.calls[-1]))

    def test_a_mask_for_each_argument(self):
        seen = []

        class Two(layers.Layer):
            def call(self, query, value, query_mask=None, value_mask=None):
                seen.append((query_mask is not None, value_mask is not None))
                return query

        x = ops.ones((1, 2, 2))
        Two()(self.masked(), x)
        Two()(x, value=self.masked())
        assert seen == [(True, False), (False, True)]

    def test_masks_of_structures(self):
        class First(layers.Layer):
            def call(self, xs):
                return xs[0] * 1.0

            def compute_mask(self, inputs, previous_mask):
                seen.append(previous_mask)
                return previous_mask[0]

        seen = []
        y = First()([self.masked(), ops.ones((1, 2, 2))])
        assert seen[0][1] is None
        np.testing.assert_array_equal(array(get_keras_mask(y)), [[True, False]])

    def test_a_layer_that_does_not_support_masks_says_so(self):
        class Unaware(layers.Layer):
            def call(self, x):
                return x + 1

        masked = self.masked()
        for call in (Unaware(), models.Sequential([Unaware()])):
            with pytest.warns(UserWarning, match="received a mask") as record:
                y = call(masked)
            assert get_keras_mask(y) is None and {warning.filename for warning in record} == {__file__}

    def test_masks_in_a_graph(self):
        inputs = Input((2, 2))
        reader = MaskReader()
        model = models.Model(inputs, reader(layers.Masking()(inputs)))
        model(np.array([[[1.0, 2.0], [0.0, 0.0]]]))
        np.testing.assert_array_equal(array(reader.calls[-1]), [[True, False]])

    def test_a_mask_given_to_a_model(self):
        for make in (
            lambda reader: models.Sequential([reader]),
            lambda reader: models.Model(x := Input((2, 2)), reader(x)),
        ):
            reader = MaskReader()
            model = make(reader)
            for _ in range(3):
                model(np.ones((1, 2, 2)), mask=np.array([[True, False]]))
                np.testing.assert_array_equal(array(reader.calls[-1]), [[True, False]])
            x = ops.ones((1, 2, 2))
            set_keras_mask(x, ops.convert_to_tensor([[False, True]]))
            model(x)
            np.testing.assert_array_equal(array(reader.calls[-1]), [[False, True]])


@pytest.mark.parametrize("dtype", ["mixed_float16", "mixed_bfloat16", "float64"])
def test_a_mask_made_from_inputs_of_another_dtype_is_part_of_the_graph(dtype):
    inputs = Input((4, 3))
    masked = layers.Masking(dtype=dtype)(inputs)
    model = models.Model(inputs, layers.GlobalAveragePooling1D(dtype=dtype)(masked))
    x = np.ones((2, 4, 3), "float32")
    x[:, 2:] = 0
    x[:, 0] = 3
    np.testing.assert_allclose(model.predict(x, verbose=0), np.full((2, 3), 2.0), rtol=1e-2)
