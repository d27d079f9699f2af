"""`TestCase`: what tests of layers in other libraries derive from."""

import json
import os
import shutil
import tempfile
import unittest

import numpy as np

from keras.src import backend, tree
from keras.src.saving.serialization_lib import deserialize_keras_object, serialize_keras_object
from keras.src.testing.layer_checks import LayerChecks
from keras.src.utils.module_utils import absl_parameterized

# With absl there are parameterized tests too.
_Base = absl_parameterized.TestCase if absl_parameterized.available else unittest.TestCase


class TestCase(LayerChecks, _Base):
    """A test case with assertions on tensors and layers.

    Example:

    >>> class MyTest(TestCase):
    ...     def test_sum(self):
    ...         self.assertAllClose(keras.ops.sum([1.0, 2.0]), 3.0)
    """

    __test__ = False
    maxDiff = None

    def __init_subclass__(cls, **kwargs):
        super().__init_subclass__(**kwargs)
        # pytest takes subclasses for tests, and not this class itself.
        cls.__test__ = cls.__dict__.get("__test__", True)

    def get_temp_dir(self):
        """Path of a new folder, which is removed after the test."""
        folder = tempfile.mkdtemp()
        self.addCleanup(lambda: shutil.rmtree(folder, ignore_errors=True))
        return folder

    def convert_to_numpy(self, x):
        """An array of what may be a tensor, a variable, a list of them or an array."""
        if backend.is_tensor(x) or isinstance(x, backend.Variable):
            return backend.convert_to_numpy(x)
        return np.array([self.convert_to_numpy(item) for item in x]) if isinstance(x, (list, tuple)) else np.asarray(x)

    def assertAllClose(self, actual, desired, atol=1e-6, rtol=1e-6, tpu_atol=None, tpu_rtol=None, msg=None):
        """Fails unless all elements differ by `atol + rtol * abs(desired)` at most.

        Args:
            actual: Tensor, array, or a structure of them.
            desired: Likewise.
            atol: Absolute tolerance.
            rtol: Relative tolerance.
            tpu_atol: Absolute tolerance on TPUs; `atol` by default.
            tpu_rtol: Relative tolerance on TPUs; `rtol` by default.
            msg: What to say at a failure.
        """
        if uses_tpu():
            atol, rtol = atol if tpu_atol is None else tpu_atol, rtol if tpu_rtol is None else tpu_rtol
        if isinstance(actual, dict):
            self.assertEqual(set(actual), set(desired), msg=msg)
            actual, desired = [actual[key] for key in actual], [desired[key] for key in actual]
        if isinstance(actual, (list, tuple)) and isinstance(desired, (list, tuple)):
            self.assertEqual(len(actual), len(desired), msg=msg)
            for x, y in zip(actual, desired):
                self.assertAllClose(x, y, atol=atol, rtol=rtol, msg=msg)
        elif actual is not None or desired is not None:
            x, y = (_comparable(self.convert_to_numpy(x)) for x in (actual, desired))
            np.testing.assert_allclose(x, y, atol=atol, rtol=rtol, err_msg=msg or "")

    def assertNotAllClose(self, x1, x2, atol=1e-6, rtol=1e-6, msg=None):
        """Fails if all elements are close."""
        try:
            self.assertAllClose(x1, x2, atol=atol, rtol=rtol)
        except AssertionError:
            return
        raise AssertionError(msg or f"The values are close: {x1} and {x2}")

    def assertAlmostEqual(self, actual, desired, decimal=3, tpu_decimal=None, msg=None):
        """Fails unless all elements agree to a number of decimals."""
        decimal = tpu_decimal if uses_tpu() and tpu_decimal is not None else decimal
        x, y = self.convert_to_numpy(actual), self.convert_to_numpy(desired)
        np.testing.assert_almost_equal(x, y, decimal=decimal, err_msg=msg or "")

    def assertAllEqual(self, actual, desired, msg=None):
        """Fails unless all elements of two structures are equal."""
        self.assertEqual(len(tree.flatten(actual)), len(tree.flatten(desired)), msg=msg)
        for x, y in zip(tree.flatten(actual), tree.flatten(desired)):
            np.testing.assert_array_equal(self.convert_to_numpy(x), self.convert_to_numpy(y), err_msg=msg or "")

    def assertLen(self, iterable, expected_len, msg=None):
        """Fails unless there are so many items."""
        self.assertEqual(len(list(iterable)), expected_len, msg=msg)

    def assertSparse(self, x, sparse=True):
        """Fails unless a tensor is sparse, or with `sparse=False` if it is."""
        self.assertEqual(_is_sparse(x), sparse, msg=f"{x} is of type {type(x)}")

    def assertRagged(self, x, ragged=True):
        """Fails unless a tensor is ragged, or with `ragged=False` if it is."""
        found = x.ragged if isinstance(x, backend.KerasTensor) else hasattr(x, "row_splits")
        self.assertEqual(bool(found), ragged, msg=f"{x} is of type {type(x)}")

    def assertDType(self, x, dtype, msg=None):
        """Fails unless a tensor has the dtype."""
        found = backend.standardize_dtype(x.dtype)
        expected = backend.standardize_dtype(dtype)
        self.assertEqual(found, expected, msg=msg or f"The dtype was expected to be {expected}. Received: {found}")

    def assertFileExists(self, path):
        """Fails unless there is a file."""
        self.assertTrue(os.path.isfile(path), msg=f"There is no file {path}")

    def run_class_serialization_test(self, instance, custom_objects=None):
        """Fails unless an object survives its config, as a dict and as JSON.

        Args:
            instance: Object with a `get_config` method.
            custom_objects: Optional dict of name → class or function.

        Returns:
            The object that was made from the config.
        """
        from_config = type(instance).from_config(instance.get_config())
        self.assertEqual(_plain(from_config.get_config()), _plain(instance.get_config()))
        config = json.loads(json.dumps(serialize_keras_object(instance)))
        known = {type(instance).__name__: type(instance), **(custom_objects or {})}
        revived = deserialize_keras_object(config, custom_objects=known)
        self.assertIs(type(revived), type(instance))
        self.assertEqual(_plain(revived.get_config()), _plain(instance.get_config()))
        return revived


def _comparable(array):
    """NumPy compares numbers of its own kinds only, to which bfloat16 and its like do not belong."""
    return array.astype("float32") if array.dtype.kind == "V" else array


def _plain(config):
    """A config as JSON would give it back, objects in it described."""
    return json.loads(json.dumps(serialize_keras_object(config)))


def _is_sparse(x):
    if isinstance(x, backend.KerasTensor):
        return bool(x.sparse)
    return backend.SUPPORTS_SPARSE_TENSORS and hasattr(x, "indices")


def uses_gpu():
    """Whether tensors are made on a GPU by default."""
    return _device_is("gpu", "cuda")


def uses_tpu():
    """Whether tensors are made on a TPU by default."""
    return _device_is("tpu", "xla")


def _device_is(*kinds):
    tensor = backend.convert_to_tensor(0.0)
    return any(kind in str(getattr(tensor, "device", None)).lower() for kind in kinds)
