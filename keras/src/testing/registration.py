"""Tests of registration begin with nothing registered; what modules have registered comes back after them."""

import pytest

from keras.src.saving.object_registration import GLOBAL_CUSTOM_NAMES, GLOBAL_CUSTOM_OBJECTS


@pytest.fixture(autouse=True)
def clean_registration():
    """An empty registry, for the time of a test."""
    registries = GLOBAL_CUSTOM_NAMES, GLOBAL_CUSTOM_OBJECTS
    before = [dict(registry) for registry in registries]
    for registry in registries:
        registry.clear()
    yield
    for registry, kept in zip(registries, before):
        registry.clear()
        registry.update(kept)
