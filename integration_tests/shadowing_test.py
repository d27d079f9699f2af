"""`from package import module` gives the module: nothing in a package takes the name of one of its modules."""

import importlib
import pkgutil
import sys

import keras.src

BY_CONTRACT = {f"keras.src.backend.{name}" for name in ("numpy", "nn", "math", "linalg", "image", "random")}
"""These are the kernels of the engine that runs, whatever engine has such a name."""


def load_all():
    """Imports every module but those of engines, of which the running one is loaded already."""
    for found in pkgutil.walk_packages(keras.src.__path__, "keras.src."):
        outside = not found.name.startswith(("keras.src.backend.", "keras.src.testing."))
        if (outside or ".backend.common." in found.name) and not found.name.endswith("_test"):
            importlib.import_module(found.name)


def test_no_name_shadows_a_module():
    load_all()
    loaded = {name: module for name, module in sys.modules.items() if name.startswith("keras.src.")}
    shadowed = []
    for name in loaded.keys() - BY_CONTRACT:
        package, _, short = name.rpartition(".")
        # The runner's way of importing leaves some packages without the attribute; then nothing else has the name.
        if getattr(sys.modules[package], short, loaded[name]) is not loaded[name]:
            shadowed.append(name)
    assert not shadowed
