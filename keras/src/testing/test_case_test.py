import os

import numpy as np
import pytest

import keras
from keras import layers, ops
from keras.src import backend, testing
from keras.src.testing import test_utils
from keras.src.testing.test_utils import named_product

parameterized = pytest.importorskip("absl.testing.parameterized")


@keras.saving.register_keras_serializable("test_case_test")
class Scale(layers.Layer):
    def __init__(self, start=1.0, grows=False, **kwargs):
        super().__init__(**kwargs)
        self.start, self.grows = start, grows

    def build(self, input_shape):
        self.scale = self.add_weight(shape=input_shape[-1:], initializer="ones", name="scale")

    def call(self, x):
        y = ops.multiply(x * self.scale, self.start)
        return ops.concatenate([y, y], axis=-1) if self.grows else y

    def get_config(self):
        return {**super().get_config(), "start": self.start, "grows": self.grows}


class Forgets(Scale):
    """Its config lacks an argument."""

    def get_config(self):
        config = super().get_config()
        config["start"] = 1.0
        return {**config, "name": f"{config['name']}_again"}


class Untrainable(Scale):
    def call(self, x, training=False):
        if training:
            raise NotImplementedError("no training")
        return super().call(x)


class Wide(Scale):
    """Leaves the compute dtype."""

    def call(self, x):
        return ops.cast(super().call(x), "float32")


class OfTwo(layers.Layer):
    def call(self, first, second):
        return first + second


class OthersTest(testing.TestCase):
    def check(self, cls=Scale, **wrong):
        expected = {
            "init_kwargs": {"start": 2.0},
            "input_shape": (2, 3),
            "expected_output_shape": (2, 3),
            "expected_num_trainable_weights": 1,
            "expected_num_non_trainable_weights": 0,
            "expected_num_seed_generators": 0,
            "expected_num_losses": 0,
            "supports_masking": False,
        }
        self.run_layer_test(cls, **{**expected, **wrong})

    def test_a_layer(self):
        self.check()
        data = np.arange(6.0, dtype="float32").reshape(2, 3)
        self.check(input_data=data, expected_output=2 * data, expected_output_dtype="float32")

    @parameterized.named_parameters(
        named_product(
            wrong=[
                {"expected_output_shape": (2, 4)},
                {"expected_output_dtype": "int32"},
                {"expected_num_trainable_weights": 2},
                {"expected_num_non_trainable_weights": 1},
                {"expected_num_non_trainable_variables": 1},
                {"expected_num_seed_generators": 1},
                {"expected_num_losses": 1},
                {"supports_masking": True},
                {"assert_built_after_instantiation": True},
                {"expected_output_sparse": True},
                {"expected_output": np.ones((2, 3)), "input_data": np.ones((2, 3), "float32")},
                {"cls": Forgets},
            ]
        )
    )
    def test_a_layer_that_is_not_as_expected(self, wrong):
        with self.assertRaises(AssertionError):
            self.check(**wrong)

    def test_checks_that_may_be_left_out(self):
        self.check(Untrainable, run_training_check=False)
        if backend.CAN_TRAIN:
            with self.assertRaisesRegex(NotImplementedError, "no training"):
                self.check(Untrainable)
        self.check(Wide, run_mixed_precision_check=False)
        with self.assertRaises(AssertionError):
            self.check(Wide)

    def test_layers_of_several_inputs_and_of_other_kinds(self):
        self.run_layer_test(
            OfTwo,
            {},
            {"first": (2, 3), "second": (2, 3)},
            expected_output_shape=(2, 3),
            custom_objects={"OfTwo": OfTwo},
        )
        self.run_layer_test(
            layers.Embedding,
            {"input_dim": 3, "output_dim": 4, "mask_zero": True},
            input_shape=(2, 5),
            input_dtype="int32",
            expected_output_shape=(2, 5, 4),
            expected_mask_shape=(2, 5),
            supports_masking=True,
        )
        self.run_layer_test(
            layers.Dropout, {"rate": 0.5}, (2, 3), call_kwargs={"training": True}, expected_num_seed_generators=1
        )
        self.run_layer_test(
            layers.BatchNormalization,
            {},
            (4, 3),
            expected_num_trainable_weights=2,
            expected_num_non_trainable_weights=2,
            expected_num_non_trainable_variables=2,
        )

    def test_configs(self):
        revived = self.run_class_serialization_test(Scale(3.0))
        self.assertEqual(revived.start, 3.0)
        self.run_class_serialization_test(keras.losses.Huber(delta=2.0))
        with self.assertRaises(AssertionError):
            self.run_class_serialization_test(Forgets(2.0))

    def test_assertions_that_hold(self):
        self.assertAllClose(ops.ones(2), [1.0, 1.0])
        self.assertAllClose({"a": ops.ones(2), "b": [1.0, None]}, {"b": [1.0, None], "a": np.ones(2)})
        self.assertAllClose(keras.Variable([1.0]), 1.0005, atol=1e-3)
        self.assertNotAllClose([1.0], [2.0])
        self.assertAlmostEqual(ops.array([1.0]), [1.0004])
        self.assertAllEqual([ops.ones(2), 3], [np.ones(2), 3])
        self.assertLen(iter([1, 2]), 2)
        self.assertDType(ops.ones(2, "int32"), "int32")
        self.assertSparse(keras.KerasTensor((2,), sparse=True))
        self.assertSparse(ops.ones(2), False)
        self.assertRagged(ops.ones(2), False)
        path = os.path.join(self.get_temp_dir(), "a")
        open(path, "w").close()
        self.assertFileExists(path)

    def test_assertions_that_do_not_hold(self):
        for method, *args in [
            (self.assertAllClose, ops.ones(2), [1.0, 1.1]),
            (self.assertAllClose, [1.0], [1.0, 1.0]),
            (self.assertAllClose, {"a": 1.0}, {"b": 1.0}),
            (self.assertNotAllClose, [1.0], [1.0]),
            (self.assertAlmostEqual, [1.0], [1.1]),
            (self.assertAllEqual, [1], [2]),
            (self.assertAllEqual, [1], [1, 1]),
            (self.assertLen, [1], 2),
            (self.assertDType, ops.ones(2), "int32"),
            (self.assertSparse, ops.ones(2)),
            (self.assertRagged, ops.ones(2)),
            (self.assertFileExists, "/no/such/file"),
        ]:
            with self.assertRaises(AssertionError, msg=str((method, args))):
                method(*args)


def test_combinations():
    cases = [{"testcase_name": "p", "q": 1}, {"testcase_name": "r", "q": 2}]
    assert named_product(cases, b=[(1, 2), True]) == [
        {"testcase_name": "p_(1, 2)", "q": 1, "b": (1, 2)},
        {"testcase_name": "r_(1, 2)", "q": 2, "b": (1, 2)},
        {"testcase_name": "p_true", "q": 1, "b": True},
        {"testcase_name": "r_true", "q": 2, "b": True},
    ]
    assert [case["testcase_name"] for case in named_product(a=[1, 2], b=["x", None])] == [
        "1_x",
        "2_x",
        "1_none",
        "2_none",
    ]


def test_data():
    (x, y), (x_test, y_test) = test_utils.get_test_data(4, 2, (3,), 2, random_seed=1)
    assert x.shape == (4, 3) and y.shape == (4,) and x_test.shape == (2, 3) and y_test.shape == (2,)
    assert x.dtype == "float32" and set(y) <= {0, 1}
    np.testing.assert_array_equal(x, test_utils.get_test_data(4, 2, (3,), 2, random_seed=1)[0][0])


def test_the_base_is_no_test_itself():
    assert not testing.TestCase.__test__ and OthersTest.__test__
    assert backend.is_tensor(ops.ones(1))
