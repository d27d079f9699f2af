"""Helpers of tests: those of this library, and `TestCase` for the tests of others."""

from keras.src.testing.test_case import TestCase, uses_gpu, uses_tpu  # noqa: F401
